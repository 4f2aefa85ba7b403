"""Several calls at once, one running at a time: who goes on is drawn by lot, so that a seed is a history."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence


class Turns:
    """Runs calls beside one another, each in a thread of which only one ever runs.

    `pause` is where another may take over: a disk calls it before each of its operations.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._likely = 0.5
        self._waiting: list[threading.Semaphore] = []
        self._alive: list[int] = []
        self._over = threading.Semaphore(0)
        self._failed: list[BaseException] = []
        self.now: int | None = None
        self.switches = 0

    def run(self, acts: Sequence[Callable[[], None]]) -> None:
        """Run all to their end; raises the first of what they raise."""
        self._likely = self._chance.choice([0.05, 0.3, 0.8])
        self._waiting = [threading.Semaphore(0) for _ in acts]
        self._alive, self._failed = list(range(len(acts))), []
        threads = [threading.Thread(target=self._run, args=one) for one in enumerate(acts)]
        for thread in threads:
            thread.start()
        self._next()
        self._over.acquire()
        for thread in threads:
            thread.join()
        if self._failed:
            raise self._failed[0]

    def pause(self) -> None:
        """Let another go on here, perhaps."""
        if self.now is None or len(self._alive) < 2 or self._chance.random() >= self._likely:
            return
        own = self.now
        self._next()
        self._waiting[own].acquire()

    def _run(self, number: int, act: Callable[[], None]) -> None:
        self._waiting[number].acquire()
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - raised again by `run`
            self._failed.append(error)
        self._alive.remove(number)
        self._next()

    def _next(self) -> None:
        if not self._alive:
            self.now = None
            self._over.release()
            return
        before, self.now = self.now, self._chance.choice(self._alive)
        self.switches += before != self.now
        self._waiting[self.now].release()
