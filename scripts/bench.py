"""Measures K-Photos beside its peers on the same files in the same run; prints one JSON document.

What people wait for on one processor is measured on one (`cores`), as separate processes where a person
would start one; the peer is the very exiftool that K-Photos brings, or the least that could do the work.
All of it takes some ten minutes. `--write` puts the figures into the README, see `bench_table`.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import bench_bulk
import bench_core
import bench_external
import bench_headers
import bench_large
import bench_library
import bench_table
import bench_web
from bench_edits import edits
from bench_processes import Run, timed
from bench_seen import seen_before_hashed

ROOT = Path(__file__).resolve().parent.parent
EXIFTOOL = ROOT / "scripts" / "web" / "node_modules" / "exiftool-vendored.pl" / "bin" / "exiftool"
CORES = os.sched_getaffinity(0)


@dataclass(frozen=True, slots=True)
class Step:
    """One measurement by name, and whether it may use all cores: a server and who asks it need two."""

    name: str
    run: Callable[["Bench"], dict[str, Any]]
    is_on_all: bool = False


class Bench:
    """Two libraries in a scratch folder, each made when the first measurement needs it."""

    def __init__(self, scratch: Path, photos: int, many: int) -> None:
        self._scratch = scratch
        self._photos, self._many = photos, many
        self.told: dict[str, Any] = {}

    @cached_property
    def small(self) -> tuple[Path, Path]:
        """Home and library of the smaller one, JPEGs of 20 KB, half with some program's XMP; scanned."""
        home, library = self._scratch / "home", self._scratch / "library"
        if not library.exists():
            begun = perf_counter()
            made = bench_library.make(library, self._photos)
            self.told["library"] = {**asdict(made), "seconds": round(perf_counter() - begun, 1)}
        self._kphotos(home, "scan", str(library))
        return home, library

    @cached_property
    def large(self) -> tuple[Path, Path]:
        """Home and library of the larger one, half of it edited in K-Photos."""
        home, library = self._scratch / "large-home", self._scratch / "large-library"
        if not library.exists():
            home.mkdir(parents=True)
            made = bench_large.made(home, library, self._many)
            first, _ = self._kphotos(home, "scan")
            self.told["large_library"] = {**made, "first_scan_seconds": round(first.seconds, 2)}
        return home, library

    def _kphotos(self, home: Path, *words: str) -> tuple[Run, dict[str, Any]]:
        """A command of K-Photos as a process of its own, with its JSON."""
        environment = {"STORAGE_PATH": str(home), "LOG_LEVEL": "warning"}
        run = timed([sys.executable, "-m", "kphotos", *words, "--json"], environment)
        return run, json.loads(run.output or "{}")

    def rebuild(self) -> dict[str, Any]:
        """A new index from disk of the smaller library."""
        home, _ = self.small
        run, told = self._kphotos(home, "rebuild")
        return {
            "assets": told["assets"],
            "seconds": round(run.seconds, 2),
            "assets_per_second": round(told["assets"] / run.seconds),
            "cpu_seconds": round(run.cpu_seconds, 2),
            "assets_per_cpu_second": round(told["assets"] / run.cpu_seconds),
            "rss_mib": round(run.rss_mib),
        }

    def exiftool(self) -> dict[str, Any]:
        """Plain `exiftool -r -json` over the same tree, sidecars too: what a script would do instead."""
        run = timed(["perl", str(EXIFTOOL), "-r", "-json", str(self.small[1])], {})
        read = run.output.count('"SourceFile"')
        return {
            "files": read,
            "seconds": round(run.seconds, 2),
            "files_per_second": round(read / run.seconds),
            "cpu_seconds": round(run.cpu_seconds, 2),
            "rss_mib": round(run.rss_mib),
        }

    def rescan(self) -> dict[str, Any]:
        """A full rescan of the smaller library in which nothing has changed: the median of five."""
        home, library = self.small
        runs = [self._kphotos(home, "scan") for _ in range(5)]
        seconds = statistics.median(told["seconds"] for _, told in runs)
        files = sum(len(names) for _, _, names in os.walk(library))
        return {
            "files": files,
            "seconds": round(seconds, 3),
            "files_per_second": round(files / seconds),
            "whole_command_seconds": round(statistics.median(run.seconds for run, _ in runs), 2),
            "rss_mib": round(max(run.rss_mib for run, _ in runs)),
        }

    def edits(self) -> dict[str, Any]:
        """Edits through the door of the browser, beside the fsyncs that each must wait for."""
        return edits(*self.small, 500)

    def seen(self) -> dict[str, Any]:
        """200 files of 25 MB: how long until they are in the index, and until they are hashed."""
        return seen_before_hashed(self._scratch / "huge", files=200, megabytes=25)

    def core(self) -> dict[str, Any]:
        """Joins and absorptions, on typical ledgers."""
        return bench_core.core()

    def headers(self) -> dict[str, Any]:
        """EXIF headers of the smaller library."""
        return bench_headers.headers(self.small[1], 5_000)

    def large_rebuild(self) -> dict[str, Any]:
        """A new index from disk of the larger library."""
        home, library = self.large
        return bench_large.rebuild(lambda *words: self._kphotos(home, *words), library)

    def large_rescan(self) -> dict[str, Any]:
        """A full rescan of the larger library in which nothing has changed."""
        home, library = self.large
        return bench_large.rescan(lambda *words: self._kphotos(home, *words), library)

    def bulk(self) -> dict[str, Any]:
        """One tag for a tenth of the larger library."""
        return bench_bulk.bulk(*self.large, self._many // 10)

    def external(self) -> dict[str, Any]:
        """Edits by another program, until they are in the index of the larger library."""
        return bench_external.external(*self.large, 200)

    def web(self) -> dict[str, Any]:
        """The server of the larger library under load."""
        return bench_web.web(*self.large)


STEPS = (
    Step("core", Bench.core),
    Step("headers", Bench.headers),
    Step("rebuild", Bench.rebuild),
    Step("exiftool", Bench.exiftool),
    Step("rescan", Bench.rescan),
    Step("edits", Bench.edits),
    Step("seen", Bench.seen),
    Step("large_rebuild", Bench.large_rebuild, is_on_all=True),
    Step("large_rescan", Bench.large_rescan),
    Step("bulk", Bench.bulk),
    Step("external", Bench.external, is_on_all=True),
    Step("web", Bench.web, is_on_all=True),
)


def measure(bench: Bench, names: list[str], failed: dict[str, str]) -> dict[str, Any]:
    """Each in order, with a line on stderr as it begins; one that fails leaves the others standing."""
    results = bench.told
    for step in STEPS:
        if names and step.name not in names:
            continue
        print(f"{step.name} ...", file=sys.stderr, flush=True)
        cores = CORES if step.is_on_all else {min(CORES)}
        # The large library is made with all cores, before one of them is what is measured.
        _ = bench.large if step.name.startswith(("large", "bulk", "external", "web")) else None
        os.sched_setaffinity(0, cores)
        load = os.getloadavg()[0]
        try:
            results[step.name] = {"cores": len(cores), "load_before": round(load, 2), **step.run(bench)}
        except Exception as error:  # noqa: BLE001 - whatever it was, the figures of the others must not go with it
            failed[step.name] = f"{type(error).__name__}: {error}"
            print(f"{step.name} failed: {failed[step.name]}", file=sys.stderr, flush=True)
        finally:
            os.sched_setaffinity(0, CORES)
    if "rebuild" in results and "exiftool" in results:
        # On a machine that others use too, the processor's seconds are what can be compared.
        for kind in ("seconds", "cpu_seconds"):
            ratio = results["exiftool"][kind] / results["rebuild"][kind]
            results["rebuild"][f"exiftool_takes_times_the_{kind}"] = round(ratio, 1)
    return results


def machine() -> dict[str, Any]:
    """Where and when: figures without it say nothing."""
    processor = next(
        (line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ""
    )
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": processor.partition(":")[2].strip(),
        "cores": len(CORES),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def main() -> int:
    """Make a scratch folder, measure, print; the folder is deleted unless --keep names another."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [step.name for step in STEPS]
    parser.add_argument("--photos", type=int, default=20_000, help="photos of the smaller library")
    parser.add_argument("--many", type=int, default=100_000, help="photos of the larger one")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", choices=names, help=" ".join(names))
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it there")
    bench_table.arguments(parser)
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    told = bench_table.earlier(asked.figures) if asked.figures else None
    if told is None and not (asked.write and asked.simulated):
        told = measured(asked)
    if asked.write:
        bench_table.write(ROOT / "README.md", told, asked)
    return 1 if told and told.get("failed") else 0


def measured(asked: argparse.Namespace) -> dict[str, Any]:
    """Everything that was asked for, in a folder of its own; printed before that is cleared away.

    Some disks take minutes to forget some hundred thousand files.
    """
    scratch = asked.keep or Path(tempfile.mkdtemp(prefix="kphotos-bench-"))
    told: dict[str, Any] = machine() | {"failed": {}}
    try:
        told["results"] = measure(Bench(scratch, asked.photos, asked.many), asked.only, told["failed"])
        print(json.dumps(told, indent=1), flush=True)
    finally:
        if not asked.keep:
            shutil.rmtree(scratch)
    return told


if __name__ == "__main__":
    raise SystemExit(main())
