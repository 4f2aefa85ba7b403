"""Photos that are moved, copied and edited on several sites before the sync tool has carried half of it.

Whatever somebody wrote of a picture is shown by a photo, or lies in a file of which a person is told; no two
photos have one id; all sites come to rest with the same bytes (I3, I7, I8). Every value is a tag of its own,
so that each can be looked for wherever it may be. Where machines give one name to several pictures, an XMP
may come to lie beside another one without its ledger, and nothing tells whose it was: such are counted.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sync.core.model import Change, Problem
from sync.engine import Asset, Event, Later, Seen, Site, Trouble, Volume, begin, hash_of
from sync.errors import SyncError
from sync.pairing.names import kind_of
from sync.ports import LEDGER_SUFFIX, XMP_SUFFIX, split
from tests.sim.memfs import MemFS
from tests.sim.oracles import Lost
from tests.sim.replicas import Replicas
from tests.sim.tools import FakeTool
from tests.sim.world import FakeClock, FakeRng, MemLock, MemMemory
from tests.sync.machines import ALICE, Machine

ROUNDS = 20
ELSEWHERE = "came to another picture"
ALL = ("", XMP_SUFFIX, LEDGER_SUFFIX)
_TAG = re.compile(rb"written-\d+")
_SETTLED, _HASHED = 1300, 40  # seconds: what is waited for between two looks


@dataclass(frozen=True, slots=True)
class Roam:
    """How many sites there are."""

    name: str
    sites: int


class Roaming:
    """One history; `written` is what was written of each picture, by its bytes."""

    def __init__(self, seed: int, one: Roam) -> None:
        self.rng = random.Random(f"{one.name} {seed}")
        self.clocks = [FakeClock() for _ in range(one.sites)]
        self.machines = [self._machine(number, seed) for number in range(one.sites)]
        self.tool = Replicas([_fs(machine) for machine in self.machines], self.rng)
        self.written: dict[bytes, set[str]] = {}
        self.trace: list[str] = []
        self.counts: dict[str, int] = {}
        self.rounds: list[int] = []
        is_of_one_size = self.rng.random() < 0.5
        for number in range(3):
            data = b"picture %d" % number + (b"" if is_of_one_size else b"x" * number)
            self.written[data] = set()
            self.machines[0].hands.put(f"d/IMG_{number}.JPG", data)
        self.tool.travel()
        for machine in self.machines:
            self._look(machine)

    def _machine(self, number: int, seed: int) -> Machine:
        fs, memory = MemFS(self.clocks[number]), MemMemory()
        rng = FakeRng(seed * 9 + number)
        site = Site(f"site-{number}", f"first{number}", memory, MemLock(), self.clocks[number], rng)
        volume = Volume("volume-1", fs)
        begin(volume, site)
        return Machine(fs, fs.hands, site, volume, memory, starts=1000 * number)

    def run(self, steps: int) -> Roaming:
        """So many acts on one site or another, then the rest of all."""
        acts: Sequence[Callable[[Machine], None]] = (
            *[self.edit] * 4,
            *[self.program] * 2,
            *[self.move] * 4,
            self.copy,
            self.remove_copy,
            self.restart,
            *[self.scan] * 4,
            *[self.travel] * 5,
            *[self.wait] * 3,
        )
        for _ in range(steps):
            act, machine = self.rng.choice(acts), self.rng.choice(self.machines)
            self.trace.append(f"{machine.site.id} {act.__name__}")
            act(machine)
            self._pass_time(self.rng.choice([0.01, 1, 4]))
        self._rest()
        self._judge()
        return self

    # What people, programs and machines do.

    def edit(self, machine: Machine) -> None:
        """Somebody adds a tag."""
        self._look(machine)
        path = self._pick(machine)
        if path is None:
            return
        tag = f"written-{self._count('edits')}"
        try:
            machine.engine.edit(path, [Change("tags", "add", tag)], ALICE)
        except SyncError as error:
            self.trace.append(f"refused: {error}")
            return
        self._count("acknowledged")
        self._wrote(machine, path, tag)

    def program(self, machine: Machine) -> None:
        """Another program does, in the XMP that lies there."""
        self._look(machine)
        path = self._pick(machine)
        if path is None or not _fs(machine).nodes.get(path + XMP_SUFFIX) or not self._is_own(machine, path):
            return
        tag = f"written-{self._count('edits')}"
        drops, in_place = self.rng.random() < 0.3, self.rng.random() < 0.5
        tool = FakeTool(machine.hands, path + XMP_SUFFIX, drops_mark=drops, in_place=in_place)
        tool.set(tags=(*(machine.mirror(path).get("tags") or ()), tag))
        self._wrote(machine, path, tag)

    def move(self, machine: Machine) -> None:
        """Somebody moves a photo: alone, with its XMP as photo programs do, or with all that it has."""
        suffixes = self.rng.choice([ALL[:1], ALL[:1], ALL[:2], ALL])
        for old, new in self._names(machine, suffixes):
            machine.hands.move(old, new)

    def copy(self, machine: Machine) -> None:
        """Somebody copies one, alone or with all that it has."""
        suffixes = self.rng.choice([ALL[:1], ALL])
        for old, new in self._names(machine, suffixes):
            machine.hands.put(new, machine.hands.read(old))

    def remove_copy(self, machine: Machine) -> None:
        """Somebody removes one of which there is another, and leaves its sidecars."""
        path, there = self._pick(machine), self._originals(machine)
        if path is not None and [*there.values()].count(there[path]) > 1:
            machine.hands.remove(path)
            self._count("copies removed")

    def restart(self, machine: Machine) -> None:
        """A new process, which may have lost what was observed."""
        machine.restart(forget=self.rng.random() < 0.3)

    def scan(self, machine: Machine) -> None:
        """A rescan, after which the jobs read the originals, or not yet."""
        self._look(machine) if self.rng.random() < 0.8 else machine.scan()

    def travel(self, machine: Machine) -> None:
        """Some files travel, in any order."""
        self.tool.travel(self.rng.choice([0.2, 0.5, 1.0]))

    def wait(self, machine: Machine) -> None:
        """Nobody does anything."""
        self._pass_time(self.rng.choice([1, 5, 40, 700, 4000]))

    # What they need for it.

    def _names(self, machine: Machine, suffixes: Sequence[str]) -> list[tuple[str, str]]:
        """What one photo's files are called, and shall be; none where the new name is taken."""
        old, nodes = self._pick(machine), _fs(machine).nodes
        new = f"{self.rng.choice('de')}/IMG_{self.rng.randrange(6)}.JPG"
        if old is None or any(new + suffix in nodes for suffix in ALL) or not self._is_own(machine, old):
            return []
        self._count("moves")
        return [(old + suffix, new + suffix) for suffix in suffixes if old + suffix in nodes]

    def _pick(self, machine: Machine) -> str | None:
        there = sorted(self._originals(machine))
        return self.rng.choice(there) if there else None

    def _originals(self, machine: Machine) -> dict[str, bytes]:
        return {path: data for path, data in _fs(machine).contents().items() if data in self.written}

    def _is_own(self, machine: Machine, path: str) -> bool:
        """Whether its sidecars are its own: whoever moves or edits another's makes them this one's."""
        contents = _fs(machine).contents()
        said = _tags(*(contents.get(path + suffix, b"") for suffix in ALL[1:]))
        return said <= self.written[contents[path]]

    def _wrote(self, machine: Machine, path: str, tag: str) -> None:
        self.written[_fs(machine).contents()[path]].add(tag)

    def _count(self, what: str) -> int:
        self.counts[what] = self.counts.get(what, 0) + 1
        return self.counts[what]

    def _pass_time(self, seconds: float) -> None:
        for clock in self.clocks:
            clock.pass_time(seconds)

    def _look(self, machine: Machine) -> list[Event]:
        events = machine.scan()
        self._hash(machine)
        return events

    def _hash(self, machine: Machine) -> None:
        for path in sorted(self._originals(machine)):
            signature = machine.fs.stat(path).signature()
            known = machine.memory.hashes("volume-1", [path]).get(path)
            if known is None or known[0] != signature:
                machine.engine.hashed(path, signature, hash_of(machine.fs, path))

    # Rest.

    def _rest(self) -> None:
        for number in range(1, ROUNDS + 1):
            self._pass_time(_SETTLED)
            before = [len(_fs(machine).writes) for machine in self.machines]
            carried = self.tool.travel()
            for machine in self.machines:
                later = [event.path for event in self._look(machine) if isinstance(event, Later)]
                self._pass_time(_HASHED)
                machine.touch(*later)
                self._hash(machine)
            after = [len(_fs(machine).writes) for machine in self.machines]
            if number > 1 and not carried and before == after and self.tool.is_alike:
                self.rounds.append(number)
                return
        raise AssertionError(f"I8: not alike after {ROUNDS} rounds")

    def _judge(self) -> None:
        for machine in self.machines:
            events = machine.scan(everything=True)
            found = {event.asset.path: event.asset for event in events if isinstance(event, Seen)}
            assert len({asset.id for asset in found.values()}) == len(found), "I3: two photos of one id"
            self._judge_values(machine, found, [*_problems(events)])
        self.trace.append(str(sorted(_fs(self.machines[0]).contents().items())))

    def _judge_values(self, machine: Machine, found: dict[str, Asset], problems: list[Problem]) -> None:
        contents = _fs(machine).contents()
        told = [data for path, data in contents.items() if any(_tells(one, path) for one in problems)]
        told += [data for _, _, data in self.tool.overwritten]  # a copy of a copy it does not make
        excused = _tags(*told)
        shown: dict[bytes, set[str]] = {}
        for path, asset in found.items():
            shown.setdefault(contents[path], set()).update(asset.document.value("tags") or ())
        anywhere = set[str]().union(*shown.values())
        for data, values in shown.items():
            missing = self.written[data] - values - excused
            if missing - anywhere:
                raise Lost(f"{machine.site.id}: {sorted(missing - anywhere)} of {data!r}")
            self.counts[ELSEWHERE] = self.counts.get(ELSEWHERE, 0) + len(missing)


def _problems(events: Sequence[Event]) -> Iterator[Problem]:
    for event in events:
        if isinstance(event, Trouble):
            yield event.problem
        elif isinstance(event, Seen):
            yield from event.asset.problems


def _tells(problem: Problem, path: str) -> bool:
    """Whether a problem is of this sidecar or of its photo, or names it."""
    if kind_of(path) is not None:
        return False
    return path.startswith(problem.path) or split(path)[1] in problem.reason


def _tags(*contents: bytes) -> set[str]:
    return {tag.decode() for data in contents for tag in _TAG.findall(data)}


def _fs(machine: Machine) -> MemFS:
    assert isinstance(machine.fs, MemFS)
    return machine.fs


ROAMS = (Roam("2 sites, photos roam", 2), Roam("3 sites, photos roam", 3))
