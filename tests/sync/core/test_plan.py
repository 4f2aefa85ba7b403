"""What is to be done about one original: the steps, their order, and none at rest (I7, I12, I13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sync.core.absorb import adopt, seal
from sync.core.edit import edit
from sync.core.model import Change, Fingerprint, Ledger
from sync.core.plan import File, Group, Here, LookAgain, Plan, RemoveTemp, WriteLedger, WriteMirror, plan
from sync.errors import BadValue
from tests.sync.core.world import ASSET, FILE, Xmp, sight_of, sources_of

HERE = Here(single=True, now_ms=1_700_000_000_000, node="n", site="s")
THERE = replace(HERE, single=False)
LAKE, SEE = [Change("title", "set", "Lake")], [Change("title", "set", "See")]


def kinds(made: Plan) -> list[str]:
    return [type(step).__name__ for step in made.steps]


def of(xmp: Xmp | None, **more: Any) -> File:
    agreed = xmp.content if xmp else {}
    same = {name: tuple(v) if name == "tags" else v for name, v in agreed.items()}
    return File(
        FILE, sight_of(xmp) if xmp else None, is_there=xmp is not None, agrees=lambda c: c == same, **more
    )


def _named(name: str, xmp: Xmp) -> File:
    return replace(of(xmp), name=name, sight=replace(sight_of(xmp), file=name))


def carried_out(made: Plan) -> tuple[Ledger, Xmp]:
    (step,) = (step for step in made.steps if isinstance(step, WriteMirror))
    xmp = Xmp(dict(step.content), step.record.id)
    return seal(made.ledger, step.record, sources_of(xmp.content), sight_of(xmp).sum), xmp


def test_a_look_at_a_foreign_file_writes_nothing() -> None:
    made = plan(Group(ASSET, files=[of(Xmp({"title": "Lake"}))]), HERE)
    assert made.steps == ()
    assert made.document.value("title") == "Lake"


def test_a_look_at_nothing_writes_nothing() -> None:
    assert plan(Group(ASSET, files=[of(None)]), HERE).steps == ()


def test_an_edit_writes_the_ledger_first_and_then_the_xmp() -> None:
    made = plan(Group(ASSET, files=[of(None)]), HERE, changes=LAKE, by="alice")
    assert kinds(made) == ["WriteLedger", "WriteMirror"]
    assert made.document.value("title") == "Lake"


def test_after_an_edit_all_is_at_rest() -> None:
    ledger, xmp = carried_out(plan(Group(ASSET, files=[of(None)]), HERE, changes=LAKE, by="alice"))
    assert plan(Group(ASSET, [ledger], files=[of(xmp)]), HERE).steps == ()


def test_the_plan_is_the_same_twice() -> None:
    group = Group(ASSET, files=[of(Xmp({"title": "Sea", "tags": ["a"]}))], temps=["t"])
    assert plan(group, HERE, changes=LAKE, by="alice") == plan(group, HERE, changes=LAKE, by="alice")


def test_a_missing_xmp_is_written_again_and_not_read_as_cleared() -> None:
    ledger, _ = carried_out(plan(Group(ASSET, files=[of(None)]), HERE, changes=LAKE, by="alice"))
    made = plan(Group(ASSET, [ledger], files=[of(None)]), HERE)
    assert kinds(made) == ["WriteLedger", "WriteMirror"]
    assert made.document.value("title") == "Lake"


def test_another_programs_edit_goes_into_the_ledger_and_leaves_its_file_alone() -> None:
    ledger, xmp = carried_out(plan(Group(ASSET, files=[of(None)]), HERE, changes=LAKE, by="alice"))
    theirs = Xmp({"title": "Sea"}, xmp.mark, "tool")
    made = plan(Group(ASSET, [ledger], files=[of(theirs)]), HERE)
    assert kinds(made) == ["WriteLedger"]
    assert made.document.value("title") == "Sea"


@pytest.mark.parametrize(
    "file", [File(FILE, None, is_there=True), File(FILE, None, is_there=False, is_writable=False)]
)
def test_a_torn_or_refused_xmp_blocks_the_mirror_and_not_the_ledger(file: File) -> None:
    assert kinds(plan(Group(ASSET, files=[file]), HERE, changes=LAKE, by="alice")) == ["WriteLedger"]


def test_an_unwritable_xmp_is_still_read() -> None:
    made = plan(Group(ASSET, files=[of(Xmp({"title": "Sea"}), is_writable=False)]), HERE)
    assert made.document.value("title") == "Sea"


def test_both_names_of_an_xmp_are_read_and_written_with_marks_of_their_own() -> None:
    files = [of(Xmp({"title": "Sea"})), _named("IMG_1.xmp", Xmp({"rating": 3}))]
    made = plan(Group(ASSET, files=files), HERE, changes=LAKE, by="alice")
    mirrors = [step for step in made.steps if isinstance(step, WriteMirror)]
    assert [step.file for step in mirrors] == [FILE, "IMG_1.xmp"]
    assert len({step.record.id for step in mirrors}) == 2
    assert mirrors[0].content == {"title": "Lake", "rating": 3}


def test_ledgers_that_lie_about_are_joined() -> None:
    base = edit(Ledger(ASSET), LAKE, now_ms=1, node="a", by="alice")
    one = edit(base, [Change("rating", "set", 3)], now_ms=2, node="a", by="alice")
    other = edit(base, [Change("tags", "add", "x")], now_ms=2, node="b", by="bob")
    made = plan(Group(ASSET, [one, other], files=[of(None)]), HERE)
    assert made.document.value("rating") == 3
    assert made.document.value("tags") == ("x",)
    assert WriteLedger() in made.steps


def test_a_ledger_that_was_rolled_back_is_joined_with_what_is_remembered() -> None:
    old = edit(Ledger(ASSET), LAKE, now_ms=1, node="a", by="alice")
    new = edit(old, SEE, now_ms=2, node="a", by="alice")
    made = plan(Group(ASSET, [old], remembered=new, files=[of(None)]), HERE)
    assert made.document.value("title") == "See"
    assert [problem.kind for problem in made.problems] == ["rollback"]
    assert plan(Group(ASSET, [new], remembered=old, files=[of(None)]), HERE).problems == ()


def test_what_is_remembered_of_another_original_is_not_joined() -> None:
    old = replace(
        edit(Ledger(ASSET), LAKE, now_ms=1, node="a", by="x"), asset=Fingerprint("sha256:" + "a" * 64, 1)
    )
    new = replace(edit(old, SEE, now_ms=2, node="a", by="x"), asset=Fingerprint("sha256:" + "b" * 64, 1))
    assert plan(Group(ASSET, [old], remembered=new), HERE).document.value("title") == "Lake"
    stranger = replace(new, id="1" * 32)
    assert plan(Group(ASSET, [old], remembered=stranger), HERE).document.value("title") == "Lake"


def test_temps_go_last_when_all_that_they_held_is_in_the_ledger() -> None:
    ledger, xmp = carried_out(plan(Group(ASSET, files=[of(None)]), HERE, changes=LAKE, by="alice"))
    swapped = replace(sight_of(Xmp({"title": "Sea"}, xmp.mark, "tool")), kind="swapped")
    made = plan(Group(ASSET, [ledger], files=[of(xmp)], found=[swapped], temps=["t"]), HERE)
    assert made.document.value("title") == "Sea"
    assert kinds(made) == ["WriteLedger", "WriteMirror", "RemoveTemp"]
    assert made.steps[-1] == RemoveTemp("t")


def test_a_mark_whose_ledger_has_not_arrived_is_waited_for() -> None:
    ledger = edit(Ledger(ASSET), LAKE, now_ms=1, node="a", by="alice")
    stranger = Xmp({"title": "Sea"}, "0mb3k9q2f00-k7q2", "tool")
    made = plan(Group(ASSET, [ledger], files=[of(stranger)], temps=["t"]), THERE)
    assert made.steps == (LookAgain(FILE),)
    assert made.document.value("title") == "Lake"


def test_a_persons_nonsense_is_refused_before_anything() -> None:
    with pytest.raises(BadValue):
        plan(Group(ASSET), HERE, changes=[Change("rating", "set", 9)])


def test_first_sight_is_the_same_on_every_site() -> None:
    sight = sight_of(Xmp({"title": "Lake", "tags": ["a"]}))
    assert adopt(sight, ASSET) == adopt(replace(sight, mtime_ms=5), ASSET)
    one = plan(Group(ASSET, files=[of(Xmp({"title": "Lake"}))]), HERE).ledger
    other = plan(Group(ASSET, files=[of(Xmp({"title": "Lake"}))]), replace(THERE, now_ms=5, node="m")).ledger
    assert one == other


def test_a_ledger_that_is_kept_knows_the_properties_of_the_file_it_began_with() -> None:
    group = Group(ASSET, files=[of(Xmp({"title": "Lake", "tags": ["a"]}))])
    looked, edited = plan(group, HERE), plan(group, HERE, changes=SEE)
    assert not looked.ledger.xmp[0].src
    assert {"dc:title", "dc:subject"} <= edited.ledger.xmp[0].src.keys()
    assert looked.ledger.seen < edited.ledger.seen


def _never_landed(xmp: Xmp, *edits: list[Change]) -> Ledger:
    """The ledger after edits whose mirrors were planned and never came to lie there."""
    group = Group(ASSET, files=[of(xmp)])
    for number, changes in enumerate(edits):
        made = plan(group, replace(HERE, now_ms=HERE.now_ms + 1000 * number), changes=changes, by="alice")
        ledger, _ = carried_out(made)
        group = Group(ASSET, [ledger], files=[of(xmp, hint=made.absorbed[0].has)])
    return ledger


def test_what_a_mirror_that_never_landed_was_to_bring_is_no_removal_once_it_is_wanted_no_more() -> None:
    unmarked = Xmp({"title": "Lake"}, None, "tool")
    ledger = _never_landed(unmarked, [Change("rating", "set", 3)])
    hint = ledger.xmp[0].has
    undone = plan(
        Group(ASSET, [ledger], files=[of(unmarked, hint=hint)]), HERE, changes=[Change("rating", "remove")]
    )
    assert kinds(undone) == ["WriteLedger"]  # the file says what is shown: it is left alone (I4)
    for known in (hint, None):  # this site, and one that has only the disk (I2)
        made = plan(Group(ASSET, [undone.ledger], files=[of(unmarked, hint=known)]), HERE)
        assert (made.steps, made.document.value("rating"), made.ledger.stale) == ((), None, {})


def test_two_mirrors_in_a_row_that_never_landed_raise_no_conflict() -> None:
    unmarked = Xmp({"title": "Lake"}, None, "tool")
    ledger = _never_landed(unmarked, SEE, [Change("title", "set", "Sea")])
    made = plan(Group(ASSET, [ledger], files=[of(unmarked, hint=ledger.xmp[0].has)]), HERE)
    assert made.document.value("title") == "Sea"
    assert (made.document.conflicts, made.ledger.stale) == ((), {})
    assert ledger.xmp[-1].from_ == ledger.xmp[0].id  # made from what lay there, not from what never did
