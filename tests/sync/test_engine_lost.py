"""A photo that moves while a scan runs is followed by the next scan or touch, hashed or not."""

from __future__ import annotations

import pytest

from sync.engine import Gone, lost
from tests.sync.machines import Machine, assets, simulated_machine

CONTENT = {"title": "Lake", "rating": 3}
EARLY, LATE = "a/IMG.JPG", "z/LAKE.JPG"


def machine_with(path: str) -> Machine:
    machine = simulated_machine()
    machine.hands.put(path, b"the picture")
    for folder in "amz":
        machine.hands.put(f"{folder}/other.JPG", folder.encode())
    machine.edit(path, **CONTENT)
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()
    return machine


def move_midway(machine: Machine, old: str, new: str) -> None:
    """Scan, and move the photo when one half of the folders has been listed."""
    fs = machine.memfs
    real, moved = fs.entries, list[str]()

    def entries(folder: str) -> object:
        if folder == "m" and not moved:
            moved.append(old)
            machine.hands.move(old, new)
        return real(folder)

    fs.entries = entries  # type: ignore[assignment, method-assign]
    machine.pass_time(3)
    machine.scan()
    fs.entries = real  # type: ignore[method-assign]
    assert moved
    machine.pass_time(3)


@pytest.mark.parametrize(("old", "new"), [(EARLY, LATE), (LATE, EARLY)])
@pytest.mark.parametrize("told_by", ["scan", "touch and scan"])
def test_it_is_followed_when_it_is_seen_next(old: str, new: str, told_by: str) -> None:
    machine = machine_with(old)
    asset_id = machine.ledger(old).id
    move_midway(machine, old, new)
    if told_by != "scan":
        machine.touch(old, new)
    machine.scan()
    asset = machine.engine.look(new)
    assert (asset.id, asset.document.content()) == (asset_id, CONTENT)
    assert machine.mirror(new) == CONTENT
    machine.pass_time(3)
    assert assets(machine.scan(everything=True))[new].problems == ()
    assert sorted(machine.hands.names(old[0])) == ["other.JPG"]
    assert lost.lost(machine.volume, machine.site) == {}


def test_a_touch_alone_follows_one_that_the_scan_missed() -> None:
    machine = machine_with(LATE)
    move_midway(machine, LATE, EARLY)
    assert assets(machine.touch(EARLY))[EARLY].document.content() == CONTENT
    assert machine.hands.names("z") == ["other.JPG"]


def test_a_photo_that_is_gone_is_nobodys_whatever_comes() -> None:
    machine = machine_with(EARLY)
    machine.hands.remove(EARLY)
    machine.pass_time(3)
    assert Gone(EARLY) in machine.scan()
    assert [*lost.lost(machine.volume, machine.site)] == [EARLY]
    machine.hands.put(LATE, b"the picture")
    machine.pass_time(3)
    machine.scan()
    assert machine.engine.look(LATE).document.content() == {}
    assert "IMG.JPG.kphotos.json" in machine.hands.names("a")


def test_one_that_comes_back_to_its_place_is_forgotten() -> None:
    machine = machine_with(EARLY)
    machine.hands.move(EARLY, "../elsewhere")
    machine.pass_time(3)
    machine.scan()
    assert [*lost.lost(machine.volume, machine.site)] == [EARLY]
    machine.hands.move("../elsewhere", EARLY)
    machine.pass_time(3)
    assert assets(machine.scan())[EARLY].document.content() == CONTENT
    assert lost.lost(machine.volume, machine.site) == {}
