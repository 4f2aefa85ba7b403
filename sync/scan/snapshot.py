"""A folder as it was seen, packed: an unchanged folder is one comparison of bytes.

Layout: one byte for the state, 8 bytes of digest of the ignore rules in force, the number of entries,
five unsigned 64-bit numbers an entry (kind, inode, size, mtime, ctime), the names with NUL between; then,
behind two NULs, the names of those that were left out: they are compared like any, and no one missed them.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection, Iterable
from itertools import chain

from sync.ports import FOLDER, TEMP_PREFIX, Entry, Stat

KNOWN, UNREADABLE = b"k", b"u"
_HEAD = struct.Struct("<c8sI")
_MASK = (1 << 64) - 1
_SECOND = 10**9
_LEFT_OUT = b"\0\0"  # no name is empty
RACY_NS = 2_000_000_000
"""A file changed this shortly before we looked may change again without any of its numbers changing.

By the disk's clock: where that is not ours, `engine.ahead` tells how far ours is ahead, and with what limit.
"""


def is_racy(stat: Stat, now_ns: int) -> bool:
    """Whether a file may change again without any of its numbers changing: its disk counts whole seconds."""
    last = max(stat.mtime_ns, stat.ctime_ns)
    return last > now_ns - RACY_NS and stat.mtime_ns % _SECOND == 0 == stat.ctime_ns % _SECOND


def rules_digest(rules: object) -> bytes:
    """Eight bytes that change with the ignore rules in force."""
    return hashlib.sha256(repr(rules).encode("utf-8", "surrogateescape")).digest()[:8]


def pack(
    entries: Iterable[Entry],
    digest: bytes,
    *,
    calm_before_ns: int | None = None,
    ahead_ns: int = 0,
    restless: Collection[str] = (),
    left_out: Collection[str] = (),
) -> bytes:
    """Entries sorted by name as bytes; a folder's own times are left out.

    With `calm_before_ns` an entry changed later than that, a temp of ours or a `restless` name is packed so
    that it will not compare equal to any listing: it is looked at again next time. `ahead_ns`: so far is the
    clock of that time ahead of the disk's, which sets ctimes; an mtime may be of any clock. `left_out` are
    the names that a rule, or the built-in ones, kept out of the library.
    """
    rows = [
        (name, kind, ino, size, mtime, ctime) if kind != FOLDER else (name, kind, 0, 0, 0, 0)
        for name, kind, ino, size, mtime, ctime in entries
    ]
    if calm_before_ns is not None:
        rows = [
            row
            if row[4] < calm_before_ns
            and row[5] < calm_before_ns - ahead_ns
            and not row[0].startswith(TEMP_PREFIX)
            and row[0] not in restless
            else (*row[:5], _MASK)
            for row in rows
        ]
    numbers = list(chain.from_iterable(row[1:] for row in rows))
    try:
        packed = struct.pack(f"<{len(numbers)}Q", *numbers)
    except struct.error:  # a date before 1970
        packed = struct.pack(f"<{len(numbers)}Q", *(number & _MASK for number in numbers))
    end = _LEFT_OUT + _joined(left_out) if left_out else b""
    return _HEAD.pack(KNOWN, digest, len(rows)) + packed + _joined([row[0] for row in rows]) + end


def is_same(packed: bytes, before: bytes) -> bool:
    """Whether entries, packed as they are now, are those of a snapshot."""
    return before.startswith(packed) and before[len(packed) : len(packed) + 2] in (b"", _LEFT_OUT)


def _joined(names: Iterable[str]) -> bytes:
    return "\0".join(names).encode("utf-8", "surrogateescape")


def unreadable(before: bytes | None) -> bytes:
    """The snapshot of a folder that could not be read: what was known of it is kept within."""
    if before is not None and is_unreadable(before):
        return before
    return UNREADABLE + (before or b"")


def is_unreadable(blob: bytes) -> bool:
    """Whether the folder could not be read last time."""
    return blob[:1] == UNREADABLE


def unpack(blob: bytes) -> list[Entry]:
    """The entries of a snapshot that were not left out; of an unreadable folder, those last known.

    Damage gives nothing.
    """
    if is_unreadable(blob):
        return unpack(blob[1:]) if len(blob) > 1 else []
    try:
        state, _, count = _HEAD.unpack_from(blob)
        numbers = struct.unpack_from(f"<{5 * count}Q", blob, _HEAD.size)
    except struct.error:
        return []
    names, out = (_names(part) for part in blob[_HEAD.size + 40 * count :].partition(_LEFT_OUT)[::2])
    if state != KNOWN or (count and len(names) != count):
        return []
    left = frozenset(out)
    return [Entry(names[i], *numbers[5 * i : 5 * i + 5]) for i in range(count) if names[i] not in left]


def _names(joined: bytes) -> list[str]:
    return joined.decode("utf-8", "surrogateescape").split("\0")
