"""What every answer says to browsers and caches: one policy for pages, one for the API, one for pictures."""

from __future__ import annotations

from flask import Flask, Response, g, request

from kphotos.config import Settings
from kphotos.web import origins

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self'; "
    "connect-src 'self'; font-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
_OFF = (
    "accelerometer autoplay camera display-capture encrypted-media geolocation gyroscope magnetometer "
    "microphone midi payment publickey-credentials-get screen-wake-lock usb xr-spatial-tracking"
)
PERMISSIONS = ", ".join(f"{name}=()" for name in _OFF.split())
VARY = "Cookie, Authorization"
RENEW = "X-Session-Ends"  # "soon": the page renews its session before pictures are refused


def install(app: Flask, settings: Settings) -> None:
    """Give every answer of the app its headers, errors included."""

    @app.after_request
    def _after(response: Response) -> Response:
        _everywhere(response, settings)
        if request.path.startswith("/static/"):
            response.headers["Content-Security-Policy"] = (
                PAGE_POLICY  # a worker lives under its script's policy
            )
        elif request.path.startswith("/media/"):
            _media(response)
        elif response.mimetype == "text/html":
            _page(response)
        else:
            _data(response)
        origins.allow_listed(response, settings)
        return response


def _everywhere(response: Response, settings: Settings) -> None:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = PERMISSIONS
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if origins.is_secure(settings):
        # Over plain HTTP browsers ignore it, and complain on the console.
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if g.get("ends_soon"):
        response.headers[RENEW] = "soon"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"


def _page(response: Response) -> None:
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    response.headers["Cache-Control"] = "no-store"
    # With no-referrer a form's Origin would be "null", and the check of origins could not tell it from a
    # stranger's.
    response.headers["Referrer-Policy"] = "same-origin"
    response.vary.update(VARY.split(", "))


def _data(response: Response) -> None:
    response.headers["Content-Security-Policy"] = DATA_POLICY
    response.headers.setdefault("Cache-Control", "no-store")
    response.vary.update(VARY.split(", "))


def _media(response: Response) -> None:
    response.headers["Content-Security-Policy"] = DATA_POLICY
    if response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    response.headers.setdefault("Cache-Control", "private, no-cache, no-transform")
    response.vary.update(VARY.split(", "))
