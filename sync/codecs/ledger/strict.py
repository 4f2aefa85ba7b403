"""JSON without its loopholes: no doubled members, NaN, endless numbers, depth or halved characters."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn
from unicodedata import is_normalized, normalize

from sync.core.model import Value
from sync.errors import Unreadable

LARGEST = 16 * 1024 * 1024
"""Bytes of a ledger that is still read."""

_DEEPEST = 32
_NAMED_BY_PEOPLE = ("fields", "sets", "regions", "stale")


def parse(data: bytes) -> dict[str, Any]:
    """Return the object in a ledger's bytes, its texts in NFC; raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(f"the ledger is larger than {LARGEST} bytes")
    if not data.strip():
        raise Unreadable("the ledger is empty")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Unreadable("the ledger is not UTF-8") from None
    try:
        top = _DECODER.decode(text)
    except RecursionError:
        raise Unreadable("the ledger is nested too deeply") from None
    except ValueError as error:
        raise Unreadable(f"the ledger is not proper JSON: {error}") from None
    if type(top) is not dict:
        raise Unreadable("the ledger is not a JSON object")
    is_escaped = "\\u" in text
    if is_escaped:
        _refuse_surrogates(top)
    if is_escaped or (not text.isascii() and not is_normalized("NFC", text)):
        top.update({name: _nfc(top[name]) for name in _NAMED_BY_PEOPLE if name in top})
    return top


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a member stands twice in one object")
    return made


def _integer(digits: str) -> int:
    if len(digits) > 18:
        raise ValueError("a number has too many digits")
    return int(digits)


def _real(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_real, parse_constant=_constant
)


def _refuse_surrogates(top: dict[str, Any]) -> None:
    try:
        json.dumps(top, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Unreadable("the ledger holds half a character") from None
    except RecursionError:
        raise Unreadable("the ledger is nested too deeply") from None


def _nfc(value: Value) -> Value:
    if isinstance(value, str):
        return normalize("NFC", value)
    if isinstance(value, list):
        return [_nfc(item) for item in value]
    if isinstance(value, dict):
        normal = {normalize("NFC", name): _nfc(item) for name, item in value.items()}
        if len(normal) != len(value):
            raise Unreadable("the ledger is not proper JSON: a member stands twice in one object")
        return normal
    return value


def shallow(value: Value, depth: int = 0) -> None:
    """Refuse what is nested so deeply that writing it again could fail."""
    if depth > _DEEPEST:
        raise Unreadable("the ledger is nested too deeply")
    if type(value) is dict:
        for item in value.values():
            shallow(item, depth + 1)
    elif type(value) is list:
        for item in value:
            shallow(item, depth + 1)
