"""The loop that kills a real K-Photos: that it runs, and that it would see a loss."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from kphotos import db, index
from kphotos.config import from_env
from kphotos.index.tables import Asset
from kphotos.sidecar import rebuild, sites
from sync.apply.temps import temp_path
from sync.codecs import ledger as ledgers
from sync.codecs import xmp
from sync.core.edit import edit
from sync.core.model import Change, Ledger
from sync.core.values import text
from sync.osfs import SystemRng
from tests.crash import killing, phases
from tests.crash.load import Load, Sent
from tests.e2e import house as houses
from tests.sim.oracles import Book


@pytest.mark.slow
def test_kills_under_load_lose_nothing() -> None:
    told = killing.run(4, seed=1, every=2)
    assert told["violations"] == []
    assert sum(told["kills"].values()) >= 3
    assert told["edits"]["acknowledged"] > 6
    assert (told["checks"], told["rebuild equals index"]) == (2, 2)


def test_an_index_that_lacks_a_photo_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = from_env({}, storage_path=tmp_path / "home", dotenv=None)
    library, tally = houses.small_library(tmp_path / "Pictures", 2), killing.Tally()
    sites.add(settings, library)
    rebuild.rebuild(settings)
    house = cast("houses.House", SimpleNamespace(home=settings.storage_path))
    load, sums = Load(library, tmp_path, 1), houses.sums(library)
    monkeypatch.setattr(killing, "PATIENCE", 0.0)
    killing.check(house, load, sums, tally)
    assert (len(tally.checks), tally.equal, tally.violations) == (1, 1, [])
    with index.use(settings):
        Asset.delete().where(Asset.path == "IMG_01.JPG").execute()
    killing.check(house, load, sums, tally)
    assert (len(tally.checks), tally.equal) == (2, 1)
    assert [told.partition(": the index")[0] for told in tally.violations] == ["I2: asset"]
    db.forget(str(tmp_path))


def test_an_acknowledged_edit_that_is_gone_is_told(tmp_path: Path) -> None:
    load = Load(tmp_path, tmp_path, 1, ["IMG_01.JPG"], {"IMG_01.JPG": Book()})
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


def test_what_lies_on_the_disk_tells_how_far_an_edit_came(tmp_path: Path) -> None:
    ledger = edit(Ledger("0" * 32), [Change("title", "set", "Lake")], now_ms=1000, node="a", by="alice")
    whole, mirror = ledgers.write(ledger), xmp.write(None, {"title": "Lake"}, "a mark")
    sent, seen = Sent("IMG_01.JPG", "title", text("Lake")), []

    def put(name: str, data: bytes) -> None:
        (tmp_path / name).write_bytes(data)
        seen.append(phases.phase_of(tmp_path, sent))

    def temp(name: str) -> str:
        return temp_path(name, "site", "new", SystemRng())

    put("IMG_01.JPG", b"the picture")
    put(temp("IMG_02.JPG.xmp"), mirror)
    put(temp("IMG_01.JPG.xmp"), mirror[:100])
    put(temp("IMG_01.JPG.xmp"), mirror)
    put(temp("IMG_01.JPG.kphotos.json"), whole)
    put("IMG_01.JPG.kphotos.json", whole)
    put("IMG_01.JPG.xmp", mirror)
    assert seen == [phases.BEFORE, *phases.PHASES]
