"""The disk: a volume's root folder, read without following links, written only beside originals."""

from __future__ import annotations

import contextlib
import errno
import os
import stat as modes
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sync.osfs import kernel
from sync.osfs.batch import OsBatch, open_batch
from sync.osfs.dress import dress
from sync.osfs.links import is_one_file, link, link_then_unlink
from sync.osfs.mounts import lasting_inodes, silent
from sync.osfs.room import require_room
from sync.ports import (
    FILE,
    FOLDER,
    LINK,
    OTHER,
    UNKNOWN,
    Entry,
    Found,
    NotRegular,
    Stat,
    TooLarge,
    require_companions,
    require_ours,
    split,
)

_KINDS = {modes.S_IFREG: FILE, modes.S_IFDIR: FOLDER, modes.S_IFLNK: LINK}
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY
_LISTING = os.O_RDONLY | os.O_DIRECTORY
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class OsFS:
    """A folder of the real disk as the port `FS`.

    `everything_ours` is for a root that is K-Photos' own (an overlay): there folders may be made.
    """

    def __init__(self, root: Path, *, everything_ours: bool = False) -> None:
        self.root = root
        self._everything_ours = everything_ours
        self._inodes_last: dict[int, bool] = {}
        self._silent: dict[int, bool] = {}

    def device(self) -> int:
        """See `FS.device`."""
        with self._folder("") as fd:
            return os.fstat(fd).st_dev

    def entries(self, folder: str) -> list[Entry]:
        """See `FS.entries`."""
        with self._folder(folder) as fd:
            last = self._lasting(os.fstat(fd).st_dev)
            with os.scandir(fd) as listing:
                return [entry for found in listing if (entry := _entry(found, last))]

    def names(self, folder: str) -> list[str]:
        """See `FS.names`."""
        with self._folder(folder) as fd:
            return os.listdir(fd)  # noqa: PTH208 - of an open folder, which has no path here

    def stat(self, path: str) -> Stat:
        """See `FS.stat`."""
        folder, name = split(path)
        with self._folder(folder) as fd:
            status = os.stat(name or ".", dir_fd=fd, follow_symlinks=False)
        return self._stat(status)

    def read(self, path: str, limit: int) -> Found:
        """See `FS.read`."""
        fd = self._open(path)
        try:
            status = os.fstat(fd)
            if status.st_size > limit:
                raise TooLarge(path)
            return Found(_read_all(fd, path, limit, status.st_size), self._stat(status))
        finally:
            os.close(fd)

    def is_being_written(self, path: str) -> bool | None:
        """See `FS.is_being_written`."""
        try:
            fd = self._open(path)
        except OSError:
            return False
        try:
            # A server may refuse the lease for reasons of its own, whoever has the file open.
            is_written = kernel.has_writer(fd)
            return None if is_written and self._is_silent(os.fstat(fd).st_dev) else is_written
        finally:
            os.close(fd)

    def open(self, path: str) -> BinaryIO:
        """See `FS.open`."""
        return os.fdopen(self._open(path), "rb")

    def create(self, path: str, data: bytes, like: str | None = None) -> Stat:
        """See `FS.create`."""
        return self._create(path, data, like)

    def batch(self) -> contextlib.AbstractContextManager[OsBatch]:
        """See `FS.batch`."""
        return open_batch(self._folder(""), self._create, self._sync_folder)

    def _create(self, path: str, data: bytes, like: str | None, unsynced: int | None = None) -> Stat:
        """Make a file; on the device `unsynced` somebody else makes it durable."""
        require_ours(path)
        folder, name = split(path)
        with self._folder(folder) as at:
            require_room(at, len(data))
            fd = os.open(name, _NEW, 0o600, dir_fd=at)
            try:
                _write_all(fd, data)
                self._dress(fd, like)
                if unsynced is None or os.fstat(fd).st_dev != unsynced:
                    os.fsync(fd)
                return self._stat(os.fstat(fd))
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(name, dir_fd=at)
                raise
            finally:
                os.close(fd)

    def exchange(self, temp: str, path: str) -> bool:
        """See `FS.exchange`."""
        require_ours(temp, path)
        (old_folder, old), (new_folder, new) = split(temp), split(path)
        with self._folder(old_folder) as at, self._folder(new_folder) as to:
            return kernel.renameat2(at, old, to, new, kernel.RENAME_EXCHANGE)

    def link(self, path: str, temp: str) -> bool:
        """See `FS.link`."""
        require_ours(temp, path)
        (old_folder, old), (new_folder, new) = split(path), split(temp)
        with self._folder(old_folder) as at, self._folder(new_folder) as to:
            return link(at, old, to, new)

    def rename(self, temp: str, path: str, *, replace: bool) -> None:
        """See `FS.rename`."""
        require_ours(temp, path)
        (old_folder, old), (new_folder, new) = split(temp), split(path)
        with self._folder(old_folder) as at, self._folder(new_folder) as to:
            if replace:
                os.rename(old, new, src_dir_fd=at, dst_dir_fd=to)
            elif not kernel.renameat2(at, old, to, new, kernel.RENAME_NOREPLACE):
                link_then_unlink(at, old, to, new)

    def carry(self, old: str, new: str) -> None:
        """See `FS.carry`."""
        require_companions(old, new)
        (old_folder, old_name), (new_folder, new_name) = split(old), split(new)
        with self._folder(old_folder) as at, self._folder(new_folder) as to:
            if not modes.S_ISREG(os.stat(old_name, dir_fd=at, follow_symlinks=False).st_mode):
                raise NotRegular(old)
            try:
                if not kernel.renameat2(at, old_name, to, new_name, kernel.RENAME_NOREPLACE):
                    link_then_unlink(at, old_name, to, new_name)
            except FileExistsError:
                if old == new or not is_one_file(at, old_name, to, new_name):
                    raise
                os.unlink(old_name, dir_fd=at)

    def remove(self, path: str) -> None:
        """See `FS.remove`."""
        require_ours(path)
        folder, name = split(path)
        with self._folder(folder) as at:
            os.unlink(name, dir_fd=at)

    def make_folder(self, path: str) -> None:
        """See `FS.make_folder`."""
        if not self._everything_ours:
            require_ours(path)
        at = ""
        for part in kernel.parts_of(path):
            with self._folder(at) as fd, contextlib.suppress(FileExistsError):
                os.mkdir(part, 0o777, dir_fd=fd)
                try:
                    _sync_names(fd)
                except OSError:
                    os.rmdir(part, dir_fd=fd)  # whoever asks again shall not find it, and trust that it lasts
                    raise
            at = f"{at}/{part}" if at else part

    def sync_folder(self, folder: str) -> None:
        """See `FS.sync_folder`."""
        self._sync_folder(folder)

    def _sync_folder(self, folder: str, unsynced: int | None = None) -> None:
        with self._folder(folder) as fd:
            if unsynced is not None and os.fstat(fd).st_dev == unsynced:
                return
            _sync_names(fd)

    @contextlib.contextmanager
    def _folder(self, folder: str) -> Iterator[int]:
        root = os.open(self.root, _LISTING | os.O_CLOEXEC)
        try:
            fd = kernel.open_beneath(root, folder, _LISTING) if folder else root
            try:
                yield fd
            finally:
                if fd != root:
                    os.close(fd)
        finally:
            os.close(root)

    def _open(self, path: str) -> int:
        with self._folder("") as root:
            try:
                fd = kernel.open_beneath(root, path, _READ)
            except OSError as error:
                if error.errno in (errno.ELOOP, errno.ENXIO):  # a link; a socket
                    raise NotRegular(path) from error
                raise
        if modes.S_ISREG(os.fstat(fd).st_mode):
            return fd
        os.close(fd)
        raise NotRegular(path)

    def _stat(self, status: os.stat_result) -> Stat:
        kind = _KINDS.get(modes.S_IFMT(status.st_mode), OTHER)
        inode = status.st_ino if self._lasting(status.st_dev) else 0
        return Stat(kind, inode, status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    def _dress(self, fd: int, like: str | None) -> None:
        if like is None:
            return
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            source = self._open(like)
            stack.callback(os.close, source)
            dress(fd, source, like)

    def _lasting(self, device: int) -> bool:
        if device not in self._inodes_last:
            self._inodes_last[device] = lasting_inodes(device)
        return self._inodes_last[device]

    def _is_silent(self, device: int) -> bool:
        if device not in self._silent:
            self._silent[device] = silent(device)
        return self._silent[device]


def _sync_names(fd: int) -> None:
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network filesystems cannot sync a folder
            raise


def _entry(found: os.DirEntry[str], inodes_last: bool) -> Entry | None:
    try:
        status = found.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None  # gone between the listing and the look: it was never there
    except OSError:
        return Entry(found.name, _kind_listed(found), 0, 0, 0, 0)
    return Entry(
        found.name,
        _KINDS.get(status.st_mode & 0o170000, OTHER),
        status.st_ino if inodes_last else 0,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def _kind_listed(found: os.DirEntry[str]) -> int:
    """What the listing alone tells: of a folder that its disk no longer answers for, that it is one."""
    with contextlib.suppress(OSError):
        return FOLDER if found.is_dir(follow_symlinks=False) else UNKNOWN
    return UNKNOWN


def _read_all(fd: int, path: str, limit: int, expected: int) -> bytes:
    first = os.read(fd, min(limit, expected) + 1)
    if len(first) == expected:
        return first  # less than was asked for: there is no more
    chunks = [first]
    left = limit + 1 - len(first)
    while left > 0 and (chunk := os.read(fd, min(left, 65_536))):
        chunks.append(chunk)
        left -= len(chunk)
    if left <= 0:
        raise TooLarge(path)
    return b"".join(chunks)


def _write_all(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]
