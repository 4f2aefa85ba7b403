"""From the kernel's events to calm batches of dirty paths; a hint only, the scan is the truth.

What watchdog hides is measured: the kernel's own count of watches against the folders there are, the
line in its log when events were lost, the root's device and inode. Whatever is found missing is healed
the same way: the batch {""} asks for a full rescan, which costs a third of a second per 100,000 files.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sync.apply.temps import parse_temp
from sync.osfs.mounts import filesystem, silent
from sync.pairing.names import is_ignored
from sync.ports import split
from sync.watch.calm import EVERYTHING, Calm
from sync.watch.inotify import Ear

__all__ = ["EVERYTHING", "Watch"]

_log = logging.getLogger(__name__)
_GLANCE_SECONDS = 2.0
_COUNT_SECONDS = 60.0
"""At most so often the folders are counted because some came or went."""


class Watch:
    """Watches one volume's root in threads of its own.

    `on_calm` is called from one thread with the paths that changed and came to rest; `frozenset({""})`
    asks for a full rescan. It is called so at the start, when events were lost, when the root went or
    came, each `rescan_seconds`, and each `poll_seconds` while something cannot be watched.
    """

    def __init__(
        self,
        root: Path,
        on_calm: Callable[[frozenset[str]], None],
        *,
        poll_seconds: float = 60.0,
        rescan_seconds: float = 3600.0,
        rescan_at_start: bool = True,
    ) -> None:
        self._root = root
        self._on_calm = on_calm
        self._poll_seconds = poll_seconds
        self._rescan_seconds = rescan_seconds
        self._calm = Calm()
        self._wake = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"watch {root}", daemon=True)
        self._ear: Ear | None = None
        self._identity: tuple[int, int] | None = None
        self._folders = 0
        self._has_moved = False
        self._counted = 0.0
        self._lost = 0
        self._reason = ""
        self._state = "starting"
        self._rescan_at_start = rescan_at_start
        self._last_rescan = time.monotonic()

    def start(self) -> None:
        """Begin to listen; returns once listening, so that nothing after it is missed."""
        self._listen()
        if self._rescan_at_start:
            self.ask_rescan()
        self._thread.start()

    def stop(self) -> None:
        """End both threads; what has not come to rest is left to the next start's rescan."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(10)
        self._deafen()

    def again(self, path: str, seconds: float) -> None:
        """Hand a path over once more after some seconds, unless it changes before."""
        with self._wake:
            self._calm.later(path, time.monotonic() + seconds)
            self._wake.notify()

    def ask_rescan(self) -> None:
        """Hand over the root now."""
        with self._wake:
            self._calm.everything(time.monotonic())
            self._wake.notify()

    def health(self) -> dict[str, Any]:
        """`state` ("watching", "polling", "degraded", "offline", "stopped"), `reason`, counts.

        `watched` and `missed` are folders; `lost` says how often events were lost.
        """
        watched = self._ear.watched() if self._ear else 0
        return {
            "state": "stopped" if self._stopping else self._state,
            "reason": self._reason,
            "watched": watched,
            "missed": max(self._folders - watched, 0),
            "lost": self._lost,
        }

    def _dirty(self, path: str) -> None:
        if any(is_ignored(part) for part in path.split("/")):
            return
        temp = parse_temp(split(path)[1])
        if temp is not None and temp.stage == "new":
            return
        with self._wake:
            self._calm.dirty(path, time.monotonic())
            self._wake.notify()

    def _on_lost(self) -> None:
        self._lost += 1
        self.ask_rescan()

    def _on_folder(self) -> None:
        self._has_moved = True

    def _run(self) -> None:
        glance = time.monotonic() + _GLANCE_SECONDS
        while not self._stopping:
            paths = self._next_batch(glance)
            if time.monotonic() >= glance:
                self._glance()
                glance = time.monotonic() + _GLANCE_SECONDS
            if paths:
                self._hand_over(paths)

    def _next_batch(self, glance: float) -> frozenset[str]:
        with self._wake:
            while not self._stopping and (now := time.monotonic()) < glance:
                if paths := self._calm.take(now):
                    return paths
                due = self._calm.next_due()
                self._wake.wait(max(min(glance, due if due is not None else glance) - now, 0))
        return frozenset()

    def _hand_over(self, paths: frozenset[str]) -> None:
        if EVERYTHING in paths:
            self._last_rescan = time.monotonic()
        try:
            self._on_calm(paths)
        except Exception:  # noqa: BLE001 - logged, with its trace
            # An edge: this thread must outlive whatever went wrong with one batch.
            _log.exception("a batch of changes below %s could not be dealt with", self._root)
            self.again(EVERYTHING, self._poll_seconds)

    def _glance(self) -> None:
        """Check what no event tells: the root is still the one that is watched, and rescans fall due."""
        if self._identity != _identity(self._root) or (self._ear and not self._ear.is_alive()):
            self._listen()
            self.ask_rescan()
        elif self._ear is not None:
            self._count(self._ear.watched())
        wait = self._rescan_seconds if self._state == "watching" else self._poll_seconds
        if time.monotonic() - self._last_rescan >= wait:
            if self._ear is not None:
                self._measure()
            self.ask_rescan()

    def _count(self, watched: int) -> None:
        """Find out that it is alive and deaf: there are fewer watches than there were folders."""
        is_due = self._has_moved and time.monotonic() - self._counted >= _COUNT_SECONDS
        is_deaf = self._state == "watching" and watched < self._folders
        if not (is_due or is_deaf):
            return
        self._measure()
        if is_deaf and self._state == "degraded":
            self._lost += 1
            self._listen()
            self.ask_rescan()

    def _listen(self) -> None:
        self._deafen()
        self._identity = _identity(self._root)
        if self._identity is None:
            self._state, self._reason = "offline", "The folder is not there."
            return
        device = self._identity[0]
        if silent(device):
            self._state = "polling"
            self._reason = (
                f"{filesystem(device)} does not tell of changes: looked at each {self._poll_seconds:g} s."
            )
            return
        try:
            self._ear = Ear(self._root, self._dirty, self._on_lost, self._on_folder)
        except OSError as error:
            self._state, self._reason = "polling", f"The folder cannot be watched: {error.strerror}."
            return
        self._measure()

    def _measure(self) -> None:
        """Compare the folders there are with those the kernel watches: watchdog swallows the limit."""
        self._has_moved, self._counted = False, time.monotonic()
        self._folders = sum(1 for _ in os.walk(self._root))
        watched = self._ear.watched() if self._ear else 0
        if watched < self._folders:
            self._state = "degraded"
            self._reason = (
                f"{self._folders - watched} of {self._folders} folders cannot be watched (raise "
                f"fs.inotify.max_user_watches): looked at each {self._poll_seconds:g} s."
            )
        else:
            self._state, self._reason = "watching", ""

    def _deafen(self) -> None:
        ear, self._ear = self._ear, None
        if ear is not None:
            ear.stop()


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        status = root.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
