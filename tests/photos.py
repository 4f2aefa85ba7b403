"""Small, quick pictures for tests: JPEGs with whatever EXIF a test wants, by an encoder of our own."""

from __future__ import annotations

import random
import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SRATIONAL = 1, 2, 3, 4, 5, 7, 10
_SIZES = {BYTE: 1, ASCII: 1, SHORT: 2, LONG: 4, RATIONAL: 8, UNDEFINED: 1, SRATIONAL: 8}
_FORMATS = {BYTE: "B", SHORT: "H", LONG: "I", RATIONAL: "II", SRATIONAL: "ii"}

Entry = tuple[int, object]  # (type, value): text, bytes, a number, numbers, or (numerator, denominator) pairs
Ifd = Mapping[int, Entry]

EXIF_POINTER, GPS_POINTER = 0x8769, 0x8825


def jpeg(
    path: str | Path,
    *,
    size: tuple[int, int] = (64, 48),
    taken: str | None = None,
    offset: str | None = None,
    gps: Sequence[float] | None = None,
    orientation: int | None = None,
    text: str | None = None,
    camera: tuple[str, str] | None = None,
    lens: str | None = None,
    rating: int | None = None,
    ifd0: Ifd | None = None,
    exif: Ifd | None = None,
    order: str = "<",
    xmp: bytes | None = None,
    colour: int | None = None,
    pad: int = 0,
) -> Path:
    """Write a JPEG and return its path.

    `size` is (width, height) as stored. `taken` is "2021-06-01T12:34:56[.121]"; `offset` "+02:00" (none:
    EXIF says no zone). `gps` is (lat, lon[, alt]). `text` is the ImageDescription. `ifd0` and `exif` add or
    replace raw entries. Each `colour` (0 ... 2**24) gives other bytes; by default it follows from the name.
    `pad` appends that many bytes after the picture, to make files large.
    """
    path = Path(path)
    described = described_ifds(
        taken=taken,
        offset=offset,
        gps=gps,
        orientation=orientation,
        text=text,
        camera=camera,
        lens=lens,
        rating=rating,
    )
    described[0].update(ifd0 or {})
    described[1].update(exif or {})
    name = path.name.encode(errors="surrogateescape")
    body = _picture(size, random.Random(name).getrandbits(24) if colour is None else colour)
    segments = b""
    if any(described):
        segments += segment(0xE1, b"Exif\0\0" + tiff(*described, order=order))
    if xmp is not None:
        segments += segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body[:2] + segments + body[2:] + b"\0" * pad)
    return path


def described_ifds(
    *,
    taken: str | None = None,
    offset: str | None = None,
    gps: Sequence[float] | None = None,
    orientation: int | None = None,
    text: str | None = None,
    camera: tuple[str, str] | None = None,
    lens: str | None = None,
    rating: int | None = None,
) -> tuple[dict[int, Entry], dict[int, Entry], dict[int, Entry]]:
    """(IFD0, Exif IFD, GPS IFD) that say these things; an empty one says nothing."""
    main: dict[int, Entry] = {}
    exif: dict[int, Entry] = {}
    position: dict[int, Entry] = {}
    if orientation is not None:
        main[0x0112] = (SHORT, orientation)
    if text is not None:
        main[0x010E] = (ASCII, text)
    if camera is not None:
        main[0x010F], main[0x0110] = (ASCII, camera[0]), (ASCII, camera[1])
    if rating is not None:
        main[0x4746] = (SHORT, rating)
    if taken is not None:
        moment, _, fraction = taken.partition(".")
        exif[0x9003] = (ASCII, moment.replace("-", ":").replace("T", " "))
        if fraction:
            exif[0x9291] = (ASCII, fraction)
    if offset is not None:
        exif[0x9011] = (ASCII, offset)
    if lens is not None:
        exif[0xA434] = (ASCII, lens)
    if gps is not None:
        lat, lon, *alt = gps
        position |= {1: (ASCII, "N" if lat >= 0 else "S"), 2: (RATIONAL, _degrees(abs(lat)))}
        position |= {3: (ASCII, "E" if lon >= 0 else "W"), 4: (RATIONAL, _degrees(abs(lon)))}
        if alt:
            position |= {5: (BYTE, int(alt[0] < 0)), 6: (RATIONAL, [(round(abs(alt[0]) * 10), 10)])}
    return main, exif, position


def tiff(
    main: Ifd, exif: Ifd | None = None, gps: Ifd | None = None, *, order: str = "<", shift: int = 0
) -> bytes:
    """A TIFF block of up to three IFDs in byte order `order` ("<" or ">").

    `shift` bytes are put before the first IFD and after every value, so that odd offsets occur.
    """
    first = 8 + shift
    pointers = [tag for tag, ifd in ((EXIF_POINTER, exif), (GPS_POINTER, gps)) if ifd]
    main = dict(main) | dict.fromkeys(pointers, (LONG, 0))
    at = first + len(_ifd(main, first, order, shift))
    blocks = []
    for tag, ifd in ((EXIF_POINTER, exif), (GPS_POINTER, gps)):
        if ifd:
            main[tag] = (LONG, at)
            blocks.append(_ifd(ifd, at, order, shift))
            at += len(blocks[-1])
    mark = b"II" if order == "<" else b"MM"
    head = mark + struct.pack(order + "HI", 42, first) + b"\0" * shift
    return b"".join((head, _ifd(main, first, order, shift), *blocks))


def segment(marker: int, payload: bytes) -> bytes:
    """One JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def _ifd(entries: Ifd, at: int, order: str, shift: int) -> bytes:
    fixed = struct.pack(order + "H", len(entries))
    values_at = at + 2 + 12 * len(entries) + 4
    values = b""
    for tag, (kind, value) in sorted(entries.items()):
        raw = _raw(kind, value, order)
        count = len(raw) // _SIZES[kind]
        if len(raw) <= 4:
            fixed += struct.pack(order + "HHI", tag, kind, count) + raw.ljust(4, b"\0")
        else:
            fixed += struct.pack(order + "HHII", tag, kind, count, values_at + len(values))
            values += raw + b"\0" * shift
    return fixed + b"\0\0\0\0" + values


def _raw(kind: int, value: object, order: str) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode() + (b"\0" if kind == ASCII else b"")
    numbers = value if isinstance(value, list | tuple) else [value]
    flat = [part for number in numbers for part in (number if isinstance(number, tuple) else (number,))]
    return struct.pack(order + _FORMATS[kind][0] * len(flat), *flat)


def _degrees(value: float) -> list[tuple[int, int]]:
    """Degrees, minutes, seconds as rationals, exact to some 3 mm."""
    whole = round(value * 3600 * 10_000)
    return [(whole // 36_000_000, 1), (whole // 600_000 % 60, 1), (whole % 600_000, 10_000)]


@lru_cache(maxsize=64)
def _plain(size: tuple[int, int], step: int) -> bytes:
    picture = Image.new("RGB", size, (step * 37 % 256, step * 91 % 256, step * 53 % 256))
    picture.paste((255 - step * 29 % 256, 200, step * 17 % 256), (0, 0, size[0] // 2, size[1] // 3))
    out = BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def _picture(size: tuple[int, int], seed: int) -> bytes:
    """A plain JPEG: its bytes differ for each seed (a comment carries it), its colours for 16 of them."""
    body = _plain(size, seed % 16)
    return body[:2] + segment(0xFE, seed.to_bytes(4, "big")) + body[2:]
