"""Edits through the one door that browser and terminal use, beside the disk's own price for lasting."""

import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from kphotos.config import from_env
from kphotos.sidecar import edits as door
from kphotos.storage import volumes
from sync.core.model import Change

WORDS = ("Lake", "Hill", "Storm", "Harbour", "Market")


def edits(home: Path, library: Path, count: int) -> dict[str, Any]:
    """`count` edits of different photos, half of which have an XMP: rating, title and a tag in each."""
    settings = from_env({"STORAGE_PATH": str(home)}, dotenv=None)
    volume = next(one for one in volumes.every(settings) if one.root == library.resolve())
    photos = sorted(path.relative_to(library).as_posix() for path in library.rglob("*.JPG"))
    chosen = photos[:: max(1, len(photos) // count)][:count]
    took = []
    for number, path in enumerate(chosen):
        changes = [
            Change("rating", "set", number % 6),
            Change("title", "set", f"{WORDS[number % len(WORDS)]} {number}"),
            Change("tags", "add", [f"Bench/{number % 7}"]),
        ]
        begun = perf_counter()
        door.edit(settings, volume, path, changes, by=None)
        took.append(perf_counter() - begun)
    floor = [two_durable_writes(library) for _ in range(count)]
    return {
        "edits": len(took),
        "edits_per_second": round(len(took) / sum(took)),
        **_milliseconds("edit", took),
        **_milliseconds("fsyncs", floor),
        "p99_ms_beside_the_fsyncs": round(_at(took, 0.99) - _at(floor, 0.99), 2),
    }


def two_durable_writes(folder: Path) -> float:
    """What a ledger and an XMP cost at least: twice temp, fsync, rename, fsync of the folder; in seconds."""
    begun = perf_counter()
    for _ in range(2):
        descriptor, temp = tempfile.mkstemp(prefix=".kphotos-tmp-bench-", dir=folder)
        os.write(descriptor, b"x" * 2_000)
        os.fsync(descriptor)
        os.close(descriptor)
        final = folder / ".kphotos-tmp-bench"
        Path(temp).replace(final)
        held = os.open(folder, os.O_RDONLY)
        os.fsync(held)
        os.close(held)
    took = perf_counter() - begun
    final.unlink()
    return took


def _milliseconds(name: str, took: Sequence[float]) -> dict[str, float]:
    return {
        f"{name}_p50_ms": round(statistics.median(took) * 1000, 2),
        f"{name}_p99_ms": round(_at(took, 0.99), 2),
    }


def _at(took: Sequence[float], share: float) -> float:
    return sorted(took)[min(len(took) - 1, int(len(took) * share))] * 1000
