"""Runs a command and tells what it took: wall and CPU seconds, memory of all its processes together."""

import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

_PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 1024**2
_EVERY = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """One command: wall and CPU seconds, what it printed.

    `rss_mib` is the largest sum, seen ten times a second, of the resident sizes of the process and all that
    it had started; what they share counts for each.
    """

    seconds: float
    cpu_seconds: float
    rss_mib: float
    output: str


def timed(command: list[str], environment: Mapping[str, str]) -> Run:
    """Run a command to its end; RuntimeError with its last words if it fails."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        begun = perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=errors, env={**os.environ, **environment})
        with _Memory(process.pid) as memory:
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = perf_counter() - begun
        errors.seek(0)
        if process.returncode not in (0, 1):
            raise RuntimeError(
                f"{' '.join(command)} ended with {process.returncode}: {errors.read()[-2000:]}"
            )
        out.seek(0)
        most = max(memory.most, used.ru_maxrss / 1024)
        return Run(seconds, used.ru_utime + used.ru_stime, most, out.read())


class _Memory(threading.Thread):
    """Adds up the resident sizes of a process and its descendants, while the block lasts."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._over = pid, threading.Event()
        self.most = 0.0

    def run(self) -> None:
        while not self._over.wait(_EVERY):
            self.most = max(self.most, sum(_resident_mib(pid) for pid in tree(self._pid)))

    def __enter__(self) -> "_Memory":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()


def tree(pid: int) -> Iterator[int]:
    """A process and all that it has started, as far as they still run."""
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from tree(int(child))


def _resident_mib(pid: int) -> float:
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_MIB
    return 0.0
