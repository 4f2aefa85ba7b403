"""Moments: ISO 8601 as XMP has it, and EXIF's form inside XMP, into local time and offset."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sync.core.values import canonical

Moment = Mapping[str, str | None]

_MOMENT = re.compile(
    r"\s*(\d{4}(?:[-:]\d\d(?:[-:]\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)?)?)?)"
    r"\s*(Z|[+-]\d\d(?::?\d\d)?)?\s*",
    re.IGNORECASE | re.ASCII,
)
_UNKNOWN = "1970-01-01T00:00:00"  # what tools write that did not know
_MEANT = f"{_UNKNOWN}.000"  # what we write where a person means that very second


def moment(text: str) -> Moment | None:
    """`{"local": "2021-06-01T12:34:56.121", "offset": "+02:00"}`; a local time may stop at the day,
    month or year; no zone is None, which is not UTC. None for what is no date, or none known.
    """
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    local, zone = match[1].upper().replace(",", "."), (match[2] or "").upper()
    if local == _MEANT:
        return {"local": _UNKNOWN, "offset": _offset(zone)}
    held: Moment | None = canonical("taken", {"local": local, "offset": None})
    return (
        None
        if held is None
        else {"local": held["local"], "offset": _offset(zone) if len(local) > 10 else None}
    )


def _offset(zone: str) -> str | None:
    if not zone or zone in ("-00:00", "-0000"):  # RFC 3339: "the local offset is not known"
        return None
    whole = f"{zone}00" if len(zone) == 3 else zone
    held: Moment = canonical("taken", {"local": "2000-01-01T00:00", "offset": whole})
    return held["offset"]


def iso(value: Moment) -> str:
    """The XMP text of a moment."""
    local = _MEANT if value["local"] == _UNKNOWN else value["local"]
    return f"{local}{value.get('offset') or ''}"


def same_moment(found: Moment, wanted: Moment) -> bool:
    """Whether what is found says nothing else than what is wanted, only perhaps less of it.

    darktable drops the zone of every date it touches, and a bare day is a shorter true answer.
    """
    shorter = str(wanted["local"]).startswith(str(found["local"]))
    return shorter and found.get("offset") in (None, wanted.get("offset"))
