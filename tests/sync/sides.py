"""Both sides of the port `FS` under one roof, with other programs' hands for each."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Protocol

from sync.osfs import OsFS
from sync.ports import FS
from tests.sim.memfs import MemFS
from tests.sim.world import FakeClock


class Hands(Protocol):
    """What another program does to a disk."""

    def folder(self, path: str) -> None: ...
    def put(self, path: str, data: bytes) -> None: ...
    def replace(self, path: str, data: bytes) -> None: ...
    def special(self, path: str, *, link: bool = False) -> None: ...
    def remove(self, path: str) -> None: ...
    def chmod(self, path: str, mode: int) -> None: ...
    def date(self, path: str, mtime_ns: int) -> None: ...
    def move(self, old: str, new: str) -> None: ...
    def read(self, path: str) -> bytes: ...
    def names(self, folder: str = "") -> list[str]: ...


class DiskHands:
    """Hands on the real disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _at(self, path: str) -> Path:
        at = self.root / path
        at.parent.mkdir(parents=True, exist_ok=True)
        return at

    def folder(self, path: str) -> None:
        (self.root / path).mkdir(parents=True, exist_ok=True)

    def put(self, path: str, data: bytes) -> None:
        self._at(path).write_bytes(data)

    def replace(self, path: str, data: bytes) -> None:
        temp = self._at(path + "_exiftool_tmp")
        temp.write_bytes(data)
        temp.rename(self._at(path))

    def special(self, path: str, *, link: bool = False) -> None:
        if link:
            self._at(path).symlink_to("/etc/hostname")
        else:
            os.mkfifo(self._at(path))

    def remove(self, path: str) -> None:
        at = self.root / path
        if at.is_dir() and not at.is_symlink():
            shutil.rmtree(at)
        else:
            at.unlink()

    def chmod(self, path: str, mode: int) -> None:
        (self.root / path).chmod(mode)

    def date(self, path: str, mtime_ns: int) -> None:
        os.utime(self.root / path, ns=(mtime_ns, mtime_ns))

    def move(self, old: str, new: str) -> None:
        (self.root / old).rename(self._at(new))

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def names(self, folder: str = "") -> list[str]:
        return sorted(os.listdir(self.root / folder))


def disk_side(root: Path) -> tuple[FS, Hands]:
    """The real disk under `root`."""
    root.mkdir(exist_ok=True)
    return OsFS(root), DiskHands(root)


def memory_side() -> tuple[FS, Hands]:
    """A simulated disk."""
    fs = MemFS(FakeClock())
    return fs, fs.hands
