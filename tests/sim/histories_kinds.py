"""Every kind of history by its name: what a seed file, a test and scripts/simulate all run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tests.sim.histories import Scene
from tests.sim.histories_faults import Point, strike
from tests.sim.histories_fleet import FLEETS, Fleet, Together
from tests.sim.histories_roaming import ROAMS, Roam, Roaming
from tests.sim.histories_settled import Settled
from tests.sim.histories_shared import SHARES, Share, Shared
from tests.sim.histories_stale import Stale
from tests.sim.histories_wild import SETTINGS, Wild

STEPS = 12


@dataclass(frozen=True, slots=True)
class Ran:
    """One history that went well: its trace, what is to be counted of it, and its rounds to each rest."""

    trace: tuple[str, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    rounds: tuple[int, ...] = ()


def wild(name: str) -> Callable[[int, int], Ran]:
    """Runs a history of everything at once, in one setting."""
    setting = next(setting for setting in SETTINGS if setting.name == name)

    def run(seed: int, steps: int) -> Ran:
        rests = 8 if setting.holds else 4  # who is late needs time
        history = Wild(seed, setting).run(steps, rests=rests)
        ran = _ran(history.scene, undecidable=sum(map(len, history.scene.excused.values())))
        return replace(
            ran, counts={**ran.counts, "false candidates": history.false}, rounds=(history.rounds,)
        )

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
        taken_from_stale=history.taken,
        taken_for_stale=history.taken_for_stale,
        undecidable=history.same_field,
    )


def fleet(one: Fleet) -> Callable[[int, int], Ran]:
    """Runs a history of several sites under a sync tool."""

    def run(seed: int, steps: int) -> Ran:
        history = Together(seed, one).run(3 * steps // 2)
        counts = {"conflict copies made": history.tool.made, "false candidates": history.false}
        return _together(history, {**counts, "overwritten by the tool": len(history.tool.overwritten)})

    return run


def shared(one: Share) -> Callable[[int, int], Ran]:
    """Runs a history of two instances on one folder."""

    def run(seed: int, steps: int) -> Ran:
        history = Shared(seed, one).run(steps)
        return _together(history, {"false candidates": history.false})

    return run


def roaming(one: Roam) -> Callable[[int, int], Ran]:
    """Runs a history of photos that are moved while the sync tool is at work."""

    def run(seed: int, steps: int) -> Ran:
        history = Roaming(seed, one).run(2 * steps)
        counts = {**history.counts, "conflict copies made": history.tool.made}
        return Ran(tuple(history.trace), counts, tuple(history.rounds))

    return run


def _together(history: Together | Shared, counts: Mapping[str, int]) -> Ran:
    pictures = history.pictures.values()
    more = {
        "concurrent edits": sum(picture.book.concurrent() for picture in pictures),
        "undone by an old database": sum(picture.undone for picture in pictures),
    }
    return Ran(tuple(history.trace), {**history.counts, **counts, **more}, tuple(history.rounds))


KINDS: Mapping[str, Callable[[int, int], Ran]] = {
    **{setting.name: wild(setting.name) for setting in SETTINGS},
    "settled": settled,
    "settled, marks dropped": lambda seed, steps: settled(seed, steps, drops=True),
    "stale": stale,
    "stale, never reads": lambda seed, steps: stale(seed, steps, deaf=True),
    **{one.name: fleet(one) for one in FLEETS},
    **{one.name: shared(one) for one in SHARES},
    **{one.name: roaming(one) for one in ROAMS},
}


def run(kind: str, seed: int, steps: int = STEPS) -> Ran:
    """Run one history; AssertionError names what does not hold. "fault EIO 107" is one of a recorded one."""
    if kind.startswith("fault "):
        _, fault, operation = kind.split()
        return _ran(strike(Point(seed, int(operation), fault)).scene)
    return KINDS[kind](seed, steps)


def _ran(scene: Scene, **more: int) -> Ran:
    return Ran(tuple(scene.trace), {**scene.counts, **more})


def sites_of(kind: str) -> str:
    """How many replicas there are in a kind of history: "1", "2", "3" or "one folder, two instances"."""
    if kind in {share.name for share in SHARES}:
        return "one folder, two instances"
    return kind[0] if kind in {one.name for one in (*FLEETS, *ROAMS)} else "1"
