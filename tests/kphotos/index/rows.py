"""Rows for tests of the index: a small cast of photos."""

from __future__ import annotations

import hashlib
from typing import Any

from kphotos.index.rows import AssetRow

VOLUME = "v1"


def asset_id(name: str) -> str:
    """A stable id for a name."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def photo(name: str, local: str | None = None, **more: Any) -> AssetRow:
    """A photo called `name`, taken at `local`; `fields` are added to it."""
    fields = dict(more.pop("fields", {}))
    if local is not None:
        fields["taken"] = {"local": local, "offset": None}
    cells: dict[str, Any] = {
        "id": asset_id(name),
        "volume": VOLUME,
        "path": f"{name}.jpg",
        "kind": "photo",
        "size": 1_000,
        "mtime_ns": 1_600_000_000_000_000_000,
        "width": 3_000,
        "height": 2_000,
        "fields": fields,
        "document": {"fields": {field: {"value": value} for field, value in fields.items()}},
    }
    return AssetRow(**(cells | more))
