"""SQL for both sides: written with `?`, run one at a time, many at once, or streamed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

import peewee

# peewee's translation of a driver's errors into its own, which it exports under this name only.
_own_errors: AbstractContextManager[None] = getattr(peewee, "__exception_wrapper__")  # noqa: B009


def run(database: peewee.Database, sql: str, values: Sequence[Any] = ()) -> Any:
    """Execute SQL written with `?` on either side and give the driver's cursor."""
    return database.execute_sql(_dialect(database, sql), tuple(values))  # type: ignore[no-untyped-call]


def rows(query: Any) -> list[tuple[Any, ...]]:
    """The rows of a query on a model as tuples, as the driver gives them: peewee's cursors cost double."""
    sql, values = query.sql()
    found: list[tuple[Any, ...]] = query.model._meta.database.execute_sql(sql, values).fetchall()
    return found


def many(database: peewee.Database, sql: str, rows: Iterable[Sequence[Any]]) -> None:
    """Execute SQL written with `?` once per row, at the speed of the driver."""
    cursor = database.cursor()  # type: ignore[no-untyped-call]
    with _own_errors:
        cursor.executemany(_dialect(database, sql), rows)


def stream(database: peewee.Database, sql: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """Rows of a large result, without holding all of them at once; inside `snapshot`."""
    if isinstance(database, peewee.SqliteDatabase):
        yield from run(database, sql, values)
        return
    with database.cursor(named_cursor=True) as cursor:  # type: ignore[no-untyped-call]
        cursor.itersize = 5_000
        cursor.execute(_dialect(database, sql), tuple(values))
        yield from cursor


def marks(count: int) -> str:
    """`?, ?, ?` for an IN list."""
    return ", ".join("?" * count)


def _dialect(database: peewee.Database, sql: str) -> str:
    return sql if isinstance(database, peewee.SqliteDatabase) else sql.replace("?", "%s")


def first_line(error: BaseException) -> str:
    """What a driver's error says, without the SQL and the hints beneath it."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def is_unavailable(error: BaseException) -> bool:
    """Whether SQLite was kept waiting too long by others, or the disk is full."""
    code: int = getattr(error.__cause__ or error.__context__, "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL)


def is_full(error: BaseException) -> bool:
    """Whether the disk has no room left for SQLite."""
    code: int = getattr(error.__cause__ or error.__context__, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_FULL


def is_damaged(error: BaseException) -> bool:
    """Whether an error says that a SQLite file is no good any more, and not only the statement."""
    code: int = getattr(error.__cause__ or error.__context__, "sqlite_errorcode", 0)
    return (
        code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
        or code == sqlite3.SQLITE_IOERR_SHORT_READ
    )
