"""Stamps follow what is known, whatever the clock says; ids are the same everywhere."""

from __future__ import annotations

from sync.core import dots
from sync.core.identity import derived_id, is_id, reissued_id


def test_a_stamp_has_the_agreed_form() -> None:
    assert dots.dot(1_700_000_000_000, "k7q2") == "0loyw3v2800-k7q2"
    assert dots.millis("0loyw3v2800-k7q2") == 1_700_000_000_000
    assert dots.dot(-5, "n", 37) == "00000000011-n"


def test_an_edit_is_later_than_all_it_knows_even_if_the_clock_went_back() -> None:
    known = {dots.dot(5_000, "a"), dots.dot(9_000, "b")}
    assert dots.following(known, 1_000, "n") == dots.dot(9_001, "n")
    assert dots.following(known, 20_000, "n") == dots.dot(20_000, "n")
    assert dots.following((), 7, "n") == dots.dot(7, "n")


def test_at_the_end_of_time_edits_still_get_names_of_their_own() -> None:
    known = {dots.dot(10**20, "a")}
    for _ in range(1_400):
        at = dots.following(known, 0, "n")
        assert at not in known
        known.add(at)


def test_at_the_end_of_time_one_name_after_another_is_a_new_one() -> None:
    named = [dots.dot(10**20, "a", 1295)]
    for _ in range(100):
        named.append(dots.following(named[-1:], 0, "n"))
    assert len(set(named)) == len(named)


def test_a_derived_node_tells_its_parts_apart() -> None:
    assert dots.hashed_node("a", "bc") != dots.hashed_node("ab", "c")
    assert dots.hashed_node("a", "half \ud800") == dots.hashed_node("a", "half \ud800")


def test_ids_are_derived_from_volume_and_path() -> None:
    one = derived_id("v", "2021/IMG_1.JPG")
    assert is_id(one)
    assert one == derived_id("v", "2021/IMG_1.JPG")
    assert (
        len(
            {
                one,
                derived_id("w", "2021/IMG_1.JPG"),
                derived_id("v", "2021/IMG_1.jpg"),
                derived_id("v", "\udcff"),
            }
        )
        == 4
    )


def test_a_copied_folder_gets_ids_of_its_own() -> None:
    one = derived_id("v", "a.jpg")
    assert reissued_id(one, "v", "copy/a.jpg") not in (one, reissued_id(one, "v", "copy 2/a.jpg"))
    assert not is_id(one.upper())
