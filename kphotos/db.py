"""Databases: how SQLite files and Postgres schemas are opened, and how one transaction writes.

Both sides run the same peewee models; what differs is here. A checkout opens its own connection and
closes it again (SQLite: 0.1 ms; Postgres: from a pool), so a file deleted in between is never kept alive.

Two decisions. SQLite lets writers race and a polling loser starve behind a scan, so a writing
transaction first waits in a queue that the kernel keeps (`flock`), then says BEGIN IMMEDIATE. And text
is compared by bytes on both sides (COLLATE "C" on Postgres), so that orders and digests are equal.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote
from weakref import WeakKeyDictionary

import peewee
from playhouse.pool import MaxConnectionsExceeded
from playhouse.postgres_ext import PooledPsycopg3Database

from kphotos.config import Settings
from kphotos.errors import Unavailable

BUSY_SECONDS = 5.0
POOL_SIZE = 16
LARGEST = 2**63 - 1
_MAKING = 0x6B70686F746F  # "kphoto": the advisory lock of whoever makes schemas
_NEVER = object()
# peewee's translation of a driver's errors into its own, which it exports under this name only.
_own_errors: AbstractContextManager[None] = getattr(peewee, "__exception_wrapper__")  # noqa: B009

_made: WeakKeyDictionary[peewee.Database, dict[str, object]] = WeakKeyDictionary()
_opened: dict[tuple[str, str], peewee.Database] = {}
_opening = threading.Lock()


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
            keeper = sqlite3.connect(self.database, uri=True, check_same_thread=False)
            keeper.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
            self._keeper = (os.getpid(), keeper)
        return found

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


def create_sqlite(path: Path, *, schema: int) -> None:
    """Make an empty WAL database whose `user_version` is `schema`; FileExistsError if there is a file.

    It is made whole under a temporary name: nobody ever opens half a database.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temp = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    connection = sqlite3.connect(temp, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA user_version = {schema:d}")
    finally:
        connection.close()
    try:
        path.hardlink_to(temp)
    finally:
        temp.unlink()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def checkout(database: peewee.Database) -> Iterator[peewee.Database]:
    """A connection of this thread for the length of the block; nested checkouts share it."""
    try:
        context = database.connection_context()
        context.__enter__()
    except (peewee.OperationalError, MaxConnectionsExceeded) as error:
        if isinstance(database, SqliteFile):
            raise
        raise Unavailable(f"The database cannot be reached: {first_line(error)}") from error
    try:
        yield database
    finally:
        context.__exit__(None, None, None)
        if database not in _opened.values():
            # It was forgotten meanwhile: nobody will come back for its idle connections.
            _let_go(database)


@contextmanager
def writing(database: peewee.Database) -> Iterator[peewee.Database]:
    """One write transaction: all of it or nothing; writers of other processes wait their turn."""
    if isinstance(database, SqliteFile) and not database.in_transaction():
        with _turn(database.path), database.atomic():
            yield database
    else:
        with database.atomic():
            yield database


@contextmanager
def snapshot(database: peewee.Database) -> Iterator[peewee.Database]:
    """A read transaction: every query in it sees the same state, and nobody waits for it."""
    mode = "DEFERRED" if isinstance(database, SqliteFile) else "REPEATABLE READ"
    if database.in_transaction():
        yield database
        return
    with database.atomic(mode):
        yield database


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    descriptor = os.open(path.with_name(path.name + "-turn"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def run(database: peewee.Database, sql: str, values: Sequence[Any] = ()) -> Any:
    """Execute SQL written with `?` on either side and give the driver's cursor."""
    return database.execute_sql(_dialect(database, sql), tuple(values))  # type: ignore[no-untyped-call]


def rows(query: Any) -> list[tuple[Any, ...]]:
    """The rows of a peewee query as tuples, in the types of the driver."""
    return list(query.tuples())


def many(database: peewee.Database, sql: str, rows: Iterable[Sequence[Any]]) -> None:
    """Execute SQL written with `?` once per row, at the speed of the driver."""
    cursor = database.cursor()  # type: ignore[no-untyped-call]
    with _own_errors:
        cursor.executemany(_dialect(database, sql), rows)


def stream(database: peewee.Database, sql: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """Rows of a large result, without holding all of them at once; inside `snapshot`."""
    if isinstance(database, SqliteFile):
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
    return sql if isinstance(database, SqliteFile) else sql.replace("?", "%s")


class _Tables(peewee.SchemaManager):
    """DDL for both sides: on SQLite a column holds its type only, and a composite key is the table."""

    def create_table(self, safe: bool = True, **options: Any) -> None:
        statement = self._create_table(safe=safe, **options)  # type: ignore[attr-defined]
        if isinstance(self.database, SqliteFile):
            statement.literal(" STRICT, WITHOUT ROWID" if self.model._meta.composite_key else " STRICT")
        self.database.execute(statement)


def create_tables(database: peewee.Database, models: Iterable[type[peewee.Model]]) -> None:
    """Make those tables of `models` that are missing, text compared by bytes; binds nothing."""
    for model in models:
        if not database.table_exists(model._meta.table_name):
            schema = _Tables(model, database)
            schema.create_table()
            if not isinstance(database, SqliteFile):
                _compare_by_bytes(database, model)
            schema.create_indexes()


def _compare_by_bytes(database: peewee.Database, model: type[peewee.Model]) -> None:
    columns = [field.column_name for field in model._meta.sorted_fields if field.field_type == "TEXT"]
    changes = ", ".join(f'ALTER COLUMN "{name}" TYPE text COLLATE "C"' for name in columns)
    if changes:
        run(database, f'ALTER TABLE "{model._meta.table_name}" {changes}')


def create_schema(database: peewee.Database, schema: str) -> None:
    """Make a Postgres schema if it is missing; inside a transaction, other makers wait."""
    # CREATE ... IF NOT EXISTS alone fails when two processes say it at the same moment.
    run(database, "SELECT pg_advisory_xact_lock(?)", (_MAKING,))
    run(database, f'CREATE SCHEMA IF NOT EXISTS "{schema}"')


@contextmanager
def state(
    settings: Settings, name: Literal["runtime", "observed"], models: Sequence[type[peewee.Model]]
) -> Iterator[peewee.Database]:
    """Check out `runtime` (every commit lasts) or `observed` (may lose the newest) with `models` in it.

    Whatever is missing is made: deleting either costs signing in again, or time, and nothing else.
    """
    if settings.uses_postgres:
        database = postgres(settings.database_url, f"kphotos_{name}")
        mark: object = None
    else:
        path = settings.storage_path / f"{name}.db"
        if not path.exists():
            _create_state(path)
        database = sqlite(path, synchronous="FULL" if name == "runtime" else "NORMAL")
        status = path.stat()
        mark = (status.st_dev, status.st_ino)
        if _made.get(database, {}).get("", mark) != mark and isinstance(database, SqliteFile):
            database.let_go()
    made = _made.setdefault(database, {})
    made[""] = mark
    group = models[0].__name__
    with checkout(database):
        if made.get(group, _NEVER) != mark:
            with writing(database):
                if settings.uses_postgres:
                    create_schema(database, f"kphotos_{name}")
                create_tables(database, models)
            made[group] = mark
        yield database


def _create_state(path: Path) -> None:
    try:
        create_sqlite(path, schema=0)
    except FileExistsError:
        # Another process was first; its file is as good as ours.
        return


@contextmanager
def only_one(settings: Settings, name: str) -> Iterator[bool]:
    """Whether this is the only holder of `name`, in all processes (on Postgres: on all machines)."""
    if settings.uses_postgres:
        with _advisory(postgres(settings.database_url, "kphotos"), name) as alone:
            yield alone
        return
    folder = settings.storage_path / "locks"
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _locked(descriptor)
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _advisory(database: peewee.Database, name: str) -> Iterator[bool]:
    with checkout(database):
        connection = database.connection()  # type: ignore[no-untyped-call]
        key = zlib.crc32(name.encode())
        alone = bool(connection.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()[0])
        try:
            yield alone
        finally:
            if alone:
                connection.execute("SELECT pg_advisory_unlock(%s)", (key,))


def first_line(error: BaseException) -> str:
    """What a driver's error says, without the SQL and the hints beneath it."""
    return (str(error).splitlines() or [type(error).__name__])[0]
