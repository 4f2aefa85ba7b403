"""A hundred thousand photos, half of them with ledger and XMP: a rebuild, and a rescan that finds nothing."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import bench_library
from bench_processes import Run
from lxml import etree

from kphotos.config import from_env
from kphotos.sidecar import sites, watching

Command = Callable[..., tuple[Run, dict[str, Any]]]


def made(home: Path, library: Path, photos: int) -> dict[str, Any]:
    """Make the files, in a volume that is registered first: the ledgers say its ids; not measured."""
    begun = perf_counter()
    library.mkdir(parents=True)
    settings = from_env({"STORAGE_PATH": str(home)}, dotenv=None)
    watching.ensure_index(settings)
    volume = sites.add(settings, library)
    told = asdict(bench_library.make_edited(library, photos, volume.id))
    return {**told, "seconds": round(perf_counter() - begun, 1)}


def rebuild(kphotos: Command, library: Path) -> dict[str, Any]:
    """A new index from disk, the median of three, beside reading and parsing the same files in one loop.

    Originals are read in a second process, so it is measured on all cores, and once on one alone.
    """
    runs = sorted((kphotos("rebuild") for _ in range(3)), key=lambda each: each[0].seconds)
    run, told = runs[1]
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    alone, _ = kphotos("rebuild")
    os.sched_setaffinity(0, cores)
    floors = sorted(floor(library) for _ in range(3))
    floor_seconds, floor_cpu = floors[1]
    return {
        "assets": told["assets"],
        "problems": told["problems"],
        "mix": "half with ledger and XMP, half bare",
        "seconds": round(run.seconds, 2),
        "seconds_of_each": [round(each.seconds, 2) for each, _ in runs],
        "assets_per_second": round(told["assets"] / run.seconds),
        "cpu_seconds": round(run.cpu_seconds, 2),
        "assets_per_cpu_second": round(told["assets"] / run.cpu_seconds),
        "assets_per_second_on_one_core": round(told["assets"] / alone.seconds),
        "rss_mib_of_all_processes": round(max(each.rss_mib for each, _ in runs)),
        "baseline": "one loop: scandir, stat, 64 KB of each photo, json.loads of ledgers, lxml of XMPs",
        "baseline_seconds": round(floor_seconds, 2),
        "baseline_cpu_seconds": round(floor_cpu, 2),
        "takes_times_the_baseline_cpu_seconds": round(run.cpu_seconds / floor_cpu, 2),
    }


def rescan(kphotos: Command, library: Path) -> dict[str, Any]:
    """A full rescan in which nothing has changed, sidecars included: the median of five."""
    runs = [kphotos("scan") for _ in range(5)]
    seconds = statistics.median(told["seconds"] for _, told in runs)
    walks = [_timed_walk(library) for _ in range(5)]
    files, walk = walks[0][0], statistics.median(took for _, took in walks)
    return {
        "files": files,
        "seconds": round(seconds, 3),
        "files_per_second": round(files / seconds),
        "whole_command_seconds": round(statistics.median(run.seconds for run, _ in runs), 2),
        "rss_mib_of_all_processes": round(max(run.rss_mib for run, _ in runs)),
        "baseline": "scandir and stat of the same tree, nothing compared",
        "baseline_seconds": round(walk, 3),
        "takes_times_the_baseline": round(seconds / walk, 2),
    }


def floor(library: Path) -> tuple[float, float]:
    """Wall and CPU seconds of a loop that reads and parses everything and keeps nothing."""
    begun, cpu = perf_counter(), process_time()
    for entry in _files(str(library)):
        entry.stat(follow_symlinks=False)
        with open(entry.path, "rb") as file:  # noqa: PTH123 - as quick as Python can
            data = file.read(65_536)
        if entry.name.endswith(".json"):
            json.loads(data)
        elif entry.name.endswith(".xmp"):
            etree.fromstring(data)
    return perf_counter() - begun, process_time() - cpu


def _timed_walk(library: Path) -> tuple[int, float]:
    begun = perf_counter()
    files = sum(1 for entry in _files(str(library)) if entry.stat(follow_symlinks=False))
    return files, perf_counter() - begun


def _files(folder: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as listing:
        for entry in listing:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            else:
                yield entry
