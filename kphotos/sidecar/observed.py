"""The engine's memory in `observed.db` (or the Postgres schema `kphotos_observed`): a cache, deletable.

Paths are kept as the bytes the disk has. On Postgres one database may serve several machines that each
have seen something else, so every row names its site.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import peewee

from kphotos import db
from kphotos.config import Settings
from kphotos.errors import Unavailable

_AT_ONCE = 500
_UNKNOWN = object()


class Bytes(peewee.Field):
    """Plain bytes."""

    field_type = "BLOB"


class FolderSeen(peewee.Model):
    """The packed snapshot of a folder."""

    site = peewee.TextField()
    volume = peewee.TextField()
    path = Bytes()
    seen = Bytes()

    class Meta:
        table_name = "folder"
        primary_key = peewee.CompositeKey("site", "volume", "path")


class SidecarSeen(peewee.Model):
    """What was last seen at a sidecar's path."""

    site = peewee.TextField()
    volume = peewee.TextField()
    path = Bytes()
    seen = Bytes()

    class Meta:
        table_name = "sidecar"
        primary_key = peewee.CompositeKey("site", "volume", "path")


class OriginalSeen(peewee.Model):
    """The signature an original had when it had this content hash."""

    site = peewee.TextField()
    volume = peewee.TextField()
    path = Bytes()
    seen = Bytes()
    hash = peewee.TextField()

    class Meta:
        table_name = "original"
        primary_key = peewee.CompositeKey("site", "volume", "path")


MODELS = (FolderSeen, SidecarSeen, OriginalSeen)


class Observed:
    """`sync.ports.Memory` for one site."""

    def __init__(self, settings: Settings, site: str) -> None:
        self._settings = settings
        self._site = site
        self._expected: dict[tuple[str, str], bytes | None] = {}
        self._known: dict[tuple[str, str], bytes | None] = {}

    def folders(self, volume: str) -> dict[str, bytes]:
        """Every folder's packed snapshot, loaded at once."""
        sql = "SELECT path, seen FROM folder WHERE site = ? AND volume = ?"
        with self._state() as database:
            rows = db.run(database, sql, (self._site, volume)).fetchall()
        return {os.fsdecode(path): seen for path, seen in rows}

    def save_folders(self, volume: str, snapshots: Mapping[str, bytes | None]) -> None:
        """Keep or forget snapshots of folders."""
        self._keep("folder", volume, {path: it if it is None else (it,) for path, it in snapshots.items()})

    def last(self, volume: str, path: str) -> bytes | None:
        """What was last seen at a sidecar's path."""
        if (volume, path) in self._expected:
            return self._expected.pop((volume, path))
        sql = "SELECT seen FROM sidecar WHERE site = ? AND volume = ? AND path = ?"
        with self._state() as database:
            row = db.run(database, sql, (self._site, volume, os.fsencode(path))).fetchone()
        return row[0] if row is not None else None

    def expect(self, volume: str, paths: Iterable[str]) -> None:
        """Read at once what is about to be asked for; a query each would cost half a rebuild."""
        found = self._some("sidecar", ("seen",), volume, paths)
        self._known = {(volume, path): cells[0] if cells else None for path, cells in found.items()}
        self._expected = dict(self._known)

    def keep(self, volume: str, seen: Mapping[str, bytes | None]) -> None:
        """Keep or forget what was seen at sidecars' paths."""
        news = {path: it for path, it in seen.items() if self._known.get((volume, path), _UNKNOWN) != it}
        for path in seen:
            self._expected.pop((volume, path), None)
            self._known.pop((volume, path), None)
        if news:
            self._keep("sidecar", volume, {path: it if it is None else (it,) for path, it in news.items()})

    def hashes(self, volume: str, paths: Iterable[str]) -> dict[str, tuple[bytes, str]]:
        """Originals' signatures and content hashes, for those of the paths that are known."""
        found = self._some("original", ("seen", "hash"), volume, paths)
        return {path: (cells[0], cells[1]) for path, cells in found.items() if cells is not None}

    def keep_hashes(self, volume: str, seen: Mapping[str, tuple[bytes, str] | None]) -> None:
        """Keep or forget content hashes."""
        self._keep("original", volume, seen)

    def _some(
        self, table: str, columns: Sequence[str], volume: str, paths: Iterable[str]
    ) -> dict[str, Sequence[Any] | None]:
        """The cells at each of the paths, None where there are none."""
        found: dict[str, Sequence[Any] | None] = dict.fromkeys(paths)
        wanted = [os.fsencode(path) for path in found]
        if not wanted:
            return found
        with self._state() as database:
            for start in range(0, len(wanted), _AT_ONCE):
                some = wanted[start : start + _AT_ONCE]
                sql = (
                    f"SELECT path, {', '.join(columns)} FROM {table} WHERE site = ? AND volume = ?"  # noqa: S608
                    f" AND path IN ({db.marks(len(some))})"
                )
                for path, *cells in db.run(database, sql, (self._site, volume, *some)).fetchall():
                    found[os.fsdecode(path)] = cells
        return found

    def _keep(self, table: str, volume: str, seen: Mapping[str, Sequence[Any] | None]) -> None:
        keys = {path: (self._site, volume, os.fsencode(path)) for path in seen}
        gone = [keys[path] for path, cells in seen.items() if cells is None]
        kept = [(*keys[path], *cells) for path, cells in seen.items() if cells is not None]
        columns = ("seen", "hash") if table == "original" else ("seen",)
        names = ", ".join(columns)
        news = ", ".join(f"{name} = excluded.{name}" for name in columns)
        with _unless_full(), self._state() as database, db.writing(database):
            db.many(database, f"DELETE FROM {table} WHERE site = ? AND volume = ? AND path = ?", gone)  # noqa: S608
            db.many(
                database,
                f"INSERT INTO {table} (site, volume, path, {names}) VALUES ({db.marks(3 + len(columns))})"  # noqa: S608
                f" ON CONFLICT (site, volume, path) DO UPDATE SET {news}",
                kept,
            )

    @contextmanager
    def _state(self) -> Iterator[peewee.Database]:
        with db.state(self._settings, "observed", MODELS) as database:
            yield database


class Aside(Observed):
    """The same for a round of which the index that is read hears nothing: what it sees is forgotten with it.

    Kept, it would be taken for told, and shown at the next rescan at the earliest.
    """

    def __init__(self, settings: Settings, site: str) -> None:
        super().__init__(settings, site)
        self._held: dict[tuple[str, str], bytes | None] = {}

    def last(self, volume: str, path: str) -> bytes | None:
        """What was last seen at a sidecar's path, in this round or before it."""
        known = super().last(volume, path)
        return self._held.get((volume, path), known)

    def _keep(self, table: str, volume: str, seen: Mapping[str, Sequence[Any] | None]) -> None:
        if table == "sidecar":
            self._held |= {(volume, path): None if it is None else it[0] for path, it in seen.items()}


@contextmanager
def _unless_full() -> Iterator[None]:
    """What cannot be remembered on a full disk costs a second look, and no edit that is durable already."""
    try:
        yield
    except Unavailable as error:
        if error.code != db.FULL:
            raise
