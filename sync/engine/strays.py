"""Our temps that lie where their original was: they go where it went, to be looked at beside it like any.

What came out of an exchange is looked at once more after a while; an original may move meanwhile, and
whoever moves it with its sidecars does not see what is hidden.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable, Iterable, Iterator

from sync.apply.put import StartOver
from sync.apply.temps import FOREIGN_SECONDS, Temp, name_for, parse_temp, site_digest, tag_of
from sync.engine.finding import find_group, overlay_name, read_group
from sync.engine.leftovers import Left, name_at
from sync.engine.temps import age_of
from sync.engine.values import Site, Volume
from sync.pairing import Group
from sync.pairing.names import stem_of
from sync.ports import FS, LEDGER_SUFFIX, XMP_SUFFIX, join, split
from sync.scan.seen import see_ledger


def over_temps(volume: Volume, folder: str, groups: Callable[[], Iterable[Group]]) -> dict[str, list[str]]:
    """Our temps in a folder of the overlay, by the names of those originals whose ledger they are for.

    `groups` are those of the folder, asked for only where there is a temp at all.
    """
    temps = _temps(volume.overlay, folder)
    tags = {tag_of(overlay_name(group)): group.original for group in groups()} if temps else {}
    found: dict[str, list[str]] = {}
    for temp in temps:
        if temp.tag in tags:
            found.setdefault(tags[temp.tag], []).append(temp.name)
    return found


def bring_temps(volume: Volume, site: Site, old: str, new: str, left: Left) -> bool:
    """Give an original's temps the names that they would have beside it at `new`; whether any came.

    Both places' locks are held. What another site may be writing stays, and so does another's ledger; what
    the disk refuses is tried again: StartOver.
    """
    if not left.temps and not left.over:
        return False
    group, stat, _ = find_group(volume, new)
    own = read_group(volume, split(new)[0], group, stat).ledger.ledger
    moved: dict[FS, None] = {}
    refused: list[str] = []
    for fs, temp, to in _targets(volume, old, group, left):
        path = join(split(old)[0], temp.name)
        age = age_of(fs, site, path)
        if age is None:
            refused.append(path)
            continue
        if temp.site != site_digest(site.id) and age < FOREIGN_SECONDS:
            continue
        if temp.stage == "swap" and to in (group.own_ledger, overlay_name(group)) and own is not None:
            held = see_ledger(fs, path).ledger
            if held is None or held.id != own.id:
                continue
        try:
            if fs is not volume.fs:
                fs.make_folder(split(new)[0])
            fs.rename(path, join(split(new)[0], name_for(temp, to)), replace=False)
            moved[fs] = None
        except OSError as error:
            refused += [path] if error.errno != errno.EXDEV else []
    for fs in moved:
        # Only a name that lasts is found where it is looked for: nobody comes by here again.
        fs.sync_folder(split(new)[0])
        fs.sync_folder(split(old)[0])
    if refused:
        raise StartOver(refused[0])
    return bool(moved)


def _targets(volume: Volume, old: str, group: Group, left: Left) -> Iterator[tuple[FS, Temp, str]]:
    """Each temp with the disk on which it is and the name of the sidecar that it is for from now on."""
    name = split(old)[1]
    ledger, shared = (tag_of(one) for one in (name + LEDGER_SUFFIX, stem_of(name) + XMP_SUFFIX))
    to_shared = name_at(stem_of(name) + XMP_SUFFIX, name, group.original)
    for temp in filter(None, map(parse_temp, left.temps)):
        if temp.tag == ledger:
            yield volume.fs, temp, group.own_ledger
        else:
            is_shared = temp.tag == shared and to_shared in group.xmps
            yield volume.fs, temp, to_shared if is_shared and to_shared else group.own_xmp
    if volume.overlay is not None:
        for temp in filter(None, map(parse_temp, left.over)):
            yield volume.overlay, temp, overlay_name(group)


def _temps(fs: FS | None, folder: str) -> list[Temp]:
    if fs is None:
        return []
    with contextlib.suppress(OSError):
        return [temp for name in fs.names(folder) if (temp := parse_temp(name))]
    return []
