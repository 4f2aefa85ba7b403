"""Records as rows: all of them generically, and what queries need of volumes, users and favourites."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import peewee

from kphotos import db
from kphotos.index import values
from kphotos.index.rows import RecordRow

VOLUMES = "volumes"
USERS = "users"
FAVOURITES = "favourites"
_ASSET = re.compile(r"[0-9a-f]{32}")


def name_key(name: str) -> str:
    """What two names have in common that people would call the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold()).strip()


def favourites_in(data: Mapping[str, Any]) -> frozenset[str]:
    """The assets that a person's record of favourites names; what is no asset's id is nothing."""
    assets = data.get("assets")
    listed = assets if isinstance(assets, list) else ()
    return frozenset(asset for asset in listed if isinstance(asset, str) and _ASSET.fullmatch(asset))


def put(database: peewee.Database, rows: Sequence[RecordRow]) -> bool:
    """Project records; a volume that comes or goes changes no timeline by itself."""
    for row in rows:
        db.run(database, "DELETE FROM record WHERE kind = ? AND id = ?", (row.kind, row.id))
        if row.kind == VOLUMES:
            db.run(database, "DELETE FROM volume WHERE id = ?", (row.id,))
        elif row.kind == USERS:
            db.run(database, 'DELETE FROM "user" WHERE id = ?', (row.id,))
        elif row.kind == FAVOURITES:
            db.run(database, "DELETE FROM favourite WHERE \"user\" = ? AND kept_in = 'record'", (row.id,))
        if row.data is not None:
            _insert(database, row, row.data)
    return False


def _insert(database: peewee.Database, row: RecordRow, data: Any) -> None:
    db.run(
        database,
        "INSERT INTO record (kind, id, revision, data) VALUES (?, ?, ?, ?)",
        (row.kind, row.id, row.revision, values.text(values.document(data))),
    )
    name = values.text(data.get("name")) or ""
    if row.kind == VOLUMES:
        db.run(
            database,
            "INSERT INTO volume (id, name, root, writable) VALUES (?, ?, ?, ?)",
            (row.id, name, values.text(data.get("root")) or "", int(bool(data.get("writable", True)))),
        )
    elif row.kind == USERS:
        db.run(
            database,
            'INSERT INTO "user" (id, name, key, role, enabled) VALUES (?, ?, ?, ?, ?)',
            (
                row.id,
                name,
                name_key(name),
                values.text(data.get("role")) or "",
                int(not data.get("disabled")),
            ),
        )
    elif row.kind == FAVOURITES:
        db.many(
            database,
            "INSERT INTO favourite (\"user\", asset, kept_in) VALUES (?, ?, 'record')",
            [(row.id, asset) for asset in sorted(favourites_in(data))],
        )
