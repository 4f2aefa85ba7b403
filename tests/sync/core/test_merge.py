"""Two replicas that had not seen each other, case by case: what both show after they have met."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sync.codecs import ledger as codec
from sync.core.draft import Draft
from sync.core.edit import edit
from sync.core.merge import join
from sync.core.model import Candidate, Change, Fingerprint, Ledger, Record, Region
from sync.core.show import open_candidates, show

ASSET = "0" * 32
LAKE, SEE, SEA = "Lake", "See", "Sea"
PARIS, ROME = "Places/Paris", "Places/Rome"
NOON = {"local": "2021-06-01T12:00:00", "offset": "+02:00"}
ONE = {"local": "2021-06-01T13:00:00", "offset": None}
HERE, THERE = {"lat": 1.0, "lon": 2.0, "alt": None}, {"lat": 1.0, "lon": 2.5, "alt": None}
ALBUM = {"id": "a1", "title": "Italy", "pos": "h"}


def put(**values: Any) -> list[Change]:
    return [Change(name, "clear" if value is None else "set", value) for name, value in values.items()]


def add(*tags: str) -> list[Change]:
    return [Change("tags", "add", list(tags))]


def remove(*tags: str) -> list[Change]:
    return [Change("tags", "remove", list(tags))]


def _made(ledger: Ledger, changes: list[Change], node: str, now: int) -> Ledger:
    for step, change in enumerate(changes):
        ledger = edit(ledger, [change], now_ms=now + step, node=node, by=node)
    return ledger


def test_a_conflict_is_closed_by_who_has_seen_it_and_by_nobody_else() -> None:
    base = _made(Ledger(ASSET), put(title=LAKE), "base", 1)
    alice, bob = (
        _made(base, put(title=SEE), "alice", 2_000_000),
        _made(base, put(title=SEA), "bob", 3_000_000),
    )
    blind = _made(alice, put(title="Pond"), "alice", 4_000_000)
    assert show(join(blind, bob)).conflicts == ("title",)
    resolved = _made(join(alice, bob), put(title=SEE), "alice", 5_000_000)
    assert show(resolved).conflicts == ()
    assert show(join(resolved, bob)).value("title") == SEE
    assert show(join(resolved, bob)).conflicts == ()


def test_a_clock_that_is_wrong_by_years_only_chooses_what_is_shown() -> None:
    base = _made(Ledger(ASSET), put(title=LAKE), "base", 1_700_000_000_000)
    early = _made(base, put(title=SEE), "alice", 1_000)
    late = _made(base, put(title=SEA), "bob", 4_000_000_000_000)
    page = show(join(early, late))
    assert page.conflicts == ("title",)
    assert {c.v for c in page.fields["title"].candidates} == {SEE, SEA}
    after = _made(join(early, late), put(title=LAKE), "alice", 5_000)
    assert show(after).value("title") == LAKE


def _with_region(ledger: Ledger, at: str, **members: Any) -> Ledger:
    draft = Draft(ledger)
    draft.dots.add(at)
    draft.put("regions/r1", [Candidate(True, at)])
    for name, value in members.items():
        draft.put(f"regions/r1/{name}", [Candidate(value, at)])
    return draft.freeze()


def _without_region(ledger: Ledger, at: str) -> Ledger:
    draft = Draft(ledger)
    draft.dots.add(at)
    draft.put("regions/r1", [])
    return draft.freeze()


FACE = _with_region(Ledger(ASSET), "00000000100-base", area=[0.5, 0.5, 0.1, 0.1], name="Ann")


def test_two_names_of_one_face_ask_and_two_boxes_do_not() -> None:
    alice = _with_region(FACE, "00000000200-a", area=[0.5, 0.5, 0.2, 0.2], name="Ana")
    bob = _with_region(FACE, "00000000300-b", area=[0.5, 0.5, 0.3, 0.3], name="Anna")
    page = show(join(alice, bob))
    assert page.conflicts == ("regions/r1/name",)
    assert page.value("regions")[0]["area"] == [0.5, 0.5, 0.3, 0.3]


def test_a_face_removed_here_and_named_there_stays() -> None:
    removed = _without_region(FACE, "00000000200-a")
    named = _made(FACE, [Change("regions/r1/name", "set", "Ana")], "bob", 3_000)
    (face,) = show(join(removed, named)).value("regions")
    assert (face["name"], face["area"]) == ("Ana", [0.5, 0.5, 0.1, 0.1])
    assert show(join(removed, FACE)).value("regions") is None


def joins(title: str, pos: str | None = None) -> list[Change]:
    return [Change("albums", "add", {"id": "a1", "title": title, "pos": pos})]


LEAVES = [Change("albums", "remove", "a1")]


def _title(ledger: Ledger) -> str:
    return ledger.albums["a1"].title


def test_an_albums_new_title_is_not_undone_by_an_old_ledger() -> None:
    old = _made(Ledger(ASSET), joins("Zoo", "h"), "alice", 1)
    new = _made(old, joins("Alps"), "alice", 5)
    assert join(old, new) == join(new, old) == new
    back = _made(_made(new, LEAVES, "alice", 10), joins("Alps"), "alice", 15)
    assert join(old, back) == back


def test_of_two_new_titles_of_an_album_the_newer_stands_until_somebody_who_saw_both_says_another() -> None:
    base = _made(Ledger(ASSET), joins("Italy", "h"), "base", 1)
    alice, bob = _made(base, joins("Rome"), "alice", 5), _made(base, joins("Alps"), "bob", 9)
    both = join(alice, bob)
    assert (_title(both), both) == ("Alps", join(bob, alice))
    assert codec.read(codec.write(both)) == both
    # Bob leaves the album, and had not seen Alice's title: it comes forward.
    assert _title(join(both, _made(bob, LEAVES, "bob", 20))) == "Rome"
    later = _made(both, joins("Capri"), "alice", 30)
    assert _title(join(join(later, bob), alice)) == "Capri"


def test_moving_a_photo_within_an_album_says_nothing_of_its_title() -> None:
    base = _made(Ledger(ASSET), joins("Italy", "h"), "base", 1)
    renamed = _made(base, joins("Rome"), "alice", 5)
    moved = _made(base, [Change("albums", "add", {"id": "a1", "pos": "m"})], "bob", 9)
    both = join(renamed, moved)
    assert (_title(both), both.albums["a1"].pos[-1].v) == ("Rome", "m")
    assert codec.read(codec.write(both)) == both
    again = _made(both, [Change("albums", "add", {"id": "a1", "pos": "x"})], "bob", 20)
    assert _title(join(again, base)) == "Rome"
    # What was moved stays in the album under its title though somebody else takes it out.
    assert _title(join(moved, _made(base, LEAVES, "alice", 30))) == "Italy"


def test_records_keep_the_newest_of_each_file_and_kind() -> None:
    def record(number: int, file: str, by: str) -> Record:
        return Record(f"000000{number:03}00-{by}", file, None, {}, by=by)  # type: ignore[arg-type]

    one = replace(Ledger(ASSET), xmp=tuple(record(n, "a.xmp", "us") for n in range(0, 30, 2)))
    other = replace(Ledger(ASSET), xmp=tuple(record(n, "a.xmp", "us") for n in range(1, 30, 2)))
    tools = replace(Ledger(ASSET), xmp=tuple(record(n, "b.xmp", "tool") for n in range(9)))
    held = join(join(one, other), tools).xmp
    assert [r.id[6:9] for r in held if r.by == "us"] == [f"{n:03}" for n in range(18, 30)]
    assert [r.id[6:9] for r in held if r.by == "tool"] == ["005", "006", "007", "008"]


def test_first_sight_ranks_below_people_without_asking() -> None:
    adopted = replace(
        Ledger(ASSET),
        seen=frozenset({"00000000000-x"}),
        fields={"title": (Candidate(LAKE, "00000000000-x"),)},
    )
    person = _made(Ledger(ASSET), put(title=SEE), "alice", 1)
    page = show(join(adopted, person))
    assert page.value("title") == SEE
    assert page.conflicts == ()


def test_the_original_is_known_by_the_side_that_has_hashed_it() -> None:
    one, other = replace(Ledger(ASSET), asset=Fingerprint("sha256:" + "a" * 64, 5)), Ledger(ASSET)
    assert join(one, other).asset == join(other, one).asset == one.asset


def test_an_original_that_one_side_has_hashed_stays_hashed() -> None:
    one = replace(Ledger(ASSET), asset=Fingerprint("sha256:" + "a" * 64, 5))
    other = replace(Ledger(ASSET), asset=Fingerprint(None, 7))
    assert join(one, other).asset == join(other, one).asset == one.asset


def test_unknown_members_of_both_sides_are_kept() -> None:
    one = replace(
        Ledger(ASSET), extra={"new": {"a": 1}}, regions={"r": Region(("00000000100-x",), {}, {"u": 1})}
    )
    other = replace(Ledger(ASSET), extra={"new": {"b": 2}, "more": [1]})
    assert join(one, other).extra == {"new": {"a": 1, "b": 2}, "more": [1]}
    assert join(one, other).regions["r"].extra == {"u": 1}


def test_equal_values_are_one_for_people_and_two_for_the_join() -> None:
    """Dropping one dot of an equal value made join non-associative."""
    alice, bob = (_made(Ledger(ASSET), put(title=SEE), node, now) for node, now in (("alice", 1), ("bob", 2)))
    joined = join(alice, bob)
    assert len(joined.fields["title"]) == 2
    assert open_candidates("title", joined.fields["title"]) == ()
