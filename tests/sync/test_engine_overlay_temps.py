"""What a kill leaves of our own in the overlay is joined and removed as beside the originals."""

from __future__ import annotations

from functools import partial

import pytest

from sync.apply.temps import temp_path
from tests.sim.crashes import cut_short
from tests.sync.machines import Machine, assets
from tests.sync.test_engine_overlay import BOTH, LEDGER, PHOTO, library, over, turned


@pytest.fixture
def machine() -> Machine:
    """A read-only library with a title that only the overlay knows, at rest."""
    machine = turned(library(), writable=False)
    machine.edit(PHOTO, title="Lake")
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()
    return machine


def lay(machine: Machine, stage: str, data: bytes, target: str = LEDGER) -> str:
    path = temp_path(target, "site-1", stage, machine.site.rng)  # type: ignore[arg-type]
    over(machine).hands.put(path, data)
    return path


def newer(machine: Machine) -> bytes:
    """A ledger as an edit makes it, taken out again: nobody here knows of it any more."""
    old = over(machine).hands.read(LEDGER)
    machine.edit(PHOTO, label="Red")
    data = over(machine).hands.read(LEDGER)
    over(machine).hands.put(LEDGER, old)
    for path in over(machine).contents():
        if path != LEDGER:
            over(machine).hands.remove(path)
    machine.restart(forget=True)
    machine.scan()
    return data


@pytest.mark.parametrize("stage", ["new", "swap"])
@pytest.mark.parametrize("options", [{}, {"everything": True}])
def test_what_was_half_made_or_is_known_is_removed(
    machine: Machine, stage: str, options: dict[str, bool]
) -> None:
    lay(machine, stage, over(machine).hands.read(LEDGER))
    machine.scan(**options)
    assert [*over(machine).contents()] == [LEDGER]
    assert machine.engine.look(PHOTO).document.content() == BOTH


@pytest.mark.parametrize("writable", [False, True])
def test_a_ledger_found_there_is_joined(machine: Machine, writable: bool) -> None:
    lay(machine, "swap", newer(machine))
    turned(machine, writable=writable)
    assert assets(machine.scan())[PHOTO].document.content() == {**BOTH, "label": "Red"}
    assert [*over(machine).contents()] == ([] if writable else [LEDGER])
    machine.scan()
    assert machine.engine.look(PHOTO).document.content() == {**BOTH, "label": "Red"}


def test_the_next_edit_joins_it_too(machine: Machine) -> None:
    lay(machine, "swap", newer(machine))
    machine.edit(PHOTO, rating=5)
    assert machine.engine.look(PHOTO).document.content() == {**BOTH, "label": "Red", "rating": 5}
    assert [*over(machine).contents()] == [LEDGER]


def test_what_says_nothing_or_is_another_pictures_is_left_alone(machine: Machine) -> None:
    data, other = newer(machine), "d/other.JPG.kphotos.json"
    machine.edit("d/other.JPG", rating=1)
    kept = {lay(machine, "swap", b"{"), lay(machine, "swap", data, other)}
    machine.scan()
    assert {*over(machine).contents()} == {LEDGER, other, *kept}
    assert machine.engine.look("d/other.JPG").document.content() == {"rating": 1}


def test_a_temp_goes_where_its_photo_went(machine: Machine) -> None:
    lay(machine, "swap", newer(machine))
    for name in [*machine.memfs.contents()]:
        if name.startswith(PHOTO):
            machine.hands.move(name, name.replace("d/", "e/"))
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()
    assert machine.engine.look("e/IMG.JPG").document.content() == {**BOTH, "label": "Red"}
    assert [*over(machine).contents()] == [LEDGER.replace("d/", "e/")]


@pytest.mark.slow
@pytest.mark.parametrize("is_cut", [False, True])
def test_a_crash_at_any_operation_of_an_edit_leaves_none(is_cut: bool) -> None:
    number, is_over = 0, False
    while not is_over:
        number += 1
        machine = turned(library(), writable=False)
        machine.edit(PHOTO, title="Lake")
        fs = over(machine)
        fs.durable_nodes = dict(fs.nodes)
        lay(machine, "swap", fs.hands.read(LEDGER))
        is_over = cut_short(fs, number, partial(machine.edit, PHOTO, title="Pond"))
        if is_cut:
            fs.power_cut()
        machine.restart()
        machine.scan()
        assert [*fs.contents()] == [LEDGER], f"before operation {number}"
        shown = machine.engine.look(PHOTO).document.content()
        assert shown in ([] if is_over else [BOTH]) + [{**BOTH, "title": "Pond"}]
        machine.edit(PHOTO, title="Next")
    assert number > 3
