"""exiftool's words for what a file says, brought to the same values as those of our own reader."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from kphotos.storage import exif
from kphotos.storage.embedded import Embedded

# Everything that is ever asked of exiftool: fixed words, none of them from data.
TAGS = (
    "-File:MIMEType",
    "-ImageWidth",
    "-ImageHeight",
    "-EXIF:Orientation",
    "-EXIF:DateTimeOriginal",
    "-EXIF:SubSecTimeOriginal",
    "-EXIF:OffsetTimeOriginal",
    "-EXIF:CreateDate",
    "-EXIF:SubSecTimeDigitized",
    "-EXIF:OffsetTimeDigitized",
    "-QuickTime:CreationDate",
    "-QuickTime:CreateDate",
    "-QuickTime:Duration",
    "-QuickTime:Make",
    "-QuickTime:Model",
    "-EXIF:Make",
    "-EXIF:Model",
    "-EXIF:LensModel",
    "-MakerNotes:LensModel",
    "-EXIF:ExposureTime",
    "-EXIF:FNumber",
    "-EXIF:ISO",
    "-EXIF:RecommendedExposureIndex",
    "-EXIF:FocalLength",
    "-EXIF:FocalLengthIn35mmFormat",
    "-Composite:GPSLatitude",
    "-Composite:GPSLongitude",
    "-Composite:GPSAltitude",
    "-EXIF:XPTitle",
    "-EXIF:ImageDescription",
    "-EXIF:UserComment",
    "-EXIF:Artist",
    "-EXIF:Copyright",
    "-EXIF:Rating",
    "-XMP",
    "-Error",
    "-Warning",
)
Answer = Mapping[str, str]  # "EXIF:Make" -> text; numbers, too, are still text


def embedded(answer: Answer) -> Embedded:
    """The values of one file out of exiftool's JSON (groups named, numbers not made pretty)."""
    mime = _text(answer, "File:MIMEType")
    duration = _number(answer, "QuickTime:Duration")
    return Embedded(
        mime=mime,
        width=_size(answer, "ImageWidth"),
        height=_size(answer, "ImageHeight"),
        duration=round(duration, 3) if duration is not None and 0 < duration < 1e6 else None,
        xmp=_bytes(answer.get("XMP:XMP")),
        problem=_problem(mime, _text(answer, "ExifTool:Error")),
        **_taken(answer),
        **exif.position(
            _number(answer, "Composite:GPSLatitude"),
            _number(answer, "Composite:GPSLongitude"),
            _number(answer, "Composite:GPSAltitude"),
        ),
        orientation=exif.orientation(_number(answer, "EXIF:Orientation")),
        make=_text(answer, "EXIF:Make") or _text(answer, "QuickTime:Make"),
        model=_text(answer, "EXIF:Model") or _text(answer, "QuickTime:Model"),
        lens=_text(answer, "EXIF:LensModel") or _text(answer, "MakerNotes:LensModel"),
        exposure_time=exif.measure(_number(answer, "EXIF:ExposureTime")),
        f_number=exif.measure(_number(answer, "EXIF:FNumber")),
        iso=exif.sensitivity(_number(answer, "EXIF:ISO"), _number(answer, "EXIF:RecommendedExposureIndex")),
        focal_length=exif.measure(_number(answer, "EXIF:FocalLength")),
        focal_length_35mm=exif.measure(_number(answer, "EXIF:FocalLengthIn35mmFormat")),
        title=_text(answer, "EXIF:XPTitle"),
        description=exif.description(
            _text(answer, "EXIF:ImageDescription"), _text(answer, "EXIF:UserComment")
        ),
        artist=_text(answer, "EXIF:Artist"),
        copyright=_text(answer, "EXIF:Copyright"),
        rating=exif.stars(_number(answer, "EXIF:Rating")),
    )


def _taken(answer: Answer) -> exif.Taken:
    """EXIF's moment, else a video's: Apple's CreationDate is local with zone, QuickTime's CreateDate UTC."""
    own = exif.taken(
        (
            _text(answer, "EXIF:DateTimeOriginal"),
            _text(answer, "EXIF:SubSecTimeOriginal"),
            _text(answer, "EXIF:OffsetTimeOriginal"),
        ),
        (
            _text(answer, "EXIF:CreateDate"),
            _text(answer, "EXIF:SubSecTimeDigitized"),
            _text(answer, "EXIF:OffsetTimeDigitized"),
        ),
    )
    if own.get("taken_local"):
        return own
    video = exif.taken(
        (_text(answer, "QuickTime:CreationDate"), None, None),
        (_text(answer, "QuickTime:CreateDate"), None, "Z"),
    )
    return {**video, "taken_source": "quicktime"} if video.get("taken_local") else own


def _bytes(value: str | None) -> bytes | None:
    """exiftool packs what is not UTF-8 as base64."""
    if value is None or not value.startswith("base64:"):
        return value.encode() if value else None
    try:
        return base64.b64decode(value.removeprefix("base64:"), validate=True)
    except binascii.Error:
        return value.encode()


def _text(answer: Answer, tag: str) -> str | None:
    data = _bytes(answer.get(tag))
    if data is None:
        return None
    try:
        return data.decode().strip() or None
    except UnicodeDecodeError:
        return data.decode("latin-1").strip() or None


def _number(answer: Answer, tag: str) -> float | None:
    """The first number of the value: a list of them is parted by spaces."""
    try:
        return float(answer.get(tag, "").split()[0])
    except (IndexError, ValueError):
        return None


def _size(answer: Answer, name: str) -> int | None:
    """Width or height, from whichever group knows it."""
    tag = next((tag for tag in answer if tag.endswith(f":{name}")), "")
    number = _number(answer, tag)
    return int(number) if number is not None and 0 < number < 2**31 else None


def _problem(mime: str | None, error: str | None) -> str | None:
    if error is not None:
        return f"not understood by exiftool: {error[:1].lower()}{error[1:200]}"
    return (
        None
        if mime is None or mime.startswith(("image/", "video/"))
        else f"no picture and no video, but {mime}"
    )
