"""Originals that were copied without their sidecars, and removed when the copy was long known."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.core.model import Change
from tests.sim.crashes import CUTS, befall, cut_short
from tests.sync.machines import ALICE, Machine, assets, simulated_machine

OLD, COPY, OTHER = "a/IMG.JPG", "b/IMG.JPG", "c/TWIN.JPG"
CONTENT = {"title": "Lake", "rating": 3}


def hash_one(machine: Machine, path: str) -> None:
    machine.hash(path)


def copied(*others: str) -> Machine:
    """An edited original, then a copy of it alone; both are at rest and hashed."""
    machine = simulated_machine()
    machine.hands.put(OLD, b"the picture")
    machine.hands.put("a/other.JPG", b"other")
    machine.edit(OLD, **CONTENT)
    machine.rest()
    hash_one(machine, OLD)
    for path in (COPY, *others):
        machine.hands.put(path, b"the picture")
        machine.rest()
        hash_one(machine, path)
    machine.rest()
    return machine


def left(machine: Machine) -> list[str]:
    return [name for name in machine.hands.names("a") if "IMG" in name]


def assert_inherited(machine: Machine, asset_id: str) -> None:
    machine.rest()
    machine.memfs.writes.clear()
    asset = assets(machine.scan(everything=True))[COPY]
    assert machine.memfs.writes == []
    assert (asset.document.content(), asset.problems, asset.pending) == (CONTENT, (), False)
    assert (asset.id, machine.mirror(COPY)) == (asset_id, CONTENT)
    assert left(machine) == []


def removed() -> tuple[Machine, str]:
    """The copy, a while after the original was removed, and the id that this had."""
    machine = copied()
    asset_id = machine.ledger(OLD).id
    machine.hands.remove(OLD)
    machine.pass_time(3)
    return machine, asset_id


@pytest.mark.parametrize("told_by", ["scan", "touch"])
def test_the_copy_gets_what_the_original_left_behind(told_by: str) -> None:
    machine, asset_id = removed()
    events = machine.scan() if told_by == "scan" else machine.touch(OLD)
    assert assets(events)[COPY].document.content() == CONTENT
    assert_inherited(machine, asset_id)


@pytest.mark.slow
@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("told_by", ["scan", "touch"])
def test_a_crash_at_any_operation_leaves_nothing_behind(told_by: str, cut: str) -> None:
    number, is_over = 0, False
    while not is_over:
        number += 1
        machine, asset_id = removed()
        fs = machine.memfs
        fs.durable_nodes = dict(fs.nodes)
        look = machine.scan if told_by == "scan" else lambda: machine.touch(OLD)  # noqa: B023
        is_over = cut_short(machine.fs, number, look)
        befall(machine.fs, cut)
        machine.restart()
        machine.rest()
        assert_inherited(machine, asset_id)
    assert number > 20


def test_after_a_crash_and_a_lost_memory_it_is_found_once_it_is_hashed() -> None:
    number, is_over = 0, False
    while not is_over:
        number += 1
        machine, asset_id = removed()
        is_over = cut_short(machine.fs, number, machine.scan)
        machine.restart(forget=True)
        machine.rest()
        hash_one(machine, COPY)
        assert_inherited(machine, asset_id)
    assert number > 20


def edited_copy(machine: Machine) -> None:
    machine.edit(COPY, title="Sea")


def rewritten_copy(machine: Machine) -> None:
    machine.hands.put(COPY, b"THE PICTURE")


def trashed(machine: Machine) -> None:
    machine.engine.edit(OLD, [Change("trash", "set", True)], ALICE)


def nothing(machine: Machine) -> None:
    pass


@pytest.mark.parametrize(
    ("spoil", "others"),
    [(edited_copy, ()), (rewritten_copy, ()), (trashed, ()), (nothing, (OTHER,))],
    ids=["it has its own", "it is another by now", "it was thrown away", "there are two"],
)
@pytest.mark.parametrize("told_by", ["scan", "touch"])
def test_in_doubt_all_stays_where_it_is(
    told_by: str, spoil: Callable[[Machine], None], others: tuple[str, ...]
) -> None:
    machine = copied(*others)
    spoil(machine)
    machine.pass_time(3)
    if spoil is not rewritten_copy:
        machine.rest()
    machine.hands.remove(OLD)
    before = machine.memfs.contents()
    machine.pass_time(3)
    _ = machine.scan() if told_by == "scan" else machine.touch(OLD)
    assert left(machine) == ["IMG.JPG.kphotos.json", "IMG.JPG.xmp"]
    assert machine.memfs.contents() == before


def test_of_two_copies_the_one_that_has_none_of_its_own_gets_them() -> None:
    machine = copied(OTHER)
    asset_id = machine.ledger(OLD).id
    machine.edit(OTHER, title="Sea")
    machine.rest()
    machine.hands.remove(OLD)
    machine.pass_time(3)
    machine.scan()
    assert_inherited(machine, asset_id)
    assert machine.engine.look(OTHER).document.content() == {"title": "Sea"}


def test_all_folders_are_gone_through_once_a_round() -> None:
    machine = copied()
    for number in range(20):
        path = f"a/MORE_{number}.JPG"
        machine.hands.put(path, b"picture %d" % number)
        machine.edit(path, title="Lake")
        hash_one(machine, path)
    machine.rest()
    asked: list[str] = []
    folders = machine.memory.folders
    machine.memory.folders = lambda volume: asked.append(volume) or folders(volume)  # type: ignore[func-returns-value,method-assign]
    machine.hands.remove("a/MORE_0.JPG")
    machine.pass_time(3)
    machine.scan()
    few = len(asked)
    asked.clear()
    for number in range(1, 20):
        machine.hands.remove(f"a/MORE_{number}.JPG")
    machine.pass_time(3)
    machine.scan()
    assert len(asked) == few
