"""The bytes of the timeline's protocol: pure packing, no query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

UNKNOWN_SECOND = 0xFFFFFFFF
FAVOURITE, VIDEO, RAW, LIVE, STACK, CONFLICT, PROBLEM, THUMBNAIL = 1, 2, 4, 8, 16, 32, 64, 128
COLUMNS = "id clock duration kind ratio hash thumbhash conflicts has_thumb favourite problem"


def days(dated: Sequence[int], counts: Iterable[int], undated: int) -> bytes:
    """b"KPI1", then LEB128 N, D, first day (zigzag), D-1 deltas previous-next, D counts, U undated."""
    counts = list(counts)
    numbers = [sum(counts) + undated, len(dated)]
    numbers += [_zigzag(day) for day in dated[:1]]
    numbers += [newer - older for newer, older in pairwise(dated)]
    return b"KPI1" + b"".join(map(_varint, (*numbers, *counts, undated)))


def block(rows: Sequence[Sequence[Any]]) -> bytes:
    """b"KPB1", varint n, then the columns of `rows`, whose cells are in the order of `COLUMNS`."""
    clocks = [row[1] // 1000 if row[1] >= 0 else UNKNOWN_SECOND for row in rows]
    hashes = [bytes(row[6] or b"")[:255] for row in rows]
    return b"".join(
        (
            b"KPB1",
            _varint(len(rows)),
            b"".join(bytes.fromhex(row[0]) for row in rows),
            b"".join(clock.to_bytes(4, "little") for clock in clocks),
            b"".join(max(0, min(row[2] or 0, 65_535)).to_bytes(2, "little") for row in rows),
            bytes(_flags(row) for row in rows),
            bytes(row[4] for row in rows),
            b"".join(key_of(row[5]) for row in rows),
            bytes(map(len, hashes)),
            b"".join(hashes),
        )
    )


def _flags(row: Sequence[Any]) -> int:
    flags: int = (
        FAVOURITE * bool(row[9])
        | VIDEO * (row[3] == "video")
        | RAW * (row[3] == "raw")
        | CONFLICT * (row[7] > 0)
        | PROBLEM * bool(row[10])
        | THUMBNAIL * bool(row[8])
    )
    return flags


def key_of(content_hash: str | None) -> bytes:
    """The first 8 bytes of a content hash, the version in the URL of its derivatives; zeros if none."""
    if content_hash is None:
        return bytes(8)
    return bytes.fromhex(content_hash.removeprefix("sha256:")[:16])


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1
