"""Questions that pages and the terminal ask of the index; whoever asks about assets gives a scope first."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import peewee

from kphotos import db
from kphotos.errors import NotFound
from kphotos.index import generation
from kphotos.index.rows import ProblemRow
from kphotos.index.scope import Scope
from kphotos.index.tables import Asset, AssetTag, Problem

_MOST_TAGS = 200
_TAGS = """
WITH RECURSIVE found(tag) AS (
  SELECT MIN(tag) FROM asset_tag
  UNION ALL
  SELECT (SELECT MIN(tag) FROM asset_tag WHERE asset_tag.tag > found.tag)
    FROM found WHERE found.tag IS NOT NULL
) SELECT tag FROM found WHERE tag IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class AssetView:
    """One asset as the index has it. `document` is what `AssetRow.document` was; paths are escaped text."""

    id: str
    volume: str
    path: str
    folder: str
    name: str
    kind: str
    size: int
    mtime_ns: int
    hash: str | None
    width: int | None
    height: int | None
    duration: int | None
    taken_local: str | None
    taken_offset: str | None
    taken_source: str | None
    make: str | None
    model: str | None
    lens: str | None
    exposure_time: float | None
    f_number: float | None
    iso: int | None
    focal_length: float | None
    orientation: int
    conflicts: int
    trashed: bool
    has_ledger: bool
    pending: bool
    has_thumb: bool
    thumbhash: bytes | None
    document: dict[str, Any]
    favourite: bool
    problems: tuple[ProblemRow, ...]


_READ = tuple(field.name for field in fields(AssetView) if field.name not in ("favourite", "problems"))
_TRUTHS = {"trashed", "has_ledger", "pending", "has_thumb", "favourite"}
# Written out, since each edit asks it twice and peewee takes a millisecond to compose it.
_LIKED = 'EXISTS (SELECT 1 FROM favourite f WHERE f."user" = ? AND f.asset = a.id)'
_ONE = f"SELECT {', '.join(f'a.{name}' for name in _READ)}, {_LIKED} FROM asset a WHERE "  # noqa: S608
_PROBLEMS = "SELECT volume, path, kind, reason, kept FROM problem WHERE volume = ? AND path = ? ORDER BY kind"


def asset(scope: Scope, id: str) -> AssetView:  # noqa: A002 - it is the asset's id
    """One asset by id; NotFound if there is none or the viewer may not see it."""
    return _one(scope, "a.id = ?", id)


def asset_at(scope: Scope, volume: str, path: str) -> AssetView:
    """One asset by volume and escaped path; NotFound as above."""
    return _one(scope, "a.volume = ? AND a.path = ?", volume, path)


def _one(scope: Scope, condition: str, *values: str) -> AssetView:
    database = generation.bound().database
    found = db.run(database, _ONE + condition, (scope.user, *values)).fetchone()
    cells: dict[str, Any] = dict(zip((*_READ, "favourite"), found or ()))
    if not cells or not scope.sees(cells["volume"]):
        raise NotFound("There is no such photo.")
    cells["document"] = json.loads(cells["document"])
    for name in _TRUTHS:
        cells[name] = bool(cells[name])
    told = db.run(database, _PROBLEMS, (cells["volume"], cells["path"])).fetchall()
    return AssetView(**cells, problems=tuple(ProblemRow(*row) for row in told))


@dataclass(frozen=True, slots=True)
class Place:
    """Where an asset lies (`path` is escaped text), which file, and if it is a favourite of the viewer's."""

    id: str
    volume: str
    path: str
    name: str
    size: int
    mtime_ns: int
    favourite: bool


_AT_ONCE = 500


def places(scope: Scope, ids: Sequence[str]) -> list[Place]:
    """Where those of the assets lie that the viewer sees, by volume and path."""
    found: list[Place] = []
    database = generation.bound().database
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        sql = (
            f"SELECT a.id, a.volume, a.path, a.name, a.size, a.mtime_ns, {_LIKED} FROM asset a WHERE a.id IN"  # noqa: S608
        )
        rows = db.run(database, f"{sql} ({db.marks(len(some))})", (scope.user, *some)).fetchall()
        found += [_place(row) for row in rows if scope.sees(row[1])]
    return sorted(found, key=lambda place: (place.volume, place.path))


def _place(row: Sequence[Any]) -> Place:
    key, volume, path, name, size, mtime_ns, favourite = row
    return Place(key, volume, path, name, size, mtime_ns, bool(favourite))


def source(scope: Scope, asset_id: str) -> tuple[str, str, str, str | None] | None:
    """Id, volume, path and content hash of an asset that the viewer sees: what a picture's address needs.

    Plain SQL: a page asks this a hundred times, and building the query would take longer than running it.
    """
    sql = "SELECT id, volume, path, hash FROM asset WHERE id = ?"
    row = db.run(generation.bound().database, sql, (asset_id,)).fetchone()
    return tuple(row) if row is not None and scope.sees(row[1]) else None


def problems(scope: Scope, limit: int = 1_000) -> list[ProblemRow]:
    """What is wrong with paths in the viewer's volumes, by volume and path."""
    columns = (Problem.volume, Problem.path, Problem.kind, Problem.reason, Problem.kept)
    query = Problem.select(*columns).order_by(Problem.volume, Problem.path, Problem.kind).limit(limit)
    if scope.volumes is not None:
        query = query.where(Problem.volume.in_(sorted(scope.volumes)))
    return [ProblemRow(*row) for row in db.rows(query)]


def roots(scope: Scope) -> list[ProblemRow]:
    """The visible volumes of which all is offline or halted."""
    columns = (Problem.volume, Problem.path, Problem.kind, Problem.reason, Problem.kept)
    query = Problem.select(*columns).where(Problem.path == "", Problem.kind.in_(("offline", "halted")))
    return [row for row in (ProblemRow(*cells) for cells in db.rows(query)) if scope.sees(row.volume)]


def counts(scope: Scope) -> dict[str, int]:
    """Numbers of visible assets: in all, by kind, trashed, in conflict, with a thumbnail; and of problems."""
    total = peewee.fn.COUNT(peewee.SQL("*"))
    alive = Asset.trashed == 0
    by_kind = db.rows(Asset.select(Asset.kind, total).where(alive, scope.where()).group_by(Asset.kind))
    found = {"photo": 0, "raw": 0, "video": 0} | dict(by_kind)
    found["assets"] = sum(number for _, number in by_kind)
    for name, condition in (
        ("trashed", Asset.trashed == 1),
        ("conflicts", alive & (Asset.conflicts > 0)),
        ("thumbnails", alive & (Asset.has_thumb == 1)),
    ):
        found[name] = Asset.select().where(condition, scope.where()).count()
    seen = Problem.select()
    if scope.volumes is not None:
        seen = seen.where(Problem.volume.in_(sorted(scope.volumes)))
    found["problems"] = seen.count()
    return found


@dataclass(frozen=True, slots=True)
class Review:
    """One asset that waits for a person; `review` is `AssetRow.review`, paths are escaped text."""

    id: str
    volume: str
    path: str
    name: str
    hash: str | None
    has_thumb: bool
    review: str


def reviews(scope: Scope) -> list[tuple[str, int]]:
    """What assets wait for, and how many wait for exactly that: most first."""
    number = peewee.fn.COUNT(peewee.SQL("*"))
    found = Asset.select(Asset.review, number).where(_waits(scope)).group_by(Asset.review)
    return sorted(((row[0], int(row[1])) for row in db.rows(found)), key=lambda one: (-one[1], one[0]))


def review_count(scope: Scope) -> int:
    """How many visible assets wait for a person."""
    return int(Asset.select().where(_waits(scope)).count())


def reviewed(scope: Scope, review: str, start: int = 0, limit: int = 60) -> list[Review]:
    """Assets that wait for exactly this, by volume and path."""
    columns = [getattr(Asset, field.name) for field in fields(Review)]
    query = Asset.select(*columns).where(_waits(scope), Asset.review == review)
    rows = db.rows(query.order_by(Asset.volume, Asset.path).offset(start).limit(limit))
    return [Review(row[0], row[1], row[2], row[3], row[4], bool(row[5]), row[6]) for row in rows]


def review_ids(scope: Scope, limit: int = 10_000) -> list[str]:
    """The ids of what waits, group by group: the order in which one goes through them."""
    order = (Asset.review, Asset.volume, Asset.path)
    return [
        row[0] for row in db.rows(Asset.select(Asset.id).where(_waits(scope)).order_by(*order).limit(limit))
    ]


def _waits(scope: Scope) -> peewee.Expression:
    # No word of the trash: the index of what waits has none of it, and the planner would take another.
    return (Asset.review > "") & scope.where()


@dataclass(frozen=True, slots=True)
class Sketch:
    """As much of an asset as a thumbnail needs."""

    id: str
    path: str
    hash: str | None
    has_thumb: bool


def sketches(scope: Scope, volume: str, paths: Sequence[str]) -> dict[str, Sketch]:
    """Visible assets of a volume at these escaped paths (some hundreds at most), by path."""
    columns = (Asset.id, Asset.path, Asset.hash, Asset.has_thumb)
    query = Asset.select(*columns).where(Asset.volume == volume, Asset.path.in_(list(paths)), scope.where())
    return {row[1]: Sketch(row[0], row[1], row[2], bool(row[3])) for row in db.rows(query)}


def by_volume(scope: Scope) -> dict[str, int]:
    """The number of visible assets that are not in the trash, by volume."""
    number = peewee.fn.COUNT(peewee.SQL("*"))
    query = Asset.select(Asset.volume, number).where(Asset.trashed == 0, scope.where())
    return {row[0]: int(row[1]) for row in db.rows(query.group_by(Asset.volume))}


def tags(scope: Scope, prefix: str = "", limit: int = 20) -> list[tuple[str, int]]:
    """Tags of visible assets of which the whole path or one of its parts begins so, most used first.

    Case and composed letters do not matter. At most 200 tags are weighed, the first by their path.
    """
    wanted = _folded(prefix)
    names = (row[0] for row in db.run(generation.bound().database, _TAGS).fetchall())
    found: list[tuple[str, int]] = []
    candidates = [name for name in names if _begins(name, wanted)]
    for start in range(0, len(candidates), _MOST_TAGS):
        found += _used(scope, candidates[start : start + _MOST_TAGS])
        if len(found) >= limit:
            break
    return sorted(found, key=lambda tag: (-tag[1], tag[0]))[:limit]


def _begins(tag: str, wanted: str) -> bool:
    folded = _folded(tag)
    return folded.startswith(wanted) or any(part.startswith(wanted) for part in folded.split("/"))


def _folded(value: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", value).casefold()).strip()


def _used(scope: Scope, names: Iterable[str]) -> list[tuple[str, int]]:
    number = peewee.fn.COUNT(peewee.SQL("*"))
    query = (
        AssetTag.select(AssetTag.tag, number)
        .join(Asset, on=(Asset.id == AssetTag.asset))
        .where(AssetTag.tag.in_(list(names)), Asset.trashed == 0, scope.where())
        .group_by(AssetTag.tag)
    )
    return [(tag, int(used)) for tag, used in db.rows(query)]


def without_thumbnail(limit: int = 1_000, after: str = "") -> list[tuple[str, str, str, str | None]]:
    """Assets whose derivatives are still to be made: (id, volume, path, hash), by id from `after` on."""
    columns = (Asset.id, Asset.volume, Asset.path, Asset.hash)
    condition = (Asset.has_thumb == 0) & (Asset.id > after)
    found = Asset.select(*columns).where(condition).order_by(Asset.id).limit(limit)
    return [(row[0], row[1], row[2], row[3]) for row in db.rows(found)]
