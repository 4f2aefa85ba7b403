"""A new picture under an old name inherits nothing, and by an explicit command gets sidecars of its own."""

from __future__ import annotations

import pytest

from sync.errors import NotFound, Refused
from tests.sim.crashes import cut_short
from tests.sync.machines import Machine, assets, simulated_machine

PHOTO = "d/IMG.JPG"
SIDECAR, LEDGER = PHOTO + ".xmp", PHOTO + ".kphotos.json"
TAG = ".sync-conflict-20250102-030405-ABCDEFG"


def reused() -> Machine:
    """A name that another picture has now; the old one's sidecars are still there, copies of them too."""
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, title="Lake", rating=3)
    machine.pass_time(3)
    machine.scan()
    machine.pass_time(3)
    machine.scan()
    machine.hands.replace(PHOTO, b"another picture")
    for path in (SIDECAR, LEDGER):
        stem, mark, rest = path.rpartition(".kphotos" if path == LEDGER else ".")
        name = f"{stem}{mark}{TAG}{rest}" if path == LEDGER else f"{stem}{TAG}{mark}{rest}"
        machine.hands.put(name, machine.hands.read(path))
    machine.pass_time(3)
    return machine


def test_until_then_an_edit_is_refused_and_nothing_is_shown() -> None:
    machine = reused()
    asset = assets(machine.scan())[PHOTO]
    assert {problem.kind for problem in asset.problems} == {"original-changed"}
    assert asset.document.content() == {}
    with pytest.raises(Refused):
        machine.edit(PHOTO, title="Sea")


def test_set_aside_nothing_is_deleted_and_nothing_inherited() -> None:
    machine = reused()
    before = sorted(data for path, data in machine.fs.contents().items() if path.startswith("d/"))  # type: ignore[attr-defined]
    old = machine.ledger(PHOTO)
    asset = machine.engine.disown(PHOTO)
    assert (asset.document.content(), asset.problems) == ({}, ())
    assert asset.id != old.id
    names = machine.hands.names("d")
    kept = [machine.hands.read(f"d/{name}") for name in names if name != "IMG.JPG.kphotos.json"]
    assert sorted(kept) == before
    assert len([name for name in names if ".orphan-2025" in name]) == 4
    assert names.count("IMG.JPG.xmp") == 0
    asset = machine.edit(PHOTO, title="Sea")
    assert asset.document.content() == {"title": "Sea"}
    assert machine.mirror(PHOTO) == {"title": "Sea"}
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()
    machine.restart(forget=True)
    asset = assets(machine.scan(everything=True))[PHOTO]
    assert (asset.document.content(), asset.problems) == ({"title": "Sea"}, ())


def test_what_is_a_pictures_own_is_not_set_aside() -> None:
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    with pytest.raises(Refused):
        machine.engine.disown(PHOTO)
    machine.edit(PHOTO, title="Lake")
    with pytest.raises(Refused):
        machine.engine.disown(PHOTO)
    with pytest.raises(NotFound):
        machine.engine.disown("d/none.JPG")
    assert machine.mirror(PHOTO) == {"title": "Lake"}


@pytest.mark.slow
def test_a_crash_at_any_operation_lets_the_new_picture_inherit_nothing() -> None:
    number, is_over = 0, False
    while not is_over:
        number += 1
        machine = reused()
        is_over = cut_short(machine.memfs, number, lambda m=machine: m.engine.disown(PHOTO))
        machine.restart(forget=number % 2 == 0)
        machine.pass_time(3)
        assert assets(machine.scan(everything=True))[PHOTO].document.content() == {}
        if not is_over and "IMG.JPG.kphotos.json" in machine.hands.names("d"):
            asset = machine.engine.look(PHOTO)
            if asset.problems:
                machine.engine.disown(PHOTO)
        machine.edit(PHOTO, title="Sea")
        assert machine.engine.look(PHOTO).document.content() == {"title": "Sea"}
        aside = [name.split(".") for name in machine.hands.names("d") if name.startswith("IMG.JPG.orphan")]
        times = [parts[2] for parts in aside if parts[3:] in (["xmp"], ["kphotos", "json"])]
        assert len(times) == 2, number
        assert len(set(times)) == 1, f"the XMP and its ledger bear one time: {number}"
    assert number > 15
