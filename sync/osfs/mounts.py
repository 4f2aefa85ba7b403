"""What kind of filesystem lies under a path, as the kernel's mount table tells."""

from __future__ import annotations

import os
import re
from pathlib import Path

NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "ncpfs"})
"""Filesystems on which other machines' changes raise no event here."""

_ESCAPED = re.compile(r"\\([0-7]{3})")

_PASSING_INODES = frozenset({"vfat", "msdos", "exfat", "cifs", "smb3", "smbfs"})


def filesystem(device: int) -> str:
    """The type name ("ext4", "nfs4", "fuse.sshfs") of a device number; "" where it is not known."""
    wanted = f"{os.major(device)}:{os.minor(device)}"
    try:
        table = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
    for line in table.splitlines():
        left, _, right = line.partition(" - ")
        if left.split(" ")[2] == wanted:
            return right.split(" ")[0]
    return ""


def mounted_below(root: Path) -> frozenset[str]:
    """The folders below a root, as paths within it, in which another filesystem is mounted just now."""
    above = os.fspath(root).rstrip("/") + "/"
    return frozenset(point.removeprefix(above) for point, _ in _table() if point.startswith(above))


def around(root: Path) -> frozenset[str]:
    """The kernel's lines on what is mounted at a root, above or below it: another set, another disk."""
    at = os.fspath(root).rstrip("/") + "/"
    return frozenset(
        line for point, line in _table() if point.startswith(at) or at.startswith(point.rstrip("/") + "/")
    )


def _table() -> list[tuple[str, str]]:
    """Every mount point with its line; never waits for a disk."""
    try:
        table = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
    except OSError:
        return []
    return [(_ESCAPED.sub(_unescaped, line.split(" ", 5)[4]), line) for line in table.splitlines()]


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 8))


def lasting_inodes(device: int) -> bool:
    """Whether a file keeps its inode number while nothing happens to it."""
    kind = filesystem(device)
    return not kind.startswith("fuse") and kind not in _PASSING_INODES


def silent(device: int) -> bool:
    """Whether changes may come from elsewhere without an event: a network mount or FUSE."""
    kind = filesystem(device)
    return kind in NETWORK or kind.startswith(("fuse", "virtiofs"))
