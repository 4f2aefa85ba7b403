"""Where generations of the index lie: files in a folder (SQLite) or schemas of a database (Postgres).

A generation is a whole index under a name that is never used again: SQLite gives I/O errors to
everyone who still holds the old file of a reused name. One small pointer says which generation is
read; it is looked at on every checkout, so that a deleted or replaced index is noticed at once.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import sqlite3
import threading
import time
from pathlib import Path
from typing import Protocol

import peewee

from kphotos import db
from kphotos.config import Settings
from kphotos.errors import IndexMissing
from kphotos.index.tables import MODELS, SCHEMA

LOG = logging.getLogger(__name__)
NAME = re.compile(r"g[0-9a-z]{9}[0-9a-f]{8}")
_CONTROL = "kphotos"
_VANISHED = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
_MAGIC = b"SQLite format 3\0"


_held: dict[tuple[int, int], int] = {}
_holding = threading.Lock()


def _head(path: Path) -> tuple[bytes, int]:
    """The first bytes of a database's file, and its size; the file is never closed while it lasts.

    Closing any descriptor of a file drops every lock that the process has on it (POSIX), SQLite's own
    among them. Another process that closes the database would then delete the log we still write to.
    """
    there = path.stat()
    with _holding:
        descriptor = _held.get((there.st_dev, there.st_ino))
        if descriptor is None:
            for key in [key for key, old in _held.items() if os.fstat(old).st_nlink == 0]:
                os.close(_held.pop(key))
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            found = os.fstat(descriptor)
            _held[found.st_dev, found.st_ino] = descriptor
        return os.pread(descriptor, 100, 0), there.st_size


class Store(Protocol):
    """The two sides of where generations lie."""

    def pointed(self) -> str:
        """The generation to read; IndexMissing if there is none that can be."""
        ...

    def point(self, generation: str) -> None:
        """Make a generation the one to read, durably and in one step."""
        ...

    def create(self, generation: str) -> peewee.Database:
        """Make an empty generation."""
        ...

    def database(self, generation: str) -> peewee.Database:
        """The database of a generation."""
        ...

    def names(self) -> list[str]:
        """Every generation that is there, oldest first."""
        ...

    def drop(self, generation: str) -> None:
        """Delete a generation."""
        ...

    def explain(self, generation: str, error: Exception) -> IndexMissing | None:
        """The reason why a query failed, if it is that the index is gone or damaged (then set aside)."""
        ...


def new_name() -> str:
    """A name that no generation ever had: the time, so that names sort by age, and chance."""
    return "g" + _base36(time.time_ns() // 1_000_000, 9) + secrets.token_hex(4)


def _base36(number: int, width: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits.rjust(width, "0")


def _fill(database: peewee.Database) -> None:
    db.create_tables(database, MODELS)
    db.many(database, "INSERT INTO meta (key, value) VALUES (?, ?)", [("changes", 0), ("structure", 0)])


def of(settings: Settings) -> Store:
    """The store that the settings name."""
    return Schemas(settings.database_url) if settings.uses_postgres else Files(settings.index_folder)


class Files:
    """Generations as SQLite files `<generation>.db` beside a pointer file `current`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pointer = folder / "current"

    def pointed(self) -> str:
        try:
            line = self._pointer.read_text(encoding="ascii")
        except FileNotFoundError as error:
            raise IndexMissing("there is none yet, or it was deleted") from error
        except (OSError, UnicodeDecodeError) as error:
            raise IndexMissing(f"its pointer cannot be read ({error})") from error
        generation, _, schema = line.strip().partition(" ")
        if not NAME.fullmatch(generation):
            raise IndexMissing("its pointer is damaged")
        if schema != str(SCHEMA):
            raise IndexMissing(f"it has schema {schema[:20]!r}, this K-Photos writes {SCHEMA}")
        self._check(generation)
        return generation

    def _check(self, generation: str) -> None:
        path = self._path(generation)
        try:
            head, size = _head(path)
        except OSError as error:
            raise IndexMissing("its file is gone") from error
        if head[:16] != _MAGIC:
            raise self._set_aside(generation, "its file is no database any more")
        page = int.from_bytes(head[16:18], "big")
        pages = int.from_bytes(head[28:32], "big")
        if size < pages * (65_536 if page == 1 else page) and not self._is_whole(path):
            raise self._set_aside(generation, "its file has been cut off")

    def _is_whole(self, path: Path) -> bool:
        # While a checkpoint is being copied back the file may be shorter than its header says for a
        # moment, so a short file is only a suspicion: SQLite itself is asked before anything is set aside.
        try:
            connection = sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=db.BUSY_SECONDS)
            try:
                return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
            finally:
                connection.close()
        except sqlite3.DatabaseError:
            return False

    def point(self, generation: str) -> None:
        temp = self._pointer.with_name(f".current-{secrets.token_hex(4)}")
        with temp.open("x", encoding="ascii") as file:
            file.write(f"{generation} {SCHEMA}\n")
            file.flush()
            os.fsync(file.fileno())
        temp.replace(self._pointer)
        db.sync_folder(self._folder)

    def create(self, generation: str) -> peewee.Database:
        db.create_sqlite(self._path(generation), schema=SCHEMA)
        database = self.database(generation)
        with db.checkout(database), db.writing(database):
            _fill(database)
        return database

    def database(self, generation: str) -> peewee.Database:
        return db.sqlite(self._path(generation), synchronous="NORMAL")

    def names(self) -> list[str]:
        if not self._folder.is_dir():
            return []
        return sorted(path.stem for path in self._folder.glob("g*.db") if NAME.fullmatch(path.stem))

    def drop(self, generation: str) -> None:
        db.forget(str(self._path(generation)))
        for suffix in ("", "-wal", "-shm", "-turn"):
            self._path(generation).with_name(f"{generation}.db{suffix}").unlink(missing_ok=True)

    def explain(self, generation: str, error: Exception) -> IndexMissing | None:
        code = getattr(error.__cause__ or error.__context__, "sqlite_errorcode", 0)
        if db.is_damaged(error):
            return self._set_aside(generation, f"its file is damaged ({db.first_line(error)})")
        gone = isinstance(error, FileNotFoundError) or code & 0xFF in _VANISHED
        if gone and not self._path(generation).exists():
            return IndexMissing("its file is gone")
        return None

    def _set_aside(self, generation: str, reason: str) -> IndexMissing:
        """Keep the damaged files under another name for whoever wants to look, out of everyone's way."""
        for suffix in ("", "-wal", "-shm"):
            path = self._path(generation).with_name(f"{generation}.db{suffix}")
            if path.exists():
                path.replace(path.with_name(f"damaged-{path.name}"))
        db.forget(str(self._path(generation)))
        LOG.error("The index %s was set aside: %s.", generation, reason)
        return IndexMissing(f"{reason}; it was set aside as damaged-{generation}.db")

    def _path(self, generation: str) -> Path:
        return self._folder / f"{generation}.db"


class Schemas:
    """Generations as Postgres schemas `kphotos_<generation>`; the pointer is a row in schema `kphotos`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._control = db.postgres(url, _CONTROL)

    def pointed(self) -> str:
        with db.checkout(self._control):
            try:
                row = db.run(
                    self._control,
                    "SELECT p.generation, p.schema, to_regnamespace('kphotos_' || p.generation) IS NOT NULL"
                    " FROM kphotos.pointer p",
                ).fetchone()
            except peewee.ProgrammingError as error:
                raise IndexMissing("there is none yet, or it was deleted") from error
        if row is None or not NAME.fullmatch(row[0]):
            raise IndexMissing("its pointer is damaged")
        if row[1] != SCHEMA:
            raise IndexMissing(f"it has schema {row[1]}, this K-Photos writes {SCHEMA}")
        if not row[2]:
            raise IndexMissing("its schema is gone")
        generation: str = row[0]
        return generation

    def point(self, generation: str) -> None:
        with db.checkout(self._control), db.writing(self._control):
            db.create_schema(self._control, _CONTROL)
            db.run(
                self._control,
                "CREATE TABLE IF NOT EXISTS kphotos.pointer (one integer PRIMARY KEY CHECK (one = 1),"
                " generation text NOT NULL, schema integer NOT NULL)",
            )
            db.run(
                self._control,
                "INSERT INTO kphotos.pointer (one, generation, schema) VALUES (1, ?, ?)"
                " ON CONFLICT (one) DO UPDATE SET generation = excluded.generation, schema = excluded.schema",
                (generation, SCHEMA),
            )

    def create(self, generation: str) -> peewee.Database:
        database = self.database(generation)
        with db.checkout(database), db.writing(database):
            db.create_schema(database, f"kphotos_{generation}")
            _fill(database)
        return database

    def database(self, generation: str) -> peewee.Database:
        return db.postgres(self._url, f"kphotos_{generation}")

    def names(self) -> list[str]:
        with db.checkout(self._control):
            rows = db.run(self._control, "SELECT nspname FROM pg_namespace ORDER BY nspname").fetchall()
        found = [row[0].removeprefix("kphotos_") for row in rows]
        return [name for name in found if NAME.fullmatch(name)]

    def drop(self, generation: str) -> None:
        with db.checkout(self._control):
            db.run(self._control, f'DROP SCHEMA IF EXISTS "kphotos_{generation}" CASCADE')
        db.forget(self._url, f"kphotos_{generation}")

    def explain(self, generation: str, error: Exception) -> IndexMissing | None:
        if isinstance(error, peewee.ProgrammingError) and generation not in self.names():
            return IndexMissing("its schema is gone")
        return None
