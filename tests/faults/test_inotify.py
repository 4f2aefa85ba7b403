"""The real inotify through the real watch into the index: whatever it loses, nothing is missed at the end."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kphotos import db, index
from kphotos.config import Settings, from_env
from kphotos.index import query
from kphotos.index.scope import EVERYTHING
from kphotos.runtime import watches
from kphotos.sidecar import watching
from kphotos.sidecar.watching import Follower
from sync import watch as watcher
from sync.codecs import xmp
from tests.faults import bursts, disks, limited
from tests.faults.bursts import followed, shown, until
from tests.photos import jpeg

ROOT = Path(__file__).parents[2]
BURST = int(os.environ.get("KPHOTOS_BURST", "600"))
"""New files at once, half of them sidecars; `scripts/simulate --burst N` tries more."""


@pytest.fixture(autouse=True)
def quick_glances(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "_GLANCE_SECONDS", 0.2)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    found = from_env({}, storage_path=tmp_path / "home", dotenv=None)
    watching.ensure_index(found)
    yield found
    db.forget(str(found.storage_path))


@pytest.mark.slow
def test_a_burst_of_new_files_is_shown_whole(record_property: Callable[[str, object], None]) -> None:
    told = bursts.run(BURST)
    assert told["violations"] == []
    record_property("the burst", json.dumps(told))


@pytest.mark.slow
def test_events_that_the_kernel_drops_are_counted_told_and_healed(
    record_property: Callable[[str, object], None],
) -> None:
    try:
        told = bursts.run(BURST, is_short=True)
    except PermissionError:
        pytest.skip("this machine does not let us shorten the kernel's queue of events")
    assert told["violations"] == []
    assert told["overflows"] >= 1
    assert told["healed by a rescan"]
    record_property("the burst", json.dumps(told))


def test_what_the_index_lacks_after_a_burst_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Follower._calm

    def only_rescans(self: Follower, paths: frozenset[str]) -> None:
        if watcher.EVERYTHING in paths:
            real(self, paths)

    monkeypatch.setattr(Follower, "_calm", only_rescans)
    told = bursts.run(4, seconds=3.0)
    assert told["violations"] == ["4 photos or titles are not in the index"]
    assert not told["healed by a rescan"]


@pytest.mark.slow
def test_an_unmounted_volume_keeps_its_photos_and_is_followed_again(
    settings: Settings, tmp_path: Path
) -> None:
    if reason := disks.no_tmpfs():
        pytest.skip(reason)
    disk, root = tmp_path / "disk", tmp_path / "Pictures"
    for folder in (disk, root):
        folder.mkdir()
    assert disks.mount("mount", "--bind", str(disk), str(root)) == ""
    try:
        with followed(settings, root) as follower:
            assert disks.mount("umount", str(root)) == ""
            until(lambda: offline(settings))
            jpeg(disk / "second.jpg")
            assert shown(settings) == {"first.jpg": None}
            assert disks.mount("mount", "--bind", str(disk), str(root)) == ""
            until(lambda: set(shown(settings)) == {"first.jpg", "second.jpg"})
            (root / "second.jpg.xmp").write_bytes(xmp.write(None, {"title": "Sea"}, "none"))
            until(lambda: shown(settings)["second.jpg"] == "Sea")
            assert not offline(settings)
            follower.tell_health()
            assert watches.every(settings)[follower.volume.id].state == "watching"
    finally:
        disks.mount("umount", "-l", str(root))


def offline(settings: Settings) -> bool:
    """Whether the page's problems say so."""
    with index.use(settings):
        return any(one.kind == "offline" and not one.path for one in query.problems(EVERYTHING))


def test_folders_beyond_the_kernels_limit_are_told_of_and_looked_at_all_the_same(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / str(number)).mkdir()
    command = [*limited.COMMAND, str(tmp_path), "5"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            if not first:
                pytest.skip("this machine does not let us limit the watches of a namespace of its own")
            told = json.loads(first)
            assert (told["state"], told["paths"]) == ("degraded", [""])
            assert 0 < told["missed"] < 13
            assert "fs.inotify.max_user_watches" in told["reason"]
            for number in range(12):
                (tmp_path / str(number) / "a.xmp").touch()
            assert json.loads(process.stdout.readline())["paths"]
        finally:
            process.kill()
