"""Which value is suggested, and why: a table of cases for each kind of field."""

from __future__ import annotations

from typing import Any

import pytest

from kphotos.sidecar.review import Choice
from kphotos.sidecar.suggesting import Suggestion, suggest
from sync.core.dots import dot
from sync.core.fields import Kind

NOON = "2024-06-28T12:00:00"
PARIS = {"lat": 48.8584, "lon": 2.2945, "alt": None}


def moment(local: str, offset: str | None = None) -> dict[str, str | None]:
    return {"local": local, "offset": offset}


@pytest.mark.parametrize(
    ("kind", "first", "second", "due"),
    [
        (Kind.MOMENT, moment(NOON), moment(NOON, "+02:00"), (2, "zone")),
        (Kind.MOMENT, moment(NOON, "+01:00"), moment(NOON, "+02:00"), None),
        (Kind.MOMENT, moment("2024-06-28"), moment(NOON), (2, "time")),
        (Kind.MOMENT, moment("2024-06-27"), moment(NOON), None),
        (Kind.POSITION, {**PARIS, "alt": 35.0}, {**PARIS, "lat": 48.8585}, (1, "altitude")),
        (Kind.POSITION, {**PARIS, "alt": 35.0}, {**PARIS, "lat": 48.9}, None),
        (Kind.POSITION, {**PARIS, "lon": 180.0, "alt": 1.0}, {**PARIS, "lon": -180.0}, (1, "altitude")),
        (Kind.PLACE, {"city": "Paris"}, {"city": "Paris", "country": "France"}, (2, "contains")),
        (Kind.PLACE, {"city": "Rome"}, {"city": "Paris", "country": "France"}, None),
        (Kind.NAMES, ["Ann", "Bob"], ["Ann"], (1, "contains")),
        (Kind.TEXT, "The Lake, at dawn", "lake at Dawn", (1, "contains")),
        (Kind.TEXT, "Seaside", "Sea", None),
        (Kind.TEXT, "Sea", "sea!", None),
        (Kind.INTEGER, 1, 6, None),
    ],
)  # fmt: skip
def test_the_value_that_says_more_is_suggested(
    kind: Kind, first: Any, second: Any, due: tuple[int, str] | None
) -> None:
    choices = [Choice(1, first, "people"), Choice(2, second, "file")]
    found = suggest(kind, choices, is_agreed=False)
    assert (found and (found.number, found.reason)) == due


def dated(number: int, ms: int, **more: Any) -> Choice:
    return Choice(number, f"Text {number}", "people", at=dot(ms, "n"), **more)


HOUR = 3_600_000


@pytest.mark.parametrize(
    ("choices", "is_agreed", "due"),
    [
        ([dated(2, 19 * HOUR), dated(3, HOUR)], True, Suggestion(2, "newer", 18 * HOUR)),
        ([dated(2, 19 * HOUR), dated(3, HOUR)], False, None),  # a first meeting: never "newest wins"
        ([dated(2, HOUR), dated(3, HOUR + 500)], True, None),
        ([dated(2, 0), dated(3, HOUR)], True, None),
        ([dated(2, 19 * HOUR), dated(3, HOUR), dated(4, 99 * HOUR, is_stale=True)], True,
         Suggestion(2, "newer", 18 * HOUR)),
        ([dated(2, HOUR)], True, None),
    ],
)  # fmt: skip
def test_the_newer_one_is_suggested_only_where_both_had_one_base(
    choices: list[Choice], is_agreed: bool, due: Suggestion | None
) -> None:
    assert suggest(Kind.TEXT, choices, is_agreed=is_agreed) == due
