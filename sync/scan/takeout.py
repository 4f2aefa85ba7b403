"""The JSON of Google Takeout beside an original: which of several it is, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.codecs import takeout as takeouts
from sync.codecs.takeout import Takeout
from sync.core.model import Problem
from sync.errors import Unreadable
from sync.pairing.takeout import is_named_for, is_titled_for
from sync.ports import FS, Found, join
from sync.scan.seen import why

_KEPT = "The file was left exactly as it is, and the photo is shown without it."


@dataclass(frozen=True, slots=True)
class SeenTakeout:
    """A JSON that is an original's, or one that nobody can read: then a `problem` says why."""

    path: str
    found: Found | None = None
    takeout: Takeout | None = None
    problem: Problem | None = None


def see_takeout(fs: FS, folder: str, original: str, jsons: Sequence[str]) -> SeenTakeout | None:
    """The first of the JSONs that is the original's; failing all, one that nobody can read; or None."""
    broken = None
    for name in jsons:
        path = join(folder, name)
        try:
            found = fs.read(path, takeouts.LARGEST)
            takeout = takeouts.read(found.data)
        except FileNotFoundError:
            continue
        except (Unreadable, OSError) as error:
            broken = broken or SeenTakeout(path, problem=_unreadable(path, error))
            continue
        if takeout is not None and _is_its(fs, folder, original, name, takeout.title):
            return SeenTakeout(path, found, takeout)
    return broken


def _is_its(fs: FS, folder: str, original: str, name: str, title: str) -> bool:
    """Whether title and name agree; of a photo that was renamed with its JSON the name alone says so."""
    if is_titled_for(title, original):
        return True
    if not is_named_for(name, original) or "/" in title or "\0" in title:
        return False
    try:
        fs.stat(join(folder, title))
    except OSError:
        return True
    return False


def _unreadable(path: str, error: Unreadable | OSError) -> Problem:
    reason = error.reason if isinstance(error, Unreadable) else why(error)
    return Problem(path, "unreadable", f"This Google Takeout JSON says nothing: {reason}.", _KEPT)
