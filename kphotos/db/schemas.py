"""Making files, schemas and tables where they are missing."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import peewee

from kphotos.db.connections import SqliteFile
from kphotos.db.statements import run

_MAKING = 0x6B70686F746F  # "kphoto": the advisory lock of whoever makes schemas


def create_sqlite(path: Path, *, schema: int) -> None:
    """Make an empty WAL database whose `user_version` is `schema`; FileExistsError if there is a file.

    It is made whole under a temporary name: nobody ever opens half a database.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temp = path.with_name(f".{path.name}-{secrets.token_hex(6)}")
    os.close(os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
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
