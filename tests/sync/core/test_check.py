"""What people say is held in a field's form, or refused by the field's name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.check import check
from sync.core.fields import FIELDS
from sync.core.values import kept
from sync.errors import BadValue
from tests.sync.core.json_values import JSON


@given(st.sampled_from(sorted(FIELDS)), JSON)
def test_what_a_person_says_is_held_or_refused(field: str, value: Any) -> None:
    try:
        held = check(field, value)
    except BadValue:
        return
    assert kept(field, held) == held or held == ()


REFUSED: list[tuple[str, Any]] = [
    ("title", 5),
    ("title", "a\x00"),
    ("title", "half \ud800"),
    ("title", "not XML \uffff"),
    ("title", "x" * 2_001),
    ("description", "x" * 65_537),
    ("rating", 6),
    ("rating", -2),
    ("rating", 3.5),
    ("rating", "3"),
    ("rating", True),
    ("orientation", 0),
    ("orientation", 9),
    ("label", "Pink"),
    ("taken", {"local": "tomorrow"}),
    ("taken", {"local": "2021-02-30"}),
    ("taken", {"local": "2021-06-01T12:00:00", "offset": "Paris"}),
    ("taken", {"local": "2021-06-01", "offset": "+02:00"}),  # no XMP could say it
    ("taken", "2021-06-01"),
    ("gps", {"lat": 91, "lon": 0}),
    ("gps", {"lat": 1}),
    ("gps", "here"),
    ("creator", ["Ana", 5]),
    ("creator", "Ana"),
    ("place", ["Paris"]),
    ("tags", ["a|b"]),
    ("tags", ["a", ""]),
    ("tags", [" / "]),
    ("tags", 5),
    ("tags", [5]),
    ("tags", ["x" * 513]),
    ("regions", []),
    ("shoe", "x"),
    ("regions/name", "Ann"),
    ("regions//name", "Ann"),
    ("regions/r1/nose/name", "Ann"),
    ("regions/r1", "Ann"),
    ("regions/r1/area", [0.5, 0.5, 0.1, 0.1]),
    ("regions/r1/name", 5),
    ("regions/r1/name", None),
]


@pytest.mark.parametrize(("field", "value"), REFUSED)
def test_what_a_field_cannot_hold_is_refused(field: str, value: Any) -> None:
    with pytest.raises(BadValue) as refused:
        check(field, value)
    assert refused.value.field == field
    assert str(refused.value) == f"{field}: {refused.value.reason}"


ACCEPTED: list[tuple[str, Any, Any]] = [
    ("title", "", None),
    ("title", None, None),
    ("rating", 0, 0),
    ("rating", -1, -1),
    ("label", "red", "Red"),
    ("label", "", None),
    ("taken", {}, None),
    ("taken", {"local": "1970-01-01T00:00:00"}, {"local": "1970-01-01T00:00:00", "offset": None}),
    (
        "taken",
        {"local": "2021-06-01T12:00:00", "offset": "+02:00"},
        {"local": "2021-06-01T12:00:00", "offset": "+02:00"},
    ),
    ("tags", "a", ("a",)),
    ("tags", ["b", "a"], ("a", "b")),
    ("creator", ["Ana"], ["Ana"]),
    ("place", {"city": "Paris"}, {"city": "Paris"}),
    ("regions/r1/name", " Ann ", "Ann"),
    ("regions/r1/name", "", ""),
]


@pytest.mark.parametrize(("field", "value", "held"), ACCEPTED)
def test_what_a_field_can_hold_is_taken(field: str, value: Any, held: Any) -> None:
    assert check(field, value) == held
