"""What a view may ask of its surroundings: the settings, who is looking, and what they may see."""

from __future__ import annotations

from flask import current_app, g

from kphotos.config import Settings
from kphotos.identity import access
from kphotos.identity.access import Viewer
from kphotos.index.scope import Scope


def settings() -> Settings:
    """The settings this app was made with."""
    found: Settings = current_app.config["KPHOTOS"]
    return found


def viewer() -> Viewer:
    """Who is looking; only inside a view that is marked `member` or `admin`."""
    found: Viewer = g.viewer
    return found


def scope() -> Scope:
    """What the viewer may see, as the index understands it."""
    return access.scope(settings(), viewer())
