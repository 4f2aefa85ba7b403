"""What must still be found of what people and programs wrote: the book that histories are judged by.

Whoever writes a value replaces what he saw; what nobody who had seen it replaced must be found, as a
candidate or listed as stale. Nothing here knows how the engine decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sync.core.model import Ledger
from sync.core.values import text

REGISTERS = ("title", "description", "gps")


class Lost(AssertionError):
    """A value that nobody who had seen it replaced, and that is nowhere to be found."""


@dataclass(frozen=True, slots=True)
class Written:
    """One value somebody wrote (None: a removal) and the numbers of those he saw.

    Not `is_sure`: it was never acknowledged, and counts only if it is met somewhere. (A removal is
    met nowhere: one that was not acknowledged may have come to something.) `read`: a program knows
    values, not edits; whoever returns meanwhile to the value that it read is not told from it.
    """

    key: str
    value: str | None
    over: frozenset[int]
    is_sure: bool = True
    read: str | None = None

    def hides(self, number: int, other: Written) -> bool:
        """Whether a program, whose line has this number, took another's return for what it had read."""
        return (self.key, self.read) == (other.key, other.value) and number not in other.over


@dataclass(slots=True)
class Book:
    """Everything written to one photo, in order."""

    lines: list[Written] = field(default_factory=list)

    def seeing(self, key: str, values: Iterable[str], until: int) -> frozenset[int]:
        """The numbers of the lines that a reader of these values at that point saw."""
        held = set(values)
        return frozenset(
            n for n, line in enumerate(self.lines[:until]) if line.key == key and line.value in held
        )

    def wrote(
        self,
        key: str,
        value: str | None,
        over: frozenset[int],
        *,
        is_sure: bool = True,
        read: str | None = None,
    ) -> None:
        """Enter one value."""
        self.lines.append(Written(key, value, over, is_sure, read))

    def acknowledge(self, number: int) -> None:
        """A line that was not sure has been acknowledged."""
        self.lines[number] = replace(self.lines[number], is_sure=True)

    def alive(
        self, held: Mapping[str, set[str]], met: Collection[tuple[str, str]] = ()
    ) -> dict[str, set[str]]:
        """The values of each key that nobody replaced, of those that came to anything at all.

        `met` are values of keys that somebody found although they stand no more.
        """
        seen = frozenset().union(*(line.over for line in self.lines))
        first: dict[tuple[str, str | None], int] = {}
        for number, line in enumerate(self.lines):
            first.setdefault((line.key, line.value), number)  # who meets a value again met that one
        real = [
            (number, line)
            for number, line in enumerate(self.lines)
            if line.is_sure
            or line.value is None
            or line.value in held.get(line.key, ())
            or (first[line.key, line.value] == number and number in seen)
            or (line.key, line.value) in met
            or any(other.hides(at, line) for at, other in enumerate(self.lines))
        ]
        # A return to an earlier value that was not acknowledged may have come to something, or not.
        perhaps = [line for number, line in enumerate(self.lines) if number in seen]
        replaced = frozenset().union(*(line.over for line in (*perhaps, *(line for _, line in real))))
        alive: dict[str, set[str]] = {}
        for number, line in real:
            if line.value is None or number in replaced:
                continue
            if not any(other.hides(at, line) for at, other in real):
                alive.setdefault(line.key, set()).add(line.value)
        return alive

    def concurrent(self) -> int:
        """How many edits have another of their key beside them, neither knowing of what the other became."""
        past: list[frozenset[int]] = []
        for line in self.lines:
            past.append(line.over.union(*(past[n] for n in line.over)))
        return sum(
            any(
                line.key == other.key and number != at and number not in past[at] and at not in past[number]
                for at, other in enumerate(self.lines)
            )
            for number, line in enumerate(self.lines)
        )

    def judge(self, ledger: Ledger, excused: Iterable[tuple[str, str]] = ()) -> int:
        """Raise Lost if anything alive is not held; else the number of candidates that should not be.

        `excused` are values of keys of which nobody can tell (ABSORB's undecidable cases, counted).
        """
        held = values_of(ledger)
        excused = list(excused)
        for key, value in self._missing(ledger, excused):
            if (key, value) not in excused:
                raise Lost(f"{key}: {[value]} of {sorted(held.get(key, ()))}")
        alive = self.alive(held, excused)
        return sum(len(values - alive.get(key, set())) for key, values in held.items() if len(values) > 1)

    def undone(self, ledger: Ledger, excused: Iterable[tuple[str, str]]) -> int:
        """How many of the excused values are really gone, and listed nowhere."""
        excused = list(excused)
        return len(self._missing(ledger, excused) & {*excused})

    def _missing(self, ledger: Ledger, met: list[tuple[str, str]]) -> set[tuple[str, str]]:
        held = values_of(ledger)
        listed = {key: {text(v) for v in entries.values()} for key, entries in ledger.stale.items()}
        missing: set[tuple[str, str]] = set()
        for key, values in self.alive(held, met).items():
            if key.startswith("tags/") and key in listed:
                continue  # its removal is listed for a person to decide
            missing |= {(key, value) for value in values - held.get(key, set()) - listed.get(key, set())}
        return missing


def raised(book: Book, buried: dict[tuple[str, str], int], ledger: Ledger) -> list[str]:
    """What is held that was found nowhere at an earlier rest, and that nobody has written since.

    `buried` is what was found nowhere, with the length of the book then; it is brought up to date.
    """
    held = values_of(ledger)
    listed = {key: {text(v) for v in entries.values()} for key, entries in ledger.stale.items()}
    again = {(line.key, line.value): number for number, line in enumerate(book.lines)}
    risen = [
        f"{key}: {value}"
        for (key, value), until in buried.items()
        if value in held.get(key, ()) and again[key, value] < until
    ]
    buried.clear()
    for line in book.lines:
        found = held.get(line.key, set()) | listed.get(line.key, set())
        if line.value is not None and line.value not in found:
            buried[line.key, line.value] = len(book.lines)
    return risen


def values_of(ledger: Ledger) -> dict[str, set[str]]:
    """Every live value of a ledger as text, by key."""
    held = {
        name: {text(c.v) for c in candidates if c.v is not None} for name, candidates in ledger.fields.items()
    }
    held.update({f"tags/{name}": {text(True)} for name in ledger.sets.get("tags", {})})
    return held


def values_under(ledger: Ledger, key: str, dots: Iterable[str]) -> set[str]:
    """The values of a key that a page showing these dots showed: candidates and stale entries."""
    shown = frozenset(dots)
    if key.startswith("tags/"):
        return {text(True)} if shown.intersection(ledger.sets.get("tags", {}).get(key[5:], ())) else set()
    seen = {text(c.v) for c in ledger.fields.get(key, ()) if c.at in shown}
    return seen | {text(v) for at, v in ledger.stale.get(key, {}).items() if at in shown}


def keyed_values(content: Mapping[str, Any]) -> dict[str, str]:
    """A file's content as key -> text."""
    flat = {name: text(content[name]) for name in REGISTERS if content.get(name) is not None}
    flat.update({f"tags/{tag}": text(True) for tag in content.get("tags") or ()})
    return flat
