"""The sync tool in small does as real ones do: whatever is asked of the engine rests on it."""

from __future__ import annotations

import random

import pytest

from tests.sim.memfs import MemFS
from tests.sim.replicas import Replicas
from tests.sim.world import FakeClock

pytestmark = pytest.mark.slow

PATH = "d/IMG.JPG.kphotos.json"


def tool(disks: int = 2, *, copies: bool = True) -> Replicas:
    return Replicas([MemFS(FakeClock()) for _ in range(disks)], random.Random(1), copies=copies)


def put(replicas: Replicas, at: int, data: bytes, path: str = PATH) -> None:
    disk = replicas.disks[at]
    disk.clock.pass_time(1 + at)
    disk.hands.put(path, data)


@pytest.mark.parametrize("disks", [2, 3])
def test_what_one_disk_has_all_come_to_have(disks: int) -> None:
    replicas = tool(disks)
    put(replicas, 0, b"one")
    replicas.travel()
    assert replicas.is_alike
    put(replicas, disks - 1, b"two")
    replicas.travel()
    assert [disk.hands.read(PATH) for disk in replicas.disks] == [b"two"] * disks
    replicas.disks[0].hands.remove(PATH)
    replicas.travel()
    assert replicas.is_alike
    assert PATH not in replicas.disks[1].nodes
    assert replicas.made == 0


@pytest.mark.parametrize("disks", [2, 3])
def test_two_changed_at_once_leave_the_later_and_a_copy_of_the_other_everywhere(disks: int) -> None:
    replicas = tool(disks)
    put(replicas, 0, b"one")
    put(replicas, 1, b"two")
    replicas.travel()
    assert replicas.is_alike
    names = replicas.disks[0].hands.names("d")
    assert len(names) == 2
    assert names[0] == "IMG.JPG.kphotos.json"
    assert names[1].startswith("IMG.JPG.kphotos.sync-conflict-")
    assert replicas.disks[0].hands.read("d/" + names[0]) == b"two"
    assert replicas.disks[0].hands.read("d/" + names[1]) == b"one"


def test_without_copies_the_loser_is_gone_and_listed() -> None:
    replicas = tool(copies=False)
    put(replicas, 0, b"one")
    put(replicas, 1, b"two")
    replicas.travel()
    assert replicas.is_alike
    assert replicas.overwritten == [(0, PATH, b"one")]
    assert replicas.disks[0].hands.names("d") == ["IMG.JPG.kphotos.json"]


def test_equal_content_is_no_conflict_and_a_change_outlives_a_deletion() -> None:
    replicas = tool()
    put(replicas, 0, b"one")
    put(replicas, 1, b"one")
    replicas.travel()
    assert replicas.made == 0
    replicas.disks[0].hands.remove(PATH)
    put(replicas, 1, b"two")
    replicas.travel()
    assert replicas.is_alike
    assert replicas.disks[0].hands.read(PATH) == b"two"


def test_files_travel_one_at_a_time_and_temps_not_at_all() -> None:
    replicas = tool()
    for number in range(20):
        put(replicas, 0, b"x", f"d/{number}.xmp")
    put(replicas, 0, b"x", "d/.kphotos-tmp-1")
    assert 0 < replicas.travel(0.5) < 20
    assert not replicas.is_alike
    replicas.travel()
    assert replicas.is_alike
    assert "d/.kphotos-tmp-1" not in replicas.disks[1].nodes
