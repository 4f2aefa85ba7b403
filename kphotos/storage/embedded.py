"""What a picture's own bytes say of it: size, orientation, moment, place, camera."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from kphotos.storage import exif, headers, tiff
from kphotos.storage.headers import Header, Source

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_NAMED = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), "JPEG"),
    **dict.fromkeys((".tif", ".tiff"), "TIFF"),
    ".png": "PNG",
    ".webp": "WebP",
    ".heic": "HEIC",
    ".gif": "GIF",
    ".avif": "AVIF",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """What a file says of itself; None where it says nothing, or nothing that can be true."""

    mime: str | None = None  # by content; None: no kind that is known
    width: int | None = None  # as stored, before orientation
    height: int | None = None
    orientation: int = 1  # EXIF's 1 ... 8
    taken_local: str | None = None  # "2021-06-01T12:34:56[.121]", or a date alone; no zone in it
    taken_offset: str | None = None  # "+02:00"; None is unknown, not UTC
    taken_source: str | None = None  # "exif" if taken_local came from it
    make: str | None = None
    model: str | None = None
    lens: str | None = None
    exposure_time: float | None = None  # seconds
    f_number: float | None = None
    iso: int | None = None
    focal_length: float | None = None  # millimetres
    focal_length_35mm: float | None = None
    lat: float | None = None  # degrees, WGS 84, 6 decimals
    lon: float | None = None
    alt: float | None = None  # metres above the sea, 1 decimal
    title: str | None = None
    description: str | None = None
    artist: str | None = None
    copyright: str | None = None
    rating: int | None = None  # 0 ... 5
    duration: float | None = None  # seconds, of a video
    xmp: bytes | None = None  # the XMP packet inside the file, unparsed
    problem: str | None = (
        None  # why (part of) the file cannot be read: the end of the sentence "The file is ..."
    )
    complete: bool = True  # False: exiftool would find more in this kind of file

    @property
    def exposure(self) -> str | None:
        """The exposure time as photographers write it: "1/250", "0.5", "30"."""
        seconds = self.exposure_time
        if seconds is None:
            return None
        return f"1/{1 / seconds:.0f}" if seconds < 0.25001 else f"{seconds:.1f}".removesuffix(".0")


def read(path: str | bytes | Path) -> Embedded:
    """What the file at `path` says of itself.

    Reads 64 KB, more only where the header points further, 1 MB at most. Damage is a `problem`, and so is a
    file that may not be opened or is no regular file; a file that is not there raises FileNotFoundError.
    """
    suffix = os.path.splitext(os.fsdecode(path))[1].lower()  # noqa: PTH122 - a Path costs more than all the rest
    try:
        fd = os.open(path, _FLAGS)
    except FileNotFoundError:
        raise
    except OSError as error:
        return Embedded(problem=f"not readable: {error.strerror}")
    try:
        return read_open(fd, suffix)
    finally:
        os.close(fd)


def read_open(fd: int, suffix: str = "") -> Embedded:
    """As `read`, of an open file; its position does not matter and is not moved."""
    try:
        about = os.fstat(fd)
        if not stat.S_ISREG(about.st_mode):
            return Embedded(problem="no regular file")
        return _parse(Source(os.pread(fd, headers.HEAD, 0), about.st_size, fd), suffix)
    except OSError as error:
        return Embedded(problem=f"not readable: {error.strerror}")


def parse(data: bytes, suffix: str = "") -> Embedded:
    """What these bytes, a whole file, say; `suffix` (".jpg") is what the file is named."""
    return _parse(Source(data, len(data)), suffix.lower())


def _parse(source: Source, suffix: str) -> Embedded:
    if not source.head:
        return Embedded(problem="empty")
    header = headers.look(source, suffix)
    if header is None:
        named = _NAMED.get(suffix)
        return Embedded(problem=f"not a {named} although named {suffix}" if named else "of no known kind")
    ifds = tiff.read(header.exif, exif.WANTED) if header.exif else None
    if ifds and tiff.order_of(source.head):
        header = _of_tiff(header, ifds[0])
    found = Embedded(
        mime=header.mime,
        width=header.width or None,
        height=header.height or None,
        xmp=header.xmp,
        problem=header.problem,
        complete=header.complete,
        **(exif.values(ifds) if ifds else exif.Values()),
    )
    if found.problem is None and found.complete and not (found.width and found.height):
        return replace(found, problem="damaged: its header gives no size")
    return found


def _of_tiff(header: Header, main: tiff.Tags) -> Header:
    """A TIFF file's own size and XMP; a RAW's first picture is only a thumbnail, its size says nothing."""
    packet = main.get(exif.XMP_PACKET)
    header = replace(header, xmp=packet.data if packet else None)
    if not header.complete:
        return header
    sizes = [int(raw.number() or 0) if (raw := main.get(tag)) else 0 for tag in (exif.WIDTH, exif.HEIGHT)]
    return replace(header, width=sizes[0], height=sizes[1])
