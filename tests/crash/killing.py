"""kill -9 of a real `kphotos start` under mixed load, again and again: what was acknowledged is there."""

from __future__ import annotations

import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kphotos import db
from kphotos.config import from_env
from kphotos.errors import KPhotosError
from kphotos.sidecar import verify
from sync.codecs import ledger as ledgers
from tests.crash import phases, programs
from tests.crash.load import Load, Sent
from tests.e2e import house as houses
from tests.e2e.house import House
from tests.progress import ProgressBar
from tests.sim.oracles import Lost, values_of

PARTS = {"serve": 45, "watch": 30, "work": 10, "all": 15}
"""Weights; a part that was killed twice since the last start of all is killed with all of them."""
EVERY = 25
KILLS_PER_LIBRARY = 100
MOST_IN_A_ROW = 2
PATIENCE = 30.0


@dataclass
class Tally:
    """What the kills hit, and what came of it."""

    kills: Counter[str] = field(default_factory=Counter)
    in_flight: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    edits: Counter[str] = field(default_factory=Counter)
    starts: list[float] = field(default_factory=list)
    checks: list[float] = field(default_factory=list)
    equal: int = 0
    violations: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "kills": dict(self.kills),
            "edits": dict(sorted(self.edits.items())),
            "programs that could not take part": programs.missing(),
            "in flight when killed": dict(sorted(self.in_flight.items())),
            "phase of each edit that a kill ended": {one: self.phases[one] for one in phases.PHASES},
            "fate of edits in flight": dict(sorted(self.fates.items())),
            "checks": len(self.checks),
            "rebuild equals index": self.equal,
            "check s": _spread(self.checks),
            "ready again s": _spread(self.starts),
            "violations": self.violations,
        }


def _spread(seconds: Iterable[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {"p50": ordered[len(ordered) // 2], "most": ordered[-1]} if ordered else {}


def run(kills: int, seed: int = 1, every: int = EVERY, *, show: bool = False) -> dict[str, Any]:
    """So many kills, on a new library every hundred, checked after each `every` of them; JSON."""
    rng, tally = random.Random(seed), Tally()
    with ProgressBar("kills", kills, show=show) as bar:
        while (done := tally.kills.total()) < kills:
            _on_a_library(min(KILLS_PER_LIBRARY, kills - done), every, rng, tally, bar)
    return tally.told()


def _on_a_library(kills: int, every: int, rng: random.Random, tally: Tally, bar: ProgressBar) -> None:
    with tempfile.TemporaryDirectory(prefix="kphotos-kill-") as folder, ExitStack() as stack:
        base, until = Path(folder), tally.kills.total() + kills
        library = houses.small_library(base / "Pictures", 6)
        sums = houses.sums(library)
        load = Load(library, base / "programs", rng.getrandbits(32))
        load.scratch.mkdir()
        stack.callback(db.forget, str(base))
        house = stack.enter_context(houses.started(library, base / "home"))
        load.begin(house.address)
        threads = load.start()
        stack.callback(load.end)
        killed: Counter[str] = Counter()
        while (done := tally.kills.total()) < until:
            load.go_on()
            time.sleep(rng.uniform(0.05, 0.7))
            part = _part(rng, killed)
            house = _kill(house, part, load, tally, stack)
            now = tally.kills.total()
            bar.tell(now)
            if now > done and (now % every == 0 or now == until):
                check(house, load, sums, tally)
        load.end()
        for thread in threads:
            thread.join(95)
        tally.violations += [f"a thread of the test ended: {error!r}" for error in load.errors]
        tally.edits.update(load.counts)


def _part(rng: random.Random, killed: Counter[str]) -> str:
    """Which to kill: a part that ends again and again is started later each time."""
    (part,) = rng.choices(list(PARTS), list(PARTS.values()))
    if part == "all" or killed[part] == MOST_IN_A_ROW:
        killed.clear()
        return "all"
    killed[part] += 1
    return part


def _kill(house: House, part: str, load: Load, tally: Tally, stack: ExitStack) -> House:
    """Kill one part, or the whole house, and wait until it answers again."""
    pid = house.process.pid if part == "all" else house.processes().get(part)
    if pid is None:
        return house  # it is being started again just now
    with load.lock:
        unsure = {path: _unsure(load, path) for path in load.paths}
    doing, sent = Counter(load.doing.values()), dict(load.sent)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return house
    tally.kills[part] += 1
    if part in ("serve", "all"):
        _phases(load, pid, sent, tally)
    edits = doing["edit sent"]
    tally.in_flight[f"{edits} edits"] += 1
    tally.in_flight.update(f"{part}: {what}" for what, many in doing.items() for _ in range(many))
    begun = time.monotonic()
    if part == "all":
        house.process.wait()
        house = _start_again(house, tally, stack)
        load.visitor.address = house.address
    else:
        time.sleep(0.05)
        houses.wait_ready(house)
    tally.starts.append(round(time.monotonic() - begun, 2))
    _fates(load, unsure, tally)
    return house


def _phases(load: Load, pid: int, sent: Mapping[str, Sent], tally: Tally) -> None:
    """How far each edit came that had been sent and was not answered by the time its server was dead."""
    houses.until(lambda: not _is_alive(pid))
    for one in sent.values():
        line = next(line for line in reversed(load.books[one.path].lines) if line.value == one.value)
        if not line.is_sure:
            tally.phases[phases.phase_of(load.library, one)] += 1


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _start_again(house: House, tally: Tally, stack: ExitStack) -> House:
    """Start as a person would; a start that ends by itself is a violation, and is tried once more."""
    try:
        return stack.enter_context(houses.started(house.library, house.home))
    except AssertionError as error:
        tally.violations.append(f"it did not start again: {error}"[:800])
        return stack.enter_context(houses.started(house.library, house.home))


def _unsure(load: Load, path: str) -> set[int]:
    lines = load.books[path].lines
    return {number for number in range(max(0, len(lines) - 8), len(lines)) if not lines[number].is_sure}


def _fates(load: Load, unsure: Mapping[str, set[int]], tally: Tally) -> None:
    """Of the edits that were under way: answered after all, there without an answer, or not there."""
    time.sleep(0.1)
    for path, numbers in unsure.items():
        try:
            held = values_of(ledgers.read((load.library / f"{path}.kphotos.json").read_bytes()))
        except OSError:
            continue
        for number in numbers:
            line = load.books[path].lines[number]
            there = line.value in held.get(line.key, ())
            tally.fates[
                "answered" if line.is_sure else "there, unanswered" if there else "not there, or replaced"
            ] += 1


def check(house: House, load: Load, sums: Mapping[str, str], tally: Tally) -> None:
    """Let everybody pause: the book against the ledgers, originals, index against disk."""
    begun = time.monotonic()
    load.pause()
    while set(load.doing.values()) - {"idle"} and time.monotonic() - begun < PATIENCE:
        time.sleep(0.02)
    deadline = time.monotonic() + PATIENCE
    while told := lost(load):
        if time.monotonic() > deadline:
            tally.violations += [*told, f"kept for whoever looks into it: {_evidence(load)}"]
            break
        time.sleep(0.05)
    if houses.sums(load.library) != sums:
        tally.violations.append("I1: an original was changed")
    while (wrong := _differences(house)) and time.monotonic() < deadline:
        time.sleep(0.1)
    tally.violations += wrong
    tally.equal += not wrong
    tally.checks.append(round(time.monotonic() - begun, 2))


def lost(load: Load) -> list[str]:
    """What the book has and the ledgers have not."""
    found = []
    for path, book in load.books.items():
        ledger = ledgers.read((load.library / f"{path}.kphotos.json").read_bytes())
        try:
            book.judge(ledger)
        except Lost as lost:
            found.append(f"I3: {path}: {lost}")
    return found


def _evidence(load: Load) -> Path:
    """A folder that stays: the sidecars as they lie there, and what was acknowledged, line by line."""
    kept = Path(tempfile.mkdtemp(prefix="kphotos-lost-"))
    for one in load.library.iterdir():
        if one.is_file() and one.suffix != ".JPG":
            shutil.copy2(one, kept)
    for path, book in load.books.items():
        (kept / f"{path}.book.txt").write_text("\n".join(map(repr, book.lines)), encoding="utf-8")
    return kept


def _differences(house: House) -> list[str]:
    """What `kphotos verify` would find, without the seconds in which its process comes up."""
    try:
        verdict = verify.verify(from_env({"STORAGE_PATH": str(house.home)}, dotenv=None))
    except KPhotosError as error:
        return [f"verify: {error.message}"]
    return [f"{one.invariant}: {one.place}: {one.reason}" for one in verdict.differences]
