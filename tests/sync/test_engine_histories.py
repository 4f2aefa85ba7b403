"""Random histories of one photo: people and programs in turn, crashes, forgetting: nothing is lost.

Every title is unique and somebody looked between any two writers, so the newest must be what is shown,
save that a crash may leave the one before. A tool with an old database never takes a title back.
"""

from __future__ import annotations

import random

import pytest

from tests.sim.memfs import Crash
from tests.sim.tools import FakeTool
from tests.sync.machines import Machine, assets, simulated_machine

PHOTO = "IMG.JPG"
SIDECAR = PHOTO + ".xmp"
HISTORIES = 60


class History:
    """One random history; `allowed` are the titles that may be shown now."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.machine: Machine = simulated_machine(exchanges=self.random.random() < 0.8, seed=seed)
        self.machine.hands.put(PHOTO, b"the picture")
        self.allowed: set[str | None] = {None}
        self.count = 0
        self.log: list[str] = []

    def step(self) -> None:
        """Something happens."""
        acts = [self.person, self.person, self.tool, self.tool, self.crash, self.forget, self.rest, self.torn]
        act = self.random.choice(acts)
        self.log.append(act.__name__)
        act()
        self.machine.pass_time(self.random.choice([0.01, 1, 30]))
        self.check()

    def title(self) -> str:
        self.count += 1
        return f"title {self.count}"

    def person(self) -> None:
        title = self.title()
        self.machine.edit(PHOTO, title=title, rating=self.count % 6)
        self.allowed = {title}

    def tool(self) -> None:
        title = self.title()
        FakeTool(self.machine.hands, SIDECAR, in_place=self.random.random() < 0.5).set(title=title)
        self.machine.touch(SIDECAR)
        self.allowed = {title}

    def torn(self) -> None:
        """A program is interrupted half-way; a person edits meanwhile; the program finishes."""
        if SIDECAR not in self.machine.hands.names():
            return
        tool = FakeTool(self.machine.hands, SIDECAR)
        whole = tool.compose()
        self.machine.hands.put(SIDECAR, whole[:54])
        title = self.title()
        self.machine.edit(PHOTO, title=title)
        self.machine.pass_time(0.01)
        self.machine.hands.put(SIDECAR, whole)
        self.machine.touch(SIDECAR)
        self.allowed = {title}

    def crash(self) -> None:
        fs, title = self.machine.memfs, self.title()
        fs.durable_nodes = dict(fs.nodes)
        end = fs.operations + self.random.randrange(1, 60)

        def stop(number: int, operation: str, path: str) -> None:
            if number == end:
                raise Crash

        fs.before = stop
        try:
            self.machine.edit(PHOTO, title=title)
            self.allowed = {title}
        except Crash:
            self.allowed = self.allowed | {title}
        fs.before = lambda *_: None
        if self.random.random() < 0.5:
            fs.power_cut(keep_names=self.random.random() < 0.5)
        self.machine.restart(forget=self.random.random() < 0.3)
        self.machine.pass_time(3)
        self.allowed = {
            assets(self.machine.scan(everything=True))[PHOTO].document.value("title")
        } & self.allowed

    def forget(self) -> None:
        self.machine.restart(forget=True)

    def rest(self) -> None:
        self.machine.pass_time(3)
        self.machine.scan()
        fs = self.machine.memfs
        fs.writes.clear()
        self.machine.pass_time(3)
        self.machine.scan(everything=True)
        assert fs.writes == []

    def check(self) -> None:
        asset = assets(self.machine.scan(everything=True))[PHOTO]
        assert asset.document.value("title") in self.allowed
        assert (asset.problems, asset.pending, asset.document.conflicts) == ((), False, ())
        if SIDECAR in self.machine.hands.names():
            assert self.machine.mirror(PHOTO) == asset.document.content()
        assert self.machine.hands.read(PHOTO) == b"the picture"


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_a_random_history_loses_nothing_and_comes_to_rest(seed: int) -> None:
    history = History(seed)
    for _ in range(10):
        history.step()
    history.rest()


def test_the_same_seed_gives_the_same_bytes() -> None:
    def contents() -> dict[str, bytes]:
        history = History(7)
        for _ in range(10):
            history.step()
        return history.machine.memfs.contents()

    assert contents() == contents()
