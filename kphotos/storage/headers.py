"""Finds size, EXIF block and XMP packet in JPEG, PNG, WebP and TIFF headers; knows other kinds by sight.

Sources: ITU T.81 (JPEG), PNG 3rd edition, RFC 9649 (WebP). A kind follows from the content, never from the
name; only which TIFF is some maker's RAW does the suffix decide, since nothing else tells them apart.
"""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass, field

from kphotos.storage import tiff

HEAD = 65_536  # bytes read at once
MOST = 1_048_576  # bytes read of one file in all
_MOST_READS = 4_096  # of one file: each jumps to a chunk far behind
_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset((0x01, *range(0xD0, 0xD8)))
_PNG_XMP = b"XML:com.adobe.xmp\0"

_MAKERS = {
    "sony": ("arw", "sr2", "srf"),
    "canon": ("cr2",),
    "nikon": ("nef", "nrw"),
    "adobe": ("dng",),
    "pentax": ("pef",),
    "samsung": ("srw",),
    "hasselblad": ("3fr",),
    "phaseone": ("iiq",),
    "leica": ("rwl",),
    "kodak": ("dcr", "kdc"),
    "epson": ("erf",),
    "mamiya": ("mef",),
    "leaf": ("mos",),
}
_TIFF_RAWS = {f".{suffix}": f"{maker}-{suffix}" for maker, suffixes in _MAKERS.items() for suffix in suffixes}
_SIGHTS = (
    (0, b"GIF8", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"8BPS", "image/vnd.adobe.photoshop"),
    (0, b"\xff\x0a", "image/jxl"),
    (4, b"JXL \r\n\x87\n", "image/jxl"),
    (4, b"jP  \r\n\x87\n", "image/jp2"),
    (0, b"FUJIFILMCCD-RAW", "image/x-fuji-raf"),
    (0, b"IIRO", "image/x-olympus-orf"),
    (0, b"IIRS", "image/x-olympus-orf"),
    (0, b"MMOR", "image/x-olympus-orf"),
    (0, b"IIU\0", "image/x-panasonic-rw2"),
    (0, b"FOVb", "image/x-sigma-x3f"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
    (8, b"AVI LIST", "video/x-msvideo"),
    (0, b"\x00\x00\x01\xba", "video/mpeg"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
)
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    b"crx ": "image/x-canon-cr3",
    b"qt  ": "video/quicktime",
}


@dataclass(frozen=True, slots=True)
class Header:
    """What a header holds, uninterpreted."""

    mime: str
    width: int = 0
    height: int = 0
    exif: tiff.Fetch | None = field(default=None, repr=False)
    xmp: bytes | None = None
    problem: str | None = None
    complete: bool = True  # False: exiftool would find more


@dataclass(slots=True)
class Source:
    """A file read by position: its head at once, further pieces when asked for, until a budget is used up."""

    head: bytes
    size: int
    fd: int | None = None
    _bytes: int = MOST - HEAD
    _reads: int = _MOST_READS

    def get(self, at: int, count: int) -> bytes:
        """Up to `count` bytes from `at`; fewer where the file or the budget ends."""
        if at + count <= len(self.head):
            return self.head[at : at + count]
        if at >= self.size or self.fd is None or count > self._bytes or not self._reads:
            return self.head[at : at + count]
        self._bytes -= count
        self._reads -= 1
        return os.pread(self.fd, count, at)


def look(source: Source, suffix: str = "") -> Header | None:
    """The header of whatever the content is; None for a kind that is not known."""
    head = source.head
    if head.startswith(b"\xff\xd8\xff"):
        return _jpeg(source)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(source)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp(source)
    if tiff.order_of(head):
        raw = "canon-cr2" if head[8:10] == b"CR" else _TIFF_RAWS.get(suffix)
        return Header(f"image/x-{raw}" if raw else "image/tiff", exif=source.get, complete=raw is None)
    if head[4:8] == b"ftyp":
        return Header(_BRANDS.get(head[8:12], "video/mp4"), complete=False)
    if head.startswith(b"GIF8"):
        return Header("image/gif", int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little"))
    return next(
        (Header(mime, complete=False) for at, mark, mime in _SIGHTS if head.startswith(mark, at)), None
    )


def _jpeg(source: Source) -> Header:
    at, width, height = 2, 0, 0
    exif: bytes | None = None
    xmp: bytes | None = None
    problem = None
    while True:
        start = source.get(at, 4)
        if len(start) < 4 or start[0] != 0xFF:
            problem = "cut off: it ends inside its header" if len(start) < 4 else f"damaged at byte {at}"
            break
        marker = start[1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in (0xDA, 0xD9):
            break
        length = start[2] << 8 | start[3]
        if marker == 0xE1 and exif is None and source.get(at + 4, 6) == _EXIF:
            exif = source.get(at + 10, length - 8)
        elif marker == 0xE1 and xmp is None and source.get(at + 4, 29) == _XMP:
            xmp = source.get(at + 33, length - 31)
        elif marker in _FRAMES:
            size = source.get(at + 5, 4)
            height, width = int.from_bytes(size[:2], "big"), int.from_bytes(size[2:], "big")
        at += 2 + length
    # Of a file read whole, the end mark can be looked for; of a larger one the decoder will tell.
    if problem is None and len(source.head) == source.size and source.head.rfind(b"\xff\xd9", at) < 0:
        problem = "cut off: the picture's data ends early"
    return Header("image/jpeg", width, height, _fetch(exif), xmp, problem)


def _png(source: Source) -> Header:
    start = source.get(16, 8)
    width, height = int.from_bytes(start[:4], "big"), int.from_bytes(start[4:], "big")
    at, kind = 8, b""
    exif = xmp = None
    while kind != b"IEND" and at + 12 <= source.size:
        start = source.get(at, 8)
        if len(start) < 8:  # So many chunks that the budget is used up: no fault of the file.
            return Header("image/png", width, height, _fetch(exif), xmp)
        length, kind = int.from_bytes(start[:4], "big"), start[4:]
        if kind == b"eXIf" and exif is None:
            exif = source.get(at + 8, length)
        elif kind == b"iTXt" and xmp is None and source.get(at + 8, 18) == _PNG_XMP:
            xmp = _international_text(source.get(at + 26, length - 18))
        at += 12 + length
    problem = None if kind == b"IEND" else "cut off: its last chunk is missing"
    return Header("image/png", width, height, _fetch(exif), xmp, problem)


def _international_text(body: bytes) -> bytes | None:
    """The text of an iTXt chunk behind its keyword: compression, language, translated keyword, text."""
    text = body[2:].split(b"\0", 2)[-1]
    if body[:1] != b"\x01":
        return text
    try:  # A few bytes may claim gigabytes.
        return zlib.decompressobj().decompress(text, MOST)
    except zlib.error:
        return None


def _webp(source: Source) -> Header:
    width = height = 0
    exif = xmp = None
    at, end = 12, int.from_bytes(source.head[4:8], "little") + 8
    while at + 8 <= min(end, source.size):
        start = source.get(at, 8)
        kind, length = start[:4], int.from_bytes(start[4:], "little")
        if len(start) < 8:
            break
        if not width and kind in (b"VP8X", b"VP8 ", b"VP8L"):
            width, height = _webp_size(kind, source.get(at + 8, 10))
        elif kind == b"EXIF":
            exif = source.get(at + 8, length).removeprefix(_EXIF)
        elif kind == b"XMP ":
            xmp = source.get(at + 8, length)
        at += 8 + length + length % 2
    problem = "cut off: it is shorter than its header says" if end > source.size else None
    return Header("image/webp", width, height, _fetch(exif), xmp, problem)


def _webp_size(kind: bytes, body: bytes) -> tuple[int, int]:
    if kind == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF


def _fetch(block: bytes | None) -> tiff.Fetch | None:
    if block is None:
        return None

    def fetch(at: int, count: int) -> bytes:
        return block[at : at + count]

    return fetch
