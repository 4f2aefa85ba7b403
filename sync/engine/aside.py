"""Setting aside the sidecars of a picture that is gone, so that the one with its name now can have its own.

Nothing is deleted: each gets a name that makes it nobody's, `IMG.JPG.orphan-20250102-030405.xmp`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sync.apply.put import Pen, commit, prepare
from sync.apply.temps import FOREIGN_SECONDS, name_for, site_digest, temp_path
from sync.codecs import ledger as ledgers
from sync.codecs import xmp as xmps
from sync.core.identity import reissued_id
from sync.core.model import Fingerprint, Ledger
from sync.engine.finding import possible
from sync.engine.temps import age_of, is_known, tags_of, temps_for
from sync.engine.values import Site, Volume
from sync.engine.whose import came_along, knows
from sync.errors import Refused
from sync.pairing.names import stem_of
from sync.ports import LEDGER_SUFFIX, join, split
from sync.scan.see import Look
from sync.scan.seen import LARGEST_XMP, mark_of

_KPHOTOS = LEDGER_SUFFIX.removesuffix(".json")
_LONGEST_NAME = 255
_ASIDE, _WHEN = ".orphan-", "%Y%m%d-%H%M%S"
_XMP_ASIDE = re.compile(r"(?P<base>.*)(?P<tail>\.orphan-(?P<when>\d{8}-\d{6}))\.[xX][mM][pP]", re.DOTALL)


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
    """Rename the sidecars of a picture that another took the place of; the path that they tell of then.

    An XMP that the other brought along stays: read beside this ledger it would be an edit of this picture.
    """
    stays = {seen.name for seen in look.xmps if came_along(volume, site, look, seen)}
    own = tuple(name for name in look.group.xmps if name not in stays)
    when, moved = _rename(volume, site, replace(look, group=replace(look.group, xmps=own)))
    # What lay there once under the names that it has none of tells nothing of what comes to lie there.
    known = (join(look.folder, name) for name in possible(look.group))
    site.memory.keep(volume.id, dict.fromkeys((*moved, *known)))
    return f"{look.path}{_ASIDE}{when}"


def _rename(volume: Volume, site: Site, look: Look) -> tuple[str, list[str]]:
    folder, ledger = split(look.ledger.path)
    listed = volume.fs.names(look.folder) if volume.writable else []
    ledgers = listed if look.ledger.fs is volume.fs else look.ledger.fs.names(folder)
    there = {name for name in (*listed, *ledgers) if _ASIDE in name}
    names = [*look.group.xmps, *look.group.copies] if volume.writable else []
    when = _begun(volume, look, there) or _unused(site, [ledger, *names], there)
    for name in names:
        _rename_one(volume, site, look, name, when, there)
    if volume.writable:
        _rename_temps(volume, site, look, when, listed)
        volume.fs.sync_folder(look.folder)
    look.ledger.fs.rename(look.ledger.path, join(folder, name_aside(ledger, when)), replace=False)
    look.ledger.fs.sync_folder(folder)
    return when, [look.ledger.path, *(join(look.folder, name) for name in names)]


def _begun(volume: Volume, look: Look, there: Collection[str]) -> str | None:
    """The time that an earlier try wrote into its names before it was cut short: all shall bear the same.

    It got as far as an XMP that this ledger knows, and no ledger has been set aside beside that.
    """
    original, own = look.group.original, split(look.ledger.path)[1]
    for name in sorted(there):
        match = _XMP_ASIDE.fullmatch(name)
        if match is None or match["base"] not in (original, stem_of(original)):
            continue
        tail = f"{match['tail']}{LEDGER_SUFFIX}"
        # What is called by the stem alone may have been set aside with another of that stem.
        is_told_of = name_aside(own, match["when"]) in there or any(
            match["base"] != original and one.startswith(match["base"]) and one.endswith(tail)
            for one in there
        )
        if not is_told_of and _is_known(volume, look, name):
            return match["when"]
    return None


def _is_known(volume: Volume, look: Look, name: str) -> bool:
    """Whether an XMP in the folder is one that the ledger has a record of."""
    try:
        return knows(look.ledger.ledger, volume.fs.read(join(look.folder, name), LARGEST_XMP).data)
    except OSError:
        return False


def _unused(site: Site, names: Iterable[str], there: Container[str]) -> str:
    """The time, or the next second at which none of these was set aside."""
    at = datetime.fromtimestamp(site.clock.now_ns() / 1e9, UTC)
    while any(name_aside(name, f"{at:{_WHEN}}") in there for name in names):
        at += timedelta(seconds=1)
    return f"{at:{_WHEN}}"


def _rename_one(volume: Volume, site: Site, look: Look, name: str, when: str, there: Container[str]) -> None:
    """Give one sidecar its name; where it is taken, an earlier try was cut short after that.

    A mirror made since is then looked at as what an exchange took out: the one from before holds what
    K-Photos does not know, and that is in no ledger.
    """
    path, aside = join(look.folder, name), join(look.folder, name_aside(name, when))
    if split(aside)[1] in there and name in look.group.xmps and _is_known(volume, look, name):
        first = volume.fs.read(aside, LARGEST_XMP).data
        aside = temp_path(aside, site.id, "swap", site.rng, mark_of(xmps.read(first)), first)
    elif split(aside)[1] in there:
        aside = join(look.folder, name_aside(name, _unused(site, [name], there)))
    volume.fs.rename(path, aside, replace=False)


def _rename_temps(volume: Volume, site: Site, look: Look, when: str, listed: Iterable[str]) -> None:
    """What came out for these sidecars goes with them: it is not the new picture's either."""
    tags = tags_of(look.group)
    for temp in temps_for(look.group, listed):
        path = join(look.folder, temp.name)
        age = age_of(volume.fs, site, path)
        if age is None or (temp.site != site_digest(site.id) and age < FOREIGN_SECONDS):
            continue
        if not is_known(look, temp):
            continue
        to = name_for(temp, name_aside(tags[temp.tag], when))
        volume.fs.rename(path, join(look.folder, to), replace=False)


def is_aside(name: str) -> bool:
    """Whether a name may be one that was given to what was set aside."""
    return _ASIDE in name


def bases_aside(name: str, there: Iterable[str]) -> list[str]:
    """What stands before the endings of an original's sidecars that were set aside, by their ledgers."""
    start, ends = name + _ASIDE, LEDGER_SUFFIX
    return sorted(one.removesuffix(ends) for one in there if one.startswith(start) and one.endswith(ends))


def name_aside(name: str, when: str) -> str:
    """What a sidecar is called that is nobody's. Refused where no disk could hold the name."""
    stem, mark, rest = name.rpartition(_KPHOTOS) if _KPHOTOS in name else name.rpartition(".")
    made = f"{stem}{_ASIDE}{when}{mark}{rest}"
    if len(made.encode("utf-8", "surrogateescape")) > _LONGEST_NAME:
        raise Refused("the sidecars' names are too long to be set aside; rename the photo first")
    return made
