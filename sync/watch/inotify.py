"""watchdog's observer, made to tell what it hides: lost events, a vanished root, folders left unwatched."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)

if sys.platform == "linux":
    from watchdog.observers.inotify import InotifyObserver as PlatformObserver
else:
    from watchdog.observers import Observer as PlatformObserver

# What marks a path dirty. Opening and closing without a write are not among them: our own reading
# would never come to rest.
_EVENTS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
]
_COMING = frozenset({"created", "deleted", "moved"})
_OVERFLOW_LOGGER = logging.getLogger("watchdog.observers.inotify_c")
_OVERFLOW_TEXT = "queue overflowed"
# watchdog meets a folder twice that was made while its parent was being listed, and says so; where warnings
# are errors, that ends its thread.
_MET_TWICE = "Callback with id .* already exists"


class Ear(FileSystemEventHandler):
    """Listens below one root and tells `on_dirty` which paths changed, `on_lost` that events are missing.

    `on_folder` is told that some folder came or went.
    """

    def __init__(
        self,
        root: Path,
        on_dirty: Callable[[str], None],
        on_lost: Callable[[], None],
        on_folder: Callable[[], None],
    ) -> None:
        self._prefix = os.fspath(root).rstrip("/") + "/"
        self._on_dirty = on_dirty
        self._on_lost = on_lost
        self._on_folder = on_folder
        warnings.filterwarnings("ignore", _MET_TWICE, RuntimeWarning)
        self._observer = PlatformObserver()
        self._listener = _OverflowListener(on_lost)
        before = _instances()
        self._observer.schedule(self, os.fspath(root), recursive=True, event_filter=_EVENTS)
        _OVERFLOW_LOGGER.addHandler(self._listener)
        try:
            self._observer.start()
        except OSError:
            self.stop()
            raise
        self._instances = _instances() - before or _instances()

    def stop(self) -> None:
        """Stop listening."""
        _OVERFLOW_LOGGER.removeHandler(self._listener)
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join(5)
        else:
            self._observer.on_thread_stop()

    def is_alive(self) -> bool:
        """Whether every thread still runs; says nothing about what they see."""
        return self._observer.is_alive() and all(emitter.is_alive() for emitter in self._observer.emitters)

    def watched(self) -> int:
        """How many folders the kernel really watches for us, as it says itself."""
        return sum(map(_watches, self._instances))

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Mark both ends of whatever happened; what it was is no matter, save for the count of folders."""
        if event.is_directory and event.event_type in _COMING:
            self._on_folder()
        for path in (event.src_path, event.dest_path):
            text = os.fsdecode(path)
            if text == self._prefix[:-1]:
                self._on_lost()
            elif text.startswith(self._prefix):
                self._on_dirty(text[len(self._prefix) :])


class _OverflowListener(logging.Handler):
    """watchdog tells of lost events in its log and nowhere else."""

    def __init__(self, on_lost: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._on_lost = on_lost

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of one line of watchdog's log."""
        if _OVERFLOW_TEXT in record.getMessage():
            self._on_lost()


def _instances() -> frozenset[str]:
    """The file descriptors of this process that are inotify instances."""
    found = set()
    for link in Path("/proc/self/fd").glob("*"):
        with contextlib.suppress(OSError):
            if str(link.readlink()) == "anon_inode:inotify":
                found.add(link.name)
    return frozenset(found)


def _watches(fd: str) -> int:
    try:
        text = Path(f"/proc/self/fdinfo/{fd}").read_text("ascii")
    except OSError:
        return 0
    return sum(line.startswith("inotify ") for line in text.splitlines())
