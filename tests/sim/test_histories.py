"""Histories at random under every oracle; scripts/simulate runs them for as long as asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.sim.histories_faults import points, strike
from tests.sim.histories_kinds import KINDS, STEPS, run, sites_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SEEDS = range(24)
SEEDS_TOGETHER = range(4)  # of several houses, each of which is worth many
SAVED: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "seeds/histories.json").read_text())


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_and_all_comes_to_rest(kind: str) -> None:
    counts: Counter[str] = Counter()
    seeds = SEEDS if sites_of(kind) == "1" else SEEDS_TOGETHER
    for seed in seeds:
        ran = run(kind, seed)
        assert max(ran.rounds, default=0) <= 20
        counts.update(ran.counts)
    assert counts["edits"] > 2 * len(seeds), "these histories hardly did anything"


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_is_one_history(kind: str) -> None:
    for seed in (1000, 1001) if sites_of(kind) == "1" else (1000,):
        assert run(kind, seed, 8).trace == run(kind, seed, 8).trace


def test_a_seed_is_one_history_in_every_process() -> None:
    """Python hashes text differently in each: nothing may hang on the order of a set."""
    told = "from tests.sim.histories_kinds import *\nfor kind in KINDS: print(kind, run(kind, 7, 4).trace)"
    runs = [
        subprocess.run(
            [sys.executable, "-c", told],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": number, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for number in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0]) > 5000


@pytest.mark.parametrize("saved", SAVED, ids=lambda saved: f"{saved['kind']} {saved['seed']}")
def test_what_failed_once_does_not_fail_again(saved: dict[str, Any]) -> None:
    run(saved["kind"], saved["seed"], saved["steps"])


def test_a_settled_history_leaves_little_that_nobody_can_decide() -> None:
    counts: Counter[str] = Counter()
    for seed in SEEDS:
        counts.update(run("settled", seed, 14).counts)
    assert counts["undecidable"] < 0.08 * counts["edits"]


def test_an_old_database_is_told_from_a_fresh_one() -> None:
    counts: Counter[str] = Counter()
    for seed in SEEDS:
        counts.update(run("stale", seed, STEPS).counts)
    assert counts["kept_from_stale"] > 2 * len(SEEDS)
    assert counts["taken_from_stale"] > 4 * len(SEEDS)


@pytest.mark.parametrize("seed", range(6))
def test_a_fault_at_an_operation_of_a_recorded_history_costs_nothing(seed: int) -> None:
    struck = [strike(point).scene.counts.get("faults", 0) for point in points(seed, every=9)]
    assert sum(struck) == len(struck) > 20
