"""The real inotify through the real watch into the index: whatever it loses, nothing is missed at the end."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kphotos import db, index
from kphotos.config import Settings, from_env
from kphotos.index import query
from kphotos.index.scope import EVERYTHING
from kphotos.index.tables import Asset
from kphotos.runtime import watches
from kphotos.sidecar import sites, watching
from kphotos.sidecar.watching import Follower
from sync import watch as watcher
from sync.codecs import xmp
from tests.faults import disks, limited
from tests.photos import jpeg

ROOT = Path(__file__).parents[2]
BURST = int(os.environ.get("KPHOTOS_BURST", "600"))
"""New files at once, half of them sidecars; 60,000 were tried once."""
QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")


@pytest.fixture(autouse=True)
def quick_glances(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "_GLANCE_SECONDS", 0.2)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    found = from_env({}, storage_path=tmp_path / "home", dotenv=None)
    watching.ensure_index(found)
    yield found
    db.forget(str(found.storage_path))


@contextlib.contextmanager
def followed(settings: Settings, root: Path, *, short: bool = False) -> Iterator[Follower]:
    """The volume under the real watch, at rest; with `short` the kernel soon drops its events."""
    root.mkdir(exist_ok=True)
    jpeg(root / "first.jpg")
    follower = Follower(settings, sites.add(settings, root))
    with short_queue() if short else contextlib.nullcontext():
        follower.start()
    try:
        until(lambda: shown(settings) == {"first.jpg": None})
        yield follower
    finally:
        follower.stop()


def shown(settings: Settings) -> dict[str, str | None]:
    """The title of each photo in the index, by path."""
    with index.use(settings):
        return dict(db.rows(Asset.select(Asset.path, Asset.title)))


def until(true: Callable[[], object], seconds: float = 20.0 + BURST / 100) -> float:
    """Wait for it, and tell how long it took."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds
        time.sleep(0.05)
    return time.monotonic() - begun


def burst(root: Path) -> dict[str, str | None]:
    """So many photos, half of them with a title in a sidecar; what is then to be shown."""
    picture, found = (root / "first.jpg").read_bytes(), dict[str, str | None]({"first.jpg": None})
    files: list[tuple[Path, bytes]] = []
    for number in range(BURST // 2):
        path = root / "burst" / f"{number}.jpg"
        files += [
            (path, picture + number.to_bytes(4, "big")),
            (path.with_name(path.name + ".xmp"), xmp.write(None, {"title": f"T{number}"}, "none")),
        ]
        found[f"burst/{number}.jpg"] = f"T{number}"
    (root / "burst").mkdir()
    time.sleep(0.2)  # until the new folder is listened to
    for path, data in files:
        path.write_bytes(data)
    return found


@contextlib.contextmanager
def short_queue() -> Iterator[None]:
    """Whoever begins to listen meanwhile gets a queue of four; the limit is everybody's, so not for long."""
    before = QUEUE.read_text()
    try:
        QUEUE.write_text("4")
    except OSError:
        pytest.skip("this machine does not let us shorten the kernel's queue of events")
    try:
        yield
    finally:
        QUEUE.write_text(before)


@pytest.mark.slow
def test_a_burst_of_new_files_is_shown_whole(
    settings: Settings, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with followed(settings, tmp_path / "Pictures"):
        wanted = burst(tmp_path / "Pictures")
        seconds = until(lambda: shown(settings) == wanted)
    record_property("seconds after the last was written", round(seconds, 1))


@pytest.mark.slow
def test_events_that_the_kernel_drops_are_counted_told_and_healed(
    settings: Settings, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with followed(settings, tmp_path / "Pictures", short=True) as follower:
        wanted = burst(tmp_path / "Pictures")
        seconds = until(lambda: shown(settings) == wanted)
        follower.tell_health()
        told = watches.every(settings)[follower.volume.id]
        assert told.lost >= 1
        assert told.state == "watching"
    record_property("losses", told.lost)
    record_property("seconds after the last was written", round(seconds, 1))


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
