"""The doors to the world: disk, clock, chance, lock and memory, each with a real and a simulated side.

A path is a `str`, relative to the root of its volume, POSIX, without a leading slash, decoded by
`os.fsdecode` (any byte name is representable); "" is the root itself. Failures of the disk are
Python's own `OSError`s on both sides: `FileNotFoundError`, `PermissionError`, `FileExistsError` ...

The guard `require_ours` stands here and not in one of the sides, so that both refuse alike: through
this port nothing but sidecars, ledgers, our temps and `.kphotos/` can be created, replaced or removed.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import BinaryIO, NamedTuple, Protocol

from sync.errors import Refused

FILE, FOLDER, LINK, OTHER, UNKNOWN = 1, 2, 3, 4, 0
"""Kinds of entry. OTHER is a FIFO, socket or device; UNKNOWN could not be looked at."""

TEMP_PREFIX = ".kphotos-tmp-"
LEDGER_SUFFIX = ".kphotos.json"
XMP_SUFFIX = ".xmp"
OWN_FOLDER = ".kphotos"
_LEDGER = LEDGER_SUFFIX.removesuffix(".json")
COMPANIONS = frozenset(("aae", "thm", "wav", "txt", "pp3", "dop", "on1", "cos", "arp", "vrd", "gpx"))
"""Extensions of files that belong to an original and are only moved along with it."""

SIDECAR_BACKUPS = (".xmp_original", ".xmp.bak")

_SIGNATURE = struct.Struct("<4Q")
_MASK = (1 << 64) - 1


class Stat(NamedTuple):
    """What the disk says of one path, symlinks not followed; times in ns since 1970, `size` in bytes.

    `ino` is 0 on a filesystem whose inode numbers do not last.
    """

    kind: int
    ino: int
    size: int
    mtime_ns: int
    ctime_ns: int

    def signature(self) -> bytes:
        """32 bytes that differ whenever the content may differ: inode, size, mtime, ctime."""
        return _SIGNATURE.pack(
            self.ino & _MASK, self.size & _MASK, self.mtime_ns & _MASK, self.ctime_ns & _MASK
        )


class Entry(NamedTuple):
    """One name in a folder with its `Stat`, flat, because a rescan makes a hundred thousand a second."""

    name: str
    kind: int
    ino: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @property
    def stat(self) -> Stat:
        """The entry without its name."""
        return Stat(self.kind, self.ino, self.size, self.mtime_ns, self.ctime_ns)


class Found(NamedTuple):
    """A file as it was read: its bytes, and its stat from before the read."""

    data: bytes
    stat: Stat


class NotRegular(OSError):
    """The path is a FIFO, device, socket, folder or symbolic link where a file was expected."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.EINVAL, "not a regular file", path)


class TooLarge(OSError):
    """The file is larger than the reader is willing to take."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.EFBIG, "larger than the limit", path)


class Batch(Protocol):
    """Many new files of one disk that become durable together, at far fewer syncs than one by one."""

    def create(self, path: str, data: bytes, like: str | None = None) -> Stat:
        """As `FS.create`, but the content is durable only after `sync`."""
        ...

    def sync(self, folders: Iterable[str] = ()) -> None:
        """Make durable all that was created, and the names in these folders.

        OSError if anything has failed: then none of it is known to last, and another call proves nothing.
        """
        ...


class FS(Protocol):
    """One volume (or overlay) rooted at a folder. No symbolic link below the root is ever followed."""

    def device(self) -> int:
        """The number of the device under the root; OSError if there is no root folder."""
        ...

    def entries(self, folder: str) -> list[Entry]:
        """Every entry of a folder in no order, stats included; OSError if it cannot be read."""
        ...

    def names(self, folder: str) -> list[str]:
        """Every name in a folder in no order, without a look at any: a page's edit cannot wait for that."""
        ...

    def stat(self, path: str) -> Stat:
        """Look at one path; FileNotFoundError if there is nothing."""
        ...

    def read(self, path: str, limit: int) -> Found:
        """The whole of a regular file of at most `limit` bytes, and its stat from before the read.

        Raises NotRegular, TooLarge or another OSError; never blocks on a FIFO.
        """
        ...

    def is_being_written(self, path: str) -> bool | None:
        """Whether some program has a file open to write; None where nobody can tell."""
        ...

    def open(self, path: str) -> BinaryIO:
        """Open a regular file for reading only: the one way in which an original is ever opened."""
        ...

    def create(self, path: str, data: bytes, like: str | None = None) -> Stat:
        """Write a new file with durable content (its *name* lasts only after `sync_folder`).

        It takes mode and extended attributes of `like` where that exists, and of an XMP a date that other
        programs see is newer. FileExistsError if there is one already; whatever was begun is removed again
        when the disk refuses.
        """
        ...

    def batch(self) -> AbstractContextManager[Batch]:
        """Begin to make many files; see `Batch`."""
        ...

    def exchange(self, temp: str, path: str) -> bool:
        """Swap two existing names in one step; False where this disk cannot (nothing has changed)."""
        ...

    def link(self, path: str, temp: str) -> bool:
        """Give a file a second name, so that it stays when another takes its first; False where it cannot be.

        FileNotFoundError, FileExistsError as they are.
        """
        ...

    def rename(self, temp: str, path: str, *, replace: bool) -> None:
        """Move `temp` to `path`; without `replace` an existing name raises FileExistsError."""
        ...

    def carry(self, old: str, new: str) -> None:
        """Move a companion after its original, in one step and never over anything.

        Raises FileExistsError, unless both names are already one file, of which the old name then goes;
        OSError where the two are not on one disk; Refused for anything else than a companion that stays
        one of its kind.
        """
        ...

    def remove(self, path: str) -> None:
        """Unlink one of our own files."""
        ...

    def make_folder(self, path: str) -> None:
        """Make a folder and its parents, whose names last when it returns; no error where it exists."""
        ...

    def sync_folder(self, folder: str) -> None:
        """Make the names in a folder last through a power cut."""
        ...


class Clock(Protocol):
    """Time comes in through here. Nothing that must not be lost is decided by it."""

    def now_ns(self) -> int:
        """Wall clock, ns since 1970."""
        ...

    def monotonic(self) -> float:
        """Seconds since some start, never running backwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...


class Rng(Protocol):
    """Chance comes in through here."""

    def hex(self, digits: int) -> str:
        """That many random lowercase hexadecimal digits."""
        ...


class Lock(Protocol):
    """Mutual exclusion of threads and processes, by key."""

    def hold(self, keys: Iterable[str], timeout: float = 10.0) -> AbstractContextManager[None]:
        """Hold all keys (taken in sorted order) for a `with` block; Busy after `timeout` seconds."""
        ...


class Memory(Protocol):
    """What a site has observed: a cache whose loss costs time and nothing else.

    All byte values are opaque to it. None in a mapping to be kept means: forget.
    """

    def folders(self, volume: str) -> dict[str, bytes]:
        """Every folder's packed snapshot, loaded at once."""
        ...

    def save_folders(self, volume: str, snapshots: Mapping[str, bytes | None]) -> None:
        """Keep or forget snapshots of folders."""
        ...

    def last(self, volume: str, path: str) -> bytes | None:
        """What was last seen at a sidecar's path."""
        ...

    def expect(self, volume: str, paths: Iterable[str]) -> None:
        """These paths, and none of an earlier call, are about to be asked for with `last`, once each.

        It only saves time: many are then read at once. The second question is answered anew.
        """
        ...

    def keep(self, volume: str, seen: Mapping[str, bytes | None]) -> None:
        """Keep or forget what was seen at sidecars' paths."""
        ...

    def hashes(self, volume: str, paths: Iterable[str]) -> dict[str, tuple[bytes, str]]:
        """Originals' signatures and content hashes, for those of the paths that are known."""
        ...

    def keep_hashes(self, volume: str, seen: Mapping[str, tuple[bytes, str] | None]) -> None:
        """Keep or forget content hashes."""
        ...


def is_ours(path: str) -> bool:
    """Whether the engine may ever write this path: a sidecar or a copy of one, our temp, `.kphotos/`."""
    name = path.rpartition("/")[2]
    return (
        name.startswith(TEMP_PREFIX)
        or (name.endswith(".json") and _LEDGER in name)
        or name.lower().endswith(XMP_SUFFIX)
        or path == OWN_FOLDER
        or path.startswith(OWN_FOLDER + "/")
    )


def require_ours(*paths: str) -> None:
    """Refuse any path that is not the engine's to write (I1: an original can never be one)."""
    for path in paths:
        if not is_ours(path):
            raise Refused(f"not a sidecar of ours, never to be written: {path!r}")


def is_companion(path: str) -> bool:
    """Whether a file may be moved along with an original, by its name: neither original nor sidecar."""
    extension = path.rpartition(".")[2].lower()
    return (extension in COMPANIONS or extension == "json" or path.endswith(SIDECAR_BACKUPS)) and not is_ours(
        path
    )


def require_companions(old: str, new: str) -> None:
    """Refuse to move anything but a companion to the name of one of its kind (I1)."""
    if not is_companion(old) or not is_companion(new) or old.rpartition(".")[2] != new.rpartition(".")[2]:
        raise Refused(f"not a companion of an original, never to be moved: {old!r} to {new!r}")


def split(path: str) -> tuple[str, str]:
    """A path as (folder, name); the root's own folder is ""."""
    folder, _, name = path.rpartition("/")
    return folder, name


def join(folder: str, name: str) -> str:
    """The path of a name in a folder."""
    return f"{folder}/{name}" if folder else name
