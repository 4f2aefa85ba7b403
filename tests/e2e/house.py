"""A real K-Photos for tests: `kphotos start` on a library of its own, its address, its processes."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.photos import jpeg

ROOT = Path(__file__).parents[2]
PATIENCE = 40.0
# Root without what lets it through every permission; setpriv becomes the command it is given.
MORTAL = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


@dataclass(frozen=True, slots=True)
class House:
    """A running K-Photos: its folder of photos, its own home, where it answers, what it says."""

    library: Path
    home: Path
    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def cli(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `kphotos` in the same home."""
        return run(self.home, *words)

    def processes(self) -> dict[str, int]:
        """The process ids of the running parts, by name."""
        pids = children(self.process.pid)
        lines = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in pids}
        return {words[3].decode(): pid for pid, words in lines.items() if len(words) > 3}


def children(pid: int) -> list[int]:
    """The processes that a process has started, in whichever thread."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`kphotos` as a process of its own; never raises for an exit code."""
    command = [sys.executable, "-m", "kphotos", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment(home), capture_output=True, text=True, timeout=120, check=False
    )


def environment(home: Path, **settings: str) -> dict[str, str]:
    """The variables of this process without any setting of K-Photos in them, and these instead."""
    ours = (
        "STORAGE_PATH",
        "PORT",
        "HOST",
        "DATABASE_URL",
        "QUEUE_URL",
        "JWT_SECRET",
        "PUBLIC_URL",
        "LOG_LEVEL",
    )
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "STORAGE_PATH": str(home), "LOG_LEVEL": "info", **settings}


@contextmanager
def started(
    library: Path, home: Path, *, before: Sequence[str] = (), mortal: bool = False, **settings: str
) -> Iterator[House]:
    """`kphotos start LIBRARY`, ready; ended with SIGTERM, which must take all of it away.

    `before` is put before the command: a program that watches it, and passes the signal on. A `mortal`
    one finds closed what is closed to it, also when root runs the tests.
    """
    port = free_port()
    home.mkdir(parents=True, exist_ok=True)
    log = home.with_name(home.name + ".log")
    rights = MORTAL if mortal and os.geteuid() == 0 else ()
    command = [*before, *rights, sys.executable, "-m", "kphotos", "start", str(library)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(home, PORT=str(port), **settings),
            stdout=out,
            stderr=out,
        )
    house = House(library, home, f"http://127.0.0.1:{port}", process, log)
    try:
        wait_ready(house)
        yield house
    finally:
        if process.poll() is None:
            # A watching program keeps signals for itself: the one that is meant is its child.
            for pid in children(process.pid) if before else [process.pid]:
                os.kill(pid, signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired as error:
                process.kill()
                process.wait()
                raise AssertionError(f"SIGTERM did not end it:\n{log.read_text()}") from error


def wait_ready(house: House) -> None:
    """Until /healthz answers 200; the log is the reason when it does not."""
    deadline = time.monotonic() + PATIENCE
    while True:
        assert house.process.poll() is None, f"it ended:\n{house.log.read_text()}"
        try:
            with urllib.request.urlopen(f"{house.address}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pass
        assert time.monotonic() < deadline, f"not ready in {PATIENCE} s:\n{house.log.read_text()}"
        time.sleep(0.1)


def until(true: Callable[[], object], seconds: float = 15) -> float:
    """Wait for a condition; the seconds it took, AssertionError if it does not hold in time."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, f"it did not happen within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - begun


def free_port() -> int:
    """A port that nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def small_library(folder: Path, photos: int = 12) -> Path:
    """Some photos over several days and two years; IMG_01.JPG is the newest."""
    for number in range(1, photos + 1):
        year, day = (2024, 28 - number) if number <= photos // 2 else (2023, number)
        jpeg(
            folder / f"IMG_{number:02}.JPG",
            size=(96, 64) if number % 3 else (64, 96),
            taken=f"{year}-06-{day:02}T10:{number:02}:00",
            offset="+02:00" if number % 2 else None,
            camera=("Canon", "Canon EOS R6"),
        )
    return folder


def sums(library: Path) -> dict[str, str]:
    """The sha256 of every original, by its path."""
    return {
        str(path.relative_to(library)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(library.rglob("*.JPG"))
    }
