"""One canonical form for what files say, whatever they say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.fields import FIELDS
from sync.core.values import canonical, digest, element, kept, region, same, text
from tests.sync.core.json_values import JSON

CANONICAL: list[tuple[str, Any, Any]] = [
    ("title", "Lake", "Lake"),
    ("title", "Se\u0301e", "Sée"),
    ("title", "  ", None),
    ("title", 5, None),
    ("title", "a\x00b\x1b", "ab"),
    ("description", "a\r\nb\rc", "a\nb\nc"),
    ("rating", 3, 3),
    ("rating", 3.5, 3),
    ("rating", 7, 5),
    ("rating", -9, -1),
    ("rating", True, None),
    ("rating", float("nan"), None),
    ("rating", "3", None),
    ("orientation", 9, None),
    ("pick", 2, None),
    ("label", "red", "Red"),
    ("label", "Approved", "Approved"),
    ("label", "", None),
    (
        "taken",
        {"local": "2021-06-01T12:34:56.120", "offset": "Z"},
        {"local": "2021-06-01T12:34:56.12", "offset": "+00:00"},
    ),
    ("taken", {"local": "2021:06:01 12:34:56"}, {"local": "2021-06-01T12:34:56", "offset": None}),
    (
        "taken",
        {"local": "2021-06-01T12:34:56.000", "offset": "-0330"},
        {"local": "2021-06-01T12:34:56", "offset": "-03:30"},
    ),
    ("taken", {"local": "2021"}, {"local": "2021", "offset": None}),
    ("taken", {"local": "2021-06"}, {"local": "2021-06", "offset": None}),
    ("taken", {"local": "2021-06-01", "offset": "+02:00"}, {"local": "2021-06-01", "offset": None}),
    (
        "taken",
        {"local": "2021-06-01T12:34", "offset": "+02:00"},
        {"local": "2021-06-01T12:34", "offset": "+02:00"},
    ),
    (
        "taken",
        {"local": "2021-06-01T12:34", "offset": "+25:00"},
        {"local": "2021-06-01T12:34", "offset": None},
    ),
    ("taken", {"local": "2021-02-29"}, None),
    ("taken", {"local": "0000-00-00T00:00:00"}, None),
    ("taken", {"local": "1970-01-01T00:00:00"}, None),
    ("taken", {"local": "2021-06-01T24:00:00"}, None),
    ("taken", {"local": "2021-06-01T12:00:60"}, None),
    ("taken", {"local": None}, None),
    ("taken", "2021", None),
    ("gps", {"lat": 48.85840049, "lon": -2, "alt": 35.55}, {"lat": 48.8584, "lon": -2.0, "alt": 35.5}),
    ("gps", {"lat": -0.0, "lon": 0}, {"lat": 0.0, "lon": 0.0, "alt": None}),
    ("gps", {"lat": 91, "lon": 0}, None),
    ("gps", {"lat": float("nan"), "lon": 0}, None),
    ("gps", {"lat": 1, "lon": True}, None),
    ("gps", [1, 2], None),
    ("creator", ["Ana", " Ana ", "", "Beto"], ["Ana", "Beto"]),
    ("creator", "Ana", ["Ana"]),
    ("creator", [], None),
    ("creator", 5, None),
    ("place", {"city": "Paris", "state": " ", "moon": "x"}, {"city": "Paris"}),
    ("place", {}, None),
    ("place", "Paris", None),
    ("tags", ["b", "a", "a", " Places / Paris /", "/"], ("Places/Paris", "a", "b")),
    ("tags", [], None),
    ("tags", 5, None),
    ("people", ["Ana/Maria", "Ana"], ("Ana", "Ana/Maria")),
    (
        "regions",
        [{"name": "Ana", "area": [0.5, 0.5, 0.1, 0.1]}],
        [{"name": "Ana", "area": [0.5, 0.5, 0.1, 0.1]}],
    ),
    ("regions", [{"name": "Ana"}], None),
    ("regions", "x", None),
]


@pytest.mark.parametrize(("field", "value", "held"), CANONICAL)
def test_the_canonical_form(field: str, value: Any, held: Any) -> None:
    assert canonical(field, value) == held


@pytest.mark.parametrize(("field", "value", "held"), CANONICAL)
def test_the_canonical_form_of_a_canonical_form_is_itself(field: str, value: Any, held: Any) -> None:
    assert canonical(field, held) == held
    assert kept(field, held) == held


@given(st.sampled_from(sorted(FIELDS)), JSON)
def test_nothing_that_a_file_says_raises(field: str, value: Any) -> None:
    held = canonical(field, value)
    assert canonical(field, held) == held
    text(held).encode()


def test_digests_tell_values_apart_and_nothing_else() -> None:
    assert digest("1") != digest(1)
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest(("a", "b")) == digest(["a", "b"])
    assert len(digest("Lake")) == 16
    assert same({"a": 1}, {"a": 1})
    assert not same("1", 1)


def test_an_element_of_a_set_is_one_line() -> None:
    assert element("people", " Ana\nMaria ") == "Ana Maria"


def test_a_region_needs_an_area() -> None:
    assert region({"name": "x", "area": [0.5, 0.5, 0, 0.1]}) is None
    assert region("x") is None
    assert region({"area": [0.5, 0.5, 0.1, 0.1], "type": None}) == {"name": "", "area": [0.5, 0.5, 0.1, 0.1]}
