"""What a plan does about conflict copies and about files that are on their way from another site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sync.core.absorb import absorb, seal
from sync.core.edit import edit
from sync.core.model import Change, Ledger
from sync.core.plan import Copy, File, Group, Here, LookAgain, RemoveCopy, WriteLedger, WriteMirror, plan
from tests.sync.core.world import ASSET, FILE, Xmp, sight_of, sources_of

HERE = Here(single=True, now_ms=1_700_000_000_000, node="n", site="s")
THERE = replace(HERE, single=False, node="m", site="t")
UNSEEN = "0mbxstdz500-elsewhere"


def written(content: dict[str, str], here: Here = HERE) -> tuple[Ledger, Xmp]:
    """A ledger with its XMP, as a first edit leaves them."""
    changes = [Change(name, "set", value) for name, value in content.items()]
    made = plan(Group(ASSET, files=[File(FILE, is_there=False)]), here, changes=changes, by="alice")
    (step,) = (step for step in made.steps if isinstance(step, WriteMirror))
    xmp = Xmp(dict(step.content), step.record.id)
    return seal(made.ledger, step.record, sources_of(xmp.content), sight_of(xmp).sum), xmp


def file_of(xmp: Xmp) -> File:
    return File(FILE, sight_of(xmp), agrees=lambda content: dict(content) == xmp.content)


def test_a_ledger_copy_that_adds_nothing_only_goes() -> None:
    ledger, xmp = written({"title": "Lake"})
    made = plan(Group(ASSET, [ledger, ledger], files=[file_of(xmp)], copies=[Copy("c")]), HERE)
    assert made.steps == (RemoveCopy("c"),)


def test_a_copy_goes_after_everything_else_was_written() -> None:
    ledger, xmp = written({"title": "Lake"})
    other = edit(ledger, [Change("title", "set", "Sea")], now_ms=HERE.now_ms + 5, node="o", by="bob")
    made = plan(Group(ASSET, [ledger, other], files=[file_of(xmp)], copies=[Copy("c")]), HERE)
    assert [type(step) for step in made.steps] == [WriteLedger, WriteMirror, RemoveCopy]
    assert made.document.value("title") == "Sea"


def test_a_copy_alone_still_makes_the_ledger_be_written_in_its_place() -> None:
    ledger, xmp = written({"title": "Lake"})
    made = plan(Group(ASSET, [ledger], files=[file_of(xmp)], copies=[Copy("c")], has_own=False), HERE)
    assert [type(step) for step in made.steps] == [WriteLedger, RemoveCopy]


@pytest.mark.parametrize("is_covered", [True, False])
def test_an_xmp_copy_is_absorbed_and_stays_if_it_says_more(is_covered: bool) -> None:
    ledger, xmp = written({"title": "Lake"})
    said = Xmp({"title": "Lake", "label": "Red"}, xmp.mark, "tool")
    copy = Copy("c", sight_of(said, "copy"), is_covered)
    made = plan(Group(ASSET, [ledger], files=[file_of(xmp)], copies=[copy]), HERE)
    assert made.document.content() == {"title": "Lake", "label": "Red"}
    assert (RemoveCopy("c") in made.steps) is is_covered


def of_another_program(mark: str | None) -> Xmp:
    return Xmp({"title": "Lake", "label": "Red"}, mark, "tool")


@pytest.mark.parametrize(
    ("of_mirror", "label"),
    [
        (lambda mirror: mirror, None),
        (lambda mirror: replace(mirror, form="with another program's data"), None),
        (lambda mirror: of_another_program(mirror.mark), "Red"),
        (lambda mirror: of_another_program(None), "Red"),
    ],
    ids=["our mirror", "saying the same", "an edit of it", "without our mark"],
)
@pytest.mark.parametrize("here", [HERE, THERE], ids=["one site", "several"])
def test_a_copy_that_stays_is_taken_in_once_whatever_is_forgotten(
    of_mirror: Callable[[Xmp], Xmp], label: str | None, here: Here
) -> None:
    ledger, xmp = written({"title": "Lake"}, here)
    copy = Copy("c", sight_of(of_mirror(xmp), "copy"), is_covered=False)
    made = plan(Group(ASSET, [ledger], files=[file_of(xmp)], copies=[copy]), here)
    assert made.document.value("label") == label
    replaced = [Change("title", "set", "Sea"), Change("label", "clear")]
    ledger = edit(made.ledger, replaced, now_ms=here.now_ms + 9, node=here.node, by="alice")
    forgotten = replace(ledger, xmp=())
    again = plan(Group(ASSET, [forgotten], copies=[copy]), here)
    assert again.ledger == forgotten
    assert again.document.value("title") == "Sea"


@pytest.mark.parametrize("here", [HERE, THERE], ids=["one site", "several"])
def test_every_site_takes_the_same_note_of_a_copy_that_stays_and_once(here: Here) -> None:
    ledger, xmp = written({"title": "Lake"}, here)
    group = Group(
        ASSET, [ledger], files=[file_of(xmp)], copies=[Copy("c", sight_of(xmp, "copy"), is_covered=False)]
    )
    one, other = (
        plan(group, here),
        plan(group, replace(here, now_ms=here.now_ms + 99_999, node="b", site="b")),
    )
    assert one.ledger == other.ledger != ledger
    assert one.steps == (WriteLedger(),)
    assert plan(replace(group, ledgers=[one.ledger]), here).steps == ()


@pytest.mark.parametrize("here", [HERE, THERE], ids=["one site", "several"])
def test_a_copy_with_an_unseen_mark_waits_and_then_takes_nothing_away(here: Here) -> None:
    ledger, xmp = written({"title": "Lake", "description": "Boats"}, here)
    sight = sight_of(Xmp({"title": "Sea"}, UNSEEN, "tool"), "copy")
    waiting = plan(Group(ASSET, [ledger], files=[file_of(xmp)], copies=[Copy("c", sight)]), here)
    assert waiting.steps == (LookAgain("c"),)
    assert waiting.document.value("title") == "Lake"
    made = plan(Group(ASSET, [ledger], files=[file_of(xmp)], copies=[Copy("c", sight, waited=True)]), here)
    assert RemoveCopy("c") in made.steps
    assert {held.v for held in made.ledger.fields["title"]} == {"Lake", "Sea"}
    assert made.document.value("description") == "Boats"


def test_the_same_copy_is_absorbed_alike_by_every_site() -> None:
    ledger, _ = written({"title": "Lake"}, THERE)
    sight = sight_of(Xmp({"title": "Lake", "label": "Red"}, ledger.xmp[0].id, "tool"), "copy", mtime_ms=5)
    one, other = (
        absorb(ledger, sight, single=False, now_ms=now, node=node, site=node).ledger
        for now, node in ((HERE.now_ms + 10, "a"), (HERE.now_ms + 99_999, "b"))
    )
    assert one == other
    assert one != ledger


def test_a_temp_whose_mark_nobody_knows_yet_is_not_removed() -> None:
    ledger, xmp = written({"title": "Lake"}, THERE)
    swapped = sight_of(Xmp({"title": "Sea"}, UNSEEN, "tool"), "swapped")
    group = Group(ASSET, [ledger], files=[file_of(xmp)], found=[swapped], temps=["t"])
    assert plan(group, THERE).steps == ()
    done = plan(replace(group, waited=True), THERE)
    assert [type(step).__name__ for step in done.steps] == ["WriteLedger", "WriteMirror", "RemoveTemp"]


def test_a_mirror_that_another_site_wrote_is_waited_for_unless_there_is_more_to_say() -> None:
    ledger, _ = written({"title": "Lake"}, THERE)
    here = replace(HERE, single=False)
    group = Group(ASSET, [ledger], files=[File(FILE, is_there=False)], is_recent=True)
    assert plan(group, here).steps == (LookAgain(FILE),)
    assert [type(step) for step in plan(group, THERE).steps] == [WriteLedger, WriteMirror]
    late = plan(replace(group, is_recent=False), here)
    assert [type(step) for step in late.steps] == [WriteLedger, WriteMirror]
    edited = plan(group, here, changes=[Change("title", "set", "Sea")], by="bob")
    assert [type(step) for step in edited.steps] == [WriteLedger, WriteMirror]
