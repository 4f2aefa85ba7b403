"""Reads the wanted tags out of a TIFF block, as it lies in EXIF segments and in TIFF files themselves.

Source: TIFF 6.0 and EXIF 3.0 (CIPA DC-008). Only IFD0 and the two IFDs it points to are visited, each once,
so no chain of IFDs, however it loops, is ever followed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import NamedTuple

Fetch = Callable[[int, int], bytes]  # (offset, count) -> up to count bytes; fewer where the file ends
Tags = Mapping[int, "Raw"]

EXIF_IFD, GPS_IFD = 0x8769, 0x8825
_MOST_BYTES = 65_536  # of one text or number list: more is no metadata a person sees
_SIZES = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4)
_FORMATS = ("", "B", "s", "H", "I", "II", "b", "s", "h", "i", "ii", "f", "d", "I")
_ASCII, _UNDEFINED = 2, 7
_ENTRY = {"<": struct.Struct("<HHI4s"), ">": struct.Struct(">HHI4s")}
_LONG = {"<": struct.Struct("<I"), ">": struct.Struct(">I")}


class Raw(NamedTuple):
    """One tag's value as it lies in the block."""

    order: str
    kind: int
    data: bytes

    def text(self) -> str | None:
        """The text before the first NUL, trimmed; None if nothing is left.

        EXIF says ASCII; UTF-8 is what is written, Latin-1 what old programs wrote.
        """
        if self.kind not in (1, _ASCII, _UNDEFINED):
            return None
        data = self.data.partition(b"\0")[0]
        try:
            return data.decode().strip() or None
        except UnicodeDecodeError:
            return data.decode("latin-1").strip() or None

    def numbers(self) -> tuple[float | None, ...]:
        """Every number of the value; None for a rational over zero."""
        if self.kind in (_ASCII, _UNDEFINED):
            return ()
        one = _FORMATS[self.kind]
        found = struct.unpack(
            f"{self.order}{len(self.data) // _SIZES[self.kind] * len(one)}{one[0]}", self.data
        )
        if len(one) == 1:
            return found
        return tuple(top / under if under else None for top, under in zip(found[::2], found[1::2]))

    def number(self) -> float | None:
        """The first number, None if there is none."""
        if self.kind == 3:  # A short, by far the most frequent.
            return int.from_bytes(self.data[:2], "little" if self.order == "<" else "big")
        return next(iter(self.numbers()), None)


def order_of(head: bytes) -> str | None:
    """The byte order that the first four bytes of a TIFF block declare, None if they are not TIFF's."""
    return {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])


def read(fetch: Fetch, wanted: Mapping[int, frozenset[int]]) -> dict[int, Tags] | None:
    """The wanted tags of IFD0 (key 0) and the IFDs it points to (keys EXIF_IFD, GPS_IFD).

    `wanted` names the tags for each of those keys. A tag whose value is cut off or of a false type is left
    out; None means that this is no TIFF block at all.
    """
    head = fetch(0, 8)
    order = order_of(head)
    if order is None or len(head) < 8:
        return None
    found: dict[int, Tags] = {
        0: _ifd(fetch, order, _LONG[order].unpack_from(head, 4)[0], wanted[0] | {EXIF_IFD, GPS_IFD})
    }
    for pointer in (EXIF_IFD, GPS_IFD):
        at = found[0].get(pointer)
        if at is not None and len(at.data) == 4:
            found[pointer] = _ifd(fetch, order, _LONG[order].unpack(at.data)[0], wanted[pointer])
    return found


def _ifd(fetch: Fetch, order: str, at: int, wanted: frozenset[int]) -> dict[int, Raw]:
    count = int.from_bytes(fetch(at, 2), "little" if order == "<" else "big")
    block = fetch(at + 2, 12 * count)
    tags: dict[int, Raw] = {}
    for tag, kind, number, value in _ENTRY[order].iter_unpack(block[: len(block) // 12 * 12]):
        if tag not in wanted or not 0 < kind < 14:
            continue
        length = number * _SIZES[kind]
        if length <= 4:
            data = value[:length]
        elif length <= _MOST_BYTES:
            data = fetch(_LONG[order].unpack(value)[0], length)
        else:
            continue
        if len(data) == length:
            tags.setdefault(tag, Raw(order, kind, data))
    return tags
