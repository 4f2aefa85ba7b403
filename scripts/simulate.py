"""Runs the histories of tests/sim for as long as asked, and kills a real K-Photos as often as asked; JSON.

    scripts/simulate --minutes 5             every kind of history and fault in turn, from a new seed on
    scripts/simulate --minutes 5 --seed 7    the same ones again
    scripts/simulate --fuzz 100000           damaged sidecars through the XMP codec: no crash, nothing lost
    scripts/simulate --kill 1000             kill -9 of a real `kphotos start` under mixed load
    scripts/simulate --power-cut 200         the disk goes under a busy K-Photos; root only
    scripts/simulate --syscalls              killed at, or refused by, each call that changes the disk
    scripts/simulate --nodes 500             so many edits on two K-Photos over a real pair of Syncthings

What fails is told with the kind and seed that repeat it, and added to tests/seeds/histories.json with --save.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.crash import killing, syscalls  # noqa: E402 - the tests are no package that is installed
from tests.faults import disks, power  # noqa: E402
from tests.interop import nodes, syncthing  # noqa: E402
from tests.sim.histories_faults import points  # noqa: E402
from tests.sim.histories_kinds import KINDS, STEPS, run  # noqa: E402
from tests.sync.codecs.xmp import fuzz  # noqa: E402

SAVED = ROOT / "tests" / "seeds" / "histories.json"
FAULT_EVERY = 40
FAULT_STEPS = 6
_REAL = ("fuzz", "kill", "power cut", "syscalls", "nodes")


def cases(seed: int) -> Iterator[tuple[str, int, int]]:
    """(kind, seed, steps) without end: each seed in every kind, and some faults of its recorded history."""
    while True:
        for kind in KINDS:
            yield kind, seed, STEPS + seed % 3 * 6
        for point in points(seed, every=FAULT_EVERY):
            yield f"fault {point.kind} {point.operation}", point.seed, FAULT_STEPS
        seed += 1


def simulate(minutes: float, seed: int) -> dict[str, Any]:
    """Histories for so long; the counts and what failed."""
    until, histories, counts = time.monotonic() + 60 * minutes, Counter[str](), Counter[str]()
    failed: list[dict[str, Any]] = []
    for kind, number, steps in cases(seed):
        if time.monotonic() > until:
            break
        histories[_name(kind)] += 1
        try:
            counts.update(run(kind, number, steps).counts)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is what was looked for
            failed.append({"kind": kind, "seed": number, "steps": steps, "found": f"{error}"[:300]})
    told = {"histories": sum(histories.values()), "of each kind": dict(histories)}
    return told | {"counts": dict(sorted(counts.items())), "failed": failed}


def _name(kind: str) -> str:
    """The kind as it is counted: faults of all operations together."""
    fault = kind.split()[1] if kind.startswith("fault ") else ""
    return {"": kind, "crash": "crash points"}.get(fault, "error points")


def save(failed: list[dict[str, Any]]) -> None:
    """Let what failed be tried by every later run of the tests."""
    saved = json.loads(SAVED.read_text())
    known = {(one["kind"], one["seed"], one["steps"]) for one in saved}
    saved += [one for one in failed if (one["kind"], one["seed"], one["steps"]) not in known]
    lines = ",\n  ".join(json.dumps(one, ensure_ascii=False) for one in saved)
    SAVED.write_text(f"[\n  {lines}\n]\n")


def main(words: list[str]) -> int:
    """0 when nothing was lost."""
    parser = argparse.ArgumentParser("simulate", description="Random histories, crashes and kills; JSON.")
    parser.add_argument("--minutes", type=float, default=0.0, help="run histories for so long")
    parser.add_argument("--kill", type=int, default=0, metavar="N", help="kill a real K-Photos N times")
    parser.add_argument("--power-cut", type=int, default=0, metavar="N", help="cut the power N times")
    parser.add_argument("--syscalls", action="store_true", help="kill and refuse at every system call")
    parser.add_argument("--nodes", type=int, default=0, metavar="N", help="edit N times on two machines")
    parser.add_argument("--fuzz", type=int, default=0, metavar="N", help="read and write N damaged sidecars")
    parser.add_argument("--seed", type=int, default=None, help="the first seed (default: another each time)")
    parser.add_argument("--save", action="store_true", help="add what fails to the saved seeds")
    asked = parser.parse_args(words)
    is_other = asked.kill or asked.power_cut or asked.syscalls or asked.nodes or asked.fuzz
    minutes = asked.minutes if asked.minutes or is_other else 1.0
    seed = asked.seed if asked.seed is not None else int(time.time())
    told: dict[str, Any] = {"seed": seed}
    if minutes:
        told |= simulate(minutes, seed)
        if asked.save:
            save(told["failed"])
    if asked.fuzz:
        found = fuzz.run(asked.fuzz, seed)
        told["fuzz"] = {"outcomes": dict(sorted(found.outcomes.items())), "violations": found.failed}
    if asked.kill:
        told["kill"] = killing.run(asked.kill, seed, show=True)
    if asked.power_cut:
        if reason := disks.no_power_cut():
            parser.error(reason)
        told["power cut"] = power.run(asked.power_cut, seed, show=True)
    if asked.syscalls:
        told["syscalls"] = syscalls.run(seed, show=True)
    if asked.nodes:
        if reason := syncthing.missing():
            parser.error(reason)
        told["nodes"] = nodes.run(asked.nodes, seed)
    print(json.dumps(told, indent=1, ensure_ascii=False))
    return 1 if told.get("failed") or any(told.get(one, {}).get("violations") for one in _REAL) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
