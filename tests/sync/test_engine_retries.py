"""What is tried again, by a person after an error, or by us where a sidecar cannot be written for long."""

from __future__ import annotations

import errno

import pytest

from sync.core.model import Change
from sync.engine import Volume
from sync.errors import ReadOnly, SyncError
from sync.ports import TEMP_PREFIX
from tests.sim.crashes import cut_short
from tests.sim.memfs import MemFS
from tests.sim.tools import FakeTool
from tests.sync.machines import ALICE, Machine, assets, simulated_machine

PHOTO = "d/IMG.JPG"
SIDECAR, LEDGER = PHOTO + ".xmp", PHOTO + ".kphotos.json"

CHANGES = {
    "a field": Change("rating", "set", 5),
    "the trash": Change("trash", "set", True),
    "a favourite": Change("favourites", "add", "alice"),
    "an album": Change("albums", "add", {"id": "a1", "title": "Italy"}),
}


def machine_with(*, is_overlaid: bool) -> tuple[Machine, MemFS]:
    """A machine with one photo, and the disk that its ledger is on."""
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    if is_overlaid:
        overlay = MemFS(machine.memfs.clock)
        overlay.make_folder = overlay.hands.folder  # type: ignore[method-assign]
        machine.volume = Volume("volume-1", machine.fs, overlay, writable=False)
        machine.restart()
        machine.scan()
        return machine, overlay
    machine.edit(PHOTO, rating=4, title="Lake")
    machine.pass_time(3)
    machine.scan()
    return machine, machine.memfs


def refuse_to_sync(machine: Machine, disk: MemFS, change: Change) -> None:
    """The ledger has its name, and the disk refuses to make it last."""

    def before(number: int, operation: str, path: str) -> None:
        if (operation, path) == ("sync_folder", "d"):
            disk.before = lambda *_: None
            raise OSError(errno.EIO, "Input/output error")

    disk.before = before
    with pytest.raises(SyncError):
        machine.engine.edit(PHOTO, [change], ALICE)


def kill(machine: Machine, disk: MemFS, change: Change) -> None:
    """The process dies as soon as the ledger has its name."""

    def ledger() -> bytes | None:
        return disk.hands.read(LEDGER) if LEDGER in disk.nodes else None

    before, number = ledger(), 0
    while ledger() == before:
        number += 1
        assert not cut_short(disk, number, lambda: machine.engine.edit(PHOTO, [change], ALICE))
        machine.restart()


@pytest.mark.parametrize("fail", [refuse_to_sync, kill])
@pytest.mark.parametrize("is_overlaid", [False, True], ids=["beside", "overlay"])
@pytest.mark.parametrize("what", CHANGES)
def test_what_is_asked_for_again_is_durable_when_it_is_acknowledged(
    what: str, is_overlaid: bool, fail: object
) -> None:
    machine, disk = machine_with(is_overlaid=is_overlaid)
    assert callable(fail)
    fail(machine, disk, CHANGES[what])
    machine.engine.edit(PHOTO, [CHANGES[what]], ALICE)
    wanted = machine.engine.look(PHOTO).ledger
    disk.power_cut()
    machine.restart(forget=True)
    machine.scan()
    after = machine.engine.look(PHOTO).ledger
    assert (after.fields, after.trash, after.sets, after.albums) == (
        wanted.fields,
        wanted.trash,
        wanted.sets,
        wanted.albums,
    )


def refuse_xmps(disk: MemFS) -> None:
    """A locked file, or one of somebody else in a sticky folder: it cannot be replaced."""

    def before(number: int, operation: str, path: str) -> None:
        if (operation, path) == ("exchange", SIDECAR):
            raise PermissionError(errno.EPERM, "Operation not permitted")

    disk.before = before


@pytest.mark.parametrize("edits", [1, 15])
def test_an_xmp_that_cannot_be_written_for_long_takes_back_no_edit(edits: int) -> None:
    machine, disk = machine_with(is_overlaid=False)
    refuse_xmps(disk)
    for number in range(edits):
        machine.edit(PHOTO, rating=number % 5 + 1, title=f"Mountain {number}")
    wanted = {"rating": (edits - 1) % 5 + 1, "title": f"Mountain {edits - 1}"}
    for _ in range(20):
        machine.pass_time(700)
        machine.scan()
    document = machine.engine.look(PHOTO).document
    assert (document.content(), document.conflicts) == (wanted, ())
    disk.before = lambda *_: None
    machine.pass_time(700)
    machine.scan()
    assert machine.mirror(PHOTO) == wanted


def test_an_edit_in_an_xmp_that_cannot_be_written_for_long_is_heard() -> None:
    machine, disk = machine_with(is_overlaid=False)
    refuse_xmps(disk)
    machine.edit(PHOTO, rating=5)
    for _ in range(20):
        machine.pass_time(700)
        machine.scan()
    FakeTool(machine.hands, SIDECAR).set(title="Sea")
    machine.touch(SIDECAR)
    document = machine.engine.look(PHOTO).document
    assert (document.content(), document.conflicts) == ({"rating": 5, "title": "Sea"}, ())


def test_a_folder_in_the_place_of_the_ledger_is_told_and_no_edit_is_promised() -> None:
    machine, disk = machine_with(is_overlaid=False)
    disk.hands.remove(LEDGER)
    disk.hands.folder(LEDGER)
    with pytest.raises(ReadOnly, match="not a regular file"):
        machine.edit(PHOTO, rating=2)
    assert not [name for name in disk.hands.names("d") if name.startswith(TEMP_PREFIX)]


def test_a_folder_in_the_place_of_the_xmp_is_told_and_nothing_is_written_for_it_again() -> None:
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    machine.hands.folder(SIDECAR)
    assert machine.edit(PHOTO, rating=3).pending
    ledger = machine.ledger(PHOTO)
    for _ in range(3):
        machine.pass_time(700)
        asset = assets(machine.scan())[PHOTO]
        assert [(told.path, told.kind) for told in asset.problems] == [(SIDECAR, "refused")]
    assert machine.ledger(PHOTO) == ledger
    machine.hands.remove(SIDECAR)
    machine.scan()
    assert machine.mirror(PHOTO) == {"rating": 3}
