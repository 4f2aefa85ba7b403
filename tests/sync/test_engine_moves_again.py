"""Moves that a disk refuses once, at any operation: what was left behind comes later, hashed or not."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest

from sync.engine import Event, Later
from sync.engine.owed import owed
from tests.sync.machines import Machine, assets
from tests.sync.test_engine_moves import CONTENT, NEW, OLD, assert_followed, machine_with


def refuse(machine: Machine, is_it: Callable[[int, str, str], bool]) -> Callable[[], bool]:
    """The first operation of which this is true fails, and none after it; whether it came to that."""
    met: list[str] = []
    first = machine.memfs.operations

    def before(number: int, operation: str, path: str) -> None:
        if not met and is_it(number - first, operation, path):
            met.append(path)
            raise OSError(errno.EIO, "Input/output error")

    machine.memfs.before = before
    return lambda: bool(met)


def go_on(machine: Machine, events: list[Event]) -> None:
    """Look again at what is to be looked at again, as the watcher does."""
    machine.pass_time(31)
    machine.touch(*[event.path for event in events if isinstance(event, Later)])


@pytest.mark.slow
@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_refusal_at_any_operation_separates_no_photo_that_was_never_hashed(is_restarted: bool) -> None:
    number, is_met = 0, True
    while is_met:
        number += 2
        machine = machine_with()
        asset_id = machine.ledger(OLD).id
        machine.hands.move(OLD, NEW)
        machine.pass_time(3)
        wanted = number
        came_to_it = refuse(machine, lambda at, operation, path: at == wanted)  # noqa: B023
        events, is_met = machine.scan(), came_to_it()
        if is_restarted:
            machine.restart()
        else:
            go_on(machine, events)
        assert_followed(machine, NEW, asset_id)
        assert owed(machine.volume, machine.site) == {}
    assert number > 40


@pytest.mark.parametrize("is_hashed", [False, True])
@pytest.mark.parametrize("new", [NEW, "a/LAKE.JPG"])
def test_a_folder_that_cannot_be_listed_once_is_listed_again(new: str, is_hashed: bool) -> None:
    for which in (1, 2, 3):
        machine = machine_with(is_hashed=is_hashed)
        asset_id = machine.ledger(OLD).id
        machine.hands.move(OLD, new)
        machine.pass_time(3)
        left = [which]

        def is_listing(at: int, operation: str, path: str, left: list[int] = left) -> bool:
            left[0] -= (operation, path) == ("names", "a")
            return left[0] == 0

        refuse(machine, is_listing)
        go_on(machine, machine.scan())
        machine.hash(new)
        machine.pass_time(3)
        machine.scan()
        assert assets(machine.scan(everything=True))[new].id == asset_id
        assert [name for name in machine.hands.names("a") if name.startswith("IMG")] == []


@pytest.mark.parametrize("is_hashed", [False, True])
def test_an_xmp_without_a_ledger_is_not_given_up_after_one_refusal(is_hashed: bool) -> None:
    machine = machine_with(is_hashed=is_hashed)
    machine.hands.remove(OLD + ".kphotos.json")
    machine.restart(forget=True)
    machine.scan()
    if is_hashed:
        machine.hash(OLD)
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    refuse(machine, lambda at, operation, path: operation == "create")
    go_on(machine, machine.scan())
    assert machine.mirror(NEW) == CONTENT
    assert machine.hands.names("a") == []


@pytest.mark.parametrize("is_hashed", [False, True])
def test_a_companion_that_is_refused_once_comes_later(is_hashed: bool) -> None:
    machine = machine_with(is_hashed=is_hashed)
    machine.hands.put("a/IMG.AAE", b"what Apple Photos did to it")
    asset_id = machine.ledger(OLD).id
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    refuse(machine, lambda at, operation, path: operation == "carry")
    events = machine.scan()
    assert [problem.kind for problem in assets(events)[NEW].problems] == ["left-behind"]
    go_on(machine, events)
    assert_followed(machine, NEW, asset_id)
    assert machine.hands.read("b/LAKE.AAE") == b"what Apple Photos did to it"
