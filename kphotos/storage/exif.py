"""What EXIF values mean: one set of rules for both readers, so that they cannot disagree.

A value that cannot be true (0/0, NaN, latitude 91, year 0000) is dropped; the rest of the picture stays.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from kphotos.storage import tiff
from kphotos.storage.tiff import EXIF_IFD, GPS_IFD, Raw

WIDTH, HEIGHT, XMP_PACKET = 0x0100, 0x0101, 0x02BC
WANTED: Mapping[int, frozenset[int]] = {
    0: frozenset((0x010E, 0x010F, 0x0110, 0x0112, 0x013B, 0x8298, 0x4746, 0x9C9B, WIDTH, HEIGHT, XMP_PACKET)),
    EXIF_IFD: frozenset((0x829A, 0x829D, 0x8827, 0x8832, 0x920A, 0xA405, 0xA434))  # the exposure
    | frozenset((0x9003, 0x9004, 0x9011, 0x9012, 0x9286, 0x9291, 0x9292)),  # the moment, the comment
    GPS_IFD: frozenset((1, 2, 3, 4, 5, 6)),
}
Number = float | None

# What cameras write into ImageDescription on every frame: nobody's words.
_CAMERA_TALK = re.compile(
    r"((OLYMPUS|(KONICA )?MINOLTA|SAMSUNG|KODAK) )?DIGITAL CAMERA|SONY DSC|DCIM\\.*|Exif_JPEG_PICTURE",
    re.IGNORECASE,
)
_FIRST_YEAR, _LAST_YEAR = 1800, 2199
_EPOCHS = (datetime(1970, 1, 1), datetime(1904, 1, 1))  # noqa: DTZ001 - a clock that was never set
_MOMENT = re.compile(
    r"(\d{4})[:/-](\d\d)[:/-](\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?\s*([+-]\d\d:?\d\d|Z)?"
)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d\d)")


class Taken(TypedDict, total=False):
    """When the shutter opened: local time and zone are separate things, and no zone is not UTC."""

    taken_local: str | None  # "2021-06-01T12:34:56[.121]", or "2021-06-01" where only the day is known
    taken_offset: str | None  # "+02:00", None where the camera did not say
    taken_source: str | None  # "exif", None where nothing is known


class Position(TypedDict, total=False):
    """WGS 84: degrees to 6 decimals, metres above the sea to one."""

    lat: float | None
    lon: float | None
    alt: float | None


class Values(Taken, Position, total=False):
    """What a picture says of itself; a member is absent, or None, where it says nothing."""

    orientation: int
    make: str | None
    model: str | None
    lens: str | None
    exposure_time: float | None  # seconds
    f_number: float | None
    iso: int | None
    focal_length: float | None  # millimetres
    focal_length_35mm: float | None
    title: str | None
    description: str | None
    artist: str | None
    copyright: str | None
    rating: int | None


def values(ifds: Mapping[int, tiff.Tags]) -> Values:
    """The meaning of the tags that `tiff.read` found."""
    main, exif, gps = ifds.get(0, {}), ifds.get(EXIF_IFD, {}), ifds.get(GPS_IFD, {})
    return Values(
        **taken(
            (_text(exif, 0x9003), _text(exif, 0x9291), _text(exif, 0x9011)),
            (_text(exif, 0x9004), _text(exif, 0x9292), _text(exif, 0x9012)),
        ),
        **(_position(gps) if gps else {}),
        orientation=orientation(_number(main, 0x0112)),
        make=_text(main, 0x010F),
        model=_text(main, 0x0110),
        lens=_text(exif, 0xA434),
        exposure_time=measure(_number(exif, 0x829A)),
        f_number=measure(_number(exif, 0x829D)),
        iso=sensitivity(_number(exif, 0x8827), _number(exif, 0x8832)),
        focal_length=measure(_number(exif, 0x920A)),
        focal_length_35mm=measure(_number(exif, 0xA405)),
        title=_utf16(main.get(0x9C9B)),
        description=description(_text(main, 0x010E), _comment(exif.get(0x9286))),
        artist=_text(main, 0x013B),
        copyright=_copyright(main.get(0x8298)),
        rating=stars(_number(main, 0x4746)),
    )


def taken(*moments: tuple[str | None, str | None, str | None]) -> Taken:
    """The first possible moment of (date and time, sub-seconds, zone) as EXIF writes them."""
    for written, fraction, zone in moments:
        found = _MOMENT.match(written) if written else None
        local = _local(found, fraction) if found else None
        if found and local:
            return Taken(
                taken_local=local, taken_offset=offset(zone) or offset(found[8]), taken_source="exif"
            )
    return Taken(taken_local=None, taken_offset=None, taken_source=None)


def offset(written: str | None) -> str | None:
    """A zone as "+02:00", None if there is none that exists on earth."""
    if not written:
        return None
    if written == "Z":
        return "+00:00"
    found = _OFFSET.fullmatch(written)
    if not found or int(found[2]) > 14 or int(found[3]) > 59:
        return None
    return f"{found[1]}{found[2]:0>2}:{found[3]}"


def position(lat: Number, lon: Number, alt: Number) -> Position:
    """A place on earth, or nothing; exactly 0, 0 is what receivers without a fix write."""
    if lat is None or lon is None or not (abs(lat) <= 90 and abs(lon) <= 180) or (lat == 0 == lon):
        return Position(lat=None, lon=None, alt=None)
    if alt is not None and not abs(alt) < 100_000:
        alt = None
    return Position(lat=round(lat, 6), lon=round(lon, 6), alt=None if alt is None else round(alt, 1))


def _position(gps: tiff.Tags) -> Position:
    return position(
        _degrees(gps.get(2), _text(gps, 1), "NS"),
        _degrees(gps.get(4), _text(gps, 3), "EW"),
        _altitude(gps.get(6), _number(gps, 5)),
    )


def orientation(number: Number) -> int:
    """1 ... 8; anything else is 1, upright."""
    return int(number) if number is not None and number in range(1, 9) else 1


def stars(number: Number) -> int | None:
    """0 ... 5 stars."""
    return int(number) if number is not None and number in range(6) else None


def measure(number: Number) -> float | None:
    """A positive, finite quantity, to nine digits (both readers divide the same fractions)."""
    if number is None or not 0 < number < math.inf:
        return None
    return float(f"{number:.9g}")


def sensitivity(iso: Number, recommended: Number) -> int | None:
    """ISO; 65535 says that the true number did not fit and stands in the other tag."""
    number = recommended if iso == 65_535 else iso
    return int(number) if number is not None and 0 < number < 2**31 else None


def description(*texts: str | None) -> str | None:
    """The first text that a person may have written."""
    return next((text for text in texts if text and not _CAMERA_TALK.fullmatch(text)), None)


def _local(found: re.Match[str], fraction: str | None) -> str | None:
    year, month, day, hour, minute, second, inline = found.groups()[:7]
    try:
        moment = datetime(  # noqa: DTZ001 - the local time of an unknown zone is exactly what EXIF gives
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)
        )
    except ValueError:
        return None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR or (moment in _EPOCHS and hour):
        return None
    if hour is None:
        return f"{year}-{month}-{day}"
    digits = (fraction or inline or "").strip()
    part = f".{digits[:3]:0<3}" if digits.isascii() and digits.isdigit() else ""
    return f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}{part}"


def _number(tags: tiff.Tags, tag: int) -> Number:
    raw = tags.get(tag)
    return raw.number() if raw else None


def _text(tags: tiff.Tags, tag: int) -> str | None:
    raw = tags.get(tag)
    return raw.text() if raw else None


def _degrees(raw: Raw | None, reference: str | None, letters: str) -> Number:
    """Signed degrees; None without hemisphere, since a guess would be 50 % wrong."""
    if raw is None or not reference or reference[0].upper() not in letters:
        return None
    parts = raw.numbers()[:3]
    if not parts or None in parts:
        return None
    degrees = sum((part or 0.0) / 60.0**power for power, part in enumerate(parts))
    return -degrees if reference[0].upper() == letters[1] else degrees


def _altitude(raw: Raw | None, reference: Number) -> Number:
    metres = raw.number() if raw else None
    return -metres if metres is not None and reference in (1, 3) else metres


def _utf16(raw: Raw | None) -> str | None:
    """The text of a tag of Windows' Explorer."""
    if raw is None:
        return None
    return raw.data.decode("utf-16-le", "replace").partition("\0")[0].strip() or None


def _comment(raw: Raw | None) -> str | None:
    """EXIF's UserComment, if it is text and not a maker's bytes."""
    if raw is None or len(raw.data) <= 8:
        return None
    code, data = raw.data[:8], raw.data[8:]
    if code.startswith(b"UNICODE"):
        text = data.decode("utf-16-le" if raw.order == "<" else "utf-16-be", "replace")
    elif code in (b"ASCII\0\0\0", b"\0" * 8):
        text = data.decode("utf-8", "replace")
    else:
        return None
    text = text.partition("\0")[0].strip()
    is_text = all(char.isprintable() or char in "\n\r\t" for char in text) and "\ufffd" not in text
    return text if text and is_text else None


def _copyright(raw: Raw | None) -> str | None:
    """The photographer's notice and the editor's, one a line; EXIF parts them by NUL."""
    if raw is None:
        return None
    parts = (Raw(raw.order, raw.kind, part).text() for part in raw.data.split(b"\0")[:2])
    return "\n".join(part for part in parts if part) or None
