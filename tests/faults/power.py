"""Power cuts: the disk under a busy K-Photos goes at a random moment; what was acknowledged is there after.

The cut is ext4's own shutdown without a flush of its journal: what was not fsynced is gone, exactly as when
the plug is pulled. Volume, home, index and records all lie on that disk.
"""

from __future__ import annotations

import multiprocessing
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sync.codecs import ledger as ledgers
from sync.codecs import xmp
from sync.errors import SyncError
from tests.e2e.house import sums
from tests.faults import editing
from tests.faults.disks import LoopDisk
from tests.progress import ProgressBar
from tests.sim.oracles import Book, Lost, values_of

PHOTOS = 6
CUTS_PER_DISK = 25
PATIENCE = 60.0


@dataclass
class Tally:
    """What the cuts met, and what came of it."""

    cuts: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    in_flight: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    recoveries: list[float] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        seconds = sorted(self.recoveries)
        return {
            "cuts": self.cuts,
            "edits": dict(sorted(self.counts.items())),
            "edits in flight when cut": dict(sorted(self.in_flight.items())),
            "on the disk after the cut": dict(sorted(self.found.items())),
            "at rest again s": {"p50": seconds[len(seconds) // 2], "most": seconds[-1]} if seconds else {},
            "violations": self.violations,
        }


def run(cuts: int, seed: int = 1, fault: str | None = None, *, show: bool = False) -> dict[str, Any]:
    """So many cuts, on a new disk every few; JSON. `fault` is a mistake that is planted, see `editing`."""
    rng, tally = random.Random(seed), Tally()
    with ProgressBar("power cuts", cuts, show=show) as bar:
        while tally.cuts < cuts and not (fault and tally.violations):
            _on_a_disk(min(CUTS_PER_DISK, cuts - tally.cuts), rng, tally, fault, bar)
    return tally.told()


def _on_a_disk(cuts: int, rng: random.Random, tally: Tally, fault: str | None, bar: ProgressBar) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="kphotos-power-") as folder,
        LoopDisk(Path(folder)).there() as disk,
    ):
        _in_a_process(editing.begin, disk.root, PHOTOS)
        bench = Bench(disk, tally, rng, sums(editing.library(disk.root)))
        for _ in range(cuts):
            bench.cut(fault)
            bar.tell(tally.cuts)
            if fault and tally.violations:
                return


class Bench:
    """One disk with its library, and the book of what was written there."""

    def __init__(self, disk: LoopDisk, tally: Tally, rng: random.Random, originals: dict[str, str]) -> None:
        self.disk, self.tally, self.rng = disk, tally, rng
        self.originals = sorted(originals.values())
        self.books = {f"IMG_{number:02}": Book() for number in range(PHOTOS)}
        self.lines: dict[int, tuple[str, int]] = {}
        self.unanswered: set[int] = set()
        self.torn: set[str] = set()

    def cut(self, fault: str | None) -> None:
        """Let them edit, cut the power, plug in, look at what lies there, start K-Photos, judge."""
        self.unanswered, self.torn = set(), set()
        words = self.rng.getrandbits(32), max(self.lines, default=0), fault
        with _process(editing.edit_on, self.disk.root, *words) as (process, hears):
            self._listen(hears, self.rng.uniform(0.02, 0.6))
            self.disk.cut_power()
            self._listen(hears, 0.03, at_once=True)
            process.kill()
            process.join()
            self._listen(hears, 1.0, at_once=True)
        self.disk.restart()
        self.tally.cuts += 1
        self.tally.in_flight[f"{len(self.unanswered)} edits"] += 1
        self._look()
        begun = time.monotonic()
        try:
            told = _in_a_process(editing.recover, self.disk.root, answers=True)
        except EOFError:
            told = ["it did not start again"], []
        self.tally.recoveries.append(round(time.monotonic() - begun, 2))
        self._judge(*told)

    def _listen(self, hears: Connection, seconds: float, *, at_once: bool = False) -> None:
        """Enter what is told into the books, for so long after the first acknowledgement (or from now on)."""
        deadline = time.monotonic() + (seconds if at_once else PATIENCE)
        while (left := deadline - time.monotonic()) > 0 and hears.poll(left):
            try:
                told = hears.recv()
            except EOFError:
                return
            if told[0] == "wrote":
                self._wrote(*told[1:])
            elif told[0] == "done":
                self._done(told[1])
                if not at_once:
                    at_once, deadline = True, time.monotonic() + seconds
            else:
                self.tally.violations.append(f"an error of no kind that is foreseen: {told[1]}")
        assert at_once, "nobody edited anything"

    def _wrote(self, number: int, photo: str, key: str, value: str, seen: list[str], is_person: bool) -> None:
        book = self.books[photo]
        book.wrote(key, value, book.seeing(key, seen, len(book.lines)), is_sure=False)
        self.lines[number] = photo, len(book.lines) - 1
        self.tally.counts["tried"] += 1
        if is_person:
            self.unanswered.add(number)

    def _done(self, number: int) -> None:
        photo, line = self.lines[number]
        self.books[photo].acknowledge(line)
        self.unanswered.discard(number)
        self.tally.counts["acknowledged"] += 1

    def _look(self) -> None:
        """Before anything is mended: no ledger is torn (I9); an XMP may be, by its own program's hand."""
        for path in sorted(editing.library(self.disk.root).rglob("*")):
            if path.name.startswith(".kphotos-tmp-"):
                self.tally.found[f"temp, {path.name.split('-')[3]}"] += 1
            elif path.name.endswith(".kphotos.json"):
                self._read(path, ledgers.read, "a ledger")
            elif path.suffix == ".xmp":
                self._read(path, xmp.read, "")

    def _read(self, path: Path, read: Any, what: str) -> None:
        try:
            read(path.read_bytes())
        except SyncError as error:
            self.tally.found["torn" if what else "XMP torn by its program"] += 1
            if what:
                self.tally.violations.append(f"I9: {what} is torn: {path.name}: {error}")
            else:
                path.unlink()  # A person throws away what her program has spoilt; we write it anew.

    def _judge(self, told: list[str], left: list[str]) -> None:
        root = editing.library(self.disk.root)
        self.tally.violations += told
        if sorted(sums(root).values()) != self.originals:
            self.tally.violations.append("I1: an original was changed or lost")
        for photo, book in self.books.items():
            (path,) = root.rglob(f"{photo}*.JPG")
            if str(path.relative_to(root)) in left:
                self.tally.found["sidecars left behind, and listed"] += 1
                continue
            try:
                ledger = ledgers.read(path.with_name(path.name + ".kphotos.json").read_bytes())
                certain(book, values_of(ledger)).judge(ledger)
            except (Lost, OSError, SyncError) as lost:
                self.tally.violations.append(f"I3: {path.name}: {lost}")


def certain(book: Book, held: Mapping[str, set[str]]) -> Book:
    """The book without what never came to rest on the disk, which is nobody's loss.

    What a program wrote, and what nobody was told to be done, counts if it is met after a cut, or if an
    edit that counts has seen it. What is met once must from then on not be lost any more.
    """
    for number, line in enumerate(book.lines):
        if line.value in held.get(line.key, ()):
            book.acknowledge(number)
    counts = {number for number, line in enumerate(book.lines) if line.is_sure}
    while more := {seen for number in counts for seen in book.lines[number].over} - counts:
        counts |= more
    places = {number: at for at, number in enumerate(sorted(counts))}
    told = [book.lines[number] for number in places]
    return Book([replace(line, over=frozenset(places[n] for n in line.over), is_sure=True) for line in told])


def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.editing"])
    return context


@contextmanager
def _process(work: Any, disk: Path, *words: Any) -> Iterator[tuple[BaseProcess, Connection]]:
    """work(disk, pipe, *words) in a process of its own, which is not alive when the block ends."""
    context = _server()
    hears, says = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(disk, says, *words), daemon=True)
    process.start()
    says.close()
    try:
        yield process, hears
    finally:
        process.kill()
        process.join()
        process.close()
        hears.close()


def _in_a_process(work: Any, disk: Path, *words: Any, answers: bool = False) -> Any:
    """Do it where no file of the disk stays open; what it says, EOFError if it ends without a word."""
    with _process(_said, disk, work, words, answers) as (_, hears):
        return hears.recv()


def _said(disk: Path, says: Connection, work: Any, words: tuple[Any, ...], answers: bool) -> None:
    if answers:
        work(disk, says, *words)
    else:
        says.send(work(disk, *words))
