"""An edit of many photos, in a process to be killed in: `python -m tests.crash.act_many DIR`."""

from __future__ import annotations

import sys
from pathlib import Path

from sync.core.model import Change
from sync.engine import Site, Volume
from sync.osfs import FileLock, OsFS, SystemClock, SystemRng
from tests.sim.world import MemMemory
from tests.sync.machines import Machine
from tests.sync.sides import DiskHands

PHOTOS = [f"M_{number}.JPG" for number in range(10)]


def machine_of(folder: Path) -> Machine:
    """The site whose volume is DIR/volume, begun anew: what it had observed is forgotten."""
    root, memory, rng = folder / "volume", MemMemory(), SystemRng()
    fs = OsFS(root)
    site = Site("site-1", rng.hex(8), memory, FileLock(folder / "locks"), SystemClock(), rng)
    starts = int(rng.hex(8), 16)  # from which the node is made: no two processes share one
    return Machine(fs, DiskHands(root), site, Volume("volume-1", fs), memory, starts=starts)


def act(folder: Path) -> None:
    """Do it; what is said afterwards is the acknowledgement."""
    items = [(photo, [Change("title", "set", "New", bulk="b1")]) for photo in PHOTOS]
    list(machine_of(folder).engine.edit_many(items, "user:alice", "b1"))


if __name__ == "__main__":
    act(Path(sys.argv[1]))
    sys.stdout.write("done\n")
    sys.stdout.flush()
