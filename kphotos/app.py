"""Wires the pages: one Flask application out of the rooms in `web`, and the server that listens for it."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request
from werkzeug.routing import BaseConverter

from kphotos.config import Settings
from kphotos.web import (
    assets,
    auth,
    bulk,
    conflicts,
    cookies,
    errors,
    gate,
    headers,
    here,
    listener,
    media,
    origins,
    pages,
    problems,
    statics,
    status,
    tags,
    timeline,
    volumes,
    wording,
)

ROOMS = (auth, pages, timeline, assets, bulk, media, tags, problems, conflicts, volumes, status)


class AssetId(BaseConverter):
    """An asset's id in an address; anything else is no address at all."""

    regex = "[0-9a-f]{32}"


class VolumeId(BaseConverter):
    """A volume's id in an address, which a marker of another K-Photos may have chosen."""

    regex = "[A-Za-z0-9][A-Za-z0-9_-]{0,63}"


def create_app(settings: Settings) -> Flask:
    """The application for these settings; nothing is opened before the first request."""
    app = Flask("kphotos", static_folder=None, template_folder=str(statics.folder("templates")))
    app.config.update(
        KPHOTOS=settings,
        MAX_CONTENT_LENGTH=2 * 2**20,
        MAX_FORM_MEMORY_SIZE=64 * 1024,
        MAX_FORM_PARTS=50,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.url_map.merge_slashes = False
    app.url_map.converters["asset"] = AssetId
    app.url_map.converters["volume"] = VolumeId
    cookies.install(app, settings.jwt_secret)
    gate.install(app, settings)
    headers.install(app, settings)
    errors.install(app)
    statics.install(app)
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
    _prepare_templates(app)
    return app


def serve(settings: Settings) -> None:
    """Listen at HOST and PORT until SystemExit or KeyboardInterrupt; OSError if the port is taken."""
    listener.listen(create_app(settings), settings).run()


def _prepare_templates(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters["breakable"] = wording.breakable
    app.context_processor(_every_page)


def _every_page() -> dict[str, Any]:
    viewer = g.get("viewer")
    theme, nav = request.cookies.get("kp_theme"), request.cookies.get("kp_nav")
    return {
        "lang": "en",
        "dir": "ltr",
        "theme": theme if theme in ("light", "dark") else "system",
        "nav": "closed" if nav == "closed" else "open",
        "csrf_cookie": cookies.CSRF_COOKIE,
        "waiting": conflicts.waiting,
        "notices": volumes.notices,
        "insecure": not origins.is_secure(here.settings()),
        "me": viewer and {"id": viewer.id, "name": viewer.name, "role": viewer.role},
    }
