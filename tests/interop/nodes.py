"""Two real K-Photos over a real pair of Syncthings: edited at once, apart and through a kill, then judged.

Each machine is a `kphotos start` with a home of its own: two homes are two sites, as two machines are.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e import house as houses
from tests.e2e.api import first_account
from tests.interop import nodes_judge as judge
from tests.interop import syncthing
from tests.interop.nodes_judge import Node
from tests.interop.nodes_load import Load, Person, Programs

PHASES = {"at once": 0.4, "apart": 0.35, "one killed": 0.25}
FAULTS = Path(__file__).with_name("faults")
NAMES = ("A", "B")
PEOPLE = 2  # at each machine


@dataclass
class Tally:
    """What came of it."""

    phases: list[dict[str, Any]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)


class Copies(threading.Thread):
    """Looks all the time for conflict copies: most are absorbed within a second."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__(daemon=True, name="copies")
        self.folders, self.found, self.over = folders, set[str](), threading.Event()

    def run(self) -> None:
        """See `threading.Thread.run`."""
        while not self.over.wait(0.1):
            for folder in self.folders:
                self.found.update(judge.copies_in(folder))


def run(
    edits: int,
    seed: int = 1,
    *,
    photos: int = 40,
    phases: Mapping[str, float] = PHASES,
    fault: str | None = None,
) -> dict[str, Any]:
    """About so many edits by people, phase by phase; JSON. Needs Syncthing, exiftool and darktable.

    `phases`: the share of the edits in each of "at once", "apart" (then back) and "one killed". A `fault`
    of tests/interop/faults is planted in both machines: it must show among the violations.
    """
    tally, begun = Tally(), time.monotonic()
    settings = {"PYTHONPATH": f"{FAULTS / fault}{os.pathsep}{houses.ROOT}"} if fault else {}
    with tempfile.TemporaryDirectory(prefix="kphotos-nodes-") as base, ExitStack() as stack:
        nodes = _machines(Path(base), photos, stack, settings)
        load = Load(sorted(path.name for path in nodes[0].folder.glob("*.JPG")), seed)
        sums = [houses.sums(node.folder) for node in nodes]
        copies = Copies([node.folder for node in nodes])
        copies.start()
        stack.callback(copies.over.set)
        for name, share in phases.items():
            _phase(name, int(edits * share), nodes, load, tally, stack, Path(base))
            if tally.violations:
                break
        tally.violations += judge.untouched(nodes, sums)
        if not tally.violations:
            tally.violations += judge.same_index(nodes) + judge.written_at_rest(nodes)
        tally.violations += [f"a thread of the test ended: {error!r}" for error in load.errors]
        return _told(load, tally, copies.found, photos, time.monotonic() - begun)


def _machines(base: Path, photos: int, stack: ExitStack, settings: dict[str, str]) -> list[Node]:
    """The first has the photos and K-Photos; Syncthing brings them to the second, which starts too."""
    folders = [base / name / "Pictures" for name in NAMES]
    houses.small_library(folders[0], photos)
    folders[1].mkdir(parents=True)
    carriers = stack.enter_context(syncthing.carried(folders, base))
    houses.until(lambda: len(list(folders[1].glob("*.JPG"))) == photos, judge.PATIENCE)
    nodes: list[Node] = []
    for name, folder, carrier in zip(NAMES, folders, carriers, strict=True):
        houses.until(lambda: not nodes or (folders[1] / ".kphotos/volume.json").exists(), judge.PATIENCE)
        house = stack.enter_context(houses.started(folder, base / name / "home", **settings))
        nodes.append(Node(name, house, carrier, first_account(house.address), settings))
    sites = [node.folder / ".kphotos/sites" for node in nodes]
    houses.until(lambda: all(len(list(one.glob("*.json"))) == len(nodes) for one in sites), judge.PATIENCE)
    return nodes


def _phase(
    name: str, edits: int, nodes: list[Node], load: Load, tally: Tally, stack: ExitStack, base: Path
) -> None:
    """Edits on both machines at once, with one disturbance; then everything comes to rest and is judged."""
    begun, before = time.monotonic(), load.acknowledged
    load.over.clear()
    threads: list[threading.Thread] = [
        Person(load, node.name, number, node.visitor, node.folder)
        for node in nodes
        for number in range(PEOPLE)
    ]
    theirs = load.paths[-max(1, len(load.paths) // 5) :]
    threads.append(Programs(load, nodes[0].folder, base / "darktable", nodes[0].name, theirs))
    if name == "apart":
        for node in nodes:
            node.carrier.pause()
    for thread in threads:
        thread.start()
    _until_edited(load, before + edits * 2 // 3)
    if name == "apart":
        for node in nodes:
            node.carrier.go_on()
    if name == "one killed":
        _kill(nodes[1], stack)
    _until_edited(load, before + edits)
    load.over.set()
    for thread in threads:
        thread.join(60)
    edited = time.monotonic() - begun
    resting, never = judge.rest(nodes)
    still_open, false = judge.false_candidates(nodes[0].folder, load)
    tally.false += false
    tally.violations += (
        never + judge.lost(nodes[0].folder, load) + [m for node in nodes for m in judge.left(node)]
    )
    tally.phases.append(
        {
            "phase": name,
            "edits": load.acknowledged - before,
            "seconds": round(edited, 1),
            "at rest after s": round(resting, 1),
            "open conflicts": still_open,
            "false candidates": len(false),
        }
    )


def _until_edited(load: Load, many: int) -> None:
    deadline = time.monotonic() + judge.PATIENCE + many
    while load.acknowledged < many and not load.errors and time.monotonic() < deadline:
        time.sleep(0.05)


def _kill(node: Node, stack: ExitStack) -> None:
    """kill -9 of a whole K-Photos in the midst of it, and a new start."""
    for pid in (node.house.process.pid, *node.house.processes().values()):
        os.kill(pid, signal.SIGKILL)
    node.house.process.wait()
    node.house = stack.enter_context(houses.started(node.folder, node.house.home, **node.settings))
    node.visitor.address = node.house.address


def _told(load: Load, tally: Tally, copies: set[str], photos: int, seconds: float) -> dict[str, Any]:
    people = load.acknowledged
    return {
        "photos": photos,
        "edits by people": people,
        "of these": dict(sorted(load.counts.items())),
        "same field, unseen by each other": judge.concurrent(load),
        "conflict copies": {
            "of ledgers": sum(name.endswith(".json") for name in copies),
            "of XMPs": sum(name.endswith(".xmp") for name in copies),
            "others": sorted(name for name in copies if not name.endswith((".json", ".xmp"))),
        },
        "phases": tally.phases,
        "false candidates": tally.false,
        "false candidates per 1000 edits": round(1000 * len(tally.false) / max(people, 1), 1),
        "seconds": round(seconds),
        "violations": tally.violations,
    }
