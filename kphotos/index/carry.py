"""Takes the rows of one volume over from the index that is read: its disk cannot be read just now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

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

    What the bound index has of the volume was read from disk, and nothing is added to it. Raises
    IndexMissing if there is no index to copy from.
    """
    to = generation.bound().database
    read = _ids(to, volume)
    source = store.of(settings).database(generation.current(settings))
    with db.checkout(source), db.snapshot(source):
        count = _copy(source, to, Asset, "volume = ?", volume, lambda row: row["id"] not in read)
        carried = _ids(to, volume).keys() - read.keys()
        for model, own in _HANGING:
            where = f"asset IN (SELECT id FROM asset WHERE volume = ?){own}"  # noqa: S608 - own names
            _copy(source, to, model, where, volume, lambda row: row["asset"] in carried)
        _copy(source, to, Problem, "volume = ? AND path <> ''", volume, _is_theirs(_ids(to, volume), read))
    return count


def _ids(database: peewee.Database, volume: str) -> dict[str, str]:
    """The paths of a volume's assets by id."""
    sql = "SELECT id, path FROM asset WHERE volume = ?"
    return dict(db.run(database, sql, (volume,)).fetchall())


def _is_theirs(all_: Mapping[str, str], read: Mapping[str, str]) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a problem is of what was carried: of an asset, or of a sidecar by its name or its stem."""
    if not read:
        return lambda row: True
    paths = {path for key, path in all_.items() if key not in read}
    paths |= {path.rpartition(".")[0] for path in paths}
    anew = set(read.values())

    def is_theirs(row: Mapping[str, Any]) -> bool:
        path = row["path"]
        above = {path[:end] for end, char in enumerate(path) if char == "."}
        return path not in anew and not paths.isdisjoint({path, *above})

    return is_theirs


def health(settings: Settings, volume: str) -> None:
    """Copy what the watcher tells of a volume, which lies on no disk; nothing where there is no index."""
    to = generation.bound().database
    with suppress(IndexMissing):
        source = store.of(settings).database(generation.current(settings))
        with db.checkout(source), db.snapshot(source):
            _copy(source, to, Problem, "volume = ? AND path = '' AND kind = 'watch'", volume)


def _copy(
    source: peewee.Database,
    to: peewee.Database,
    model: type[Row],
    where: str,
    volume: str,
    is_wanted: Callable[[Mapping[str, Any]], bool] = lambda row: True,
) -> int:
    columns = columns_of(model)
    names = ", ".join(f'"{name}"' for name in columns)
    table = table_of(model)
    insert = f"INSERT INTO {table} ({names}) VALUES ({db.marks(len(columns))}) ON CONFLICT DO NOTHING"  # noqa: S608
    waiting: list[tuple[object, ...]] = []
    count = 0
    for row in db.stream(source, f"SELECT {names} FROM {table} WHERE {where}", (volume,)):  # noqa: S608 - own names
        if not is_wanted(dict(zip(columns, row, strict=True))):
            continue
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
