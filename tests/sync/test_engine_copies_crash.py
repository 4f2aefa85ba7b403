"""A crash at any operation while conflict copies are taken in: nothing of any of them is lost (I3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sync.codecs import ledger as ledgers
from sync.codecs import xmp
from sync.core.edit import edit
from sync.core.model import Change
from tests.sim.crashes import CUTS, befall, cut_short
from tests.sync.machines import Machine, assets, simulated_machine

PHOTO = "d/IMG.JPG"
SIDECAR, LEDGER = PHOTO + ".xmp", PHOTO + ".kphotos.json"
TAG = ".sync-conflict-20250102-030405-ABCDEFG"
WRITES = ("create", "write", "fsync", "exchange", "rename", "remove", "sync_folder")
ALL = {"title": "Old", "rating": 5, "label": "Red"}


def conflicted(*, exchanges: bool = True) -> Machine:
    """A photo with a copy of its ledger, which says the rating, and one of its XMP, which says the label."""
    machine = simulated_machine(exchanges=exchanges)
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, title="Old")
    machine.pass_time(3)
    machine.scan()
    there = machine.hands.read(SIDECAR)
    other = edit(
        machine.ledger(PHOTO), [Change("rating", "set", 5)], now_ms=1_760_000_000_000, node="other", by="bob"
    )
    machine.hands.put(f"d/IMG.JPG.kphotos{TAG}.json", ledgers.write(other))
    mark = xmp.read(there).mark
    assert mark
    machine.hands.put(f"d/IMG.JPG{TAG}.xmp", xmp.write(there, {"title": "Old", "label": "Red"}, mark))
    machine.pass_time(3)
    machine.memfs.durable_nodes = dict(machine.memfs.nodes)
    return machine


def said_by(machine: Machine) -> dict[str, Any]:
    """What the asset comes to after a restart, at rest; nothing else is left lying there."""
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()
    fs = machine.memfs
    fs.writes.clear()
    (asset,) = assets(machine.scan(everything=True)).values()
    assert fs.writes == []
    assert machine.hands.names("d") == ["IMG.JPG", "IMG.JPG.kphotos.json", "IMG.JPG.xmp"]
    assert (asset.problems, asset.pending) == ((), False)
    assert machine.mirror(PHOTO) == asset.document.content()
    return dict(asset.document.content())


def enumerate_crashes(
    exchanges: bool, cut: str, *, forget: bool, spoil: Callable[[Machine], None] = lambda machine: None
) -> int:
    number, is_over = 0, False
    while not is_over:
        number += 1
        machine = conflicted(exchanges=exchanges)
        spoil(machine)
        is_over = cut_short(machine.fs, number, machine.scan)
        befall(machine.fs, cut)
        machine.restart(forget=forget)
        assert said_by(machine) == ALL
    return number


@pytest.mark.slow
@pytest.mark.parametrize("forget", [False, True], ids=["memory kept", "memory lost"])
@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("exchanges", [True, False], ids=["exchange", "rename"])
def test_a_crash_at_any_operation_loses_nothing_of_a_copy(exchanges: bool, cut: str, forget: bool) -> None:
    assert enumerate_crashes(exchanges, cut, forget=forget) > 30


def remove_first(machine: Machine) -> None:
    """Plant: a copy is removed as soon as its content was read."""
    fs = machine.memfs
    create = fs.create

    def careless(path: str, data: bytes, like: str | None = None) -> Any:
        for name in [name for name in machine.hands.names("d") if TAG in name]:
            machine.hands.remove(f"d/{name}")
        return create(path, data, like)

    fs.create = careless  # type: ignore[method-assign]


def test_a_copy_removed_before_the_ledger_is_durable_is_found_out() -> None:
    with pytest.raises(AssertionError):
        enumerate_crashes(True, "process killed", forget=True, spoil=remove_first)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), OSError(5, "I/O error")])
def test_a_disk_that_fails_keeps_the_copies_until_it_works(error: OSError) -> None:
    number, has_failed = 0, True
    while has_failed:
        number, has_failed = number + 1, False
        machine = conflicted()
        fs = machine.memfs
        start = fs.operations

        def fail(at: int, operation: str, path: str) -> None:
            nonlocal has_failed
            if at - start == number and operation in WRITES:  # noqa: B023 - used within the turn
                has_failed = True
                raise error
            has_failed = has_failed or at - start == number  # noqa: B023 - used within the turn

        fs.before = fail
        machine.scan()
        fs.before = lambda number, operation, path: None
        assert said_by(machine) == ALL
    assert number > 30
