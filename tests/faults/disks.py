"""Disks that tests may ruin: an ext4 in a file whose power can be cut, a small tmpfs that can be filled."""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_EXT4_SHUTDOWN = 2 << 30 | 4 << 16 | ord("X") << 8 | 125  # _IOR('X', 125, u32)
_NO_LOG_FLUSH = 2  # what was not fsynced is gone, the journal's tail as well
_BUSY_SECONDS = 5.0


def mount(*words: str) -> str:
    """Run mount(8) or umount(8); "" or what it says against it."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr.strip() or "mount failed"


def no_tmpfs() -> str | None:
    """Why no tmpfs can be mounted here, in words, or None."""
    with tempfile.TemporaryDirectory(prefix="kphotos-mount-") as folder:
        told = mount("mount", "-t", "tmpfs", "none", folder)
        if not told:
            unmount(Path(folder))
    return f"this machine does not let us mount a filesystem: {told}" if told else None


def no_power_cut() -> str | None:
    """Why no power can be cut here, in words, or None."""
    if shutil.which("mkfs.ext4") is None:
        return "this machine has no mkfs.ext4, so there is no disk whose power can be cut"
    with tempfile.TemporaryDirectory(prefix="kphotos-mount-") as folder:
        try:
            with LoopDisk(Path(folder), megabytes=16).there() as disk:
                disk.cut_power()
        except OSError as error:
            return f"this machine does not let us cut a disk's power: {error}"
    return None


class LoopDisk:
    """An ext4 in the file `folder`/disk.img, mounted at `folder`/disk."""

    def __init__(self, folder: Path, *, megabytes: int = 64) -> None:
        self.image, self.root = folder / "disk.img", folder / "disk"
        self._bytes = megabytes << 20

    @contextmanager
    def there(self) -> Iterator[LoopDisk]:
        """Make it and mount it, for the length of the block; OSError where that is not to be had."""
        self.root.mkdir()
        with self.image.open("wb") as file:
            file.truncate(self._bytes)
        _or_error(mount("mkfs.ext4", "-q", "-m", "0", str(self.image)))
        self.plug_in()
        try:
            yield self
        finally:
            unmount(self.root)
            self.image.unlink()

    def plug_in(self) -> None:
        """Mount it, which replays the journal."""
        _or_error(mount("mount", "-o", "loop", str(self.image), str(self.root)))

    def cut_power(self) -> None:
        """From here on nothing reaches the disk; whatever was not made durable is gone."""
        fd = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(fd, _EXT4_SHUTDOWN, struct.pack("I", _NO_LOG_FLUSH))
        finally:
            os.close(fd)

    def restart(self) -> None:
        """What the machine does when the power is back. Whoever had files open here must have ended."""
        unmount(self.root)
        self.plug_in()


@contextmanager
def tmpfs(root: Path, **options: int | str) -> Iterator[Path]:
    """A tmpfs at a new folder: `size="8m"`, `nr_inodes=200` ..."""
    root.mkdir(exist_ok=True)
    told = ",".join(f"{name}={value}" for name, value in options.items())
    _or_error(mount("mount", "-t", "tmpfs", *(["-o", told] if told else []), "none", str(root)))
    try:
        yield root
    finally:
        # Whoever in this very process still holds a file there shall not keep the mount in the tree.
        mount("umount", "-l", str(root))


def unmount(root: Path) -> None:
    """Unmount at once, or as soon as whoever was killed just now is gone; never leave a mount behind."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while told := mount("umount", str(root)):
        if "not mounted" in told:
            return
        if time.monotonic() > deadline:
            mount("umount", "-l", str(root))
            raise OSError(f"somebody still used {root}: {told}")
        time.sleep(0.01)


def _or_error(told: str) -> None:
    if told:
        raise OSError(told)
