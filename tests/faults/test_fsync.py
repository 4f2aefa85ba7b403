"""An fsync that failed has told all it will tell: what it was for is thrown away, never taken for durable."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from sync.errors import ReadOnly
from tests.sync.machines import disk_machine

PHOTO = "IMG_1.JPG"


class FailingOnce:
    """An fsync that fails the n-th time it is asked, and remembers every file it was asked for."""

    def __init__(self, number: int, *, folders: bool) -> None:
        self._left, self._folders, self._fsync = number, folders, os.fsync
        self.failed = ""
        self.asked: list[str] = []

    def __call__(self, fd: int) -> None:
        name = os.readlink(f"/proc/self/fd/{fd}")
        self.asked.append(name)
        if stat.S_ISDIR(os.fstat(fd).st_mode) == self._folders:
            self._left -= 1
            if self._left == 0:
                self.failed = name
                raise OSError(errno.EIO, os.strerror(errno.EIO))
        self._fsync(fd)


@pytest.mark.parametrize("number", [1, 2])
def test_a_file_whose_fsync_failed_is_never_put_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    machine = disk_machine(tmp_path)
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, title="Old")
    machine.engine.settle()
    failing = FailingOnce(number, folders=False)
    monkeypatch.setattr(os, "fsync", failing)
    if number == 1:  # The XMP's: the ledger alone acknowledges, and the XMP is written anew by the next look.
        assert machine.edit(PHOTO, title="New").pending
        machine.pass_time(2.1)
        machine.scan()
    else:
        with pytest.raises(ReadOnly):
            machine.edit(PHOTO, title="New")
        assert machine.ledger(PHOTO).fields["title"][0].v == "Old"
        machine.edit(PHOTO, title="New")
    assert machine.mirror(PHOTO) == {"title": "New"}
    assert failing.failed
    assert failing.asked.count(failing.failed) == 1, "it was asked again, and would have said yes"
    assert not Path(failing.failed).exists()


def test_an_edit_whose_folder_was_not_synced_is_not_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = disk_machine(tmp_path)
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, title="Old")
    machine.engine.settle()
    failing = FailingOnce(1, folders=True)
    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(ReadOnly):
        machine.edit(PHOTO, title="New")
    asked = len(failing.asked)
    machine.edit(PHOTO, title="Next")
    assert failing.failed in failing.asked[asked:], "the names that are told to last now are synced anew"
    assert machine.mirror(PHOTO) == {"title": "Next"}
