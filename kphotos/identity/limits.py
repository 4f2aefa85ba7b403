"""How often a password may be wrong, counted in `runtime.db`: shared by processes, kept through restarts.

An attempt is counted before the password is checked and given back when it was right, so that a crowd of
parallel attempts cannot slip past the count. Four counters, each over its window:

- the address (an IPv6 network of 64 bits counts as one): a stranger who tries many names;
- the account from one address: a stranger who tries many passwords;
- the account from anywhere: many strangers together. It slows them to `ACCOUNT.most` per window, and it never
  counts against a browser that has signed in to the account before (see `device`), so no stranger can lock
  the owner out; nor against open sessions, nor the command line;
- the account from one such known browser.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass

import peewee

from kphotos import db
from kphotos.config import Settings
from kphotos.identity.errors import TooManyAttempts


class Attempt(peewee.Model):
    """One attempt that has not been given back."""

    id = peewee.TextField(primary_key=True)
    bucket = peewee.TextField()
    at = peewee.DoubleField()

    class Meta:
        table_name = "attempt"
        indexes = ((("bucket", "at"), False),)


MODELS = (Attempt,)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many wrong passwords in so many seconds."""

    most: int
    seconds: float


ADDRESS = Limit(30, 300)
PAIR = Limit(10, 300)
ACCOUNT = Limit(15, 300)
DEVICE = Limit(10, 300)
LONGEST = max(limit.seconds for limit in (ADDRESS, PAIR, ACCOUNT, DEVICE))


def reserve(settings: Settings, name: str, address: str, known: bool, now: float) -> str:
    """Count an attempt; TooManyAttempts with the seconds to wait if any counter is full. Gives its ticket."""
    buckets = _buckets(settings, name, address, known)
    ticket = secrets.token_hex(8)
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        db.run(database, "DELETE FROM attempt WHERE at < ?", (now - LONGEST,))
        wait = max(_wait(database, bucket, limit, now) for bucket, limit in buckets.items())
        if wait <= 0:
            rows = [(f"{ticket}-{number}", bucket, now) for number, bucket in enumerate(buckets)]
            db.many(database, "INSERT INTO attempt (id, bucket, at) VALUES (?, ?, ?)", rows)
    if wait > 0:
        raise TooManyAttempts(wait)
    return ticket


def give_back(settings: Settings, ticket: str) -> None:
    """The password was right, or was never checked: the attempt does not count."""
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        db.run(database, "DELETE FROM attempt WHERE id LIKE ?", (f"{ticket}-%",))


def device(settings: Settings, account: str) -> str:
    """A mark for a browser that has just signed in to the account; only this site can make one."""
    nonce = secrets.token_urlsafe(12)
    return f"{nonce}.{_sign(settings, account, nonce)}"


def is_known(settings: Settings, account: str, mark: str | None) -> bool:
    """Whether the browser that shows this mark has signed in to the account before."""
    nonce, _, signature = (mark or "").partition(".")
    return hmac.compare_digest(signature.encode(), _sign(settings, account, nonce).encode())


def _sign(settings: Settings, account: str, nonce: str) -> str:
    key = hmac.digest(settings.jwt_secret.encode(), b"kphotos known device", "sha256")
    return hmac.digest(key, f"{account}\0{nonce}".encode(), "sha256").hex()


def _buckets(settings: Settings, name: str, address: str, known: bool) -> dict[str, Limit]:
    """The counters of an attempt, under names that tell a reader of the database nothing."""
    place = network(address)
    if known:
        return {_bucket(settings, "device", name, place): DEVICE}
    return {
        _bucket(settings, "address", place): ADDRESS,
        _bucket(settings, "pair", name, place): PAIR,
        _bucket(settings, "account", name): ACCOUNT,
    }


def _bucket(settings: Settings, *parts: str) -> str:
    key = hmac.digest(settings.jwt_secret.encode(), b"kphotos attempts", "sha256")
    return hmac.new(key, "\0".join(parts).encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]


def network(address: str) -> str:
    """What one party holds: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "nowhere"
    if found.version == 6:
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _wait(database: peewee.Database, bucket: str, limit: Limit, now: float) -> float:
    """Seconds until the counter has room again; 0 if it has."""
    sql = "SELECT at FROM attempt WHERE bucket = ? AND at > ? ORDER BY at DESC LIMIT ?"
    rows = db.run(database, sql, (bucket, now - limit.seconds, limit.most)).fetchall()
    return float(rows[-1][0]) + limit.seconds - now if len(rows) >= limit.most else 0.0
