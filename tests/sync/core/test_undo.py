"""Taking back what one bulk edit did, from the ledger alone, where it still stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sync.codecs import ledger as ledgers
from sync.core.draft import HISTORY
from sync.core.edit import edit
from sync.core.merge import join
from sync.core.model import Candidate, Change, Ledger
from sync.core.show import show
from sync.core.undo import Since, has_done, undo_of
from sync.errors import Conflict

EMPTY = Ledger("0" * 32)
LONG = "x" * 5_000


def done(ledger: Ledger, *changes: Change, now: int, by: str = "alice") -> Ledger:
    # What a history tells must survive the disk.
    return ledgers.read(ledgers.write(edit(ledger, changes, now_ms=now, node="n", by=by)))


def undone(ledger: Ledger, bulk: str, now: int = 9_000) -> Ledger:
    return done(ledger, *undo_of(ledger, bulk, under="undo").changes, now=now)


BEFORE = done(
    EMPTY,
    Change("title", "set", "Lake"),
    Change("tags", "add", ["a", "b"]),
    Change("copyright", "clear"),
    Change("description", "set", LONG),
    now=1_000,
)
CONFLICT = join(
    done(EMPTY, Change("title", "set", "Lake"), now=1_000),
    done(EMPTY, Change("title", "set", "See"), now=1_001),
)


@pytest.mark.parametrize(
    ("before", "change"),
    [
        (BEFORE, Change("title", "set", "See", bulk="b")),
        (BEFORE, Change("title", "clear", bulk="b")),
        (BEFORE, Change("title", "remove", bulk="b")),
        (BEFORE, Change("rating", "set", 4, bulk="b")),
        (BEFORE, Change("copyright", "set", "Mine", bulk="b")),
        (BEFORE, Change("description", "set", "Short", bulk="b")),
        (BEFORE, Change("tags", "add", ["b", "c"], bulk="b")),
        (BEFORE, Change("tags", "remove", "a", bulk="b")),
        (BEFORE, Change("tags", "set", ["c"], bulk="b")),
        (BEFORE, Change("favourites", "add", "alice", bulk="b")),
        (CONFLICT, Change("title", "set", "Both", bulk="b")),
        (EMPTY, Change("title", "set", "Lake", bulk="b")),
    ],
)
def test_it_comes_back_exactly_as_it_was(before: Ledger, change: Change) -> None:
    after = done(before, change, now=2_000)
    assert has_done(after, "b")
    found = undo_of(after, "b", under="undo")
    assert found.refused == ()
    again = done(after, *found.changes, now=3_000)
    assert _shown(again) == _shown(before)
    # What takes it back is a bulk edit itself, and can be taken back in its turn.
    assert _shown(undone(again, "undo")) == _shown(after)


def _shown(ledger: Ledger) -> Any:
    document = show(ledger)
    values = {name: shown.value for name, shown in document.fields.items()}
    candidates = {
        name: sorted(str(one.v) for one in shown.candidates) for name, shown in document.fields.items()
    }
    return values, candidates, document.favourites


def test_nothing_is_taken_back_of_another_edit_or_of_none() -> None:
    assert undo_of(done(BEFORE, Change("title", "set", "See"), now=2_000), "b") == undo_of(EMPTY, "b")
    assert undo_of(EMPTY, "b").changes == ()


@pytest.mark.parametrize(
    ("key", "change", "later"),
    [
        ("title", Change("title", "set", "See"), Change("title", "set", "Mer")),
        ("title", Change("title", "set", "See"), Change("title", "remove")),
        ("title", Change("title", "remove"), Change("title", "set", "Mer")),
        ("tags/c", Change("tags", "add", "c"), Change("tags", "remove", "c")),
        ("tags/a", Change("tags", "remove", "a"), Change("tags", "add", "a")),
    ],
)
def test_what_somebody_has_gone_on_from_stays_and_the_rest_is_taken_back(
    key: str, change: Change, later: Change
) -> None:
    bulk = Change(change.field, change.op, change.value, bulk="b")
    after = done(BEFORE, bulk, Change("rating", "set", 4, bulk="b"), now=2_000)
    after = done(after, later, now=3_000, by="bob")
    found = undo_of(after, "b")
    (since,) = found.refused
    assert (since.key, since.by) == (key, "bob")
    assert [one.field for one in found.changes] == ["rating"]


def test_a_value_that_came_twice_is_not_the_bulk_edits_any_more() -> None:
    after = done(BEFORE, Change("rating", "set", 4, bulk="b"), now=2_000)
    away = done(after, Change("rating", "set", 2), now=3_000, by="bob")
    back = done(away, Change("rating", "set", 4), now=4_000, by="bob")
    assert [since.by for since in undo_of(back, "b").refused] == ["bob"]


MANY = [f"t{number:02}" for number in range(HISTORY + 16)]


def test_of_more_than_a_history_keeps_nothing_is_taken_back_rather_than_a_part() -> None:
    after = done(EMPTY, Change("tags", "add", MANY, bulk="b"), now=2_000)
    with pytest.raises(Conflict, match=f"{HISTORY} of the {len(MANY)} changes"):
        undo_of(after, "b")


def test_what_a_history_can_just_keep_is_taken_back_whole() -> None:
    after = done(EMPTY, Change("tags", "add", MANY[:HISTORY], bulk="b"), now=2_000)
    assert show(undone(after, "b")).value("tags") is None


def test_what_later_edits_have_pushed_out_of_the_history_is_missed() -> None:
    after = done(EMPTY, Change("tags", "add", MANY[:2], bulk="b"), now=2_000)
    for number in range(HISTORY - 2):
        after = done(after, Change("title", "set", f"T{number}"), now=3_000 + number)
    assert len(undo_of(after, "b").changes) == 2
    with pytest.raises(Conflict):
        undo_of(done(after, Change("rating", "set", 3), now=4_000), "b")


@pytest.mark.parametrize("bobs_time", [1_500, 2_500])
@pytest.mark.parametrize(
    ("key", "change"), [("tags/a", Change("tags", "remove", "a")), ("title", Change("title", "remove"))]
)
def test_what_another_site_took_out_too_stays_out_whatever_its_clock_said(
    key: str, change: Change, bobs_time: int
) -> None:
    alices = done(BEFORE, replace(change, bulk="b"), now=2_000)
    bobs = edit(BEFORE, [change], now_ms=bobs_time, node="m", by="bob")
    found = undo_of(join(alices, bobs), "b")
    assert (found.changes, [(since.key, since.by) for since in found.refused]) == ((), [(key, "bob")])


@pytest.mark.parametrize("op", ["remove", "clear"])
def test_what_was_once_taken_out_and_came_back_comes_back_again(op: Any) -> None:
    away = done(BEFORE, Change("tags", "remove", "a"), Change("title", op), now=1_100)
    back = done(away, Change("tags", "add", "a"), Change("title", "set", "Lake"), now=1_200)
    changes = Change("tags", "remove", "a", bulk="b"), Change("title", "remove", bulk="b")
    after = undone(done(back, *changes, now=2_000), "b")
    assert (show(after).value("tags"), show(after).value("title")) == (("a", "b"), "Lake")


def test_a_clear_over_what_somebody_had_taken_out_is_taken_back() -> None:
    away = done(BEFORE, Change("title", "remove"), now=1_100)
    cleared = done(away, Change("title", "clear", bulk="b"), now=2_000)
    assert "title" not in show(undone(cleared, "b")).fields


def test_albums_and_trash_are_left_as_they_are() -> None:
    after = done(BEFORE, Change("trash", "set", True, bulk="b"), now=2_000)
    assert undo_of(after, "b").changes == ()
    held = Ledger("0" * 32, history=done(BEFORE, Change("rating", "set", 3, bulk="b"), now=2_000).history)
    assert undo_of(held, "b").refused == (Since("rating"),)


def test_a_line_of_the_history_without_a_bulk_edit_says_no_more_than_before() -> None:
    plain = done(BEFORE, Change("copyright", "set", "Mine"), now=2_000).history[-1]
    assert (plain.bulk, plain.before) == (None, ())
    assert (
        Candidate("Mine", plain.at, None, "alice")
        in done(BEFORE, Change("copyright", "set", "Mine"), now=2_000).fields["copyright"]
    )
