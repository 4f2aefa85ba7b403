"""Runs one history wherever it is asked, and adds up what came of many: the figures that are published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.sim.histories_faults import STEPS as FAULT_STEPS
from tests.sim.histories_faults import points
from tests.sim.histories_kinds import run, sites_of
from tests.sim.histories_roaming import ELSEWHERE
from tests.sim.oracles import Lost

BEFELL = (
    "crashes",
    "errors",
    "stale writes",
    "marks dropped",
    "torn writes",
    "races",
    "sync in the midst",
    "rollbacks",
    "clock jumps",
    "unmounts",
    "memories lost",
    "moves",
    "replaced",
    "conflict copies made",
    "overwritten by the tool",
    "power cuts",
    ELSEWHERE,
)
"""What is counted of every history; told is in how many of them it came to pass at all."""

PROMISES: Mapping[str, Callable[[str, str], bool]] = {
    "edits lost": lambda kind, found: kind == "Lost",
    "originals changed": lambda kind, found: found.startswith("I1:"),
    "conflict copies left": lambda kind, found: found.startswith("I8: copies"),
    "not alike within 20 rounds": lambda kind, found: found.startswith(("I8: not alike", "I8: no rest")),
    "writes at rest": lambda kind, found: found.startswith("I7"),
}


class Wavering(AssertionError):
    """A seed that is not one history: what it finds could not be found again."""


@dataclass(frozen=True, slots=True)
class Case:
    """One history by its kind, seed and length; of kind "faults": every n-th fault of a recorded one.

    `twice`: it is run a second time, and must take the same course.
    """

    kind: str
    seed: int
    steps: int
    twice: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a case: its counts and rounds, what failed, and how many faults were struck."""

    case: Case
    counts: Mapping[str, int] = field(default_factory=dict)
    rounds: tuple[int, ...] = ()
    failed: tuple[dict[str, Any], ...] = ()
    struck: Mapping[str, int] = field(default_factory=dict)


def attempt(case: Case) -> Attempt:
    """Run a case; whatever it raises is what was looked for."""
    if case.kind == "faults":
        return _faults(case)
    try:
        ran = run(case.kind, case.seed, case.steps)
        if case.twice and run(case.kind, case.seed, case.steps).trace != ran.trace:
            raise Wavering("the second time it took another course")
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is what was looked for
        return Attempt(case, failed=(_failure(case, error),))
    return Attempt(case, ran.counts, ran.rounds)


def _faults(case: Case) -> Attempt:
    struck = Counter[str]()
    failed: list[dict[str, Any]] = []
    for point in points(case.seed, every=case.steps):
        struck["crash points" if point.kind == "crash" else "error points"] += 1
        one = Case(f"fault {point.kind} {point.operation}", case.seed, FAULT_STEPS)
        failed += attempt(one).failed
    return Attempt(case, failed=tuple(failed), struck=struck)


def _failure(case: Case, error: Exception) -> dict[str, Any]:
    kind = "Lost" if isinstance(error, Lost) else type(error).__name__
    told = {"kind": case.kind, "seed": case.seed, "steps": case.steps}
    return told | {"error": kind, "found": f"{error}"[:300]}


class Tally:
    """Adds up attempts."""

    def __init__(self) -> None:
        self._kinds, self._struck = Counter[str](), Counter[str]()
        self._counts: dict[str, Counter[str]] = {}
        self._with = Counter[str]()
        self._twice = 0
        self._rounds: dict[str, Counter[int]] = {}
        self._failed: list[dict[str, Any]] = []

    def add(self, ran: Attempt) -> None:
        """Count one in."""
        self._failed += ran.failed
        self._struck.update(ran.struck)
        if ran.case.kind == "faults":
            return
        self._kinds[ran.case.kind] += 1
        self._twice += ran.case.twice
        self._counts.setdefault(ran.case.kind, Counter()).update(ran.counts)
        self._with.update(name for name in BEFELL if ran.counts.get(name))
        self._rounds.setdefault(sites_of(ran.case.kind), Counter()).update(ran.rounds)

    def told(self, seconds: float) -> dict[str, Any]:
        """The figures."""
        whole = sum(self._counts.values(), Counter[str]())
        sites = Counter[str]()
        for kind, number in self._kinds.items():
            sites[sites_of(kind)] += number
        broken = {
            name: sum(is_of(one["error"], one["found"]) for one in self._failed)
            for name, is_of in PROMISES.items()
        }
        return {
            "seconds": round(seconds, 1),
            "histories": self._kinds.total(),
            "of them run twice": self._twice,
            "by replicas": dict(sorted(sites.items())),
            "of each kind": dict(self._kinds),
            "histories with": {name: self._with[name] for name in BEFELL},
            "edits": whole["edits"],
            "acknowledged to people": whole["acknowledged"],
            **broken,
            "rounds to rest": {name: _histogram(rounds) for name, rounds in sorted(self._rounds.items())},
            "false conflicts": self._false(),
            "undecidable, one site": whole["undecidable"],
            "undone by an old database, replicated": whole["undone by an old database"],
            "crash points": self._struck["crash points"],
            "error points": self._struck["error points"],
            "violations": len(self._failed),
            "failed": self._failed,
        }

    def _false(self) -> dict[str, Any]:
        """A false conflict: of several candidates held, one that somebody who had seen it replaced.

        An edit is concurrent if there is another of its key such that neither author had seen the other's,
        or anything that came of it. A program that drops our mark hides what it had seen.
        """
        settled = [count for kind, count in self._counts.items() if kind.startswith("settled")]
        edits = sum(count["edits"] for count in settled)
        found = sum("false candidates" in one["found"] for one in self._failed)
        told: dict[str, Any] = {"one site, one fresh editor": {"edits": edits, "false": found}}
        groups = {
            "replicated": [k for k in self._counts if k[:1].isdigit() and not _drops(k)],
            "replicated, marks dropped": [k for k in self._counts if k[:1].isdigit() and _drops(k)],
            "shared folder": [k for k in self._counts if k.startswith("shared")],
        }
        for name, kinds in groups.items():
            counts = sum((self._counts[kind] for kind in kinds), Counter[str]())
            edits, false = counts["concurrent edits"], counts["false candidates"]
            rate = round(1000 * false / edits, 1) if edits else None
            told[name] = {"concurrent edits": edits, "false": false, "per 1,000": rate}
        return told


def _drops(kind: str) -> bool:
    return kind.endswith(("marks dropped", ", all"))


def _histogram(rounds: Counter[int]) -> dict[str, int]:
    return {str(number): rounds[number] for number in sorted(rounds)}
