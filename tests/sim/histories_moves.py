"""Photos that people move without their sidecars or give each other's names, while disk or lock refuse."""

from __future__ import annotations

import errno
import os

from sync.engine import hash_of
from sync.ports import LEDGER_SUFFIX, split
from tests.sim.histories import Scene
from tests.sim.histories_people import People
from tests.sim.histories_values import facts
from tests.sim.world import MemLock

_FARTHEST = 60  # operations of a scan within which a refusal strikes
_AGAIN = 31  # seconds after which what was refused is tried again


class Movers(People):
    """Who moves a photo alone waits until its metadata are there; `old` are ledgers that were put by."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.old: list[tuple[str, bytes]] = []

    def find_photos(self) -> None:
        """Forget whatever was begun with photos that others have taken away."""
        for path in self.scene.find_photos():
            self._forget(path)

    def _forget(self, path: str) -> None:
        self.old = [item for item in self.old if item[0] != path + LEDGER_SUFFIX]
        self.pages = [page for page in self.pages if page.asset.path != path]
        self.undos = [undo for undo in self.undos if undo[0] != path]
        self.torn.pop(path, None)
        self.lagging.pop(path, None)
        self.programs.pop(path, None)

    def move(self) -> None:
        """Somebody moves a photo with its sidecars."""
        scene, old = self.scene, self._path()
        new = f"{self.rng.choice('def')}/IMG_{scene.count('moves') + 10}.{old.rpartition('.')[2]}"
        if old in self.torn:
            return
        scene.settle()  # what our own edits took out is cleared away by name
        for suffix in ("", ".xmp", LEDGER_SUFFIX):
            if old + suffix in scene.fs.nodes:
                scene.machine.hands.move(old + suffix, new + suffix)
        note = scene.notes.get(old + ".xmp")
        scene.find_photos()
        scene.notes[new + ".xmp"] = note
        scene.scan()

    def wander(self) -> None:
        """Somebody moves or renames a photo alone."""
        old = self._path()
        suffix = old.rpartition(".")[2]
        new = f"{self.rng.choice([split(old)[0], 'w'])}/WENT_{self.scene.count('wanderings')}.{suffix}"
        self._rename({old: new})

    def swap(self) -> None:
        """Somebody gives photos each other's names; an XMP alone is whoever's that has its name."""
        ring = self.rng.sample(sorted(self.scene.originals), len(self.scene.originals))
        self.scene.settle()
        there = self.scene.fs.nodes.keys()
        if len(ring) > 1 and all({path + ".xmp", path + LEDGER_SUFFIX} <= there for path in ring):
            self.scene.count("swaps")
            self._rename(dict(zip(ring, [*ring[1:], ring[0]], strict=True)))

    def _rename(self, names: dict[str, str]) -> None:
        """All at once for K-Photos, which is refused something on the way, or stopped, or not."""
        scene, hands = self.scene, self.scene.machine.hands
        if self.torn or self.lagging:
            return
        scene.settle()
        self._hash()
        notes = {new: scene.notes.pop(old + ".xmp", None) for old, new in names.items()}
        for old in names:
            hands.move(old, f"{old}.moving")
        for old, new in names.items():
            hands.move(f"{old}.moving", new)
        self.find_photos()
        scene.notes |= {new + ".xmp": note for new, note in notes.items() if note is not None}
        self._refuse()
        later = scene.scan() if self.rng.random() < 0.5 else scene.touch(*names, *names.values())
        scene.fault, self._lock.refuse_in = None, 0
        if self.rng.random() < 0.5:
            self._hash()
        scene.machine.pass_time(_AGAIN)
        scene.touch(*later)
        scene.settle()
        self._hash()
        scene.machine.pass_time(_AGAIN)
        scene.settle()

    @property
    def _lock(self) -> MemLock:
        lock = self.scene.machine.site.lock
        assert isinstance(lock, MemLock)
        return lock

    def _refuse(self) -> None:
        """Let something go wrong in what the engine does next: the disk, a lock, or all of it."""
        way = self.rng.choice(["nothing", "lock", "EIO", "EACCES", "ESTALE", "crash"])
        if way == "lock":
            self._lock.refuse_in = self.rng.randrange(1, 4)
        elif way != "nothing":
            number = getattr(errno, way, None)
            error = OSError(number, os.strerror(number)) if number else None
            self.scene.fault = self.scene.fs.operations + self.rng.randrange(1, _FARTHEST), error
        self.scene.say(f"moved, {way}")

    def _hash(self) -> None:
        """The jobs read the originals."""
        scene = self.scene
        for path in sorted(scene.originals):
            signature, content = scene.fs.stat(path).signature(), hash_of(scene.fs, path)
            asset = scene.call(lambda: scene.engine.hashed(path, signature, content))  # noqa: B023
            if asset is not None:
                scene.index[path] = facts(asset)
