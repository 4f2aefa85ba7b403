"""Originals that the last scan of a volume missed and did not believe to be gone: what an admin is shown.

A list beside what else was observed: deleting it costs the next scan, which makes it again.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import peewee

from kphotos import db
from kphotos.config import Settings
from kphotos.sidecar.observed import Bytes
from sync.core import names


class MissingSeen(peewee.Model):
    """One original that is not where it was."""

    site = peewee.TextField()
    volume = peewee.TextField()
    path = Bytes()

    class Meta:
        table_name = "missing"
        primary_key = peewee.CompositeKey("site", "volume", "path")


_MODELS = (MissingSeen,)
_OURS = "site = ? AND volume = ?"


def keep(settings: Settings, site: str, volume: str, paths: Sequence[str]) -> None:
    """Replace the list of a volume, paths as the engine has them; at rest nothing is written."""
    with db.state(settings, "observed", _MODELS) as database:
        if not paths and not _count(database, site, volume):
            return
        with db.writing(database):
            db.run(database, f"DELETE FROM missing WHERE {_OURS}", (site, volume))  # noqa: S608 - own names
            rows = [(site, volume, os.fsencode(path)) for path in paths]
            db.many(database, "INSERT INTO missing (site, volume, path) VALUES (?, ?, ?)", rows)


def count(settings: Settings, site: str, volume: str) -> int:
    """How many there are."""
    with db.state(settings, "observed", _MODELS) as database:
        return _count(database, site, volume)


def page(settings: Settings, site: str, volume: str, start: int, limit: int) -> list[str]:
    """Some of them by path, escaped as the index has them."""
    sql = f"SELECT path FROM missing WHERE {_OURS} ORDER BY path LIMIT ? OFFSET ?"  # noqa: S608 - own names
    with db.state(settings, "observed", _MODELS) as database:
        rows = db.run(database, sql, (site, volume, limit, start)).fetchall()
    return [names.escape(os.fsdecode(bytes(row[0]))) for row in rows]


def _count(database: peewee.Database, site: str, volume: str) -> int:
    sql = f"SELECT COUNT(*) FROM missing WHERE {_OURS}"  # noqa: S608 - own names
    return int(db.run(database, sql, (site, volume)).fetchone()[0])
