"""A line on stderr that says how far a long run is, for a person who waits for it."""

from __future__ import annotations

import sys
import time
from types import TracebackType

_WIDTH = 40


class ProgressBar:
    """`name [####    ] 40 of 200, 3 min left`; silent where nobody looks, or without `show`."""

    def __init__(self, name: str, total: int, *, show: bool = True) -> None:
        self._name, self._total = name, max(total, 1)
        self._show = show and sys.stderr.isatty()
        self._begun = time.monotonic()

    def __enter__(self) -> ProgressBar:
        self.tell(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._show:
            sys.stderr.write("\n")

    def tell(self, done: int) -> None:
        """So many are done."""
        if not self._show:
            return
        bar = "#" * (_WIDTH * done // self._total)
        left = (time.monotonic() - self._begun) / done * (self._total - done) / 60 if done else 0.0
        words = f"{done} of {self._total}" + (f", {left:.0f} min left" if done else "")
        sys.stderr.write(f"\r{self._name} [{bar:{_WIDTH}}] {words}   ")
        sys.stderr.flush()
