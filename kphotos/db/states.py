"""`runtime` and `observed`: databases that are made where they are missing and replaced when damaged."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from weakref import WeakKeyDictionary

import peewee

from kphotos.config import Settings
from kphotos.db.connections import SqliteFile, checkout, forget, postgres, sqlite
from kphotos.db.schemas import create_schema, create_sqlite, create_tables
from kphotos.db.statements import first_line, is_damaged, run
from kphotos.db.transactions import writing
from kphotos.errors import Unavailable

LOG = logging.getLogger(__name__)
SCHEMA = 1
Name = Literal["runtime", "observed"]
Models = Sequence[type[peewee.Model]]

# Which groups of tables are known to be there, and in which file: it may be deleted at any moment.
_made: WeakKeyDictionary[peewee.Database, dict[str, object]] = WeakKeyDictionary()
_NEVER = object()


@contextmanager
def state(settings: Settings, name: Name, models: Models) -> Iterator[peewee.Database]:
    """Check out `runtime` (every commit lasts) or `observed` (may lose the newest) with `models` in it.

    Whatever is missing is made: deleting either costs signing in again, or time, and nothing else. A
    damaged file is set aside and replaced; Unavailable if that shows in the middle, or it is of a newer
    K-Photos.
    """
    database = _ready(settings, name, models)
    try:
        with checkout(database):
            yield database
    except peewee.ProgrammingError:
        # Perhaps somebody dropped the tables: look again next time.
        _made.pop(database, None)
        raise
    except peewee.DatabaseError as error:
        if not is_damaged(error):
            raise
        _set_aside(settings, name, error)
        raise Unavailable(f"The {name} database was damaged and has been replaced: try again.") from error


def _ready(settings: Settings, name: Name, models: Models) -> peewee.Database:
    try:
        return _with_tables(settings, name, models)
    except peewee.DatabaseError as error:
        if not is_damaged(error):
            raise
        _set_aside(settings, name, error)
        return _with_tables(settings, name, models)


def _with_tables(settings: Settings, name: Name, models: Models) -> peewee.Database:
    database, mark = _open(settings, name)
    made = _made.setdefault(database, {})
    group = models[0].__name__
    if made.get(group, _NEVER) != mark:
        with checkout(database), writing(database):
            if isinstance(database, SqliteFile):
                _refuse_newer(database, name)
            else:
                create_schema(database, f"kphotos_{name}")
            create_tables(database, models)
        made[group] = mark
    return database


def _open(settings: Settings, name: Name) -> tuple[peewee.Database, object]:
    """The handle, and a mark that is another one when the file is."""
    if settings.uses_postgres:
        return postgres(settings.database_url, f"kphotos_{name}"), None
    path = _path(settings, name)
    if not path.exists():
        _create(path)
    status = path.stat()
    mark = (status.st_dev, status.st_ino)
    database = sqlite(path, synchronous="FULL" if name == "runtime" else "NORMAL")
    known = _made.setdefault(database, {})
    if known.setdefault("file", mark) != mark and isinstance(database, SqliteFile):
        database.let_go()
        known["file"] = mark
    return database, mark


def _create(path: Path) -> None:
    try:
        create_sqlite(path, schema=SCHEMA)
    except FileExistsError:
        # Another process was first; its file is as good as ours.
        return


def _refuse_newer(database: peewee.Database, name: Name) -> None:
    found = run(database, "PRAGMA user_version").fetchone()[0]
    if found > SCHEMA:
        raise Unavailable(
            f"{name}.db was written by a newer K-Photos (schema {found}, this one knows {SCHEMA}).",
            code="newer_schema",
            kept="It is left as it is.",
        )


def _path(settings: Settings, name: Name) -> Path:
    return settings.storage_path / f"{name}.db"


def _set_aside(settings: Settings, name: Name, error: Exception) -> None:
    path = _path(settings, name)
    forget(str(path))
    suffix = secrets.token_hex(4)
    for part in ("-wal", "-shm", ""):
        each = path.with_name(path.name + part)
        if each.exists():
            each.replace(path.with_name(f"damaged-{suffix}-{each.name}"))
    LOG.error(
        "%s was damaged (%s) and has been set aside as damaged-%s-%s.",
        path.name,
        first_line(error),
        suffix,
        path.name,
    )
