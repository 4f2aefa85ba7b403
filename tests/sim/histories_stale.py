"""A program with an old database beside people: it never wins silently, its own edits count (oracle c)."""

from __future__ import annotations

from collections.abc import Mapping

from sync.core.model import Change
from sync.core.values import text
from tests.sim.histories import Scene
from tests.sim.histories_programs import Program, register
from tests.sim.histories_values import Setting
from tests.sim.oracles import REGISTERS, Lost, keyed_values
from tests.sim.oracles_rest import check_rest

PHOTO = "d/IMG_1.JPG"
SIDECAR = PHOTO + ".xmp"


class Stale:
    """One history. `kept`: people's values that an old database was about to undo; `taken`: its own edits."""

    def __init__(self, seed: int, *, deaf: bool = False) -> None:
        self.scene = Scene(seed, Setting(f"stale, deaf {deaf}", stale=True, deaf=deaf), (PHOTO,))
        self.rng = self.scene.rng
        self.program = Program(self.scene.fs, is_stale=True, is_deaf=deaf)
        self.edits = self.kept = self.taken = self.same_field = self.taken_for_stale = 0

    def run(self, steps: int) -> Stale:
        """So many edits, each judged; then everything else that must hold at rest."""
        for number in range(1, steps + 1):
            self.edits += 1
            name = self.rng.choice(REGISTERS)
            if self.rng.random() < 0.5:
                self.scene.edit(PHOTO, Change(name, "set", register(name, number)))
            else:
                if self.rng.random() < 0.25 and not self.program.is_deaf:
                    self.program.read(SIDECAR, self.scene.books[PHOTO])
                self._write(name, number)
            self.scene.machine.pass_time(self.rng.choice([0.1, 3]))
            self.scene.scan()
        self.scene.settle()
        check_rest(self.scene)
        return self

    def _write(self, name: str, number: int) -> None:
        before = keyed_values(self.scene.engine.look(PHOTO).document.content())
        had = keyed_values(self.program.database)
        value = register(name, number)
        self.scene.count("stale writes")
        self.program.save(SIDECAR, self.program.set(SIDECAR, number, **{name: value}))
        self.scene.notes[SIDECAR] = number
        self.scene.touch(SIDECAR)
        asset = self.scene.engine.look(PHOTO)
        after = keyed_values(asset.document.content())
        self.scene.say(text(after))
        for key in REGISTERS:
            if key != name and key in before:
                self.kept += had.get(key) != before[key]
                if after.get(key) != before[key]:
                    raise Lost(f"an old database silently won: {before[key]} became {after.get(key)}")
        self._judge_own(
            name, text(value), before.get(name) != had.get(name), asset.ledger.stale.get(name, {})
        )

    def _judge_own(self, name: str, value: str, was_changed: bool, listed: Mapping[str, object]) -> None:
        held = {text(c.v) for c in self.scene.engine.look(PHOTO).ledger.fields.get(name, ())}
        if was_changed:
            self.same_field += 1  # undecidable: it looks like a fresh edit of what people had changed
        if value in held:
            self.taken += 1
        elif value in map(text, listed.values()):
            self.taken_for_stale += 1
        else:
            raise Lost(f"a new edit was not taken: {name} {value}, held {held}")
