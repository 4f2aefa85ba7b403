"""The engine's own process: follows every volume, and sees to it that there is an index."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from kphotos import records
from kphotos.config import Settings
from kphotos.errors import IndexMissing, KPhotosError, NotFound, Unavailable
from kphotos.index import generation, projection
from kphotos.index.rows import Change, Cleared, ProblemRow
from kphotos.runtime import progress, room, watches
from kphotos.runtime.watches import Watched
from kphotos.sidecar import intake, rebuild, removing, restarts, scanning, sites
from kphotos.sidecar.intake import Tally
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync.osfs.mounts import around
from sync.watch import EVERYTHING, Watch

LOG = logging.getLogger(__name__)
_GLANCE_SECONDS = 1.0
_OFFLINE_SECONDS = 10.0
_RETURN_SECONDS = 5.0
_CHECK_MS = 86_400_000
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
                wishes = watches.asked(settings)
                for follower in followed.values():
                    follower.tell_health()
                    follower.glance(wishes.get(follower.volume.id))
            with suppress(OSError):
                room.tend(settings)
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


class _Ended(Exception):
    """The volume is not to be followed any more, or as another one: whoever is scanning it leaves off."""


class Follower:
    """Keeps the index in step with one volume."""

    def __init__(self, settings: Settings, volume: Volume) -> None:
        self._settings = settings
        self.volume = volume
        self._watch = Watch(volume.root, self._calm)
        self._told: dict[str, Any] = {}
        self._mounts = around(volume.root)
        self._wish: int | None = None
        self._offline_since: float | None = None
        self._is_halted = False
        self._returning_since: float | None = None
        self._is_ending = False

    def start(self) -> None:
        """Listen, and rescan once: what changed while nobody listened is found so."""
        self._watch.start()

    def stop(self) -> None:
        """Listen no more, and leave off scanning."""
        self._is_ending = True
        self._watch.stop()
        with suppress(KPhotosError):
            watches.tell(self._settings, self.volume.id, state="", reason="")

    def glance(self, wish: int | None) -> None:
        """Rescan when somebody wishes it, a disk was mounted or unmounted, or what was away may be back."""
        mounts = around(self.volume.root)
        is_due = _is_over(self._offline_since, _OFFLINE_SECONDS)
        is_returning = _is_over(self._returning_since, _RETURN_SECONDS)
        if mounts != self._mounts or is_due or is_returning or (wish is not None and wish != self._wish):
            self._returning_since = None
            self._mounts, self._wish = mounts, wish
            self._offline_since = time.monotonic() if is_due else self._offline_since
            self._watch.ask_rescan()

    def tell_health(self) -> None:
        """Show to people when changes may be noticed late, and take it back when they are not.

        It lies on no disk, so what changed while the index was being rebuilt is told to the new one too.
        """
        health = self._watch.health()
        with suppress(KPhotosError):
            told = {**health, "index": generation.current(self._settings)}
            if told != self._told:
                projection.project(self._settings, self._health(health))
                watches.tell(self._settings, self.volume.id, **health)
                self._told = told

    def _calm(self, paths: frozenset[str]) -> None:
        try:
            tally = self._rescan() if EVERYTHING in paths else self._touch(paths)
        except _Ended:
            progress.over(self._settings, f"scan:{self.volume.id}")
            return
        finally:
            self._forget_removed()
        for later in tally.later:
            self._watch.again(later.path, later.seconds)

    def _forget_removed(self) -> None:
        """Take out what was told of a volume that was removed meanwhile, after its rows had been dropped."""
        if self._is_ending:
            try:
                volumes.get(self._settings, self.volume.id)
            except NotFound:
                removing.forget(self._settings, self.volume.id)

    def _touch(self, paths: frozenset[str]) -> Tally:
        events = sites.engine_of(self._settings, self.volume).touch(paths)
        tally = intake.take(self._settings, self.volume, events)
        if tally.root is not None:
            scanning.report(self._settings, self.volume, tally.root)
            self._offline_since = time.monotonic() if tally.root.state == "offline" else None
            self._is_halted = tally.root.state == "halted"
        elif self._is_halted and tally.seen and self._returning_since is None:
            # Of what was missed some may be there again; only a scan of all can tell.
            self._returning_since = time.monotonic()
        return tally

    def _rescan(self) -> Tally:
        """A full scan, with what a person has confirmed; once a day all sidecars are read again in it."""
        settings, volume, name = self._settings, self.volume, f"scan:{self.volume.id}"
        if volumes.follow_disk(settings, volume) != volume:
            return Tally()  # mounted otherwise now: another follower takes over, and begins with a scan
        # Not what `glance` was told: that may have been granted before it heard of it.
        wish = self._wish = watches.asked(settings).get(volume.id)
        checked = watches.every(settings).get(volume.id, Watched(volume.id)).checked_ms
        is_due = 0 < checked < watches.now_ms() - _CHECK_MS
        is_first = restarts.is_first_scan(settings, volume)

        def tell(seen: int) -> None:
            if self._is_ending:
                raise _Ended
            progress.tell(settings, name, seen, None)

        self.volume, tally = scanning.scan(
            settings, volume, confirmed=wish or 0, sidecars=is_due, everything=is_first, tell=tell
        )
        progress.over(settings, name)
        state = tally.root.state if tally.root is not None else "offline"
        is_offline = state == "offline"
        self._is_halted = state == "halted"
        if is_first and state == "online":
            restarts.scanned(settings, volume)
        self._offline_since = time.monotonic() if is_offline else None
        if (is_due or not checked) and not is_offline:
            watches.tell(settings, volume.id, checked_ms=watches.now_ms())
        if wish is not None:
            watches.granted(settings, volume.id, wish)
            self._wish = None
        return tally

    def _health(self, health: Mapping[str, Any]) -> list[Change]:
        if health["state"] not in _PARTLY or health["state"] == "offline":
            return [Cleared(self.volume.id, "", "watch")]
        reason = f"Changes by other programs may be noticed late: {health['reason'] or health['state']}."
        return [
            ProblemRow(self.volume.id, "", "watch", reason, "Nothing is missed: the folder is rescanned.")
        ]


def _is_over(since: float | None, seconds: float) -> bool:
    return since is not None and time.monotonic() - since > seconds


def _follow(settings: Settings, followed: dict[str, Follower]) -> None:
    known = {volume.id: volume for volume in volumes.every(settings)}
    for key in [key for key, follower in followed.items() if known.get(key) != follower.volume]:
        followed.pop(key).stop()
        if key not in known:
            removing.forget(settings, key)
    for key, volume in known.items():
        if key not in followed:
            followed[key] = Follower(settings, volume)
            followed[key].start()
