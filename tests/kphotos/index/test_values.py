"""Arithmetic from values to columns, case by case."""

from __future__ import annotations

from datetime import date

import pytest

from kphotos.index import values
from kphotos.index.tables import NO_CLOCK, UNDATED


def day(*parts: int) -> int:
    return (date(*parts) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2021-06-01T12:34:56.121", (day(2021, 6, 1), 45_296_121)),
        ("2021-06-01T12:34:56", (day(2021, 6, 1), 45_296_000)),
        ("2021-06-01T12:34", (day(2021, 6, 1), 45_240_000)),
        ("2021-06-01 12:34:56.1", (day(2021, 6, 1), 45_296_100)),
        ("2021-06-01T12:34:56.1239999", (day(2021, 6, 1), 45_296_123)),
        ("1970-01-01T00:00:00", (0, 0)),
        ("1969-12-31", (-1, NO_CLOCK)),
        ("2021-06", (day(2021, 6, 1), NO_CLOCK)),
        ("1985", (day(1985, 1, 1), NO_CLOCK)),
        ("2021-06-01T24:00:00", (day(2021, 6, 1), NO_CLOCK)),
        ("2021-06-01T12:60", (day(2021, 6, 1), NO_CLOCK)),
        ("0000-00-00T00:00:00", (UNDATED, NO_CLOCK)),
        ("2021-02-29", (UNDATED, NO_CLOCK)),
        ("yesterday", (UNDATED, NO_CLOCK)),
        ("٢٠٢١-06-01", (UNDATED, NO_CLOCK)),
        ("", (UNDATED, NO_CLOCK)),
        (None, (UNDATED, NO_CLOCK)),
    ],
)
def test_local_time_becomes_a_day_and_a_clock(local: str | None, expected: tuple[int, int]) -> None:
    assert values.day_and_clock(local) == expected


@pytest.mark.parametrize(
    ("width", "height", "orientation", "expected"),
    [
        (1, 1, 1, 128),
        (3000, 2000, 1, 156),
        (3000, 2000, 6, 100),
        (3000, 2000, 5, 100),
        (3000, 2000, 4, 156),
        (4, 1, 1, 224),
        (400, 1, 1, 224),
        (1, 400, 1, 32),
        (1, 400, 8, 224),
        (0, 5, 1, 156),
        (None, None, 1, 156),
        (-3, 2, 1, 156),
    ],
)
def test_the_shape_is_one_byte(
    width: int | None, height: int | None, orientation: int, expected: int
) -> None:
    assert values.ratio_of(width, height, orientation) == expected


def test_what_a_database_cannot_hold_becomes_nothing() -> None:
    assert values.integer(2**63 - 1) == 2**63 - 1
    assert values.integer(-(2**63)) == -(2**63)
    assert values.integer(2**63) is None
    assert values.integer("5") is None
    assert values.real(float("nan")) is None
    assert values.real(float("-inf")) is None
    assert values.real(10**400) is None
    assert values.real(2) == 2.0
    assert values.text("a\0b") == "ab"
    assert values.text("a\udcffb") == "a?b"
    assert values.text("Zürich") == "Zürich"
    assert values.text(5) is None


def test_a_document_has_one_form_and_no_number_that_is_none() -> None:
    assert values.document({"b": [1, float("nan")], "a": "ü"}) == '{"a":"ü","b":[1,null]}'
    assert values.maybe_json([]) is None
