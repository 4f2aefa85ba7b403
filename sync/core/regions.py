"""Which region of a file is which region of the ledger: files have no ids for them.

The same name and at least half of the joint area (IoU >= 0.5) is the same region, drawn anew; nearly
the same box is the same region, renamed. What matches nothing gets an id derived from what it says, so
that every site gives the same one, and a program that puts an old region back is seen to do so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from sync.core.dots import FIRST_SIGHT, dot, hashed_node
from sync.core.draft import Draft
from sync.core.model import Candidate, Key, Ledger, Value
from sync.core.show import region_value, winner
from sync.core.values import clean, digest, region, same

_SAME, _RENAMED = 0.5, 0.9
_MANY = 250_000  # pairs of regions, beyond which only those are the same that have not moved at all

_Drawn = tuple[str, tuple[float, ...]]


def identify(found: Sequence[Value], ledger: Ledger | None) -> dict[str, dict[str, Value]]:
    """Return the regions of a file by id, matched to those that stand in the ledger."""
    left = dict(enumerate(held for value in found if (held := region(value))))
    standing = _standing(ledger)
    named = _unmoved(left, standing)
    if len(left) * (len(standing) - len(named)) <= _MANY:
        for is_same in (_is_same, _is_renamed):
            for name in [name for name in standing if name not in named]:
                rivals = [index for index, value in left.items() if is_same(value, standing[name])]
                if rivals:
                    area = standing[name]["area"]
                    named[name] = left.pop(max(rivals, key=lambda index: overlap(left[index]["area"], area)))
    numbers: dict[_Drawn, Iterator[int]] = defaultdict(count)
    for value in left.values():
        named[_derived(value, named, numbers[_drawn(value)])] = value
    return named


def part_in_form(name: str, value: Value) -> Value:
    """Return what a ledger says of a region in its form, None where it is none; the unknown as it is."""
    if name == "area":
        held = region({"area": value})
        return held and held["area"]
    if name == "applied":
        is_size = isinstance(value, list) and len(value) == 2
        return value if is_size and all(type(side) is int and side > 0 for side in value) else None
    if name in ("name", "type"):
        return clean(value).strip() if isinstance(value, str) else None
    return value


def region_of(key: Key) -> Key | None:
    """Return the region that a key is a member of, None where it is the key of no member."""
    parts = key.split("/")
    return "/".join(parts[:2]) if len(parts) == 3 and parts[0] == "regions" else None


def renew(draft: Draft, key: Key, at: str) -> None:
    """Let a region of which a member is edited outlive a removal that had not seen the edit, all of it.

    Its other members stand once more under dots of time 0: a removal elsewhere has not seen them, and
    whatever anybody says of them outranks them.
    """
    name = region_of(key)
    if name is None:
        return
    held = draft.held(name)
    if held and all(candidate.at in draft.dots for candidate in held):
        return  # it has come with this very edit: nobody can have removed it
    if all(candidate.at != at for candidate in held):
        draft.put(name, (*held, Candidate(True, at)))
    for member in draft.members(name):
        other = f"{name}/{member}"
        live = draft.held(other)
        if other != key and live:
            value = winner(live).v
            again = Candidate(value, dot(0, hashed_node("renewed", at, other)))
            echoes = {c.at for c in live if c.at.startswith(FIRST_SIGHT) and same(c.v, value)}
            draft.put(other, (*(c for c in live if c.at not in echoes), again))
            draft.dots.add(again.at)


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the joint part of two boxes (centre x, y, width, height) as a share of their union, 0 to 1."""
    wide = _shared(one[0], one[2], other[0], other[2])
    high = _shared(one[1], one[3], other[1], other[3])
    joint = wide * high
    whole = one[2] * one[3] + other[2] * other[3] - joint
    return joint / whole if whole > 0 else 0.0


def _shared(centre: float, size: float, other_centre: float, other_size: float) -> float:
    low = max(centre - size / 2, other_centre - other_size / 2)
    return max(0.0, min(centre + size / 2, other_centre + other_size / 2) - low)


def _standing(ledger: Ledger | None) -> dict[str, Mapping[str, Value]]:
    if ledger is None:
        return {}
    shown = ((name, region_value(name, held)) for name, held in sorted(ledger.regions.items()) if held.at)
    return {name: value for name, value in shown if "area" in value}


def _is_same(one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    return one["name"] == other["name"] and overlap(one["area"], other["area"]) >= _SAME


def _is_renamed(one: Mapping[str, Value], other: Mapping[str, Value]) -> bool:
    return overlap(one["area"], other["area"]) >= _RENAMED


def _unmoved(left: dict[int, Any], standing: Mapping[str, Mapping[str, Value]]) -> dict[str, Any]:
    """Take out of what is left what stands in the ledger just so."""
    drawn: dict[_Drawn, list[int]] = defaultdict(list)
    for index in reversed(left):
        drawn[_drawn(left[index])].append(index)
    return {
        name: left.pop(indexes.pop())
        for name, held in standing.items()
        if (indexes := drawn.get(_drawn(held)))
    }


def _drawn(value: Mapping[str, Value]) -> _Drawn:
    return value["name"], tuple(value["area"])


def _derived(value: Mapping[str, Value], taken: Collection[str], numbers: Iterator[int]) -> str:
    """An id out of name and box; a standing region that has moved away from it still owns it."""
    ids = ("r" + digest([value["name"], value["area"], again])[:10] for again in numbers)
    return next(name for name in ids if name not in taken)
