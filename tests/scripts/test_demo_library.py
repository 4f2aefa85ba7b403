"""The demo library: what it promises of dates, places and sidecars, the same for the same seed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from kphotos.storage.embedded import read
from sync.codecs import xmp

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture(scope="module")
def planned() -> list:
    sys.path.insert(0, str(SCRIPTS))
    try:
        import demo_library
    finally:
        sys.path.remove(str(SCRIPTS))
    return demo_library.planned(360, 1)


def make(folder: Path, count: int) -> None:
    command = [sys.executable, "-W", "error", SCRIPTS / "demo_library.py", folder, "--count", str(count)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def hashes(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.mark.slow
def test_the_same_library_for_the_same_seed_and_nothing_twice(tmp_path: Path) -> None:
    make(tmp_path / "one", 6)
    make(tmp_path / "other", 6)
    first = hashes(tmp_path / "one")
    assert first == hashes(tmp_path / "other")
    photos = [path for path in (tmp_path / "one").rglob("*") if path.suffix.lower() == ".jpg"]
    assert len(photos) == 6
    stamps = {path: path.stat().st_mtime_ns for path in photos}
    make(tmp_path / "one", 6)
    assert {path: path.stat().st_mtime_ns for path in photos} == stamps
    for path in photos:
        told = read(path)
        assert told.problem is None
        assert told.taken_local
        assert told.model
    for sidecar in (tmp_path / "one").rglob("*.xmp"):
        assert xmp.read(sidecar.read_bytes()).sources["tags"]


def test_the_plan_is_as_varied_as_a_life(planned: list) -> None:
    assert len(planned) == len({photo.path.casefold() for photo in planned}) == 360
    assert {photo.orientation for photo in planned} == set(range(1, 9))
    assert planned[-1].taken.year - planned[0].taken.year >= 10
    days: dict[str, int] = {}
    for photo in planned:
        days[f"{photo.taken:%F}"] = days.get(f"{photo.taken:%F}", 0) + 1
    assert max(days.values()) >= 20
    assert 90 < len(days) < 300
    assert 60 < sum(photo.offset is None for photo in planned) < 240
    assert len({photo.offset for photo in planned}) >= 5
    assert 60 < sum(photo.gps is not None for photo in planned) < 300
    assert 20 < sum(photo.rating is not None for photo in planned) < 90
    ratios = {round(photo.size[0] / photo.size[1], 2) for photo in planned}
    assert {0.67, 1.0, 1.33, 1.5, 1.78, 3.0, 4.0} <= ratios


def test_a_library_of_any_size_has_that_many(planned: list) -> None:
    import demo_library

    for count in (1, 7, 100, 1_000):
        assert len(demo_library.planned(count, 5)) == count
