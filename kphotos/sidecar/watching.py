"""The engine's own process: follows every volume, and sees to it that there is an index."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from kphotos import records
from kphotos.config import Settings
from kphotos.errors import IndexMissing, KPhotosError, Unavailable
from kphotos.index import generation, projection
from kphotos.index.rows import Change, Cleared, ProblemRow
from kphotos.runtime import progress
from kphotos.sidecar import intake, rebuild, sites
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync.watch import EVERYTHING, Watch

LOG = logging.getLogger(__name__)
_GLANCE_SECONDS = 1.0
_PARTLY = ("polling", "degraded", "offline")


def run(settings: Settings) -> None:
    """Follow every volume, those registered later too, until the process is told to end."""
    followed: dict[str, Follower] = {}
    is_caught_up = False
    try:
        while True:
            # An index that is damaged is noticed while it is used: the next turn makes another.
            with suppress(Unavailable):
                ensure_index(settings)
                if not is_caught_up:
                    records.catch_up(settings)
                    is_caught_up = True
                _follow(settings, followed)
            for follower in followed.values():
                follower.tell_health()
            time.sleep(_GLANCE_SECONDS)
    finally:
        for follower in followed.values():
            follower.stop()


def ensure_index(settings: Settings) -> None:
    """Make the index if there is none: from disk, or empty where nothing was ever looked at.

    On the very first start the photos appear while they are found, instead of all at the end.
    """
    try:
        generation.current(settings)
        return
    except IndexMissing as missing:
        LOG.warning("%s", missing.message)
    if any(sites.has_looked(settings, volume) for volume in volumes.every(settings)):
        made = rebuild.rebuild(settings, lambda step: progress.tell(settings, "rebuild", step.assets, None))
        progress.over(settings, "rebuild")
        LOG.warning("The index was rebuilt: %d photos in %.1f s.", made.assets, made.seconds)
    else:
        rebuild.begin(settings)


class Follower:
    """Keeps the index in step with one volume."""

    def __init__(self, settings: Settings, volume: Volume) -> None:
        self._settings = settings
        self.volume = volume
        self._watch = Watch(volume.root, self._calm)
        self._told = ""

    def start(self) -> None:
        """Listen, and rescan once: what changed while nobody listened is found so."""
        self._watch.start()

    def stop(self) -> None:
        """Listen no more."""
        self._watch.stop()

    def tell_health(self) -> None:
        """Show to people when changes may be noticed late, and take it back when they are not."""
        health = self._watch.health()
        told = f"{health['state']}: {health['reason']}"
        if told != self._told:
            with suppress(KPhotosError):
                projection.project(self._settings, self._health(health))
                self._told = told

    def _calm(self, paths: frozenset[str]) -> None:
        engine = sites.engine_of(self._settings, self.volume)
        events = engine.scan() if EVERYTHING in paths else engine.touch(paths)
        name = f"scan:{self.volume.id}"

        def tell(seen: int) -> None:
            progress.tell(self._settings, name, seen, None)

        tally = intake.take(self._settings, self.volume, events, tell if EVERYTHING in paths else None)
        progress.over(self._settings, name)
        for later in tally.later:
            self._watch.again(later.path, later.seconds)

    def _health(self, health: Mapping[str, Any]) -> list[Change]:
        if health["state"] not in _PARTLY or health["state"] == "offline":
            return [Cleared(self.volume.id, "", "watch")]
        reason = f"Changes by other programs may be noticed late: {health['reason'] or health['state']}."
        return [
            ProblemRow(self.volume.id, "", "watch", reason, "Nothing is missed: the folder is rescanned.")
        ]


def _follow(settings: Settings, followed: dict[str, Follower]) -> None:
    known = {volume.id: volume for volume in volumes.every(settings)}
    for key in [key for key, follower in followed.items() if known.get(key) != follower.volume]:
        followed.pop(key).stop()
    for key, volume in known.items():
        if key not in followed:
            followed[key] = Follower(settings, volume)
            followed[key].start()
