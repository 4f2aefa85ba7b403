"""What lies in a folder for originals that are not there any more, and what it is called at a new place.

The folder is paired once more as if they were there still. Whatever a living original claims is not left:
a file that two share goes only with the last of them.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sync.apply.temps import parse_temp, tag_of
from sync.engine.finding import Place, may_be_at
from sync.engine.siblings import of_stem
from sync.engine.temps import by_stem, tags_of
from sync.engine.values import Site, Volume
from sync.errors import SyncError
from sync.pairing import Group, pair
from sync.pairing.names import (
    DUPLICATE,
    bases_of_companion,
    fold,
    is_ignored,
    kind_of,
    stem_of,
    without_tags,
)
from sync.pairing.orphans import SET_ASIDE
from sync.pairing.takeout import WHOLE, is_json
from sync.ports import FILE, FS, LEDGER_SUFFIX, XMP_SUFFIX, is_ours, join, split
from sync.scan.seen import LARGEST_XMP

_LONGEST_NAME = 255
_LASTING = (errno.EEXIST, errno.EXDEV, errno.EACCES, errno.EPERM, errno.EROFS)
_NUMBERED = re.compile(r"(.*_)(\d+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Left:
    """The names left for one original: its XMPs (its own first), its ledger, and what else goes along.

    `temps` are ours, `over` those of them that lie in the overlay.
    """

    xmps: tuple[str, ...] = ()
    ledger: str | None = None
    others: tuple[str, ...] = ()
    temps: tuple[str, ...] = ()
    over: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.all)

    @property
    def all(self) -> tuple[str, ...]:
        """Every name of them."""
        ledger = (self.ledger,) if self.ledger else ()
        return (*self.xmps, *ledger, *self.others, *self.temps, *self.over)

    @property
    def is_told(self) -> bool:
        """Whether anything is left that says something of the original."""
        return bool(self.xmps or self.ledger)


NOTHING = Left()


def left_in(volume: Volume, folder: str, gone: Iterable[str]) -> Mapping[str, Left]:
    """What is left for each of the originals gone from a folder; nothing where it cannot be listed."""
    try:
        return left_for_sure(volume, folder, gone)
    except OSError:
        return {}


def left_for_sure(volume: Volume, folder: str, gone: Iterable[str]) -> Mapping[str, Left]:
    """The same by name, none for one that is there; OSError where the disk refuses to list the folder."""
    try:
        listed = volume.fs.names(folder)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    names = [name for name in listed if not is_ignored(name)]
    now = pair((name, FILE) for name in names)
    away = {*gone, *now.orphans} - set(names)
    # What may be a copy of a neighbour's is its own original's, if that is known to have been there.
    claimed = {name for group in now.groups.values() for name in group.all if name not in group.suspects}
    # An orphan's name may have no extension that tells what it was: it was set aside.
    then = pair((name, FILE) for name in {*names, *away}).groups
    temps = [(temp.tag, name) for name in listed if (temp := parse_temp(name))]
    kept = _kept(now.groups, then) if temps else set()
    free = [(tag, name) for tag, name in temps if tag not in kept]
    return {name: _left(then.get(name) or _aside(name, names), claimed, free) for name in sorted(away)}


def siblings_known(volume: Volume, site: Site, path: str) -> set[str]:
    """The names of originals of the same stem that this site has hashed: they may be gone as well."""
    folder, name = split(path)
    return of_stem(volume, site, folder, stem_of(name))


def name_at(name: str, old: str, new: str) -> str | None:
    """What a file of the original `old` is called beside it as `new`; None where no name would tell."""
    to = name if old == new else _renamed(name, old, new)
    if to is None or len(to.encode("utf-8", "surrogateescape")) > _LONGEST_NAME:
        return None
    return to


def fits(volume: Volume, folder: str, original: str, names: Iterable[str]) -> set[str]:
    """Those of the names that would be the original's if they lay in its folder."""
    wanted, start = set(names), Place.of(join(folder, original)).start
    there = [name for name in volume.fs.names(folder) if may_be_at(name, start) and not is_ignored(name)]
    groups = pair((name, FILE) for name in wanted.union(there)).groups
    return wanted.intersection(groups[original].all) if original in groups else set()


def bring(volume: Volume, old: str, new: str, names: Sequence[str]) -> tuple[list[str], bool]:
    """Rename companions, JSONs, conflict copies and darktable's duplicates.

    Returns those that stayed, and whether the disk merely refused one, so that it is to be tried again.
    On a volume that is not ours to write all stay, and nobody is told: there it is no mishap.
    """
    if not names or not volume.writable:
        return [], False
    fs, (was, own), (folder, target) = volume.fs, split(old), split(new)
    named = {name: name_at(name, own, target) for name in names}
    if was == folder:
        named = {name: to for name, to in named.items() if to != name}  # it lies where it is to lie
    good = fits(volume, folder, target, [to for to in named.values() if to])
    stayed, is_refused = [], False
    for name, to in named.items():
        try:
            if to is None or to not in good:
                stayed.append(name)
            elif is_ours(name):
                _rename(fs, join(was, name), join(folder, to))
            else:
                fs.carry(join(was, name), join(folder, to))
        except FileNotFoundError:
            continue  # somebody was faster
        except (SyncError, OSError) as error:
            stayed.append(name)
            is_refused = is_refused or (isinstance(error, OSError) and error.errno not in _LASTING)
    for at in (folder, was):
        fs.sync_folder(at)
    return stayed, is_refused


def _apples(name: str, was: str, now: str) -> str | None:
    """What becomes of `IMG_O1.AAE`, which has a letter before the number of its original's stem."""
    own, to = _NUMBERED.fullmatch(was), _NUMBERED.fullmatch(now)
    if own is None or to is None:
        return None
    letter, rest = name[len(own[1])], name[len(was) + 1 :]
    return f"{to[1]}{letter}{to[2]}{rest}"


def _rename(fs: FS, old: str, new: str) -> None:
    try:
        fs.rename(old, new, replace=False)
    except FileExistsError:
        if fs.read(old, LARGEST_XMP).data != fs.read(new, LARGEST_XMP).data:
            raise
        fs.remove(old)  # a rename that a crash cut short


def _kept(now: Mapping[str, Group], then: Mapping[str, Group]) -> set[str]:
    """What the temps of living originals bear; one by a stem is whose it was when all were there."""
    lying = {tag_of(name) for group in now.values() for name in (*group.xmps, group.own_ledger)}
    return lying.union(*(tags_of(then[name]) for name in now))


def _left(group: Group, claimed: set[str], temps: Sequence[tuple[str, str]]) -> Left:
    def free(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for name in names if name not in claimed))

    others = free((*group.copies, *group.duplicates, *group.companions, *group.jsons))
    tags = {*tags_of(group), *map(tag_of, by_stem(group.original))} if temps else set()
    ours = tuple(name for tag, name in temps if tag in tags)
    return Left(free(group.xmps), group.ledger, others, ours)


def _aside(base: str, names: Iterable[str]) -> Group:
    """What was set aside under a base that is no original's name: its own sidecars, and one by stem."""
    match = SET_ASIDE.fullmatch(base)
    bases = (base, stem_of(match["original"]) + match["tail"]) if match else (base,)
    xmps = tuple(
        name for one in bases for name in names if name[:-4] == one and name[-4:].lower() == XMP_SUFFIX
    )
    return Group(base, "photo", xmps, next((name for name in names if name == base + LEDGER_SUFFIX), None))


def _renamed(name: str, old: str, new: str) -> str | None:
    if is_json(name) and not name.endswith(LEDGER_SUFFIX):
        # Of a cut or counted name nothing could be told at another one; a whole name says enough.
        return f"{new}{name[len(old) :]}" if name.startswith(old + ".") else f"{new}{WHOLE}.json"
    if fold(name).startswith(fold(old)) and len(fold(name)) - len(fold(old)) == len(name) - len(old):
        return new + name[len(old) :]
    if aside := SET_ASIDE.fullmatch(old):
        shared = stem_of(aside["original"]) + aside["tail"]
        return stem_of(new) + name[len(shared) :] if name.startswith(shared) else None
    was, now = stem_of(old), stem_of(new)
    if name[-4:].lower() == ".aae" and was in bases_of_companion(name)[1:]:
        return _apples(name, was, now)
    if not fold(name).startswith(fold(was)) or len(fold(was)) != len(was):
        return None
    tail = name[len(was) :]
    number = DUPLICATE.match(without_tags(name[: -len(XMP_SUFFIX)]))
    if name.lower().endswith(XMP_SUFFIX) and number and tail.startswith("_") and kind_of(old):
        return now + tail.replace(old[len(was) :], new[len(now) :], 1)
    return now + tail
