"""One act of the real engine in a process to be killed in: `python -m tests.crash.act ACT FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from sync.core.model import Change
from sync.engine import Site, Volume
from sync.osfs import FileLock, OsFS, SystemClock, SystemRng
from tests.sim.world import MemMemory
from tests.sync.machines import Machine
from tests.sync.sides import DiskHands

PHOTO = "IMG_1.JPG"
SIDECAR, LEDGER = PHOTO + ".xmp", PHOTO + ".kphotos.json"


def machine_of(folder: Path) -> Machine:
    """The site whose volume is FOLDER/volume, begun anew: what it had observed is forgotten."""
    root, memory, rng = folder / "volume", MemMemory(), SystemRng()
    fs = OsFS(root)
    site = Site("site-1", rng.hex(8), memory, FileLock(folder / "locks"), SystemClock(), rng)
    starts = int(rng.hex(8), 16)  # from which the node is made: no two processes share one
    return Machine(fs, DiskHands(root), site, Volume("volume-1", fs), memory, starts=starts)


def act(name: str, folder: Path) -> None:
    """Do it; what it says afterwards is the acknowledgement."""
    if name == "record":
        # The engine's own acts, killed a hundred times, do not wait for all of K-Photos to be imported.
        from kphotos import records
        from kphotos.config import from_env

        settings = from_env({"STORAGE_PATH": str(folder / "home")}, dotenv=None)
        records.save(settings, "album", "a1", {"title": "New"})
    elif name == "edit":
        machine_of(folder).engine.edit(PHOTO, [Change("title", "set", "New")], "user:alice")
    else:
        list(machine_of(folder).engine.touch([SIDECAR]))


if __name__ == "__main__":
    act(sys.argv[1], Path(sys.argv[2]))
    sys.stdout.write("done\n")
    sys.stdout.flush()
