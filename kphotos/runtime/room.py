"""Room for K-Photos' own files: an edit begins only where it can end, and a full disk still lets one browse.

A database on a full disk refuses even to delete. So a file without meaning, the ballast, lies in the home as
long as there is room; it goes when the disk runs full, which leaves room for sessions, jobs and the index,
and comes back when there is enough again.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from kphotos import db
from kphotos.config import Settings
from kphotos.errors import Unavailable

FLOOR_BYTES = 1 << 20
FLOOR_FILES = 16
BALLAST_BYTES = 64 << 20
_SMALL_DISK = 32
"""The ballast is at most so small a part of the disk."""


def require(settings: Settings) -> None:
    """Unavailable (disk_full) where the home's disk has so little room that an index might not follow."""
    free, files, _ = _room(settings.storage_path)
    if free < FLOOR_BYTES or files < FLOOR_FILES:
        raise Unavailable(
            "The disk that K-Photos keeps its own files on is full: free some space, then try again.",
            code=db.FULL,
            kept="Nothing was changed.",
        )


def is_short(settings: Settings) -> bool:
    """Whether work that can wait shall wait: what room there is belongs to what people do."""
    free, files, whole = _room(settings.storage_path)
    return free < FLOOR_BYTES + min(BALLAST_BYTES // 2, whole // _SMALL_DISK) or files < FLOOR_FILES


def tend(settings: Settings) -> bool:
    """Give the ballast up, or take it in again, as the disk is; whether it lies there now."""
    path = settings.storage_path / "ballast"
    free, _, whole = _room(settings.storage_path)
    size = min(BALLAST_BYTES, whole // _SMALL_DISK)
    if path.exists():
        if free >= size // 4:
            return True
        path.unlink()
    elif free > 3 * size > 0:
        return _take_in(path, size)
    return False


def _take_in(path: Path, size: int) -> bool:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError as error:
        path.unlink()
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EOPNOTSUPP, errno.EINVAL):
            raise
        return False
    finally:
        os.close(descriptor)
    return True


def _room(folder: Path) -> tuple[int, int, int]:
    """Free bytes, free files (very many where they are not counted) and all the bytes of a disk."""
    found = os.statvfs(folder)
    files = found.f_favail if found.f_files else FLOOR_FILES
    return found.f_bavail * found.f_frsize, files, found.f_blocks * found.f_frsize
