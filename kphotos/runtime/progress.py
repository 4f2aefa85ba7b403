"""How far long work is, for pages that wait: written by whoever does it, read by everybody."""

from __future__ import annotations

import time
from dataclasses import dataclass

import peewee

from kphotos import db
from kphotos.config import Settings

_STALE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` (None: nobody knows how many) items of the work called `name`."""

    name: str
    done: int
    total: int | None


class ProgressRow(peewee.Model):
    """One piece of long work that is under way."""

    name = peewee.TextField(primary_key=True)
    done = peewee.BigIntegerField()
    total = peewee.BigIntegerField(null=True)
    told_ms = peewee.BigIntegerField()

    class Meta:
        table_name = "progress"


_MODELS = (ProgressRow,)


def tell(settings: Settings, name: str, done: int, total: int | None) -> None:
    """Say how far it is."""
    with db.state(settings, "runtime", _MODELS) as database, db.writing(database):
        db.run(
            database,
            "INSERT INTO progress (name, done, total, told_ms) VALUES (?, ?, ?, ?) ON CONFLICT (name)"
            " DO UPDATE SET done = excluded.done, total = excluded.total, told_ms = excluded.told_ms",
            (name, done, total, time.time_ns() // 1_000_000),
        )


def over(settings: Settings, name: str) -> None:
    """Say that it is done, or has been given up."""
    with db.state(settings, "runtime", _MODELS) as database, db.writing(database):
        db.run(database, "DELETE FROM progress WHERE name = ?", (name,))


def under_way(settings: Settings) -> list[Progress]:
    """All that was told of within the last minute: who was killed tells nothing any more."""
    since = int((time.time() - _STALE_SECONDS) * 1000)
    with db.state(settings, "runtime", _MODELS) as database:
        sql = "SELECT name, done, total FROM progress WHERE told_ms > ? ORDER BY name"
        return [Progress(*row) for row in db.run(database, sql, (since,)).fetchall()]
