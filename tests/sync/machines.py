"""A whole machine for engine tests: disk, hands, site and engine, real or simulated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sync.codecs import ledger as ledgers
from sync.core.model import Change, Ledger
from sync.engine import Asset, Engine, Event, Seen, Site, Volume, hash_of
from sync.osfs import FileLock, OsFS, SystemClock, SystemRng
from sync.ports import FS
from tests.sim.memfs import MemFS
from tests.sim.tools import FakeTool, content_of
from tests.sim.world import FakeClock, FakeRng, MemLock, MemMemory
from tests.sync.sides import DiskHands, Hands

ALICE = "user:alice"


@dataclass
class Machine:
    """One site with one volume; `restart` is a new process on the same disk."""

    fs: FS
    hands: Hands
    site: Site
    volume: Volume
    memory: MemMemory
    engine: Engine = field(init=False)
    starts: int = 0

    def __post_init__(self) -> None:
        self.restart()

    def restart(self, *, forget: bool = False) -> Engine:
        """Start again, with or without what was observed."""
        self.starts += 1
        self.memory = MemMemory() if forget else self.memory
        old = self.site
        self.site = Site(old.id, f"{old.id[-1]}node{self.starts}", self.memory, old.lock, old.clock, old.rng)
        self.engine = Engine(self.volume, self.site)
        return self.engine

    @property
    def memfs(self) -> MemFS:
        """The disk of a simulated machine."""
        assert isinstance(self.fs, MemFS)
        return self.fs

    def edit(self, path: str, **fields: Any) -> Asset:
        """Set fields as Alice, None being a clear."""
        changes = [Change(name, "clear" if value is None else "set", value) for name, value in fields.items()]
        return self.engine.edit(path, changes, ALICE).asset

    def scan(self, **options: Any) -> list[Event]:
        """All events of a full rescan."""
        return list(self.engine.scan(**options))

    def touch(self, *paths: str) -> list[Event]:
        """All events of touching paths."""
        return list(self.engine.touch(paths))

    def pass_time(self, seconds: float) -> None:
        """Let files become old enough to be trusted."""
        self.site.clock.sleep(seconds)

    def rest(self, rounds: int = 2, seconds: float = 3) -> None:
        """Scan again and again, until nothing is owed any more."""
        for _ in range(rounds):
            self.pass_time(seconds)
            self.scan()

    def hash(self, path: str) -> Asset | None:
        """Let the content of an original become known, as the worker does."""
        return self.engine.hashed(path, self.fs.stat(path).signature(), hash_of(self.fs, path))

    def rest_hashed(self, *paths: str) -> None:
        """Come to rest with these originals hashed, however long anything waits for that."""
        self.rest(seconds=40)
        for path in paths:
            self.hash(path)
        self.rest(rounds=4, seconds=40)

    def ledger(self, path: str) -> Ledger:
        """The ledger on disk of an original."""
        return ledgers.read(self.hands.read(path + ".kphotos.json"))

    def mirror(self, path: str) -> dict[str, Any]:
        """What the XMP on disk of an original says."""
        return content_of(self.hands.read(path + ".xmp"))


def late_writer(machine: Machine, path: str, **fields: Any) -> Callable[[], None]:
    """A program has read an XMP and has it open; when called it writes these fields into that very file."""
    late = FakeTool(machine.hands, path).compose(**fields)
    write = machine.memfs.hands.opened(path)
    return lambda: write(late)


def assets(events: list[Event]) -> dict[str, Asset]:
    """The assets told of, by path."""
    return {event.asset.path: event.asset for event in events if isinstance(event, Seen)}


def kinds(events: list[Event]) -> list[str]:
    """The names of the events."""
    return [type(event).__name__ for event in events]


def disk_machine(folder: Path) -> Machine:
    """A machine on the real disk."""
    root = folder / "volume"
    root.mkdir()
    fs = OsFS(root)
    memory = MemMemory()
    site = Site("site-1", "node0", memory, FileLock(folder / "locks"), SystemClock(), SystemRng())
    return Machine(fs, DiskHands(root), site, Volume("volume-1", fs), memory)


def simulated_machine(*, exchanges: bool = True, seed: int = 1) -> Machine:
    """A machine in memory."""
    clock = FakeClock()
    fs = MemFS(clock, exchanges=exchanges)
    memory = MemMemory()
    site = Site("site-1", "node0", memory, MemLock(), clock, FakeRng(seed))
    return Machine(fs, fs.hands, site, Volume("volume-1", fs), memory)
