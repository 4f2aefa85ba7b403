"""Join two ledgers of one asset: commutative, associative, idempotent (I5).

An entry that one side lacks although it has seen its dot was removed there; one whose dot it has
never seen is new. No clock decides, and nothing is dropped because it is older.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TypeVar

from sync.core.albums import titled, titles
from sync.core.draft import newest_history, newest_records
from sync.core.model import Candidate, Fingerprint, Ledger, Membership, Past, Record, Region, Value
from sync.core.values import text

_T = TypeVar("_T")
_Part = TypeVar("_Part", Candidate, Record, Past)


def join(a: Ledger, b: Ledger) -> Ledger:
    """Return the ledger that knows all that either of two ledgers of one asset knows."""
    if a == b:
        return a
    seen_a, seen_b = a.seen, b.seen

    def candidates(one: tuple[Candidate, ...], other: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        if one == other:
            return one
        live = _live({c.at: c for c in one}, seen_a, {c.at: c for c in other}, seen_b, _either)
        return tuple(live[at] for at in sorted(live))

    def dots(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
        if one == other:
            return one
        live = _live(dict.fromkeys(one), seen_a, dict.fromkeys(other), seen_b, lambda left, _: left)
        return tuple(sorted(live))

    def elements(
        one: Mapping[str, tuple[str, ...]], other: Mapping[str, tuple[str, ...]]
    ) -> dict[str, tuple[str, ...]]:
        return _each(one, other, (), dots)

    def region(one: Region, other: Region) -> Region:
        members = _each(one.members, other.members, (), candidates)
        return Region(dots(one.at, other.at), members, settle(one.extra, other.extra))

    def membership(one: Membership, other: Membership) -> Membership:
        said = _live(titles(one), seen_a, titles(other), seen_b, _either)
        return titled(said, candidates(one.pos, other.pos), settle(one.extra, other.extra))

    def stale(one: Mapping[str, Value], other: Mapping[str, Value]) -> dict[str, Value]:
        return _live(one, seen_a, other, seen_b, settle)

    return Ledger(
        id=min(a.id, b.id),
        asset=_original(a.asset, b.asset),
        seen=seen_a | seen_b,
        fields=_each(a.fields, b.fields, (), candidates),
        sets=_each(a.sets, b.sets, {}, elements),
        albums=_each(a.albums, b.albums, Membership(()), membership, lambda held: held.at or held.pos),
        regions=_each(a.regions, b.regions, Region((), {}), region, lambda held: held.at or held.members),
        trash=candidates(a.trash, b.trash),
        stale=_each(a.stale, b.stale, {}, stale),
        xmp=newest_records(_united(a.xmp, b.xmp, lambda record: record.id)),
        history=newest_history(
            _united(a.history, b.history, lambda line: f"{line.at} {line.field} {line.note}")
        ),
        extra=settle(a.extra, b.extra),
        schema=max(a.schema, b.schema),
    )


def settle(one: Value, other: Value) -> Value:
    """Join two values without dots (unknown members): objects member by member, else the greater text."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {
            name: settle(one[name], other[name])
            if name in one and name in other
            else one.get(name, other.get(name))
            for name in {**one, **other}
        }
    return max(one, other, key=lambda value: (isinstance(value, Mapping), text(value)))


def _live(
    a: Mapping[str, _T],
    seen_a: frozenset[str],
    b: Mapping[str, _T],
    seen_b: frozenset[str],
    both: Callable[[_T, _T], _T],
) -> dict[str, _T]:
    """Join two sets of entries by dot: what one side has seen and does not hold was removed there."""
    live = {
        at: both(held, b[at]) if at in b else held for at, held in a.items() if at in b or at not in seen_b
    }
    live.update((at, held) for at, held in b.items() if at not in a and at not in seen_a)
    return live


def _each(
    a: Mapping[str, _T],
    b: Mapping[str, _T],
    empty: _T,
    both: Callable[[_T, _T], _T],
    stands: Callable[[_T], object] = bool,
) -> dict[str, _T]:
    """Join two mappings name by name and keep what is left."""
    joined = {name: both(a.get(name, empty), b.get(name, empty)) for name in {**a, **b}}
    return {name: held for name, held in joined.items() if stands(held)}


def _united(one: Sequence[_Part], other: Sequence[_Part], name: Callable[[_Part], str]) -> list[_Part]:
    if one == other:
        return list(one)
    united = {name(part): part for part in one}
    for part in other:
        key = name(part)
        united[key] = _either(united[key], part) if key in united else part
    return list(united.values())


def _original(one: Fingerprint | None, other: Fingerprint | None) -> Fingerprint | None:
    """A content hash, once somebody has it, stands: a side that has not hashed the original knows less."""
    both = [known for known in (one, other) if known is not None]
    return max(both, key=lambda known: (known.hash is not None, _form(known)), default=None)


def _either(one: _Part, other: _Part) -> _Part:
    """Choose between two forms of what should be one: equal, unless somebody edited a ledger by hand."""
    if one == other:
        return one
    return max(one, other, key=_form)


def _form(part: Candidate | Record | Past | Fingerprint) -> str:
    return text(
        {name: dict(held) if isinstance(held, Mapping) else held for name, held in asdict(part).items()}
    )
