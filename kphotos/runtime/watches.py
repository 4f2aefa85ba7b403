"""What the process that watches says of each volume, and what people ask of it: pages read and write here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, fields

import peewee

from kphotos import db
from kphotos.config import Settings


@dataclass(frozen=True, slots=True)
class Watched:
    """One volume as it was last told of.

    `state` and `reason` are the watcher's ("watching", "polling", "degraded", "offline", "stopped", "");
    `watched` and `missed` count folders, `lost` how often events were. The last scan: when it ended, in ms
    since 1970, the state of the root it found, how many originals are `gone` (and not believed to be) and
    `away` on disks that are not mounted. `checked_ms`: when all sidecars were last read again.
    """

    volume: str
    state: str = ""
    reason: str = ""
    watched: int = 0
    missed: int = 0
    lost: int = 0
    scanned_ms: int = 0
    root: str = ""
    gone: int = 0
    away: int = 0
    checked_ms: int = 0


class WatchRow(peewee.Model):
    """See `Watched`."""

    volume = peewee.TextField(primary_key=True)
    state = peewee.TextField()
    reason = peewee.TextField()
    watched = peewee.BigIntegerField()
    missed = peewee.BigIntegerField()
    lost = peewee.BigIntegerField()
    scanned_ms = peewee.BigIntegerField()
    root = peewee.TextField()
    gone = peewee.BigIntegerField()
    away = peewee.BigIntegerField()
    checked_ms = peewee.BigIntegerField()

    class Meta:
        table_name = "watch"


class WishRow(peewee.Model):
    """A scan that somebody asked for; `confirmed` missing originals are really gone."""

    volume = peewee.TextField(primary_key=True)
    confirmed = peewee.BigIntegerField()

    class Meta:
        table_name = "scan_wish"


_MODELS = (WatchRow, WishRow)
_NAMES = tuple(field.name for field in fields(Watched))


def tell(settings: Settings, volume: str, **told: int | str) -> None:
    """Say something of a volume; what is not named stays as it was told before, whoever says it meanwhile."""
    found = Watched(volume, **told)  # type: ignore[arg-type]
    names = ", ".join(_NAMES)
    news = ", ".join(f"{name} = excluded.{name}" for name in _NAMES if name in told)
    sql = (
        f"INSERT INTO watch ({names}) VALUES ({db.marks(len(_NAMES))})"  # noqa: S608 - own names
        f" ON CONFLICT (volume) DO UPDATE SET {news}"
    )
    with db.state(settings, "runtime", _MODELS) as database, db.writing(database):
        db.run(database, sql, tuple(getattr(found, name) for name in _NAMES))


def every(settings: Settings) -> Mapping[str, Watched]:
    """What was told of each volume, by its id."""
    with db.state(settings, "runtime", _MODELS) as database:
        rows = db.run(database, f"SELECT {', '.join(_NAMES)} FROM watch").fetchall()  # noqa: S608 - own names
    return {row[0]: Watched(*row) for row in rows}


def forget(settings: Settings, volume: str) -> None:
    """A volume is no more."""
    with db.state(settings, "runtime", _MODELS) as database, db.writing(database):
        for table in ("watch", "scan_wish"):
            db.run(database, f"DELETE FROM {table} WHERE volume = ?", (volume,))  # noqa: S608 - own names


def ask(settings: Settings, volume: str, confirmed: int = 0) -> None:
    """Ask for a scan; the watching process does it at its next turn, or when it starts.

    To ask once more without any confirmation takes none back.
    """
    sql = (
        "INSERT INTO scan_wish (volume, confirmed) VALUES (?, ?) ON CONFLICT (volume) DO UPDATE SET"
        " confirmed = CASE WHEN excluded.confirmed > 0 THEN excluded.confirmed ELSE scan_wish.confirmed END"
    )
    with db.state(settings, "runtime", _MODELS) as database, db.writing(database):
        db.run(database, sql, (volume, confirmed))


def asked(settings: Settings) -> dict[str, int]:
    """Volumes to be scanned, and how many originals were confirmed to be gone in each."""
    with db.state(settings, "runtime", _MODELS) as database:
        return dict(db.run(database, "SELECT volume, confirmed FROM scan_wish").fetchall())


def granted(settings: Settings, volume: str, confirmed: int) -> None:
    """The scan with this confirmation is done; a wish that came meanwhile stays."""
    sql = "DELETE FROM scan_wish WHERE volume = ? AND confirmed = ?"
    with db.state(settings, "runtime", _MODELS) as database, db.writing(database):
        db.run(database, sql, (volume, confirmed))


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000
