"""Sites on disks that a sync tool keeps alike: nothing is lost, all come to the same bytes (I8)."""

from __future__ import annotations

import random

from sync.core.model import Change
from sync.core.values import text
from sync.engine import Site, Volume, begin
from sync.errors import SyncError
from tests.sim.histories_programs import Program, register
from tests.sim.histories_values import Page
from tests.sim.memfs import MemFS
from tests.sim.oracles import REGISTERS, Book
from tests.sim.replicas import Replicas
from tests.sim.world import FakeClock, FakeRng, MemLock, MemMemory
from tests.sync.machines import ALICE, Machine

PHOTO = "d/IMG_1.JPG"
SIDECAR = PHOTO + ".xmp"
ROUNDS = 20


class Replicated:
    """One history. `copies`: the sync tool keeps conflict copies; without them programs keep out of it."""

    def __init__(self, seed: int, sites: int, *, copies: bool = True) -> None:
        self.rng = random.Random(f"replicated {sites} {copies} {seed}")
        self.clock = FakeClock()
        self.machines = [self._machine(number, seed) for number in range(sites)]
        disks = [machine.fs for machine in self.machines if isinstance(machine.fs, MemFS)]
        self.copies = copies
        self.tool = Replicas(disks, random.Random(seed), copies=copies)
        self.book = Book()
        self.trace: list[str] = []
        self.edits = self.false = self.rounds = self.foreign = 0
        self.tool.travel()
        for machine in self.machines:
            machine.scan()

    def _machine(self, number: int, seed: int) -> Machine:
        fs, memory = MemFS(self.clock), MemMemory()
        site = Site(
            f"site-{number}", f"first{number}", memory, MemLock(), self.clock, FakeRng(seed * 9 + number)
        )
        fs.hands.put(PHOTO, b"the picture")
        begin(Volume("volume-1", fs), site)
        return Machine(fs, fs.hands, site, Volume("volume-1", fs), memory, starts=1000 * number)

    def run(self, steps: int) -> Replicated:
        """So many acts at one site or another, then heal and judge."""
        acts = [self.person, self.person, self.travel, self.scan, self.restart]
        for _ in range(steps):
            act = self.rng.choice([*acts, self.program] if self.copies else acts)
            machine = self.rng.choice(self.machines)
            act(machine)
            self.trace.append(f"{act.__name__} {self.machines.index(machine)}")
            self.clock.pass_time(self.rng.choice([0.1, 3, 900]))
        self.heal()
        return self

    def person(self, machine: Machine) -> None:
        """Somebody edits what this site shows."""
        page, name = Page(machine.engine.look(PHOTO), len(self.book.lines)), self.rng.choice(REGISTERS)
        self.edits += 1
        value = register(name, self.edits)
        over = page.over(self.book, name)
        self.book.wrote(name, text(value), over, is_sure=False)
        try:
            machine.engine.edit(PHOTO, [Change(name, "set", value, page.dots(name))], ALICE)
        except SyncError as error:
            self.trace.append(f"refused: {error}")
            return
        self.book.acknowledge(len(self.book.lines) - 1)

    def program(self, machine: Machine) -> None:
        """A program that reads before it writes edits this site's XMP, and the site notices."""
        self.edits += 1
        name = self.rng.choice(REGISTERS)
        assert isinstance(machine.fs, MemFS)
        program = Program(machine.fs)
        data = program.edit(SIDECAR, self.book, name, register(name, self.edits), 0)
        program.save(SIDECAR, data)
        machine.touch(SIDECAR)

    def travel(self, machine: Machine) -> None:
        """Some of the files travel, in any order."""
        self.tool.travel(self.rng.choice([0.3, 0.7, 1.0]))

    def scan(self, machine: Machine) -> None:
        """One site looks."""
        machine.scan()

    def restart(self, machine: Machine) -> None:
        """One site's process begins anew."""
        machine.restart()
        machine.scan()

    def heal(self) -> None:
        """Let everything travel and every site look until nothing moves; then all of it must hold."""
        for self.rounds in range(1, ROUNDS + 1):
            self.clock.pass_time(1300)
            before = [len(machine.fs.writes) for machine in self.machines if isinstance(machine.fs, MemFS)]
            carried = self.tool.travel()
            for machine in self.machines:
                machine.scan()
            after = [len(machine.fs.writes) for machine in self.machines if isinstance(machine.fs, MemFS)]
            if before == after and not carried and self.tool.is_alike:
                break
        else:
            raise AssertionError(f"I8: not alike after {ROUNDS} rounds")
        names = self.machines[0].hands.names("d")
        left = {f"d/{name}" for name in names if "sync-conflict" in name}
        for machine in self.machines:
            asset = machine.engine.look(PHOTO)
            # A copy stays only for what it alone says and K-Photos has no field for; a person is told.
            told = {problem.path for problem in asset.problems if problem.kind == "foreign"}
            assert left <= told, f"I8: copies are left: {left - told}"
            assert machine.hands.read(PHOTO) == b"the picture", "I1"
            if SIDECAR[2:] in names:
                assert machine.mirror(PHOTO) == asset.document.content(), "the mirror differs"
            self.false = self.book.judge(asset.ledger)
        self.foreign = len(left)
        self.trace.append(str(self.machines[0].ledger(PHOTO)) if f"{PHOTO[2:]}.kphotos.json" in names else "")
