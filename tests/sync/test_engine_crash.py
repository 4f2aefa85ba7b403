"""Crash before every operation of an edit, with and without what was not synced: I3, I7, I9.

The check itself is checked: a disk that forgets to sync files, or folders, must be caught by it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from sync.codecs import ledger as ledgers
from sync.codecs import xmp
from sync.engine import Engine
from sync.errors import SyncError
from tests.sim.crashes import CUTS, befall, cut_short
from tests.sim.memfs import MemFS
from tests.sim.tools import MARK, FakeTool
from tests.sync.machines import Machine, assets, simulated_machine

PHOTO = "d/IMG.JPG"
SIDECAR, LEDGER = PHOTO + ".xmp", PHOTO + ".kphotos.json"
OLD, NEW = {"title": "Old", "rating": 1}, {"title": "New", "rating": 5}


def bare(machine: Machine) -> None:
    """A photo and nothing else."""


def edited(machine: Machine) -> None:
    """A photo with ledger and XMP."""
    machine.edit(PHOTO, **OLD)
    machine.pass_time(1)
    machine.scan()


def foreign(machine: Machine) -> None:
    """A photo with an XMP of another program."""
    machine.hands.put(SIDECAR, MARK.sub(b"", xmp.write(None, OLD, "none")))


def changed(machine: Machine) -> None:
    """A photo with ledger and XMP, which another program has just edited."""
    edited(machine)
    FakeTool(machine.hands, SIDECAR).set(creator=["Ana"])


def by_person(machine: Machine) -> None:
    machine.edit(PHOTO, **NEW)


def by_tool(machine: Machine) -> None:
    machine.touch(SIDECAR)


SCENES: dict[str, tuple[Callable[[Machine], None], Callable[[Machine], None], list[dict[str, Any]]]] = {
    "first edit": (bare, by_person, [{}, NEW]),
    "further edit": (edited, by_person, [OLD, NEW]),
    "edit of a foreign XMP": (foreign, by_person, [OLD, NEW]),
    "edit on top of a tool's": (
        changed,
        by_person,
        [{**OLD, "creator": ["Ana"]}, {**NEW, "creator": ["Ana"]}],
    ),
    "absorbing a tool's edit": (changed, by_tool, [{**OLD, "creator": ["Ana"]}]),
}


def begun(scene: str, exchanges: bool, spoil: Callable[[MemFS], None] = lambda fs: None) -> Machine:
    machine = simulated_machine(exchanges=exchanges)
    machine.hands.put(PHOTO, b"the picture")
    machine.scan()
    SCENES[scene][0](machine)
    machine.memfs.durable_nodes = dict(machine.memfs.nodes)
    spoil(machine.memfs)
    return machine


def check_whole(machine: Machine, contents: list[dict[str, Any]]) -> None:
    """I9: whoever reads now finds each sidecar wholly old or wholly new."""
    names = machine.hands.names("d")
    if "IMG.JPG.kphotos.json" in names:
        ledgers.read(machine.hands.read(LEDGER))
    if "IMG.JPG.xmp" in names:
        assert machine.mirror(PHOTO) in contents
    assert machine.hands.read(PHOTO) == b"the picture"


def check_recovery(machine: Machine, contents: list[dict[str, Any]], *, forget: bool) -> None:
    """I3: after a restart the value is the old or the new one, mirrored, and then all is at rest (I7)."""
    engine: Engine = machine.restart(forget=forget)
    machine.pass_time(3)
    seen = assets(machine.scan(everything=True))[PHOTO]
    assert seen.document.content() in contents
    assert (seen.problems, seen.pending, seen.document.conflicts) == ((), False, ())
    if seen.has_ledger:
        assert machine.mirror(PHOTO) == seen.document.content()
    machine.pass_time(3)
    machine.scan()
    assert not [name for name in machine.hands.names("d") if name.startswith(".kphotos-tmp-")]
    machine.memfs.writes.clear()
    machine.scan(everything=True)
    assert machine.fs.writes == []
    assert engine.look(PHOTO).document.content() == seen.document.content()


def enumerate_crashes(
    scene: str, exchanges: bool, cut: str, forget: bool, spoil: Callable[[MemFS], None] = lambda fs: None
) -> int:
    """Crash before each operation; how many there were."""
    *_, contents = SCENES[scene]
    number, is_over = 0, False
    while not is_over:
        number += 1
        machine = begun(scene, exchanges, spoil)
        is_over = cut_short(machine.fs, number, partial(SCENES[scene][1], machine))
        befall(machine.fs, cut)
        check_whole(machine, contents)
        check_recovery(machine, contents[-1:] if is_over else contents, forget=forget)
    return number


@pytest.mark.slow
@pytest.mark.parametrize("forget", [False, True], ids=["memory kept", "memory lost"])
@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("exchanges", [True, False], ids=["exchange", "rename"])
@pytest.mark.parametrize("scene", SCENES)
def test_a_crash_at_any_operation_leaves_old_or_new_and_acknowledged_is_new(
    scene: str, exchanges: bool, cut: str, forget: bool
) -> None:
    assert enumerate_crashes(scene, exchanges, cut, forget) > 15


def forget_files(fs: MemFS) -> None:
    """Plant: content is never made durable."""
    create = fs.create

    def careless(path: str, data: bytes, like: str | None = None) -> Any:
        stat = create(path, data, like)
        fs.nodes[path].durable = None
        return stat

    fs.create = careless  # type: ignore[method-assign]


def forget_folders(fs: MemFS) -> None:
    """Plant: names are never made durable."""
    fs.sync_folder = lambda folder: None  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("plant", "cut"), [(forget_files, "power cut, names kept"), (forget_folders, "power cut, names lost")]
)
def test_a_disk_that_forgets_to_sync_is_caught(plant: Callable[[MemFS], None], cut: str) -> None:
    with pytest.raises((AssertionError, SyncError)):
        enumerate_crashes("further edit", True, cut, False, plant)


def edit_with_a_fault(machine: Machine, number: int, error: OSError) -> tuple[str, bool]:
    """Edit, the operation of that number failing: "done", "pending" or "refused", and whether it did."""
    fs = machine.memfs
    start = fs.operations
    failed: list[str] = []

    def fail(at: int, operation: str, path: str) -> None:
        if at - start == number:
            failed.append(operation)
            raise error

    fs.before = fail
    try:
        asset = machine.edit(PHOTO, **NEW)
    except SyncError:
        return "refused", bool(failed)
    finally:
        fs.before = lambda number, operation, path: None
    return "pending" if asset.pending else "done", bool(failed)


@pytest.mark.slow
@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        PermissionError(13, "Permission denied"),
        OSError(5, "I/O error"),
    ],
    ids=["ENOSPC", "EACCES", "EIO"],
)
def test_a_disk_that_fails_at_any_operation_gives_an_error_or_a_pending_mirror(error: OSError) -> None:
    answers: list[str] = []
    has_failed = True
    while has_failed:
        machine = begun("further edit", True)
        answer, has_failed = edit_with_a_fault(machine, len(answers) + 1, error)
        answers.append(answer)
        check_whole(machine, [OLD, NEW])
        check_recovery(machine, [OLD, NEW] if answer == "refused" else [NEW], forget=False)
    assert answers[-1] == "done"
    assert {"refused", "pending"} <= set(answers)
