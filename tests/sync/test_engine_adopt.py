"""An older ledger that somebody put back is joined with what is remembered, or stands if he says so."""

from __future__ import annotations

import pytest

from sync.core.rollback import NOTE
from sync.errors import NotFound, Refused
from tests.sim.crashes import cut_short
from tests.sync.machines import ALICE, Machine, assets, simulated_machine

PHOTO = "d/IMG.JPG"
SIDECAR, LEDGER = PHOTO + ".xmp", PHOTO + ".kphotos.json"


def rolled_back(*, xmp: bool = False) -> Machine:
    """Lake, then See with four stars; then the ledger of Lake is put back, perhaps with its XMP."""
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, title="Lake")
    rest(machine)
    older = {path: machine.hands.read(path) for path in ((LEDGER, SIDECAR) if xmp else (LEDGER,))}
    machine.edit(PHOTO, title="See", rating=4)
    rest(machine)
    for path, data in older.items():
        machine.hands.replace(path, data)
    machine.pass_time(3)
    return machine


def rest(machine: Machine) -> None:
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()


def shown(machine: Machine) -> dict[str, object]:
    return dict(machine.engine.look(PHOTO).document.content())


def test_without_a_word_the_newer_is_joined_and_told_of() -> None:
    machine = rolled_back()
    asset = assets(machine.scan())[PHOTO]
    assert asset.document.content() == {"title": "See", "rating": 4}
    assert [problem.kind for problem in asset.problems] == ["rollback"]


@pytest.mark.parametrize("xmp", [False, True], ids=["ledger alone", "with its XMP"])
def test_on_purpose_the_older_stands_whatever_is_remembered_or_forgotten(xmp: bool) -> None:
    machine = rolled_back(xmp=xmp)
    asset = machine.engine.adopt_disk(PHOTO, ALICE)
    assert (asset.document.content(), asset.problems) == ({"title": "Lake"}, ())
    rest(machine)
    assert shown(machine) == machine.mirror(PHOTO) == {"title": "Lake"}
    machine.restart(forget=True)
    assert assets(machine.scan(everything=True))[PHOTO].document.content() == {"title": "Lake"}
    lines = [line for line in machine.ledger(PHOTO).history if line.note == NOTE]
    assert {(line.field, line.was, line.v, line.by) for line in lines} == {
        ("title", "See", "Lake", ALICE),
        ("rating", 4, None, ALICE),
    }


def test_what_a_program_wrote_into_the_xmp_meanwhile_is_taken_in() -> None:
    machine = rolled_back()
    data = machine.hands.read(SIDECAR)
    machine.hands.replace(SIDECAR, data.replace(b">4<", b">2<"))
    machine.pass_time(3)
    machine.engine.adopt_disk(PHOTO, ALICE)
    rest(machine)
    assert shown(machine) == machine.mirror(PHOTO) == {"title": "Lake", "rating": 2}


def test_where_nothing_newer_is_known_it_is_refused() -> None:
    machine = rolled_back()
    machine.engine.adopt_disk(PHOTO, ALICE)
    before = machine.hands.read(LEDGER)
    for path, error in ((PHOTO, Refused), ("d/none.JPG", NotFound)):
        with pytest.raises(error):
            machine.engine.adopt_disk(path, ALICE)
    machine.restart(forget=True)
    with pytest.raises(Refused):
        machine.engine.adopt_disk(PHOTO, ALICE)
    assert machine.hands.read(LEDGER) == before


@pytest.mark.slow
def test_a_crash_at_any_operation_leaves_the_one_or_the_other() -> None:
    number, is_over, came_back = 0, False, 0
    while not is_over:
        number += 1
        machine = rolled_back()
        is_over = cut_short(machine.memfs, number, lambda m=machine: m.engine.adopt_disk(PHOTO, ALICE))
        machine.restart(forget=False)
        rest(machine)
        assert shown(machine) == machine.mirror(PHOTO)
        came_back += shown(machine) == {"title": "See", "rating": 4}
        assert shown(machine) in ({"title": "Lake"}, {"title": "See", "rating": 4})
    assert 0 < came_back < number - 1
