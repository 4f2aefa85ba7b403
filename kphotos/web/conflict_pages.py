"""What waits for a person, in the words and shapes of its pages: pure rearranging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import url_for

from kphotos.index.query import AssetView, Review
from kphotos.sidecar.review import Choice, Row
from kphotos.storage.volumes import Volume
from kphotos.web.asset_json import key_of
from sync.core.dots import FIRST_SIGHT, millis
from sync.core.fields import FIELDS
from sync.core.keys import field_of

COLUMNS = ("agreed", "people", "file")


def group_told(review: str, count: int, photos: Sequence[Review]) -> dict[str, Any]:
    """A group as JSON."""
    fields, put_back = parts(review)
    listed = [{"id": one.id, "name": one.name, "path": one.path, "volume": one.volume} for one in photos]
    return {"review": review, "fields": fields, "put_back": put_back, "count": count, "photos": listed}


def group_shown(review: str, count: int, photos: Sequence[Review]) -> dict[str, Any]:
    """A group with the labels of its fields and the thumbnails of its first photos."""
    fields, put_back = parts(review)
    return {
        "review": review,
        "fields": [FIELDS[name].label for name in fields],
        "put_back": [FIELDS[name].label for name in put_back],
        "count": count,
        "photos": [{"id": one.id, "name": one.name, "thumb_url": _thumb(one)} for one in photos],
    }


def parts(review: str) -> tuple[list[str], list[str]]:
    """The fields in conflict, and those with a value that was put back."""
    names = set(review.split())
    return [name for name in FIELDS if name in names], [name for name in FIELDS if f"~{name}" in names]


def _thumb(photo: Review) -> str | None:
    if not photo.has_thumb or photo.hash is None:
        return None
    return url_for("media.thumb", asset_id=photo.id, v=photo.hash.removeprefix("sha256:")[:16])


def photo_shown(view: AssetView, volume: Volume, sidecars: Sequence[str]) -> dict[str, Any]:
    """The photo over the table: its picture, and the files that are spoken of."""
    title = view.document.get("fields", {}).get("title", {}).get("value")
    turned = view.orientation >= 5
    return {
        "id": view.id,
        "name": view.name,
        "title": title,
        "path": view.path,
        "volume": volume.name,
        "sidecars": list(sidecars),
        "target": f"{view.name}.xmp" if volume.writable else None,
        "width": view.height if turned else view.width,
        "height": view.width if turned else view.height,
        "preview_url": url_for("media.preview", asset_id=view.id, v=key_of(view)) if view.has_thumb else None,
        "original_url": url_for("media.original", asset_id=view.id),
    }


def row_shown(row: Row, place: int, people: Mapping[str, str]) -> dict[str, Any]:
    """A row by columns; `value` and `text` of each choice are JSON for the script and words for people."""
    field = FIELDS[row.field]
    choices = [_choice(row, one, people) for one in row.choices]
    return {
        "place": place,
        "key": row.key,
        "label": row.label if row.field != "regions" else "Name of a face",
        "element": row.element,
        "kind": kind_of(row.key),
        "longest": field.longest,
        "is_open": row.is_open,
        "is_agreed": row.is_agreed,
        "agreed": text_of(row.agreed),
        "columns": {name: [one for one in choices if one["side"] == name] for name in COLUMNS},
        "choices": choices,
        "seen": " ".join(row.dots),
        "suggestion": row.suggestion,
    }


def kind_of(key: str) -> str:
    """The control that a row's own value is typed into."""
    if "/" in key:
        return "text"
    field = FIELDS[field_of(key)]
    return "longtext" if field.name == "description" else field.kind.value


def _choice(row: Row, one: Choice, people: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": one.number,
        "side": one.side,
        "value": one.value,
        "text": text_of(one.value),
        "is_nothing": one.value is None,
        "who": one.via or people.get(one.by or "", ""),
        "at": _when(one.at),
        "is_stale": one.is_stale,
        "is_suggested": row.suggestion is not None and row.suggestion.number == one.number,
    }


def _when(at: str | None) -> str | None:
    """The moment of an edit, ISO 8601 in UTC; None for what was there before K-Photos knew the file."""
    if not at or at.startswith(FIRST_SIGHT):
        return None
    try:
        return datetime.fromtimestamp(millis(at) // 1000, UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return None


def text_of(value: Any) -> str:
    """A value in one line, without a script's knowledge of the reader's language."""
    if isinstance(value, Mapping):
        if "local" in value:
            return " ".join(filter(None, (str(value["local"]).replace("T", " "), value.get("offset"))))
        if "lat" in value:
            height = value.get("alt")
            return f"{value['lat']}, {value['lon']}" + ("" if height is None else f", {height} m")
        return ", ".join(str(part) for part in value.values())
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    return "" if value is None or value is True else str(value)
