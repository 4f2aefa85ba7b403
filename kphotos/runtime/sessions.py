"""Sessions and their refresh tokens: rotated at each use, a reused one ends the whole family.

A token is 256 random bits of which only the SHA-256 is kept. Its successor is an HMAC of it, so that
within ten seconds of grace the same successor can be given again (a reply lost, or two tabs at once)
although it is stored nowhere. All tokens of one session are its family.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import peewee

from kphotos import db
from kphotos.config import Settings
from kphotos.errors import KPhotosError

GRACE_MS = 10_000
SLIDING_MS = 30 * 86_400_000
ABSOLUTE_MS = 90 * 86_400_000


class SessionOver(KPhotosError):
    """The token or session is not good: `reason` is unknown, expired, revoked or reused."""

    code = "session_over"

    def __init__(self, reason: str) -> None:
        super().__init__("The session is over: sign in again.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in on one device. Times in ms since 1970; `stamp` is the user's at the time of signing in."""

    id: str
    user: str
    stamp: str
    agent: str
    created_ms: int
    used_ms: int
    revoked_ms: int | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A session with the refresh token to hand out, shown this once."""

    session: Session
    token: str


class SessionRow(peewee.Model):
    """The row of a session."""

    id = peewee.TextField(primary_key=True)
    user = peewee.TextField(index=True)
    stamp = peewee.TextField()
    agent = peewee.TextField()
    created_ms = peewee.BigIntegerField()
    used_ms = peewee.BigIntegerField()
    revoked_ms = peewee.BigIntegerField(null=True)

    class Meta:
        table_name = "session"


class TokenRow(peewee.Model):
    """The row of a refresh token: its hash, its parent's hash, and when it was used."""

    hash = peewee.TextField(primary_key=True)
    session = peewee.TextField(index=True)
    parent = peewee.TextField(null=True)
    issued_ms = peewee.BigIntegerField()
    used_ms = peewee.BigIntegerField(null=True)

    class Meta:
        table_name = "refresh_token"


MODELS = (SessionRow, TokenRow)
_SESSION = 'id, "user", stamp, agent, created_ms, used_ms, revoked_ms'


def open_session(settings: Settings, user: str, stamp: str, agent: str, now_ms: int) -> Opened:
    """A new session with its first refresh token."""
    session = Session(secrets.token_hex(16), user, stamp, agent[:300], now_ms, now_ms, None)
    token = _text(secrets.token_bytes(32))
    with _state(settings) as database:
        db.run(
            database,
            f"INSERT INTO session ({_SESSION}) VALUES (?, ?, ?, ?, ?, ?, NULL)",  # noqa: S608 - own names
            (session.id, user, stamp, session.agent, now_ms, now_ms),
        )
        _issue(database, token, session.id, None, now_ms)
    return Opened(session, token)


def rotate(settings: Settings, token: str, now_ms: int) -> Opened:
    """The successor of a refresh token; SessionOver if it is not good.

    A token already used more than ten seconds ago was stolen or its successor was: the session ends.
    """
    successor = _successor(settings, token)
    reused = False
    with _state(settings) as database:
        session, used_ms = _found(database, token, now_ms)
        if used_ms is None:
            db.run(database, "UPDATE refresh_token SET used_ms = ? WHERE hash = ?", (now_ms, _hash(token)))
            _issue(database, successor, session.id, _hash(token), now_ms)
            db.run(database, "UPDATE session SET used_ms = ? WHERE id = ?", (now_ms, session.id))
        elif abs(now_ms - used_ms) > GRACE_MS:
            _revoke(database, session.id, now_ms)
            reused = True
    if reused:
        raise SessionOver("reused")
    return Opened(session, successor)


def find(settings: Settings, session_id: str, now_ms: int) -> Session | None:
    """The session if it is still good, else None."""
    with db.state(settings, "runtime", MODELS) as database:
        sql = f"SELECT {_SESSION} FROM session WHERE id = ?"  # noqa: S608 - own names
        row = db.run(database, sql, (session_id,)).fetchone()
    session = Session(*row) if row is not None else None
    return session if session is not None and _over(session, now_ms) is None else None


def session_of(settings: Settings, token: str) -> str | None:
    """The id of the session that a refresh token belongs to, good or not."""
    with db.state(settings, "runtime", MODELS) as database:
        sql = "SELECT session FROM refresh_token WHERE hash = ?"
        row = db.run(database, sql, (_hash(token),)).fetchone()
    return row[0] if row is not None else None


def revoke(settings: Settings, session_id: str, now_ms: int) -> None:
    """End one session; its access and refresh tokens are refused from now on."""
    with _state(settings) as database:
        _revoke(database, session_id, now_ms)


def sweep(settings: Settings, now_ms: int) -> None:
    """Forget sessions whose last possible day is over, and their tokens."""
    with _state(settings) as database:
        old = (now_ms - ABSOLUTE_MS,)
        db.run(
            database,
            "DELETE FROM refresh_token WHERE session IN (SELECT id FROM session WHERE created_ms < ?)",
            old,
        )
        db.run(database, "DELETE FROM session WHERE created_ms < ?", old)


@contextmanager
def _state(settings: Settings) -> Iterator[peewee.Database]:
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        yield database


def _found(database: peewee.Database, token: str, now_ms: int) -> tuple[Session, int | None]:
    lock = "" if isinstance(database, db.SqliteFile) else " FOR UPDATE"
    sql = f"SELECT session, used_ms FROM refresh_token WHERE hash = ?{lock}"  # noqa: S608 - own text
    row = db.run(database, sql, (_hash(token),)).fetchone()
    if row is None:
        raise SessionOver("unknown")
    sql = f"SELECT {_SESSION} FROM session WHERE id = ?"  # noqa: S608 - own names
    found = db.run(database, sql, (row[0],)).fetchone()
    if found is None:
        raise SessionOver("unknown")
    session = Session(*found)
    over = _over(session, now_ms)
    if over is not None:
        raise SessionOver(over)
    return session, row[1]


def _over(session: Session, now_ms: int) -> str | None:
    if session.revoked_ms is not None:
        return "revoked"
    if now_ms - session.created_ms > ABSOLUTE_MS or now_ms - session.used_ms > SLIDING_MS:
        return "expired"
    return None


def _revoke(database: peewee.Database, session_id: str, now_ms: int) -> None:
    sql = "UPDATE session SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL"
    db.run(database, sql, (now_ms, session_id))


def _issue(database: peewee.Database, token: str, session: str, parent: str | None, now_ms: int) -> None:
    db.run(
        database,
        "INSERT INTO refresh_token (hash, session, parent, issued_ms, used_ms) VALUES (?, ?, ?, ?, NULL)",
        (_hash(token), session, parent, now_ms),
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _successor(settings: Settings, token: str) -> str:
    message = b"kphotos:refresh\0" + token.encode("utf-8", "replace")
    return _text(hmac.digest(settings.jwt_secret.encode(), message, "sha256"))


def _text(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode("ascii")
