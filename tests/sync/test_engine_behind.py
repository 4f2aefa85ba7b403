"""What could not follow a photo is told at each look at it, for as long as it lies where it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.engine import Asset
from tests.sync.machines import Machine, assets
from tests.sync.test_engine_moves import (
    NEW,
    OLD,
    copied,
    machine_with,
    shared_name_taken,
    torn_ledger,
)


def told(asset: Asset | None) -> list[str]:
    assert asset is not None
    return [problem.kind for problem in asset.problems]


def companion_taken(machine: Machine) -> None:
    machine.hands.put("a/IMG.txt", b"of the picture")
    machine.hands.put("b/LAKE.txt", b"somebody else's")


def moved(spoil: Callable[[Machine], None]) -> Machine:
    """A machine on which something has stayed behind."""
    machine = machine_with(is_hashed=True)
    spoil(machine)
    machine.pass_time(3)
    machine.scan()
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    assert told(assets(machine.scan())[NEW]) == ["left-behind"]
    return machine


SPOILT = pytest.mark.parametrize("spoil", [torn_ledger, shared_name_taken, companion_taken])


@SPOILT
def test_it_is_told_at_each_look(spoil: Callable[[Machine], None]) -> None:
    machine = moved(spoil)
    assert told(machine.hash(NEW)) == ["left-behind"]
    assert told(machine.edit(NEW, rating=5)) == ["left-behind"]
    machine.restart()
    assert told(machine.engine.look(NEW)) == ["left-behind"]
    machine.pass_time(3)
    assert told(assets(machine.scan(everything=True))[NEW]) == ["left-behind"]
    assert told(assets(machine.touch(NEW))[NEW]) == ["left-behind"]


@pytest.mark.parametrize("told_by", ["scan", "touch"])
@SPOILT
def test_once_it_is_gone_nothing_is_told_any_more(spoil: Callable[[Machine], None], told_by: str) -> None:
    machine = moved(spoil)
    names = [f"a/{name}" for name in machine.hands.names("a")]
    for name in names:
        machine.hands.remove(name)
    machine.pass_time(3)
    events = machine.touch(*names) if told_by == "touch" else machine.scan()
    assert told(assets(events)[NEW]) == []
    assert told(machine.engine.look(NEW)) == []
    assert machine.memory.last("volume-1", "//behind") is None


def test_another_photo_that_gets_the_name_is_told_of_nothing() -> None:
    machine = moved(torn_ledger)
    machine.hands.move(NEW, "b/POND.JPG")
    machine.hands.put(NEW, b"another one")
    machine.pass_time(3)
    assert told(assets(machine.scan())[NEW]) == []


def test_a_photo_that_moves_on_is_told_of_it_still() -> None:
    machine = moved(companion_taken)
    machine.hands.move(NEW, "c/POND.JPG")
    machine.pass_time(3)
    assert told(assets(machine.scan())["c/POND.JPG"]) == ["left-behind"]


def test_what_stays_behind_a_photo_that_was_known_by_its_bytes_is_told_as_well() -> None:
    machine = machine_with(is_hashed=True)
    copied(machine, OLD, NEW)
    machine.pass_time(3)
    machine.scan()
    torn_ledger(machine)
    assert told(machine.hash(NEW)) == ["left-behind"]
    assert told(machine.engine.look(NEW)) == ["left-behind"]
