"""Sidecars that are to go to an original elsewhere: remembered until all of them are there.

A disk that refuses once, a lock that somebody holds or a crash may stop them on the way, some of them set
aside already; by the next look the folders may show nothing of the move any more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sync.engine.arrivals import Trace
from sync.engine.values import Site, Volume

_KEY = "//owed"  # no path in a volume begins with a slash
_MOST = 10_000
AGAIN_SECONDS = 30.0
"""When it is tried again."""


@dataclass(frozen=True, slots=True)
class Owed:
    """Whose they are: the original's at `new`, with its trace; `hash` is of its content, if that is known."""

    new: str
    trace: Trace
    hash: str | None


def owed(volume: Volume, site: Site) -> dict[str, Owed]:
    """What has not come to its original yet, by the path that this had before; the oldest first."""
    kept = site.memory.last(volume.id, _KEY)
    try:
        found = json.loads(kept or b"{}").items()
        return {old: Owed(new, (ino, size, mtime), hash_) for old, (new, ino, size, mtime, hash_) in found}
    except (ValueError, TypeError, AttributeError):
        return {}


def keep(volume: Volume, site: Site, changes: Mapping[str, Owed | None]) -> None:
    """Remember some, and forget others (None). Only so many are kept, the newest."""
    was = owed(volume, site) if changes else {}
    now = {old: one for old, one in was.items() if old not in changes or one == changes[old]}
    now |= {old: one for old, one in changes.items() if one is not None}
    if now != was:
        newest = {old: (one.new, *one.trace, one.hash) for old, one in [*now.items()][-_MOST:]}
        site.memory.keep(volume.id, {_KEY: json.dumps(newest).encode() if newest else None})
