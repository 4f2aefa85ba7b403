"""Which of several values a person will likely want, and the reason: offered, never taken unasked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sync.core.dots import FIRST_SIGHT, millis
from sync.core.fields import Kind
from sync.core.model import Value

Reason = Literal["zone", "time", "altitude", "contains", "newer"]
NEAR_METRES = 30.0
_EARTH_METRES = 6_371_000
_LEAST_MS = 60_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The choice with this number, because of `reason`; `newer_ms` says by how much where it is "newer"."""

    number: int
    reason: Reason
    newer_ms: int | None = None


class Offered(Protocol):
    """What is looked at of a choice."""

    @property
    def number(self) -> int: ...
    @property
    def value(self) -> Value: ...
    @property
    def side(self) -> str: ...
    @property
    def at(self) -> str | None: ...
    @property
    def is_stale(self) -> bool: ...


def suggest(kind: Kind, choices: Sequence[Offered], *, is_agreed: bool) -> Suggestion | None:
    """The one value that says all that the others say and more; else the newest, if they had one base."""
    rivals = [one for one in choices if one.side != "agreed" and not one.is_stale]
    for one in rivals:
        others = [other for other in rivals if other is not one]
        reasons = [_richer(kind, one.value, other.value) for other in others]
        if reasons and reasons[0] is not None and all(reasons):
            return Suggestion(one.number, reasons[0])
    return _newest(rivals) if is_agreed else None


def _newest(rivals: Sequence[Offered]) -> Suggestion | None:
    dated = sorted((one for one in rivals if one.at and not one.at.startswith(FIRST_SIGHT)), key=_at)
    if len(dated) < len(rivals) or len(dated) < 2:
        return None
    by = millis(_at(dated[-1])) - millis(_at(dated[-2]))
    return Suggestion(dated[-1].number, "newer", by) if by >= _LEAST_MS else None


def _at(one: Offered) -> str:
    return one.at or ""


def _richer(kind: Kind, value: Value, other: Value) -> Reason | None:
    """Why a value says all that the other one says, and more; None if it does not."""
    if kind is Kind.MOMENT:
        return _moment(value, other)
    if kind is Kind.POSITION:
        near = _metres(value, other) <= NEAR_METRES
        return "altitude" if near and value["alt"] is not None and other["alt"] is None else None
    if kind is Kind.PLACE:
        return "contains" if _items(other) < _items(value) else None
    if kind is Kind.NAMES:
        return "contains" if set(other) < set(value) else None
    if kind is Kind.TEXT:
        one, two = _words(value), _words(other)
        return "contains" if one != two and two and f" {two} " in f" {one} " else None
    return None


def _moment(value: Mapping[str, str | None], other: Mapping[str, str | None]) -> Reason | None:
    local, less = value["local"] or "", other["local"] or ""
    if local == less and value["offset"] and not other["offset"]:
        return "zone"
    return "time" if local != less and local.startswith(less) and not other["offset"] else None


def _metres(one: Mapping[str, float], two: Mapping[str, float]) -> float:
    lat, other = math.radians(one["lat"]), math.radians(two["lat"])
    high, wide = math.sin((lat - other) / 2), math.sin(math.radians(one["lon"] - two["lon"]) / 2)
    return 2 * _EARTH_METRES * math.asin(math.sqrt(high**2 + math.cos(lat) * math.cos(other) * wide**2))


def _items(place: Mapping[str, str]) -> set[tuple[str, str]]:
    return set(place.items())


def _words(text: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in text.casefold()).split())
