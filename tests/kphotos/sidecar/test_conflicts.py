"""Two writers in conflict, and what a program with an old database put back: shown, decided, undone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from kphotos import errors, index
from kphotos.index import query
from kphotos.index.scope import EVERYTHING
from kphotos.sidecar import conflicts
from kphotos.sidecar.conflicts import Decision, Outdated, Own, Pick
from kphotos.sidecar.review import Row
from sync.core.model import Change
from sync.engine import Edited
from tests import darktable
from tests.kphotos.sidecar.conftest import Library

PHOTO = "lake.jpg"


def rows(library: Library) -> tuple[Row, ...]:
    return conflicts.look(library.settings, library.volume, PHOTO)[1]


def resolve(library: Library, decisions: Mapping[str, Decision], shown: tuple[Row, ...]) -> Edited:
    basis = {row.key: row.dots for row in shown}
    return conflicts.resolve(library.settings, library.volume, PHOTO, decisions, basis, by="alice")


def waiting(library: Library) -> list[tuple[str, int]]:
    with index.use(library.settings):
        return query.reviews(EVERYTHING)


def quarrel(library: Library) -> None:
    """Alice and darktable both retitle "Lake", and neither has seen the other's title."""
    page = library.edit(PHOTO, Change("title", "set", "Lake")).asset.document.fields["title"].dots
    darktable.writes(library.root / PHOTO, title="Harbour")
    library.scan()
    library.edit(PHOTO, Change("title", "set", "Evening at the harbour", frozenset(page)))


def put_back(library: Library) -> None:
    """darktable, which still believes in "Lake" and in no tag, sets a rating."""
    library.edit(PHOTO, Change("title", "set", "Lake"))
    darktable.writes(library.root / PHOTO, title="Lake", rating=1)
    library.scan()
    library.edit(PHOTO, Change("title", "set", "Sea"), Change("tags", "add", ["Boat"]))
    darktable.writes(library.root / PHOTO, title="Lake", rating=2)
    library.scan()


def test_a_row_tells_the_agreed_value_and_who_says_what(library: Library) -> None:
    quarrel(library)
    (row,) = rows(library)
    assert (row.key, row.label, row.is_open, row.is_agreed, row.agreed) == (
        "title",
        "Title",
        True,
        True,
        "Lake",
    )
    told = [(one.number, one.value, one.side, one.by, one.via) for one in row.choices]
    assert told == [
        (1, "Lake", "agreed", None, None),
        (2, "Evening at the harbour", "people", "alice", None),
        (3, "Harbour", "file", None, "darktable"),
    ]
    assert row.suggestion is not None
    assert (row.suggestion.number, row.suggestion.reason) == (2, "contains")
    assert waiting(library) == [("title", 1)]


@pytest.mark.parametrize(
    ("decision", "title"),
    [(Pick(1), "Lake"), (Pick(2), "Evening at the harbour"), (Pick(3), "Harbour"), (Own("Both"), "Both"),
     (Own(None), None)],
)  # fmt: skip
def test_one_decision_closes_a_conflict_in_ledger_xmp_and_index(
    library: Library, decision: Decision, title: str | None
) -> None:
    quarrel(library)
    done = resolve(library, {"title": decision}, rows(library))
    assert done.asset.document.conflicts == ()
    assert library.value(PHOTO, "title") == title
    ledger = json.loads((library.root / "lake.jpg.kphotos.json").read_bytes())
    (held,) = ledger["fields"]["title"]
    assert (held.get("v"), held["by"]) == (title, "alice")
    assert ((title or "dc:title").encode() in (library.root / "lake.jpg.xmp").read_bytes()) is (
        title is not None
    )
    assert waiting(library) == []
    assert rows(library) == ()
    library.scan()
    assert library.value(PHOTO, "title") == title
    assert library.hashes() == library.originals


def test_the_undo_opens_the_conflict_again(library: Library) -> None:
    quarrel(library)
    done = resolve(library, {"title": Pick(3)}, rows(library))
    library.edit(PHOTO, *done.undo)
    (row,) = rows(library)
    assert {one.value for one in row.choices if one.side != "agreed"} == {"Harbour", "Evening at the harbour"}
    assert waiting(library) == [("title", 1)]


def test_candidates_that_changed_since_the_page_are_refused_with_fresh_rows(library: Library) -> None:
    quarrel(library)
    page = rows(library)
    before = (library.root / "lake.jpg.kphotos.json").read_bytes()
    library.edit(PHOTO, Change("title", "set", "Third", frozenset()), by="bob")
    changed = (library.root / "lake.jpg.kphotos.json").read_bytes()
    with pytest.raises(Outdated) as refused:
        resolve(library, {"title": Pick(2)}, page)
    assert "Third" in [one.value for one in refused.value.rows[0].choices]
    assert refused.value.kept == "Nothing was changed."
    assert (library.root / "lake.jpg.kphotos.json").read_bytes() == changed != before


def test_a_decision_lost_on_the_way_to_the_disk_is_refused_too(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarrel(library)
    page = rows(library)
    edit = conflicts.edits.edit

    def late(*given: Any, by: str | None) -> Edited:
        monkeypatch.undo()
        library.edit(PHOTO, Change("title", "set", "Third", frozenset()), by="bob")
        return edit(*given, by=by)

    monkeypatch.setattr(conflicts.edits, "edit", late)
    with pytest.raises(Outdated) as refused:
        resolve(library, {"title": Pick(2)}, page)
    assert len(refused.value.rows[0].choices) == 4
    assert library.view(PHOTO).conflicts == 1


def test_a_choice_that_is_not_there_or_cannot_be_held_changes_nothing(library: Library) -> None:
    quarrel(library)
    page = rows(library)
    before = (library.root / "lake.jpg.kphotos.json").read_bytes()
    for wrong in (Pick(0), Pick(9), Own(["x"]), Own("x" * 9_999)):
        with pytest.raises(errors.Invalid):
            resolve(library, {"title": wrong}, page)
    with pytest.raises(Outdated):
        resolve(library, {"rating": Pick(1)}, page)
    assert (library.root / "lake.jpg.kphotos.json").read_bytes() == before


def test_what_was_put_back_is_listed_and_not_taken(library: Library) -> None:
    put_back(library)
    assert library.value(PHOTO, "title") == "Sea"
    assert library.value(PHOTO, "rating") == 2
    title, tag = rows(library)
    assert [(one.value, one.is_stale, one.via) for one in title.choices] == [
        ("Sea", False, None),
        ("Lake", True, "darktable"),
    ]
    assert (tag.key, tag.element, tag.is_open) == ("tags/Boat", "Boat", False)
    assert [(one.value, one.is_stale) for one in tag.choices] == [(True, False), (None, True)]
    assert waiting(library) == [("~tags ~title", 1)]


@pytest.mark.parametrize(("number", "title", "tags"), [(1, "Sea", ["Boat"]), (2, "Lake", None)])
def test_what_was_put_back_is_dismissed_or_taken_by_one_click_each(
    library: Library, number: int, title: str, tags: list[str] | None
) -> None:
    put_back(library)
    page = rows(library)
    resolve(library, {"title": Pick(number)}, page)
    assert waiting(library) == [("~tags", 1)]
    resolve(library, {"tags/Boat": Pick(number)}, page)
    assert (library.value(PHOTO, "title"), library.value(PHOTO, "tags") or None) == (title, tags)
    assert waiting(library) == []
    library.scan()
    assert waiting(library) == []


def test_what_was_only_dismissed_has_no_undo(library: Library) -> None:
    put_back(library)
    assert resolve(library, {"title": Pick(1), "tags/Boat": Pick(1)}, rows(library)).undo == []
    put_back(library)


def test_fresh_rows_know_nothing_of_a_photo_that_is_gone(library: Library) -> None:
    (library.root / PHOTO).unlink()
    with pytest.raises(errors.NotFound):
        rows(library)
