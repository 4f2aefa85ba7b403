"""What scripts/bench makes is what K-Photos would have left: at rest, and with nothing to be written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import bench_core
import bench_library

from sync.engine import Asset, Engine, Seen, Site, Volume
from sync.engine.deciding import Deciding
from sync.engine.finding import find_group, glance_at
from sync.osfs import FileLock, OsFS, SystemClock, SystemRng
from tests.sim.world import MemMemory


def contents(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("IMG*")}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Volume, Site]:
    folder = tmp_path_factory.mktemp("bench")
    root = folder / "library"
    told = bench_library.make_edited(root, 40, "volume-1")
    assert (told.photos, told.xmps, told.ledgers) == (40, 20, 20)
    locks = FileLock(folder / "locks")
    site = Site("site-1", "node0", MemMemory(), locks, SystemClock(), SystemRng())
    return root, Volume("volume-1", OsFS(root)), site


def test_the_edited_half_is_at_rest_and_nothing_is_written(made: tuple[Path, Volume, Site]) -> None:
    root, volume, site = made
    before = contents(root)
    assert len(before) == 80
    told: list[Asset] = [e.asset for e in Engine(volume, site).scan() if isinstance(e, Seen)]
    assert len(told) == 40
    assert contents(root) == before
    edited = [asset for asset in told if asset.has_ledger]
    assert len(edited) == 20
    assert not any(asset.pending or asset.problems for asset in told)
    for asset in edited:
        assert {"title", "rating", "tags", "people"} <= asset.document.fields.keys()
        group, stat, _ = find_group(volume, asset.path)
        glance = glance_at(volume, asset.path.rpartition("/")[0], group, stat)
        assert Deciding(volume, site).at_rest(glance, None) is not None


def test_photos_are_distinct_and_the_same_at_every_run(
    made: tuple[Path, Volume, Site], tmp_path: Path
) -> None:
    photos = {path.read_bytes() for path in made[0].rglob("*.JPG")}
    assert len(photos) == 40
    bench_library.make_edited(tmp_path / "again", 40, "volume-1")
    assert {path.read_bytes() for path in (tmp_path / "again").rglob("IMG*")} == set(
        contents(made[0]).values()
    )


def test_the_ledger_that_is_joined_is_a_typical_one() -> None:
    ledger, _ = bench_core.typical()
    held = (len(ledger.fields), len(ledger.sets["tags"]), len(ledger.regions), len(ledger.seen))
    assert held == (8, 5, 3, 10)
