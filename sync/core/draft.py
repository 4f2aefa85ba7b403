"""A ledger under change: copies only the parts that are touched, and freezes into a new ledger.

Every key answers to `held` and `put` with candidates, whatever it is kept in: an element of a set and
the standing of a region are candidates of the value True.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from sync.core.fields import FIELDS, Kind
from sync.core.keys import field_of
from sync.core.model import (
    KEEP,
    TRASHED,
    Candidate,
    Change,
    Key,
    Ledger,
    Membership,
    Past,
    Record,
    Region,
    Value,
)
from sync.core.values import text

_T = TypeVar("_T")

FAVOURITES = "favourites"
SETS = frozenset({FAVOURITES, *(name for name, row in FIELDS.items() if row.kind is Kind.SET)})
HISTORY = 64
"""Lines of history kept in a ledger, the newest; beside them the last of each field that has parts."""

LINE = 1_000
"""Characters of a text kept in one line of history."""

RECORDS = {"us": 12, "tool": 4}
"""Records kept of each XMP, the newest of each kind."""


class Draft:
    """The state between two ledgers; `dots` are those to be seen from now on."""

    __slots__ = (
        "_albums",
        "_fields",
        "_past",
        "_records",
        "_regions",
        "_sets",
        "_stale",
        "_trash",
        "dots",
        "ledger",
    )

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.dots: set[str] = set()
        self._fields: dict[str, tuple[Candidate, ...]] = {}
        self._sets: dict[str, dict[str, tuple[str, ...]]] = {}
        self._regions: dict[str, Region] = {}
        self._albums: dict[str, Membership] = {}
        self._stale: dict[Key, dict[str, Value]] = {}
        self._trash: tuple[Candidate, ...] | None = None
        self._records: list[Record] = []
        self._past: list[Past] = []

    def held(self, key: Key) -> tuple[Candidate, ...]:
        """Return the live candidates of a key, in the order of their dots."""
        head, _, rest = key.partition("/")
        if head == "regions" and rest:
            return self._held_of_region(rest)
        if head in SETS and rest:
            elements = self._sets.get(head) or self.ledger.sets.get(head, {})
            return tuple(Candidate(True, at) for at in elements.get(rest, ()))
        return self._fields[key] if key in self._fields else self.ledger.fields.get(key, ())

    def put(self, key: Key, candidates: Iterable[Candidate]) -> None:
        """Let exactly these candidates stand for a key."""
        live = tuple(sorted(candidates, key=lambda candidate: candidate.at))
        head, _, rest = key.partition("/")
        if head == "regions" and rest:
            self._put_in_region(rest, live)
        elif head in SETS and rest:
            if head not in self._sets:
                self._sets[head] = dict(self.ledger.sets.get(head, {}))
            self._sets[head][rest] = tuple(candidate.at for candidate in live)
        else:
            self._fields[key] = live

    def elements(self, name: str) -> tuple[str, ...]:
        """Return the elements of a set, those among them that have been taken out by this edit."""
        return tuple(self._sets.get(name) or self.ledger.sets.get(name, {}))

    def members(self, region: Key) -> tuple[str, ...]:
        """Return the names of what is said of a region ("regions/<id>")."""
        return tuple(sorted(self._region(region.partition("/")[2]).members))

    def stale(self, key: Key) -> Mapping[str, Value]:
        """Return what tools with an old database put back at a key: dot -> value."""
        return self._stale[key] if key in self._stale else self.ledger.stale.get(key, {})

    def put_stale(self, key: Key, entries: Mapping[str, Value]) -> None:
        """Let exactly these stale entries be listed for a key."""
        self._stale[key] = dict(entries)

    def album(self, album: str) -> Membership | None:
        """Return the membership in one album, None where the asset is not in it."""
        held = self._albums.get(album) or self.ledger.albums.get(album)
        return held if held and held.at else None

    def put_album(self, album: str, membership: Membership) -> None:
        """Let this be the membership in one album; without dots it is none."""
        self._albums[album] = membership

    @property
    def trash(self) -> tuple[Candidate, ...]:
        """The live candidates of the trash register."""
        return self.ledger.trash if self._trash is None else self._trash

    def put_trash(self, candidates: Iterable[Candidate]) -> None:
        """Let exactly these candidates stand in the trash register."""
        self._trash = tuple(sorted(candidates, key=lambda candidate: candidate.at))

    def keep(self, at: str) -> None:
        """Note that an edit was made: it outweighs a trashing that had not seen it (R10)."""
        self.put_trash([*(held for held in self.trash if held.v != KEEP), Candidate(KEEP, at)])
        self.dots.add(at)

    def record(self, record: Record) -> None:
        """Add a known content of an XMP."""
        self._records.append(record)
        self.dots.add(record.id)

    @property
    def noted(self) -> Sequence[Past]:
        """The lines added to the history so far."""
        return self._past

    def note(self, past: Past) -> None:
        """Add a line to the history; long values are cut there, the ledger's own never."""
        if is_cut(past.v) or is_cut(past.was):
            past = replace(past, v=_cut(past.v), was=_cut(past.was))
        self._past.append(past)

    def freeze(self) -> Ledger:
        """Return the ledger as it now is."""
        old = self.ledger
        return replace(
            old,
            seen=old.seen | self.dots,
            fields=_with(old.fields, self._fields),
            sets=_with(old.sets, {name: _with({}, held) for name, held in self._sets.items()}),
            regions=_with(old.regions, {name: _filled(held) for name, held in self._regions.items()}),
            albums=_with(old.albums, {name: _joined(held) for name, held in self._albums.items()}),
            stale=_with(old.stale, self._stale),
            trash=self.trash,
            xmp=newest_records([*old.xmp, *self._records]) if self._records else old.xmp,
            history=newest_history([*old.history, *_counted(self._past)]) if self._past else old.history,
        )

    def _region(self, name: str) -> Region:
        return self._regions.get(name) or self.ledger.regions.get(name) or Region((), {})

    def _held_of_region(self, rest: str) -> tuple[Candidate, ...]:
        name, _, member = rest.partition("/")
        region = self._region(name)
        return region.members.get(member, ()) if member else tuple(Candidate(True, at) for at in region.at)

    def _put_in_region(self, rest: str, live: tuple[Candidate, ...]) -> None:
        name, _, member = rest.partition("/")
        region = self._region(name)
        if member:
            self._regions[name] = replace(region, members=_with(region.members, {member: live}))
        elif live:
            self._regions[name] = replace(region, at=tuple(candidate.at for candidate in live))
        else:
            self._regions[name] = replace(region, at=(), members={})


def newest_records(records: Iterable[Record]) -> tuple[Record, ...]:
    """Keep the newest records of each XMP, those by us and those by tools apart; sorted by id.

    Beside them what a kept mirror was to replace: mirrors that never come to their place, however many,
    do not make us forget what lies there.
    """
    kept: list[Record] = []
    room: dict[tuple[str, str], int] = {}
    beneath: set[str | None] = set()
    for record in sorted(records, key=lambda record: record.id, reverse=True):
        left = room.get((record.file, record.by), RECORDS[record.by])
        if left:
            room[record.file, record.by] = left - 1
            beneath |= {record.from_} if record.by == "us" else set()
        if left or record.id in beneath:
            kept.append(record)
    return tuple(reversed(kept))


def newest_history(lines: Iterable[Past]) -> tuple[Past, ...]:
    """Keep the newest lines of a history, in its order, and the last of each field that has parts.

    That somebody has emptied a set stands nowhere else: what the original itself says would show again.
    """
    told = sorted(lines, key=history_order)
    last = {field_of(line.field): line for line in told if "/" in line.field}
    kept = {history_order(line) for name, line in last.items() if name in FIELDS}
    return (*(line for line in told[:-HISTORY] if history_order(line) in kept), *told[-HISTORY:])


def history_order(line: Past) -> tuple[str, str, str]:
    """Return by what the lines of a history are sorted: time, key, and what is said of it."""
    return line.at, line.field, line.note or ""


def unseen(candidates: Iterable[Candidate], change: Change) -> tuple[Candidate, ...]:
    """Return the candidates that a change's page did not show, which it leaves as they are (R7)."""
    return tuple(held for held in candidates if change.seen is not None and held.at not in change.seen)


def unseen_dots(dots: Iterable[str], change: Change) -> tuple[str, ...]:
    """The same of dots."""
    return tuple(at for at in dots if change.seen is not None and at not in change.seen)


def is_cut(value: Value) -> bool:
    """Whether a line of the history holds only the beginning of this value."""
    return len(_written(value)) > LINE


def _cut(value: Value) -> Value:
    return f"{_written(value)[:LINE]}…" if is_cut(value) else value


def _written(value: Value) -> str:
    return value if isinstance(value, str) else text(value)


def is_trashed(trash: Iterable[Candidate]) -> bool:
    """Tell whether the trash register says trashed: only if no keep stands (R10)."""
    values = {candidate.v for candidate in trash}
    return TRASHED in values and KEEP not in values


def _counted(lines: Sequence[Past]) -> Iterable[Past]:
    """Let each line of a bulk edit say how many it has, of which the history may keep fewer."""
    of = Counter(line.bulk for line in lines)
    return (replace(line, of=of[line.bulk]) if line.bulk and of[line.bulk] > 1 else line for line in lines)


def _with(old: Mapping[str, _T], new: Mapping[str, _T | None]) -> Mapping[str, _T]:
    """Return the old mapping with the new entries in place, those that are empty taken out."""
    if not new:
        return old
    return {name: held for name, held in {**old, **new}.items() if held}


def _filled(region: Region) -> Region | None:
    return region if region.at or region.members else None


def _joined(membership: Membership) -> Membership | None:
    return membership if membership.at else None
