"""The one door into the index: what was seen on disk, or kept as a record, becomes rows.

Writes go in transactions of at most `BATCH` changes, so that another writer waits some milliseconds at
most. Each transaction counts `changes` up, and `structure` as well if the order, shape or number of what
a timeline shows has changed: the version that open pages poll.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import peewee

from kphotos import db
from kphotos.config import Settings
from kphotos.errors import IndexMissing, Unavailable
from kphotos.index import assets, generation, records, values
from kphotos.index.rows import AssetRow, Change, Cleared, Facts, Gone, ProblemRow, RecordRow, Rival
from kphotos.runtime import rebuilds

BATCH = 250
_ROOM_KIB = 65_536
_ATTEMPTS = 5


def project(settings: Settings, changes: Iterable[Change]) -> None:
    """Bring changes into the index that is read, also if it is being rebuilt or swapped meanwhile.

    For everyone but the rebuild itself. Call it after the disk says so, under the asset's lock. Raises
    IndexMissing if there is no index and no rebuild runs: the next rebuild reads the disk anyway.
    """
    for batch in _batches(changes):
        _deliver(settings, batch)


def _deliver(settings: Settings, batch: Sequence[Change]) -> None:
    places = [place(change) for change in batch]
    for _ in range(_ATTEMPTS):
        try:
            with generation.use(settings) as index:
                rebuilds.note(settings, index.generation, places)
                _commit(index.database, batch)
                if generation.is_current(index):
                    return
        except IndexMissing:
            if rebuilds.note(settings, "", places):
                return
            generation.current(settings)
    raise Unavailable("The index is being replaced again and again: try later.")


def place(change: Change) -> rebuilds.Place:
    """Where on disk a change comes from: what a rebuild has to read again."""
    if isinstance(change, RecordRow):
        return "", f"records/{change.kind}/{change.id}.json"
    if isinstance(change, Facts):
        return "", f"derivatives/{change.hash}"
    return change.volume, change.path


def displaced(changes: Iterable[Change]) -> list[Rival]:
    """Whom the bound index would show no more under their ids, were it told these changes."""
    rows = [change for change in changes if isinstance(change, AssetRow)]
    return assets.displaced(generation.bound().database, rows) if rows else []


def put(rows: Iterable[AssetRow]) -> int:
    """Insert or replace assets in the bound index; the number of rows. For rebuilds and tests."""
    return apply(rows)


def apply(changes: Iterable[Change]) -> int:
    """Apply changes of any kind to the index that `index.use` or `opened` bound to this thread."""
    database = generation.bound().database
    count = 0
    for batch in _batches(changes):
        _commit(database, batch)
        count += len(batch)
    return count


@contextmanager
def at_once() -> Iterator[None]:
    """All that is applied to the bound index inside becomes one transaction, with room for its pages.

    For an index that nobody reads yet: each commit writes pages all over its trees, the same ones again
    and again. Postgres does without: it writes pages when it likes, and ends transactions that idle.
    """
    database = generation.bound().database
    if not isinstance(database, db.SqliteFile):
        yield
        return
    db.run(database, f"PRAGMA cache_size = -{_ROOM_KIB}")
    with db.writing(database):
        yield


def _batches(changes: Iterable[Change]) -> Iterator[list[Change]]:
    waiting = iter(changes)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def _commit(database: peewee.Database, batch: Sequence[Change]) -> None:
    moved = False
    with db.writing(database):
        for run in _runs(batch):
            moved |= _APPLY[type(run[0])](database, run)
        db.run(database, "UPDATE meta SET value = value + 1 WHERE key = 'changes'")
        if moved:
            db.run(database, "UPDATE meta SET value = value + 1 WHERE key = 'structure'")


def _runs(batch: Sequence[Change]) -> Iterator[list[Any]]:
    """The batch in its own order, cut where the kind of change or a repeated asset begins anew."""
    run: list[Any] = []
    seen: set[str] = set()
    for change in batch:
        names = {change.id, change.path} if isinstance(change, AssetRow) else set()
        if run and (type(run[0]) is not type(change) or names & seen):
            yield run
            run, seen = [], set()
        run.append(change)
        seen |= names
    if run:
        yield run


def _problems(database: peewee.Database, rows: Sequence[ProblemRow]) -> bool:
    db.many(
        database,
        "INSERT INTO problem (volume, path, kind, reason, kept) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (volume, path, kind) DO UPDATE SET reason = excluded.reason, kept = excluded.kept",
        [tuple(values.text(v) for v in (r.volume, r.path, r.kind, r.reason, r.kept)) for r in rows],
    )
    return False


def _cleared(database: peewee.Database, rows: Sequence[Cleared]) -> bool:
    for row in rows:
        sql, key = "DELETE FROM problem WHERE volume = ? AND path = ?", (row.volume, row.path)
        if row.kind is not None:
            db.run(database, f"{sql} AND kind = ?", (*key, row.kind))
        elif row.but:
            db.run(database, f"{sql} AND kind NOT IN ({db.marks(len(row.but))})", (*key, *row.but))
        else:
            db.run(database, sql, key)
    return False


_APPLY: dict[type, Callable[[peewee.Database, Sequence[Any]], bool]] = {
    AssetRow: assets.put,
    Gone: assets.gone,
    Facts: assets.facts,
    ProblemRow: _problems,
    Cleared: _cleared,
    RecordRow: records.put,
}
