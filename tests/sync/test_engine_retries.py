"""An edit that is asked for again, after an error or a crash, is as durable as one asked for once."""

from __future__ import annotations

import errno

import pytest

from sync.core.model import Change
from sync.engine import Volume
from sync.errors import SyncError
from tests.sim.crashes import cut_short
from tests.sim.memfs import MemFS
from tests.sync.machines import ALICE, Machine, simulated_machine

PHOTO = "d/IMG.JPG"
LEDGER = PHOTO + ".kphotos.json"

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
