"""The groups of many originals: each folder is listed once, however many of them lie there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from sync.apply.temps import parse_temp
from sync.engine.finding import Place, find, near, prefix_of, prefixes_of_copy
from sync.engine.temps import names_for
from sync.engine.values import Volume
from sync.pairing import Group, Pairing
from sync.pairing.names import is_temp
from sync.pairing.takeout import is_json, start_of
from sync.ports import Stat, join, split

Found = tuple[Group, Stat, tuple[str, ...]]
"""An original's group, its stat, and those of our temps that are for a sidecar of the group."""


_NOTHING: tuple[Pairing, Mapping[str, Stat]] = Pairing({}), {}


def find_groups(volume: Volume, paths: Iterable[str]) -> dict[str, Found]:
    """As `find_group` for each path; missing are those of which there is no original."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        folder, name = split(path)
        folders.setdefault(folder, []).append(name)
    found: dict[str, Found] = {}
    for folder, names in folders.items():
        try:
            found |= _in_folder(volume, folder, names)
        except OSError:
            continue
    return found


def _in_folder(volume: Volume, folder: str, wanted: Sequence[str]) -> dict[str, Found]:
    listed = listed_at(volume.fs.names(folder), {prefix_of(name) for name in wanted})
    paired: dict[str, tuple[Pairing, Mapping[str, Stat]]] = {}
    found: dict[str, Found] = {}
    for name in wanted:
        prefix = prefix_of(name)
        if prefix not in paired:
            paired[prefix] = _NOTHING
            with contextlib.suppress(OSError):  # one file that the disk fails is no reason to miss the others
                paired[prefix] = find(volume, Place(folder, prefix), listed.names[prefix])
        pairing, stats = paired[prefix]
        group = pairing.groups.get(name)
        if group is not None:
            found[join(folder, name)] = group, stats[name], names_for(group, listed.temps)
    return found


@dataclass(frozen=True, slots=True)
class Listed:
    """A folder's names by the place (its prefix) that they may belong to; our temps by the tag they bear."""

    names: Mapping[str, list[str]]
    temps: Mapping[str, list[str]]


def listed_at(listing: Iterable[str], prefixes: Set[str]) -> Listed:
    """Sort a folder's names by places: a copy is at its original's, a JSON of Takeout's at several."""
    places: dict[str, list[str]] = {prefix: [] for prefix in prefixes}
    temps: dict[str, list[str]] = {}
    starts: dict[str, list[str]] = {}
    for prefix in prefixes:
        starts.setdefault(start_of(prefix), []).append(prefix)
    lengths = {len(start) for start in starts}
    for name in listing:
        if is_temp(name):
            if (temp := parse_temp(name)) is not None:
                temps.setdefault(temp.tag, []).append(name)
            continue
        lower = name.lower()
        # Of a large folder nearly every name ends here.
        if name.isascii() and name[0] != "." and not any(lower[:length] in starts for length in lengths):
            continue
        own = [prefix_of(name), *prefixes_of_copy(name)]
        if is_json(name):
            own += starts.get(start_of(own[0]), ())
        for prefix in dict.fromkeys(own):
            if prefix in places:
                places[prefix].append(name)
    return Listed(places, temps)


class Nearby:
    """A folder that was listed a moment ago, sorted by places once somebody asks."""

    def __init__(self, names: Iterable[str], groups: Sequence[Group]) -> None:
        self._names, self._groups = names, groups
        self._listed: Listed | None = None

    def of(self, group: Group) -> list[str]:
        """Every name that may be of a group's place by now, and the temps that are for it."""
        if self._listed is None:
            self._listed = listed_at(self._names, {prefix_of(each.original) for each in self._groups})
        there = self._listed.names[prefix_of(group.original)]
        return near(group, there, names_for(group, self._listed.temps))
