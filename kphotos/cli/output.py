"""What the commands say: words and bars for people, one JSON document for programs, through one door."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

Step = Callable[[int, int | None], None]
"""Called with (done, of how many; None while nobody knows)."""


class Output:
    """Where a command's words go. With `--json`, stdout carries nothing but the one document."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self._people = Console(stderr=as_json, highlight=False, soft_wrap=True)
        self._errors = Console(stderr=True, highlight=False, soft_wrap=True)

    def say(self, sentence: str) -> None:
        """A line for people; nothing under `--json`."""
        if not self.as_json:
            self._people.print(Text(printable(sentence)))

    def note(self, sentence: str) -> None:
        """A line on stderr, also under `--json`: what happens on the way."""
        self._errors.print(Text(printable(sentence)))

    def result(self, document: Mapping[str, Any], people: Callable[[], None]) -> None:
        """The outcome: the document for programs, or `people()` prints it."""
        if self.as_json:
            print(json.dumps(document, ensure_ascii=True, sort_keys=True, default=_plain), flush=True)
        else:
            people()

    def error(self, code: str, message: str, **more: str | None) -> None:
        """A refusal: the same code and sentence that the web's API gives."""
        told = {name: text for name, text in more.items() if text}
        if self.as_json:
            self.result({"error": {"code": code, "message": message, **told}}, lambda: None)
            return
        self._errors.print(Text.assemble(("kphotos: ", "bold red"), printable(message)))
        for text in told.values():
            self._errors.print(Text("  " + printable(text)))

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Rows under heads; cells may wrap, nothing is cut."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for head in heads:
            table.add_column(head, overflow="fold")
        for row in rows:
            table.add_row(*(Text(printable(str(cell))) for cell in row))
        self._people.print(table)

    @contextmanager
    def progress(self, what: str) -> Iterator[Step]:
        """A bar that knows how much is left; without a terminal only the beginning is said."""
        if self.as_json or not self._errors.is_terminal:
            yield lambda done, total: None
            return
        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._errors, transient=True) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)


def printable(text: str) -> str:
    """Text that cannot move a cursor or forge a line: control characters and lone bytes are escaped."""
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in text
    )


def _plain(value: object) -> object:
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def stdout_is_gone() -> None:
    """After a BrokenPipeError (`| head`): nobody reads on, so nothing more is written, not even at exit."""
    sys.stdout = open("/dev/null", "w")  # noqa: SIM115, PTH123  # the interpreter flushes it at exit
