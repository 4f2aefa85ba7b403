"""Photos that change places while so many others are gone that nothing is taken for gone yet."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.engine import Event, Root
from tests.sync.machines import Machine, assets, simulated_machine
from tests.sync.test_engine_moves import copied

A, B, AWAY = "a/A.JPG", "a/B.JPG", "b/A.JPG"
_GONE = 60


def swap(machine: Machine) -> dict[str, str]:
    for old, new in ((A, "a/t.JPG"), (B, A), ("a/t.JPG", B)):
        machine.hands.move(old, new)
    return {A: "B", B: "A"}


def rename(machine: Machine) -> dict[str, str]:
    machine.hands.move(A, AWAY)
    return {AWAY: "A", B: "B"}


def copy(machine: Machine) -> dict[str, str]:
    copied(machine, A, AWAY)
    return {AWAY: "A", B: "B"}


def halted(events: list[Event]) -> int | None:
    return next((event.gone for event in events if isinstance(event, Root) and event.state == "halted"), None)


@pytest.mark.parametrize("move", [swap, rename, copy])
def test_once_it_is_confirmed_each_has_its_own(move: Callable[[Machine], dict[str, str]]) -> None:
    machine = simulated_machine()
    for number in range(2 * _GONE):
        machine.hands.put(f"x/{number}.JPG", b"x%d" % number)
    machine.hands.put("b/other.JPG", b"other")
    for path in (A, B):
        machine.hands.put(path, b"picture %s" % path.encode())
        machine.edit(path, title=path[2])
        machine.hash(path)
    machine.scan()
    machine.pass_time(3)
    machine.scan()
    wanted = move(machine)
    for number in range(_GONE):
        machine.hands.remove(f"x/{number}.JPG")
    machine.pass_time(3)
    gone = halted(machine.scan())
    for path in wanted:
        machine.hash(path)  # an admin may take days
    machine.pass_time(3600)
    assert gone is not None
    assert halted(machine.scan()) == gone
    assert halted(machine.scan(confirmed=gone)) is None
    machine.pass_time(3)
    told = assets(machine.scan(everything=True))
    assert {path: told[path].document.content().get("title") for path in wanted} == wanted
    assert [told[path].problems for path in wanted] == [(), ()]
