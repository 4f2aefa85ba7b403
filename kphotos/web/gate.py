"""The gate each request passes: host, origin, who is looking, double-submit token, the view's own mark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Flask, g, redirect, request
from werkzeug.wrappers import Response

from kphotos.config import Settings
from kphotos.errors import Forbidden
from kphotos.identity import accounts
from kphotos.identity.errors import SignedOut
from kphotos.web import cookies, origins

View = TypeVar("View", bound=Callable[..., Any])


def anyone(view: View) -> View:
    """Mark a view as open to whoever asks."""
    view.access = "anyone"  # type: ignore[attr-defined]
    return view


def member(view: View) -> View:
    """Mark a view as open to whoever is signed in; what they see is the scope's business."""
    view.access = "member"  # type: ignore[attr-defined]
    return view


def admin(view: View) -> View:
    """Mark a view as open to admins only."""
    view.access = "admin"  # type: ignore[attr-defined]
    return view


def install(app: Flask, settings: Settings) -> None:
    """Put the gate before every view of the app."""

    @app.before_request
    def _gate() -> Response | None:
        origins.check_host(settings)
        origins.check_origin(settings)
        if request.endpoint is None or request.method == "OPTIONS":
            _remember_viewer()
            return None  # no such page, or a preflight: the router answers
        access = getattr(app.view_functions[request.endpoint], "access", None)
        if access == "anyone":
            return None
        found = cookies.read_access()
        if found is None:
            return _ask_to_sign_in(settings)
        cookies.check_csrf(found.sid)
        if access != "member" and not (access == "admin" and found.viewer.is_admin):
            raise Forbidden("Only an administrator may see this.")
        g.viewer = found.viewer
        g.ends_soon = found.ends_soon
        return None


def _remember_viewer() -> None:
    """For the page that says that there is no such page: it has the same frame as the others."""
    found = None if wants_json() else cookies.read_access()
    if found is not None:
        g.viewer = found.viewer


def _ask_to_sign_in(settings: Settings) -> Response:
    if wants_json() or request.method != "GET":
        raise SignedOut("Sign in first.")
    if not accounts.exist(settings):
        return redirect("/setup", 303)
    target = request.full_path.rstrip("?")
    return redirect("/sign-in" if target == "/" else f"/sign-in?next={quote(target, safe='')}", 303)


def wants_json() -> bool:
    """Whether the answer is read by a program: an API address, or somebody who asks for JSON first."""
    if request.path.startswith(("/api/", "/media/", "/healthz")):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
