"""Going back to an older ledger on purpose: it stands, here and in every join with what it went back from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from sync.codecs import ledger as codec
from sync.core.absorb import adopt
from sync.core.edit import edit
from sync.core.merge import join
from sync.core.model import Change, Ledger, Region
from sync.core.rollback import NOTE, go_back
from sync.core.show import show
from tests.sync.core.test_laws import replicas
from tests.sync.core.world import ASSET, Xmp, sight_of

NOW = 1_900_000_000_000


def edited(ledger: Ledger, *changes: Change, now: int = 1) -> Ledger:
    return edit(ledger, changes, now_ms=now, node="n", by="alice")


def back(held: Ledger, newer: Ledger) -> Ledger:
    return go_back(held, newer, now_ms=NOW, node="b", by="alice")


def seen_of(ledger: Ledger) -> Any:
    """All that people see of a ledger."""
    document = show(ledger)
    albums = {name: (bool(held.at), {c.v for c in held.pos}) for name, held in ledger.albums.items()}
    stale = {key: sorted(map(repr, entries.values())) for key, entries in ledger.stale.items() if entries}
    return document.content(), document.conflicts, document.trashed, document.favourites, albums, stale


def test_what_was_set_since_is_gone_and_what_was_replaced_is_back() -> None:
    old = edited(Ledger(ASSET), Change("title", "set", "Lake"), Change("tags", "add", "a"))
    new = edited(old, Change("title", "set", "See"), Change("rating", "set", 4), now=2)
    new = edited(new, Change("tags", "remove", "a"), Change("tags", "add", "b"), now=3)
    now = back(old, new)
    assert show(now).content() == {"title": "Lake", "tags": ("a",)}
    assert show(join(now, new)).content() == {"title": "Lake", "tags": ("a",)}


def test_the_history_says_who_went_back_and_from_what_to_what() -> None:
    old = edited(Ledger(ASSET), Change("title", "set", "Lake"))
    new = edited(old, Change("title", "set", "See"), Change("trash", "set", "trashed"), now=2)
    told = {line.field: (line.was, line.v, line.by) for line in back(old, new).history if line.note == NOTE}
    assert told == {"title": ("See", "Lake", "alice"), "trash": (True, None, "alice")}
    assert "See" in [line.v for line in back(old, new).history if line.note is None]


def test_going_back_from_nothing_visible_is_said_all_the_same() -> None:
    old = edited(Ledger(ASSET), Change("title", "set", "Lake"))
    new = replace(old, seen=old.seen | {"0mb3k9q2f00-k7q2"})
    assert [line.note for line in back(old, new).history].count(NOTE) == 1


def test_a_region_and_an_album_come_back() -> None:
    old = edited(Ledger(ASSET), Change("albums", "add", {"id": "a1", "title": "Italy", "pos": "m"}))
    dot = min(old.seen)
    old = replace(old, regions={"r1": Region((dot,), {})})
    new = replace(edited(old, Change("albums", "remove", "a1"), now=2), regions={})
    now = join(back(old, new), new)
    assert (now.albums["a1"].title, [c.v for c in now.albums["a1"].pos]) == ("Italy", ["m"])
    assert now.regions["r1"].at


def test_what_was_listed_for_a_person_then_is_listed_again() -> None:
    old = edited(Ledger(ASSET), Change("title", "set", "Lake"))
    dot = min(old.seen)
    old = replace(old, stale={"title": {dot: "Old"}, "rating": {dot: 2}})
    new = replace(edited(old, Change("title", "set", "See"), now=2), stale={"rating": {dot: 2}})
    now = join(back(old, new), new)
    assert {key: list(entries.values()) for key, entries in now.stale.items()} == {
        "title": ["Old"],
        "rating": [2],
    }


def test_what_was_found_at_first_sight_keeps_its_rank_beneath_what_people_say() -> None:
    found = adopt(sight_of(Xmp({"title": "Lake"})), ASSET)
    old = join(found, edited(Ledger(ASSET), Change("title", "set", "See")))
    new = edited(old, Change("title", "clear"), now=2)
    assert show(old).conflicts == ()
    assert seen_of(join(back(old, new), new)) == seen_of(old)


def test_a_rollback_that_only_forgets_is_caught() -> None:
    """The law can fail: the old ledger alone does not stand when the newer comes back."""
    old = edited(Ledger(ASSET), Change("title", "set", "Lake"))
    new = edited(old, Change("title", "set", "See"), now=2)
    assert seen_of(join(old, new)) != seen_of(old)


@settings(max_examples=150, deadline=None)
@given(replicas())
def test_it_shows_what_it_showed_alone_and_joined_with_any_of_what_it_has_seen(ledgers: list[Ledger]) -> None:
    old, other, third = ledgers
    newer = join(join(old, other), third)
    now = back(old, newer)
    assert seen_of(now) == seen_of(old)
    assert newer.seen <= now.seen
    for again in (newer, other, third, old):
        assert seen_of(join(now, again)) == seen_of(old)
    assert codec.read(codec.write(now)) == now
