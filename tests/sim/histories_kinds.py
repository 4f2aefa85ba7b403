"""Every kind of history by its name: what a seed file, a test and scripts/simulate all run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.sim.histories import Scene
from tests.sim.histories_faults import Point, strike
from tests.sim.histories_replicated import Replicated
from tests.sim.histories_settled import Settled
from tests.sim.histories_stale import Stale
from tests.sim.histories_wild import SETTINGS, Wild

STEPS = 12


@dataclass(frozen=True, slots=True)
class Ran:
    """One history that went well: its trace, and what is to be counted of it."""

    trace: tuple[str, ...]
    counts: Mapping[str, int] = field(default_factory=dict)


def wild(name: str) -> Callable[[int, int], Ran]:
    """Runs a history of everything at once, in one setting."""
    setting = next(setting for setting in SETTINGS if setting.name == name)

    def run(seed: int, steps: int) -> Ran:
        history = Wild(seed, setting).run(steps)
        undecidable = sum(map(len, history.scene.excused.values()))
        return _ran(history.scene, false_candidates=history.false, undecidable=undecidable)

    return run


def settled(seed: int, steps: int, *, drops: bool = False) -> Ran:
    """Runs a history of one fresh editor at a time."""
    history = Settled(seed, drops=drops).run(steps)
    return _ran(history.scene, edits=history.edits, undecidable=history.undecided)


def stale(seed: int, steps: int, *, deaf: bool = False) -> Ran:
    """Runs a history of people beside one program with an old database."""
    history = Stale(seed, deaf=deaf).run(steps)
    return _ran(
        history.scene,
        edits=history.edits,
        kept_from_stale=history.kept,
        taken=history.taken,
        taken_for_stale=history.taken_for_stale,
        undecidable=history.same_field,
    )


def replicated(seed: int, steps: int, *, sites: int = 2, copies: bool = True) -> Ran:
    """Runs a history of several sites under a sync tool, then lets all come to rest."""
    history = Replicated(seed, sites, copies=copies).run(steps)
    counts = {
        "edits": history.edits,
        "false_candidates": history.false,
        "conflict_copies_made": history.tool.made,
        "foreign_copies_listed": history.foreign,
    }
    return Ran(tuple(history.trace), counts)


KINDS: Mapping[str, Callable[[int, int], Ran]] = {
    **{setting.name: wild(setting.name) for setting in SETTINGS},
    "settled": settled,
    "settled, marks dropped": lambda seed, steps: settled(seed, steps, drops=True),
    "stale": stale,
    "stale, never reads": lambda seed, steps: stale(seed, steps, deaf=True),
    "2 sites": replicated,
    "3 sites": lambda seed, steps: replicated(seed, steps, sites=3),
    "2 sites, no conflict copies": lambda seed, steps: replicated(seed, steps, copies=False),
}


def run(kind: str, seed: int, steps: int = STEPS) -> Ran:
    """Run one history; AssertionError names what does not hold. "fault EIO 107" is one of a recorded one."""
    if kind.startswith("fault "):
        _, fault, operation = kind.split()
        return _ran(strike(Point(seed, int(operation), fault)).scene)
    return KINDS[kind](seed, steps)


def _ran(scene: Scene, **more: int) -> Ran:
    return Ran(tuple(scene.trace), {**scene.counts, **more})
