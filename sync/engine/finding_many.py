"""The groups of many originals: each folder is listed once, however many of them lie there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sync.apply.temps import parse_temp, tag_of
from sync.engine.finding import Place
from sync.engine.values import Volume
from sync.pairing import Group, pair
from sync.pairing.names import is_ignored, is_temp, originals_of_copy
from sync.ports import Stat, join, split

Found = tuple[Group, Stat, tuple[str, ...]]
"""An original's group, its stat, and those of our temps that are for a sidecar of the group."""


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
    names, temps = _sorted_out(volume.fs.names(folder), {Place.of(name).prefix for name in wanted})
    found: dict[str, Found] = {}
    for name in wanted:
        kinds: list[tuple[str, int]] = []
        stats: dict[str, Stat] = {}
        for other in names[Place.of(name).prefix]:
            try:
                stats[other] = volume.fs.stat(join(folder, other))
            except FileNotFoundError:
                continue
            kinds.append((other, stats[other].kind))
        group = pair(kinds).groups.get(name)
        if group is not None:
            tags = [tag_of(each) for each in (*group.xmps, group.own_xmp, group.own_ledger)]
            mine = [temp for tag in dict.fromkeys(tags) for temp in temps.get(tag, ())]
            found[join(folder, name)] = group, stats[name], tuple(mine)
    return found


def _sorted_out(
    listing: Iterable[str], prefixes: set[str]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The names at each place (a conflict copy is at its original's), and our temps by the tag they bear."""
    places: dict[str, list[str]] = {prefix: [] for prefix in prefixes}
    temps: dict[str, list[str]] = {}
    lengths = sorted({len(prefix) for prefix in prefixes})
    for name in listing:
        if is_temp(name):
            if (temp := parse_temp(name)) is not None:
                temps.setdefault(temp.tag, []).append(name)
            continue
        folded = name.casefold()
        # Of a large folder nearly every name ends here.
        if not any(folded[:length] in prefixes for length in lengths) or is_ignored(name):
            continue
        own = [name, *originals_of_copy(name)]
        for prefix in dict.fromkeys(other.partition(".")[0].casefold() for other in own):
            if prefix in places:
                places[prefix].append(name)
    return places, temps
