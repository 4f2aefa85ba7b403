"""Reads `field=value`, `tags+=Places/Paris`, `tags-=Old` into changes, by the one table of fields."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from sync.core.check import check
from sync.core.fields import FIELDS, Field, Kind
from sync.core.model import Change, Value
from sync.errors import BadValue

_WORDS = re.compile(r"(?P<field>[a-z_]+)(?P<sign>[+-]?)=(?P<value>.*)", re.DOTALL)
_MOMENT = re.compile(r"(?P<local>.*?)\s*(?P<offset>Z|[+-]\d\d:?\d\d)?", re.DOTALL)
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0", "")


def parse(words: Sequence[str], *, person: str | None = None) -> list[Change]:
    """The changes that `words` ask for, checked; BadValue names the field and what it would take.

    The same field assigned several times is a list (`tags=a tags=b`), an empty value clears. `favourite`
    needs the id of the `person` whose favourite it is.
    """
    found = [_split(word) for word in words]
    changes: list[Change] = []
    for (name, sign), group in groupby(found, key=lambda item: item[:2]):
        values = [value for _, _, value in group]
        changes.append(_favourite(values, person) if name == "favourite" else _change(name, sign, values))
    return changes


def _split(word: str) -> tuple[str, str, str]:
    match = _WORDS.fullmatch(word)
    if match is None:
        raise BadValue(word, "an edit looks like field=value, tags+=Name or tags-=Name")
    # `location-=` would be a field named so: signs belong to sets only, and none of our names ends in one.
    return match["field"], match["sign"], match["value"]


def _change(name: str, sign: str, values: list[str]) -> Change:
    row = FIELDS.get(name)
    if row is None or not row.editable:
        known = ", ".join(sorted(row.name for row in FIELDS.values() if row.editable))
        raise BadValue(name, f"there is no such field; there are favourite, {known}")
    if sign:
        if row.kind is not Kind.SET:
            raise BadValue(name, f"holds one value: write {name}=VALUE")
        return Change(name, "add" if sign == "+" else "remove", check(name, values))
    if row.kind in (Kind.SET, Kind.NAMES):
        given: Value = [value for value in values if value]
    elif len(values) > 1:
        raise BadValue(name, "is given twice")
    else:
        given = _READ.get(row.kind, _text)(row, values[0]) if values[0] else None
    held = check(name, given) if given not in (None, []) else None
    return Change(name, "clear") if held is None else Change(name, "set", held)


def _favourite(values: list[str], person: str | None) -> Change:
    value = values[-1].casefold()
    if value not in (*_YES, *_NO):
        raise BadValue("favourite", "must be yes or no")
    if person is None:
        raise BadValue("favourite", "is each person's own: say whose with --as NAME")
    return Change("favourites", "add" if value in _YES else "remove", person)


def _text(row: Field, value: str) -> Value:
    return value


def _integer(row: Field, value: str) -> Value:
    if not re.fullmatch(r"[+-]?[0-9]{1,6}", value):
        raise BadValue(row.name, "must be a whole number")
    return int(value)


def _moment(row: Field, value: str) -> Value:
    match = _MOMENT.fullmatch(value.strip())
    # A bare date ends in "-01", which no offset matches: an offset has four digits.
    return {"local": match["local"], "offset": match["offset"]} if match else value


def _position(row: Field, value: str) -> Value:
    try:
        numbers = [float(part) for part in value.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 3):
        raise BadValue(row.name, "must look like 48.8584,2.2945 or 48.8584,2.2945,35 (metres)")
    return {"lat": numbers[0], "lon": numbers[1], "alt": numbers[2] if len(numbers) == 3 else None}


def _json(row: Field, value: str) -> Value:
    try:
        return json.loads(value)
    except ValueError as error:
        raise BadValue(row.name, 'must be JSON, as {"city": "Paris", "country": "France"}') from error


_READ: Mapping[Kind, Callable[[Field, str], Value]] = {
    Kind.INTEGER: _integer,
    Kind.MOMENT: _moment,
    Kind.POSITION: _position,
    Kind.PLACE: _json,
}
