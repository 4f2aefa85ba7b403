"""Setting aside the sidecars of a picture that is gone, so that the one with its name now can have its own.

Nothing is deleted: each gets a name that makes it nobody's, `IMG.JPG.orphan-20250102-030405.xmp`.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sync.apply.put import Pen, commit, prepare
from sync.apply.temps import FOREIGN_SECONDS, name_for, site_digest
from sync.codecs import ledger as ledgers
from sync.core.identity import reissued_id
from sync.core.model import Fingerprint, Ledger
from sync.engine.temps import age_of, is_known, tags_of, temps_for
from sync.engine.values import Site, Volume
from sync.errors import Refused
from sync.ports import LEDGER_SUFFIX, join, split
from sync.scan.see import Look

_KPHOTOS = LEDGER_SUFFIX.removesuffix(".json")
_LONGEST_NAME = 255


def set_aside(volume: Volume, site: Site, look: Look, hash_: str | None) -> dict[str, None]:
    """Rename a stranger's sidecars and give the file a ledger of its own; what is to be forgotten of them.

    The ledger goes last: as long as it is there, nothing beside it is taken for the new picture's. The new
    ledger has an id of its own, so that nothing that refers to the old picture comes to mean the new one.
    """
    old = look.ledger.ledger
    assert old is not None
    when, moved = _rename(volume, site, look)
    at = look.ledger
    ledger = Ledger(
        reissued_id(old.id, volume.id, f"{look.path}\0{when}"), Fingerprint(hash_, look.stat.size)
    )
    like = look.path if at.fs is volume.fs else None
    pen = Pen(site.id, site.rng)
    commit(at.fs, pen, prepare(at.fs, pen, at.path, ledgers.write(ledger), None, like))
    return dict.fromkeys(moved)


def step_aside(volume: Volume, site: Site, look: Look) -> str:
    """Rename the sidecars of a picture that another took the place of; the path that they tell of then."""
    when, moved = _rename(volume, site, look)
    site.memory.keep(volume.id, dict.fromkeys(moved))
    return f"{look.path}.orphan-{when}"


def _rename(volume: Volume, site: Site, look: Look) -> tuple[str, list[str]]:
    when = datetime.fromtimestamp(site.clock.now_ns() / 1e9, UTC).strftime("%Y%m%d-%H%M%S")
    names = [*look.group.xmps, *look.group.copies] if volume.writable else []
    moves = {join(look.folder, name): join(look.folder, name_aside(name, when)) for name in names}
    for path, aside in moves.items():
        volume.fs.rename(path, aside, replace=False)
    if volume.writable:
        _rename_temps(volume, site, look, when)
        volume.fs.sync_folder(look.folder)
    at = look.ledger
    folder, name = split(at.path)
    at.fs.rename(at.path, join(folder, name_aside(name, when)), replace=False)
    at.fs.sync_folder(folder)
    return when, [at.path, *moves]


def _rename_temps(volume: Volume, site: Site, look: Look, when: str) -> None:
    """What came out for these sidecars goes with them: it is not the new picture's either."""
    tags = tags_of(look.group)
    for temp in temps_for(look.group, volume.fs.names(look.folder)):
        path = join(look.folder, temp.name)
        age = age_of(volume.fs, site, path)
        if age is None or (temp.site != site_digest(site.id) and age < FOREIGN_SECONDS):
            continue
        if not is_known(look, temp):
            continue
        to = name_for(temp, name_aside(tags[temp.tag], when))
        volume.fs.rename(path, join(look.folder, to), replace=False)


def name_aside(name: str, when: str) -> str:
    """What a sidecar is called that is nobody's. Refused where no disk could hold the name."""
    stem, mark, rest = name.rpartition(_KPHOTOS) if _KPHOTOS in name else name.rpartition(".")
    made = f"{stem}.orphan-{when}{mark}{rest}"
    if len(made.encode("utf-8", "surrogateescape")) > _LONGEST_NAME:
        raise Refused("the sidecars' names are too long to be set aside; rename the photo first")
    return made
