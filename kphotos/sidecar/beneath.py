"""What lies beneath every sidecar: the original's own metadata, and above it Google Takeout's JSON.

Two exceptions to "above": the camera's local time stays, for Takeout knows UTC alone, which can only add
the zone; and a position that is the original's own but for rounding stays the original's. Names of people
are those of both.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kphotos.storage.embedded import Embedded
from sync.codecs import xmp
from sync.codecs.takeout import Takeout
from sync.core import sources, values
from sync.core.model import Content
from sync.errors import Unreadable

EMBEDDED, TAKEOUT = "embedded", "takeout"
_NEAR = 2e-5  # degrees, about two metres
_QUARTER = 900  # seconds; every zone is a multiple of it
_SLACK = 2  # seconds between a camera's time and Google's idea of it
_WEST, _EAST = -12 * 3600, 14 * 3600

Below = Mapping[str, tuple[Any, str]]
"""Field name -> value and the layer that says it."""


def beneath(embedded: Embedded, takeout: Takeout | None) -> Below:
    """Each field that a layer beneath the sidecars tells of."""
    found = {name: (value, EMBEDDED) for name, value in content_of(embedded).items()}
    for name, value in takeout.content.items() if takeout else ():
        own = found.get(name, (None, EMBEDDED))[0]
        if own is None or name == "description":
            found[name] = value, TAKEOUT
        elif name == "taken":
            found[name] = _with_zone(own, value), EMBEDDED
        elif name == "people":
            found[name] = values.canonical(name, [*own, *value]), TAKEOUT
        elif not _is_near(own, value):
            found[name] = value, TAKEOUT
    return found


def content_of(embedded: Embedded) -> Content:
    """What the original itself says, as fields: its XMP packet for words, its EXIF for moment and place."""
    found: dict[str, Any] = dict(_packet(embedded.xmp)) if embedded.xmp else {}
    for name, value in (
        ("title", embedded.title),
        ("description", embedded.description),
        ("copyright", embedded.copyright),
        ("rating", embedded.rating),
        ("creator", [embedded.artist] if embedded.artist else None),
    ):
        if value and name not in found:
            found[name] = value
    found["orientation"] = embedded.orientation
    if embedded.taken_local is not None:
        found["taken"] = {"local": embedded.taken_local, "offset": embedded.taken_offset}
    if embedded.lat is not None and embedded.lon is not None:
        found["gps"] = {"lat": embedded.lat, "lon": embedded.lon, "alt": embedded.alt}
    return found


def _packet(data: bytes) -> Content:
    try:
        return sources.resolve(xmp.read(data).sources, None)
    except Unreadable:
        # The original is never mended; what its EXIF says still counts.
        return {}


def _with_zone(own: Mapping[str, Any], utc: Mapping[str, Any]) -> Mapping[str, Any]:
    """A camera's time with the zone that its difference from UTC tells, if it can be one.

    None is told by no difference: Google takes a time of unknown zone for UTC.
    """
    if own["offset"] is not None or "T" not in own["local"]:
        return own
    local = datetime.fromisoformat(own["local"]).replace(tzinfo=UTC)
    ahead = (local - datetime.fromisoformat(utc["local"]).replace(tzinfo=UTC)).total_seconds()
    zone = round(ahead / _QUARTER) * _QUARTER
    if zone == 0 or abs(ahead - zone) > _SLACK or not _WEST <= zone <= _EAST:
        return own
    hours, minutes = divmod(abs(zone) // 60, 60)
    return {**own, "offset": f"{'-' if zone < 0 else '+'}{hours:02}:{minutes:02}"}


def _is_near(own: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(abs(own[axis] - other[axis]) <= _NEAR for axis in ("lat", "lon"))
