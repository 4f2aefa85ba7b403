"""What known programs are known to do to a sidecar without anybody's wish, as one table.

Recognised, it is no edit: the ledger's value stays, and the history says what was repaired.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sync.core.model import Value


@dataclass(frozen=True, slots=True)
class Damage:
    """One known harm: to which field, by which programs (None: several do it), and how people are told.

    `poorer`: the forms that a value is left in, for harms that can be told by the value alone.
    `richer`: what a value was before something was stuck to it. `from_nothing`: what a program writes
    where there was no value at all. `is_garbled`: it is left there as something that nobody can read.
    """

    field: str
    note: str
    tools: tuple[str, ...] | None = None
    poorer: Callable[[Value], Sequence[Value]] | None = None
    from_nothing: Value = None
    richer: Callable[[Value], Value] | None = None
    is_garbled: bool = False


_STUCK = re.compile(r', lang="[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*" .*', re.DOTALL)


def _without_other_languages(value: Value) -> Value:
    """Darktable sticks every language of a text to the first: `Lake, lang="de-DE" See`."""
    return _STUCK.sub("", value)


def _without_zone_or_fraction(value: Value) -> list[Value]:
    """Darktable drops the offset at import; others drop the fraction, or fill up a bare date."""
    local, offset = value["local"], value["offset"]
    whole = {10: f"{local}T00:00:00", 16: f"{local}:00"}.get(len(local), local.partition(".")[0])
    forms: list[Value] = [
        {"local": text, "offset": zone} for text in (local, whole) for zone in (offset, None)
    ]
    return [form for form in forms if form != value]


def _glued(value: Value) -> list[Value]:
    return [[glue.join(value)] for glue in (", ", "; ")] if len(value) > 1 else []


ZONE: Final = Damage("taken", "kept the time zone and fraction", None, _without_zone_or_fraction)
GLUED: Final = Damage("creator", "kept the creators apart", None, _glued)
ONE_STAR: Final = Damage("rating", "one star from nothing is no rating", ("darktable",), from_nothing=1)
FLAT_TAGS: Final = Damage("tags", "kept the tags that stood only in dc:subject", ("darktable",))
CUT_TAGS: Final = Damage("tags", "kept the tags whole that have a comma", ("darktable",))
FORGETFUL: Final = Damage("*", "kept what a program without reading sidecars left out", ("digiKam",))
COPIED: Final = ("orientation",)
"""Fields that a forgetful program copies out of the original, whatever the sidecar said."""

_LANGUAGES: Final = tuple(
    Damage(field, "kept the languages apart", richer=_without_other_languages)
    for field in ("title", "description", "copyright")
)

# Of Apple Photos' decimal degrees darktable leaves the hemispheres alone. A label that K-Photos does not
# know is a label all the same, and 0 is none: of labels and picks nothing is garbled.
GARBLED: Final = tuple(
    Damage(field, f"kept the {word} where something is written that cannot be read", is_garbled=True)
    for field, word in (
        ("gps", "position"),
        ("taken", "date"),
        ("rating", "rating"),
        ("orientation", "orientation"),
    )
)

DAMAGES: Final = (ZONE, GLUED, ONE_STAR, FLAT_TAGS, CUT_TAGS, FORGETFUL, *_LANGUAGES, *GARBLED)
_POORER: Mapping[str, Callable[[Value], Sequence[Value]]] = {
    damage.field: damage.poorer for damage in DAMAGES if damage.poorer
}
_FROM_NOTHING: Mapping[str, Damage] = {
    damage.field: damage for damage in DAMAGES if damage.from_nothing is not None
}


def poorer(field: str, value: Value) -> Sequence[Value]:
    """Return the forms in which some program leaves this value without anybody having edited it."""
    forms = _POORER.get(field)
    return forms(value) if forms else ()


def richer(field: str, value: Value) -> Value:
    """Return what the value was before a program stuck something to it; the value itself if none did."""
    return next((d.richer(value) for d in DAMAGES if d.richer and d.field == field), value)


def note_of(field: str) -> str:
    """Return how people are told that a damaged form of the field's value was no edit."""
    return next(
        damage.note for damage in DAMAGES if damage.field == field and (damage.poorer or damage.richer)
    )


def garbled(field: str) -> Damage | None:
    """Return the harm of leaving what nobody can read in the place of the field's value."""
    return next((damage for damage in GARBLED if damage.field == field), None)


def is_from_nothing(field: str, value: Value, tool: str | None) -> Damage | None:
    """Return the harm if this program writes this value by itself where there was none."""
    damage = _FROM_NOTHING.get(field)
    return damage if damage and value == damage.from_nothing and does(damage, tool) else None


def does(damage: Damage, tool: str | None) -> bool:
    """Tell whether this program is known for the harm."""
    return damage.tools is None or tool in damage.tools
