"""What a history tells of contents between two records: one edit taken back after the other."""

from __future__ import annotations

from typing import Any

from sync.core.history import forgotten
from sync.core.keys import hashed
from sync.core.model import Past, Record


def _dot(number: int) -> str:
    return f"{number:09}00-node"


def _record(number: int, **has: Any) -> Record:
    return Record(_dot(number), "IMG_1.JPG.xmp", _dot(number), hashed(has), {}, None, "us", "site")


def _line(number: int, field: str, was: Any, value: Any, note: str | None = None) -> Past:
    return Past(_dot(number), field, was, value, "alice", note=note)


NEWER = _record(9, title="Sea", **{"tags/Rome": True})


def test_each_edit_is_taken_back_after_the_later_ones() -> None:
    lines = [
        _line(3, "title", None, "Lake"),
        _line(5, "tags/Paris", True, None),
        _line(5, "tags/Rome", None, True),
        _line(7, "title", "Lake", "Sea"),
    ]
    assert forgotten(lines, NEWER, None) == [
        (_dot(7), hashed({"title": "Lake", "tags/Rome": True})),
        (_dot(5), hashed({"title": "Lake", "tags/Paris": True})),
        (_dot(3), hashed({"tags/Paris": True})),
    ]


def test_only_edits_between_the_two_records_count() -> None:
    lines = [_line(number, "title", f"t{number}", f"t{number + 1}") for number in range(2, 12)]
    found = forgotten(lines, NEWER, _record(6))
    assert [at for at, _ in found] == [_dot(8), _dot(7)]
    assert found[-1][1]["title"] == hashed({"title": "t7"})["title"]


def test_repairs_and_what_no_xmp_holds_are_no_edits_of_it() -> None:
    lines = [_line(4, "title", None, None, "repaired"), _line(5, "favourites/alice", None, True)]
    assert forgotten(lines, NEWER, None) == []
