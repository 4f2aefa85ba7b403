"""Runs the histories of tests/sim for as long or as many as asked, and kills a real K-Photos as often; JSON.

    scripts/simulate --histories 10000 --jobs 2    so many, every kind in turn, on both cores
    scripts/simulate --minutes 5 --seed 7          for so long, the same ones again
    scripts/simulate --histories 2000 --twice      each a second time, which must take the same course
    scripts/simulate --fuzz 100000                 damaged sidecars through the XMP codec
    scripts/simulate --kill 1000                   kill -9 of a real `kphotos start` under mixed load
    scripts/simulate --kill 1000 --every 1         the same, and after each whether a rebuild equals the index
    scripts/simulate --power-cut 200               the disk goes under a busy K-Photos; root only
    scripts/simulate --syscalls                    killed at, or refused by, each call that changes the disk
    scripts/simulate --burst 60000                 so many new files at once under the kernel's own watch
                                                   (TMPDIR=/dev/shm: quick enough for it to drop events)
    scripts/simulate --nodes 500                   so many edits on two nodes over real Syncthings

What fails is told with the kind and seed that repeat it, and added to tests/seeds/histories.json with --save.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import count, islice
from multiprocessing import Pool
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.crash import killing, syscalls  # noqa: E402 - the tests are no package that is installed
from tests.faults import bursts, disks, power  # noqa: E402
from tests.interop import nodes, syncthing  # noqa: E402
from tests.progress import ProgressBar  # noqa: E402
from tests.sim.histories_kinds import KINDS, STEPS  # noqa: E402
from tests.sim.tally import Attempt, Case, Tally, attempt  # noqa: E402
from tests.sync.codecs.xmp import fuzz  # noqa: E402

SAVED = ROOT / "tests" / "seeds" / "histories.json"
FAULT_EVERY = 41
BATCH = 64
_REAL = ("fuzz", "kill", "power cut", "syscalls", "burst", "nodes")


def cases(seed: int, *, twice: bool = False) -> Iterator[Case]:
    """Without end: each seed in every kind, and some faults of its recorded history."""
    for number in count(seed):
        for kind in KINDS:
            yield Case(kind, number, STEPS + number % 3 * 6, twice)
        yield Case("faults", number, FAULT_EVERY)


def first(histories: int, all_cases: Iterable[Case]) -> Iterator[Case]:
    """The cases in which there are so many histories; enumerated faults are not counted among them."""
    done = 0
    for case in all_cases:
        if done >= histories:
            return
        done += case.kind != "faults"
        yield case


def until(end: float, all_cases: Iterable[Case]) -> Iterator[Case]:
    """Cases as long as there is time."""
    for case in all_cases:
        if time.monotonic() > end:
            return
        yield case


def attempts(chosen: Iterator[Case], jobs: int) -> Iterator[Attempt]:
    """Run them, in so many processes."""
    if jobs < 2:
        yield from map(attempt, chosen)
        return
    with Pool(jobs) as pool:
        while batch := list(islice(chosen, BATCH)):
            yield from pool.imap_unordered(attempt, batch, chunksize=4)


def simulate(chosen: Iterator[Case], jobs: int, bar: ProgressBar) -> dict[str, Any]:
    """What came of them all."""
    tally, begun, done = Tally(), time.monotonic(), 0
    for ran in attempts(chosen, jobs):
        tally.add(ran)
        done += ran.case.kind != "faults"
        bar.tell(done)
    return tally.told(time.monotonic() - begun)


def save(failed: list[dict[str, Any]]) -> None:
    """Let what failed be tried by every later run of the tests."""
    saved = json.loads(SAVED.read_text())
    known = {(one["kind"], one["seed"], one["steps"]) for one in saved}
    saved += [one for one in failed if (one["kind"], one["seed"], one["steps"]) not in known]
    lines = ",\n  ".join(json.dumps(one, ensure_ascii=False) for one in saved)
    SAVED.write_text(f"[\n  {lines}\n]\n")


def parser() -> argparse.ArgumentParser:
    """What may be asked for."""
    made = argparse.ArgumentParser("simulate", description="Random histories, crashes and kills; JSON.")
    made.add_argument("--histories", type=int, default=0, metavar="N", help="run N histories, of all kinds")
    made.add_argument("--minutes", type=float, default=0.0, help="run histories for so long")
    made.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="histories in N processes (default: 1)"
    )
    made.add_argument("--twice", action="store_true", help="run each history again: the same must happen")
    made.add_argument("--kill", type=int, default=0, metavar="N", help="kill a real K-Photos N times")
    made.add_argument(
        "--every", type=int, default=killing.EVERY, metavar="K", help="check after K kills (default: 25)"
    )
    made.add_argument("--power-cut", type=int, default=0, metavar="N", help="cut the power N times")
    made.add_argument("--syscalls", action="store_true", help="kill and refuse at every system call")
    made.add_argument("--burst", type=int, default=0, metavar="N", help="write N new files at once")
    made.add_argument("--nodes", type=int, default=0, metavar="N", help="edit N times on two machines")
    made.add_argument("--fuzz", type=int, default=0, metavar="N", help="read and write N damaged sidecars")
    made.add_argument("--seed", type=int, default=None, help="the first seed (default: another each time)")
    made.add_argument("--save", action="store_true", help="add what fails to the saved seeds")
    return made


def histories(asked: argparse.Namespace, seed: int) -> dict[str, Any]:
    """The simulated part: so many histories, or for so long."""
    end = time.monotonic() + 60 * (asked.minutes or 1.0)
    found = cases(seed, twice=asked.twice)
    chosen = first(asked.histories, found) if asked.histories else until(end, found)
    with ProgressBar("histories", asked.histories or None) as bar:
        told = simulate(chosen, asked.jobs, bar)
    if asked.save:
        save(told["failed"])
    return told


def main(words: list[str]) -> int:
    """0 when nothing was lost."""
    asked = parser().parse_args(words)
    if asked.every < 1:
        parser().error("--every: after one kill at least")
    others = (asked.fuzz, asked.kill, asked.power_cut, asked.syscalls, asked.burst, asked.nodes)
    seed = asked.seed if asked.seed is not None else int(time.time())
    told: dict[str, Any] = {"seed": seed}
    if asked.histories or asked.minutes or not any(others):
        told |= histories(asked, seed)
    if asked.fuzz:
        found = fuzz.run(asked.fuzz, seed)
        told["fuzz"] = {"outcomes": dict(sorted(found.outcomes.items())), "violations": found.failed}
    if asked.kill:
        told["kill"] = killing.run(asked.kill, seed, asked.every, show=True)
    if asked.power_cut:
        if reason := disks.no_power_cut():
            parser().error(reason)
        told["power cut"] = power.run(asked.power_cut, seed, show=True)
    if asked.syscalls:
        told["syscalls"] = syscalls.run(seed, show=True)
    if asked.burst:
        told["burst"] = bursts.run(asked.burst, show=True)
    if asked.nodes:
        if reason := syncthing.missing():
            parser().error(reason)
        told["nodes"] = nodes.run(asked.nodes, seed)
    print(json.dumps(told, indent=1, ensure_ascii=False))
    return 1 if told.get("failed") or any(told.get(one, {}).get("violations") for one in _REAL) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
