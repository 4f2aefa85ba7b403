"""Temps of ours beside which their original is no longer: they go where it went, and are settled there."""

from __future__ import annotations

import errno

import pytest

from sync.apply.temps import temp_path
from sync.engine import Later
from tests.sim.crashes import CUTS, befall, cut_short
from tests.sim.tools import FakeTool
from tests.sync.machines import Machine, assets, simulated_machine

OLD, NEW = "a/IMG.JPG", "b/LAKE.JPG"
CONTENT = {"title": "Lake", "rating": 3}


def machine_with(*, is_hashed: bool = True) -> Machine:
    machine = simulated_machine()
    machine.hands.put(OLD, b"the picture")
    machine.hands.put("a/other.JPG", b"another one")
    machine.hands.put("b/other.JPG", b"other")
    machine.edit(OLD, **CONTENT)
    if is_hashed:
        machine.hash(OLD)
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()
    return machine


def temps(machine: Machine) -> list[str]:
    found = [(folder, name) for folder in "ab" for name in machine.hands.names(folder)]
    return [f"{folder}/{name}" for folder, name in found if name.startswith(".kphotos-tmp-")]


def taken_out(machine: Machine) -> str:
    """A temp with what another program had just written when we exchanged its file."""
    swap = temp_path(OLD + ".xmp", "site-1", "swap", machine.site.rng)
    machine.hands.put(swap, FakeTool(machine.hands, OLD + ".xmp").compose(label="Red"))
    return swap


def move(machine: Machine, told_by: str, *, whole: bool) -> None:
    """Somebody moves the photo, with its sidecars (which is all that he sees) or without."""
    for suffix in ("", ".xmp", ".kphotos.json") if whole else ("",):
        machine.hands.move(OLD + suffix, NEW + suffix)
    machine.scan() if told_by == "scan" else machine.touch(OLD, NEW)


def look_again(machine: Machine, told_by: str) -> None:
    """Time passes, and whoever told of the move tells of what lies there now."""
    for _ in range(3):
        machine.pass_time(3)
        machine.scan() if told_by == "scan" else machine.touch(*temps(machine))


@pytest.mark.parametrize("told_by", ["scan", "touch"])
@pytest.mark.parametrize("whole", [True, False])
def test_what_an_edit_took_out_goes_though_the_photo_was_moved(told_by: str, whole: bool) -> None:
    machine = machine_with()
    machine.edit(OLD, title="Pond")
    machine.restart()
    assert temps(machine) != []
    move(machine, told_by, whole=whole)
    look_again(machine, told_by)
    assert temps(machine) == []
    machine.scan()
    assert machine.engine.look(NEW).document.content() == {**CONTENT, "title": "Pond"}


@pytest.mark.parametrize("told_by", ["scan", "touch"])
@pytest.mark.parametrize("whole", [True, False])
def test_an_edit_in_what_was_taken_out_is_absorbed_at_the_new_place(told_by: str, whole: bool) -> None:
    machine = machine_with()
    taken_out(machine)
    move(machine, told_by, whole=whole)
    look_again(machine, told_by)
    assert temps(machine) == []
    assert machine.engine.look(NEW).document.content() == {**CONTENT, "label": "Red"}
    assert machine.mirror(NEW) == {**CONTENT, "label": "Red"}


def test_a_rename_takes_the_temps_along_and_leaves_a_neighbours() -> None:
    machine = machine_with()
    machine.edit(OLD, title="Pond")
    swap = temp_path("a/gone.JPG.xmp", "site-1", "swap", machine.site.rng)
    machine.hands.put(swap, b"x")
    machine.restart()
    machine.hands.move(OLD, "a/LAKE.JPG")
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()
    assert temps(machine) == [swap]


def test_a_temp_of_a_shared_sidecar_stays_with_the_twin_that_stayed() -> None:
    machine = machine_with()
    machine.hands.put("a/IMG.CR3", b"the raw picture")
    machine.hands.put("a/IMG.xmp", machine.hands.read(OLD + ".xmp"))
    machine.scan()
    swap = temp_path("a/IMG.xmp", "site-2", "swap", machine.site.rng)
    machine.hands.put(swap, machine.hands.read("a/IMG.xmp"))
    move(machine, "scan", whole=True)
    look_again(machine, "scan")
    assert temps(machine) == [swap]


def test_another_sites_temp_is_left_to_it() -> None:
    machine = machine_with()
    swap = temp_path(OLD + ".kphotos.json", "site-2", "swap", machine.site.rng)
    machine.hands.put(swap, machine.hands.read(OLD + ".kphotos.json"))
    move(machine, "scan", whole=True)
    look_again(machine, "scan")
    assert temps(machine) == [swap]


def test_a_process_that_ends_clears_away_what_came_along() -> None:
    machine = machine_with()
    machine.edit(OLD, title="Pond")
    move(machine, "scan", whole=False)
    assert all(path.startswith("b/") for path in temps(machine))
    assert temps(machine) != []
    machine.engine.settle()
    assert temps(machine) == []


def test_a_swapped_out_ledger_of_another_picture_is_not_joined() -> None:
    """The photo at the new place has a ledger of its own: what lay at the old one was never its."""
    machine = machine_with()
    machine.edit("a/other.JPG", title="Other")
    swap = temp_path(OLD + ".kphotos.json", "site-1", "swap", machine.site.rng)
    machine.hands.put(swap, machine.hands.read("a/other.JPG.kphotos.json"))
    move(machine, "scan", whole=True)
    look_again(machine, "scan")
    assert assets(machine.scan(everything=True))[NEW].document.content() == CONTENT
    assert swap in temps(machine)


@pytest.mark.slow
@pytest.mark.parametrize("cut", CUTS)
def test_a_crash_at_any_operation_leaves_none_and_loses_nothing(cut: str) -> None:
    number, is_over = 0, False
    while not is_over:
        number += 1
        machine = machine_with()
        taken_out(machine)
        machine.hands.move(OLD, NEW)
        fs = machine.memfs
        fs.durable_nodes = dict(fs.nodes)
        is_over = cut_short(fs, number, machine.scan)
        befall(fs, cut)
        machine.restart()
        look_again(machine, "scan")
        assert temps(machine) == [], f"before operation {number}"
        assert machine.mirror(NEW) == {**CONTENT, "label": "Red"}
    assert number > 10


@pytest.mark.parametrize("operation", ["stat", "rename"])
@pytest.mark.parametrize("is_hashed", [True, False])
@pytest.mark.parametrize("whole", [True, False])
def test_a_temp_that_is_refused_once_goes_later(whole: bool, is_hashed: bool, operation: str) -> None:
    machine = machine_with(is_hashed=is_hashed)
    swap = taken_out(machine)
    machine.pass_time(3)
    tries: list[str] = []
    tag = swap.rpartition("-swap-")[2].partition("-")[0]

    def before(number: int, did: str, path: str) -> None:
        if did == operation and f"-swap-{tag}" in path and not tries:
            tries.append(path)
            raise OSError(errno.EIO, "Input/output error")

    for suffix in ("", ".xmp", ".kphotos.json") if whole else ("",):
        machine.hands.move(OLD + suffix, NEW + suffix)
    machine.memfs.before = before
    later = [event.path for event in machine.scan() if isinstance(event, Later)]
    machine.pass_time(31)
    machine.touch(*later)
    look_again(machine, "scan")
    assert tries
    assert temps(machine) == []
    assert machine.engine.look(NEW).document.content() == {**CONTENT, "label": "Red"}
