"""Put new bytes where old ones lie, durably, without losing what somebody else writes meanwhile.

temp, fsync, look again, exchange, inspect what came out, fsync of the folder (DESIGN 5, "Writing").
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from sync.apply.temps import temp_path
from sync.ports import FS, Found, Rng, Stat, split


class StartOver(Exception):
    """What was read is no longer what lies there; nothing has been changed."""


@dataclass(frozen=True, slots=True)
class Put:
    """`stat` of the file now in place; `swapped`: the temp that holds what was taken out, if any.

    `intruder` is what came out when it is not what had been read: somebody's edit, yet to be absorbed.
    """

    stat: Stat
    swapped: str | None = None
    intruder: bytes | None = None


@dataclass(frozen=True, slots=True)
class Pen:
    """What writing needs besides the disk: whose temps they are, chance, and the largest file read back."""

    site: str
    rng: Rng
    limit: int


def put(fs: FS, pen: Pen, path: str, data: bytes, found: Found | None, like: str | None) -> Put:
    """Let `path` hold `data`, which was composed from `found` (None: there was no such file).

    Durable when it returns. Raises StartOver when something else lies there by now, OSError when
    the disk refuses; in both cases `path` is as it was.
    """
    new = temp_path(path, pen.site, "new", pen.rng)
    made = fs.create(new, data, like=path if found else like)
    try:
        if found is None:
            fs.rename(new, path, replace=False)
            fs.sync_folder(split(path)[0])
            return Put(_in_place(fs, path, made))
        return _replace(fs, pen, new, path, found, made)
    except (FileExistsError, FileNotFoundError) as error:
        _discard(fs, new)
        raise StartOver from error
    except OSError:
        _discard(fs, new)
        raise


def _replace(fs: FS, pen: Pen, new: str, path: str, found: Found, made: Stat) -> Put:
    if fs.stat(path) != found.stat:
        raise FileNotFoundError(path)
    swap = temp_path(path, pen.site, "swap", pen.rng)
    fs.rename(new, swap, replace=False)
    try:
        exchanged = fs.exchange(swap, path)
        if not exchanged:
            # The smallest window there is without an exchange; the watcher sees what falls into it.
            if fs.stat(path) != found.stat:
                raise FileNotFoundError(path)
            fs.rename(swap, path, replace=True)
    except OSError:
        _discard(fs, swap)
        raise
    out = found.data if not exchanged else fs.read(swap, pen.limit)[0]
    fs.sync_folder(split(path)[0])
    return Put(_in_place(fs, path, made), swap if exchanged else None, None if out == found.data else out)


def _in_place(fs: FS, path: str, made: Stat) -> Stat:
    """The stat to be remembered: only the ctime may have moved since the file was made.

    Anything else means that somebody has written since; the stat remembered then fits nothing, so
    that the next look reads the file.
    """
    with contextlib.suppress(OSError):
        now = fs.stat(path)
        if now._replace(ctime_ns=0) == made._replace(ctime_ns=0):
            return now
    return made._replace(ctime_ns=0)


def _discard(fs: FS, temp: str) -> None:
    with contextlib.suppress(OSError):
        fs.remove(temp)
