"""One act of the real engine in a process to be killed in: `python -m tests.crash.act ACT FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from sync.core.model import Change
from sync.errors import SyncError
from tests.crash.scenarios import PHOTO, SCENARIOS, SIDECAR, machine_of

REFUSED = 3


def act(name: str, folder: Path) -> None:
    """Do it; what it says afterwards is the acknowledgement."""
    if name in SCENARIOS:
        scenario = SCENARIOS[name]
        scenario.act(machine_of(folder, overlaid=scenario.is_overlaid))
    elif name == "record":
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
    try:
        act(sys.argv[1], Path(sys.argv[2]))
    except SyncError as error:
        sys.stdout.write(f"refused: {error.reason}\n")
        raise SystemExit(REFUSED) from error
    sys.stdout.write("done\n")
    sys.stdout.flush()
