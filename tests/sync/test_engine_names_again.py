"""A name that another picture had: who had a ledger under it keeps its id, and the new one is another."""

from __future__ import annotations

import pytest

from sync.engine import Seen
from tests.sync.machines import Machine, assets, simulated_machine

NAME, FIRST, SECOND = "in/IMG_1.JPG", "b/IMG_1.JPG", "z/IMG_1.JPG"
ENDS = ("", ".xmp", ".kphotos.json")


def move(machine: Machine, old: str, new: str) -> None:
    for end in ENDS:
        machine.hands.move(old + end, new + end)


def ids(machine: Machine) -> dict[str, str]:
    """By path, as they are told of, each being another."""
    found = {path: asset.id for path, asset in assets(machine.scan(everything=True)).items()}
    assert len(set(found.values())) == len(found)
    return found


def library(new: str) -> tuple[Machine, str]:
    """A picture that was edited under the name, and has moved on with its sidecars; its id."""
    machine = simulated_machine()
    machine.hands.put(NAME, b"the first")
    before = machine.edit(NAME, title="Lake").id
    machine.rest()
    move(machine, NAME, new)
    return machine, before


@pytest.mark.parametrize("new", [FIRST, SECOND], ids=["met first", "met last"])
@pytest.mark.parametrize("seen", [True, False], ids=["one by one", "at once"])
@pytest.mark.parametrize("forget", [True, False], ids=["memory lost", "memory kept"])
def test_the_new_picture_is_another_and_hides_none(new: str, seen: bool, forget: bool) -> None:
    machine, before = library(new)
    if seen:
        machine.rest()
    machine.hands.put(NAME, b"the second")
    machine.rest()
    now = ids(machine)
    assert now[new] == before
    machine.restart(forget=forget)
    assert ids(machine) == now
    assert machine.edit(NAME, title="Dog").id == machine.ledger(NAME).id == now[NAME]
    machine.rest()
    machine.restart(forget=forget)
    assert ids(machine) == now


def test_the_last_that_is_told_of_each_is_true() -> None:
    machine, before = library(SECOND)
    machine.hands.put(NAME, b"the second")
    machine.pass_time(3)
    rows: dict[str, str] = {}
    for event in machine.scan():
        if isinstance(event, Seen):
            rows[event.asset.id] = event.asset.path
    assert sorted(rows.values()) == [NAME, SECOND]
    assert rows[before] == SECOND


def test_a_third_of_the_name_is_another_again() -> None:
    machine, _ = library(FIRST)
    for number in range(2):
        machine.rest()
        machine.hands.put(NAME, b"another %d" % number)
        machine.rest()
        machine.edit(NAME, title=f"No. {number}")
        machine.rest()
        move(machine, NAME, f"more/{number}.JPG")
    machine.rest()
    machine.hands.put(NAME, b"the last")
    machine.rest()
    now = ids(machine)
    assert len(now) == 4
    machine.restart(forget=True)
    assert ids(machine) == now


def test_when_the_first_is_gone_it_is_told_as_a_rebuild_would() -> None:
    machine, before = library(FIRST)
    machine.rest()
    machine.hands.put(NAME, b"the second")
    machine.rest()
    for end in ENDS:
        machine.hands.remove(FIRST + end)
    machine.pass_time(3)
    assert assets(machine.scan())[NAME].id == before
    machine.restart(forget=True)
    assert ids(machine) == {NAME: before}


def test_by_the_watch_as_well() -> None:
    machine, before = library(FIRST)
    machine.touch(*(path + end for path in (NAME, FIRST) for end in ENDS))
    machine.hands.put(NAME, b"the second")
    machine.pass_time(3)
    assert assets(machine.touch(NAME))[NAME].id != before
    assert machine.engine.look(FIRST).id == before


@pytest.mark.parametrize("new", [FIRST, SECOND])
def test_when_the_first_comes_back_from_the_bin_both_are_told_of(new: str) -> None:
    machine, before = library(new)
    machine.hands.put(NAME, b"the second")
    machine.rest()
    second = ids(machine)[NAME]
    kept = {end: machine.hands.read(new + end) for end in ENDS}
    for end in ENDS:
        machine.hands.remove(new + end)
    machine.pass_time(3)
    assert assets(machine.scan())[NAME].id == before
    machine.rest()
    for end, data in kept.items():
        machine.hands.put(new + end, data)
    machine.pass_time(3)
    told = {path: asset.id for path, asset in assets(machine.scan()).items()}
    assert told == {new: before, NAME: second} == ids(machine)
    machine.restart(forget=True)
    assert ids(machine) == told
