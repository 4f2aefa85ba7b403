"""Copies, swapped-out files, several sites and lost records: what a sight is compared with (R1-R3, R8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sync.core.absorb import Absorbed, absorb, mirror, seal
from sync.core.edit import edit
from sync.core.keys import pack, unpack
from sync.core.merge import join
from sync.core.model import Change, Ledger, Sight
from sync.core.readpoint import Known, chain, read_point
from sync.core.show import show
from tests.sync.core.world import ASSET, FILE, Xmp, sight_of, sources_of

LAKE, SEE, SEA = "Lake", "See", "Sea"
NOW = 1_700_000_000_000


class Site:
    """One site with its own clock and node, and the steps of a round on a ledger."""

    def __init__(self, name: str, ledger: Ledger | None = None, *, single: bool = False) -> None:
        self.name, self.single = name, single
        self.ledger = ledger or Ledger(ASSET)
        self.now = NOW + ord(name[0]) * 1_000
        self.xmp: Xmp | None = None

    def here(self) -> dict[str, Any]:
        self.now += 10
        return {"now_ms": self.now, "node": self.name, "site": self.name}

    def edit(self, **values: Any) -> Site:
        changes = [Change(name, "set", value) for name, value in values.items()]
        self.now += 10
        self.ledger = edit(self.ledger, changes, now_ms=self.now, node=self.name, by="alice")
        return self

    def absorb(self, xmp: Xmp | Sight, kind: str = "main", **more: Any) -> Absorbed:
        sight = xmp if isinstance(xmp, Sight) else sight_of(xmp, kind, mtime_ms=5)
        look = absorb(self.ledger, sight, single=self.single, **more, **self.here())
        self.ledger = look.ledger
        return look

    def mirror(self, look: Absorbed | None = None) -> Xmp | None:
        record = mirror(self.ledger, look, file=FILE, single=self.single, **self.here())
        if record is None:
            return None
        content = show(self.ledger).content()
        made = Xmp({n: list(v) if n == "tags" else v for n, v in content.items()}, record.id)
        self.ledger = seal(self.ledger, record, sources_of(made.content), sight_of(made).sum)
        self.xmp = made
        return made

    def value(self, name: str) -> Any:
        return show(self.ledger).value(name)


def tool(xmp: Xmp | None, *, drops: bool = False, **edits: Any) -> Xmp:
    assert xmp
    content = {name: value for name, value in {**xmp.content, **edits}.items() if value is not None}
    return Xmp(content, None if drops else xmp.mark, "tool")


def test_a_received_file_and_ledger_cause_no_write() -> None:
    alice = Site("alice").edit(title=LAKE)
    made = alice.mirror()
    bob = Site("bob", alice.ledger)
    look = bob.absorb(made)
    assert not look.changed
    assert bob.mirror(look) is None


def test_a_programs_file_is_marked_again_where_there_are_several_sites() -> None:
    alice = Site("alice").edit(title=LAKE)
    look = alice.absorb(tool(alice.mirror(), title=SEE))
    assert look.edits == ("title",)
    assert alice.mirror(look) is not None
    single = Site("solo", single=True).edit(title=LAKE)
    look = single.absorb(tool(single.mirror(), title=SEE))
    assert single.mirror(look) is None


def test_two_sites_that_absorb_one_edit_name_it_alike() -> None:
    alice = Site("alice").edit(title=LAKE)
    theirs = tool(alice.mirror(), title=SEE, rating=3)
    bob = Site("bob", alice.ledger)
    alice.absorb(theirs)
    bob.absorb(theirs)
    assert {c.at for c in alice.ledger.fields["title"]} == {c.at for c in bob.ledger.fields["title"]}
    assert alice.ledger.xmp == bob.ledger.xmp
    joined = join(alice.ledger, bob.ledger)
    assert show(joined).conflicts == ()
    assert joined.seen == alice.ledger.seen == bob.ledger.seen


def test_a_conflict_copy_is_absorbed_once_for_ever() -> None:
    alice = Site("alice").edit(title=LAKE)
    made = alice.mirror()
    copy = tool(made, title=SEE)
    assert alice.absorb(copy, "copy").edits == ("title",)
    alice.edit(title=SEA)
    again = alice.absorb(copy, "copy")
    assert not again.changed
    assert alice.value("title") == SEA


def test_a_copy_is_compared_with_its_own_mark_and_not_with_the_newest() -> None:
    alice = Site("alice").edit(title=LAKE, rating=1)
    first = alice.mirror()
    alice.edit(title=SEE)
    alice.mirror(Absorbed(alice.ledger, False))
    look = alice.absorb(tool(first, rating=2), "copy")
    assert look.edits == ("rating",)
    assert (alice.value("title"), alice.value("rating")) == (SEE, 2)


def test_an_unmarked_copy_only_adds() -> None:
    alice = Site("alice", single=True).edit(title=LAKE, rating=1)
    alice.mirror()
    look = alice.absorb(Xmp({"title": SEE}, None, "tool"), "copy")
    assert look.unknown
    assert {c.v for c in alice.ledger.fields["title"]} == {LAKE, SEE}
    assert alice.value("rating") == 1
    assert not alice.absorb(Xmp({"title": SEE}, None, "tool"), "copy").changed


def test_a_stranger_mark_waits_and_then_stands_beside_ours() -> None:
    alice = Site("alice").edit(title=LAKE)
    stranger = Xmp({"title": SEE}, "0mb3k9q2f00-k7q2", "tool")
    look = alice.absorb(stranger)
    assert look.wait
    assert not look.changed
    assert alice.mirror(look) is None
    assert alice.absorb(stranger, waited=True).unknown
    assert {c.v for c in alice.ledger.fields["title"]} == {LAKE, SEE}


def test_on_one_site_a_stranger_mark_is_a_ledger_rolled_back() -> None:
    solo = Site("solo", single=True).edit(title=LAKE, rating=1)
    solo.mirror()
    look = solo.absorb(Xmp({"title": SEE, "rating": 1}, "0zb3k9q2f00-k7q2", "tool"))
    assert look.edits == ("title",)
    assert [c.v for c in solo.ledger.fields["title"]] == [SEE]


def test_without_mark_on_several_sites_an_edit_stands_beside_ours_and_is_read_once() -> None:
    alice = Site("alice").edit(title=LAKE)
    made = alice.mirror()
    theirs = tool(made, drops=True, title=SEE)
    assert alice.absorb(theirs).unknown
    assert {c.v for c in alice.ledger.fields["title"]} == {LAKE, SEE}
    assert not alice.absorb(theirs).changed


def test_a_swapped_out_file_without_mark_is_not_read_against_what_replaced_it() -> None:
    """Read against the newest, the missing tag of a file from before our edit removed it."""
    solo = Site("solo", single=True)
    before = Xmp({"title": LAKE}, None, "tool")
    look = solo.absorb(before)
    solo.edit(tags=["new"])
    made = solo.mirror(look)
    assert made
    swapped = Xmp({"title": LAKE, "rating": 2}, None, "tool")
    solo.absorb(replace(sight_of(swapped, "swapped"), beneath=made.mark))
    assert (solo.value("tags"), solo.value("rating")) == (("new",), 2)


def test_a_file_swapped_out_long_ago_is_read_against_what_it_was() -> None:
    """Read against what the newest mirror was made from, its title was an edit of ours."""
    solo = Site("solo", single=True)
    look = solo.absorb(Xmp({"rating": 1}, None, "tool"))
    made = solo.edit(title=LAKE).mirror(look)
    assert made
    solo.edit(rating=5)
    solo.mirror(solo.absorb(made))
    late = sight_of(Xmp({"rating": 1, "title": SEE}, None, "tool"), "swapped")
    solo.absorb(replace(late, beneath=made.mark))
    assert {candidate.v for candidate in solo.ledger.fields["title"]} == {LAKE, SEE}
    assert solo.value("rating") == 5


def test_a_marked_file_is_read_against_what_it_was_though_its_mark_was_met_again() -> None:
    """Read against the newest of its mark, what it had always said took back another program's edit."""
    solo = Site("solo", single=True).edit(title=LAKE)
    before = solo.mirror()
    look = solo.absorb(tool(before, title=SEE))
    made = solo.edit(rating=5).mirror(look)
    assert made
    solo.absorb(tool(before, title="Pond"))
    late = sight_of(tool(before, title=SEE, label="Red"), "swapped")
    solo.absorb(replace(late, beneath=made.mark))
    assert (solo.value("title"), solo.value("label"), solo.value("rating")) == ("Pond", "Red", 5)


def test_who_had_read_before_he_opened_the_file_that_was_taken_out_is_an_edit_of_what_he_had_read() -> None:
    """Found by kills: read against what was taken out, it replaced a person's title that nobody had seen."""
    solo = Site("solo", single=True).edit(rating=1)
    before = solo.mirror()
    look = solo.absorb(tool(before, title=LAKE))
    solo.edit(title=SEE)
    opened = solo.mirror(look)
    made = solo.edit(rating=5).mirror(solo.absorb(tool(opened)))
    assert made
    late = sight_of(tool(before, title=SEA), "swapped")
    solo.absorb(replace(late, beneath=made.mark))
    assert {candidate.v for candidate in solo.ledger.fields["title"]} == {SEE, SEA}
    assert solo.value("rating") == 5


def test_who_had_opened_the_file_before_it_was_taken_out_and_read_after_is_an_edit_of_the_newer() -> None:
    solo = Site("solo", single=True).edit(title=LAKE)
    before = solo.mirror()
    first = solo.edit(rating=1).mirror(solo.absorb(tool(before)))
    newer = solo.edit(title=SEE).mirror(solo.absorb(tool(first)))
    assert first
    late = sight_of(tool(newer, title=SEA), "swapped")
    solo.absorb(replace(late, beneath=first.mark))
    assert [candidate.v for candidate in solo.ledger.fields["title"]] == [SEA]


@pytest.mark.parametrize(("mark", "held"), [("forgotten", {LAKE, SEA}), ("never seen", {SEA})])
def test_a_file_taken_out_with_a_mark_that_no_record_has(mark: str, held: set[str]) -> None:
    """Of one that is forgotten nobody can tell what its writer had read; any other is somebody's copy."""
    solo = Site("solo", single=True).edit(title=LAKE)
    first = solo.mirror()
    made = solo.edit(rating=1).mirror(solo.absorb(tool(first)))
    assert first
    assert made
    name = "0mbxsyaxh00-1node3"
    if mark == "forgotten":
        solo.ledger = replace(solo.ledger, seen=solo.ledger.seen | {name})
    late = sight_of(Xmp({"title": SEA}, name, "tool"), "swapped")
    solo.absorb(replace(late, beneath=made.mark))
    assert {candidate.v for candidate in solo.ledger.fields["title"]} == held


def test_what_was_written_into_the_mirror_while_it_was_taken_back_is_an_edit_of_the_mirror() -> None:
    solo = Site("solo", single=True).edit(title=LAKE)
    solo.mirror()
    made = solo.edit(title=SEE).mirror(solo.absorb(tool(solo.xmp)))
    assert made
    solo.absorb(replace(sight_of(tool(made, title="Pond"), "swapped"), beneath=made.mark))
    assert [candidate.v for candidate in solo.ledger.fields["title"]] == ["Pond"]


def test_what_was_swapped_out_is_not_what_lies_there_however_late_it_was_met() -> None:
    """Read against it, an edit of a file that lost our mark replaced what had been written late."""
    solo = Site("solo", single=True)
    look = solo.absorb(Xmp({"rating": 1}, None, "tool"))
    made = solo.edit(rating=5).mirror(look)
    assert made
    (mirror,) = (record for record in solo.ledger.xmp if record.id == made.mark)
    late = sight_of(Xmp({"rating": 1, "title": SEE}, None, "tool"), "swapped")
    solo.absorb(replace(late, beneath=made.mark))
    solo.absorb(tool(made, drops=True, title=LAKE), hint=mirror.has)
    assert {candidate.v for candidate in solo.ledger.fields["title"]} == {LAKE, SEE}


def test_a_file_swapped_out_for_a_mirror_that_is_forgotten_makes_candidates_only() -> None:
    solo = Site("solo", single=True).edit(title=LAKE)
    solo.mirror()
    late = sight_of(Xmp({"title": SEE}, None, "tool"), "swapped")
    assert solo.absorb(replace(late, beneath="0zb3k9q2f00-k7q2")).unknown
    assert {candidate.v for candidate in solo.ledger.fields["title"]} == {LAKE, SEE}


def test_a_swapped_out_file_that_is_known_says_nothing() -> None:
    solo = Site("solo", single=True)
    look = solo.absorb(Xmp({"title": LAKE}, None, "tool"))
    solo.edit(title=SEE)
    made = solo.mirror(look)
    again = sight_of(Xmp({"title": LAKE}, None, "tool"), "swapped")
    assert not solo.absorb(replace(again, beneath=made.mark if made else None)).changed


def test_a_mark_whose_record_is_forgotten_makes_candidates_only() -> None:
    solo = Site("solo", single=True).edit(title=LAKE)
    made = solo.mirror()
    solo.ledger = replace(solo.ledger, xmp=())
    look = solo.absorb(tool(made, title=SEE))
    assert look.unknown
    assert {c.v for c in solo.ledger.fields["title"]} == {LAKE, SEE}


def test_what_was_never_written_is_pending_and_no_edit() -> None:
    """R2: the file is what our mirror was to replace, and the index saw nothing else there."""
    solo = Site("solo", single=True)
    before = Xmp({"title": LAKE}, None, "tool")
    first = solo.absorb(before)
    solo.edit(title=SEE)
    solo.mirror(first)
    look = solo.absorb(before, hint=first.has)
    assert not look.changed
    assert solo.value("title") == SEE
    assert solo.mirror(look) is not None


def test_a_renamed_file_still_finds_its_records() -> None:
    solo = Site("solo", single=True).edit(title=LAKE, rating=1)
    made = solo.mirror()
    renamed = replace(sight_of(tool(made, drops=True, title=SEE)), file="IMG_2.JPG.xmp")
    look = solo.absorb(renamed, hint=dict(solo.ledger.xmp[-1].has))
    assert look.edits == ("title",)
    assert [c.v for c in solo.ledger.fields["title"]] == [SEE]


def test_digikam_that_does_not_read_sidecars_clears_nothing() -> None:
    solo = Site("solo", single=True).edit(title=LAKE, tags=["a"])
    solo.mirror()
    theirs = replace(sight_of(Xmp({"rating": 4}, None, "tool")), tool="digiKam")
    look = solo.absorb(theirs, hint=dict(solo.ledger.xmp[-1].has))
    assert look.edits == ("rating",)
    assert look.repaired
    assert (solo.value("title"), solo.value("tags"), solo.value("rating")) == (LAKE, ("a",), 4)
    assert any(line.note for line in solo.ledger.history)
    assert solo.mirror(replace(look, has={"rating": look.has["rating"]})) is not None


def test_nor_when_it_wrote_twice_and_we_had_just_put_our_mark_between() -> None:
    """What our exchange took out is compared with its write before, which had lost our mark already."""
    solo = Site("solo", single=True).edit(tags=["a"])
    solo.mirror()
    once = replace(sight_of(Xmp({"rating": 4}, None, "tool")), tool="digiKam")
    look = solo.absorb(once, hint=dict(solo.ledger.xmp[-1].has))
    made = solo.mirror(replace(look, has={"rating": look.has["rating"]}))
    assert made is not None
    twice = replace(sight_of(Xmp({"rating": 5}, None, "tool"), "swapped"), tool="digiKam")
    assert solo.absorb(replace(twice, beneath=made.mark)).edits == ("rating",)
    assert (solo.value("tags"), solo.value("rating")) == (("a",), 5)


def test_digikam_that_reads_sidecars_may_remove_what_it_read() -> None:
    solo = Site("solo", single=True)
    before = Xmp({"tags": ["a", "b"]}, None, "tool")
    solo.absorb(before)
    theirs = replace(sight_of(Xmp({"tags": ["b"]}, None, "tool")), tool="digiKam")
    assert solo.absorb(theirs).edits == ("tags/a",)
    assert solo.value("tags") == ("b",)


def test_a_program_that_has_read_us_is_recorded_once() -> None:
    solo = Site("solo", single=True)
    look = solo.absorb(Xmp({"title": LAKE}, None, "tool"))
    solo.edit(title=SEE)
    made = solo.mirror(look)
    count = len(solo.ledger.xmp)
    assert solo.absorb(tool(made)).changed
    assert not solo.absorb(tool(made)).changed
    assert len(solo.ledger.xmp) == count + 1


def test_several_sites_end_alike_whoever_joins_first() -> None:
    alice = Site("alice").edit(title=LAKE)
    made = alice.mirror()
    bob = Site("bob", alice.ledger)
    alice.absorb(tool(made, title=SEE))
    bob.edit(title=SEA)
    assert join(alice.ledger, bob.ledger) == join(bob.ledger, alice.ledger)
    page = show(join(alice.ledger, bob.ledger))
    assert page.conflicts == ("title",)


A, B, C = {"t": "a"}, {"t": "b"}, {"t": "c"}


@pytest.mark.parametrize(
    ("what", "contents", "end", "has", "index"),
    [
        ("the newest itself", [B, A], 1, B, 0),
        ("back at what was before", [B, A], 1, A, 1),
        ("a third value", [B, A], 1, C, 0),
        ("nothing before", [B], 0, A, 0),
        (
            "a sign of the newest forbids the older",
            [{"t": "b", "r": "2"}, {"t": "a", "r": "1"}],
            1,
            {"t": "a", "r": "2"},
            0,
        ),
        ("both back", [{"t": "b", "r": "2"}, {"t": "a", "r": "1"}], 1, {"t": "a", "r": "1"}, 1),
        ("one back, one new", [{"t": "b", "r": "2"}, {"t": "a", "r": "1"}], 1, {"t": "a", "r": "9"}, 1),
        (
            "the one between",
            [{"t": "c", "r": "2"}, {"t": "b", "r": "1"}, {"t": "a", "r": "1"}],
            2,
            {"t": "b", "r": "1"},
            1,
        ),
        ("absence is no trace of reading", [{"t": "b"}, {"t": "a"}, {}], 2, {"t": "a"}, 1),
        ("its own undo stays an edit", [B, B, A], 1, A, 0),
        (
            "older than its last write, if that explains two",
            [{"t": "b", "r": "2"}, {"t": "a", "r": "1"}],
            0,
            {"t": "a", "r": "1"},
            1,
        ),
        (
            "but not if it explains one",
            [{"t": "b", "r": "2"}, {"t": "a", "r": "2"}],
            0,
            {"t": "a", "r": "2"},
            0,
        ),
    ],
)
def test_the_read_point(what: str, contents: list[Any], end: int, has: Any, index: int) -> None:
    assert read_point(Known(contents, end), has) is contents[index], what


@pytest.mark.parametrize(
    ("what", "beside", "has", "base"),
    [
        ("the present content passed it by", [(A, 1)], {"t": "a", "s": "9"}, A),
        ("a sign of the present one forbids it", [(A, 1)], {"r": "1", "t": "a"}, {"t": "b", "r": "1"}),
        ("it may never have read", [({}, 2)], {"s": "9"}, {}),
    ],
)
def test_the_read_point_may_lie_beside_the_chain(what: str, beside: Any, has: Any, base: Any) -> None:
    known = Known([{"t": "b", "r": "1"}, {"t": "c"}], 2, beside)
    assert read_point(known, has) == base, what


def test_a_chain_ends_where_records_and_history_end() -> None:
    solo = Site("solo", single=True).edit(title=LAKE)
    solo.mirror()
    known = chain(solo.ledger, solo.ledger.xmp[-1], single=True, site="solo")
    assert known.contents[-1] == {}
    forgotten = replace(solo.ledger.xmp[-1], from_="0mb3k9q2f00-gone")
    assert chain(solo.ledger, forgotten, single=True, site="solo").contents == [forgotten.has, {}]
    unwritten = replace(solo.ledger, history=())
    assert len(chain(unwritten, forgotten, single=True, site="solo").contents) == 1
    itself = replace(forgotten, from_=forgotten.id)
    ledger = replace(solo.ledger, xmp=(itself,))
    assert len(chain(ledger, itself, single=True, site="solo").contents) == 1


def test_where_records_end_a_program_may_never_have_read() -> None:
    """Darktable knew the photo before there was an XMP, and more was edited since than is remembered."""
    solo = Site("solo", single=True).edit(title=LAKE)
    look = None
    for rating in (1, 2, 3, 4, 5) * 3:
        made = solo.edit(rating=rating).mirror(look)
        look = solo.absorb(made) if made else None
    assert made
    look = solo.absorb(Xmp({"label": "Red"}, made.mark, "darktable"))
    assert (look.edits, look.stale) == (("label",), ("rating", "title"))
    assert solo.value("title") == LAKE


def test_a_hint_comes_back_from_its_bytes() -> None:
    assert unpack(pack({"title": "ab"})) == {"title": "ab"}
    assert unpack(b"") is None
    assert unpack(b"[]") is None
    assert unpack(b'{"a": 1}') is None
