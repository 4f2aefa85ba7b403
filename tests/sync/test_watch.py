"""The real inotify: what other programs do to a folder comes as calm batches, and losses are noticed."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync import watch as watching
from sync.watch import EVERYTHING, Watch, inotify


class Batches:
    """What the watch has handed over."""

    def __init__(self) -> None:
        self.got: list[frozenset[str]] = []
        self._new = threading.Condition()

    def __call__(self, paths: frozenset[str]) -> None:
        with self._new:
            self.got.append(paths)
            self._new.notify_all()

    def wait(self, wanted: Callable[[frozenset[str]], bool], seconds: float = 20.0) -> None:
        """Wait for paths; AssertionError when they do not come."""
        with self._new:
            assert self._new.wait_for(lambda: any(map(wanted, self.got)), seconds), f"only {self.got}"


@contextlib.contextmanager
def watch_of(root: Path, **options: float | bool) -> Iterator[tuple[Watch, Batches]]:
    batches = Batches()
    watch = Watch(root, batches, **{"rescan_at_start": False, **options})  # type: ignore[arg-type]
    watch.start()
    try:
        yield watch, batches
    finally:
        watch.stop()


@pytest.fixture(autouse=True)
def quick_glances(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_GLANCE_SECONDS", 0.1)


def test_a_tool_rewriting_a_sidecar_in_place_is_seen(tmp_path: Path) -> None:
    sidecar = tmp_path / "IMG.JPG.xmp"
    sidecar.write_bytes(b"old")
    with watch_of(tmp_path) as (_, batches):
        with sidecar.open("wb") as file:
            file.write(b"n")
            file.flush()
            time.sleep(0.05)
            file.write(b"ew")
        batches.wait(lambda paths: "IMG.JPG.xmp" in paths)


def test_a_temp_renamed_over_a_sidecar_is_seen_as_that_sidecar(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/IMG.JPG.xmp").write_bytes(b"old")
    with watch_of(tmp_path) as (_, batches):
        temp = tmp_path / "d/IMG.JPG.xmp_exiftool_tmp"
        temp.write_bytes(b"new")
        temp.rename(tmp_path / "d/IMG.JPG.xmp")
        batches.wait(lambda paths: "d/IMG.JPG.xmp" in paths)
        assert not any("exiftool_tmp" in path for paths in batches.got for path in paths)


def test_a_hundred_rewrites_do_not_hide_each_other(tmp_path: Path) -> None:
    with watch_of(tmp_path) as (_, batches):
        for number in range(100):
            (tmp_path / f"{number}.jpg.xmp").write_bytes(b"new")
            time.sleep(0.005)
        seen: set[str] = set()

        def all_seen(paths: frozenset[str]) -> bool:
            seen.update(paths)
            return len(seen) == 100

        batches.wait(all_seen)


def test_reading_makes_nothing_dirty(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").write_bytes(b"x")
    with watch_of(tmp_path) as (_, batches):
        (tmp_path / "a.xmp").read_bytes()
        os.listdir(tmp_path)
        (tmp_path / "b.xmp").write_bytes(b"x")
        batches.wait(lambda paths: "b.xmp" in paths)
        assert not any("a.xmp" in paths for paths in batches.got)


@pytest.mark.parametrize("name", ["two\nlines.xmp", "caf\udce9.xmp"])
def test_any_byte_name_is_told_right(tmp_path: Path, name: str) -> None:
    with watch_of(tmp_path) as (_, batches):
        (tmp_path / name).write_bytes(b"x")
        batches.wait(lambda paths: name in paths)


def test_a_folder_that_watchdog_meets_twice_ends_no_thread(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    with watch_of(tmp_path) as (watch, batches):
        group = next(iter(watch._ear._observer.emitters))._inotify
        group._add_callback(os.fsencode(tmp_path / "deep"))
        (tmp_path / "deep/a.xmp").write_bytes(b"x")
        batches.wait(lambda paths: "deep/a.xmp" in paths)


def test_a_folder_made_later_is_watched_and_told(tmp_path: Path) -> None:
    with watch_of(tmp_path) as (watch, batches):
        (tmp_path / "new/deep").mkdir(parents=True)
        time.sleep(0.2)
        (tmp_path / "new/deep/a.xmp").write_bytes(b"x")
        batches.wait(lambda paths: "new/deep/a.xmp" in paths)
        batches.wait(lambda paths: "new" in paths)
        assert watch.health()["watched"] == 3


def test_our_own_folder_and_ignored_names_are_no_news(tmp_path: Path) -> None:
    (tmp_path / ".kphotos").mkdir()
    (tmp_path / "@eaDir").mkdir()
    with watch_of(tmp_path) as (_, batches):
        (tmp_path / ".kphotos/volume.json").write_bytes(b"x")
        (tmp_path / "@eaDir/a.xmp").write_bytes(b"x")
        (tmp_path / "b.xmp").write_bytes(b"x")
        batches.wait(lambda paths: "b.xmp" in paths)
        assert {path for paths in batches.got for path in paths} == {"b.xmp"}


def test_lost_events_are_healed_by_asking_for_everything(tmp_path: Path) -> None:
    with watch_of(tmp_path) as (watch, batches):
        logging.getLogger("watchdog.observers.inotify_c").warning(
            "Inotify queue overflowed; events were lost"
        )
        batches.wait(lambda paths: paths == {EVERYTHING})
        assert watch.health()["lost"] == 1


def test_a_real_overflow_of_the_kernel_queue_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = Path("/proc/sys/fs/inotify/max_queued_events")
    before = limit.read_text()
    try:
        limit.write_text("16")
    except OSError:
        pytest.skip("only root may shorten the kernel's queue")
    try:
        with watch_of(tmp_path) as (watch, batches):
            for number in range(3000):
                (tmp_path / f"{number}.xmp").touch()
            batches.wait(lambda paths: EVERYTHING in paths)
            assert watch.health()["lost"] >= 1
    finally:
        limit.write_text(before)


def test_folders_that_the_kernel_does_not_watch_are_counted_and_polled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        (tmp_path / str(number)).mkdir()
    monkeypatch.setattr(inotify, "_watches", lambda fd: 2)
    with watch_of(tmp_path, poll_seconds=0.2) as (watch, batches):
        batches.wait(lambda paths: paths == {EVERYTHING})
        health = watch.health()
    assert (health["state"], health["missed"]) == ("degraded", 4)
    assert "4 of 6 folders" in health["reason"]


def test_a_network_mount_is_polled_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "silent", lambda device: True)
    monkeypatch.setattr(watching, "filesystem", lambda device: "nfs4")
    with watch_of(tmp_path, poll_seconds=0.2) as (watch, batches):
        batches.wait(lambda paths: paths == {EVERYTHING})
        assert watch.health()["state"] == "polling"
        assert "nfs4" in watch.health()["reason"]


def test_a_root_that_goes_and_comes_back_is_noticed_both_times(tmp_path: Path) -> None:
    root = tmp_path / "volume"
    root.mkdir()
    with watch_of(root) as (watch, batches):
        root.rename(tmp_path / "unmounted")
        batches.wait(lambda paths: paths == {EVERYTHING})
        assert watch.health()["state"] == "offline"
        batches.got.clear()
        root.mkdir()
        batches.wait(lambda paths: paths == {EVERYTHING})
        (root / "a.xmp").write_bytes(b"x")
        batches.wait(lambda paths: "a.xmp" in paths)
        assert watch.health()["state"] == "watching"


def test_an_unmount_is_not_hindered_and_is_noticed_as_is_the_mount_after_it(tmp_path: Path) -> None:
    def run(*command: str) -> bool:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    root = tmp_path / "volume"
    root.mkdir()
    if not run("mount", "-t", "tmpfs", "none", str(root)):
        pytest.skip("only root may mount")
    try:
        (root / "a.jpg").write_bytes(b"1")
        with watch_of(root) as (watch, batches):
            assert run("umount", str(root))
            batches.wait(lambda paths: paths == {EVERYTHING})
            batches.got.clear()
            assert run("mount", "-t", "tmpfs", "none", str(root))
            batches.wait(lambda paths: paths == {EVERYTHING})
            (root / "b.xmp").write_bytes(b"1")
            batches.wait(lambda paths: "b.xmp" in paths)
            assert watch.health()["state"] == "watching"
    finally:
        run("umount", "-l", str(root))


def test_a_start_asks_for_everything_and_a_path_can_be_asked_for_again(tmp_path: Path) -> None:
    with watch_of(tmp_path, rescan_at_start=True) as (watch, batches):
        batches.wait(lambda paths: paths == {EVERYTHING})
        watch.again("a.xmp", 0.05)
        batches.wait(lambda paths: paths == {"a.xmp"})


def test_a_failing_receiver_is_logged_and_everything_asked_for_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[frozenset[str]] = []
    twice = threading.Event()

    def fail(paths: frozenset[str]) -> None:
        calls.append(paths)
        if len(calls) == 1:
            raise RuntimeError("planted")
        twice.set()

    watch = Watch(tmp_path, fail, poll_seconds=0.1)
    watch.start()
    try:
        assert twice.wait(5)
    finally:
        watch.stop()
    assert "planted" in caplog.text


def test_a_stopped_watch_leaves_no_threads_and_no_descriptors(tmp_path: Path) -> None:
    before = threading.active_count(), len(os.listdir("/proc/self/fd"))
    with watch_of(tmp_path) as (watch, _):
        assert watch.health()["state"] == "watching"
    assert watch.health()["state"] == "stopped"
    assert (threading.active_count(), len(os.listdir("/proc/self/fd"))) == before


def test_a_watch_that_is_alive_and_deaf_listens_again_and_asks_for_everything(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    with watch_of(tmp_path) as (watch, batches):
        assert watch.health()["watched"] == 2
        assert watch._ear is not None
        forget_watches(int(next(iter(watch._ear._instances))))
        batches.wait(lambda paths: paths == {EVERYTHING})
        assert (watch.health()["state"], watch.health()["lost"]) == ("watching", 1)
        (tmp_path / "d/a.xmp").write_bytes(b"x")
        batches.wait(lambda paths: "d/a.xmp" in paths)


def test_folders_that_come_or_go_are_no_deafness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_COUNT_SECONDS", 0.1)
    (tmp_path / "d").mkdir()
    with watch_of(tmp_path) as (watch, batches):
        (tmp_path / "d").rmdir()
        (tmp_path / "e").mkdir()
        (tmp_path / "e/f").mkdir()
        time.sleep(0.5)
        health = watch.health()
        assert (health["state"], health["watched"], health["missed"], health["lost"]) == ("watching", 3, 0, 0)
        assert not any(EVERYTHING in paths for paths in batches.got)


def forget_watches(fd: int) -> None:
    """Take every watch from an inotify instance, as an unmount under it does."""
    text = Path(f"/proc/self/fdinfo/{fd}").read_text()
    for line in text.splitlines():
        if line.startswith("inotify "):
            number = int(line.split()[1].removeprefix("wd:"), 16)
            assert ctypes.CDLL(None).inotify_rm_watch(fd, number) == 0
