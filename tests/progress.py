"""How far a long run is, for a person who waits for it."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_LINE_SECONDS = 60.0


class ProgressBar:
    """A bar on stderr where that is a terminal, elsewhere a line a minute; silent without `show`."""

    def __init__(self, name: str, total: int | None, *, show: bool = True) -> None:
        self._name, self._total = name, total
        self._console = Console(stderr=True)
        self._lines = show and not self._console.is_terminal
        self._said = time.monotonic()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        is_drawn = show and self._console.is_terminal
        self._bar = Progress(*columns, console=self._console, disable=not is_drawn)
        self._task = self._bar.add_task(name, total=total)

    def __enter__(self) -> ProgressBar:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def tell(self, done: int) -> None:
        """So many are done."""
        self._bar.update(self._task, completed=done)
        if self._lines and time.monotonic() - self._said >= _LINE_SECONDS:
            self._said = time.monotonic()
            of = "" if self._total is None else f" of {self._total:,}"
            self._console.print(f"{self._name}: {done:,}{of}", highlight=False)
