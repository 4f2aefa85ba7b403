"""Measures K-Photos beside its peers on the same files in the same run; prints one JSON document.

Everything runs on one core (the first that this process may use), as separate processes where a person would
start one. The peer is the very exiftool that K-Photos brings. 20,000 photos take some minutes, most of them
exiftool's.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import bench_library
from bench_edits import edits
from bench_seen import seen_before_hashed

ROOT = Path(__file__).resolve().parent.parent
EXIFTOOL = ROOT / "scripts" / "web" / "node_modules" / "exiftool-vendored.pl" / "bin" / "exiftool"


@dataclass(frozen=True, slots=True)
class Run:
    """One command: wall and CPU seconds, the largest resident size in MiB, what it printed."""

    seconds: float
    cpu_seconds: float
    rss_mib: float
    output: str


def timed(command: list[str], environment: Mapping[str, str]) -> Run:
    """Run a command to its end; RuntimeError with its last words if it fails."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        begun = perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=errors, env={**os.environ, **environment})
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = perf_counter() - begun
        errors.seek(0)
        if process.returncode not in (0, 1):
            raise RuntimeError(
                f"{' '.join(command)} ended with {process.returncode}: {errors.read()[-2000:]}"
            )
        out.seek(0)
        return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out.read())


class Bench:
    """One library in a scratch folder, and the measurements over it in order."""

    def __init__(self, scratch: Path, photos: int) -> None:
        self.library = scratch / "library"
        self.environment = {"STORAGE_PATH": str(scratch / "home"), "LOG_LEVEL": "warning"}
        self.photos = photos
        self.home = scratch / "home"

    def kphotos(self, *words: str) -> tuple[Run, dict[str, Any]]:
        """A command of K-Photos as a process of its own, with its JSON."""
        run = timed([sys.executable, "-m", "kphotos", *words, "--json"], self.environment)
        return run, json.loads(run.output or "{}")

    def library_made(self) -> dict[str, Any]:
        """Make the files; not measured against anybody."""
        begun = perf_counter()
        made = bench_library.make(self.library, self.photos)
        return {**asdict(made), "seconds": round(perf_counter() - begun, 1)}

    def rebuild(self) -> dict[str, Any]:
        """A new index from disk, and exiftool reading the same tree to JSON."""
        self.kphotos("scan", str(self.library))
        run, told = self.kphotos("rebuild")
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
        run = timed(["perl", str(EXIFTOOL), "-r", "-json", str(self.library)], {})
        read = run.output.count('"SourceFile"')
        return {
            "files": read,
            "seconds": round(run.seconds, 2),
            "files_per_second": round(read / run.seconds),
            "cpu_seconds": round(run.cpu_seconds, 2),
            "rss_mib": round(run.rss_mib),
        }

    def rescan(self) -> dict[str, Any]:
        """A full rescan in which nothing has changed: the median of five."""
        runs = [self.kphotos("scan") for _ in range(5)]
        seconds = statistics.median(told["seconds"] for _, told in runs)
        files = sum(len(names) for _, _, names in os.walk(self.library))
        return {
            "files": files,
            "seconds": round(seconds, 3),
            "files_per_second": round(files / seconds),
            "whole_command_seconds": round(statistics.median(run.seconds for run, _ in runs), 2),
            "rss_mib": round(max(run.rss_mib for run, _ in runs)),
        }

    def edits(self) -> dict[str, Any]:
        """Edits through the door of the browser, beside the fsyncs that each must wait for."""
        return edits(self.home, self.library, 500)

    def seen(self) -> dict[str, Any]:
        """200 files of 25 MB: how long until they are in the index, and until they are hashed."""
        return seen_before_hashed(self.home.with_name("large"), files=200, megabytes=25)


def measure(bench: Bench, names: list[str]) -> dict[str, Any]:
    """Each measurement in order, with a line on stderr as it begins."""
    steps: list[Callable[[], dict[str, Any]]] = [
        bench.library_made,
        bench.rebuild,
        bench.exiftool,
        bench.rescan,
        bench.edits,
        bench.seen,
    ]
    results: dict[str, Any] = {}
    for step in steps:
        if names and step.__name__ not in (*names, "library_made"):
            continue
        print(f"{step.__name__} ...", file=sys.stderr, flush=True)
        results[step.__name__] = step()
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
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def main() -> int:
    """Make a scratch folder, measure, print; the folder is deleted unless --keep names another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=20_000)
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="rebuild exiftool rescan edits seen"
    )
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it there")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    scratch = arguments.keep or Path(tempfile.mkdtemp(prefix="kphotos-bench-"))
    told = machine()
    try:
        told["results"] = measure(Bench(scratch, arguments.photos), arguments.only)
    finally:
        if not arguments.keep:
            shutil.rmtree(scratch)
    json.dump(told, sys.stdout, indent=1)
    print()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
