"""What is at rest by its bytes alone is told as the whole plan would tell it; everything else is made out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sync.core.model import Change
from sync.engine import Asset
from sync.engine.deciding import Deciding
from sync.engine.finding import find_group, glance_at
from sync.scan.see import Glance, see
from tests.sim.histories_kinds import KINDS, run
from tests.sync.machines import ALICE, Machine, simulated_machine

PHOTO = "IMG.JPG"
SIDECAR = "IMG.JPG.xmp"


def edited() -> Machine:
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"photo")
    machine.scan()
    tags = Change("tags", "add", ["Places/Paris", "Lake"])
    machine.engine.edit(PHOTO, [tags, Change("title", "set", "Lake"), Change("rating", "set", 3)], ALICE)
    machine.edit(PHOTO, rating=None, description="By the lake")
    machine.pass_time(700)
    machine.scan()
    return machine


def glanced(machine: Machine) -> Glance:
    group, stat, _ = find_group(machine.volume, PHOTO)
    return glance_at(machine.volume, "", group, stat)


def short_way(machine: Machine) -> Asset | None:
    rested = Deciding(machine.volume, machine.site).at_rest(glanced(machine), None)
    return rested[1] if rested else None


def test_the_short_way_of_rest_comes_to_what_the_plan_does() -> None:
    machine = edited()
    deciding = Deciding(machine.volume, machine.site)
    short = deciding.at_rest(glanced(machine), None)
    asset, decided = deciding.decide(see(machine.volume.fs, glanced(machine)), None)
    assert short is not None
    assert decided is not None
    assert short[1] == asset
    assert (short[2].ledger, short[2].document, short[2].steps) == (decided.ledger, decided.document, ())
    assert [a.has for a in short[2].absorbed] == [a.has for a in decided.absorbed]


def _by_a_program(machine: Machine) -> None:
    machine.hands.put(SIDECAR, machine.hands.read(SIDECAR).replace(b"By the lake", b"By the hill"))


def _by_a_byte(machine: Machine) -> None:
    machine.hands.put(SIDECAR, machine.hands.read(SIDECAR) + b"\n")


def _by_its_absence(machine: Machine) -> None:
    machine.hands.remove(SIDECAR)


def _by_a_copy(machine: Machine) -> None:
    name = "IMG.JPG.sync-conflict-20240101-120000-ABCDEFG.xmp"
    machine.hands.put(name, machine.hands.read(SIDECAR))


def _by_an_older_mirror(machine: Machine) -> None:
    before = machine.hands.read(SIDECAR)
    machine.edit(PHOTO, title="Hill")
    machine.hands.put(SIDECAR, before)


def _by_an_older_ledger(machine: Machine) -> None:
    path = PHOTO + ".kphotos.json"
    before, mirror = machine.hands.read(path), machine.hands.read(SIDECAR)
    machine.edit(PHOTO, title="Hill")
    machine.hands.put(path, before)
    machine.hands.put(SIDECAR, mirror)


def _by_another_picture(machine: Machine) -> None:
    machine.hands.put(PHOTO, b"another photo of another size")


MOVES: tuple[Callable[[Machine], None], ...] = (
    _by_a_program,
    _by_a_byte,
    _by_its_absence,
    _by_a_copy,
    _by_an_older_mirror,
    _by_an_older_ledger,
    _by_another_picture,
)


@pytest.mark.parametrize("disturb", MOVES, ids=lambda move: move.__name__.strip("_"))
def test_whatever_moves_a_file_ends_the_rest(disturb: Callable[[Machine], None]) -> None:
    machine = edited()
    assert short_way(machine) is not None
    disturb(machine)
    assert short_way(machine) is None


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Each short way is gone the long way too; what differs is counted."""
    counts: Counter[str] = Counter()
    short = Deciding.at_rest

    def both(deciding: Deciding, glance: Glance, hash_: str | None) -> Any:
        rested = short(deciding, glance, hash_)
        if rested is not None:
            asset, decided = deciding.decide(see(deciding.volume.fs, glance), hash_)
            is_alike = (
                decided is not None
                and not decided.steps
                and replace(asset, sighted=()) == replace(rested[1], sighted=())
            )
            counts["alike" if is_alike else "different"] += 1
        return rested

    monkeypatch.setattr(Deciding, "at_rest", both)
    return counts


@pytest.mark.slow
def test_in_random_histories_both_ways_come_to_the_same(compared: Counter[str]) -> None:
    for kind in KINDS:
        run(kind, 3, 8)
        assert compared["different"] == 0, kind
    assert compared["alike"] > 2 * len(KINDS)


def test_a_short_way_that_looks_at_no_content_would_be_found(
    compared: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.engine.resting.xmps.sum", lambda data: "")
    monkeypatch.setattr("sync.engine.resting._written", lambda ledger, xmp: ledger.xmp[-1])
    machine = edited()
    _by_a_program(machine)
    machine.scan()
    assert compared["different"] > 0
