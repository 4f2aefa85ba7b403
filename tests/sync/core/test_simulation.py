"""Random histories of one photo on one site, judged by oracles that planted faults must not escape."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from sync.core import readpoint, taking
from sync.core.model import Candidate, Change
from tests.sync.core.world import Crash, Program, World

UNIQUE = ("title", "description")


class Lost(AssertionError):
    """An edit that nobody who had seen it replaced, and that is nowhere to be found."""


class Ledgerkeeper:
    """What was written, and what its authors saw: the value, or something that had seen it, must live."""

    def __init__(self) -> None:
        self.alive: dict[str, set[Any]] = {name: set() for name in (*UNIQUE, "tags")}
        self.excused = 0

    def wrote(self, name: str, value: Any, overwritten: set[Any]) -> None:
        self.alive[name] -= overwritten
        if value is not None:
            self.alive[name].add(value)

    def check(self, world: World) -> None:
        ledger = world.ledger
        page = world.page()
        for name in UNIQUE:
            held = {c.v for c in ledger.fields.get(name, ())} if ledger else {page.value(name)}
            held |= set((ledger.stale if ledger else {}).get(name, {}).values())
            if not self.alive[name] <= held:
                raise Lost(f"{name}: {self.alive[name] - held} of {held}")
        tags = set(page.value("tags") or ())
        listed = {key[5:] for key in (ledger.stale if ledger else {}) if key.startswith("tags/")}
        if not self.alive["tags"] <= tags | listed:
            raise Lost(f"tags: {self.alive['tags'] - tags}")


def values_seen(world: World, name: str) -> set[Any]:
    shown = world.page().fields.get(name)
    if shown is None:
        return set()
    held = {shown.value, *(c.v for c in shown.candidates), *shown.stale.values()}
    if world.ledger:
        held |= {c.v for c in world.ledger.fields.get(name, ()) if c.at in shown.dots}
    return held


def unique_history(seed: int, *, stale: bool, drops: bool, crashes: bool, forgets: bool) -> Ledgerkeeper:
    """Edits with unique values by a page and a program; whatever was not overwritten must be found."""
    rng = random.Random(seed)
    world, program, keeper = World(), Program(), Ledgerkeeper()
    count = 0
    for _ in range(rng.randint(4, 14)):
        count += 1
        name = rng.choice(["title", *UNIQUE, "tags"])
        value = f"{name[0]}{count}"
        step = rng.random()
        if step < 0.4:
            page = world.page()
            seen = values_seen(world, name)
            if not stale and name != "tags" and rng.random() < 0.3:
                # Another program saves between the page and the click: what the page did not show must stay.
                count += 1
                editor = Program()
                editor.read(world)
                between = {editor.database.get(name)}
                editor.write(world, **{name: f"{name[0]}{count}"})
                keeper.wrote(name, f"{name[0]}{count}", between)
                seen -= {f"{name[0]}{count}"}
            if crashes and rng.random() < 0.3:
                at = rng.choice(["before", "between", "between", "after"])
                world.crash = lambda where, at=at: where == at
            try:
                if name == "tags":
                    world.edit(Change("tags", "add", value))
                else:
                    dots = frozenset(page.fields[name].dots) if name in page.fields else frozenset()
                    world.edit(Change(name, "set", value, dots))
                landed = True
            except Crash as crash:
                landed = str(crash) != "before"
                world.restart()
            world.crash = lambda where: False
            if landed:
                keeper.wrote(name, value, seen if name != "tags" else set())
        elif step < 0.75:
            if not stale or program.database is None or rng.random() < 0.4:
                program.read(world)
            program.drops_mark = drops and rng.random() < 0.5
            if name == "tags":
                program.write(world, tags=[*program.database.get("tags", ()), value])
                keeper.wrote(name, value, set())
            else:
                seen = {program.database.get(name)}
                if stale and world.xmp and world.xmp.content.get(name) not in seen:
                    # Undecidable: a stale program sets a third value on the field that we changed.
                    seen.add(world.xmp.content.get(name))
                    keeper.excused += 1
                program.write(world, **{name: value})
                keeper.wrote(name, value, seen)
            if rng.random() < 0.6:
                world.scan()
        else:
            world.scan()
            if forgets and rng.random() < 0.3:
                world.hint = None
        if world.xmp and world.xmp.form == "tool" and (stale or drops):
            world.scan()  # what is overwritten before anybody saw it is nobody's to keep
    world.scan()
    world.scan()
    keeper.check(world)
    before = world.writes
    world.scan()
    assert world.writes == before, "an echo: a further scan wrote"
    return keeper


SETTINGS = {
    "fresh": {"stale": False, "drops": False, "crashes": False, "forgets": False},
    "crashes": {"stale": False, "drops": False, "crashes": True, "forgets": False},
    "marks dropped": {"stale": False, "drops": True, "crashes": True, "forgets": False},
    "index dropped": {"stale": False, "drops": True, "crashes": True, "forgets": True},
    "stale": {"stale": True, "drops": False, "crashes": False, "forgets": False},
}


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS)
def test_no_edit_is_lost(setting: str) -> None:
    for seed in range(300):
        unique_history(seed, **SETTINGS[setting])


def settled_history(seed: int, *, drops: bool = False) -> tuple[int, int]:
    """Small domains, one fresh editor at a time, a settle between: exactly the last value, nothing beside it.

    Return (edits, those that nobody can decide: a program took back all that we had changed).
    """
    rng = random.Random(seed)
    world = World()
    truth: dict[str, Any] = {}
    edits = undecided = 0
    for _ in range(rng.randint(5, 25)):
        edits += 1
        name = rng.choice(["title", "rating", "tags"])
        wanted = _small_value(rng, name)
        if rng.random() < 0.5:
            world.edit(Change(name, "clear") if wanted is None else Change(name, "set", wanted))
        else:
            program = Program(drops_mark=drops and rng.random() < 0.3)
            program.read(world)
            program.write(world, **{name: wanted})
        truth[name] = wanted
        world.scan()
        page = world.page()
        wrong = {key for key, value in truth.items() if page.value(key) != value}
        if wrong:
            listed = {key.partition("/")[0] for key in world.ledger.stale} if world.ledger else set()
            if not wrong <= listed:
                raise Lost(f"{[(key, page.value(key), truth[key]) for key in wrong]} and not listed")
            undecided += 1
            truth = {key: page.value(key) for key in truth}
        elif world.ledger and any(_values(held) > 1 for held in world.ledger.fields.values()):
            raise Lost(f"candidates left: {world.ledger.fields}")
    return edits, undecided


def _values(held: tuple[Candidate, ...]) -> int:
    return sum(candidate.v is not None for candidate in held)


def _small_value(rng: random.Random, name: str) -> Any:
    if name == "tags":
        return tuple(sorted(rng.sample(["a", "b", "c/d"], rng.randint(0, 3)))) or None
    return rng.choice([None, "x", "y"] if name == "title" else [None, 1, 2])


@pytest.mark.slow
@pytest.mark.parametrize("drops", [False, True])
def test_a_fresh_editor_gets_exactly_what_was_said_last(drops: bool) -> None:
    counts = [settled_history(seed, drops=drops) for seed in range(300)]
    edits, undecided = (sum(column) for column in zip(*counts, strict=True))
    assert undecided < 0.05 * edits


@pytest.mark.slow
def test_a_history_comes_out_the_same_twice() -> None:
    for seed in range(20):
        first, second = (unique_history(seed, **SETTINGS["index dropped"]) for _ in range(2))
        assert first.alive == second.alive


def _unique(setting: str) -> Callable[[], None]:
    def run() -> None:
        for seed in range(400):
            unique_history(seed, **SETTINGS[setting])

    return run


def _settled() -> None:
    for seed in range(300):
        settled_history(seed)


FAULTS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], Callable[[], None]]] = {
    "every program is taken to have read the newest": (
        lambda patch: patch.setattr(taking, "read_point", lambda known, has: known.contents[0]),
        _unique("stale"),
    ),
    "a mirror is taken to have landed": (
        lambda patch: patch.setattr(readpoint, "_doubtful", lambda *_: frozenset()),
        _unique("marks dropped"),
    ),
    "an edit replaces whatever stands": (
        lambda patch: patch.setattr(taking.Taking, "_edit", _edit_over_everything),
        _unique("crashes"),
    ),
    "a page's edit replaces what it did not show": (
        lambda patch: patch.setattr(World, "edit", _edit_of_all),
        _unique("fresh"),
    ),
    "what was met is not recorded": (
        lambda patch: patch.setattr(taking.Draft, "record", lambda *_: None),
        _unique("fresh"),
    ),
    "programs are never believed": (
        lambda patch: patch.setattr(taking.Taking, "_compare", lambda *_, **__: None),
        _settled,
    ),
    "a removal is no edit": (
        lambda patch: patch.setattr(taking.Taking, "_compare", _compare_present),
        _settled,
    ),
    "an accepted edit leaves the old value beside it": (
        lambda patch: patch.setattr(taking, "_hash", lambda _: "never"),
        _settled,
    ),
}

_real_edit, _real_compare, _real_world_edit = taking.Taking._edit, taking.Taking._compare, World.edit


def _edit_over_everything(self: Any, key: str, value: Any, kept: tuple[Candidate, ...]) -> None:
    _real_edit(self, key, value, ())


def _compare_present(self: Any, key: str, found: Any, *rest: Any, **named: Any) -> None:
    if found is not None:
        _real_compare(self, key, found, *rest, **named)


def _edit_of_all(self: World, *changes: Change, by: str = "alice") -> None:
    _real_world_edit(self, *(Change(c.field, c.op, c.value) for c in changes), by=by)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, run = FAULTS[fault]
    plant(monkeypatch)
    with pytest.raises((AssertionError, StopIteration)):
        run()
