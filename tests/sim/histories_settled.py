"""Small values, one fresh editor at a time, a settle between: exactly what was said last (oracle b).

Values return, are removed and come back, which unique values never do. Only what nobody can decide may
come out otherwise, and it must be listed: a program takes back all that K-Photos changed since.
"""

from __future__ import annotations

from typing import Any

from sync.core.model import Change
from sync.core.values import text
from tests.sim.histories import Scene
from tests.sim.histories_programs import Program
from tests.sim.histories_values import Setting
from tests.sim.oracles import Lost
from tests.sim.oracles_rest import check_rest

PHOTO = "d/IMG_1.JPG"
SIDECAR = PHOTO + ".xmp"


class Settled:
    """One history; `undecided` counts what was listed for a person instead of being taken."""

    def __init__(self, seed: int, *, drops: bool = False) -> None:
        self.scene = Scene(seed, Setting(f"settled, marks dropped {drops}", drops=drops), (PHOTO,))
        self.rng = self.scene.rng
        self.truth: dict[str, Any] = {}
        self.edits = self.undecided = 0

    def run(self, steps: int) -> Settled:
        """So many edits, each judged; then everything else that must hold at rest."""
        for number in range(1, steps + 1):
            name = self.rng.choice(["title", "rating", "tags"])
            value = self._value(name)
            self.edits += 1
            if self.rng.random() < 0.5:
                change = Change(name, "clear") if value is None else Change(name, "set", value)
                self.scene.edit(PHOTO, change)
            else:
                drops = self.scene.setting.drops and self.rng.random() < 0.3
                program = Program(self.scene.fs, drops=drops, in_place=self.rng.random() < 0.5)
                before = self.scene.fs.nodes[SIDECAR].mtime_ns if SIDECAR in self.scene.fs.nodes else None
                program.save(SIDECAR, program.set(SIDECAR, number, **{name: value}))
                if before is not None and self.rng.random() < 0.3:
                    self.scene.machine.hands.date(SIDECAR, before)  # as darktable's crawler does
                self.scene.count("marks dropped", drops)
                self.scene.notes[SIDECAR] = number
                self.scene.touch(SIDECAR)
            self.truth[name] = value
            self.scene.settle()
            self._judge()
        check_rest(self.scene)
        return self

    def _value(self, name: str) -> Any:
        if name == "tags":
            return tuple(sorted(self.rng.sample(["a", "b", "c/d"], self.rng.randint(0, 3)))) or None
        return self.rng.choice([None, "x", "y"] if name == "title" else [None, 1, 2])

    def _judge(self) -> None:
        asset = self.scene.engine.look(PHOTO)
        self.scene.say(text({key: asset.document.value(key) for key in sorted(self.truth)}))
        wrong = {key: value for key, value in self.truth.items() if asset.document.value(key) != value}
        if wrong:
            listed = {key.partition("/")[0] for key in asset.ledger.stale}
            if not wrong.keys() <= listed:
                raise Lost(f"{wrong}, shown {[asset.document.value(key) for key in wrong]}, not listed")
            self.undecided += 1
            self.truth = {key: asset.document.value(key) for key in self.truth}
            return
        for name, candidates in asset.ledger.fields.items():
            if sum(candidate.v is not None for candidate in candidates) > 1:
                raise Lost(f"false candidates of {name}: {candidates}")
