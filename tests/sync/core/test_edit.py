"""A person's edits and what takes them back (R7, R10)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.codecs import ledger as ledgers
from sync.core.dots import LATEST_MS, dot
from sync.core.edit import edit, inverse
from sync.core.merge import join
from sync.core.model import Candidate, Change, Ledger, Region
from sync.core.show import show
from sync.errors import BadValue, Conflict

ASSET = "0" * 32
ALBUM = {"id": "a1", "title": "Italy", "pos": "h"}


def done(ledger: Ledger, *changes: Change, now: int = 1_000, by: str = "alice") -> Ledger:
    return edit(ledger, changes, now_ms=now, node="n", by=by)


LAKE = done(Ledger(ASSET), Change("title", "set", "Lake"), Change("tags", "add", ["a", "b"]))


def test_an_edit_names_who_when_and_what_was() -> None:
    after = done(LAKE, Change("title", "set", "See"), by="bob")
    (held,) = after.fields["title"]
    assert (held.v, held.was, held.by, held.via) == ("See", "Lake", "bob", None)
    line = after.history[-1]
    assert (line.field, line.was, line.v, line.by, line.at) == ("title", "Lake", "See", "bob", held.at)


@pytest.mark.parametrize(
    "change",
    [
        Change("title", "set", "Lake"),
        Change("tags", "add", "a"),
        Change("tags", "set", ["a", "b"]),
        Change("tags", "remove", "c"),
        Change("trash", "clear"),
        Change("albums", "remove", "a1"),
        Change("favourites", "remove", "alice"),
        Change("rating", "remove"),
    ],
)
def test_what_changes_nothing_is_the_very_same_ledger(change: Change) -> None:
    assert done(LAKE, change) is LAKE


def test_one_edit_has_one_dot_for_all_its_fields() -> None:
    after = done(LAKE, Change("title", "set", "See"), Change("rating", "set", 3), Change("tags", "add", "c"))
    assert len(after.seen - LAKE.seen) == 1


def test_a_whole_set_is_replaced_by_what_is_said() -> None:
    after = done(LAKE, Change("tags", "set", ["b", "c"]))
    assert show(after).value("tags") == ("b", "c")
    assert show(done(after, Change("tags", "clear"))).value("tags") is None


def test_a_removal_leaves_what_the_page_did_not_show() -> None:
    page = frozenset(show(LAKE).fields["tags"].dots)
    anew = done(done(LAKE, Change("tags", "remove", "a")), Change("tags", "add", "a"), now=9_000)
    assert show(done(anew, Change("tags", "remove", "a", page))).value("tags") == ("a", "b")
    assert show(done(anew, Change("tags", "remove", "a"))).value("tags") == ("b",)


def test_removing_a_value_is_not_clearing_it() -> None:
    assert "title" not in show(done(LAKE, Change("title", "remove"))).fields
    assert show(done(LAKE, Change("title", "clear"))).fields["title"].value is None


def test_albums_keep_their_title_and_place() -> None:
    inside = done(LAKE, Change("albums", "add", ALBUM))
    assert inside.albums["a1"].title == "Italy"
    assert inside.albums["a1"].pos[0].v == "h"
    assert done(inside, Change("albums", "add", ALBUM)) is inside
    moved = done(inside, Change("albums", "add", {"id": "a1", "pos": "m"}))
    assert (moved.albums["a1"].title, moved.albums["a1"].pos[0].v) == ("Italy", "m")
    assert not done(moved, Change("albums", "remove", "a1")).albums


def test_the_history_says_from_which_place_in_an_album_to_which() -> None:
    inside = done(LAKE, Change("albums", "add", ALBUM))
    moved = done(inside, Change("albums", "add", {"id": "a1", "pos": "m", "title": "Rome"}))
    gone = done(moved, Change("albums", "remove", "a1"))
    told = [(line.field, line.was, line.v) for line in gone.history if line.field.startswith("albums")]
    assert told == [
        ("albums/a1", None, "h"),
        ("albums/a1/title", None, "Italy"),
        ("albums/a1", "h", "m"),
        ("albums/a1/title", "Italy", "Rome"),
        ("albums/a1", "m", None),
    ]


def test_an_old_page_takes_a_photo_out_of_an_album_only_as_far_as_it_showed() -> None:
    inside = done(LAKE, Change("albums", "add", ALBUM))
    page = frozenset({*inside.albums["a1"].at, *(held.at for held in inside.albums["a1"].pos)})
    moved = done(inside, Change("albums", "add", {**ALBUM, "pos": "m"}), now=9_000)
    left = done(moved, Change("albums", "remove", "a1", page))
    assert left.albums["a1"].pos[0].v == "m"
    assert not done(inside, Change("albums", "remove", "a1", page)).albums


@pytest.mark.parametrize("pos", ["", "h0", 5, "a b"])
def test_what_is_no_place_in_an_album_is_refused(pos: object) -> None:
    with pytest.raises(BadValue):
        done(LAKE, Change("albums", "add", {**ALBUM, "pos": pos}))


@pytest.mark.parametrize(
    "bad", [{"title": 5}, {"title": ["x"]}, {"title": "half \ud800"}, {"id": "half \ud800"}, {"id": 5}]
)
def test_an_album_that_no_ledger_could_be_read_again_with_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        done(LAKE, Change("albums", "add", {**ALBUM, **bad}))


def test_dismissing_a_tag_that_was_put_back_stands_in_the_history() -> None:
    listed = replace(LAKE, stale={"tags/c": {"t": True}})
    after = done(listed, Change("tags", "remove", "c", frozenset({"t"}), strict=True), by="bob")
    assert [(line.field, line.was, line.v, line.by) for line in after.history[-1:]] == [
        ("tags/c", None, None, "bob")
    ]


def test_a_favourite_is_each_persons_own_and_never_in_an_xmp() -> None:
    after = done(LAKE, Change("favourites", "add", "alice"), Change("favourites", "add", "bob"))
    assert show(after).favourites == {"alice", "bob"}
    assert "favourites" not in show(after).content()


@pytest.mark.parametrize(
    "change",
    [
        Change("title", "set", 5),
        Change("title", "add", "x"),
        Change("tags", "add", "a|b"),
        Change("tags", "remove", 5),
        Change("regions", "set", []),
        Change("shoe", "set", 42),
        Change("shoe", "clear"),
        Change("albums", "add", {"title": "Italy"}),
        Change("albums", "add", 5),
        Change("favourites", "add", 5),
    ],
)
def test_what_no_field_can_hold_is_refused(change: Change) -> None:
    with pytest.raises(BadValue):
        done(LAKE, change)


CHANGES = [
    Change("title", "set", "See"),
    Change("title", "clear"),
    Change("title", "remove"),
    Change("rating", "set", 3),
    Change("tags", "add", ["a", "c"]),
    Change("tags", "remove", ["a"]),
    Change("tags", "set", ["x"]),
    Change("trash", "set", "trashed"),
    Change("albums", "add", ALBUM),
    Change("favourites", "add", "alice"),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=4))
def test_an_undo_brings_back_what_was_shown(changes: list[Change]) -> None:
    after = done(LAKE, *changes)
    undone = done(after, *inverse(LAKE, after, changes), now=5_000)
    then, now = show(LAKE), show(undone)
    assert {n: s.value for n, s in now.fields.items()} == {n: s.value for n, s in then.fields.items()}
    assert now.trashed == then.trashed
    assert now.favourites == then.favourites
    assert undone.albums.keys() == LAKE.albums.keys()


def test_an_undo_of_a_trashing_and_of_a_restoring() -> None:
    trash = [Change("trash", "set", "trashed")]
    trashed = done(LAKE, *trash)
    undone = done(trashed, *inverse(LAKE, trashed, trash))
    assert not show(undone).trashed
    again = done(undone, *inverse(trashed, undone, [Change("trash", "clear")]))
    assert show(again).trashed


def test_an_undo_of_leaving_an_album() -> None:
    inside = done(LAKE, Change("albums", "add", ALBUM))
    out = [Change("albums", "remove", "a1")]
    outside = done(inside, *out)
    back = done(outside, *inverse(inside, outside, out))
    assert (back.albums["a1"].title, back.albums["a1"].pos[0].v) == ("Italy", "h")


@pytest.mark.parametrize("title", ["Italy", "Rome"])
def test_an_undo_of_the_first_place_in_an_album(title: str) -> None:
    inside = done(LAKE, Change("albums", "add", {"id": "a1", "title": "Italy"}))
    move = [Change("albums", "add", {"id": "a1", "title": title, "pos": "m"})]
    moved = done(inside, *move, now=4_000)
    back = done(moved, *inverse(inside, moved, move), now=5_000)
    assert (back.albums["a1"].title, back.albums["a1"].pos) == ("Italy", ())
    assert join(moved, back) == back


@pytest.mark.parametrize(
    ("change", "since"),
    [
        (Change("title", "set", "See"), Change("title", "set", "Sea")),
        (Change("tags", "add", "c"), Change("tags", "remove", "c")),
        (Change("tags", "remove", "a"), Change("tags", "add", "a")),
        (Change("trash", "set", "trashed"), Change("trash", "clear")),
        (Change("albums", "add", ALBUM), Change("albums", "add", {**ALBUM, "pos": "z"})),
    ],
)
def test_an_undo_refuses_what_has_changed_since(change: Change, since: Change) -> None:
    after = done(LAKE, change)
    later = done(after, since, now=3_000)
    with pytest.raises(Conflict):
        done(later, *inverse(LAKE, after, [change]), now=5_000)


def test_an_undo_does_not_mind_other_fields() -> None:
    after = done(LAKE, Change("title", "set", "See"))
    later = done(after, Change("rating", "set", 3), now=3_000)
    undone = done(later, *inverse(LAKE, after, [Change("title", "set", "See")]), now=5_000)
    assert (show(undone).value("title"), show(undone).value("rating")) == ("Lake", 3)


def test_the_history_is_bounded() -> None:
    ledger: Any = LAKE
    for number in range(200):
        ledger = done(ledger, Change("rating", "set", number % 6), now=number)
    assert [line.field for line in ledger.history] == ["tags/b", *["rating"] * 64]
    assert ledger.history[-1].v == 199 % 6


def test_the_history_cuts_long_lists_too() -> None:
    names = [f"Ana {number:04}" for number in range(500)]
    after = done(LAKE, Change("creator", "set", names))
    assert len(after.history[-1].v) == 1_001
    assert show(after).value("creator") == names


def test_the_history_cuts_long_texts_and_the_ledger_does_not() -> None:
    after = done(LAKE, Change("description", "set", "x" * 5_000))
    assert len(after.history[-1].v) == 1_001
    assert len(show(after).value("description")) == 5_000


OPEN = done(LAKE, Change("title", "set", "Sea", frozenset()), now=9_000, by="bob")


def test_the_undo_of_a_resolution_opens_the_conflict_again() -> None:
    choice = [Change("title", "set", "Lake", frozenset(show(OPEN).fields["title"].dots), strict=True)]
    closed = edit(OPEN, choice, now_ms=10_000, node="n", by="alice")
    assert not show(closed).conflicts
    again = edit(closed, inverse(OPEN, closed, choice), now_ms=11_000, node="n", by="alice")
    assert show(again).conflicts == ("title",)
    assert [held.v for held in show(again).fields["title"].candidates] == ["Lake", "Sea"]
    assert show(again).value("title") == show(OPEN).value("title") == "Sea"
    assert len({held.at for held in again.fields["title"]}) == 2


def test_the_undo_of_a_resolution_at_the_end_of_time_makes_a_ledger_that_is_read_again() -> None:
    open_ = replace(OPEN, seen=OPEN.seen | {dot(LATEST_MS, "far", 1295)})
    for value in ("Third", "Fourth"):
        other = edit(
            Ledger(open_.id), [Change("title", "set", value)], now_ms=7_000, node=value.lower(), by="bob"
        )
        open_ = join(open_, other)
    choice = [Change("title", "set", "Mine")]
    closed = edit(open_, choice, now_ms=10_000, node="n", by="alice")
    again = edit(closed, inverse(open_, closed, choice), now_ms=11_000, node="n", by="alice")
    assert ledgers.read(ledgers.write(again)) == again
    assert len(show(again).fields["title"].candidates) == len(show(open_).fields["title"].candidates) > 2


def test_the_undo_of_an_edit_does_not_open_what_was_no_conflict() -> None:
    ranked = Ledger(ASSET, fields={"title": (Candidate("Found", "0" * 11 + "-f"), *LAKE.fields["title"])})
    assert not show(ranked).conflicts
    edit_ = [Change("title", "set", "See")]
    after = edit(ranked, edit_, now_ms=10_000, node="n", by="alice")
    back = edit(after, inverse(ranked, after, edit_), now_ms=11_000, node="n", by="alice")
    assert [held.v for held in back.fields["title"]] == ["Lake"]


def test_a_strict_change_may_close_the_stale_entries_it_saw() -> None:
    (lake,) = LAKE.fields["title"]
    listed = replace(LAKE, stale={"title": {"s": "Old"}, "tags/c": {"t": True}})
    keep = Change("title", "set", "Lake", frozenset({lake.at, "s"}), strict=True)
    assert done(listed, keep, now=10_000).stale == {"tags/c": {"t": True}}
    with pytest.raises(Conflict):
        done(done(listed, Change("title", "set", "See", frozenset({lake.at}))), keep)


@pytest.mark.parametrize(("op", "tags"), [("add", ("a", "b", "c")), ("remove", ("a", "b"))])
def test_a_tag_that_was_put_back_is_taken_or_dismissed_by_one_change(op: Any, tags: object) -> None:
    listed = replace(LAKE, stale={"tags/c": {"t": True}})
    after = done(listed, Change("tags", op, "c", frozenset({"t"}), strict=True))
    assert (show(after).value("tags"), after.stale) == (tags, {})


def test_a_face_that_is_gone_by_now_is_not_named() -> None:
    gone = Ledger(ASSET, regions={"r1": Region((), {"name": (Candidate("Ann", "d"),)})}, seen=frozenset("d"))
    for ledger in (gone, Ledger(ASSET)):
        with pytest.raises(Conflict):
            done(ledger, Change("regions/r1/name", "set", "Anna"))


def test_of_a_region_only_the_name_is_edited() -> None:
    face = Ledger(
        ASSET, regions={"r1": Region(("d",), {"name": (Candidate("Ann", "d"),)})}, seen=frozenset("d")
    )
    after = done(face, Change("regions/r1/name", "set", " Anna "))
    assert [held.v for held in after.regions["r1"].members["name"]] == ["Anna"]
    for key, value in (("regions/r1/name", 5), ("regions/r1/area", [0, 0, 1, 1]), ("regions", [])):
        with pytest.raises(BadValue):
            done(face, Change(key, "set", value))
