"""Assets and what hangs on them, as rows: each function says whether a timeline's structure changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import peewee

from kphotos import db
from kphotos.index import values
from kphotos.index.rows import AssetRow, Facts, Gone, Rival
from kphotos.index.tables import Asset, columns_of

_COLUMNS = columns_of(Asset)
_UPSERT = (
    f"INSERT INTO asset ({', '.join(_COLUMNS)}) VALUES ({db.marks(len(_COLUMNS))})"  # noqa: S608 - own names
    f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in _COLUMNS if c != 'id')}"
)
_FACT = "hash, width, height, duration, thumbhash, phash, has_thumb"
_SHAPE = ("volume", "path", "day", "clock", "ratio", "trashed")
# Table, columns, and which rows are the asset's own: a person's record may keep favourites as well.
_CHILDREN = (
    ("asset_tag", "tag, asset", ""),
    ("asset_person", "person, asset", ""),
    ("favourite", '"user", asset, kept_in', " AND kept_in = 'ledger'"),
)


def put(database: peewee.Database, rows: Sequence[AssetRow]) -> bool:
    """Insert or replace; ids and paths in `rows` are distinct."""
    known = _facts_of(database, {row.hash for row in rows if row.hash is not None})
    cells = [_cells(row, known.get(row.hash or "")) for row in rows]
    before = _shapes(database, [row.id for row in rows])
    moved = _make_room(database, rows)
    after = {cell[0]: tuple(cell[_COLUMNS.index(name)] for name in _SHAPE) for cell in cells}
    _forget_children(database, before)
    db.many(database, _UPSERT, cells)
    _add_children(database, rows)
    return moved or any(before.get(key) != shape for key, shape in after.items())


def displaced(database: peewee.Database, rows: Sequence[AssetRow]) -> list[Rival]:
    """Those whose ids `rows` are about to take, and that are not among `rows` themselves."""
    here = {(row.volume, row.path) for row in rows}
    wanted = {row.id: row for row in rows}
    return [
        Rival(asset, (volume, path), (wanted[asset].volume, wanted[asset].path))
        for asset, (volume, path, *_) in _shapes(database, list(wanted)).items()
        if (volume, path) not in here
    ]


def gone(database: peewee.Database, rows: Sequence[Gone]) -> bool:
    """Remove the assets whose originals are gone; their sidecars stay on disk."""
    found = [
        row[0]
        for gone in rows
        for row in db.run(
            database, "SELECT id FROM asset WHERE volume = ? AND path = ?", (gone.volume, gone.path)
        ).fetchall()
    ]
    _remove(database, found)
    return bool(found)


def facts(database: peewee.Database, rows: Sequence[Facts]) -> bool:
    """Remember facts by content hash and show them on every asset with that content."""
    db.many(
        database,
        f"INSERT INTO fact ({_FACT}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - own names
        " ON CONFLICT (hash) DO UPDATE SET width = excluded.width, height = excluded.height,"
        " duration = excluded.duration, thumbhash = excluded.thumbhash, phash = excluded.phash,"
        " has_thumb = excluded.has_thumb",
        [_fact_cells(fact) for fact in rows],
    )
    moved = False
    for fact in rows:
        moved |= _show(database, fact)
    return moved


def _fact_cells(fact: Facts) -> tuple[Any, ...]:
    sizes = map(values.integer, (fact.width, fact.height, fact.duration))
    return (fact.hash, *sizes, fact.thumbhash, values.text(fact.phash), int(fact.has_thumb))


def _show(database: peewee.Database, fact: Facts) -> bool:
    shown = db.run(
        database,
        "SELECT id, width, height, orientation, ratio FROM asset WHERE hash = ?",
        (fact.hash,),
    ).fetchall()
    moved = False
    for asset, width, height, orientation, before in shown:
        ratio = _ratio(width, height, orientation, fact)
        moved |= ratio != before
        db.run(
            database,
            "UPDATE asset SET thumbhash = ?, has_thumb = ?, ratio = ? WHERE id = ?",
            (fact.thumbhash, int(fact.has_thumb), ratio, asset),
        )
    return moved


def _facts_of(database: peewee.Database, hashes: set[str]) -> dict[str, Facts]:
    if not hashes:
        return {}
    sql = f"SELECT {_FACT} FROM fact WHERE hash IN ({db.marks(len(hashes))})"  # noqa: S608 - own marks
    return {row[0]: _fact(row) for row in db.run(database, sql, sorted(hashes)).fetchall()}


def _fact(row: Sequence[Any]) -> Facts:
    key, width, height, duration, thumbhash, phash, has_thumb = row
    return Facts(key, width, height, duration, thumbhash, phash, bool(has_thumb))


def _shapes(database: peewee.Database, ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    sql = f"SELECT id, {', '.join(_SHAPE)} FROM asset WHERE id IN ({db.marks(len(ids))})"  # noqa: S608 - own marks
    return {row[0]: tuple(row[1:]) for row in db.run(database, sql, ids).fetchall()}


def _make_room(database: peewee.Database, rows: Sequence[AssetRow]) -> bool:
    """Remove whatever stands at one of these paths under another id: one path is one asset."""
    wanted = {(row.volume, row.path): row.id for row in rows}
    paths = sorted({row.path for row in rows})
    sql = f"SELECT id, volume, path FROM asset WHERE volume = ? AND path IN ({db.marks(len(paths))})"  # noqa: S608
    squatters = [
        found[0]
        for volume in sorted({row.volume for row in rows})
        for found in db.run(database, sql, (volume, *paths)).fetchall()
        if wanted.get((found[1], found[2]), found[0]) != found[0]
    ]
    _remove(database, squatters)
    return bool(squatters)


def _remove(database: peewee.Database, ids: Iterable[str]) -> None:
    keys = [(key,) for key in ids]
    if keys:
        _forget_children(database, (key for (key,) in keys))
        db.many(database, "DELETE FROM asset WHERE id = ?", keys)


def _forget_children(database: peewee.Database, ids: Iterable[str]) -> None:
    keys = list(ids)
    if not keys:
        return
    for table, _, own in _CHILDREN:
        sql = f"DELETE FROM {table} WHERE asset IN ({db.marks(len(keys))}){own}"  # noqa: S608 - own names
        db.run(database, sql, keys)


def _add_children(database: peewee.Database, rows: Sequence[AssetRow]) -> None:
    for (table, columns, _), *cells in zip(_CHILDREN, *map(_children, rows)):
        found = [cell for of_one in cells for cell in of_one]
        if found:
            marks = db.marks(len(found[0]))
            sql = f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608
            db.many(database, sql, found)


def _children(row: AssetRow) -> tuple[list[tuple[str, ...]], ...]:
    """The rows for each of `_CHILDREN`."""
    tags, people = (
        {values.text(name) or "" for name in row.fields.get(field) or ()} - {""}
        for field in ("tags", "people")
    )
    return (
        [(tag, row.id) for tag in tags],
        [(person, row.id) for person in people],
        [(user, row.id, "ledger") for user in row.favourites],
    )


def _ratio(width: int | None, height: int | None, orientation: int, fact: Facts | None) -> int:
    if (not width or not height) and fact is not None:
        width, height = fact.width, fact.height
    return values.ratio_of(width, height, orientation)


def _cells(row: AssetRow, fact: Facts | None) -> tuple[Any, ...]:
    """The row's cells in the order of the table's columns."""
    integer, real, text, part = values.integer, values.real, values.text, values.part
    content = row.fields
    taken, gps = content.get("taken"), content.get("gps")
    local = text(part(taken, "local"))
    day, clock = values.day_and_clock(local)
    orientation = integer(content.get("orientation")) or 1
    width, height = integer(row.width), integer(row.height)
    folder, _, name = row.path.rpartition("/")
    return (
        row.id,
        row.volume,
        row.path,
        folder,
        name,
        row.kind,
        integer(row.size) or 0,
        integer(row.mtime_ns) or 0,
        row.hash,
        width,
        height,
        integer(row.duration),
        _ratio(width, height, orientation, fact),
        day,
        clock,
        local,
        text(part(taken, "offset")),
        text(row.taken_source),
        text(row.make),
        text(row.model),
        text(row.lens),
        real(row.exposure_time),
        real(row.f_number),
        integer(row.iso),
        real(row.focal_length),
        text(content.get("title")),
        text(content.get("description")),
        integer(content.get("rating")),
        text(content.get("label")),
        integer(content.get("pick")),
        real(part(gps, "lat")),
        real(part(gps, "lon")),
        real(part(gps, "alt")),
        values.maybe_json(content.get("creator")),
        text(content.get("copyright")),
        orientation,
        values.maybe_json(content.get("place")),
        row.conflicts,
        None if row.trashed else text(row.review),
        int(row.trashed),
        int(row.has_ledger),
        int(row.pending),
        fact.thumbhash if fact else None,
        int(fact.has_thumb) if fact else 0,
        text(values.document(row.document)),
    )
