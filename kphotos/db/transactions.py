"""Transactions, and mutual exclusion between processes and machines."""

from __future__ import annotations

import fcntl
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import peewee

from kphotos.config import Settings
from kphotos.db.connections import SqliteFile, checkout, postgres


@contextmanager
def writing(database: peewee.Database) -> Iterator[peewee.Database]:
    """One write transaction: all of it or nothing; writers of other processes wait their turn."""
    if isinstance(database, SqliteFile) and not database.in_transaction():
        with _held(database.path.with_name(database.path.name + "-turn")), database.atomic():
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
def in_turn(settings: Settings, name: str) -> Iterator[None]:
    """Wait until nobody else does what is called `name` in this home, in whatever process."""
    folder = settings.storage_path / "locks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _held(folder / f"{name}.lock"):
        yield


@contextmanager
def _held(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


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
