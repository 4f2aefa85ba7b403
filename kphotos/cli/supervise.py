"""Runs the parts of K-Photos as child processes: starts, watches, restarts, and ends them together.

A part that dies is started again after a pause that doubles, and that is said. A part that gives up at once
with `USAGE` or `UNAVAILABLE` would do so for ever (a port in use, a bad setting): then everything ends with
its code. A signal's handler takes no lock, or it could wait for ever for the very code that it interrupts: it
leaves a plain flag, and the loop looks at it each `TICK`. Each child holds the reading end of a pipe whose
other end only this process has, so that even a supervisor killed with SIGKILL leaves no child behind.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from kphotos.cli.exits import OK, UNAVAILABLE, USAGE

LIFELINE = "KPHOTOS_LIFELINE"
TICK = 0.1
PATIENCE = 8.0
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
STEADY = 60.0


@dataclass(frozen=True, slots=True)
class Part:
    """A process to keep alive: its name for people, and its command line."""

    name: str
    command: tuple[str, ...]


@dataclass(slots=True)
class Child:
    """What is known of one part: its running process, if any, and when it may be started (again)."""

    part: Part
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    begun: float = 0.0
    due: float = field(default_factory=time.monotonic)

    def start(self, lifeline: int) -> None:
        environment = {**os.environ, LIFELINE: str(lifeline)}
        # An own session: Ctrl-C in the terminal reaches the supervisor only, which then ends the parts.
        self.process = subprocess.Popen(
            self.part.command,
            pass_fds=(lifeline,),
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.begun = time.monotonic()

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


class Supervisor:
    """Keeps the parts running until SIGINT or SIGTERM, `stop()`, or a failure that a restart cannot mend."""

    def __init__(self, parts: Sequence[Part], say: Callable[[str], None], ready: Callable[[], bool]) -> None:
        self.children = [Child(part) for part in parts]
        self._say = say
        self._ready: Callable[[], bool] | None = ready
        self._is_stopping = False
        self._code = OK

    def run(self) -> int:
        """Blocks; returns the exit code for the whole program."""
        before = {
            number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)
        }
        lifeline, held = os.pipe()
        try:
            while not self._is_stopping:
                for child in self.children:
                    self._tend(child, lifeline)
                # The address is announced once, when the pages answer; `ready` says it.
                if self._ready is not None and self._ready():
                    self._ready = None
                time.sleep(TICK)
            self._end_all()
        finally:
            os.close(held)
            os.close(lifeline)
            for number, handler in before.items():
                signal.signal(number, handler)
        return self._code

    def stop(self, code: int = OK) -> None:
        """Ask the loop to end all parts; the first code given stands."""
        if not self._is_stopping:
            self._code = code
            self._is_stopping = True

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._is_stopping:  # asked twice: do not wait for anyone
            for child in self.children:
                child.signal(signal.SIGKILL)
        self.stop()

    def _tend(self, child: Child, lifeline: int) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.due:
                child.start(lifeline)
            return
        code = child.process.poll()
        if code is None:
            if child.failures and now - child.begun > STEADY:
                child.failures = 0
            return
        child.process = None
        if code in (USAGE, UNAVAILABLE) and now - child.begun < STEADY:
            self._say(f"{child.part.name} cannot run, so everything stops; the reason stands above")
            self.stop(code)
            return
        pause = PAUSES[min(child.failures, len(PAUSES) - 1)]
        child.failures += 1
        child.due = now + pause
        self._say(f"{child.part.name} {ending(code)}; it is started again in {pause:g} s")

    def _end_all(self) -> None:
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._say(
                    f"{child.part.name} did not end within {PATIENCE:g} s and is killed; nothing is lost"
                )
                child.process.kill()
                child.process.wait()


def ending(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"


def hold_lifeline() -> None:
    """In a child: when the supervisor is gone, end as if asked to. Does nothing where nobody supervises."""
    handed = os.environ.pop(LIFELINE, "")
    if not handed.isdigit():
        return
    lifeline = int(handed)
    os.set_inheritable(lifeline, False)

    def wait_for_end() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait_for_end, name="lifeline", daemon=True).start()
