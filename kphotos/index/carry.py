"""Takes the rows of one volume over from the index that is read: its disk cannot be read just now."""

from __future__ import annotations

from contextlib import suppress

import peewee

from kphotos import db
from kphotos.config import Settings
from kphotos.errors import IndexMissing
from kphotos.index import generation, store
from kphotos.index.tables import Asset, AssetPerson, AssetTag, Favourite, Problem, Row, columns_of, table_of

# A person's own record, which a rebuild has read already, says the rest of the favourites.
_HANGING = ((AssetTag, ""), (AssetPerson, ""), (Favourite, " AND kept_in = 'ledger'"))
_BATCH = 500


def over(settings: Settings, volume: str) -> int:
    """Copy a volume's assets, with all that hangs on them, into the bound index; the number of assets.

    Raises IndexMissing if there is no index to copy from.
    """
    to = generation.bound().database
    source = store.of(settings).database(generation.current(settings))
    with db.checkout(source), db.snapshot(source):
        count = _copy(source, to, Asset, "volume = ?", volume)
        _copy(source, to, Problem, "volume = ?", volume)
        for model, own in _HANGING:
            _copy(source, to, model, f"asset IN (SELECT id FROM asset WHERE volume = ?){own}", volume)  # noqa: S608
    return count


def health(settings: Settings, volume: str) -> None:
    """Copy what the watcher tells of a volume, which lies on no disk; nothing where there is no index."""
    to = generation.bound().database
    with suppress(IndexMissing):
        source = store.of(settings).database(generation.current(settings))
        with db.checkout(source), db.snapshot(source):
            _copy(source, to, Problem, "volume = ? AND path = '' AND kind = 'watch'", volume)


def _copy(source: peewee.Database, to: peewee.Database, model: type[Row], where: str, volume: str) -> int:
    names = ", ".join(f'"{name}"' for name in columns_of(model))
    table = table_of(model)
    insert = (
        f"INSERT INTO {table} ({names}) VALUES ({db.marks(len(columns_of(model)))}) ON CONFLICT DO NOTHING"  # noqa: S608
    )
    waiting: list[tuple[object, ...]] = []
    count = 0
    for row in db.stream(source, f"SELECT {names} FROM {table} WHERE {where}", (volume,)):  # noqa: S608 - own names
        waiting.append(tuple(row))
        count += 1
        if len(waiting) >= _BATCH:
            _insert(to, insert, waiting)
            waiting = []
    _insert(to, insert, waiting)
    return count


def _insert(to: peewee.Database, insert: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        with db.writing(to):
            db.many(to, insert, rows)
