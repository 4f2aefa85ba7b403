"""What histories are made of: settings, pictures with their books, pages, what an index has of an asset."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from sync.core.values import text
from sync.engine import Asset
from tests.sim.oracles import Book, values_under
from tests.sync.machines import Machine

Facts = tuple[str, ...]
YEAR = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Setting:
    """What may happen in a history beside edits.

    `notes`: each save of a program has a property of its own in it. `programs` False: nobody but people.
    `holds`: a program may have a file open for long before it writes. `wanders`: photos are moved alone.
    """

    name: str
    programs: bool = True
    notes: bool = True
    stale: bool = False
    deaf: bool = False
    replicated: bool = False
    drops: bool = False
    crashes: bool = False
    forgets: bool = False
    races: bool = False
    holds: bool = False
    errors: bool = False
    moves: bool = False
    wanders: bool = False
    upheavals: bool = False
    recorded: bool = False


@dataclass(slots=True)
class Page:
    """One photo as somebody has it before him; `mark` is how much of the book could be seen on it."""

    asset: Asset
    mark: int

    def dots(self, name: str) -> frozenset[str]:
        """The dots of a field that the page shows."""
        shown = self.asset.document.fields.get(name)
        return frozenset(shown.dots) if shown else frozenset()

    def over(self, book: Book, key: str) -> frozenset[int]:
        """What an edit from this page replaces."""
        dots = self.dots(key.partition("/")[0])
        return book.seeing(key, values_under(self.asset.ledger, key, dots), self.mark)


@dataclass(frozen=True, slots=True)
class Among:
    """What a house shares with the others it works together with; `machine` is its own."""

    machine: Machine
    rng: random.Random
    trace: list[str]
    counts: dict[str, int]
    pictures: dict[bytes, Picture]


@dataclass(slots=True)
class Picture:
    """What is kept of one picture, wherever it lies: its book, and of what nobody can tell (`undone`: gone).

    `notes` is the book of the properties that K-Photos does not know. `buried` are the values
    that were found nowhere at a rest: nobody but who writes them anew may bring them back.
    """

    book: Book = field(default_factory=Book)
    notes: Book = field(default_factory=Book)
    buried: dict[tuple[str, str], int] = field(default_factory=dict)
    excused: list[tuple[str, str]] = field(default_factory=list)
    undone: int = 0


def facts(asset: Asset) -> Facts:
    """What an index has of an asset; a rollback is told once, and over when it is mended."""
    document = asset.document
    values = {name: shown.value for name, shown in document.fields.items()}
    problems = sorted(problem.kind for problem in asset.problems if problem.kind != "rollback")
    return (
        asset.id,
        text(values),
        text(sorted(document.conflicts)),
        text(document.trashed),
        text({key: sorted(map(text, entries.values())) for key, entries in document.stale.items()}),
        text(problems),
    )
