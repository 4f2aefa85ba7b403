"""Signing in and staying signed in: passwords, limits, accounts and rows of `runtime` brought together."""

from __future__ import annotations

import hmac
import logging
import time
from dataclasses import dataclass

from kphotos.config import Settings
from kphotos.identity import accounts, limits, passwords
from kphotos.identity.access import Viewer
from kphotos.identity.accounts import Account
from kphotos.identity.errors import SignedOut, WrongPassword
from kphotos.records import audit
from kphotos.runtime import sessions
from kphotos.runtime.sessions import Session, SessionOver

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened or renewed: who, its id, the refresh token; `device` marks the browser."""

    viewer: Viewer
    sid: str
    refresh: str
    device: str | None = None


def sign_in(
    settings: Settings, name: str, password: str, *, address: str, agent: str, device: str | None
) -> Opened:
    """Open a session for the right name and password.

    Raises WrongPassword (the same, and as slowly, for a name nobody has), TooManyAttempts or Crowded.
    `address` is the client's, `device` the mark its browser kept from an earlier time, if any.
    """
    passwords.bounded(password)
    account = accounts.named(settings, name[: 2 * accounts.LONGEST_NAME])
    known = account is not None and limits.is_known(settings, account.id, device)
    attempt = limits.attempt(settings, accounts.name_key(name), address, known=known, now_ms=_now_ms())
    is_right = passwords.matches(account.password if account is not None else None, password)
    if account is None or not is_right or account.disabled:
        limits.wrong(settings, attempt, _now_ms())
        log.warning("wrong name or password from %s", limits.network(address))
        raise WrongPassword("Name and password do not belong together.")
    limits.right(settings, attempt)
    if passwords.is_outdated(account.password):
        accounts.rehash(settings, account, password)
    return begin(settings, account, agent)


def begin(settings: Settings, account: Account, agent: str) -> Opened:
    """Open a session for an account whose owner has just proved who they are."""
    now_ms = _now_ms()
    sessions.sweep(settings, now_ms)
    opened = sessions.open_session(settings, account.id, account.stamp, agent, now_ms)
    mark = limits.device(settings, account.id)
    return Opened(account.viewer(), opened.session.id, opened.token, mark)


def renew(settings: Settings, token: str) -> Opened:
    """The session behind a refresh token, with the next one; SignedOut `session_ended` if there is none."""
    try:
        opened = sessions.rotate(settings, token, _now_ms())
    except SessionOver as over:
        if over.reason == "reused":
            log.warning("a spent refresh token was used again: its session has been ended")
            audit.append(settings, "session.reused", None, session=of_token(settings, token))
        raise _ended() from over
    viewer = _agreed(settings, opened.session)
    if viewer is None:
        close(settings, opened.session.id)
        raise _ended()
    return Opened(viewer, opened.session.id, opened.token)


def _ended() -> SignedOut:
    return SignedOut("The session has ended. Sign in again.", code="session_ended")


def viewer(settings: Settings, sid: str, user: str) -> Viewer | None:
    """Whom an access token speaks for: None once its session is over or its account has changed."""
    session = sessions.find(settings, sid, _now_ms())
    return _agreed(settings, session) if session is not None and session.user == user else None


def _agreed(settings: Settings, session: Session) -> Viewer | None:
    account = accounts.get(settings, session.user)
    if account is None or account.disabled or account.stamp != session.stamp:
        return None
    return account.viewer()


def close(settings: Settings, sid: str) -> None:
    """End a session: both its tokens are dead from now on."""
    sessions.revoke(settings, sid, _now_ms())


def of_token(settings: Settings, token: str) -> str | None:
    """The id of the session a refresh token belongs to, however old the token; it grants nothing."""
    return sessions.session_of(settings, token) if token else None


def csrf_of(settings: Settings, sid: str) -> str:
    """The double-submit token of a session: the same for as long as it lasts, in every tab of the browser."""
    key = hmac.digest(settings.jwt_secret.encode(), b"kphotos double submit", "sha256")
    return hmac.digest(key, sid.encode(), "sha256").hex()[:32]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
