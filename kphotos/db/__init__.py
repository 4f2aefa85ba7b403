"""Databases: how SQLite files and Postgres schemas are opened, and how one transaction writes.

Both sides run the same peewee models; what differs is here. A checkout opens its own connection and
closes it again (SQLite: 0.3 ms with all its settings; Postgres: from a pool), so that nobody reads on in
a deleted file.

Two decisions. SQLite lets writers race and a polling loser starve behind a scan, so a writing
transaction first waits in a queue that the kernel keeps (`flock`), then says BEGIN IMMEDIATE. And text
is compared by bytes on both sides (COLLATE "C" on Postgres), so that orders and digests are equal.
"""

from kphotos.db.connections import BUSY_SECONDS, FULL, SqliteFile, checkout, forget, postgres, sqlite
from kphotos.db.patience import impatient
from kphotos.db.schemas import create_schema, create_sqlite, create_tables, sync_folder
from kphotos.db.statements import first_line, is_damaged, many, marks, rows, run, stream
from kphotos.db.states import state
from kphotos.db.transactions import in_turn, only_one, snapshot, writing

__all__ = [
    "BUSY_SECONDS",
    "FULL",
    "SqliteFile",
    "checkout",
    "create_schema",
    "create_sqlite",
    "create_tables",
    "first_line",
    "forget",
    "impatient",
    "in_turn",
    "is_damaged",
    "many",
    "marks",
    "only_one",
    "postgres",
    "rows",
    "run",
    "snapshot",
    "sqlite",
    "state",
    "stream",
    "sync_folder",
    "writing",
]
