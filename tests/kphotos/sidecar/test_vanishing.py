"""Real disks that are plugged in and out under a watch that runs: nothing is deleted, nothing made anew.

VANISH_CYCLES=100 is the figure that was demanded; a few show the same.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kphotos import index
from kphotos.config import Settings, from_env
from kphotos.index import digest, query
from kphotos.index.scope import EVERYTHING
from kphotos.runtime import watches
from kphotos.sidecar import edits, intake, rebuild, scanning, sites
from kphotos.sidecar.watching import Follower
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync.core.model import Change
from tests.photos import jpeg

CYCLES = int(os.environ.get("VANISH_CYCLES", "5"))


def mount(*words: str | Path) -> int:
    return subprocess.run(["mount", *words], check=False, capture_output=True).returncode


def unmount(at: Path) -> None:
    subprocess.run(["umount", "--lazy", at], check=False, capture_output=True)


class Plugged:
    """A drive of its own with photos, of which one is edited; plugged in at `at` and followed."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.drive, self.at, self.settings = folder / "drive", folder / "my photos", settings
        for place in (self.drive, self.at):
            place.mkdir()
        if os.geteuid() != 0 or mount("-t", "tmpfs", "kp-test", self.drive):
            pytest.skip("mounting needs root")
        for number in range(3):
            jpeg(
                self.drive / "Trip" / f"{number}.jpg",
                size=(64, 48),
                taken="2022-07-02T08:00:00",
                colour=number,
            )
        self.plug_in()
        self.volume: Volume = sites.add(settings, self.at)
        rebuild.begin(settings)
        self.volume, _ = scanning.scan(settings, self.volume)
        self.edit("rating", 4)
        time.sleep(2.1)  # what was touched just now is looked at once more: clocks of file systems are coarse
        self.volume, _ = scanning.scan(settings, self.volume)
        self.follower = Follower(settings, self.volume)

    def start(self) -> None:
        """Follow, and wait until the first scan has come to its end."""
        begun = watches.now_ms()
        self.follower.start()
        self.until(lambda: watches.every(self.settings)[self.volume.id].scanned_ms > begun)
        self.until(lambda: self.problems() == {})

    def plug_in(self) -> None:
        assert mount("--bind", self.drive, self.at) == 0

    def pull_out(self) -> None:
        unmount(self.at)

    def turn(self) -> None:
        """What the watching process does each second."""
        known = volumes.get(self.settings, self.volume.id)
        if known != self.follower.volume:
            self.follower.stop()
            self.follower = Follower(self.settings, known)
            self.follower.start()
        self.follower.tell_health()
        self.follower.glance(None)

    def until(self, is_so: Callable[[], object]) -> None:
        deadline = time.monotonic() + 20
        while not is_so():
            assert time.monotonic() < deadline, self.problems()
            self.turn()
            time.sleep(0.02)

    def edit(self, field: str, value: Any) -> None:
        volume = volumes.get(self.settings, self.volume.id)
        edits.edit(self.settings, volume, "Trip/1.jpg", [Change(field, "set", value)], by="alice")

    def problems(self) -> dict[str, str]:
        with index.use(self.settings):
            return {row.path: row.kind for row in query.problems(EVERYTHING) if row.kind != "watch"}

    def told(self) -> dict[str, str]:
        with index.use(self.settings):
            return {
                table: sum_ for table, sum_ in digest.digest().items() if table not in ("problem", "record")
            }

    def files(self) -> dict[Path, tuple[int, int]]:
        found = (path for path in self.drive.rglob("*") if path.is_file())
        return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in found}

    def end(self) -> None:
        self.follower.stop()
        for place in (self.at, self.drive):
            unmount(place)


@pytest.fixture
def plugged(tmp_path: Path) -> Iterator[Plugged]:
    settings = from_env({}, storage_path=tmp_path / "home", dotenv=None)
    try:
        found = Plugged(tmp_path, settings)
        yield found
        found.end()
    finally:
        for place in (tmp_path / "my photos", tmp_path / "drive"):
            unmount(place)


def test_a_disk_that_goes_and_comes_loses_no_row_and_no_picture_is_made_anew(
    plugged: Plugged, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugged.start()
    before, files = plugged.told(), plugged.files()
    wanted: list[object] = []
    monkeypatch.setattr(intake.jobs, "enqueue_many", lambda settings, kind, keys, **more: wanted.extend(keys))
    for _ in range(CYCLES):
        plugged.pull_out()
        plugged.until(lambda: plugged.problems() == {"": "offline"})
        assert plugged.told() == before
        plugged.plug_in()
        plugged.until(lambda: plugged.problems() == {})
        assert plugged.told() == before
    assert wanted == []
    assert plugged.files() == files


def test_a_root_that_is_believed_whatever_it_is_is_caught(
    plugged: Plugged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plant: nobody asks whether the root is the volume's own."""
    for room in ("deciding", "rescan"):
        monkeypatch.setattr(f"sync.engine.{room}.require_root", lambda volume, site: None)
    before = plugged.told()
    plugged.pull_out()
    scanning.scan(plugged.settings, plugged.volume)
    assert plugged.told() != before


def test_a_disk_that_turns_read_only_and_back_is_edited_all_the_while(plugged: Plugged) -> None:
    plugged.start()
    assert mount("-o", "remount,ro,bind", plugged.at) == 0
    plugged.until(lambda: not volumes.get(plugged.settings, plugged.volume.id).writable)
    files = plugged.files()
    plugged.edit("title", "Kept at home")
    assert plugged.files() == files
    assert mount("-o", "remount,rw,bind", plugged.at) == 0
    ledger = plugged.drive / "Trip" / "1.jpg.kphotos.json"
    plugged.until(lambda: "Kept at home" in ledger.read_text())
    plugged.until(lambda: "Kept at home" in (plugged.drive / "Trip" / "1.jpg.xmp").read_text())
    overlay = plugged.settings.storage_path / "overlay" / plugged.volume.id
    plugged.until(lambda: not [path for path in overlay.rglob("*") if path.is_file()])


def test_an_edit_just_after_a_disk_turned_read_only_is_taken_at_home(plugged: Plugged) -> None:
    assert mount("-o", "remount,ro,bind", plugged.at) == 0
    files = plugged.files()
    plugged.edit("title", "Kept at home")
    assert plugged.files() == files
    overlay = plugged.settings.storage_path / "overlay" / plugged.volume.id
    assert "Kept at home" in (overlay / "Trip" / "1.jpg.kphotos.json").read_text()


def test_an_inner_disk_is_away_and_back_without_a_loss(plugged: Plugged, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    jpeg(inner / "far.jpg", size=(64, 48))
    (plugged.drive / "disk").mkdir()
    at = plugged.at / "disk"
    assert mount("--bind", inner, at) == 0
    try:
        plugged.start()
        plugged.until(lambda: view(plugged, "disk/far.jpg"))
        before = plugged.told()
        unmount(at)
        plugged.until(lambda: plugged.problems() == {"disk": "disk-away"})
        assert plugged.told() == before
        made = rebuild.rebuild(plugged.settings)
        assert made.carried == [plugged.volume.name]
        assert plugged.told() == before
        assert mount("--bind", inner, at) == 0
        plugged.until(lambda: plugged.problems() == {})
        assert plugged.told() == before
    finally:
        unmount(at)


def view(plugged: Plugged, path: str) -> bool:
    with index.use(plugged.settings):
        return path in query.sketches(EVERYTHING, plugged.volume.id, [path])
