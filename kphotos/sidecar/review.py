"""What of one photo waits for a person, as rows of choices: a pure reading of its ledger.

A row is a field with two values that know nothing of each other, or one that a program with an old
database put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from kphotos.sidecar.layers import is_askable
from kphotos.sidecar.suggesting import Suggestion, suggest
from sync.core.dots import FIRST_SIGHT
from sync.core.draft import LINE, SETS, Draft
from sync.core.fields import FIELDS
from sync.core.keys import field_of
from sync.core.model import Candidate, Key, Ledger, Past, Value
from sync.core.show import open_candidates, winner
from sync.core.values import same

Side = Literal["agreed", "people", "file"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a row offers, by its number from 1 on; `value` None is nothing, or cleared."""

    number: int
    value: Value
    side: Side
    by: str | None = None
    via: str | None = None
    at: str | None = None
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One field, element of a set or name of a face that waits for a person.

    `dots` are all that the row shows: the basis of a decision. `is_open`: two values conflict; else a
    value was put back by a tool and not taken, and the first choice is what stands. `is_agreed`: the
    value both came from is known, and is `agreed`.
    """

    key: Key
    label: str
    is_open: bool
    choices: tuple[Choice, ...]
    dots: tuple[str, ...]
    is_agreed: bool = False
    agreed: Value = None
    suggestion: Suggestion | None = None

    @property
    def field(self) -> str:
        """The field of the one table that the row is about."""
        return field_of(self.key)

    @property
    def element(self) -> str | None:
        """The element of a set, such as one tag, None for a field with one value."""
        return self.key.partition("/")[2] if self.field in SETS else None


def rows(ledger: Ledger, conflicts: Iterable[Key], *, tool: str | None = None) -> tuple[Row, ...]:
    """What of a ledger waits for a person; `tool` is who wrote the XMP, as far as that tells."""
    open_ = set(conflicts)
    back = {key for key in ledger.stale if is_askable(key)}
    order = list(FIELDS)
    keys = sorted(open_ | back, key=lambda key: (key not in open_, order.index(field_of(key)), key))
    return tuple(_row(ledger, key, tool, is_open=key in open_) for key in keys)


def told(row: Row) -> dict[str, Any]:
    """A row as JSON: {key, field, element, label, open, agreed: {value} or null, choices: [{number, value,
    side: agreed|people|file, by, via, at, stale}], dots, suggestion: {number, reason, newer_ms} or null}."""
    choices = [
        {
            "number": one.number,
            "value": one.value,
            "side": one.side,
            "by": one.by,
            "via": one.via,
            "at": one.at,
            "stale": one.is_stale,
        }
        for one in row.choices
    ]
    return {
        "key": row.key,
        "field": row.field,
        "element": row.element,
        "label": row.label,
        "open": row.is_open,
        "agreed": {"value": row.agreed} if row.is_agreed else None,
        "choices": choices,
        "dots": list(row.dots),
        "suggestion": asdict(row.suggestion) if row.suggestion is not None else None,
    }


def _row(ledger: Ledger, key: Key, tool: str | None, *, is_open: bool) -> Row:
    held = Draft(ledger).held(key)
    stale = ledger.stale.get(key, {})
    rivals = _newest_of_each(open_candidates(key, held)) if is_open else ()
    is_agreed, agreed = _agreed(ledger.history, key, rivals) if is_open else (False, None)
    listed: list[Choice] = []
    if is_agreed and (agreed is not None or field_of(key) != "regions"):
        listed.append(Choice(1, agreed, "agreed"))
    if is_open:
        listed += [Choice(0, c.v, "file" if c.via else "people", c.by, c.via, c.at) for c in rivals]
    else:
        listed.append(_standing(held))
    listed += [_put_back(ledger, at, value, tool) for at, value in sorted(stale.items())]
    choices = tuple(_numbered(_distinct(listed)))
    return Row(
        key,
        FIELDS[field_of(key)].label,
        is_open,
        choices,
        tuple(sorted({*(c.at for c in held), *stale})),
        is_agreed,
        agreed,
        suggest(FIELDS[field_of(key)].kind, choices, is_agreed=is_agreed) if is_open else None,
    )


def _newest_of_each(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """One candidate per value: equal values count as one for people. People's come first."""
    found: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda one: one.at, reverse=True):
        if not any(same(candidate.v, other.v) for other in found):
            found.append(candidate)
    return tuple(sorted(found, key=lambda one: (one.via is not None, one.at)))


def _standing(held: tuple[Candidate, ...]) -> Choice:
    if not held:
        return Choice(1, None, "people")
    shown = winner(held)
    return Choice(1, shown.v, "people", shown.by, shown.via, shown.at)


def _put_back(ledger: Ledger, at: str, value: Value, tool: str | None) -> Choice:
    via = next((line.via for line in ledger.history if line.at == at and line.via), tool)
    return Choice(0, value, "file", None, via, at, is_stale=True)


def _distinct(choices: Iterable[Choice]) -> list[Choice]:
    """Without an agreed value that is one of the candidates too, and without one value put back twice."""
    listed = list(choices)
    return [
        one
        for place, one in enumerate(listed)
        if not (one.side == "agreed" and any(same(one.value, other.value) for other in listed[1:]))
        and not (one.is_stale and any(same(one.value, other.value) for other in listed[:place]))
    ]


def _numbered(choices: Iterable[Choice]) -> Iterator[Choice]:
    for number, one in enumerate(choices, 1):
        yield replace(one, number=number)


def _agreed(history: tuple[Past, ...], key: Key, rivals: tuple[Candidate, ...]) -> tuple[bool, Value]:
    """Whether one value is known to have stood before all rivals, and that value: the latest such.

    What a candidate replaced is the value shown then, so a rival's own value may stand in between.
    """
    lines = [line for line in history if line.field == key]
    first, *others = ([*_before(lines, rival)] for rival in sorted(rivals, key=lambda one: one.at))
    for value in first:
        if any(same(value, rival.v) for rival in rivals):
            continue
        if all(any(same(value, before) for before in other) for other in others):
            return True, value
    return False, None


def _before(lines: list[Past], rival: Candidate) -> Iterator[Value]:
    """The values before a candidate, latest first, as far as the history tells; a cut text tells no more."""
    if rival.at.startswith(FIRST_SIGHT):
        return
    value, at = rival.was, rival.at
    while True:
        yield value
        line = next((one for one in reversed(lines) if one.at < at and same(one.v, value)), None)
        if line is None or (isinstance(line.was, str) and len(line.was) > LINE):
            return
        value, at = line.was, line.at
