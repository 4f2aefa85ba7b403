"""A copy goes by the id of its original when that is gone, and not while it is merely out of sight."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.engine import Asset
from tests.sync.machines import Machine, assets, simulated_machine

FIRST, COPY, MOVED = "m/IMG.JPG", "b/IMG.JPG", "x/IMG.JPG"
ENDS = ("", ".xmp", ".kphotos.json")


def library(mounted: set[str] | None = None, *, has_copy: bool = True) -> Machine:
    machine = simulated_machine()
    machine.volume = replace(machine.volume, mounts=lambda: frozenset(mounted or ()))
    machine.restart()
    machine.hands.put(FIRST, b"the picture")
    machine.edit(FIRST, title="Lake")
    machine.rest()
    if has_copy:
        copy(machine)
    return machine


def copy(machine: Machine) -> None:
    for end in ENDS:
        machine.hands.put(COPY + end, machine.hands.read(FIRST + end))
    machine.rest()


def ids(machine: Machine) -> dict[str, str]:
    return {path: asset.id for path, asset in assets(machine.scan(everything=True)).items()}


@pytest.mark.parametrize("has_copy", [True, False], ids=["met before", "met only now"])
def test_a_folder_that_cannot_be_read_for_a_while_keeps_its_ids(has_copy: bool) -> None:
    machine = library(has_copy=has_copy)
    before = machine.engine.look(FIRST).id
    data = {COPY + end: machine.hands.read(FIRST + end) for end in ENDS}
    machine.hands.chmod("m", 0)
    for path, content in data.items():
        machine.hands.put(path, content)
    machine.rest()
    machine.edit(COPY, rating=3)
    machine.rest()
    machine.hands.chmod("m", 0o755)
    machine.rest()
    now = ids(machine)
    assert (now[FIRST], machine.ledger(COPY).id) == (before, now[COPY])
    assert now[COPY] != before


@pytest.mark.parametrize("has_copy", [True, False], ids=["met before", "met only now"])
def test_a_disk_that_is_away_keeps_its_ids(has_copy: bool) -> None:
    mounted = {"m"}
    machine = library(mounted, has_copy=has_copy)
    before = machine.engine.look(FIRST).id
    kept = {FIRST + end: machine.hands.read(FIRST + end) for end in ENDS}
    for path in kept:
        machine.hands.remove(path)
    mounted.clear()
    for end in ENDS:
        machine.hands.put(COPY + end, kept[FIRST + end])
    machine.pass_time(3)
    assert machine.engine.holds(before)
    assert assets(machine.scan(sidecars=True))[COPY].id != before
    mounted.add("m")
    for path, data in kept.items():
        machine.hands.put(path, data)
    machine.rest()
    now = ids(machine)
    assert (now[FIRST], len(set(now.values()))) == (before, 2)


def test_one_that_moved_while_nobody_looked_keeps_its_id_though_its_copy_is_met_first() -> None:
    machine = library()
    before = ids(machine)
    for end in ENDS:
        machine.hands.move(FIRST + end, MOVED + end)
    machine.restart()
    machine.pass_time(3)
    assert ids(machine) == {MOVED: before[FIRST], COPY: before[COPY]}


def test_of_one_that_is_gone_the_copy_has_the_id() -> None:
    machine = library()
    before = machine.engine.look(FIRST).id
    for end in ENDS:
        machine.hands.remove(FIRST + end)
    machine.pass_time(3)
    machine.scan()
    assert ids(machine) == {COPY: before}
    assert not machine.engine.holds("another")


@pytest.mark.parametrize("by_watch", [False, True], ids=["scan", "watch"])
def test_photos_that_swap_names_and_swap_them_back_have_their_ids(by_watch: bool) -> None:
    """In between each lay beside the other's ledger, and went by another id than that it now has again."""
    machine = simulated_machine()
    paths = ("d/A.JPG", "d/B.JPG")
    for number, path in enumerate(paths):
        machine.hands.put(path, b"a picture" + b"!" * number)
        machine.edit(path, title=path)
    for path in paths:
        machine.hash(path)
    machine.scan()
    before = {path: machine.engine.look(path).id for path in paths}
    told: dict[str, Asset] = {}
    for _ in range(2):
        machine.pass_time(40)
        for old, new in (("d/A.JPG", "d/T"), ("d/B.JPG", "d/A.JPG"), ("d/T", "d/B.JPG")):
            machine.hands.move(old, new)
        machine.pass_time(3)
        told |= assets(machine.touch(*paths) if by_watch else machine.scan())
        machine.pass_time(40)
        told |= assets(machine.scan())
    assert {path: asset.id for path, asset in told.items()} == before
    assert {path: machine.engine.look(path).id for path in paths} == before
    machine.restart(forget=True)
    assert {path: asset.id for path, asset in assets(machine.scan(everything=True)).items()} == before
