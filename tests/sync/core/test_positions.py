"""Places in an album: always room between two, and two people never get the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.positions import LONGEST, between, is_place

PLACES = st.from_regex(r"[0-9A-Za-z]{0,6}[1-9A-Za-z]", fullmatch=True)


@given(st.none() | PLACES, st.none() | PLACES, st.text(max_size=8))
def test_a_place_lies_between_its_neighbours(low: str | None, high: str | None, photo: str) -> None:
    if low is not None and high is not None and low >= high:
        with pytest.raises(ValueError, match="is not before"):
            between(low, high, photo)
        return
    place = between(low, high, photo)
    assert is_place(place)
    assert low is None or low < place
    assert high is None or place < high


@pytest.mark.parametrize("ends", [(True, False), (False, True)], ids=["always first", "always last"])
def test_a_thousand_photos_at_one_end_stay_in_order_and_fit(ends: tuple[bool, bool]) -> None:
    at_start, _ = ends
    places = [between(None, None, "0")]
    for number in range(1, 1_000):
        edge = places[0] if at_start else places[-1]
        made = between(None, edge, str(number)) if at_start else between(edge, None, str(number))
        places = [made, *places] if at_start else [*places, made]
    assert places == sorted(set(places))
    assert max(map(len, places)) < LONGEST


def test_two_people_who_fill_one_gap_get_two_places() -> None:
    assert between("h", "i", "a" * 32) != between("h", "i", "b" * 32)
    assert between("h", "i", "a" * 32) == between("h", "i", "a" * 32)


def test_a_gap_that_was_halved_too_often_is_said() -> None:
    narrow = "h" * LONGEST
    with pytest.raises(ValueError, match="too narrow"):
        between(narrow, narrow[:-1] + "i", "0")


@pytest.mark.parametrize("value", ["", "h0", "ä", "h i", 5, None, "h" * 401])
def test_what_is_no_place(value: object) -> None:
    assert not is_place(value)
