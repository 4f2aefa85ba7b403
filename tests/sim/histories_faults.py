"""A recorded history again, with a crash or an error at one of the engine's file operations."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass

from tests.sim.histories_values import Setting
from tests.sim.histories_wild import Wild

RECORDED = Setting("recorded", recorded=True)
KINDS = ("crash", "EIO", "ENOSPC", "EACCES", "ESTALE")
STEPS = 6


@dataclass(frozen=True, slots=True)
class Point:
    """One fault: at which operation of which history, and of what kind."""

    seed: int
    operation: int
    kind: str

    def error(self) -> OSError | None:
        """What the operation fails with; None stands for a crash."""
        if self.kind == "crash":
            return None
        number = getattr(errno, self.kind)
        return OSError(number, os.strerror(number))


def points(seed: int, *, every: int = 1) -> Iterator[Point]:
    """Each fault of a history, or each n-th, beginning elsewhere for each seed."""
    recorded = Wild(seed, RECORDED)
    recorded.run(STEPS, rests=STEPS)
    numbered = [(at, kind) for at in recorded.scene.asked for kind in KINDS]
    for at, kind in numbered[seed % every :: every]:
        yield Point(seed, at, kind)


def strike(point: Point) -> Wild:
    """The history with its fault; all that must hold at rest has been checked."""
    history = Wild(point.seed, RECORDED)
    history.scene.fault = point.operation, point.error()
    return history.run(STEPS, rests=STEPS)
