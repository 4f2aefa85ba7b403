"""Rows out of ledgers made by hand: what is agreed, who stands where, what is no conflict at all."""

from __future__ import annotations

from typing import Any

from kphotos.sidecar.review import Row, rows
from sync.core.edit import edit
from sync.core.model import Candidate, Change, Ledger, Past, Region, Value
from sync.core.show import show


def done(ledger: Ledger, field: str, value: Value, seen: set[str] | None, *, by: str, now: int) -> Ledger:
    change = Change(
        field, "clear" if value is None else "set", value, None if seen is None else frozenset(seen)
    )
    return edit(ledger, [change], now_ms=now, node=by, by=by)


def of(ledger: Ledger, **more: Any) -> tuple[Row, ...]:
    return rows(ledger, show(ledger).conflicts, **more)


NEW = Ledger("0" * 32)
LAKE = done(NEW, "title", "Lake", None, by="alice", now=1_000)
(BASE,) = show(LAKE).fields["title"].dots


def test_of_two_that_replaced_one_value_that_value_is_agreed() -> None:
    both = done(
        done(LAKE, "title", "See", {BASE}, by="bob", now=2_000), "title", "Lac", {BASE}, by="eve", now=3_000
    )
    (row,) = of(both)
    assert (row.is_agreed, row.agreed) == (True, "Lake")
    assert [(one.value, one.by) for one in row.choices] == [("Lake", None), ("See", "bob"), ("Lac", "eve")]


def test_the_history_is_followed_back_to_what_was_agreed() -> None:
    once = done(LAKE, "title", "See", {BASE}, by="bob", now=2_000)
    (second,) = show(once).fields["title"].dots
    twice = done(once, "title", "Teich", {second}, by="bob", now=3_000)
    (row,) = of(done(twice, "title", "Lac", {BASE}, by="eve", now=4_000))
    assert (row.is_agreed, row.agreed) == (True, "See"), "the last value that stood alone"


def test_two_that_began_with_nothing_agree_on_nothing() -> None:
    both = done(LAKE, "title", "See", set(), by="bob", now=2_000)
    (row,) = of(both)
    assert (row.is_agreed, row.agreed) == (True, None)
    assert [one.value for one in row.choices] == [None, "Lake", "See"]


def test_without_a_common_past_there_is_nothing_agreed_and_no_newest_is_suggested() -> None:
    found = (
        Candidate("Lake", "0" * 11 + "-a", via="digiKam"),
        Candidate("See", "0" * 11 + "-b", via="darktable"),
    )
    (row,) = of(Ledger("0" * 32, fields={"title": found}))
    assert (row.is_agreed, row.suggestion) == (False, None)
    assert [(one.number, one.side, one.via) for one in row.choices] == [
        (1, "file", "digiKam"),
        (2, "file", "darktable"),
    ]


def test_a_text_that_the_history_cut_is_never_offered() -> None:
    long = "x" * 5_000
    held = (
        Candidate("See", "0000000b000-b", was="Teich", by="bob"),
        Candidate("Lac", "0000000c000-c", was="Etang"),
    )
    history = (
        Past("0000000a000-a", "title", long[:1_000] + "…", "Teich"),
        Past("0000000a100-a", "title", long[:1_000] + "…", "Etang"),
    )
    (row,) = of(Ledger("0" * 32, fields={"title": held}, history=history))
    assert not row.is_agreed
    assert all("…" not in str(one.value) for one in row.choices)


def test_equal_values_are_one_choice() -> None:
    twice = done(LAKE, "title", "See", {BASE}, by="bob", now=2_000)
    thrice = done(
        done(twice, "title", "Lac", {BASE}, by="eve", now=3_000), "title", "See", {BASE}, by="eve", now=4_000
    )
    (row,) = of(thrice)
    assert sorted(str(one.value) for one in row.choices) == ["Lac", "Lake", "See"]
    assert len(row.dots) == 3


def test_what_nobody_is_asked_about_is_no_row() -> None:
    rated = done(NEW, "rating", 2, None, by="alice", now=1_000)
    assert of(done(rated, "rating", 5, set(), by="bob", now=2_000)) == ()
    assert of(LAKE) == ()


def test_a_face_with_two_names_is_a_row_and_its_area_is_none() -> None:
    names = (Candidate("Ann", "0000000b000-b", by="bob"), Candidate("Anna", "0000000c000-c", via="digiKam"))
    face = Region(("0000000a000-a",), {"name": names, "area": (Candidate([0, 0, 1, 1], "0000000a000-a"),)})
    stale = {"regions/r1/area": {"0000000d000-d": [0, 0, 1, 1]}, "regions/r2": {"0000000d000-d": True}}
    (row,) = of(Ledger("0" * 32, regions={"r1": face}, stale=stale))
    assert (row.key, row.field, row.element) == ("regions/r1/name", "regions", None)
    assert [one.value for one in row.choices] == ["Ann", "Anna"], "nothing is no name of a face"


def test_a_value_put_back_beside_a_conflict_is_one_more_choice() -> None:
    both = done(
        done(LAKE, "title", "See", {BASE}, by="bob", now=2_000), "title", "Lac", {BASE}, by="eve", now=3_000
    )
    stale = {"title": {"0000000z000-z": "Old", "0000000z100-z": "Lac"}}
    (row,) = of(Ledger("0" * 32, fields=both.fields, history=both.history, stale=stale), tool="darktable")
    assert [(one.value, one.is_stale, one.via) for one in row.choices][-1] == ("Old", True, "darktable")
    assert len(row.choices) == 4
    assert {"0000000z000-z", "0000000z100-z"} < set(row.dots)


def test_who_put_a_value_back_is_told_by_what_else_they_did_then() -> None:
    history = (Past("0000000z000-z", "rating", None, 2, via="digiKam"),)
    ledger = Ledger("0" * 32, fields=LAKE.fields, history=history, stale={"title": {"0000000z000-z": "Old"}})
    (row,) = of(ledger, tool="darktable")
    assert row.choices[-1].via == "digiKam"
