"""Simple values: what tools write as text, into the field table's canonical values and back."""

from __future__ import annotations

import re
from types import MappingProxyType

from sync.core.values import canonical, clean

_NUMBER = re.compile(r"^\s*([+-]?\d{1,9})(?:\.\d*)?\s*$", re.ASCII)

DARKTABLE_LABELS = MappingProxyType({0: "Red", 1: "Yellow", 2: "Green", 3: "Blue", 4: "Purple"})
DIGIKAM_LABELS = MappingProxyType(
    {
        1: "Red",
        2: "Orange",
        3: "Yellow",
        4: "Green",
        5: "Blue",
        6: "Purple",  # digiKam calls it magenta, and writes Purple into xmp:Label itself
        7: "Gray",
        8: "Black",
        9: "White",
    }
)
_MICROSOFT_STARS = (0, 12, 37, 62, 87, 99)  # the highest value of each number of stars
_MICROSOFT_VALUES = (0, 1, 25, 50, 75, 99)


def prose(text: str) -> str | None:
    """Text for people, clean; None if it is blank."""
    held = clean(text)
    return held if held.strip() else None


def name(text: str) -> str:
    """The name of a person, clean and without blanks around it."""
    return clean(text).strip()


def whole(text: str) -> int | None:
    """`4`, ` 4 ` and `4.0` are 4, `3.5` is 3 as darktable has it; None for anything else."""
    match = _NUMBER.match(text)
    return None if match is None else int(match.group(1))


def rating(text: str) -> int | None:
    """Stars, -1 for rejected; out of range is clamped, as tools do."""
    value = whole(text)
    return None if value is None else max(-1, min(5, value))


def microsoft_stars(text: str) -> int | None:
    """Windows' percentage as stars."""
    value = whole(text)
    if value is None:
        return None
    return next((stars for stars, highest in enumerate(_MICROSOFT_STARS) if value <= highest), 5)


def microsoft_percent(stars: int) -> str:
    """Stars as the percentage that Windows writes; it cannot say `rejected`."""
    return str(_MICROSOFT_VALUES[max(0, stars)])


def label(text: str) -> str | None:
    """A colour label; the five that every tool knows in their English spelling, others as they are.

    Lightroom's labels are free text: one that is no colour is kept as the value, not dropped.
    """
    held: str | None = canonical("label", text)
    return held


def pick_of_digikam(text: str) -> int | None:
    """digiKam's 0 none, 1 rejected, 2 pending, 3 accepted as -1, 0, 1."""
    value = whole(text)
    return None if value is None else {0: 0, 1: -1, 2: 0, 3: 1}.get(value)


def pick(text: str) -> int | None:
    """xmpDM:pick: -1 rejected, 0, 1 picked."""
    value = whole(text)
    return value if value in (-1, 0, 1) else None


def orientation(text: str) -> int | None:
    """EXIF's 1 to 8."""
    value = whole(text)
    return value if value is not None and 1 <= value <= 8 else None


def artists(text: str) -> list[str] | None:
    """tiff:Artist, in which several people are separated by semicolons: no name there holds one."""
    return [held for held in map(name, text.split(";")) if held] or None
