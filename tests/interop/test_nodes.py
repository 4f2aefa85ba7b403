"""Two machines over a real pair of Syncthings; and that whatever could go wrong there would be seen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sync.codecs import ledger as ledgers
from sync.core.edit import edit
from sync.core.model import Change, Ledger
from tests.interop import darktable, nodes, nodes_judge, syncthing, tools
from tests.interop.conftest import need
from tests.interop.nodes_load import Load

pytestmark = [pytest.mark.interop, pytest.mark.slow]
PHOTO = "IMG_01.JPG"


def need_all() -> None:
    for missing in (syncthing.missing(), tools.no_exiftool(), darktable.missing()):
        need(missing)


def test_two_machines_lose_nothing_and_come_to_the_same_bytes() -> None:
    need_all()
    told = nodes.run(70, seed=1, photos=10, phases={"apart": 0.6, "one killed": 0.4})
    assert told["violations"] == []
    assert told["edits by people"] >= 70
    assert min(told["of these"]["edit on A"], told["of these"]["edit on B"]) > 5
    assert told["conflict copies"]["of ledgers"] > 3, "nothing was ever in conflict, so nothing is shown"


def test_two_machines_of_which_the_newer_edit_wins_are_found_out() -> None:
    need_all()
    told = nodes.run(40, seed=2, photos=4, phases={"apart": 1.0}, fault="lww")
    assert [found for found in told["violations"] if found.startswith("I3")], told


def written(folder: Path, *titles: str) -> Load:
    """A load in which Alice wrote these titles one over the other, and the ledger that came of it."""
    load, ledger = Load([PHOTO], 1), Ledger("0" * 32)
    for number, title in enumerate(titles):
        line = load.enter("A", PHOTO, "title", title, list(titles[:number]))
        load.acknowledge(PHOTO, line)
        change = Change("title", "set", title)
        ledger = edit(ledger, [change], now_ms=1000 + number, node="a", by="alice")
    (folder / f"{PHOTO}.kphotos.json").write_bytes(ledgers.write(ledger))
    return load


def test_an_acknowledged_edit_that_no_ledger_has_is_told(tmp_path: Path) -> None:
    load = written(tmp_path, "Lake", "Pond")
    assert nodes_judge.lost(tmp_path, load) == []
    line = load.enter("B", PHOTO, "title", "See", ["Lake"])
    assert nodes_judge.lost(tmp_path, load) == [], "nobody was told that it stands"
    load.acknowledge(PHOTO, line)
    (told,) = nodes_judge.lost(tmp_path, load)
    assert "See" in told
    (tmp_path / f"{PHOTO}.kphotos.json").unlink()
    assert nodes_judge.lost(tmp_path, load) != []


def test_a_candidate_that_somebody_had_replaced_is_counted(tmp_path: Path) -> None:
    load = written(tmp_path, "Lake")
    ledger = ledgers.read((tmp_path / f"{PHOTO}.kphotos.json").read_bytes())
    change = Change("title", "set", "Pond", frozenset())
    both = edit(ledger, [change], now_ms=2000, node="b", by="bob")
    (tmp_path / f"{PHOTO}.kphotos.json").write_bytes(ledgers.write(both))
    load.acknowledge(PHOTO, load.enter("B", PHOTO, "title", "Pond", []))
    assert nodes_judge.false_candidates(tmp_path, load) == (1, [])
    load.acknowledge(PHOTO, load.enter("A", PHOTO, "title", "Pond", ["Lake"]))
    assert nodes_judge.false_candidates(tmp_path, load) == (1, [f'{PHOTO}: title: "Lake"'])


class FakeNode:
    """A machine that is only a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.name, self.folder, self.carrier = folder.name, folder, self

    def is_at_rest(self) -> bool:
        return True


def test_folders_that_never_agree_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes_judge, "PATIENCE", 1.0)
    monkeypatch.setattr(nodes_judge, "QUIET_SECONDS", 0.1)
    both: list[Any] = [FakeNode(tmp_path / "A"), FakeNode(tmp_path / "B")]
    for node in both:
        (node.folder / "same").write_text("same")
    (tmp_path / "A" / ".syncthing.half.tmp").write_text("of no account")
    assert nodes_judge.rest(both)[1] == []
    for node in both:
        (node.folder / ".kphotos-tmp-1").write_text("of the same")
    assert ".kphotos-tmp-1" in nodes_judge.rest(both)[1][0]
    for node in both:
        (node.folder / ".kphotos-tmp-1").unlink()
    (tmp_path / "B" / "same").write_text("other")
    assert "same" in nodes_judge.rest(both)[1][0]


def test_a_write_at_rest_is_told_even_with_the_old_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node: Any = FakeNode(tmp_path / "A")
    file = node.folder / "file"
    file.write_text("one")
    assert nodes_judge.written_at_rest([node], 0.0) == []

    def write(seconds: float) -> None:
        stat = file.stat()
        file.write_text("two")
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    monkeypatch.setattr(nodes_judge.time, "sleep", write)
    (told,) = nodes_judge.written_at_rest([node], 0.0)
    assert "file" in told


def test_a_conflict_copy_that_stays_is_told_unless_a_page_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node: Any = FakeNode(tmp_path / "A")
    copy = "IMG_01.JPG.sync-conflict-20250102-030405-ABCDEFG.xmp"
    (node.folder / copy).write_text("")
    (node.folder / f".syncthing.{copy}.tmp").write_text("")
    monkeypatch.setattr(nodes_judge, "problems", lambda node: [])
    assert nodes_judge.left(node) == [f"I8: a copy is left on A: {copy}"]
    monkeypatch.setattr(nodes_judge, "problems", lambda node: [{"kind": "foreign", "path": copy}])
    assert nodes_judge.left(node) == []
