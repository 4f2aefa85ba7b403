"""Originals moved onto another disk that is mounted within the volume: no rename leads there."""

from __future__ import annotations

import errno
import os

import pytest

from tests.sim.tools import content_of
from tests.sync.machines import Machine, late_writer
from tests.sync.test_engine_moves import NEW, OLD, assert_followed, copied, machine_with


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = machine_with(is_hashed=True)
    rename = machine.memfs.rename

    def within_a_disk(temp: str, path: str, *, replace: bool) -> None:
        if temp.partition("/")[0] != path.partition("/")[0]:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        rename(temp, path, replace=replace)

    monkeypatch.setattr(machine.memfs, "rename", within_a_disk)
    return machine


@pytest.mark.parametrize("tells_writers", [True, False])
def test_sidecars_follow_onto_another_disk(machine: Machine, tells_writers: bool) -> None:
    machine.memfs.tells_writers = tells_writers
    asset_id = machine.ledger(OLD).id
    copied(machine, OLD, NEW)
    machine.pass_time(3)
    machine.scan()
    asset = machine.hash(NEW)
    assert asset is not None
    assert asset.problems == ()
    assert_followed(machine, NEW, asset_id)


def test_an_xmp_stays_on_its_disk_while_somebody_has_it_open_to_write(machine: Machine) -> None:
    write = late_writer(machine, OLD + ".xmp", description="Late")
    copied(machine, OLD, NEW)
    machine.pass_time(3)
    machine.scan()
    machine.hash(NEW)
    write()
    assert content_of(machine.hands.read(OLD + ".xmp"))["description"] == "Late"
