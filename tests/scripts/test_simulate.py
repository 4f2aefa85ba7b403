"""scripts/simulate: as many histories as asked for, each counted once, alike in one process and in two."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.sim import tally
from tests.sim.histories_kinds import KINDS, Ran
from tests.sim.oracles import Lost
from tests.sim.tally import Case, Tally, attempt

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SIMULATE: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "simulate.py"))


def simulated(*words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "scripts/simulate.py", *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""  # a bar is for terminals
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_two_processes_find_what_one_finds() -> None:
    one = simulated("--histories", "9", "--seed", "5", "--twice")
    assert one.pop("of them run twice") == 9
    two = simulated("--histories", "9", "--seed", "5", "--jobs", "2")
    assert two.pop("of them run twice") == 0
    assert (one["histories"], one["violations"], one["edits lost"]) == (9, 0, 0)
    assert {**one, "seconds": 0} == {**two, "seconds": 0}


def test_every_kind_has_its_turn_and_faults_are_no_histories() -> None:
    chosen = list(SIMULATE["first"](2 * len(KINDS), SIMULATE["cases"](3)))
    assert sorted(case.kind for case in chosen if case.kind != "faults") == sorted([*KINDS, *KINDS])
    assert {case.seed for case in chosen} == {3, 4}
    assert sum(case.kind == "faults" for case in chosen) == 1
    assert next(islice(SIMULATE["until"](0.0, SIMULATE["cases"](3)), 1), None) is None


@pytest.mark.parametrize(
    ("error", "promise"),
    [
        (Lost("title: ['x'] of []"), "edits lost"),
        (AssertionError("I1: d/IMG.JPG"), "originals changed"),
        (AssertionError("I7: [('create', 'd/x')]"), "writes at rest"),
        (AssertionError("I8: copies are left: {...}"), "conflict copies left"),
        (AssertionError("I8: not alike after 20 rounds"), "not alike within 20 rounds"),
    ],
)
def test_a_broken_promise_is_counted_as_what_it_is(
    error: AssertionError, promise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(kind: str, seed: int, steps: int) -> Ran:
        raise error

    monkeypatch.setattr(tally, "run", failing)
    counted = Tally()
    counted.add(attempt(Case("2 sites", 7, 12)))
    told = counted.told(1.0)
    assert {name for name in tally.PROMISES if told[name]} == {promise}
    assert told["violations"] == 1
    assert [(one["kind"], one["seed"], one["steps"]) for one in told["failed"]] == [("2 sites", 7, 12)]


def test_a_seed_that_takes_another_course_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    courses = iter((("a", "b"), ("a", "b"), ("a", "b"), ("a", "c"), ("a", "b")))

    def wavering(kind: str, seed: int, steps: int) -> Ran:
        return Ran(next(courses), {}, ())

    monkeypatch.setattr(tally, "run", wavering)
    same, another, once = (attempt(Case("calm", 7, 12, twice)) for twice in (True, True, False))
    assert (same.failed, once.failed) == ((), ())
    assert [one["error"] for one in another.failed] == ["Wavering"]


def test_a_false_conflict_is_told_per_thousand_concurrent_edits() -> None:
    counted = Tally()
    counts = {"concurrent edits": 40, "false candidates": 1, "crashes": 3}
    counted.add(tally.Attempt(Case("2 sites", 1, 12), counts, (1, 4)))
    counted.add(tally.Attempt(Case("2 sites", 2, 12), {"concurrent edits": 10}, (4,)))
    told = counted.told(1.0)
    assert told["false conflicts"]["replicated"] == {"concurrent edits": 50, "false": 1, "per 1,000": 20.0}
    assert told["histories with"]["crashes"] == 1
    assert told["rounds to rest"]["2"] == {"1": 1, "4": 2}


def test_all_faults_of_a_history_are_counted_apart() -> None:
    ran = attempt(Case("faults", 1, 101))
    assert ran.failed == ()
    assert set(ran.struck) == {"crash points", "error points"}
