"""Signing in and staying signed in: passwords, limits, accounts and tokens brought together."""

from __future__ import annotations

import hmac
import logging
import time
from dataclasses import dataclass

from kphotos.config import Settings
from kphotos.identity import accounts, limits, passwords, tokens
from kphotos.identity.access import Viewer
from kphotos.identity.accounts import Account
from kphotos.identity.errors import Crowded, SignedOut, WrongPassword
from kphotos.index.records import name_key
from kphotos.records import audit

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened or renewed: who, its id, the refresh token and how long that one lasts."""

    viewer: Viewer
    sid: str
    refresh: str
    seconds: int
    device: str | None = None


def sign_in(settings: Settings, name: str, password: str, address: str, device: str | None) -> Opened:
    """Open a session for the right name and password.

    Raises WrongPassword (the same, and as slowly, for a name nobody has), TooManyAttempts or Crowded.
    `address` is the client's, `device` the mark its browser kept from an earlier time, if any.
    """
    passwords.bounded(password)
    account = accounts.named(settings, name[: 4 * accounts.LONGEST_NAME])
    known = account is not None and limits.is_known(settings, account.id, device)
    ticket = limits.reserve(settings, name_key(name), address, known, time.time())
    try:
        right = passwords.matches(account.password if account is not None else None, password)
    except Crowded:
        limits.give_back(settings, ticket)
        raise
    if account is None or not right or account.disabled:
        log.warning("wrong name or password from %s", limits.network(address))
        raise WrongPassword("Name and password do not belong together.")
    limits.give_back(settings, ticket)
    if passwords.is_outdated(account.password):
        accounts.rehash(settings, account, password)
    return begin(settings, account)


def begin(settings: Settings, account: Account) -> Opened:
    """Open a session for an account whose owner has just proved who they are."""
    renewed = tokens.begin(settings, account.id, account.stamp, time.time())
    mark = limits.device(settings, account.id)
    return Opened(account.viewer(), renewed.session.sid, renewed.token, renewed.seconds, mark)


def renew(settings: Settings, token: str) -> Opened:
    """The session behind a refresh token, with the next one; SignedOut `session_ended` if there is none."""
    renewed = tokens.renew(settings, token, time.time())
    if isinstance(renewed, tokens.Refused):
        if renewed is tokens.Refused.REUSED:
            log.warning("a spent refresh token was used again: its session has been ended")
            audit.append(settings, "session.reused", None)
        raise SignedOut("The session has ended. Sign in again.", code="session_ended")
    found = _agreed(settings, renewed.session)
    if found is None:
        tokens.end(settings, renewed.session.sid)
        raise SignedOut("The session has ended. Sign in again.", code="session_ended")
    return Opened(found, renewed.session.sid, renewed.token, renewed.seconds)


def viewer(settings: Settings, sid: str, user: str) -> Viewer | None:
    """Whom an access token speaks for: None once its session is over or its account has changed."""
    session = tokens.find(settings, sid, time.time())
    return _agreed(settings, session) if session is not None and session.user == user else None


def _agreed(settings: Settings, session: tokens.Open) -> Viewer | None:
    account = accounts.get(settings, session.user)
    if account is None or account.disabled or account.stamp != session.stamp:
        return None
    return account.viewer()


def close(settings: Settings, sid: str) -> None:
    """End a session."""
    tokens.end(settings, sid)


def of_token(settings: Settings, token: str) -> str | None:
    """The id of the session a refresh token belongs to, however old the token."""
    return tokens.sid_of(settings, token) if token else None


def csrf_of(settings: Settings, sid: str) -> str:
    """The double-submit token of a session: the same for as long as it lasts, in every tab of the browser."""
    key = hmac.digest(settings.jwt_secret.encode(), b"kphotos double submit", "sha256")
    return hmac.digest(key, sid.encode(), "sha256").hex()[:32]
