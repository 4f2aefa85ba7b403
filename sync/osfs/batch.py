"""Many new files made durable at once: one `syncfs` where it can be trusted, else an fsync of each.

`syncfs` tells of failed writes since Linux 5.8, and only through a descriptor that was open before them;
FUSE and most network filesystems take it and do nothing, so only those that are known to keep it are asked.
"""

from __future__ import annotations

import functools
import os
import platform
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sync.osfs import kernel
from sync.osfs.mounts import filesystem
from sync.ports import Stat

_TRUSTED = frozenset({"ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "tmpfs"})
_TELLS_ERRORS = (5, 8)


@functools.cache
def _tells_errors() -> bool:
    version = re.match(r"(\d+)\.(\d+)", platform.release())
    return (
        sys.platform == "linux" and version is not None and tuple(map(int, version.groups())) >= _TELLS_ERRORS
    )


def trusted_device(fd: int) -> int | None:
    """The device under an open folder, if one `syncfs` makes all that is on it durable; None if not."""
    device = os.fstat(fd).st_dev
    return device if _tells_errors() and filesystem(device) in _TRUSTED else None


class OsBatch:
    """The port `Batch` on the real disk, below an open folder."""

    def __init__(
        self,
        root: int,
        create: Callable[[str, bytes, str | None, int | None], Stat],
        sync_folder: Callable[[str, int | None], None],
    ) -> None:
        self._root, self._create, self._sync_folder = root, create, sync_folder
        self._device = trusted_device(root)

    def create(self, path: str, data: bytes, like: str | None = None) -> Stat:
        """See `Batch.create`. On another disk that is mounted below the root it is synced at once."""
        return self._create(path, data, like, self._device)

    def sync(self, folders: Iterable[str] = ()) -> None:
        """See `Batch.sync`."""
        if self._device is not None:
            kernel.syncfs(self._root)
            # ext4 does not tell through syncfs that its journal failed meanwhile; an fsync after it does.
            os.fsync(self._root)
        for folder in sorted(set(folders)):
            self._sync_folder(folder, self._device)


@contextmanager
def open_batch(
    folder: AbstractContextManager[int],
    create: Callable[[str, bytes, str | None, int | None], Stat],
    sync_folder: Callable[[str, int | None], None],
) -> Iterator[OsBatch]:
    """A batch below the root that `folder` opens: before the first write, so that no error is missed."""
    with folder as root:
        yield OsBatch(root, create, sync_folder)
