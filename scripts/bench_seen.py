"""Large files: they must be in the timeline before anybody has read them to the end."""

import os
import subprocess
import sys
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Any

import bench_library

from kphotos import index
from kphotos.config import Settings, from_env
from kphotos.index import query
from kphotos.sidecar import intake, sites, watching

PATIENCE = 600.0


def seen_before_hashed(home: Path, files: int, megabytes: int) -> dict[str, Any]:
    """Seconds until all are seen, and until a worker, started then, has hashed them all."""
    library = home.with_name(home.name + "-library")
    bench_library.large(library, files, megabytes)
    settings = from_env({"STORAGE_PATH": str(home)}, dotenv=None)
    begun = perf_counter()
    volume = sites.add(settings, library)
    watching.ensure_index(settings)
    tally = intake.take(settings, volume, sites.engine_of(settings, volume).scan())
    seen = perf_counter() - begun
    unhashed = _unhashed(settings)
    hashed = _work_until_hashed(settings)
    return {
        "files": files,
        "megabytes_each": megabytes,
        "seen": tally.seen,
        "seconds_until_seen": round(seen, 3),
        "hashed_when_seen": files - unhashed,
        "seconds_until_hashed": round(hashed, 1),
        "hashed_mb_per_second": round(files * megabytes / hashed),
    }


def _unhashed(settings: Settings) -> int:
    with index.use(settings):
        return sum(content is None for *_, content in query.without_thumbnail(100_000))


def _work_until_hashed(settings: Settings) -> float:
    environment = {**os.environ, "STORAGE_PATH": str(settings.storage_path), "LOG_LEVEL": "warning"}
    begun = monotonic()
    with subprocess.Popen([sys.executable, "-m", "kphotos", "work"], env=environment) as worker:
        try:
            while _unhashed(settings):
                if worker.poll() is not None or monotonic() - begun > PATIENCE:
                    raise RuntimeError("the worker did not hash the files")
                sleep(0.1)
            return monotonic() - begun
        finally:
            worker.terminate()
