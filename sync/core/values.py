"""The canonical form of every field's value: one spelling for what files say and what people type.

`canonical` never raises, and returns None for what the field cannot hold; what people type goes through
`sync.core.check`, which refuses with a reason. `digest` names a canonical value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from hashlib import sha256
from json import JSONEncoder
from json.encoder import encode_basestring
from types import MappingProxyType
from typing import Final
from unicodedata import is_normalized, normalize

from sync.core.fields import FIELDS, Field, Kind
from sync.core.model import Value

_encode = JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False
).encode

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_MOMENT = re.compile(
    r"(\d{4})(?:[-:](\d\d)(?:[-:](\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{0,9}))?)?)?)?)?", re.ASCII
)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)
_UNKNOWN_TIME: Final = "1970-01-01T00:00:00"  # what tools write for "no idea", never a person
_PLACE: Final = ("location", "city", "state", "country", "code")


def text(value: Value) -> str:
    """Return the one JSON text of a value: sorted members, no spaces."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is int:
        return repr(value)
    if kind is dict:
        return (
            "{" + ",".join(f"{encode_basestring(name)}:{text(value[name])}" for name in sorted(value)) + "}"
        )
    if kind is list or kind is tuple:
        return "[" + ",".join([text(item) for item in value]) + "]"
    return _encode(value)


def digest(value: Value) -> str:
    """Return 16 hex characters naming a canonical value."""
    if type(value) is str and len(value) < 64:
        return _short_digest(value)
    return sha256(text(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]


@lru_cache(maxsize=8192)
def _short_digest(value: str) -> str:
    return sha256(text(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def same(one: Value, other: Value) -> bool:
    """Tell whether two values are the same for people: equal canonical text."""
    return one is other or text(one) == text(other)


def canonical(field: str, value: Value) -> Value:
    """Return a file's value in the field's form, or None where it says nothing the field can hold."""
    row = FIELDS[field]
    return None if value is None else _FORMS[row.kind](row, value)


def kept(field: str, value: Value) -> Value:
    """Return a value out of a ledger in the field's form, None where the field cannot hold it."""
    if type(value) is dict and value.get("local") == _UNKNOWN_TIME:
        return {"local": _UNKNOWN_TIME, "offset": _offset(value.get("offset"))}
    return canonical(field, value)


def is_writable(written: str) -> bool:
    """Tell whether XML, and so a sidecar, can hold each character."""
    return not _UNWRITABLE.search(written)


def clean(value: Value) -> str:
    """Return text in NFC with LF line ends and nothing that XML cannot hold; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    if value.isascii() and value.isprintable():
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = _UNWRITABLE.sub("", value)
    return value if is_normalized("NFC", value) else normalize("NFC", value)


def _text(row: Field, value: Value) -> Value:
    held = clean(value)
    return held if held.strip() else None


def _integer(row: Field, value: Value) -> Value:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    number = int(value)
    low, high = row.lowest, row.highest
    if low is None or high is None or low <= number <= high:
        return number
    return min(max(number, low), high) if row.name == "rating" else None


def _choice(row: Field, value: Value) -> Value:
    held = clean(value).strip()
    capital = held.capitalize()
    return (capital if capital in row.choices else held) or None


def _moment(row: Field, value: Value) -> Value:
    if not isinstance(value, Mapping):
        return None
    local = _local(value.get("local"))
    if local is None or local == _UNKNOWN_TIME:
        return None
    # A day, month or year lies in no zone: neither XMP nor EXIF could say which.
    return {"local": local, "offset": _offset(value.get("offset")) if "T" in local else None}


def _local(value: Value) -> str | None:
    match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction = match.groups()
    if not _is_date(int(year), int(month or 1), int(day or 1)):
        return None
    if int(hour or 0) > 23 or int(minute or 0) > 59 or int(second or 0) > 59:
        return None
    local = "-".join(part for part in (year, month, day) if part)
    if hour:
        local += f"T{hour}:{minute}:{second}" if second else f"T{hour}:{minute}"
    fraction = (fraction or "")[:6].rstrip("0")
    return f"{local}.{fraction}" if fraction else local


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _offset(value: Value) -> str | None:
    if value == "Z":
        return "+00:00"
    match = _OFFSET.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[2]) > 14 or int(match[3]) > 59:
        return None
    return "+00:00" if match[2] == match[3] == "00" else f"{match[1]}{match[2]}:{match[3]}"


def _position(row: Field, value: Value) -> Value:
    if not isinstance(value, Mapping):
        return None
    lat, lon = _real(value.get("lat"), 90, 6), _real(value.get("lon"), 180, 6)
    if lat is None or lon is None:
        return None
    return {"lat": lat, "lon": lon, "alt": _real(value.get("alt"), 100_000, 1)}


def _real(value: Value, limit: float, digits: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not abs(value) <= limit:  # NaN too
        return None
    return round(float(value), digits) + 0.0  # never -0.0


def _names(row: Field, value: Value) -> Value:
    if not isinstance(value, Sequence):
        return None
    texts = [value] if isinstance(value, str) else value
    return list(dict.fromkeys(name for name in (clean(item).strip() for item in texts) if name)) or None


def _place(row: Field, value: Value) -> Value:
    if not isinstance(value, Mapping):
        return None
    return {part: held for part in _PLACE if (held := clean(value.get(part)).strip())} or None


def _elements(row: Field, value: Value) -> Value:
    if not isinstance(value, Sequence):
        return None
    texts = [value] if isinstance(value, str) else value
    return tuple(sorted({held for item in texts if (held := element(row.name, item))})) or None


def element(name: str, value: Value) -> str:
    """Return one element of a set field in its form ("" for none): a tag is a path of "/"-parted names."""
    held = clean(value).replace("\n", " ").strip()
    if name != "tags" or "/" not in held:
        return held
    return "/".join(part for part in (piece.strip() for piece in held.split("/")) if part)


def _regions(row: Field, value: Value) -> Value:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return None
    return [held for item in value if (held := region(item))] or None


def region(value: Value) -> dict[str, Value] | None:
    """Return one region in its form, None without a usable area (centre x, y, width, height, 0-1)."""
    area = value.get("area") if isinstance(value, Mapping) else None
    if isinstance(area, str) or not isinstance(area, Sequence) or len(area) != 4:
        return None
    numbers = [_real(number, 10, 6) for number in area]
    if None in numbers or not (numbers[2] and numbers[2] > 0 and numbers[3] and numbers[3] > 0):
        return None
    held = {name: member for name, member in value.items() if member is not None}
    held["area"] = numbers
    held["name"] = clean(value.get("name")).strip()
    return held


_FORMS: Mapping[Kind, Callable[[Field, Value], Value]] = MappingProxyType(
    {
        Kind.TEXT: _text,
        Kind.INTEGER: _integer,
        Kind.CHOICE: _choice,
        Kind.MOMENT: _moment,
        Kind.POSITION: _position,
        Kind.NAMES: _names,
        Kind.PLACE: _place,
        Kind.SET: _elements,
        Kind.REGIONS: _regions,
    }
)
