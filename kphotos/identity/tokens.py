"""Sessions and refresh tokens as rows that last: opened, renewed in a chain, revoked as a family.

A refresh token is spent by its first use and replaced by its successor, an HMAC of it: a retry within `GRACE`
seconds (a lost answer, two tabs, a crash between commit and reply) is given the very same successor. A spent
token that turns up later was stolen from somebody: the whole session dies (RFC 9700, 4.14).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import Enum

import peewee

from kphotos import db
from kphotos.config import Settings

GRACE = 10.0
SLIDING = 30 * 86400
ABSOLUTE = 90 * 86400


class Session(peewee.Model):
    """One browser that is signed in, until `expires`; `stamp` is the account's at that moment."""

    sid = peewee.TextField(primary_key=True)
    user = peewee.TextField()
    stamp = peewee.TextField()
    expires = peewee.DoubleField()

    class Meta:
        table_name = "session"


class Refresh(peewee.Model):
    """One refresh token, as its hash; `used` is when it was spent."""

    hash = peewee.TextField(primary_key=True)
    sid = peewee.TextField(index=True)
    expires = peewee.DoubleField()
    used = peewee.DoubleField(null=True)

    class Meta:
        table_name = "refresh"


MODELS = (Session, Refresh)


@dataclass(frozen=True, slots=True)
class Open:
    """A session that is open: whose, under which stamp."""

    sid: str
    user: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Renewed:
    """A session with its next refresh token, good for `seconds`."""

    session: Open
    token: str
    seconds: int


class Refused(Enum):
    """Why a refresh token renews nothing."""

    UNKNOWN = "unknown"
    REUSED = "reused"


def begin(settings: Settings, user: str, stamp: str, now: float) -> Renewed:
    """Open a session for an account under its present stamp; sessions long over are swept away."""
    session, token = Open(secrets.token_urlsafe(16), user, stamp), secrets.token_urlsafe(32)
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        db.run(database, "DELETE FROM refresh WHERE expires < ?", (now,))
        db.run(database, "DELETE FROM session WHERE expires < ?", (now,))
        db.run(
            database,
            'INSERT INTO session (sid, "user", stamp, expires) VALUES (?, ?, ?, ?)',
            (session.sid, user, stamp, now + ABSOLUTE),
        )
        _keep(database, session.sid, token, now + SLIDING)
    return Renewed(session, token, SLIDING)


def find(settings: Settings, sid: str, now: float) -> Open | None:
    """The session of this id, if it is still open."""
    with db.state(settings, "runtime", MODELS) as database:
        sql = 'SELECT sid, "user", stamp FROM session WHERE sid = ? AND expires > ?'
        row = db.run(database, sql, (sid, now)).fetchone()
    return Open(*row) if row else None


def renew(settings: Settings, token: str, now: float) -> Renewed | Refused:
    """Spend a token for its successor. Reuse after the grace period ends the session for both holders."""
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        row = db.run(
            database,
            'SELECT s.sid, s."user", s.stamp, s.expires, r.used'
            " FROM refresh r JOIN session s ON s.sid = r.sid"
            " WHERE r.hash = ? AND r.expires > ? AND s.expires > ?",
            (_digest(token), now, now),
        ).fetchone()
        if row is None:
            return Refused.UNKNOWN
        session, used = Open(*row[:3]), row[4]
        if used is not None and now - used > GRACE:
            _end(database, session.sid)
            return Refused.REUSED
        successor, until = successor_of(settings, token), min(now + SLIDING, row[3])
        if used is None:
            db.run(database, "UPDATE refresh SET used = ? WHERE hash = ?", (now, _digest(token)))
            _keep(database, session.sid, successor, until)
    return Renewed(session, successor, int(until - now))


def end(settings: Settings, sid: str) -> None:
    """Close a session: its access and refresh tokens are dead from now on."""
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        _end(database, sid)


def sid_of(settings: Settings, token: str) -> str | None:
    """The id of the session that a refresh token belongs to, spent or not; it grants nothing."""
    with db.state(settings, "runtime", MODELS) as database:
        row = db.run(database, "SELECT sid FROM refresh WHERE hash = ?", (_digest(token),)).fetchone()
    return row[0] if row else None


def successor_of(settings: Settings, token: str) -> str:
    """The token after this one; nobody without the site's secret can tell it."""
    key = hmac.digest(settings.jwt_secret.encode(), b"kphotos refresh successor", "sha256")
    return base64.urlsafe_b64encode(hmac.digest(key, token.encode(), "sha256")).decode().rstrip("=")


def _keep(database: peewee.Database, sid: str, token: str, expires: float) -> None:
    sql = "INSERT INTO refresh (hash, sid, expires, used) VALUES (?, ?, ?, NULL)"
    db.run(database, sql, (_digest(token), sid, expires))


def _end(database: peewee.Database, sid: str) -> None:
    db.run(database, "DELETE FROM refresh WHERE sid = ?", (sid,))
    db.run(database, "DELETE FROM session WHERE sid = ?", (sid,))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
