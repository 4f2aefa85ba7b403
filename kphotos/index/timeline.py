"""The three-level binary protocol of the timeline: days, ratios, blocks of photos by ordinal.

The order is: day descending, local time descending, id descending; what has no date stands at the end in
a section of its own. A version is `<generation>.<structure>.<changes>`. Ordinals hold as long as the
first two parts do, so a request is stale only when those differ; the last part tells a polling page that
something (a title, a favourite, a thumbnail) is new. Days and ratios are kept per structure.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise
from typing import Any, TypeVar, cast

import peewee

from kphotos import db
from kphotos.errors import Invalid, StaleVersion
from kphotos.index import generation, wire
from kphotos.index.scope import Scope
from kphotos.index.tables import UNDATED, Asset, Favourite, Meta, Problem

LARGEST_BLOCK = 512
_KEPT = 24  # 1 MB of ratios per million assets, per different scope

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Days:
    """The sections of a timeline: their days, newest first, and the ordinal at which each ends."""

    days: tuple[int, ...]
    ends: tuple[int, ...]

    @property
    def count(self) -> int:
        return self.ends[-1] if self.ends else 0


def version(scope: Scope, view: str = "library") -> str:
    """The present version, different after every change that could show."""
    _conditions(scope, view)
    return ".".join(map(str, (generation.bound().generation, *_counters(view))))


def count(scope: Scope, view: str = "library") -> int:
    """How many assets the timeline has."""
    with db.snapshot(generation.bound().database):
        return _days(scope, view, _counters(view)[0]).count


def l0(scope: Scope, view: str, version: str) -> bytes:
    """Days and their counts: b"KPI1", then LEB128 N, D, first day (zigzag), D-1 deltas, D counts, U.

    D counts dated sections; a delta is previous minus next; U is the number of undated assets.
    """
    with _at(view, version) as structure:
        found = _days(scope, view, structure)
    counts = [end - start for start, end in pairwise((0, *found.ends))]
    dated = [day for day in found.days if day != UNDATED]
    return wire.days(dated, counts[: len(dated)], sum(counts[len(dated) :]))


def ratios(scope: Scope, view: str, version: str) -> bytes:
    """One byte per asset in timeline order: round(128 + 48·log2(w/h)), orientation applied."""
    with _at(view, version) as structure:
        return _kept("ratios", scope, view, structure, lambda: _read_ratios(scope, view))


def block(scope: Scope, view: str, version: str, start: int, number: int) -> bytes:
    """What the grid needs of `number` assets (at most 512) from ordinal `start`: b"KPB1", varint n, columns.

    ids 16 bytes · second of day u32le (0xFFFFFFFF unknown) · duration in seconds u16le · flags u8 ·
    ratio u8 · key 8 bytes (of the content hash, zeros if none) · length of thumbhash u8 · thumbhashes.
    """
    if not 0 <= start <= 2**31:
        raise Invalid("s", "The first ordinal must be a whole number, not negative.")
    if not 1 <= number <= LARGEST_BLOCK:
        raise Invalid("n", f"A block holds 1 to {LARGEST_BLOCK} photos.")
    with _at(view, version) as structure:
        days = _days(scope, view, structure)
        rows = _read_block(scope, view, days, start, number)
    return wire.block(rows)


def ids(scope: Scope, view: str, version: str, ranges: Sequence[tuple[int, int]]) -> list[str]:
    """The assets at these ordinals (first, one past the last; ascending and apart) in timeline order.

    Invalid for ranges of another form or beyond the end; StaleVersion as for the levels.
    """
    with _at(view, version) as structure:
        ends = [0, *chain.from_iterable(ranges), _days(scope, view, structure).count]
        if any(before > after for before, after in pairwise(ends)) or any(a == b for a, b in ranges):
            raise Invalid("ranges", "Ranges are [first, one past the last], ascending and apart.")
        query = Asset.select(Asset.id).where(*_conditions(scope, view)).order_by(*_ORDER)
        found: list[str] = []
        for start, end in ranges:
            found += [row[0] for row in db.rows(query.offset(start).limit(end - start))]
    return found


@contextmanager
def _at(view: str, version: str) -> Iterator[int]:
    """A snapshot of the index, if the ordinals of `version` still hold; StaleVersion if not."""
    with db.snapshot(generation.bound().database):
        structure, changes = _counters(view)
        now = f"{generation.bound().generation}.{structure}"
        if version.rpartition(".")[0] != now:
            raise StaleVersion(f"{now}.{changes}")
        yield structure


def _counters(view: str) -> tuple[int, int]:
    rows: dict[str, int] = dict(db.rows(Meta.select(Meta.key, Meta.value)))
    # What is in a view other than the library hangs on more than order and shape.
    structure = rows["structure" if view == "library" else "changes"]
    return structure, rows["changes"]


def _conditions(scope: Scope, view: str) -> list[peewee.Expression]:
    found = [Asset.trashed == 0]
    if scope.volumes is not None:
        found.append(scope.where())
    if view == "favourites":
        mine = Favourite.select(Favourite.asset).where(Favourite.user == scope.user)
        found.append(Asset.id.in_(mine))
    elif view != "library":
        raise Invalid("view", "There is no such view.")
    return found


_ORDER = (Asset.day.desc(), Asset.clock.desc(), Asset.id.desc())


def _days(scope: Scope, view: str, structure: int) -> _Days:
    return _kept("days", scope, view, structure, lambda: _read_days(scope, view))


def _read_days(scope: Scope, view: str) -> _Days:
    number = peewee.fn.COUNT(peewee.SQL("*"))
    query = Asset.select(Asset.day, number).where(*_conditions(scope, view))
    rows = db.rows(query.group_by(Asset.day).order_by(Asset.day.desc()))
    return _Days(tuple(row[0] for row in rows), tuple(accumulate(row[1] for row in rows)))


def _read_ratios(scope: Scope, view: str) -> bytes:
    query = Asset.select(Asset.ratio).where(*_conditions(scope, view)).order_by(*_ORDER)
    return bytes(chain.from_iterable(db.rows(query)))


def _read_block(scope: Scope, view: str, days: _Days, start: int, number: int) -> Sequence[tuple[Any, ...]]:
    if start >= days.count:
        return []
    section = bisect_right(days.ends, start)
    offset = start - (days.ends[section - 1] if section else 0)
    favourite = Favourite.select(peewee.SQL("1")).where(
        Favourite.user == scope.user, Favourite.asset == Asset.id
    )
    problem = Problem.select(peewee.SQL("1")).where(
        Problem.volume == Asset.volume, Problem.path == Asset.path
    )
    query = (
        Asset.select(
            Asset.id,
            Asset.clock,
            Asset.duration,
            Asset.kind,
            Asset.ratio,
            Asset.hash,
            Asset.thumbhash,
            Asset.conflicts,
            Asset.has_thumb,
            peewee.fn.EXISTS(favourite),
            peewee.fn.EXISTS(problem),
        )
        .where(Asset.day <= days.days[section], *_conditions(scope, view))
        .order_by(*_ORDER)
        .limit(number)
        .offset(offset)
    )
    return db.rows(query)


_cache: OrderedDict[tuple[str, ...], Any] = OrderedDict()
_cache_lock = threading.Lock()


def _kept(level: str, scope: Scope, view: str, structure: int, read: Callable[[], T]) -> T:
    """What `read` gives, remembered for this structure; two threads that miss at once both read."""
    viewer = scope.user if view == "favourites" else ""
    key = (generation.bound().generation, str(structure), level, view, viewer, scope.key())
    with _cache_lock:
        if key in _cache:
            _cache.move_to_end(key)
            return cast(T, _cache[key])
    found = read()
    with _cache_lock:
        _cache[key] = found
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return found
