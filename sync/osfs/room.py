"""Room on a disk: nothing is begun that might not be finished, and the last of it is left to others.

A full disk refuses even small things, to programs that can bear it less: a database cannot delete a row
without room for its log. So our own files stop a little before the end.
"""

from __future__ import annotations

import errno
import os

FLOOR_BYTES = 1 << 20
FLOOR_FILES = 16


def require_room(fd: int, size: int) -> None:
    """Raise OSError (ENOSPC) unless the disk under an open folder has room for `size` bytes and the floor."""
    found = os.fstatvfs(fd)
    is_short = found.f_bavail * found.f_frsize < size + FLOOR_BYTES
    # Some filesystems make inodes as they need them, and count none.
    if is_short or (found.f_files and found.f_favail < FLOOR_FILES):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
