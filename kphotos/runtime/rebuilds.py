"""The rebuild that runs now, and the paths that were projected elsewhere while it does."""

from __future__ import annotations

from collections.abc import Iterable

import peewee

from kphotos import db
from kphotos.config import Settings

Place = tuple[str, str]  # volume, escaped path; volume "" is STORAGE_PATH itself


class Rebuild(peewee.Model):
    """One row while a rebuild runs: the generation it fills."""

    one = peewee.IntegerField(primary_key=True)
    generation = peewee.TextField()

    class Meta:
        table_name = "rebuild"


class Dirty(peewee.Model):
    """A place that changed while a rebuild ran, so that it must be read from disk again."""

    volume = peewee.TextField()
    path = peewee.TextField()

    class Meta:
        table_name = "dirty"
        primary_key = peewee.CompositeKey("volume", "path")


MODELS = (Rebuild, Dirty)


def begin(settings: Settings, generation: str) -> None:
    """A rebuild starts: from now on places are noted. What an earlier, killed one left is forgotten."""
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        db.run(database, "DELETE FROM dirty")
        db.run(
            database,
            "INSERT INTO rebuild (one, generation) VALUES (1, ?)"
            " ON CONFLICT (one) DO UPDATE SET generation = excluded.generation",
            (generation,),
        )


def running(settings: Settings) -> str | None:
    """The generation that a rebuild fills now (or that a killed one left behind)."""
    with db.state(settings, "runtime", MODELS) as database:
        return _running(database)


def note(settings: Settings, generation: str, places: Iterable[Place]) -> bool:
    """If a rebuild of another generation runs, remember these places for it; whether one does."""
    with db.state(settings, "runtime", MODELS) as database:
        if _running(database) in (None, generation):
            return False
        with db.writing(database):
            if _running(database) in (None, generation):
                return False
            db.many(
                database,
                "INSERT INTO dirty (volume, path) VALUES (?, ?) ON CONFLICT (volume, path) DO NOTHING",
                sorted(set(places)),
            )
    return True


def drain(settings: Settings, most: int = 1_000) -> list[Place]:
    """Take some noted places off the list, in order; empty when there are none."""
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        sql = "SELECT volume, path FROM dirty ORDER BY volume, path LIMIT ?"
        places: list[Place] = [(row[0], row[1]) for row in db.run(database, sql, (most,)).fetchall()]
        db.many(database, "DELETE FROM dirty WHERE volume = ? AND path = ?", places)
    return places


def end(settings: Settings, generation: str) -> bool:
    """The rebuild is over, if nothing is left to replay; otherwise False, and it goes on."""
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        if db.run(database, "SELECT 1 FROM dirty LIMIT 1").fetchone() is not None:
            return False
        db.run(database, "DELETE FROM rebuild WHERE generation = ?", (generation,))
    return True


def abandon(settings: Settings, generation: str) -> None:
    """The rebuild failed: nobody needs to note anything for it any more."""
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        db.run(database, "DELETE FROM rebuild WHERE generation = ?", (generation,))
        db.run(database, "DELETE FROM dirty")


def _running(database: peewee.Database) -> str | None:
    row = db.run(database, "SELECT generation FROM rebuild").fetchone()
    return row[0] if row else None
