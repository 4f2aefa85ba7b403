"""Many new files at once under the real watch, until the index holds them all, whatever was dropped."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from peewee import fn

from kphotos import db, index
from kphotos.config import Settings, from_env
from kphotos.index.tables import Asset
from kphotos.runtime import watches
from kphotos.sidecar import sites, verify, watching
from kphotos.sidecar.watching import Follower
from sync.codecs import xmp
from tests.photos import jpeg
from tests.progress import ProgressBar

ROOT = Path(__file__).parents[2]
QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")
FIRST = "first.jpg"

Titles = Mapping[str, str | None]
"""The title that each photo is to be shown with, by path."""


def patience(files: int) -> float:
    """So many seconds may pass until so many files are shown."""
    return 20.0 + files / 100


def run(files: int, *, is_short: bool = False, seconds: float = 0.0, show: bool = False) -> dict[str, Any]:
    """One burst; JSON. With `is_short` the kernel's queue is; PermissionError where we may not have it so."""
    with tempfile.TemporaryDirectory(prefix="kphotos-burst-") as folder:
        base = Path(folder)
        settings = from_env({}, storage_path=base / "home", dotenv=None)
        watching.ensure_index(settings)
        try:
            with (
                followed(settings, base / "Pictures", is_short=is_short) as follower,
                ProgressBar("files of a burst in the index", files, show=show) as bar,
            ):
                return _told(settings, follower, files, seconds or patience(files), bar)
        finally:
            db.forget(str(base))


def _told(
    settings: Settings, follower: Follower, files: int, seconds: float, bar: ProgressBar
) -> dict[str, Any]:
    root, begun_ms = follower.volume.root, watches.now_ms()
    wanted, took = burst(root, files)
    written = time.monotonic()
    while (lacks := lacking(settings, wanted)) and time.monotonic() - written < seconds:
        bar.tell(files - lacks)
        time.sleep(0.1)
    held = time.monotonic()
    follower.tell_health()
    told = watches.every(settings)[follower.volume.id]
    is_rescanned = told.scanned_ms > begun_ms
    violations = [f"{lacks} photos or titles are not in the index"] if lacks else _differences(settings)
    if told.state != "watching":
        violations.append(f"the watch is {told.state}: {told.reason}")
    if told.lost and not is_rescanned:
        violations.append("events were dropped, and nobody looked at everything")
    violations += [
        f"I1: {path} was changed" for path, data in photos(root, files) if path.read_bytes() != data
    ]
    return {
        "files": files,
        "written in s": round(took, 1),
        "events that the kernel keeps": int(QUEUE.read_text()),
        "overflows": told.lost,
        "healed by a rescan": bool(told.lost) and is_rescanned and not lacks,
        "all in the index after s": round(held - written, 1),
        "violations": violations,
    }


def burst(root: Path, files: int) -> tuple[Titles, float]:
    """So many new files, by a process that is quick; what is then to be shown, and its seconds."""
    command = [sys.executable, "-m", "tests.faults.bursts", str(root), str(files)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    titles = {f"burst/{path.name}": path.stem for path, _ in photos(root, files)}
    return {FIRST: None, **titles}, float(done.stdout)


def main(root: str, files: str) -> None:
    """The process that writes: half of the files are photos, and half of them their titles."""
    new: list[tuple[Path, bytes]] = []
    for path, data in photos(Path(root), int(files)):
        sidecar = path.with_name(path.name + ".xmp"), xmp.write(None, {"title": path.stem}, "none")
        new += [(path, data), sidecar]
    new[0][0].parent.mkdir()
    time.sleep(0.2)  # until the new folder is listened to
    begun = time.monotonic()
    for path, data in new:
        path.write_bytes(data)
    print(time.monotonic() - begun)  # noqa: T201 - to the process that waits for it


def photos(root: Path, files: int) -> Iterator[tuple[Path, bytes]]:
    """The photos of a burst, as they are written."""
    picture = (root / FIRST).read_bytes()
    for number in range(files // 2):
        yield root / "burst" / f"T{number}.jpg", picture + number.to_bytes(4, "big")


def lacking(settings: Settings, wanted: Titles) -> int:
    """How many photos and titles are not shown as they should be; only counted while there are too few."""
    with index.use(settings):
        ((paths, titles),) = db.rows(Asset.select(fn.COUNT(Asset.path), fn.COUNT(Asset.title)))
    few = len(wanted) + sum(title is not None for title in wanted.values()) - paths - titles
    if few > 0:
        return int(few)
    found = shown(settings)
    return len(wanted.items() - found.items()) + len(found.keys() - wanted.keys())


def _differences(settings: Settings) -> list[str]:
    found = verify.verify(settings).differences
    return [f"{one.invariant}: {one.place}: {one.reason}" for one in found]


@contextlib.contextmanager
def followed(settings: Settings, root: Path, *, is_short: bool = False) -> Iterator[Follower]:
    """The volume under the real watch, at rest; with `is_short` the kernel soon drops its events."""
    root.mkdir(exist_ok=True)
    jpeg(root / FIRST)
    follower = Follower(settings, sites.add(settings, root))
    with short_queue() if is_short else contextlib.nullcontext():
        follower.start()
    try:
        until(lambda: shown(settings) == {FIRST: None})
        yield follower
    finally:
        follower.stop()


@contextlib.contextmanager
def short_queue() -> Iterator[None]:
    """Whoever begins to listen meanwhile gets a queue of four; the limit is everybody's, so not for long."""
    before = QUEUE.read_text()
    QUEUE.write_text("4")
    try:
        yield
    finally:
        QUEUE.write_text(before)


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for it; AssertionError if it does not come in time."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds
        time.sleep(0.05)


def shown(settings: Settings) -> dict[str, str | None]:
    """The title of each photo in the index, by path."""
    with index.use(settings):
        return dict(db.rows(Asset.select(Asset.path, Asset.title)))


if __name__ == "__main__":
    main(*sys.argv[1:])
