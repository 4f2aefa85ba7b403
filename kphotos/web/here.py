"""What a view may ask of its surroundings: the settings, who is looking, and what they may see."""

from __future__ import annotations

from contextlib import AbstractContextManager

from flask import current_app, g

from kphotos import index
from kphotos.config import Settings
from kphotos.identity import access
from kphotos.identity.access import Viewer
from kphotos.index import Index
from kphotos.index.scope import Scope

LONGEST_SECONDS = 2.0
WHOLE_SECONDS = 15.0  # days and ratios of a million photos take one, on a machine that does nothing else


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


def reading(seconds: float | None = None) -> AbstractContextManager[Index]:
    """The index for what one page asks of it; 503 `too_slow` for what takes longer than two seconds.

    `seconds` (WHOLE_SECONDS) is for what grows with the library, not with what somebody thinks of asking.
    """
    return index.use(settings(), LONGEST_SECONDS if seconds is None else seconds)
