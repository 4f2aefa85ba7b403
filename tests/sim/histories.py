"""One simulated house: an engine on a disk in memory, the index it feeds, the books kept of every photo.

What the engine is asked goes through `call`, where crashes and refusals are met as a process would meet
them; what it answers goes into `index`, transaction by transaction, as the application keeps it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import InitVar, dataclass, field, replace
from typing import TypeVar

from sync.core.model import Change
from sync.engine import Asset, Done, Engine, Event, Gone, Later, Root, Seen
from sync.errors import SyncError
from tests.sim.histories_values import Among, Facts, Page, Picture, Setting, facts
from tests.sim.memfs import Crash, MemFS
from tests.sim.oracles import Book
from tests.sync.machines import ALICE, Machine, simulated_machine

_T = TypeVar("_T")


@dataclass
class Scene:
    """A house at work; everything random comes from `rng`, so that a seed is a history."""

    seed: int
    setting: Setting
    photos: tuple[str, ...] = ("d/IMG_1.JPG", "d/IMG_2.CR3")
    among: InitVar[Among | None] = None
    rng: random.Random = field(init=False)
    machine: Machine = field(init=False)
    pictures: dict[bytes, Picture] = field(default_factory=dict)
    cuts: tuple[str, ...] = ("killed", "names lost", "names kept")
    remembers: bool = False
    is_away: bool = False
    books: dict[str, Book] = field(default_factory=dict)
    originals: dict[str, bytes] = field(default_factory=dict)
    index: dict[str, Facts] = field(default_factory=dict)
    notes: dict[str, int | None] = field(default_factory=dict)
    due: list[tuple[int, bool, Callable[[], None]]] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    excused: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    fault: tuple[int, OSError | None] | None = None
    calls: int = 0
    asked: list[int] = field(default_factory=list)

    def __post_init__(self, among: Among | None) -> None:
        if among is not None:
            self.machine, self.rng, self.trace = among.machine, among.rng, among.trace
            self.counts, self.pictures = among.counts, among.pictures
            self.fs.before = self.before
            return
        self.rng = random.Random(f"{self.setting.name} {self.seed}")
        exchanges = self.setting.races or self.rng.random() < 0.8
        self.machine = simulated_machine(exchanges=exchanges, seed=self.seed)
        self.fs.granularity_ns = self.rng.choice([1, 1, 10**9, 2 * 10**9])
        self.fs.before = self.before
        for number, path in enumerate(self.photos):
            self.photo(path, b"picture %d" % number)
        self.scan()
        self.asked.clear()  # a fault strikes a house at work

    @property
    def fs(self) -> MemFS:
        """The disk."""
        fs = self.machine.fs
        assert isinstance(fs, MemFS)
        return fs

    @property
    def engine(self) -> Engine:
        """The engine of the process that runs now."""
        return self.machine.engine

    def photo(self, path: str, data: bytes) -> None:
        """Somebody copies a photo here."""
        self.machine.hands.put(path, data)
        self.pictures[data] = Picture()
        self._enter(path, data)

    def find_photos(self) -> list[str]:
        """Learn what others have done to the originals here; the paths at which there is another, or none."""
        there = {path: data for path, data in self.fs.contents().items() if data in self.pictures}
        changed = [path for path, data in self.originals.items() if there.get(path) != data]
        for path in changed:
            del self.originals[path], self.books[path], self.excused[path]
            self.notes.pop(path + ".xmp", None)
        for path, data in there.items():
            self._enter(path, data)
        return changed

    def _enter(self, path: str, data: bytes) -> None:
        picture = self.pictures[data]
        self.originals[path], self.books[path], self.excused[path] = data, picture.book, picture.excused

    def count(self, what: str, by: int = 1) -> int:
        """Count something; its new number."""
        self.counts[what] = self.counts.get(what, 0) + by
        return self.counts[what]

    def say(self, line: str) -> None:
        """Add a line to the trace, by which two runs are compared."""
        self.trace.append(f"{len(self.fs.writes)} {line}")

    # What befalls the engine while it works.

    def before(self, number: int, operation: str, path: str) -> None:
        """What `MemFS.before` calls: whatever is to befall the engine before this operation."""
        if not self.calls:
            return  # the test itself looks
        if self.setting.recorded:
            self.asked.append(number)
        while self.due and self.due[0][0] <= number:
            self.due.pop(0)[2]()
        if self.fault is not None and number == self.fault[0]:
            self.say(f"fault at {operation}")
            self.count("faults")
            raise self.fault[1] or Crash

    def at(self, operations: int, act: Callable[[], None], *, late: bool = False) -> None:
        """Let something happen before so many more operations of what the engine does next.

        `late`: if the engine is done before, then right after. Anything else is then off.
        """
        self.due = sorted([*self.due, (self.fs.operations + operations, late, act)], key=lambda item: item[0])

    def stop(self) -> None:
        """The machine stops here."""
        raise Crash

    def call(self, act: Callable[[], _T]) -> _T | None:
        """Ask the engine; None where it refused, or where the process died and was started again."""
        self.calls += 1
        try:
            return act()
        except SyncError as error:
            self.say(f"refused: {error}")
            self.count("refused")
        except Crash:
            self.crashed()
        finally:
            self.calls -= 1
            due, self.due = self.due, []
            for _, is_late, late in due:
                if is_late:
                    late()
        return None

    def crashed(self) -> None:
        """Start again after a kill or a power cut; whoever reads meanwhile finds whole sidecars (I9)."""
        self.count("crashes")
        cut = self.rng.choice(self.cuts)
        self.say(f"crash: {cut}")
        if cut != "killed":
            self.fs.power_cut(keep_names=cut == "names kept")
        self.restart(0.3)

    def restart(self, chance: float) -> None:
        """A new process; it may have lost what was observed, unless only that still knows of an edit."""
        forgets = self.setting.forgets and self.rng.random() < chance and not self.remembers
        self.machine.restart(forget=forgets)
        self.count("memories lost", forgets)

    # What the engine is asked.

    def take(self, events: Iterable[Event]) -> list[str]:
        """Bring the index up to date; what is to be looked at later."""
        later: list[str] = []
        untold: list[Event] = []
        for event in events:
            untold.append(event)
            if isinstance(event, Done):
                self._commit(untold)
                untold = []
            elif isinstance(event, Later):
                later.append(event.path)
        self._commit(untold)
        return later

    def _commit(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, Seen):
                self.index[event.asset.path] = facts(event.asset)
            elif isinstance(event, Gone):
                self.index.pop(event.path, None)
            elif isinstance(event, Root):
                self.say(f"root {event.state}")
                if event.state == "online" and self.machine.volume.writable:
                    # The volume's own record is on the disk of K-Photos, and outlasts a lost memory.
                    self.machine.volume = replace(self.machine.volume, marked=True)

    def scan(self, *, everything: bool = False) -> list[str]:
        """A rescan; what is to be looked at later."""
        return self.call(lambda: self.take(self.engine.scan(everything=everything))) or []

    def touch(self, *paths: str) -> list[str]:
        """The watcher tells of paths."""
        return self.call(lambda: self.take(self.engine.touch(paths))) or []

    def page(self, path: str) -> Page | None:
        """Somebody opens a photo."""
        asset = self.call(lambda: self.engine.look(path))
        return Page(asset, len(self.books[path].lines)) if asset else None

    def edit(self, path: str, *changes: Change) -> tuple[Asset, list[Change]] | None:
        """A person's edit, through the index; None where it was not acknowledged."""
        edited = self.call(lambda: self.engine.edit(path, changes, ALICE))
        if edited is None:
            return None
        self.index[path] = facts(edited.asset)
        self.count("acknowledged")
        return edited.asset, edited.undo

    def settle(self) -> int:
        """Let everything come to rest; the rounds it took."""
        quiet = 0
        for rounds in range(1, 9):
            self.machine.pass_time(4)
            writes, faults = len(self.fs.writes), self.counts.get("faults")
            later = self.scan()
            self.touch(*later)
            was_quiet = len(self.fs.writes) == writes and faults == self.counts.get("faults")
            quiet = quiet + 1 if was_quiet else 0
            if quiet > (2 if later else 0):  # what is half written is asked for again and again
                return rounds
        raise AssertionError(f"no rest after 8 rounds: {self.fs.writes[-6:]}")
