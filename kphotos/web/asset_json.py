"""One asset as the API shows it: pure rearranging of what the index holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from kphotos.index.query import AssetView
from kphotos.web.wording import sentence

_SAYS_NOTHING = {"source": "none", "dots": [], "conflict": False}


def full(
    view: AssetView, *, viewer: str, volume_name: str, can_edit: bool, people: Mapping[str, str]
) -> dict[str, Any]:
    """Everything a page knows of an asset.

    `path` and `sidecars` are escaped text, `width` and `height` those of the picture as shown (orientation
    applied), `exposure_time` is in seconds, `focal_length` in mm. `fields` holds only fields that say
    something: {value, source: people|tool|takeout|embedded, by, via, at, dots, conflict, candidates};
    `history` is newest first, without what others have as a favourite. `by` is the name of an account out
    of `people`, or absent. Unknown is null.
    """
    turned = view.orientation >= 5
    key = key_of(view)
    return {
        "id": view.id,
        "volume": view.volume,
        "volume_name": volume_name,
        "path": view.path,
        "name": view.name,
        "size": view.size,
        "kind": view.kind,
        "width": view.height if turned else view.width,
        "height": view.width if turned else view.height,
        "duration": view.duration,
        "key": key,
        "camera": {"make": view.make, "model": view.model, "lens": view.lens},
        "exposure": {
            "exposure_time": view.exposure_time,
            "f_number": view.f_number,
            "iso": view.iso,
            "focal_length": view.focal_length,
        },
        "thumb_url": url_for("media.thumb", asset_id=view.id, v=key) if view.has_thumb else None,
        "preview_url": url_for("media.preview", asset_id=view.id, v=key) if view.has_thumb else None,
        "original_url": url_for("media.original", asset_id=view.id),
        "fields": {name: _field(told, people) for name, told in _part(view, "fields", {}).items()},
        "favourite": view.favourite,
        "can_edit": can_edit,
        "sidecars": _part(view, "sidecars", []),
        "problems": [
            {"kind": row.kind, "reason": sentence(row.reason), "kept": sentence(row.kept)}
            for row in view.problems
        ],
        "pending": view.pending,
        "history": [
            _named(line, people)
            for line in reversed(_part(view, "history", []))
            if not line["field"].startswith("favourites/") or line["field"] == f"favourites/{viewer}"
        ],
    }


def _field(told: dict[str, Any], people: Mapping[str, str]) -> dict[str, Any]:
    found = _named({**_SAYS_NOTHING, **told}, people)
    if "candidates" in found:
        found["candidates"] = [_named(one, people) for one in found["candidates"]]
    return found


def _named(told: dict[str, Any], people: Mapping[str, str]) -> dict[str, Any]:
    """With the name of whoever did it instead of their account's id; without one if the account is gone."""
    found = {name: value for name, value in told.items() if name != "by"}
    name = people.get(told.get("by") or "")
    return found if name is None else {**found, "by": name}


def key_of(view: AssetView) -> str | None:
    """The version in the address of an asset's derivatives: 16 digits of its content's hash."""
    return view.hash.removeprefix("sha256:")[:16] if view.hash is not None else None


def first_sight(asset: dict[str, Any]) -> dict[str, Any]:
    """What the server writes out of a photo before any script runs: texts and addresses."""
    fields = asset["fields"]
    taken = fields.get("taken", {}).get("value") or {}
    return {
        "id": asset["id"],
        "name": asset["name"],
        "title": fields.get("title", {}).get("value"),
        "description": fields.get("description", {}).get("value"),
        "taken": " ".join(part for part in (taken.get("local"), taken.get("offset")) if part).replace(
            "T", " "
        ),
        "preview_url": asset["preview_url"],
        "original_url": asset["original_url"],
    }


def _part(view: AssetView, name: str, nothing: Any) -> Any:
    return view.document.get(name, nothing)
