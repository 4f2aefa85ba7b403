"""Histories of everything at once: whoever writes does so with a value of his own (oracle a)."""

from __future__ import annotations

from collections.abc import Callable

from sync.core.model import Change
from sync.ports import LEDGER_SUFFIX
from tests.sim.histories import Scene
from tests.sim.histories_moves import Movers
from tests.sim.histories_values import YEAR, Setting
from tests.sim.oracles_rest import check_rest

SETTINGS = (
    Setting("calm"),
    Setting("crashes", crashes=True, forgets=True),
    Setting("marks dropped", drops=True, crashes=True, forgets=True),
    Setting("races", races=True, crashes=True),
    Setting("upheavals", moves=True, upheavals=True, crashes=True),
    Setting("photos moved alone", wanders=True, crashes=True, errors=True),
    Setting("stale program", stale=True),
    Setting("program that never reads", deaf=True, stale=True, crashes=True),
    Setting("errors", errors=True, crashes=True),
    Setting("all", drops=True, crashes=True, forgets=True, races=True, moves=True, upheavals=True),
    Setting("files held open", drops=True, crashes=True, forgets=True, races=True, holds=True),
)


class Wild(Movers):
    """One history: acts at random, and what must hold whenever everything is at rest."""

    def __init__(self, seed: int, setting: Setting, scene: Scene | None = None) -> None:
        super().__init__(scene or Scene(seed, setting))
        if setting.holds:
            self.scene.cuts = ("killed",)  # with the power programs end as well, whatever they have open
        self.false = self.rounds = 0

    def run(self, steps: int, *, rests: int = 4) -> Wild:
        """So many acts, with a rest now and then, and at the end."""
        for number in range(1, steps + 1):
            act = self.rng.choice(self.acts())
            self.scene.say(act.__name__)
            act()
            self.scene.machine.pass_time(self.rng.choice([0.01, 0.3, 3, 90]))
            if number % rests == 0 or number == steps:
                self.rest()
        return self

    def acts(self) -> list[Callable[[], None]]:
        """What may happen next in this setting."""
        setting = self.scene.setting
        acts = [self.person, self.person, self.person]
        acts += [self.program, self.program, self.program] if setting.programs else []
        acts += [self.undo, self.look, self.scan]
        acts += [self.tear] if setting.programs else []
        acts += [self.hold, self.hold, self.late, self.late, self.late, self.go_on] if setting.holds else []
        if not setting.stale:  # a new mirror has no history by which to tell who is stale
            acts += [self.lost_mirror]
        if setting.crashes:
            acts += [self.restart]
        if setting.moves:
            acts += [self.move, self.replace]
        if setting.wanders:
            acts += [self.wander, self.wander, self.swap]
        if setting.upheavals:
            acts += [self.unmount, self.roll_back, self.clock]
        return acts

    def rest(self) -> None:
        """Let all that was begun end, and judge."""
        for path in list(self.torn):
            self.finish(path)
        self.rounds = max(self.rounds, self.scene.settle())
        self.false = check_rest(self.scene)
        self.scene.remembers = False
        self.late_at.clear()
        self.scene.say(str(sorted(self.scene.index.items())))
        self.keep_ledgers()

    def keep_ledgers(self) -> None:
        """Somebody makes a backup."""
        if len(self.old) < 6:
            self.old += [item for item in self.scene.fs.contents().items() if item[0].endswith(LEDGER_SUFFIX)]

    # What befalls the house.

    def scan(self) -> None:
        """A rescan, which may be cut short."""
        self._disturb(self._path())
        self.scene.scan(everything=self.rng.random() < 0.2)

    def restart(self) -> None:
        """A new process, which may have lost what was observed; it begins with a rescan."""
        self.scene.restart(0.6)
        self.scene.scan()

    def lost_mirror(self) -> None:
        """Somebody deletes an XMP: it is written again, nothing is taken for cleared (I10)."""
        path = self._path()
        name = path + ".xmp"
        if {name, path + LEDGER_SUFFIX} <= self.scene.fs.nodes.keys() and path not in self.torn:
            self.scene.settle()
            self.scene.due.clear()  # no sync tool brings something now: what nobody has seen, nobody keeps
            self.scene.settle()
            if self.scene.engine.look(path).pending:
                return
            self._note(path, None)
            self.scene.machine.hands.remove(name)
            self.scene.touch(name)
            self.scene.settle()

    def replace(self) -> None:
        """Somebody deletes a photo with its sidecars and puts another there: it inherits nothing."""
        path = self._path()
        if path in self.torn:
            return
        for suffix in ("", ".xmp", LEDGER_SUFFIX):
            self.scene.machine.hands.remove(path + suffix)
        self.scene.notes.pop(path + ".xmp", None)
        if self.rng.random() < 0.5:
            self.scene.scan()
        self.scene.photo(path, b"another picture %d" % self.scene.count("replaced"))
        self._forget(path)

    def unmount(self) -> None:
        """The root is empty, or gone, or answers with an error: nothing changes (I10)."""
        scene, fs = self.scene, self.scene.fs
        index, nodes, writes = dict(scene.index), fs.nodes, list(fs.writes)
        scene.count("unmounts")
        way = self.rng.choice(["empty", "ENOENT", "EIO", "ESTALE"])
        errors = {
            "ENOENT": FileNotFoundError(2, "gone"),
            "EIO": OSError(5, "I/O error"),
            "ESTALE": OSError(116, "stale"),
        }
        fs.root_error, scene.is_away = errors.get(way), True
        fs.nodes = {} if way == "empty" else nodes
        scene.scan()
        scene.touch(*[path + ".xmp" for path in scene.originals], *scene.originals)
        done = scene.edit(self._path(), Change("title", "set", "never"))
        fs.root_error, fs.nodes, scene.is_away = None, nodes, False
        assert done is None, "I10: an edit was acknowledged without a disk"
        assert (scene.index, fs.writes) == (index, writes), f"I10: {way}"

    def roll_back(self) -> None:
        """An older ledger is put back; this site remembers the newer."""
        older = [(path, data) for path, data in self.old if path in self.scene.fs.nodes]
        if older:
            self.scene.settle()
            path, data = self.rng.choice(older)
            self.scene.machine.hands.replace(path, data)
            self.scene.remembers = True
            self.scene.count("rollbacks")

    def clock(self) -> None:
        """The clock is put years on or back (I14)."""
        clock = self.scene.machine.site.clock
        years = self.rng.choice([-10, -1, 1, 10])
        clock.sleep(years * YEAR)
        self.scene.count("clock jumps")
