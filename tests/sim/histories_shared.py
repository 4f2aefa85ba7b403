"""Two K-Photos on one shared folder without a common lock, in turns at every file operation (oracle d).

Each has its own memory, lock, node and clock, as two machines have that mount one NAS. No acknowledged edit
is lost, both come to show the same, and whoever reads in between finds whole sidecars.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from sync.codecs import ledger as ledgers
from sync.engine import Site, Volume, begin
from sync.errors import SyncError
from sync.ports import LEDGER_SUFFIX, XMP_SUFFIX
from tests.sim.histories import Scene
from tests.sim.histories_programs import is_whole
from tests.sim.histories_values import YEAR, Among, Picture, Setting
from tests.sim.histories_wild import Wild
from tests.sim.memfs import MemFS
from tests.sim.oracles_rest import check_rest
from tests.sim.turns import Turns
from tests.sim.world import FakeClock, FakeRng, MemLock, MemMemory
from tests.sync.machines import Machine

ROUNDS = 20
HOUR = 3600
PHOTO = "d/IMG_1.JPG"


@dataclass(frozen=True, slots=True)
class Share:
    """What the folder's disk can do, and what may befall those who use it."""

    name: str
    house: Setting
    exchanges: bool = True
    is_apart: bool = False


class Shared:
    """One history of two houses on one disk."""

    def __init__(self, seed: int, share: Share) -> None:
        self.share = share
        self.rng = random.Random(f"{share.name} {seed}")
        self.trace: list[str] = []
        self.counts: dict[str, int] = {}
        self.pictures: dict[bytes, Picture] = {}
        self.clock = FakeClock()
        granularity = self.rng.choice([1, 1, 10**9, 2 * 10**9])
        self.fs = MemFS(self.clock, exchanges=share.exchanges, granularity_ns=granularity)
        self.turns = Turns(self.rng)
        self.clocks = [self._clock(), self._clock()]
        self.houses = [self._house(number, seed) for number in range(2)]
        self.whole: set[bytes] = set()
        self.fs.before = self._before
        self.false, self.rounds = 0, list[int]()
        self.houses[0].scene.photo(PHOTO, b"picture")
        for house in self.houses:
            house.find_photos()
            house.scene.scan()

    def _clock(self) -> FakeClock:
        if not self.share.is_apart:
            return self.clock
        return FakeClock(
            self.clock.ns + self.rng.choice([0, -2 * HOUR, 2 * HOUR, -10 * YEAR, 10 * YEAR]) * 10**9
        )

    def _house(self, number: int, seed: int) -> Wild:
        memory, clock = MemMemory(), self.clocks[number]
        site = Site(f"site-{number}", f"first{number}", memory, MemLock(), clock, FakeRng(seed * 9 + number))
        volume = Volume("volume-1", self.fs)
        begin(volume, site)
        machine = Machine(self.fs, self.fs.hands, site, volume, memory, starts=1000 * number)
        setting = self.share.house
        among = Among(machine, self.rng, self.trace, self.counts, self.pictures)
        house = Wild(seed, setting, Scene(seed, setting, (), among))
        house.scene.cuts = ("killed",)  # it is the client that dies
        return house

    def _before(self, number: int, operation: str, path: str) -> None:
        self._read()
        self.turns.pause()
        for at, house in enumerate(self.houses):
            if self.turns.now in (None, at):
                house.scene.before(number, operation, path)

    def _read(self) -> None:
        """Somebody reads at this very moment (I9)."""
        for path, node in self.fs.nodes.items():
            is_ledger = path.endswith(LEDGER_SUFFIX)
            if (not is_ledger and not path.endswith(XMP_SUFFIX)) or node.data in self.whole:
                continue
            try:
                assert is_ledger or is_whole(node.data), f"I9: {path} is torn"
                if is_ledger:
                    ledgers.read(node.data)
            except SyncError as error:
                raise AssertionError(f"I9: {path}: {error}") from error
            self.whole.add(node.data)

    def run(self, steps: int, *, rests: int = 6) -> Shared:
        """So many times both act at once, with a rest now and then, and at the end."""
        for number in range(1, steps + 1):
            acts = [self._act(house) for house in self.houses]
            self.trace.append(" and ".join(act.__name__ for act in acts))
            self.turns.run(acts)
            self._pass_time(self.rng.choice([0.01, 0.3, 3, 900]))
            if self.share.house.crashes and self.rng.random() < 0.05:
                self.power_cut()
            if number % rests == 0 or number == steps:
                self.rest()
        self.counts["switches"] = self.turns.switches
        return self

    def _act(self, house: Wild) -> Callable[[], None]:
        acts: list[Callable[[], None]] = [house.person, house.person, house.person, house.undo, house.scan]
        acts += [house.program] if house.scene.setting.programs else []
        acts += [house.restart] if house.scene.setting.crashes else []
        return self.rng.choice(acts)

    def _pass_time(self, seconds: float) -> None:
        for clock in (self.clock, *self.clocks) if self.share.is_apart else (self.clock,):
            clock.pass_time(seconds)

    def power_cut(self) -> None:
        """The disk's own machine loses power; those who use it are started again."""
        self.fs.power_cut(keep_names=self.rng.random() < 0.5)
        for house in self.houses:
            house.scene.machine.restart()
        self.counts["power cuts"] = self.counts.get("power cuts", 0) + 1

    def rest(self) -> None:
        """Let both look in turn until nobody writes, and judge what each shows."""
        for number in range(1, ROUNDS + 1):
            self._pass_time(1300)
            before = len(self.fs.writes)
            for house in self.houses:
                later = house.scene.scan()
                house.scene.touch(*later)
            if len(self.fs.writes) == before:
                self.rounds.append(number)
                break
        else:
            raise AssertionError(f"I8: no rest after {ROUNDS} rounds")
        for house in self.houses:
            house.scene.notes.clear()
            self.false = check_rest(house.scene)
        one, other = (house.scene.index for house in self.houses)
        assert one == other, "two sites at rest show different things"
        self.trace.append(str(sorted(one.items())))


_CALM = Setting("house", notes=False)
_PEOPLE = replace(_CALM, programs=False)  # without an exchange what a program writes just then is lost

SHARES = (
    Share("shared folder", _CALM),
    Share("shared folder, crashes", replace(_CALM, crashes=True, forgets=True)),
    Share("shared folder, errors", replace(_CALM, errors=True)),
    Share("shared folder, clocks apart", replace(_CALM, crashes=True), is_apart=True),
    Share("shared folder, no exchange", replace(_PEOPLE, crashes=True), exchanges=False),
    Share(
        "shared folder, no exchange, errors", replace(_PEOPLE, errors=True), exchanges=False, is_apart=True
    ),
)
