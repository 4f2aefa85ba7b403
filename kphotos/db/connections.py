"""Opening databases: one cached handle per file or schema, a connection per checkout."""

from __future__ import annotations

import atexit
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import peewee
from playhouse.pool import MaxConnectionsExceeded
from playhouse.postgres_ext import PooledPsycopg3Database

from kphotos.db.statements import first_line, is_full, is_unavailable
from kphotos.errors import Unavailable

BUSY_SECONDS = 5.0
FULL = "disk_full"
POOL_SIZE = 16

_opened: dict[tuple[str, str], peewee.Database] = {}
_opening = threading.Lock()
_inherited: list[sqlite3.Connection] = []


class SqliteFile(peewee.SqliteDatabase):
    """A SQLite file that is never created by accident and takes no statement out of proportion."""

    def __init__(self, path: Path, synchronous: str) -> None:
        self.path = path
        self._keeper: tuple[int, sqlite3.Connection] | None = None
        super().__init__(
            f"file:{quote(str(path))}?mode=rw",
            uri=True,
            timeout=BUSY_SECONDS,
            lock_type="IMMEDIATE",
            pragmas=(
                ("synchronous", synchronous),
                ("foreign_keys", 1),
                ("trusted_schema", 0),
                ("cell_size_check", 1),
            ),
        )

    def _connect(self) -> sqlite3.Connection:
        found: sqlite3.Connection = super()._connect()  # type: ignore[misc]
        if self._keeper is None or self._keeper[0] != os.getpid():
            # When the last connection closes, SQLite copies the WAL back and waits for the disk. One idle
            # connection per process keeps that from happening after every checkout.
            if self._keeper is not None:
                # After a fork the parent's connection must not be closed here: keep it out of reach.
                _inherited.append(self._keeper[1])
            keeper = sqlite3.connect(self.database, uri=True, check_same_thread=False)
            keeper.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
            self._keeper = (os.getpid(), keeper)
        return found

    def rollback(self) -> None:
        # On a full disk SQLite has rolled back by itself; saying it again would hide the reason.
        if self.connection().in_transaction:  # type: ignore[no-untyped-call]
            super().rollback()

    def let_go(self) -> None:
        """Close the idle connection."""
        if self._keeper is not None and self._keeper[0] == os.getpid():
            self._keeper[1].close()
            self._keeper = None

    def _add_conn_hooks(self, conn: sqlite3.Connection) -> None:
        super()._add_conn_hooks(conn)  # type: ignore[misc]
        conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 16 * 2**20)
        conn.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 200)


def sqlite(path: Path, *, synchronous: Literal["NORMAL", "FULL"]) -> peewee.Database:
    """The database in an existing file. FULL keeps every commit through a power cut; NORMAL keeps order."""
    return _cached((str(path), synchronous), lambda: SqliteFile(path, synchronous))


def postgres(url: str, schema: str) -> peewee.Database:
    """One schema of a Postgres database, through a pool of this process."""
    return _cached(
        (url, schema),
        lambda: PooledPsycopg3Database(
            url,
            max_connections=POOL_SIZE,
            stale_timeout=300,
            timeout=BUSY_SECONDS,
            connect_timeout=5,
            application_name="kphotos",
            options=f"-c search_path={schema} -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s",
        ),
    )


def _cached(key: tuple[str, str], make: Callable[[], peewee.Database]) -> peewee.Database:
    with _opening:
        found = _opened.get(key)
        if found is None:
            found = _opened[key] = make()
        return found


def forget(prefix: str = "", schema: str | None = None) -> None:
    """Drop the cached databases whose path or URL begins so (of one schema), and their idle connections."""
    with _opening:
        for key in [key for key in _opened if key[0].startswith(prefix) and schema in (None, key[1])]:
            _let_go(_opened.pop(key))


def _let_go(database: peewee.Database) -> None:
    if isinstance(database, SqliteFile):
        database.let_go()
    elif isinstance(database, PooledPsycopg3Database):
        database.close_idle()


atexit.register(forget)


@contextmanager
def _own_errors() -> Iterator[None]:
    """As peewee's, what SQLite finds out while rows are fetched: peewee does not stand between there."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise getattr(peewee, type(error).__name__, peewee.DatabaseError)(*error.args) from error


@contextmanager
def checkout(database: peewee.Database) -> Iterator[peewee.Database]:
    """A connection of this thread for the length of the block; nested checkouts share it.

    Unavailable if the server is gone or busy, or the disk full: a later attempt may succeed.
    """
    try:
        context = database.connection_context()
        context.__enter__()
    except (peewee.OperationalError, MaxConnectionsExceeded) as error:
        if isinstance(database, SqliteFile):
            raise
        raise Unavailable(f"The database cannot be reached: {first_line(error)}") from error
    try:
        with _own_errors():
            yield database
    except (peewee.OperationalError, peewee.InterfaceError) as error:
        if not is_unavailable(error) and isinstance(database, SqliteFile):
            raise
        if is_full(error):
            raise Unavailable("The disk is full: free some space, then try again.", code=FULL) from error
        raise Unavailable(f"The database cannot be used now: {first_line(error)}") from error
    finally:
        context.__exit__(None, None, None)
        if database not in _opened.values():
            # It was forgotten meanwhile: nobody will come back for its idle connections.
            _let_go(database)
