"""`field=value` on the command line: what each form means, and what is refused with which words."""

import pytest

from kphotos.cli.changes import parse
from sync.core.model import Change
from sync.errors import BadValue


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        (["rating=4"], [Change("rating", "set", 4)]),
        (["rating=-1"], [Change("rating", "set", -1)]),
        (["rating="], [Change("rating", "clear")]),
        (["title=A = B"], [Change("title", "set", "A = B")]),
        (["title=two\nlines"], [Change("title", "set", "two\nlines")]),
        (["title=   "], [Change("title", "clear")]),
        (["label=green"], [Change("label", "set", "Green")]),
        (["tags+=Places/Paris"], [Change("tags", "add", ("Places/Paris",))]),
        (["tags+=a", "tags+=b"], [Change("tags", "add", ("a", "b"))]),
        (["tags-=a", "tags+=b"], [Change("tags", "remove", ("a",)), Change("tags", "add", ("b",))]),
        (["tags=b", "tags=a"], [Change("tags", "set", ("a", "b"))]),
        (["tags="], [Change("tags", "clear")]),
        (["creator=Ann", "creator=Bob"], [Change("creator", "set", ["Ann", "Bob"])]),
        (
            ["taken=2021-06-01T12:34:56+02:00"],
            [Change("taken", "set", {"local": "2021-06-01T12:34:56", "offset": "+02:00"})],
        ),
        (
            ["taken=2021-06-01 12:34 Z"],
            [Change("taken", "set", {"local": "2021-06-01T12:34", "offset": "+00:00"})],
        ),
        (["taken=2021-06-01"], [Change("taken", "set", {"local": "2021-06-01", "offset": None})]),
        (["gps=48.8584,2.2945"], [Change("gps", "set", {"lat": 48.8584, "lon": 2.2945, "alt": None})]),
        (["gps=-1,2,35"], [Change("gps", "set", {"lat": -1.0, "lon": 2.0, "alt": 35.0})]),
        (['place={"city": "Ulm"}'], [Change("place", "set", {"city": "Ulm"})]),
        (["rating=3", "title=x"], [Change("rating", "set", 3), Change("title", "set", "x")]),
    ],
)
def test_words_become_changes(words: list[str], changes: list[Change]) -> None:
    assert parse(words) == changes


@pytest.mark.parametrize(
    ("word", "field", "reason"),
    [
        ("rating", "rating", "looks like field=value"),
        ("rating=four", "rating", "whole number"),
        ("rating=6", "rating", "from -1 to 5"),
        ("rating+=1", "rating", "rating=VALUE"),
        ("ratings=1", "ratings", "no such field"),
        ("regions=1", "regions", "no such field"),
        ("label=pink", "label", "Red, Yellow"),
        ("taken=yesterday", "taken", "date like"),
        ("gps=Paris", "gps", "48.8584,2.2945"),
        ("gps=91,0", "gps", "latitude"),
        ("place=Ulm", "place", "JSON"),
        ("title=a\x07b", "title", "character"),
        ("tags+=a|b", "tags", "|"),
        ("tags+=", "tags", "empty"),
        ("favourite=maybe", "favourite", "yes or no"),
        ("favourite=yes", "favourite", "--as"),
    ],
)
def test_what_a_field_cannot_hold_is_refused_with_its_name(word: str, field: str, reason: str) -> None:
    with pytest.raises(BadValue) as caught:
        parse([word])
    assert caught.value.field == field
    assert reason in caught.value.reason


def test_a_register_given_twice_is_refused_not_half_taken() -> None:
    with pytest.raises(BadValue, match="twice"):
        parse(["title=a", "title=b"])


def test_a_favourite_is_the_persons_own() -> None:
    assert parse(["favourite=yes"], person="alice") == [Change("favourites", "add", "alice")]
    assert parse(["favourite=no"], person="alice") == [Change("favourites", "remove", "alice")]
