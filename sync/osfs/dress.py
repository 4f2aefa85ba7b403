"""What a sidecar takes from the file it replaces or lies beside: mode, owner, attributes, a later date."""

from __future__ import annotations

import contextlib
import os

from sync.ports import XMP_SUFFIX, is_ours

_SECOND, _STEP, _AHEAD = 10**9, 10**7, 3


def dress(fd: int, source: int, path: str) -> None:
    """Give a new sidecar mode, owner and attributes of the one that it replaces: `source`, open, at `path`.

    Beside an original without a sidecar it takes only who may read and write, so that whoever
    may see the picture may see its sidecar; and its owner may always write.
    Raises OSError where mode or date cannot be given: the sidecar is whole without them.
    """
    status = os.fstat(source)
    replaced = is_ours(path)
    with contextlib.suppress(OSError):
        os.fchown(fd, status.st_uid if replaced else -1, status.st_gid)
    os.fchmod(fd, status.st_mode & 0o777 if replaced else status.st_mode & 0o666 | 0o600)
    for attribute in os.listxattr(source) if replaced else []:
        with contextlib.suppress(OSError):
            os.setxattr(fd, attribute, os.getxattr(source, attribute))
    if replaced and path.endswith(XMP_SUFFIX):
        _date(fd, status.st_mtime_ns)


def _date(fd: int, replaced_ns: int) -> None:
    """Make a sidecar three whole seconds newer than another program's that it replaces.

    darktable looks for newer sidecars by whole seconds, with two to spare: what was written right after
    it would never be offered. What is ahead already is our own, and is followed by a small step. Fractions
    are the moment's own: a file of the same size and date is the same to a sync tool, which leaves it.
    """
    now_ns = os.fstat(fd).st_mtime_ns
    newer_ns = (replaced_ns // _SECOND + _AHEAD) * _SECOND + now_ns % _SECOND
    ahead_ns = newer_ns if replaced_ns <= now_ns else replaced_ns + _STEP + now_ns % _STEP
    if now_ns < ahead_ns <= now_ns + (_AHEAD + 2) * _SECOND:
        os.utime(fd, ns=(now_ns, ahead_ns))
