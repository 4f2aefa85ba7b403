"""The loop that kills a real K-Photos: that it runs, and that it would see a loss."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sync.codecs import ledger as ledgers
from sync.core.edit import edit
from sync.core.model import Change, Ledger
from sync.core.values import text
from tests.crash import killing
from tests.crash.load import Load
from tests.sim.oracles import Book


@pytest.mark.slow
def test_kills_under_load_lose_nothing() -> None:
    told = killing.run(4, seed=1)
    assert told["violations"] == []
    assert sum(told["kills"].values()) >= 3
    assert told["edits"]["acknowledged"] > 6
    assert told["checks"] == 1


def test_an_acknowledged_edit_that_is_gone_is_told(tmp_path: Path) -> None:
    load = Load(tmp_path, 1, ["IMG_01.JPG"], {"IMG_01.JPG": Book()})
    book = load.books["IMG_01.JPG"]
    ledger = Ledger("0" * 32)
    for number, title in enumerate(("Lake", "Pond")):
        ledger = edit(ledger, [Change("title", "set", title)], now_ms=1000 + number, node="a", by="alice")
        book.wrote("title", text(title), book.seeing("title", {text("Lake")}, number))
        (tmp_path / f"{number}.json").write_bytes(ledgers.write(ledger))
    shutil.copy(tmp_path / "1.json", tmp_path / "IMG_01.JPG.kphotos.json")
    assert killing.lost(load) == []
    shutil.copy(tmp_path / "0.json", tmp_path / "IMG_01.JPG.kphotos.json")
    (told,) = killing.lost(load)
    assert "Pond" in told
