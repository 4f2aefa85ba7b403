"""A page's questions are stopped when they take too long, so that none can hold a thread of the server."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import peewee

from kphotos.db.connections import SqliteFile
from kphotos.db.statements import run
from kphotos.errors import Unavailable

_STEPS = 10_000  # of SQLite's machine between two looks at the clock: about 0.2 ms
_CANCELLED = "57014"  # Postgres's query_canceled


@contextmanager
def impatient(database: peewee.Database, seconds: float) -> Iterator[None]:
    """Stop what this block asks of a checked-out database, no transaction of which has begun.

    SQLite stops once the block has taken `seconds`, Postgres once one statement has. Raises Unavailable
    `too_slow` then.
    """
    limit = _sqlite if isinstance(database, SqliteFile) else _postgres
    try:
        with limit(database, seconds):
            yield
    except peewee.OperationalError as error:
        if not _was_stopped(error):
            raise
        raise Unavailable(
            f"The answer would take longer than {seconds:g} seconds: ask for less.", code="too_slow"
        ) from error


@contextmanager
def _sqlite(database: peewee.Database, seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    connection = database.connection()  # type: ignore[no-untyped-call]
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


@contextmanager
def _postgres(database: peewee.Database, seconds: float) -> Iterator[None]:
    run(database, f"SET statement_timeout = {round(seconds * 1000):d}")
    try:
        yield
    finally:
        # A connection that is broken goes to nobody else.
        with suppress(peewee.OperationalError, peewee.InterfaceError):
            run(database, "RESET statement_timeout")


def _was_stopped(error: BaseException) -> bool:
    cause = error.__cause__ or error.__context__
    return (
        getattr(cause, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_INTERRUPT
        or getattr(cause, "sqlstate", None) == _CANCELLED
    )
