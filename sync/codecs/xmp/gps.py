"""Positions: XMP's degrees and minutes, seconds, Apple's decimal degrees with a Ref, altitude."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

_XMP = re.compile(
    r"^\s*(\d{1,3})\s*,\s*(\d{1,2}(?:\.\d+)?)(?:\s*,\s*(\d{1,2}(?:\.\d+)?))?\s*([NSEW])\s*$",
    re.IGNORECASE | re.ASCII,
)
_DECIMAL = re.compile(r"^\s*([+-]?\d{1,3}(?:\.\d+)?)\s*([NSEW])?\s*$", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"^\s*([+-]?\d{1,15}(?:\.\d+)?)\s*(?:/\s*(\d{1,15}))?\s*$", re.ASCII)


def degrees(text: str, ref: str, farthest: int) -> float | None:
    """`48,51.504N`, `48,51,30.24N`, `48.8584` with Ref `N`, `-2.29`: signed degrees, 6 decimals.

    `ref` is the value of the Ref property beside it, or empty. None for anything else, or beyond
    `farthest` degrees.
    """
    match = _XMP.match(text)
    if match:
        whole, minutes, seconds, side = match.groups()
        value = int(whole) + float(minutes) / 60 + float(seconds or 0) / 3600
        if float(minutes) >= 60 or float(seconds or 0) >= 60:
            return None
    else:
        match = _DECIMAL.match(text)
        if match is None:
            return None
        value, side = float(match.group(1)), match.group(2) or ref.strip()[:1]
    value = -abs(value) if side.upper() in ("S", "W") else value
    return round(value, 6) + 0.0 if abs(value) <= farthest else None


def altitude(text: str, ref: str) -> float | None:
    """`355/10` or `35.5`, with Ref `1` for below the sea: metres, 1 decimal."""
    match = _NUMBER.match(text)
    if match is None or (match.group(2) is not None and int(match.group(2)) == 0):
        return None
    value = float(match.group(1)) / int(match.group(2) or 1)
    if not math.isfinite(value) or abs(value) > 100_000:
        return None
    return round(-abs(value) if ref.strip() == "1" else value, 1) + 0.0


def position(texts: Mapping[str, str]) -> dict[str, float | None] | None:
    """`{"lat", "lon", "alt"}` out of the texts of exif:GPS*, by local name. None without a place."""
    lat = degrees(texts.get("GPSLatitude", ""), texts.get("GPSLatitudeRef", ""), 90)
    lon = degrees(texts.get("GPSLongitude", ""), texts.get("GPSLongitudeRef", ""), 180)
    if lat is None or lon is None:
        return None
    return {
        "lat": lat,
        "lon": lon,
        "alt": altitude(texts.get("GPSAltitude", ""), texts.get("GPSAltitudeRef", "")),
    }


def coordinate(value: float, sides: str) -> str:
    """Degrees as `DDD,MM.mmmmmmK`; `sides` is `NS` or `EW`. Six decimals of a minute are 2 mm."""
    micro = round(abs(value) * 60_000_000)
    whole, minutes = divmod(micro, 60_000_000)
    return f"{whole},{minutes // 1_000_000}.{minutes % 1_000_000:06}{sides[value < 0]}"


def metres(value: float) -> tuple[str, str]:
    """An altitude as XMP's rational and its Ref (`1` is below the sea)."""
    return f"{round(abs(value) * 10)}/10", "1" if value < 0 else "0"


def same_position(found: Mapping[str, float | None], wanted: Mapping[str, float | None]) -> bool:
    """Whether two positions are one within what any tool's rewriting of the text costs (0.2 m)."""
    near = all(abs((found[axis] or 0) - (wanted[axis] or 0)) <= 2e-6 for axis in ("lat", "lon"))
    height, other = found.get("alt"), wanted.get("alt")
    if height is None or other is None:
        return near and height is other
    return near and abs(height - other) <= 0.1
