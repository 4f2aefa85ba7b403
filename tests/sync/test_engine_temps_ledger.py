"""A ledger that our exchange took out: somebody may write on through it, or nobody can read it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sync.apply.temps import tag_of, temp_path
from sync.engine import Asset, Later
from sync.ports import split
from tests.sync.machines import Machine, assets, disk_machine, simulated_machine

PHOTO = "d/IMG.JPG"
SIDECAR, LEDGER = PHOTO + ".xmp", PHOTO + ".kphotos.json"


@pytest.fixture
def machine() -> Machine:
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, rating=4, title="Lake")
    rest(machine)
    return machine


def rest(machine: Machine) -> None:
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()


def temps(machine: Machine) -> list[str]:
    return [name for name in machine.hands.names("d") if name.startswith(".kphotos-tmp-")]


def elsewhere(machine: Machine, **fields: object) -> bytes:
    """The ledger as another machine has it, that went on from this one; here all is as before."""
    old, xmp = machine.hands.read(LEDGER), machine.hands.read(SIDECAR)
    machine.edit(PHOTO, **fields)
    theirs = machine.hands.read(LEDGER)
    machine.engine.settle()
    machine.hands.put(LEDGER, old)
    machine.hands.put(SIDECAR, xmp)
    machine.restart(forget=True)
    rest(machine)
    return theirs


def test_a_ledger_that_a_sync_tool_writes_in_place_is_joined_when_it_is_done(machine: Machine) -> None:
    theirs = elsewhere(machine, label="Red")
    write = machine.memfs.hands.opened(LEDGER)
    machine.edit(PHOTO, rating=1)
    rest(machine)
    assert len(temps(machine)) == 1, "somebody writes on through it"
    write(theirs)
    rest(machine)
    assert machine.engine.look(PHOTO).document.content() == {"title": "Lake", "rating": 1, "label": "Red"}
    assert temps(machine) == []


def test_it_is_joined_by_the_watch_as_well(machine: Machine) -> None:
    theirs = elsewhere(machine, label="Red")
    write = machine.memfs.hands.opened(LEDGER)
    machine.edit(PHOTO, rating=1)
    tag = tag_of(split(LEDGER)[1])
    (path,) = [f"d/{name}" for name in temps(machine) if tag in name]
    assert Later(path, 0.2) in machine.touch(path)
    write(theirs)
    assert assets(machine.touch(path))[PHOTO].document.value("label") == "Red"
    assert path not in machine.memfs.contents()


def test_what_it_says_already_is_joined_while_it_is_written_and_nothing_is_lost(machine: Machine) -> None:
    theirs = elsewhere(machine, label="Red")
    machine.memfs.hands.opened(LEDGER)
    machine.hands.put(LEDGER, theirs)
    machine.edit(PHOTO, rating=1)
    rest(machine)
    assert machine.engine.look(PHOTO).document.value("label") == "Red"
    assert len(temps(machine)) == 1
    machine.memfs.writes.clear()
    machine.pass_time(3)
    machine.scan()
    assert machine.memfs.writes == []


def test_a_write_that_ends_before_the_old_ledger_would_go_is_joined(machine: Machine) -> None:
    theirs = elsewhere(machine, label="Red")
    write: list[Callable[[bytes], None]] = [machine.memfs.hands.opened(LEDGER)]

    def before(number: int, operation: str, path: str) -> None:
        if (operation, path) == ("sync_folder", "d") and write:
            write.pop()(theirs)

    machine.memfs.before = before
    machine.edit(PHOTO, rating=1)
    machine.memfs.before = lambda *_: None
    rest(machine)
    assert machine.engine.look(PHOTO).document.value("label") == "Red"
    assert temps(machine) == []


def test_of_many_each_that_nobody_writes_goes_at_once(machine: Machine) -> None:
    machine.hands.put("d/b.JPG", b"b")
    machine.edit("d/b.JPG", rating=1)
    rest(machine)
    machine.memfs.hands.opened(LEDGER)
    paths = [PHOTO, "d/b.JPG"]
    for path in paths:
        machine.edit(path, rating=3)
    machine.engine.settle()
    assert len(temps(machine)) == 1


def test_on_a_real_disk_it_waits_for_whoever_has_it_open(tmp_path: Path) -> None:
    machine = disk_machine(tmp_path)
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, rating=1)
    machine.engine.settle()
    with (tmp_path / "volume" / LEDGER).open("r+b"):
        machine.edit(PHOTO, rating=2)
        machine.engine.settle()
        assert len(temps(machine)) == 1
    machine.edit(PHOTO, rating=3)
    machine.engine.settle()
    assert temps(machine) == []


def newer(machine: Machine) -> bytes:
    """The ledger as a newer K-Photos would write it."""
    data = machine.hands.read(LEDGER)
    assert b'"kphotos": 1' in data
    return data.replace(b'"kphotos": 1', b'"kphotos": 2')


def exchanged_for(machine: Machine, data: bytes) -> Asset:
    """An edit, in whose midst a sync tool puts another ledger in the place of ours."""
    puts = [data]

    def before(number: int, operation: str, path: str) -> None:
        if (operation, path) == ("exchange", LEDGER) and puts:
            machine.hands.replace(LEDGER, puts.pop())

    machine.memfs.before = before
    asset = machine.edit(PHOTO, rating=1)
    machine.memfs.before = lambda *_: None
    return asset


@pytest.mark.parametrize("kind", ["newer-schema", "unreadable"])
def test_a_ledger_that_cannot_be_read_and_came_out_is_told_as_long_as_it_lies_there(
    machine: Machine, kind: str
) -> None:
    data = newer(machine) if kind == "newer-schema" else b'{"kphotos": '
    asset = exchanged_for(machine, data)
    assert (asset.document.value("rating"), asset.pending) == (1, False)
    rest(machine)
    (temp,) = temps(machine)
    machine.memfs.writes.clear()
    for number in range(3):
        machine.pass_time(3600)
        if number == 2:
            machine.restart(forget=True)
        (problem,) = assets(machine.scan())[PHOTO].problems
        assert (problem.path, problem.kind) == (f"d/{temp}", kind)
        assert "cannot be edited" not in problem.kept
    assert machine.memfs.writes == []
    assert [problem.kind for problem in machine.edit(PHOTO, rating=2).problems] == [kind]
    assert machine.hands.read(f"d/{temp}") == data
    machine.hands.remove(f"d/{temp}")
    assert assets(machine.scan())[PHOTO].problems == ()


@pytest.mark.parametrize("others", [0, 9])
def test_the_watch_tells_of_it_as_well_whatever_was_touched(machine: Machine, others: int) -> None:
    paths = [f"d/{number}.JPG" for number in range(others)]
    for path in paths:
        machine.hands.put(path, path.encode())
    exchanged_for(machine, newer(machine))
    rest(machine)
    told = assets(machine.touch(PHOTO, *paths))
    assert [problem.kind for problem in told[PHOTO].problems] == ["newer-schema"]


def test_one_that_is_gone_by_then_is_not_told(machine: Machine) -> None:
    machine.hands.put(temp_path(LEDGER, "site-1", "swap", machine.site.rng), b"{")

    def before(number: int, operation: str, path: str) -> None:
        if operation == "read" and ".kphotos-tmp-" in path and path in machine.memfs.contents():
            machine.hands.remove(path)

    machine.memfs.before = before
    machine.pass_time(3)
    assert assets(machine.scan())[PHOTO].problems == ()


def test_one_of_which_a_part_is_written_so_far_is_not_told_yet(machine: Machine) -> None:
    write = machine.memfs.hands.opened(LEDGER)
    theirs = machine.hands.read(LEDGER)
    machine.hands.put(LEDGER, theirs)
    machine.edit(PHOTO, rating=1)
    (path,) = [f"d/{name}" for name in temps(machine) if tag_of(split(LEDGER)[1]) in name]
    machine.hands.put(path, theirs[:20])
    machine.pass_time(3)
    assert assets(machine.scan())[PHOTO].problems == ()
    write(theirs)
    rest(machine)
    assert temps(machine) == []
