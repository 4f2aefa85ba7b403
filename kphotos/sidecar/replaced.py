"""Whether the file at a path still is the one that somebody was shown when they asked for a change.

A page names a photo by its id, which leads to a path by way of the index. Until a move is noticed, in hours
where a disk is polled, another picture may lie there, which nobody meant.
"""

from __future__ import annotations

from dataclasses import dataclass

from kphotos.config import Settings
from kphotos.errors import NotFound
from kphotos.index import values
from kphotos.sidecar import intake, sites
from kphotos.storage.volumes import Volume

REASON = "another file lies in this photo's place by now: look at it before you change it"


@dataclass(frozen=True, slots=True)
class Shown:
    """The original as the index has it."""

    size: int
    mtime_ns: int


def is_replaced(shown: Shown, size: int, mtime_ns: int) -> bool:
    """Whether a file of that size and time is another one, or has been written since."""
    return (shown.size, shown.mtime_ns) != (values.integer(size) or 0, values.integer(mtime_ns) or 0)


def require(settings: Settings, volume: Volume, path: str, shown: Shown) -> None:
    """Raise NotFound where another file lies at the path; the index has it then, so that it can be shown.

    Raises SyncError where it cannot be looked at, or is another disk's.
    """
    try:
        status = (volume.root / path).lstat()
    except OSError:
        return  # Whoever is about to write finds out why.
    if is_replaced(shown, status.st_size, status.st_mtime_ns):
        tell(settings, volume, path)
        raise NotFound(f"{REASON[:1].upper()}{REASON[1:]}.", code="replaced", kept="Nothing was changed.")


def tell(settings: Settings, volume: Volume, path: str) -> None:
    """Bring what lies there now into the index. Raises SyncError as above."""
    asset = sites.engine_of(settings, volume).look_at_own(path)
    intake.project(settings, volume, asset)
