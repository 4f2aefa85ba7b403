"""What people may say of a photo: their input in a field's form, or refused with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sync.core.fields import FIELDS, Field, Kind
from sync.core.model import Value
from sync.core.values import clean, element, is_writable, kept
from sync.errors import BadValue

_MEANT: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.TEXT: "must be text",
        Kind.CHOICE: "must be one of the choices",
        Kind.MOMENT: 'must be a date like "2021-06-01" or a time like "2021-06-01T12:34:56"',
        Kind.POSITION: "must be latitude (-90 to 90) and longitude (-180 to 180) in degrees",
        Kind.NAMES: "must be a list of names",
        Kind.PLACE: "must be some of location, city, state, country, code",
        Kind.REGIONS: "must be a list of regions",
    }
)


def check(field: str, value: Value) -> Value:
    """Return a person's value in the field's form, None for "cleared"; BadValue says what is wrong."""
    if _is_region_name(field):
        return _region_name(field, value)
    row = FIELDS.get(field)
    if row is None or not row.editable:
        raise BadValue(field, "there is no such field to edit")
    if value is None:
        return None
    _refuse_texts(row, value)
    if row.kind is Kind.SET:
        return _elements(row, value)
    if row.kind in (Kind.TEXT, Kind.CHOICE) and not isinstance(value, str):
        raise BadValue(field, "must be text")
    if row.kind is Kind.TEXT and not value.strip():
        return None
    if row.kind is Kind.CHOICE and value and value.capitalize() not in row.choices:
        raise BadValue(field, f"must be one of {', '.join(row.choices)}")
    if row.kind is Kind.INTEGER:
        return _integer(row, value)
    if row.kind is Kind.NAMES and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
        raise BadValue(field, _MEANT[Kind.NAMES])
    held = kept(field, value)
    if held is None and value not in ("", [], {}):
        raise BadValue(field, _MEANT[row.kind])
    if row.kind is Kind.MOMENT and held and value.get("offset") and held["offset"] is None:
        is_day = "T" not in held["local"]
        raise BadValue(field, "a day has no offset" if is_day else 'the offset must look like "+02:00"')
    return held


def _is_region_name(field: str) -> bool:
    """Whether it is "regions/<id>/name": a longer or shorter key would begin a region that has no area."""
    match field.split("/"):
        case ["regions", name, "name"]:
            return bool(name)
    return False


def _region_name(key: str, value: Value) -> Value:
    """A region's name is the one part of it that people edit; "" for a face that nobody knows."""
    if not isinstance(value, str) or not is_writable(value) or len(value) > FIELDS["people"].longest:
        raise BadValue(key, "must be a name")
    return clean(value).strip()


def _refuse_texts(row: Field, value: Value) -> None:
    pieces = (
        value.values()
        if isinstance(value, Mapping)
        else value
        if isinstance(value, list | tuple)
        else [value]
    )
    for piece in pieces:
        if not isinstance(piece, str):
            continue
        if not is_writable(piece):
            raise BadValue(row.name, "contains a character that no sidecar can hold")
        if len(piece) > row.longest:
            raise BadValue(row.name, f"is longer than {row.longest} characters")


def _integer(row: Field, value: Value) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValue(row.name, "must be a whole number")
    if row.lowest is not None and row.highest is not None and not row.lowest <= value <= row.highest:
        raise BadValue(row.name, f"must be from {row.lowest} to {row.highest}")
    return value


def _elements(row: Field, value: Value) -> Value:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple | set | frozenset) or not all(
        isinstance(item, str) for item in texts
    ):
        raise BadValue(row.name, "must be text, or a list of texts")
    held = {element(row.name, item) for item in texts}
    if row.name == "tags" and any("|" in item for item in held):
        raise BadValue(row.name, 'a tag cannot contain "|", which other tools read as a hierarchy')
    if "" in held:
        raise BadValue(row.name, "must not be empty")
    return tuple(sorted(held))
