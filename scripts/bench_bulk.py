"""One tag for ten thousand photos at once, beside the same edit one by one; with the syncs it waits for."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from bench_edits import two_durable_writes

from kphotos.config import Settings, from_env
from kphotos.sidecar import bulk as many
from kphotos.sidecar import edits as door
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync.core.model import Change

_ALICE = "3f1d9c52a7b84e06"
_AT_ONCE = 200
_ALONE = 300
_SYNCS = "fsync,fdatasync,syncfs,sync_file_range,msync"


def bulk(home: Path, library: Path, count: int) -> dict[str, Any]:
    """Twice a tag for `count` photos, the second time under strace for the number of syncs alone."""
    command = [sys.executable, str(Path(__file__)), str(home), str(library), str(count)]
    told = json.loads(_run([*command, "Bench/one"]))
    alone = _one_by_one(home, library)
    floor = [two_durable_writes(library) for _ in range(_ALONE)]
    return {
        **told,
        "photos_per_second": round(told["photos"] / told["seconds"]),
        "syncs": _syncs([*command, "Bench/two"]),
        "baseline": "the same edit photo by photo, through the door of the browser",
        "baseline_photos_per_second": round(1 / alone),
        "times_as_fast_as_one_by_one": round(alone * told["photos"] / told["seconds"], 1),
        "two_durable_writes_ms": round(1000 * sum(floor) / len(floor), 2),
    }


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _syncs(command: list[str]) -> dict[str, int] | str:
    """How often each call was made that waits for the disk."""
    with tempfile.NamedTemporaryFile("r") as out:
        traced = ["strace", "-f", "-c", "-q", "--seccomp-bpf", "-e", f"trace={_SYNCS}", "-o", out.name]
        try:
            _run([*traced, *command])
        except (FileNotFoundError, subprocess.CalledProcessError):
            return "not counted: strace is missing or may not trace here"
        rows = re.findall(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", out.read(), re.MULTILINE)
    return {name: int(calls) for calls, name in rows if name != "total"}


def _one_by_one(home: Path, library: Path) -> float:
    """Seconds of one such edit alone."""
    settings, volume = _opened(home, library)
    paths = _photos(library, 2 * _ALONE)[_ALONE:]
    begun = perf_counter()
    for path in paths:
        door.edit(settings, volume, path, [Change("tags", "add", ["Bench/alone"])], by=_ALICE)
    return (perf_counter() - begun) / len(paths)


def _opened(home: Path, library: Path) -> tuple[Settings, Volume]:
    settings = from_env({"STORAGE_PATH": str(home)}, dotenv=None)
    return settings, next(one for one in volumes.every(settings) if one.root == library.resolve())


def _photos(library: Path, count: int) -> list[str]:
    """Photos from all over the library, those with and those without sidecars."""
    photos = sorted(path.relative_to(library).as_posix() for path in library.rglob("*.JPG"))
    return photos[:: max(1, len(photos) // count)][:count]


def main(home: Path, library: Path, count: int, tag: str) -> int:
    """The edit itself, as the worker does it: in groups, each durable and in the index when it is told."""
    settings, volume = _opened(home, library)
    items = [(path, [Change("tags", "add", [tag])]) for path in _photos(library, count)]
    begun, cpu, changed = perf_counter(), process_time(), 0
    for start in range(0, len(items), _AT_ONCE):
        some = items[start : start + _AT_ONCE]
        for group in many.edit_many(settings, volume, some, by=_ALICE, bulk=tag):
            changed += sum(one.is_changed for one in group)
    told = {"photos": changed, "seconds": perf_counter() - begun, "cpu_seconds": process_time() - cpu}
    print(json.dumps({name: round(value, 2) for name, value in told.items()}))
    return 0 if changed == len(items) else 1


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
