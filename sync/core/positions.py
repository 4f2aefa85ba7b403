"""Places in an album: text between any two others, so that moving one photo touches no other.

A place is a fraction in base 62 without its "0.", compared as text. It never ends in the lowest digit,
below which nothing could be put. Two people who put photos into one gap at once get two places: the
last digits are drawn from the photo's own id.
"""

from __future__ import annotations

import re
from hashlib import sha256

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE = len(_DIGITS)
_PLACE = re.compile(r"[0-9A-Za-z]{0,399}[1-9A-Za-z]", re.ASCII)
LONGEST = 400
"""Characters of a place; a thousand moves into one gap need half as many."""


def is_place(value: object) -> bool:
    """Tell whether something has the form of a place."""
    return isinstance(value, str) and _PLACE.fullmatch(value) is not None


def between(low: str | None, high: str | None, photo: str) -> str:
    """Return a place after `low` and before `high` (None: the beginning, the end) for the photo of this id.

    ValueError where there is none: `low` is not before `high`, or the gap has been halved too often.
    """
    if low is not None and high is not None and low >= high:
        raise ValueError(f"{low} is not before {high}")
    place = _midway(low or "", high)
    for digit in sha256(photo.encode()).digest()[:2]:
        place += _DIGITS[1 + digit % (_BASE - 1)]
    if not is_place(place):
        raise ValueError("the gap is too narrow: the album has to be ordered anew")
    return place


def _midway(low: str, high: str | None) -> str:
    """The shortest text strictly between, with which every longer one that begins so is between as well."""
    made = ""
    for index in range(LONGEST + 1):
        least = _DIGITS.index(low[index]) if index < len(low) else 0
        most = _BASE if high is None else _DIGITS.index(high[index]) if index < len(high) else 0
        if most - least > 1:
            return made + _DIGITS[(least + most) // 2]
        made += _DIGITS[least]
        if most > least:
            high = None  # from here on anything is below
    raise ValueError("the gap is too narrow: the album has to be ordered anew")
