"""Rate limits that all processes share and that survive a restart: one number per key.

The number is the time at which the key would be quite free again (GCRA): every hit moves it on by
`seconds / count`, and a key is blocked while it lies more than `seconds` ahead.
"""

from __future__ import annotations

from dataclasses import dataclass

import peewee

from kphotos import db
from kphotos.config import Settings


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` hits at once, and then one every `seconds / count`."""

    count: int
    seconds: int

    @property
    def window_ms(self) -> int:
        """The length of the window."""
        return self.seconds * 1000

    @property
    def step_ms(self) -> int:
        """How far one hit moves a key on."""
        return max(1, self.window_ms // self.count)


class LimitRow(peewee.Model):
    """When a key is quite free again, in ms since 1970."""

    key = peewee.TextField(primary_key=True)
    free_ms = peewee.BigIntegerField(index=True)

    class Meta:
        table_name = "rate_limit"


MODELS = (LimitRow,)


def wait(settings: Settings, key: str, rate: Rate, now_ms: int) -> float:
    """Seconds until the key may be hit again; 0.0 if it may now. Counts nothing."""
    with db.state(settings, "runtime", MODELS) as database:
        return _wait(_free(database, key, rate, now_ms), rate, now_ms)


def hit(settings: Settings, key: str, rate: Rate, now_ms: int) -> float:
    """Count one hit if the key is free; 0.0 then, else the seconds to wait."""
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        if not isinstance(database, db.SqliteFile):
            # Two first hits of a key would both find no row to lock.
            db.run(database, "SELECT pg_advisory_xact_lock(hashtext(?))", (key,))
        free_ms = _free(database, key, rate, now_ms)
        seconds = _wait(free_ms, rate, now_ms)
        if not seconds:
            db.run(
                database,
                "INSERT INTO rate_limit (key, free_ms) VALUES (?, ?)"
                " ON CONFLICT (key) DO UPDATE SET free_ms = excluded.free_ms",
                (key, max(free_ms, now_ms) + rate.step_ms),
            )
    return seconds


def clear(settings: Settings, key: str) -> None:
    """Forget what was counted for a key: a right password frees the account at once."""
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        db.run(database, "DELETE FROM rate_limit WHERE key = ?", (key,))


def sweep(settings: Settings, now_ms: int) -> None:
    """Forget the keys that are quite free."""
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        db.run(database, "DELETE FROM rate_limit WHERE free_ms < ?", (now_ms,))


def _free(database: peewee.Database, key: str, rate: Rate, now_ms: int) -> int:
    row = db.run(database, "SELECT free_ms FROM rate_limit WHERE key = ?", (key,)).fetchone()
    # A clock that ran ten years ahead for a moment must not lock anybody out for ten years.
    return min(row[0], now_ms + rate.window_ms) if row is not None else now_ms


def _wait(free_ms: int, rate: Rate, now_ms: int) -> float:
    return max(0, free_ms + rate.step_ms - now_ms - rate.window_ms) / 1000
