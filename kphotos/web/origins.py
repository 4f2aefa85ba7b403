"""Where a request comes from: trusted names, same origin, whether the browser keeps Secure cookies."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from flask import Response, abort, request

from kphotos.config import Settings
from kphotos.errors import Forbidden

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_NAMES = frozenset({"localhost", socket.gethostname().lower(), f"{socket.gethostname().lower()}.local"})


def check_host(settings: Settings) -> None:
    """Refuse (400) a Host that is no name of ours: a stranger's domain that was rebound to this address.

    An IP address cannot be rebound, so every one is ours; names are localhost, this machine's, HOST and
    PUBLIC_URL's.
    """
    host = _host_name(request.environ.get("HTTP_HOST", ""))
    if request.path != "/healthz" and not is_trusted(host, settings):
        abort(400, "This address is not one of ours. Set PUBLIC_URL to the address people use.")


def is_trusted(host: str | None, settings: Settings) -> bool:
    """Whether a Host header's name belongs to this server."""
    if host is None:
        return False
    if (
        host in _OWN_NAMES
        or host.endswith(".localhost")
        or host in {settings.host.lower(), _public(settings)[1]}
    ):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _host_name(header: str) -> str | None:
    """The bare name in a Host header, lower case, without port and brackets; None if it is no host at all."""
    try:
        parts = urlsplit(f"//{header}")
        _ = parts.port
    except ValueError:
        return None
    if parts.username is not None or parts.path or parts.query or parts.fragment or not parts.hostname:
        return None
    return parts.hostname.rstrip(".")


def _public(settings: Settings) -> tuple[str, str]:
    """The origin and the host name of PUBLIC_URL; empty where it is not set."""
    parts = urlsplit(settings.public_url or "")
    return (f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else "", parts.hostname or "")


def is_secure(settings: Settings) -> bool:
    """Whether the browser treats this connection as secure: HTTPS (a proxy's too), or its own machine."""
    host = _host_name(request.environ.get("HTTP_HOST", "")) or ""
    if request.is_secure or host == "localhost" or host.endswith(".localhost"):
        return True
    origin, public_host = _public(settings)
    if origin.startswith("https://") and host == public_host:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_origin(settings: Settings) -> None:
    """Refuse (403) a change that another site's page asked for."""
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin.lower() not in own_origins(settings) and not is_listed(origin, settings):
        raise Forbidden("This request came from another site.", code="foreign_origin")
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site not in ("same-origin", "none") and not (origin and is_listed(origin, settings)):
        raise Forbidden("This request came from another site.", code="foreign_origin")


def own_origins(settings: Settings) -> frozenset[str]:
    """The origins of our own pages: the one asked for, and PUBLIC_URL's."""
    own = f"{request.scheme}://{request.environ.get('HTTP_HOST', '')}".lower()
    return frozenset({own, _public(settings)[0]} - {""})


def is_listed(origin: str, settings: Settings) -> bool:
    """Whether CORS_ALLOWED_ORIGINS names this origin, exactly."""
    return origin in settings.cors_allowed_origins


def allow_listed(response: Response, settings: Settings) -> None:
    """Let the pages of a listed origin read the API; nobody else gets a single CORS header."""
    origin = request.headers.get("Origin")
    if not settings.cors_allowed_origins or not request.path.startswith("/api/"):
        return
    response.vary.add("Origin")
    if origin is not None and is_listed(origin, settings):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, X-CSRF-TOKEN"
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, PATCH, PUT, DELETE"


def safe_next(target: str | None) -> str:
    """A path of our own to go on to; anything a browser could read as another site becomes `/`."""
    if not target or len(target) > 2000 or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    if any(ord(char) <= 32 or ord(char) == 127 or char == "\\" for char in target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc or parts.path.startswith("//") else target
