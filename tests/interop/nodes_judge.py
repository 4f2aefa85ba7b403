"""Whether two machines came through: nothing lost, the same bytes, nothing left behind, and then silence."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.core.model import Ledger
from sync.ports import TEMP_PREFIX
from tests.e2e import house as houses
from tests.e2e.api import Visitor
from tests.e2e.house import House
from tests.interop.nodes_load import DARKTABLES, TEXTS, Load, read_ledger
from tests.interop.syncthing import Carrier
from tests.sim.oracles import Lost, values_of

COPY = ".sync-conflict-"
CARRIERS_OWN = (".stfolder", ".syncthing.", ".stversions")
QUIET_SECONDS = 3.0
STILL_SECONDS = 5.0
PATIENCE = 90.0


@dataclass
class Node:
    """One machine: its K-Photos, its Syncthing, and who is signed in there."""

    name: str
    house: House
    carrier: Carrier
    visitor: Visitor
    settings: dict[str, str]

    @property
    def folder(self) -> Path:
        """Its copy of the photos."""
        return self.house.library


def copies_in(folder: Path) -> list[str]:
    """The conflict copies in a folder; what Syncthing was fetching of one that is gone meanwhile is none."""
    return [name for name in os.listdir(folder) if COPY in name and not name.startswith(CARRIERS_OWN)]


def rest(nodes: Sequence[Node]) -> tuple[float, list[str]]:
    """Wait until all hold the same, without a temp of ours, and nothing moves: seconds, what never came."""
    begun = since = time.monotonic()
    last: list[dict[str, str]] = []
    while time.monotonic() - begun < PATIENCE:
        now = [contents(node.folder) for node in nodes]
        if now != last or now[0] != now[1] or _temps(now[0]):
            last, since = now, time.monotonic()
        elif time.monotonic() - since > QUIET_SECONDS and all(node.carrier.is_at_rest() for node in nodes):
            return time.monotonic() - begun, []
        time.sleep(0.3)
    names = sorted(name for name in {*last[0], *last[1]} if last[0].get(name) != last[1].get(name))
    told = f"I8: not at rest in {PATIENCE:.0f} s; differing: {names[:10]}; temps: {_temps(last[0])[:5]}"
    return time.monotonic() - begun, [told]


def _temps(held: dict[str, str]) -> list[str]:
    return [name for name in held if name.rpartition("/")[2].startswith(TEMP_PREFIX)]


def contents(folder: Path) -> dict[str, str]:
    """The digest of every file but what Syncthing keeps for itself."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.startswith(CARRIERS_OWN) or not path.is_file():
            continue
        try:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        except FileNotFoundError:
            found[name] = "gone"
    return found


def lost(folder: Path, load: Load) -> list[str]:
    """What the book has and the ledgers have neither as a value nor as a candidate nor listed as stale."""
    found = []
    for path, book in load.books.items():
        ledger = read_ledger(folder, path)
        try:
            book.judge(ledger or Ledger("none"))
        except Lost as missing:
            key = str(missing).partition(":")[0]
            lines = [
                f"{number} {load.authors[path, number]} {line.value} over {sorted(line.over)}"
                for number, line in enumerate(book.lines)
                if line.key == key
            ]
            found.append(f"I3: {path}: {missing}; {'; '.join(lines)}")
    return found


def false_candidates(folder: Path, load: Load) -> tuple[int, list[str]]:
    """Open conflicts at rest, and each candidate of them that somebody who had seen it replaced."""
    still_open, false = 0, []
    for path, book in load.books.items():
        if (ledger := read_ledger(folder, path)) is None:
            continue
        held = values_of(ledger)
        alive = book.alive(held)
        for key in (*TEXTS, DARKTABLES):
            values = held.get(key, set())
            if len(values) > 1:
                still_open += 1
                false += [f"{path}: {key}: {value}" for value in sorted(values - alive.get(key, set()))]
    return still_open, false


def left(node: Node) -> list[str]:
    """Conflict copies that are still there and of which no page says why."""
    there = copies_in(node.folder)
    foreign = {one["path"] for one in problems(node) if one["kind"] == "foreign"} if there else set()
    return [f"I8: a copy is left on {node.name}: {name}" for name in there if name not in foreign]


def problems(node: Node) -> list[dict[str, Any]]:
    """What one machine says is wrong."""
    found: list[dict[str, Any]] = json.loads(node.house.cli("problems", "--json").stdout)["problems"]
    return found


def untouched(nodes: Sequence[Node], before: Sequence[dict[str, str]]) -> list[str]:
    """Originals whose sha256 is another than before."""
    return [
        f"I1: an original was changed on {node.name}"
        for node, sums in zip(nodes, before, strict=True)
        if houses.sums(node.folder) != sums
    ]


def same_index(nodes: Sequence[Node]) -> list[str]:
    """Every machine's index against what a rebuild of it from disk would hold."""
    found = []
    for node in nodes:
        done = node.house.cli("verify", "--json")
        told: dict[str, Any] = json.loads(done.stdout or "{}")
        unsaid = [f"verify ended with {done.returncode}: {done.stdout[-300:]}{done.stderr[-600:]}"]
        found += [f"I2: on {node.name}: {one}" for one in told.get("differences", unsaid)]
    return found


def written_at_rest(nodes: Sequence[Node], seconds: float = STILL_SECONDS) -> list[str]:
    """What is touched although nobody edits, in so many seconds."""
    before = [_stats(node.folder) for node in nodes]
    time.sleep(seconds)
    found = []
    for node, then in zip(nodes, before, strict=True):
        changed = set(then.items()) ^ set(_stats(node.folder).items())
        if changed:
            found.append(f"I7: written at rest on {node.name}: {sorted(changed)[:6]}")
    return found


def _stats(folder: Path) -> dict[str, tuple[int, ...]]:
    """Inode, size, mtime and ctime of everything, folders too: whatever is made or removed shows."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        stat = path.lstat()
        found[path.name] = (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    return found


def concurrent(load: Load) -> int:
    """How many edits had another of the same field, by the other machine, neither having seen the other."""
    found = 0
    for path, book in load.books.items():
        known: list[frozenset[int]] = []
        for number, line in enumerate(book.lines):
            before = [other for other in line.over if other < number]
            known.append(line.over.union(*(known[other] for other in before)))
        for at, line in enumerate(book.lines):
            found += any(
                other.key == line.key
                and load.authors[path, at][0] != load.authors[path, number][0]
                and number not in known[at]
                and at not in known[number]
                for number, other in enumerate(book.lines)
            )
    return found
