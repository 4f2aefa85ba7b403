"""Disks mounted inside of a volume: what is on one that is not there is away, and nothing of it is gone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from sync.engine import Cleared, Gone, Root, Trouble
from sync.osfs.mounts import mounted_below
from tests.sync.machines import Machine, assets, disk_machine, kinds, simulated_machine

INNER = "trips/disk"


class Mounting:
    """A disk with three photos that is plugged into a folder of the volume, and out again."""

    def __init__(self) -> None:
        self.machine = simulated_machine()
        self.mounted = {INNER}
        self.machine.volume = replace(self.machine.volume, mounts=lambda: frozenset(self.mounted))
        self.machine.restart()
        self.machine.hands.put("home.JPG", b"home")
        self.plug_in()
        self.machine.pass_time(3)
        self.machine.scan()

    def plug_in(self) -> None:
        for number in range(3):
            self.machine.hands.put(f"{INNER}/a/{number}.JPG", b"%d" % number)
        self.mounted.add(INNER)

    def pull_out(self) -> None:
        self.machine.hands.remove(f"{INNER}/a")
        self.mounted.discard(INNER)


@pytest.fixture
def inner() -> Mounting:
    return Mounting()


def gone(events: list[object]) -> list[object]:
    return [event for event in events if isinstance(event, Gone)]


def test_a_disk_that_is_not_mounted_takes_nothing_with_it(inner: Mounting) -> None:
    inner.pull_out()
    for _ in range(3):
        events = inner.machine.scan()
        assert kinds(events) == ["Trouble", "Root", "Done"]
        trouble, root, _ = events
        assert isinstance(trouble, Trouble)
        assert isinstance(root, Root)
        assert (trouble.problem.path, trouble.problem.kind) == (INNER, "disk-away")
        assert (root.state, root.away, len(root.paths)) == ("online", 3, 3)
    inner.plug_in()
    events = inner.machine.scan()
    assert Cleared(INNER) in events
    assert gone(events) == []
    inner.machine.pass_time(3)
    inner.machine.scan()
    assert kinds(inner.machine.scan()) == ["Root", "Done"]


def test_a_mount_point_that_went_with_the_disk_is_away_as_well(inner: Mounting) -> None:
    inner.mounted.clear()
    inner.machine.hands.remove("trips")
    assert gone(inner.machine.scan()) == []


def test_an_empty_disk_in_its_place_is_no_deletion(inner: Mounting) -> None:
    inner.pull_out()
    inner.mounted.add(INNER)
    assert gone(inner.machine.scan()) == []


def test_a_photo_deleted_on_a_disk_that_is_there_is_gone(inner: Mounting) -> None:
    inner.machine.hands.remove(f"{INNER}/a/1.JPG")
    assert gone(inner.machine.scan()) == [Gone(f"{INNER}/a/1.JPG")]


def test_what_is_deleted_beside_it_is_gone_as_always(inner: Mounting) -> None:
    inner.pull_out()
    inner.machine.hands.remove("home.JPG")
    inner.machine.hands.put("other.JPG", b"other")
    assert gone(inner.machine.scan()) == [Gone("home.JPG")]


def test_the_watchers_word_is_not_taken_for_what_is_on_it(inner: Mounting) -> None:
    inner.pull_out()
    assert gone(inner.machine.touch(f"{INNER}/a/0.JPG")) == []
    assert gone(inner.machine.touch(INNER)) == []
    inner.machine.hands.remove("home.JPG")
    inner.machine.hands.put("other.JPG", b"other")
    assert gone(inner.machine.touch("home.JPG", f"{INNER}/a/0.JPG")) == [Gone("home.JPG")]


def test_a_person_may_say_that_it_does_not_come_back(inner: Mounting) -> None:
    inner.pull_out()
    assert gone(inner.machine.scan(confirmed=2)) == []
    assert len(gone(inner.machine.scan(confirmed=3))) == 3
    assert kinds(inner.machine.scan()) == ["Root", "Done"]


def test_a_folder_into_which_the_photos_were_copied_is_read_and_the_rest_still_away(inner: Mounting) -> None:
    inner.pull_out()
    inner.machine.hands.put(f"{INNER}/a/0.JPG", b"0")
    events = inner.machine.scan()
    assert [*assets(events)] == [f"{INNER}/a/0.JPG"]
    assert [event.away for event in events if isinstance(event, Root)] == [2]


def test_a_damaged_memory_of_mounts_is_none(inner: Mounting) -> None:
    for damage in (b"{", b"[]", b'{"mounts": 5}', b"\xff"):
        inner.machine.memory.keep("volume-1", {"//mounts": damage})
        assert kinds(inner.machine.scan()) == ["Root", "Done"]
    inner.pull_out()
    assert gone(inner.machine.scan()) == []


def test_a_volume_that_forgets_what_was_mounted_is_caught(
    inner: Mounting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plant: the brakes never hear of mounts."""
    monkeypatch.setattr("sync.engine.mounted.Mounts.missing", lambda self, empty=(): frozenset())
    inner.pull_out()
    assert len(gone(inner.machine.scan())) == 3


def can_mount() -> bool:
    return os.geteuid() == 0 and Path("/proc/self/mountinfo").exists()


@pytest.fixture
def plugged(tmp_path: Path) -> Iterator[Machine]:
    """A real volume with a real filesystem mounted in a folder whose name needs escaping."""
    machine = disk_machine(tmp_path)
    root = tmp_path / "volume"
    at = root / "my disk"
    at.mkdir()
    if not can_mount() or subprocess.run(["mount", "-t", "tmpfs", "kp-test", at], check=False).returncode:
        pytest.skip("mounting needs root")
    try:
        machine.volume = replace(machine.volume, mounts=partial(mounted_below, root))
        machine.restart()
        machine.hands.put("home.JPG", b"home")
        machine.hands.put("my disk/x.JPG", b"x")
        machine.scan()
        yield machine
    finally:
        subprocess.run(["umount", at], check=False, capture_output=True)


def test_on_a_real_disk_mounts_are_seen_and_an_unmounted_one_is_away(
    plugged: Machine, tmp_path: Path
) -> None:
    assert plugged.volume.mounts() == {"my disk"}
    subprocess.run(["umount", tmp_path / "volume" / "my disk"], check=True)
    assert plugged.volume.mounts() == frozenset()
    events = plugged.scan()
    assert gone(events) == []
    assert [event.away for event in events if isinstance(event, Root)] == [1]
