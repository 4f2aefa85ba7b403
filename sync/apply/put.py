"""Put new bytes where old ones lie, durably, without losing what somebody else writes meanwhile.

Two halves, so that a disk that refuses does so before anything is promised. `prepare`: temp, fsync.
`commit`: look again, exchange (`place`), fsync of the folder, tell what came out (`settled`) (DESIGN 5,
"Writing"). Between the parts many files may be made durable at once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from sync.apply.temps import temp_path
from sync.ports import FOLDER, FS, Found, NotRegular, Rng, Stat, split


class StartOver(Exception):
    """What was read is no longer what lies there; nothing has been changed."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """New content for `path`, durable in a temp of its own; `found` is what it was composed from.

    `mark` names it, if it is a mirror: what comes out for it will bear that in its temp's name.
    """

    path: str
    data: bytes
    found: Found | None
    temp: str
    stat: Stat
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """`stat` of the file now in place; `swapped`: the temp that holds what was taken out, if any.

    `intruder` is what came out when it is not what had been read: somebody's edit, yet to be absorbed.
    """

    stat: Stat
    swapped: str | None = None
    intruder: Found | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """What was prepared has its name, which is not durable yet; `out` lies in the temp `swapped`."""

    swapped: str | None = None
    out: Found | None = None


def _durably(fs: FS, path: str, data: bytes, like: str | None) -> Stat:
    return fs.create(path, data, like=like)


@dataclass(frozen=True, slots=True)
class Pen:
    """What writing needs besides the disk: whose temps they are, chance, and how a temp is made.

    `create` is `FS.create`, or that of a `Batch`, whose contents are made durable all at once.
    """

    site: str
    rng: Rng
    create: Callable[[FS, str, bytes, str | None], Stat] = _durably


def prepare(
    fs: FS,
    pen: Pen,
    path: str,
    data: bytes,
    found: Found | None,
    like: str | None,
    mark: str | None = None,
) -> Prepared:
    """Make `data` durable in a temp beside `path`, with mode and attributes of what lies there.

    `found` None: there was no such file, and the mode is that of `like`. OSError when the disk refuses.
    """
    if found is None:
        _require_no_folder(fs, path)
    temp = temp_path(path, pen.site, "new", pen.rng)
    stat = pen.create(fs, temp, data, path if found else like)
    return Prepared(path, data, found, temp, stat, mark)


def _require_no_folder(fs: FS, path: str) -> None:
    """Nobody reads a folder as a sidecar, so that one in its place would look as if it had just come."""
    with contextlib.suppress(FileNotFoundError):
        if fs.stat(path).kind == FOLDER:
            raise NotRegular(path)


def abandon(fs: FS, prepared: Prepared) -> None:
    """Drop what was prepared and is not to be put in place."""
    with contextlib.suppress(OSError):
        fs.remove(prepared.temp)


def commit(fs: FS, pen: Pen, prepared: Prepared) -> Put:
    """Put what was prepared in place; durable when it returns.

    Raises StartOver when something else lies there by now, OSError when the disk refuses: then the
    path is as it was, unless only the folder could not be synced.
    """
    placed = place(fs, pen, prepared)
    fs.sync_folder(split(prepared.path)[0])
    return settled(fs, prepared, placed)


def place(fs: FS, pen: Pen, prepared: Prepared) -> Placed:
    """Give what was prepared its name; it lasts only when the folder has been synced. Raises as `commit`."""
    try:
        if prepared.found is not None:
            return _replace(fs, pen, prepared, prepared.found)
        fs.rename(prepared.temp, prepared.path, replace=False)
    except (FileExistsError, FileNotFoundError) as error:
        abandon(fs, prepared)
        raise StartOver from error
    except OSError:
        abandon(fs, prepared)
        raise
    return Placed()


def settled(fs: FS, prepared: Prepared, placed: Placed) -> Put:
    """What is in place once the folder has been synced, and what came out for it."""
    was = prepared.found.data if prepared.found else None
    intruder = placed.out if placed.out is not None and placed.out.data != was else None
    return Put(_in_place(fs, prepared), placed.swapped, intruder)


def _replace(fs: FS, pen: Pen, prepared: Prepared, found: Found) -> Placed:
    path = prepared.path
    if fs.stat(path) != found.stat:
        raise FileNotFoundError(path)
    swap = temp_path(path, pen.site, "swap", pen.rng, prepared.mark, found.data)
    fs.rename(prepared.temp, swap, replace=False)
    try:
        out = swap if fs.exchange(swap, path) else _replace_in_steps(fs, pen, prepared, found, swap)
    except OSError:
        with contextlib.suppress(OSError):
            # A server may have done what it never answered: what came out then is left, and looked at.
            if fs.read(swap, _ANY_SIZE).data == prepared.data:
                fs.remove(swap)
        raise
    return Placed(out, fs.read(out, _ANY_SIZE)) if out else Placed()


def _replace_in_steps(fs: FS, pen: Pen, prepared: Prepared, found: Found, temp: str) -> str | None:
    """Without an exchange: what lies there gets a second name and then loses its first; that name.

    The last look and the rename leave the smallest window there is, for a program that renames its own file
    over ours: the watcher sees what falls into it. None where the disk has no hard links either: then the
    window is as well of a program that writes in place, or has the file open.
    """
    path, out = prepared.path, temp_path(prepared.path, pen.site, "swap", pen.rng, prepared.mark, found.data)
    if not fs.link(path, out):
        if fs.stat(path) != found.stat:
            raise FileNotFoundError(path)
        fs.rename(temp, path, replace=True)
        return None
    try:
        now = fs.read(out, _ANY_SIZE)
        if now.data != found.data or fs.stat(path) != now.stat:
            raise FileNotFoundError(path)
        fs.rename(temp, path, replace=True)
    except OSError:
        with contextlib.suppress(OSError):
            if fs.stat(path) == fs.stat(out):  # only its second name: the first it has still
                fs.remove(out)
        raise
    return out


_ANY_SIZE = 1 << 40


def take_back(fs: FS, prepared: Prepared, swap: str) -> bool:
    """Undo an exchange whose outcome cannot be read; whether our own bytes came out again.

    If they did not, yet another content is in `swap` and has to be absorbed from there. Ours stay there
    as well while somebody may have opened them to write, for the second look at what was taken out.
    """
    fs.exchange(swap, prepared.path)
    out = fs.read(swap, _ANY_SIZE)
    fs.sync_folder(split(prepared.path)[0])
    if out.data != prepared.data:
        return False
    if fs.is_being_written(swap) is False:
        fs.remove(swap)
    return True


def _in_place(fs: FS, prepared: Prepared) -> Stat:
    """The stat to be remembered: only the ctime may have moved since the file was made.

    Anything else means that somebody has written since; the stat remembered then fits nothing, so
    that the next look reads the file.
    """
    with contextlib.suppress(OSError):
        now = fs.stat(prepared.path)
        if now._replace(ctime_ns=0) == prepared.stat._replace(ctime_ns=0):
            return now
    return prepared.stat._replace(ctime_ns=0)
