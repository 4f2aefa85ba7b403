"""What `verify` finds, on a volume where something is wrong with everything."""

from __future__ import annotations

import pytest

from sync.engine import hash_of
from sync.engine.root import MARKER
from tests.sim.memfs import MemFS
from tests.sync.machines import Machine, simulated_machine


@pytest.fixture
def machine() -> Machine:
    machine = simulated_machine()
    for name in ("a.JPG", "b.JPG", "c.JPG", "d/e.JPG"):
        machine.hands.put(name, name.encode())
        stat = machine.edit(name, rating=4).original.stat
        machine.engine.hashed(name, stat.signature(), hash_of(machine.fs, name))
    machine.pass_time(3)
    machine.scan()
    return machine


def found(machine: Machine) -> set[tuple[str, str]]:
    assert isinstance(machine.fs, MemFS)
    machine.fs.writes.clear()
    problems = {(problem.path, problem.kind) for problem in machine.engine.verify()}
    assert machine.fs.writes == []
    return problems


def test_nothing_is_found_where_all_is_well(machine: Machine) -> None:
    assert found(machine) == set()


def test_every_kind_of_harm_is_found(machine: Machine) -> None:
    machine.hands.put("a.JPG", b"A.jpg")
    machine.hands.remove("b.JPG.xmp")
    machine.hands.put("c.JPG.kphotos.json", b"{")
    machine.hands.special("pipe.JPG")
    machine.hands.chmod("d", 0)
    assert found(machine) == {
        ("a.JPG", "original-changed"),
        ("b.JPG", "pending"),
        ("c.JPG.kphotos.json", "unreadable"),
        ("pipe.JPG", "special-file"),
        ("d", "unreadable"),
    }


def test_an_original_that_cannot_be_read_to_its_end_is_found(machine: Machine) -> None:
    machine.hands.chmod("a.JPG", 0)
    assert found(machine) == {("a.JPG", "unreadable")}


def test_another_volumes_root_is_found_and_not_read(machine: Machine) -> None:
    machine.hands.put(MARKER, b"{}")
    assert found(machine) == {("", "offline")}
