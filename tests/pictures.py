"""The common corpus of headers: kinds, byte orders, odd offsets, nonsense values; `CASES` names each one."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.photos import (
    ASCII,
    BYTE,
    RATIONAL,
    SHORT,
    SRATIONAL,
    UNDEFINED,
    Entry,
    described_ifds,
    segment,
    tiff,
)

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/>'
    b"</rdf:RDF></x:xmpmeta>"
)
FULL = described_ifds(
    taken="2021-06-01T12:34:56.121",
    offset="+02:00",
    gps=(-33.856784, 151.215297, 12.5),
    orientation=6,
    text="Möwen über der Brücke",
    camera=("Canon", "Canon EOS 6D"),
    lens="EF24-105mm f/4L IS USM",
    rating=4,
)
FULL[0].update(
    {
        0x013B: (ASCII, "Ana; Luís"),
        0x8298: (ASCII, "© Ana\0© Editor"),
        0x9C9B: (BYTE, "Tïtle\0".encode("utf-16-le")),
    }
)
FULL[1].update(
    {
        0x829A: (RATIONAL, [(1, 250)]),
        0x829D: (RATIONAL, [(28, 10)]),
        0x8827: (SHORT, [200, 100]),
        0x920A: (RATIONAL, [(50, 1)]),
        0xA405: (SHORT, 75),
    }
)


def _jpeg(order: str = "<", shift: int = 0, **ifds: dict[int, Entry]) -> bytes:
    """A JPEG with these IFDs (main, exif, gps), or with everything."""
    main, exif, gps = (ifds.get(name, {}) for name in ("main", "exif", "gps")) if ifds else FULL
    return with_segments(segment(0xE1, b"Exif\0\0" + tiff(main, exif, gps, order=order, shift=shift)))


def with_segments(segments: bytes, size: tuple[int, int] = (64, 48)) -> bytes:
    """A JPEG with these segments right behind its start."""
    body = picture("JPEG", size)
    return body[:2] + segments + body[2:]


def picture(kind: str, size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    """A plain picture of that kind, by Pillow."""
    out = BytesIO()
    mode = "RGBA" if options.pop("alpha", False) else "RGB"
    Image.new(mode, size, (200, 120, 40)).save(out, kind, **options)
    return out.getvalue()


def png(*chunks: tuple[bytes, bytes], late: bool = False) -> bytes:
    """A PNG with these chunks before its pixels, or behind them."""
    body = picture("PNG")
    at = len(body) - 12 if late else 33
    packed = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return body[:at] + packed + body[at:]


def tiff_file(order: str) -> bytes:
    """A TIFF whose IFD, with everything in it, lies behind its pixels."""
    size, pixels = (8, 6), bytes(range(144))
    main = dict(FULL[0]) | {
        0x0100: (SHORT, size[0]),
        0x0101: (SHORT, size[1]),
        0x0102: (SHORT, [8, 8, 8]),
        0x0103: (SHORT, 1),
        0x0106: (SHORT, 2),
        0x0111: (SHORT, 8),
        0x0115: (SHORT, 3),
        0x0116: (SHORT, size[1]),
        0x0117: (SHORT, len(pixels)),
        0x02BC: (BYTE, XMP),
    }
    block = bytearray(tiff(main, FULL[1], FULL[2], order=order, shift=len(pixels)))
    block[8 : 8 + len(pixels)] = pixels
    return bytes(block)


def _loop() -> bytes:
    """An EXIF pointer that points back to the first IFD."""
    block = bytearray(tiff({0x010F: (ASCII, "Nikon Corp")}, {0x9003: (ASCII, "2020:01:01 00:00:00")}))
    at = block.index(struct.pack("<HHI", 0x8769, 4, 1)) + 8
    block[at : at + 4] = struct.pack("<I", 8)
    return with_segments(segment(0xE1, b"Exif\0\0" + bytes(block)))


def _whole(tag: int, entry: Entry) -> dict[str, dict[int, Entry]]:
    return {"main": {0x010F: (ASCII, "Maker")}, "exif": dict(FULL[1]) | {tag: entry}, "gps": FULL[2]}


def _gps(**changes: Entry | None) -> dict[str, dict[int, Entry]]:
    gps = dict(FULL[2])
    for name, entry in changes.items():
        number = int(name[1:])
        gps.pop(number) if entry is None else gps.update({number: entry})
    return {"main": {}, "exif": dict(FULL[1]), "gps": gps}


# Read by our reader, by Pillow and by exiftool, to the same values.
CASES: dict[str, bytes] = {
    "little.jpg": _jpeg("<"),
    "big.jpg": _jpeg(">"),
    "odd.jpg": _jpeg("<", 1),
    "odd-big.jpg": _jpeg(">", 3),
    "plain.jpg": picture("JPEG"),
    "progressive.jpg": picture("JPEG", (120, 80), progressive=True),
    "xmp.jpg": with_segments(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)),
    "after-icc.jpg": with_segments(
        segment(0xE2, b"ICC_PROFILE\0" + b"x" * 60_000)
        + segment(0xE2, b"y" * 60_000)
        + segment(0xE1, b"Exif\0\0" + tiff(*FULL))
    ),
    "fill-bytes.jpg": with_segments(b"\xff\xff\xff" + segment(0xE1, b"Exif\0\0" + tiff(*FULL))),
    "loop.jpg": _loop(),
    "digitized.jpg": _jpeg(
        exif={0x9004: (ASCII, "2019:12:31 23:59:59"), 0x9012: (ASCII, "-03:30"), 0x9292: (ASCII, "07")},
        main={0x0112: (SHORT, 8)},
    ),
    "no-zone.jpg": _jpeg(exif={0x9003: (ASCII, "2021:06:01 12:34:56")}, main={0x0112: (SHORT, 1)}),
    "zone-z.jpg": _jpeg(exif={0x9003: (ASCII, "2021:06:01 12:34:56"), 0x9011: (ASCII, "Z")}, main={}),
    "no-day.jpg": _jpeg(**_whole(0x9003, (ASCII, "0000:00:00 00:00:00"))),
    "day-31.jpg": _jpeg(**_whole(0x9003, (ASCII, "2021:02:31 00:00:00"))),
    "year-9999.jpg": _jpeg(**_whole(0x9003, (ASCII, "9999:01:01 00:00:00"))),
    "epoch.jpg": _jpeg(**_whole(0x9003, (ASCII, "1970:01:01 00:00:00"))),
    "zone-nonsense.jpg": _jpeg(**_whole(0x9011, (ASCII, "+99:00"))),
    "exposure-0.jpg": _jpeg(**_whole(0x829A, (RATIONAL, [(0, 0)]))),
    "exposure-long.jpg": _jpeg(**_whole(0x829A, (RATIONAL, [(30, 1)]))),
    "exposure-third.jpg": _jpeg(**_whole(0x829A, (RATIONAL, [(1, 3)]))),
    "f-infinite.jpg": _jpeg(**_whole(0x829D, (RATIONAL, [(1, 0)]))),
    "focal-negative.jpg": _jpeg(**_whole(0x920A, (SRATIONAL, [(-50, 1)]))),
    "iso-65535.jpg": _jpeg(exif={0x8827: (SHORT, 65535), 0x8832: (4, 102400)}, main={0x0112: (SHORT, 1)}),
    "orientation-9.jpg": _jpeg(main={0x0112: (SHORT, 9)}),
    "rating-99.jpg": _jpeg(main={0x4746: (SHORT, 99)}),
    "rating-0.jpg": _jpeg(main={0x4746: (SHORT, 0)}),
    "lat-91.jpg": _jpeg(**_gps(t2=(RATIONAL, [(91, 1), (0, 1), (0, 1)]))),
    "lat-without-ref.jpg": _jpeg(**_gps(t1=None)),
    "null-island.jpg": _jpeg(**_gps(t2=(RATIONAL, [(0, 1)] * 3), t4=(RATIONAL, [(0, 1)] * 3))),
    "below-sea.jpg": _jpeg(**_gps(t5=(BYTE, 1))),
    "no-altitude.jpg": _jpeg(**_gps(t5=None, t6=None)),
    "camera-talk.jpg": _jpeg(main={0x010E: (ASCII, "OLYMPUS DIGITAL CAMERA         ")}),
    "comment.jpg": _jpeg(exif={0x9286: (UNDEFINED, b"ASCII\0\0\0Seen from the ferry")}),
    "comment-unicode.jpg": _jpeg(exif={0x9286: (UNDEFINED, b"UNICODE\0" + "Fähre".encode("utf-16-le"))}),
    "numbers-as-text.jpg": _jpeg(main={0x010F: (ASCII, "123"), 0x0110: (ASCII, "1.10")}),
    "plain.png": picture("PNG"),
    "exif.png": png((b"eXIf", tiff(*FULL, order=">"))),
    "late.png": png((b"eXIf", tiff(*FULL)), (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP), late=True),
    "packed.png": png((b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(XMP))),
    "lossy.webp": picture("WEBP", (61, 47)),
    "lossless.webp": picture("WEBP", (61, 47), lossless=True),
    "alpha.webp": picture("WEBP", (61, 47), alpha=True),
    "exif.webp": picture("WEBP", (61, 47), exif=tiff(*FULL), xmp=XMP),
    "little.tif": tiff_file("<"),
    "big.tif": tiff_file(">"),
    "plain.gif": picture("GIF"),
}

# Damaged: (bytes, the words of its problem).
DAMAGED: dict[str, tuple[bytes, str]] = {
    "empty.jpg": (b"", "empty"),
    "text.jpg": (b"This is no picture, only named like one.\n", "not a JPEG although named .jpg"),
    "zeros.png": (b"\0" * 4096, "not a PNG although named .png"),
    "stub.jpg": (b"\xff\xd8\xff", "cut off: it ends inside its header"),
    "header.jpg": (CASES["little.jpg"][:200], "cut off: it ends inside its header"),
    "half.jpg": (picture("JPEG", (300, 200))[:-300], "cut off: the picture's data ends early"),
    "derailed.jpg": (CASES["plain.jpg"][:4] + b"\0\1" + CASES["plain.jpg"][6:], "damaged at byte"),
    "cut.png": (CASES["exif.png"][:-30], "cut off: its last chunk is missing"),
    "cut.webp": (CASES["exif.webp"][:-40], "cut off: it is shorter than its header says"),
    "bare.tif": (b"II*\0\x08\0\0\0", "damaged: its header gives no size"),
}


def write(folder: Path, files: dict[str, bytes]) -> list[Path]:
    """The files, written; their paths in order."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files]
