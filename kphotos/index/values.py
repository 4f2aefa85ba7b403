"""Pure arithmetic from a document's values to the columns that order and search by them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from kphotos.index.tables import NO_CLOCK, UNDATED

UNKNOWN_RATIO = 156  # 3:2
_EPOCH = date(1970, 1, 1).toordinal()
_MOMENT = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?)?)?)?"
)
_LARGEST = 2**63 - 1
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def day_and_clock(local: str | None) -> tuple[int, int]:
    """Local text -> (days since 1970-01-01, ms since midnight); UNDATED and NO_CLOCK where unknown.

    A year or a month alone counts as its first day, without a time.
    """
    match = _MOMENT.fullmatch(local) if local else None
    if match is None:
        return UNDATED, NO_CLOCK
    year, month, day, hour, minute, second, fraction = match.groups()
    try:
        days = date(int(year), int(month or 1), int(day or 1)).toordinal() - _EPOCH
    except ValueError:
        return UNDATED, NO_CLOCK
    if hour is None or int(hour) > 23 or int(minute) > 59 or int(second or 0) > 59:
        return days, NO_CLOCK
    milliseconds = int((fraction or "0").ljust(3, "0")[:3])
    return days, ((int(hour) * 60 + int(minute)) * 60 + int(second or 0)) * 1000 + milliseconds


def ratio_of(width: int | None, height: int | None, orientation: int) -> int:
    """The shape of the picture as shown: round(128 + 48·log2(w/h)), clamped to 1:4 ... 4:1."""
    if not width or not height or width < 0 or height < 0:
        return UNKNOWN_RATIO
    octaves = math.log2(width / height)
    if orientation >= 5:
        octaves = -octaves
    return round(128 + 48 * max(-2.0, min(2.0, octaves)))


def integer(value: Any) -> int | None:
    """A whole number that both databases can hold, else None."""
    if isinstance(value, int) and -_LARGEST - 1 <= value <= _LARGEST:
        return int(value)
    return None


def real(value: Any) -> float | None:
    """A finite number, else None: SQLite would turn NaN into NULL and Postgres would keep it."""
    if isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            return None
        return number if math.isfinite(number) else None
    return None


def text(value: Any) -> str | None:
    """Text that both databases can hold: no NUL (Postgres), no lone surrogate (neither)."""
    if not isinstance(value, str):
        return None
    if value.isascii() and "\0" not in value:
        return value
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def canonical(value: Any) -> str:
    """JSON with one form per value: sorted keys, no spaces, text as it is; NaN refused."""
    return _ENCODER.encode(value)


def document(value: Any) -> str:
    """Canonical JSON of a document from disk; a NaN or infinity in it becomes null."""
    try:
        return canonical(value)
    except ValueError:
        return canonical(_finite(value))


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {name: _finite(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(member) for member in value]
    return value


def maybe_json(value: Any) -> str | None:
    """Canonical JSON of a list or object, None of nothing or of what is empty."""
    return text(document(value)) if value else None


def part(value: Any, name: str) -> Any:
    """A member of a struct that may not be there."""
    return value.get(name) if isinstance(value, Mapping) else None
