"""Watch and engine together on the real disk: from another program's write to the told asset, and no echo."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from sync.core.model import Change
from sync.engine import Engine, Event, Later, Seen, Site
from sync.watch import Watch
from tests.sim.tools import FakeTool
from tests.sync.machines import Machine, disk_machine
from tests.sync.sides import DiskHands


class FakeApplication:
    """What `kphotos watch` does: touch what is calm, hand `Later` back to the watch, keep the rest."""

    def __init__(self, machine: Machine) -> None:
        site = machine.site
        self._engine = Engine(
            machine.volume, Site(site.id, "watching", site.memory, site.lock, site.clock, site.rng)
        )
        self.events: list[Event] = []
        self._new = threading.Condition()
        assert isinstance(machine.hands, DiskHands)
        self.watch = Watch(machine.hands.root, self._on_calm)

    def _on_calm(self, paths: frozenset[str]) -> None:
        for event in self._engine.touch(paths):
            if isinstance(event, Later):
                self.watch.again(event.path, event.seconds)
            with self._new:
                self.events.append(event)
                self._new.notify_all()

    def wait(self, wanted: Callable[[Event], bool], seconds: float = 6.0) -> float:
        """Seconds until an event came."""
        start = time.monotonic()
        with self._new:
            assert self._new.wait_for(lambda: any(map(wanted, self.events)), seconds), self.events
        return time.monotonic() - start


def shows(path: str, field: str, value: object) -> Callable[[Event], bool]:
    return lambda event: (
        isinstance(event, Seen) and event.asset.path == path and event.asset.document.value(field) == value
    )


def test_from_a_tools_rewrite_to_the_told_asset_in_under_two_seconds(tmp_path: Path) -> None:
    machine = disk_machine(tmp_path)
    machine.hands.put("d/IMG.JPG", b"the picture")
    machine.edit("d/IMG.JPG", rating=4)
    application = FakeApplication(machine)
    application.watch.start()
    try:
        application.wait(shows("d/IMG.JPG", "rating", 4))
        tool = FakeTool(machine.hands, "d/IMG.JPG.xmp")
        tool.set(rating=2)
        assert application.wait(shows("d/IMG.JPG", "rating", 2)) < 2
        whole = tool.compose(rating=3)
        machine.hands.put("d/IMG.JPG.xmp", whole[:54])
        time.sleep(0.5)
        machine.hands.put("d/IMG.JPG.xmp", whole)
        application.wait(shows("d/IMG.JPG", "rating", 3))
        machine.hands.put("d/new.JPG", b"new")
        application.wait(shows("d/new.JPG", "rating", None))
        assert not any(isinstance(e, Seen) and e.asset.problems for e in application.events)
    finally:
        application.watch.stop()


def test_our_own_edits_echo_neither_events_nor_writes_and_leave_no_temps(tmp_path: Path) -> None:
    machine = disk_machine(tmp_path)
    machine.hands.put("IMG.JPG", b"the picture")
    machine.edit("IMG.JPG", rating=1)
    machine.pass_time(2.1)
    machine.scan()
    application = FakeApplication(machine)
    application.watch.start()
    try:
        application.wait(lambda event: True)
        time.sleep(0.3)
        application.events.clear()
        machine.engine.edit("IMG.JPG", [Change("rating", "set", 3)], "user:alice")
        machine.engine.edit("IMG.JPG", [Change("rating", "set", 5)], "user:alice")
        before = machine.hands.read("IMG.JPG.xmp"), machine.hands.read("IMG.JPG.kphotos.json")
        deadline = time.monotonic() + 5
        while any(name.startswith(".kphotos-tmp") for name in machine.hands.names()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.5)
        assert (machine.hands.read("IMG.JPG.xmp"), machine.hands.read("IMG.JPG.kphotos.json")) == before
        told = [event.asset for event in application.events if isinstance(event, Seen)]
        assert {asset.document.value("rating") for asset in told} <= {5}
    finally:
        application.watch.stop()
