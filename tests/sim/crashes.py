"""The process dies before any one of its operations; the power may go with it."""

from __future__ import annotations

from collections.abc import Callable

from sync.ports import FS
from tests.sim.memfs import Crash, MemFS

CUTS = ("process killed", "power cut, names lost", "power cut, names kept")


def cut_short(fs: FS, number: int, act: Callable[[], object]) -> bool:
    """Act, the process dying before its operation of that number; whether it came to its end first."""
    assert isinstance(fs, MemFS)
    end = fs.operations + number

    def stop(at: int, operation: str, path: str) -> None:
        if at == end:
            raise Crash

    fs.before = stop
    try:
        act()
    except Crash:
        return False
    finally:
        fs.before = lambda at, operation, path: None
    return True


def befall(fs: FS, cut: str) -> None:
    """One of CUTS: the disk keeps everything, or what was synced, or of the rest the empty names too."""
    assert isinstance(fs, MemFS)
    if cut != "process killed":
        fs.power_cut(keep_names=cut == "power cut, names kept")
