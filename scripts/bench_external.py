"""Another program's edit of a sidecar, until it is in the index: a real watcher, in place and by rename."""

from __future__ import annotations

import ctypes
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Any

from kphotos.config import Settings, from_env
from kphotos.index import store
from sync.codecs import xmp as xmps

_RATING = re.compile(rb"(<xmp:Rating[^>]*>)(\d)(</xmp:Rating>)")
_CLOSE_WRITE, _MOVED_TO = 0x8, 0x80
_EVERY, _LOOK, _PATIENCE = 0.25, 0.002, 120.0
_PROBES, _QUICK = 60, 1.5
_WAITING = 4  # More at once would measure the queue of a busy machine, and no edit.
# The volume is named so that the index of paths serves; there is one volume here.
_ROW = "SELECT rating FROM asset WHERE volume = (SELECT volume FROM asset LIMIT 1) AND path = ?"


@dataclass(slots=True)
class Edit:
    """One edit: when it was made, when a bare watcher had parsed it, when the index had it."""

    path: str
    rating: int
    is_renamed: bool
    at: float
    parsed: float | None = None
    seen: float | None = None


@dataclass
class Bare:
    """What cannot be undercut: inotify on the folder, and the same parser, in a thread of its own."""

    folders: Sequence[Path]
    edits: dict[str, Edit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.inotify_init1(os.O_CLOEXEC)
        mask = _CLOSE_WRITE | _MOVED_TO
        self._watched = {
            self._libc.inotify_add_watch(self._fd, os.fsencode(one), mask): one for one in self.folders
        }
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        while True:
            data = memoryview(os.read(self._fd, 65_536))
            while data:
                watch, length = int.from_bytes(data[:4], "little"), int.from_bytes(data[12:16], "little")
                name = bytes(data[16 : 16 + length]).rstrip(b"\0").decode()
                data = data[16 + length :]
                edit = self.edits.get(str(self._watched[watch] / name))
                if edit is not None and edit.parsed is None:
                    xmps.read((self._watched[watch] / name).read_bytes())
                    edit.parsed = perf_counter()


def external(home: Path, library: Path, count: int) -> dict[str, Any]:
    """`count` edits of the rating in as many XMPs of K-Photos' own, up to four a second; half by rename."""
    settings = from_env({"STORAGE_PATH": str(home)}, dotenv=None)
    photos = [path for path in sorted(library.rglob("*.JPG.xmp")) if _RATING.search(path.read_bytes())]
    chosen = photos[:: max(1, len(photos) // count)][:count]
    bare = Bare(sorted({path.parent for path in chosen}))
    with _watching(home), _index(settings) as index:
        _wait_until_it_follows(chosen[0], index, library)
        edits = [_edited(path, bare, number) for number, path in _paced(chosen, index, bare, library)]
        _look_until(index, library, edits, monotonic() + _PATIENCE)
    return _told(edits)


def _told(edits: Sequence[Edit]) -> dict[str, Any]:
    seen = sorted(edit.seen - edit.at for edit in edits if edit.seen)
    bare = sorted(edit.parsed - edit.at for edit in edits if edit.parsed)
    p50 = statistics.median(seen)
    return {
        "edits": len(edits),
        "seen": len(seen),
        "of_these_by_rename": sum(edit.is_renamed for edit in edits),
        "p50_ms": round(1000 * p50, 1),
        "p99_ms": round(1000 * seen[int(len(seen) * 0.99)], 1),
        "most_ms": round(1000 * seen[-1], 1),
        "baseline": "bare inotify and the same parser, without waiting for quiet",
        "baseline_p50_ms": round(1000 * statistics.median(bare), 1),
        "baseline_p99_ms": round(1000 * bare[int(len(bare) * 0.99)], 1),
        "times_the_baseline_p50": round(p50 / statistics.median(bare)),
        "of_which_waiting_for_quiet_ms": 300,
    }


def _paced(
    chosen: Sequence[Path], index: sqlite3.Connection, bare: Bare, library: Path
) -> Iterator[tuple[int, Path]]:
    """Each photo when it is its turn, and few wait; until then the index is looked at."""
    edits = bare.edits.values()
    for number, path in enumerate(chosen):
        _look_until(index, library, list(edits), monotonic() + _EVERY, patient=True)
        for _ in range(int(_PATIENCE / _EVERY)):
            if sum(edit.seen is None for edit in edits) < _WAITING:
                break
            _look_until(index, library, list(edits), monotonic() + _EVERY, patient=True)
        yield number, path


def _edited(path: Path, bare: Bare, number: int) -> Edit:
    """Change the rating as another program would, and say when that was done."""
    data = path.read_bytes()
    found = _RATING.search(data)
    assert found is not None
    rating = (int(found[2]) + 1) % 6
    changed = _RATING.sub(rb"\g<1>%d\g<3>" % rating, data)
    edit = bare.edits[str(path)] = Edit(str(path), rating, bool(number % 2), perf_counter())
    if edit.is_renamed:
        temp = path.with_name(f"{path.name}.tmp")
        temp.write_bytes(changed)
        edit.at = perf_counter()
        temp.replace(path)
    else:
        edit.at = perf_counter()
        path.write_bytes(changed)
    return edit


def _look_until(
    index: sqlite3.Connection, library: Path, edits: Sequence[Edit], until: float, *, patient: bool = False
) -> None:
    """Look which edits have come, until that time; unless `patient`, only while some are waited for."""
    while monotonic() < until:
        waiting = [edit for edit in edits if edit.seen is None]
        if not waiting and not patient:
            return
        for edit in waiting:
            photo = Path(edit.path).relative_to(library).as_posix().removesuffix(".xmp")
            row = index.execute(_ROW, (photo,)).fetchone()
            if row is not None and row[0] == edit.rating:
                edit.seen = perf_counter()
        sleep(_LOOK)


def _wait_until_it_follows(path: Path, index: sqlite3.Connection, library: Path) -> None:
    """The watcher begins with a full rescan, which may take an edit in as well: only a quick one tells."""
    for number in range(_PROBES):
        probe = _edited(path, Bare([path.parent]), number)
        _look_until(index, library, [probe], monotonic() + _PATIENCE)
        if probe.seen is None:
            break
        if number and probe.seen - probe.at < _QUICK:
            return
        sleep(_QUICK)
    raise RuntimeError("the watcher does not take edits in as they come")


@contextmanager
def _watching(home: Path) -> Iterator[None]:
    environment = {**os.environ, "STORAGE_PATH": str(home), "LOG_LEVEL": "warning"}
    with subprocess.Popen([sys.executable, "-m", "kphotos", "watch"], env=environment) as watcher:
        try:
            yield
        finally:
            watcher.terminate()


@contextmanager
def _index(settings: Settings) -> Iterator[sqlite3.Connection]:
    name = store.of(settings).pointed()
    path = settings.index_folder / f"{name}.db"
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        yield connection
    finally:
        connection.close()
