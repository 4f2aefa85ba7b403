"""Google Takeout's JSON beside a photo: a source that is read, and never written or removed.

What it says lies above the original's own metadata and below every XMP. Its moment is UTC and knows no
zone, so it fills a gap and never replaces a camera's local time. `archived` and `trashed` were said of
Google's copy and delete nothing here; `favorited` does not say whose favourite it was, so it is told of
the photo and made nobody's.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn

from sync.core import values
from sync.core.model import Content, Value
from sync.errors import Unreadable

LARGEST = 1 << 20
"""Bytes of a JSON that is still read; Google's own have about 1,000."""

_TELLING = ("photoTakenTime", "creationTime", "geoData", "googlePhotosOrigin", "imageViews", "url")
_SAID = ("favorited", "archived", "trashed")
_MOST_PEOPLE = 1000
_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class Takeout:
    """One photo's JSON. `title` is the file's name at Google; `content` holds canonical values by field.

    `content["taken"]`, if any, is in UTC. `said` are those of "favorited", "archived" and "trashed" that
    Google's copy was.
    """

    title: str
    content: Content
    said: tuple[str, ...] = ()


def read(data: bytes) -> Takeout | None:
    """What a JSON says; None where it is proper JSON and no photo's. Raises Unreadable, nothing else."""
    if len(data) > LARGEST:
        raise Unreadable(f"it is larger than {LARGEST} bytes")
    try:
        top = _DECODER.decode(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unreadable("it is not UTF-8") from None
    except RecursionError:
        raise Unreadable("it is nested too deeply") from None
    except ValueError as error:
        raise Unreadable(f"it is no proper JSON: {error}") from None
    if not isinstance(top, dict) or not isinstance(top.get("title"), str):
        return None
    if not any(name in top for name in _TELLING):
        return None
    found = {
        "description": top.get("description"),
        "taken": _moment(top.get("photoTakenTime")),
        "gps": _position(top.get("geoData")) or _position(top.get("geoDataExif")),
        "people": _people(top.get("people")),
    }
    content = {name: held for name, value in found.items() if (held := values.canonical(name, value))}
    return Takeout(top["title"], content, tuple(name for name in _SAID if top.get(name) is True))


def _moment(value: Any) -> Value:
    """Seconds since 1970 as Google writes them: digits in a text."""
    stamp = value.get("timestamp") if isinstance(value, Mapping) else None
    try:
        seconds = int(stamp) if isinstance(stamp, str | int) and len(str(stamp)) <= _LONGEST_NUMBER else None
        local = None if seconds is None else datetime(1970, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001
    except (ValueError, OverflowError):
        return None
    return None if local is None else {"local": local.isoformat(), "offset": "+00:00"}


def _position(value: Any) -> Value:
    """A position, but for 0/0, which is how Google writes that there is none; as is a height of 0."""
    if not isinstance(value, Mapping):
        return None
    lat, lon, alt = (value.get(name) for name in ("latitude", "longitude", "altitude"))
    if not _is_number(lat) or not _is_number(lon) or (lat == 0 and lon == 0):
        return None
    return {"lat": lat, "lon": lon, "alt": alt if _is_number(alt) and alt != 0 else None}


def _people(value: Any) -> Value:
    found = value[:_MOST_PEOPLE] if isinstance(value, list) else []
    names = [one["name"] for one in found if isinstance(one, Mapping) and isinstance(one.get("name"), str)]
    return names or None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError("a number has too many digits")
    return int(digits)


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_constant=_constant)
