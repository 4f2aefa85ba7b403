"""Several houses, each on a disk of its own that a sync tool keeps alike; what may befall one may befall all.

Nothing is lost, all come to the same bytes, and nobody writes at rest (I1 to I10, I14 of every site).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from sync.engine import Site, Volume, begin
from tests.sim.histories import Scene
from tests.sim.histories_programs import NOTE, note_of
from tests.sim.histories_values import YEAR, Among, Picture, Setting
from tests.sim.histories_wild import Wild
from tests.sim.memfs import MemFS
from tests.sim.oracles import Lost
from tests.sim.oracles_rest import check_rest
from tests.sim.replicas import Replicas
from tests.sim.world import FakeClock, FakeRng, MemLock, MemMemory
from tests.sync.machines import Machine

ROUNDS = 20
_START = 1_750_000_000 * 10**9


@dataclass(frozen=True, slots=True)
class Fleet:
    """How many houses there are, what may happen in each, and what their sync tool does.

    `copies`: it keeps conflict copies. `slips`, `halts`: see `Replicas`. `carries_temps`: ours travel
    too. `is_apart`: the clocks are years apart. `one_program`: programs run in the first house only.
    """

    name: str
    sites: int
    house: Setting
    copies: bool = True
    slips: float = 0.0
    halts: float = 0.0
    carries_temps: bool = False
    is_apart: bool = False
    one_program: bool = False


class Together:
    """One history of a fleet."""

    def __init__(self, seed: int, fleet: Fleet) -> None:
        self.fleet = fleet
        self.rng = random.Random(f"{fleet.name} {seed}")
        self.trace: list[str] = []
        self.counts: dict[str, int] = {}
        self.pictures: dict[bytes, Picture] = {}
        self.clocks = [FakeClock(_START + self._skew()) for _ in range(fleet.sites)]
        self.houses = [self._house(number, seed) for number in range(fleet.sites)]
        self.tool = Replicas([house.scene.fs for house in self.houses], self.rng, copies=fleet.copies)
        # Syncthing stops where its own marker is missing: it writes nothing into an empty mount point.
        # What it replaces under a program's hands is lost between those two, and K-Photos has no part in it.
        self.tool.is_busy = lambda at, path: (
            self.houses[at].scene.is_away
            or path.removesuffix(".xmp") in self.houses[at].torn
            or bool(self.houses[at].scene.fs.is_being_written(path))
        )
        if fleet.carries_temps:
            self.tool.leaves = lambda path: False
        self.false, self.rounds = 0, list[int]()
        for number in range(2):
            self.houses[0].scene.photo(f"d/IMG_{number + 1}.{('JPG', 'CR3')[number]}", b"picture %d" % number)
        self.tool.travel()
        self.tool.slips, self.tool.halts = fleet.slips, fleet.halts
        for house in self.houses:
            house.find_photos()
            house.scene.scan()

    def _skew(self) -> int:
        return self.rng.choice([-10, -1, 0, 1, 10]) * YEAR * 10**9 if self.fleet.is_apart else 0

    def _house(self, number: int, seed: int) -> Wild:
        fleet, clock, memory = self.fleet, self.clocks[number], MemMemory()
        setting = fleet.house
        if fleet.one_program and number > 0:
            setting = replace(setting, programs=False)
        exchanges = setting.races or self.rng.random() < 0.7
        fs = MemFS(clock, exchanges=exchanges, granularity_ns=self.rng.choice([1, 1, 10**9, 2 * 10**9]))
        rng = FakeRng(seed * 9 + number)
        site = Site(f"site-{number}", f"first{number}", memory, MemLock(), clock, rng)
        volume = Volume("volume-1", fs)
        begin(volume, site)
        machine = Machine(fs, fs.hands, site, volume, memory, starts=1000 * number)
        among = Among(machine, self.rng, self.trace, self.counts, self.pictures)
        return Wild(seed, setting, Scene(seed, setting, (), among))

    def run(self, steps: int, *, rests: int = 12) -> Together:
        """So many acts in one house or another, with a rest now and then, and at the end."""
        for number in range(1, steps + 1):
            house = self.rng.choice(self.houses)
            travels = [self.travel] * 4
            act = self.rng.choice([*house.acts(), *travels])
            self.trace.append(f"{self.houses.index(house)} {act.__name__}")
            self._interfere(house)
            self._ready(act)()
            self._meanwhile()
            seconds = self.rng.choice([0.01, 0.3, 3, 90, 900])
            for clock in self.clocks:
                clock.pass_time(seconds)
            if number % rests == 0 or number == steps:
                self.rest()
        return self

    def _ready(self, act: Callable[[], None]) -> Callable[[], None]:
        """A photo is moved or deleted only where nobody else is in the midst of editing it."""
        if act.__name__ not in ("move", "replace"):
            return act

        def done() -> None:
            self.come_to_rest()
            act()
            self.tool.travel()
            self._find_photos()

        return done

    def _interfere(self, house: Wild) -> None:
        """The sync tool may come into the midst of what this house does next."""
        if house.scene.setting.races and self.rng.random() < 0.4:
            self.counts["sync in the midst"] = self.counts.get("sync in the midst", 0) + 1
            house.scene.at(self.rng.randrange(1, 45), self._burst_in)

    def _burst_in(self) -> None:
        """The tool does not halt here: a program that begins meanwhile would be written over unseen."""
        halts, self.tool.halts = self.tool.halts, 0.0
        self._carry(self.rng.choice([0.3, 1.0]))
        self.tool.halts = halts

    def travel(self) -> None:
        """Some of the files travel, in any order."""
        self._carry(self.rng.choice([0.3, 0.7, 1.0]))

    def _carry(self, share: float) -> None:
        known = len(self.tool.overwritten)
        self.tool.travel(share)
        for number, _, _ in self.tool.overwritten[known:]:
            self.houses[number].scene.remembers = True

    def _meanwhile(self) -> None:
        """What the tool had halted it takes up again, before anybody has lost patience."""
        known = len(self.tool.overwritten)
        if self.tool.halts and self.rng.random() < 0.5:
            house = self.rng.choice(self.houses)
            house.scene.scan()
        self.tool.finish()
        for number, _, _ in self.tool.overwritten[known:]:
            self.houses[number].scene.remembers = True

    def _find_photos(self) -> None:
        for house in self.houses:
            house.find_photos()

    # Rest.

    def come_to_rest(self) -> None:
        """Let all that was begun end, everything travel and every house look, until nothing moves."""
        slips, halts, self.tool.slips, self.tool.halts = self.tool.slips, self.tool.halts, 0.0, 0.0
        for house in self.houses:
            for path in list(house.torn):
                house.finish(path)
        for number in range(1, ROUNDS + 1):
            for clock in self.clocks:
                clock.pass_time(1300)
            before = self._writes()
            carried = self.tool.travel()
            self._find_photos()
            for house in self.houses:
                later = house.scene.scan()
                house.scene.touch(*later)
            if before == self._writes() and not carried and self.tool.is_alike:
                self.rounds.append(number)
                break
        else:
            raise AssertionError(f"I8: not alike after {ROUNDS} rounds")
        self.tool.slips, self.tool.halts = slips, halts

    def _writes(self) -> list[int]:
        return [len(house.scene.fs.writes) for house in self.houses]

    def rest(self) -> None:
        """Come to rest, and judge every house."""
        self.come_to_rest()
        for house in self.houses:
            house.scene.notes.clear()  # which of two properties stays is the tool's to choose
            self.false = check_rest(house.scene, has_copies=self.fleet.house.notes)
            self._judge_notes(house)
            house.scene.remembers = False
            house.keep_ledgers()
            self._count_undone(house)
        indexes = [house.scene.index for house in self.houses]
        assert all(index == indexes[0] for index in indexes), "two sites at rest show different things"
        self.trace.append(str(sorted(indexes[0].items())))

    def _count_undone(self, house: Wild) -> None:
        """What a program with an old database took back where nobody can tell (counted, as of now)."""
        for path in house.scene.originals:
            picture = house.scene.pictures[house.scene.originals[path]]
            ledger = house.scene.engine.look(path).ledger
            picture.undone = picture.book.undone(ledger, picture.excused)

    def _judge_notes(self, house: Wild) -> None:
        """I4: what K-Photos has no field for is in the sidecar, or in a copy of which a person is told."""
        if not house.scene.setting.notes or not self.fleet.copies:
            return
        files = house.scene.fs.contents()
        for path, data in house.scene.originals.items():
            beside = [held for name, held in files.items() if name.startswith(path) and ".xmp" in name]
            beside += [held for name, held in files.items() if name.startswith(path + ".sync")]
            found = {note_of(match[0]) for held in beside for match in NOTE.finditer(held)}
            alive = self.pictures[data].notes.alive({"note": found}).get("note", set())
            if alive - found:
                raise Lost(f"I4: {path}: properties {sorted(alive - found)} are gone, found {sorted(found)}")


_CALM = Setting("house", notes=False)
_CRASHES = replace(_CALM, crashes=True, forgets=True)
_PEOPLE = replace(_CALM, programs=False)
_ALL = replace(_CRASHES, drops=True, races=True, errors=True, upheavals=True)

FLEETS = (
    Fleet("2 sites", 2, _CALM),
    Fleet("3 sites", 3, _CALM),
    Fleet("2 sites, crashes", 2, _CRASHES),
    Fleet("3 sites, crashes", 3, _CRASHES, halts=0.3),
    Fleet("2 sites, errors", 2, replace(_CALM, crashes=True, errors=True), carries_temps=True),
    Fleet("2 sites, races", 2, replace(_CALM, races=True, crashes=True)),
    Fleet("3 sites, races", 3, replace(_CALM, races=True), carries_temps=True, halts=0.3),
    Fleet("2 sites, marks dropped", 2, replace(_CALM, drops=True)),
    Fleet("2 sites, upheavals", 2, replace(_CALM, upheavals=True, moves=True), is_apart=True),
    Fleet("3 sites, upheavals", 3, replace(_CALM, upheavals=True, moves=True), is_apart=True),
    Fleet("2 sites, foreign parts", 2, Setting("house")),
    Fleet("2 sites, stale program", 2, replace(_CALM, stale=True, replicated=True), one_program=True),
    Fleet("2 sites, no conflict copies", 2, replace(_PEOPLE, crashes=True), copies=False, slips=0.3),
    Fleet("3 sites, no conflict copies", 3, replace(_PEOPLE, upheavals=True), copies=False, is_apart=True),
    Fleet("2 sites, files held open", 2, replace(_CALM, races=True, crashes=True, holds=True)),
    Fleet("2 sites, all", 2, _ALL, halts=0.3, is_apart=True),
    Fleet("3 sites, all", 3, _ALL, halts=0.3, is_apart=True, carries_temps=True),
)
