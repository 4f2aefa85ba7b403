"""The durable list of work. States: queued -> running -> done, or parked after three tries, or cancelled."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import peewee

from kphotos import db
from kphotos.config import Settings
from kphotos.errors import NotFound
from kphotos.jobs import bell

MOST_TRIES = 3
LEASE_SECONDS = 60
_BACKOFF_MS = 5_000
STATES = ("queued", "running", "done", "parked", "cancelled")


@dataclass(frozen=True, slots=True)
class Job:
    """One row. Times in ms since 1970; `ids` is all that its function is told."""

    id: int
    kind: str
    key: str
    ids: Mapping[str, Any]
    state: str
    priority: int
    tries: int
    error: str | None
    worker: str | None
    enqueued_ms: int
    started_ms: int | None
    finished_ms: int | None


class JobRow(peewee.Model):
    """The row of a job. `again` is set when it is enqueued while it runs."""

    id = peewee.BigAutoField()
    kind = peewee.TextField()
    key = peewee.TextField()
    ids = peewee.TextField()
    state = peewee.TextField()
    priority = peewee.BigIntegerField()
    tries = peewee.BigIntegerField()
    again = peewee.BigIntegerField()
    error = peewee.TextField(null=True)
    worker = peewee.TextField(null=True)
    enqueued_ms = peewee.BigIntegerField()
    not_before_ms = peewee.BigIntegerField()
    started_ms = peewee.BigIntegerField(null=True)
    lease_ms = peewee.BigIntegerField(null=True)
    finished_ms = peewee.BigIntegerField(null=True)

    class Meta:
        table_name = "job"


# One open job per kind and key. A parked one counts as open, so that a sweep that finds its work
# still undone does not let a poisonous job kill workers for ever. `key` stands first, or SQLite would
# take this index for `kind IN (...)` and sort everything that waits.
_OPEN = "state IN ('queued', 'running', 'parked')"
JobRow.add_index(peewee.SQL(f"CREATE UNIQUE INDEX job_open ON job (key, kind) WHERE {_OPEN}"))
JobRow.add_index(peewee.SQL("CREATE INDEX job_next ON job (state, priority DESC, id)"))
MODELS = (JobRow,)

_COLUMNS = "id, kind, key, ids, state, priority, tries, error, worker, enqueued_ms, started_ms, finished_ms"
_ENQUEUE = f"""
INSERT INTO job (kind, key, ids, state, priority, tries, again, enqueued_ms, not_before_ms)
VALUES (?, ?, ?, 'queued', ?, 0, 0, ?, ?)
ON CONFLICT (key, kind) WHERE {_OPEN} DO UPDATE SET
  ids = excluded.ids,
  again = CASE WHEN job.state = 'running' THEN 1 ELSE job.again END,
  priority = CASE WHEN excluded.priority > job.priority THEN excluded.priority ELSE job.priority END
"""  # noqa: S608 - own text
# A lease further ahead than any that is given was taken by a clock that has since been put back.
_TAKE_BACK = """
UPDATE job SET
  state = CASE WHEN tries >= ? THEN 'parked' ELSE 'queued' END,
  error = CASE WHEN tries >= ? THEN 'Its worker died each time.' ELSE error END,
  finished_ms = ?
WHERE state = 'running' AND (lease_ms <= ? OR lease_ms > ?)
"""


def enqueue(settings: Settings, kind: str, key: str, *, priority: int = 0, **ids: Any) -> None:
    """Have something done once: the same kind and key waiting or running already is not added again.

    Enqueued while it runs, it runs once more afterwards. `ids` are JSON values. Higher priority first.
    """
    enqueue_many(settings, kind, [(key, ids)], priority=priority)


def enqueue_many(
    settings: Settings, kind: str, work: Iterable[tuple[str, Mapping[str, Any]]], *, priority: int = 0
) -> None:
    """The same for many keys, in one transaction and with one ring of the bell."""
    now = now_ms()
    rows = [(kind, key, json.dumps(dict(ids)), priority, now, now) for key, ids in work]
    if not rows:
        return
    with _state(settings) as database:
        db.many(database, _ENQUEUE, rows)
    bell.ring(settings)


def claim(
    settings: Settings,
    worker: str,
    kinds: Iterable[str],
    *,
    lease: int = LEASE_SECONDS,
    now: int | None = None,
) -> Job | None:
    """Take the next job of these kinds, for `lease` seconds from the last heartbeat; None if there is none.

    A job whose lease is over is taken again, up to three times in all; then it is parked.
    """
    now = now_ms() if now is None else now
    names = sorted(kinds)
    with _state(settings) as database:
        db.run(database, _TAKE_BACK, (MOST_TRIES, MOST_TRIES, now, now, now + 10 * lease * 1000))
        skip = "" if isinstance(database, db.SqliteFile) else "FOR UPDATE SKIP LOCKED"
        rows = db.run(
            database,
            "UPDATE job SET state = 'running', worker = ?, tries = tries + 1, started_ms = ?, lease_ms = ?"  # noqa: S608
            f" WHERE id = (SELECT id FROM job WHERE state = 'queued' AND kind IN ({db.marks(len(names))})"
            f" AND not_before_ms <= ? ORDER BY priority DESC, id LIMIT 1 {skip}) RETURNING {_COLUMNS}",
            (worker, now, now + lease * 1000, *names, now),
        ).fetchall()
    return _job(rows[0]) if rows else None


def heartbeat(
    settings: Settings, job: int, worker: str, *, lease: int = LEASE_SECONDS, now: int | None = None
) -> bool:
    """Prolong a lease; False if the job is not this worker's any more (cancelled, or taken over)."""
    until = (now_ms() if now is None else now) + lease * 1000
    with _state(settings) as database:
        sql = "UPDATE job SET lease_ms = ? WHERE id = ? AND worker = ? AND state = 'running'"
        return bool(db.run(database, sql, (until, job, worker)).rowcount)


def finish(settings: Settings, job: int, worker: str) -> bool:
    """The work is done (or, enqueued again meanwhile, waits once more); False if it was not ours any more."""
    with _state(settings) as database:
        return bool(
            db.run(
                database,
                "UPDATE job SET state = CASE WHEN again = 1 THEN 'queued' ELSE 'done' END, error = NULL,"
                " finished_ms = ?, tries = CASE WHEN again = 1 THEN 0 ELSE tries END, again = 0"
                " WHERE id = ? AND worker = ? AND state = 'running'",
                (now_ms(), job, worker),
            ).rowcount
        )


def fail(
    settings: Settings, job: int, worker: str, error: str, *, final: bool = False, now: int | None = None
) -> bool:
    """The work failed: it waits for another try, or is parked after the third (or at once if `final`)."""
    now = now_ms() if now is None else now
    with _state(settings) as database:
        return bool(
            db.run(
                database,
                "UPDATE job SET"
                " state = CASE WHEN again = 0 AND (tries >= ? OR ? = 1) THEN 'parked' ELSE 'queued' END,"
                " not_before_ms = ? + tries * tries * ?, error = ?, finished_ms = ?,"
                " tries = CASE WHEN again = 1 THEN 0 ELSE tries END, again = 0"
                " WHERE id = ? AND worker = ? AND state = 'running'",
                (MOST_TRIES, int(final), now, _BACKOFF_MS, error[:2_000], now, job, worker),
            ).rowcount
        )


def cancel(settings: Settings, job: int) -> None:
    """Do not do this; running, it is told at its next heartbeat. NotFound if it is not waiting or running."""
    _move(settings, job, "'queued', 'running', 'parked'", "cancelled")


def revive(settings: Settings, kind: str, key: str, **ids: Any) -> None:
    """Have work done that was given up, under the same key; it is enqueued anew if nothing is open."""
    with _state(settings) as database:
        db.run(
            database,
            "UPDATE job SET state = 'queued', tries = 0, not_before_ms = 0"
            " WHERE kind = ? AND key = ? AND state = 'parked'",
            (kind, key),
        )
    enqueue(settings, kind, key, **ids)


def retry(settings: Settings, job: int) -> None:
    """Try a parked job anew; NotFound if it is not parked."""
    _move(settings, job, "'parked'", "queued")
    bell.ring(settings)


def _move(settings: Settings, job: int, before: str, after: str) -> None:
    now = now_ms()
    with _state(settings) as database:
        sql = (
            "UPDATE job SET state = ?, tries = 0, again = 0, finished_ms = ?, not_before_ms = ?"  # noqa: S608
            f" WHERE id = ? AND state IN ({before})"
        )
        if not db.run(database, sql, (after, now, now, job)).rowcount:
            raise NotFound("There is no such job in a state that allows this.")


def counts(settings: Settings, kind: str | None = None) -> dict[str, int]:
    """How many jobs (of one kind) are in each state."""
    where, values = ("", ()) if kind is None else (" WHERE kind = ?", (kind,))
    with db.state(settings, "runtime", MODELS) as database:
        sql = f"SELECT state, COUNT(*) FROM job{where} GROUP BY state"  # noqa: S608 - own text
        rows = db.run(database, sql, values).fetchall()
    return dict.fromkeys(STATES, 0) | {state: int(number) for state, number in rows}


def page(
    settings: Settings,
    *,
    state: str | None = None,
    kind: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Job]:
    """Jobs, newest first, optionally of one state and kind, with an id below `before`."""
    sql = f"SELECT {_COLUMNS} FROM job WHERE id < ?"  # noqa: S608 - own names
    values: list[Any] = [before if before is not None else 2**62]
    for column, wanted in (("state", state), ("kind", kind)):
        if wanted is not None:
            sql += f" AND {column} = ?"
            values.append(wanted)
    with db.state(settings, "runtime", MODELS) as database:
        rows = db.run(database, f"{sql} ORDER BY id DESC LIMIT ?", (*values, limit)).fetchall()
    return [_job(row) for row in rows]


def forget(settings: Settings, before_ms: int) -> None:
    """Delete the rows of what was done or cancelled before that moment."""
    with _state(settings) as database:
        sql = "DELETE FROM job WHERE state IN ('done', 'cancelled') AND finished_ms < ?"
        db.run(database, sql, (before_ms,))


def now_ms() -> int:
    """The wall clock, in ms since 1970."""
    return time.time_ns() // 1_000_000


@contextmanager
def _state(settings: Settings) -> Iterator[peewee.Database]:
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        yield database


def _job(row: tuple[Any, ...]) -> Job:
    cells = list(row)
    cells[3] = json.loads(cells[3])
    return Job(*cells)
