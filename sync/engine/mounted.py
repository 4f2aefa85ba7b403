"""Disks that are mounted inside of a volume: one that is not there any more takes its photos away, not out.

What is mounted below the root is remembered from scan to scan. The mount point that is left behind is an
empty folder like any other, so whatever was beneath it is away until the disk is back, or until a person
says that it is gone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sync.core.model import Problem
from sync.engine.values import Site, Volume

_KEY = "//mounts"  # no path in a volume begins with a slash


@dataclass(frozen=True, slots=True)
class Mounts:
    """Folders in which disks were mounted when this site last looked, and are now; those that were away."""

    before: frozenset[str]
    now: frozenset[str]
    away: frozenset[str]

    def missing(self, empty: Collection[str] = ()) -> frozenset[str]:
        """The disks that were there and are not: not mounted, or with nothing in them (`empty` folders)."""
        return frozenset(folder for folder in self.before if folder not in self.now or folder in empty)


def look(volume: Volume, site: Site) -> Mounts:
    """What is mounted, and what this site remembers of it."""
    kept = site.memory.last(volume.id, _KEY)
    try:
        told = json.loads(kept) if kept else {}
        before, away = frozenset(told.get("mounts", ())), frozenset(told.get("away", ()))
    except (ValueError, TypeError, AttributeError):
        before, away = frozenset(), frozenset()
    return Mounts(before, volume.mounts(), away)


def keep(volume: Volume, site: Site, mounts: Mounts, away: Iterable[str]) -> None:
    """Remember what is mounted; `away` are those that are not and have photos in them."""
    gone = sorted(away)
    known = sorted({*mounts.now, *gone})
    if (known, gone) != (sorted(mounts.before), sorted(mounts.away)):
        told = json.dumps({"mounts": known, "away": gone}).encode() if known else None
        site.memory.keep(volume.id, {_KEY: told})


def problem(folder: str, count: int) -> Problem:
    """How people are told of a disk that is away."""
    photos = "1 photo" if count == 1 else f"{count} photos"
    return Problem(
        folder,
        "disk-away",
        f"The disk that is usually mounted here is not there; {photos} of this volume are on it.",
        "They are shown from the index; nothing of them is written and nothing is forgotten.",
    )


def within(folder: str, above: Iterable[str]) -> str | None:
    """That folder among `above` in which this one lies, or which it is."""
    return next((one for one in above if one in ("", folder) or folder.startswith(one + "/")), None)
