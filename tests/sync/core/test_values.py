"""One canonical form for what files say, and refusals for what people should not say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.fields import FIELDS
from sync.core.values import canonical, check, digest, element, kept, region, same, text
from sync.errors import BadValue

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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["local", "offset", "lat", "lon", "alt", "city", "name", "area"]), inner
        )
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(FIELDS)), JSON)
def test_nothing_that_a_file_says_raises(field: str, value: Any) -> None:
    held = canonical(field, value)
    assert canonical(field, held) == held
    text(held).encode()


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
]


@pytest.mark.parametrize(("field", "value", "held"), ACCEPTED)
def test_what_a_field_can_hold_is_taken(field: str, value: Any, held: Any) -> None:
    assert check(field, value) == held


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
