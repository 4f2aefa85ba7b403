"""The two tokens as cookies: the JWT that opens pages for ten minutes, and the opaque one that renews it.

Browsers keep Secure cookies over HTTPS and on their own machine: there they carry the `__Host-` and
`__Secure-` prefixes, which no neighbour host can overwrite. Over plain HTTP in a home network browsers drop
those, so the same tokens go under plain names (HttpOnly, SameSite=Strict), and every page carries a standing
warning.
"""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import jwt
from flask import Flask, Response, current_app, request
from flask_jwt_extended import JWTManager, create_access_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException

from kphotos.errors import Forbidden
from kphotos.identity import sessions
from kphotos.identity.access import Viewer
from kphotos.runtime.sessions import SLIDING_MS
from kphotos.web import origins
from kphotos.web.here import settings

ACCESS_MINUTES = 10
RENEW_SECONDS = 120
CSRF_COOKIE = "kp_csrf"
CSRF_HEADER = "X-CSRF-TOKEN"
CSRF_FIELD = "csrf"
FORM = "application/x-www-form-urlencoded"
DEVICE_COOKIE = "kp_device"
REFRESH_PATH = "/api/auth"
REFRESH_SECONDS = SLIDING_MS // 1000
DEVICE_SECONDS = 365 * 86400
_DEMANDED = ("exp", "iat", "jti", "sid", "type", "aud", "iss", "sub", "csrf")


@dataclass(frozen=True, slots=True)
class Access:
    """A live session as the request's token names it."""

    viewer: Viewer
    sid: str
    ends: int  # seconds since 1970, when the token runs out

    @property
    def ends_soon(self) -> bool:
        """Whether the page had better renew it now, before a picture is refused."""
        return self.ends - time.time() < RENEW_SECONDS


def install(app: Flask, secret: str) -> None:
    """Give the app its JWT settings; HS256 under the site's secret is the only algorithm there is."""
    app.config.update(
        JWT_SECRET_KEY=secret,
        JWT_ALGORITHM="HS256",
        JWT_DECODE_ALGORITHMS=["HS256"],
        JWT_TOKEN_LOCATION=["cookies"],
        JWT_COOKIE_SECURE=True,
        JWT_COOKIE_SAMESITE="Strict",
        JWT_COOKIE_CSRF_PROTECT=True,
        JWT_ENCODE_ISSUER="kphotos",
        JWT_DECODE_ISSUER="kphotos",
        JWT_ENCODE_AUDIENCE="kphotos",
        JWT_DECODE_AUDIENCE="kphotos",
        JWT_DECODE_LEEWAY=5,
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(minutes=ACCESS_MINUTES),
    )
    JWTManager(app)


def names() -> tuple[str, str]:
    """The names of the access and the refresh cookie on this request's connection."""
    return ("__Host-kp_at", "__Secure-kp_rt") if origins.is_secure(settings()) else ("kp_at", "kp_rt")


def read_access() -> Access | None:
    """Who the access token speaks for; None unless token, session and account all still agree."""
    claims = _claims(request.cookies.get(names()[0], ""))
    if claims is None or claims["type"] != "access":
        return None
    viewer = sessions.viewer(settings(), claims["sid"], claims["sub"])
    return Access(viewer, claims["sid"], int(claims["exp"])) if viewer is not None else None


def _claims(token: str) -> Mapping[str, Any] | None:
    """The claims of a token with a valid signature; None for anything less than all we demand."""
    if not token or len(token) > 4096:
        return None
    try:
        claims = _signed(token, current_app.config["JWT_SECRET_KEY"])
    except (jwt.PyJWTError, JWTExtendedException, ValueError, TypeError, RecursionError):
        return None
    # A signature stays good; time goes on, so that is asked again each time.
    now, leeway = time.time(), current_app.config["JWT_DECODE_LEEWAY"]
    begins = max(int(claims["iat"]), int(claims.get("nbf", 0)))
    return claims if begins <= now + leeway and now - leeway < int(claims["exp"]) else None


@lru_cache(maxsize=512)
def _signed(token: str, secret: str) -> Mapping[str, Any]:
    """The claims of a token that is good now; raises what the library does, or ValueError.

    Remembered, since a page asks for a hundred pictures with one token. A refusal never is.
    """
    claims: dict[str, Any] = decode_token(token)
    written = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    # The library fills in `type` and `jti` where a token has none; what counts is what was signed.
    if any(name not in written for name in _DEMANDED):
        raise ValueError("something is not in the token")
    if not all(isinstance(claims[name], str) for name in ("jti", "sid", "sub", "csrf")):
        raise ValueError("something in the token is no text")
    return MappingProxyType(claims)


def read_refresh() -> str:
    """The opaque token that renews the session, or nothing."""
    return request.cookies.get(names()[1], "")


def check_csrf(sid: str) -> None:
    """Refuse (403) a change without the session's token, which only a page of ours has.

    Scripts read it from its cookie into a header; a form that works without them carries it as a field.
    """
    if request.method in origins.SAFE_METHODS:
        return
    sent, due = request.headers.get(CSRF_HEADER), sessions.csrf_of(settings(), sid)
    if sent is None:
        sent = request.form.get(CSRF_FIELD, "") if request.mimetype == FORM else ""
    if not hmac.compare_digest(sent.encode("utf-8", "replace"), due.encode()):
        raise Forbidden("The page is out of date; load it again.", code="csrf")


def write(response: Response, opened: sessions.Opened) -> None:
    """Put both tokens of a session and the double-submit token into the browser.

    The device's mark only tells a browser that has signed in before from a stranger: it lifts a limit, opens
    nothing.
    """
    access_name, refresh_name = names()
    csrf = sessions.csrf_of(settings(), opened.sid)
    claims = {"sid": opened.sid, "csrf": csrf}
    token = create_access_token(identity=opened.viewer.id, additional_claims=claims)
    _put(response, access_name, token, seconds=ACCESS_MINUTES * 60)
    _put(response, refresh_name, opened.refresh, seconds=REFRESH_SECONDS, path=REFRESH_PATH)
    _put(response, CSRF_COOKIE, csrf, seconds=REFRESH_SECONDS)
    if opened.device is not None:
        _put(response, DEVICE_COOKIE, opened.device, seconds=DEVICE_SECONDS)


def clear(response: Response) -> None:
    """Take both tokens out of the browser, and over a secure connection whatever it kept of the pages."""
    access_name, refresh_name = names()
    for name, path in ((access_name, "/"), (refresh_name, REFRESH_PATH), (CSRF_COOKIE, "/")):
        _put(response, name, "", seconds=0, path=path)
    if origins.is_secure(settings()):
        # Not "cookies": that would sign people out of other programs on other ports of this machine.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'


def _put(response: Response, name: str, value: str, *, seconds: int, path: str = "/") -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=path,
        secure=origins.is_secure(settings()),
        httponly=name != CSRF_COOKIE,
        samesite="Strict",
    )
