"""What only Linux can do, or tell: openat2 without symlinks, renameat2 with flags, who has a file open."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import functools
import os
import platform
import signal
import struct
import sys

_OPENAT2 = 437  # the same number on every architecture
_RENAMEAT2 = {"x86_64": 316, "aarch64": 276, "riscv64": 276, "armv7l": 382, "i686": 353}
_RESOLVE = 0x02 | 0x04 | 0x08  # no magic links, no symbolic links, beneath the start
_HOW = struct.Struct("QQQ")
RENAME_NOREPLACE, RENAME_EXCHANGE = 1, 2
_UNSUPPORTED = frozenset({errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOTSUP})


@functools.cache
def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def parts_of(path: str) -> list[str]:
    """The names in a relative path; FileNotFoundError for one that is no plain relative path."""
    parts = path.split("/") if path else []
    if "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise FileNotFoundError(errno.ENOENT, "no such path in a volume", path)
    return parts


def open_beneath(root: int, path: str, flags: int) -> int:
    """Open an existing path below the folder `root`, following no symbolic link at any step.

    Raises OSError; ELOOP or ENOTDIR where a link stands in the way.
    """
    parts = parts_of(path)
    if _has_openat2():
        return _openat2(root, path or ".", flags)
    return _open_stepwise(root, parts, flags)


def _openat2(root: int, path: str, flags: int) -> int:
    libc = _libc()
    if libc is None:
        raise OSError(errno.ENOSYS, "openat2")
    how = ctypes.create_string_buffer(_HOW.pack(flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0, _RESOLVE))
    for _ in range(64):  # EAGAIN: something was renamed on the way, so the kernel could not be sure
        fd: int = libc.syscall(_OPENAT2, root, os.fsencode(path), how, ctypes.c_size_t(_HOW.size))
        if fd >= 0:
            return fd
        code = ctypes.get_errno()
        if code not in (errno.EAGAIN, errno.EINTR):
            break
    raise OSError(code, os.strerror(code), path)


@functools.cache
def _has_openat2() -> bool:
    here = os.open("/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.close(_openat2(here, ".", os.O_RDONLY | os.O_DIRECTORY))
    except OSError:
        return False  # an old kernel, or a sandbox that does not know the call
    finally:
        os.close(here)
    return True


def _open_stepwise(root: int, parts: list[str], flags: int) -> int:
    at = os.dup(root)
    try:
        for part in parts[:-1]:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
            os.close(at)
            at = below
        name = parts[-1] if parts else "."
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
    finally:
        os.close(at)


def syncfs(fd: int) -> None:
    """Make everything on the filesystem under an open folder durable.

    OSError for whatever could not be written since the folder was opened, by whomever.
    """
    libc = _libc()
    if libc is None:
        raise OSError(errno.ENOSYS, "syncfs")
    if libc.syncfs(fd) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def renameat2(old_folder: int, old: str, new_folder: int, new: str, flags: int) -> bool:
    """The kernel's rename with flags; False where kernel or filesystem does not know the flag."""
    libc, number = _libc(), _RENAMEAT2.get(platform.machine())
    if libc is None or number is None:
        return False
    done = libc.syscall(number, old_folder, os.fsencode(old), new_folder, os.fsencode(new), flags)
    if done == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), old, None, new)


def has_writer(fd: int) -> bool | None:
    """Whether anybody has a file open to write that is open here to read; None where that cannot be told.

    The kernel grants a read lease only while nobody has (fcntl(2)); that holds also for an open that
    still waits for the disk. The lease is given back at once; should it be broken before, the signal
    that tells of it is one that nobody minds. True is to be believed of a disk of this machine alone.
    """
    if sys.platform != "linux":
        return None
    try:
        fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return True if error.errno == errno.EAGAIN else None
    fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False
