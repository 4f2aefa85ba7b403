"""A disk with too little room: nothing is begun on it, and a person is told that it is full."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from sync.errors import Full, ReadOnly, unwritable
from sync.osfs import OsFS, batch, kernel, room
from tests.sync.machines import disk_machine


@pytest.mark.parametrize(("name", "floor"), [("FLOOR_BYTES", 1 << 60), ("FLOOR_FILES", 1 << 60)])
def test_nothing_is_begun_below_the_floor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, floor: int
) -> None:
    machine = disk_machine(tmp_path)
    machine.hands.put("IMG.JPG", b"the picture")
    machine.edit("IMG.JPG", title="Old")
    machine.engine.settle()
    before = {name: machine.hands.read(name) for name in machine.hands.names() if name != ".kphotos"}
    monkeypatch.setattr(room, name, floor)
    with pytest.raises(OSError) as raised:
        OsFS(tmp_path / "volume").create("b.xmp", b"x")
    assert raised.value.errno == errno.ENOSPC
    with pytest.raises(Full, match="full"):
        machine.edit("IMG.JPG", title="New")
    assert {name: machine.hands.read(name) for name in machine.hands.names() if name != ".kphotos"} == before
    monkeypatch.undo()
    assert machine.edit("IMG.JPG", title="New").document.value("title") == "New"


@pytest.mark.parametrize(
    ("code", "kind"), [(errno.ENOSPC, Full), (errno.EDQUOT, Full), (errno.EROFS, ReadOnly)]
)
def test_a_full_disk_is_told_from_one_that_cannot_be_written(code: int, kind: type) -> None:
    assert isinstance(unwritable("it cannot be written", OSError(code, "why")), kind)


def test_a_batch_is_not_durable_because_syncfs_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(fd: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(batch, "trusted_device", lambda fd: os.fstat(fd).st_dev)
    monkeypatch.setattr(kernel, "syncfs", lambda fd: None)
    with OsFS(tmp_path).batch() as written:
        written.create("a.xmp", b"x")
        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(OSError) as raised:
            written.sync()
    assert raised.value.errno == errno.EIO
