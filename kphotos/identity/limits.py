"""How often a password may be wrong, counted in `runtime`: shared by processes, kept through restarts.

- The address (an IPv6 network of 64 bits counts as one): a stranger who tries many names.
- The account from one address: a stranger who tries many passwords.
- The account from anywhere: many strangers together. It slows them down, and it never counts against a
  browser that has signed in to the account before (it keeps a mark, see `device`), so no stranger can lock
  the owner out; nor against open sessions, nor against the command line.
- The account from one such known browser.

Attempts at an account are counted before the password is checked, so that a crowd in parallel cannot slip
past; a right password clears them. The address is counted when the password was wrong, and nothing clears it:
else a stranger with an account of their own could.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from dataclasses import dataclass

from kphotos.config import Settings
from kphotos.identity.errors import TooManyAttempts
from kphotos.runtime import limits
from kphotos.runtime.limits import Rate

ADDRESS = Rate(30, 300)
PAIR = Rate(10, 300)
ACCOUNT = Rate(15, 300)
DEVICE = Rate(10, 300)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try at an account's password: which counters it touches."""

    account: tuple[tuple[str, Rate], ...]
    address: str | None


def attempt(settings: Settings, name: str, address: str, *, known: bool, now_ms: int) -> Attempt:
    """Count a try; TooManyAttempts with the seconds to wait if a counter is full."""
    found = _attempt(settings, name, address, known)
    if found.address is not None:
        _refuse(limits.wait(settings, found.address, ADDRESS, now_ms))
    for key, rate in found.account:
        _refuse(limits.hit(settings, key, rate, now_ms))
    return found


def wrong(settings: Settings, found: Attempt, now_ms: int) -> None:
    """The password was wrong; counters that have run out are swept away, so that guesses leave nothing."""
    limits.sweep(settings, now_ms)
    if found.address is not None:
        limits.hit(settings, found.address, ADDRESS, now_ms)


def right(settings: Settings, found: Attempt) -> None:
    """The password was right: what was counted for the account is forgotten."""
    for key, _ in found.account:
        limits.clear(settings, key)


def _refuse(seconds: float) -> None:
    if seconds:
        raise TooManyAttempts(seconds)


def _attempt(settings: Settings, name: str, address: str, known: bool) -> Attempt:
    place = network(address)
    if known:
        return Attempt(((_key(settings, "device", name, place), DEVICE),), None)
    pair = (_key(settings, "pair", name, place), PAIR)
    return Attempt((pair, (_key(settings, "account", name), ACCOUNT)), _key(settings, "address", place))


def _key(settings: Settings, *parts: str) -> str:
    """The name of a counter; it tells a reader of the database neither names nor addresses."""
    return "sign-in " + _sign(settings, "attempts", *parts)[:32]


def network(address: str) -> str:
    """What one party holds: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "nowhere"
    if found.version == 6:
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def device(settings: Settings, account: str) -> str:
    """A mark for a browser that has just signed in to the account; only this site can make one."""
    nonce = secrets.token_urlsafe(12)
    return f"{nonce}.{_sign(settings, 'device', account, nonce)}"


def is_known(settings: Settings, account: str, mark: str | None) -> bool:
    """Whether the browser that shows this mark has signed in to the account before."""
    nonce, _, signature = (mark or "").partition(".")
    due = _sign(settings, "device", account, nonce)
    return hmac.compare_digest(signature.encode("utf-8", "replace"), due.encode())


def _sign(settings: Settings, purpose: str, *parts: str) -> str:
    key = hmac.digest(settings.jwt_secret.encode(), f"kphotos {purpose}".encode(), "sha256")
    return hmac.digest(key, "\0".join(parts).encode("utf-8", "replace"), "sha256").hex()
