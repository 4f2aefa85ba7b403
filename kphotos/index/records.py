"""Records as rows: all of them generically, and the favourites that a person's own record keeps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import peewee

from kphotos import db
from kphotos.index import values
from kphotos.index.rows import RecordRow
from kphotos.index.tables import Record

FAVOURITES = "favourites"
_ASSET = re.compile(r"[0-9a-f]{32}")


def favourites_in(data: Mapping[str, Any]) -> frozenset[str]:
    """The assets that a person's record of favourites names; what is no asset's id is nothing."""
    assets = data.get("assets")
    listed = assets if isinstance(assets, list) else ()
    return frozenset(asset for asset in listed if isinstance(asset, str) and _ASSET.fullmatch(asset))


def known() -> list[tuple[str, str]]:
    """Kind and id of every record that the bound index has."""
    query = Record.select(Record.kind, Record.id).order_by(Record.kind, Record.id)
    return [(row[0], row[1]) for row in db.rows(query)]


def put(database: peewee.Database, rows: Sequence[RecordRow]) -> bool:
    """Project records; none of them changes the order or shape of a timeline."""
    for row in rows:
        db.run(database, "DELETE FROM record WHERE kind = ? AND id = ?", (row.kind, row.id))
        if row.kind == FAVOURITES:
            db.run(database, "DELETE FROM favourite WHERE \"user\" = ? AND kept_in = 'record'", (row.id,))
        if row.data is not None:
            _insert(database, row, row.data)
    return False


def _insert(database: peewee.Database, row: RecordRow, data: Mapping[str, Any]) -> None:
    db.run(
        database,
        "INSERT INTO record (kind, id, revision, data) VALUES (?, ?, ?, ?)",
        (row.kind, row.id, row.revision, values.text(values.document(data))),
    )
    if row.kind == FAVOURITES:
        db.many(
            database,
            "INSERT INTO favourite (\"user\", asset, kept_in) VALUES (?, ?, 'record')",
            [(row.id, asset) for asset in sorted(favourites_in(data))],
        )
