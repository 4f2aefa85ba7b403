"""The group lock: flock on a fixed set of files, between threads, processes and their crashes alike."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from sync.errors import Busy, unwritable

_STRIPES = 4096
_LONGEST_NAP = 0.01


class FileLock:
    """The port `Lock` over a folder of lock files, made as needed.

    Keys fall on 4096 files, so that the folder stays small; two keys on one file merely wait for
    each other. A lock belongs to an open file and not to a process: threads exclude each other too,
    and the kernel releases it when its holder dies. Holding is not reentrant.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextlib.contextmanager
    def hold(self, keys: Iterable[str], timeout: float = 10.0) -> Iterator[None]:
        """See `Lock.hold`."""
        deadline = time.monotonic() + timeout
        with contextlib.ExitStack() as stack:
            for stripe in sorted({_stripe(key) for key in keys}):
                stack.callback(os.close, self._take(stripe, deadline))
            yield

    def _take(self, stripe: int, deadline: float) -> int:
        fd = self._open(stripe)
        nap = 0.000_2
        while not _try_flock(fd):
            if time.monotonic() >= deadline:
                os.close(fd)
                raise Busy("somebody else is writing this photo's sidecars")
            time.sleep(nap)
            nap = min(nap * 2, _LONGEST_NAP)
        return fd

    def _open(self, stripe: int) -> int:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self._folder / f"{stripe:03x}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise unwritable("the lock cannot be taken", error) from error


def _try_flock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _stripe(key: str) -> int:
    digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:4], "big") % _STRIPES
