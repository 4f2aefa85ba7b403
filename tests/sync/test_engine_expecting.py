"""Many originals are read at once, and the memory asked once for them: quicker, and nothing else."""

from __future__ import annotations

from typing import Any

from sync.codecs import xmp
from sync.core.model import Change
from sync.engine import Engine, Seen
from sync.engine.rounds import _AT_ONCE
from tests.sim.world import MemMemory
from tests.sync.machines import Machine, assets, simulated_machine


class FakeCounted(MemMemory):
    """A memory that counts the questions which it has to go and look for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.expected_calls = 0

    def last(self, volume: str, path: str) -> bytes | None:
        if (volume, path) not in self._expected:
            self.asked.append(path)
        return super().last(volume, path)

    def expect(self, volume: str, paths: Any) -> None:
        super().expect(volume, paths)
        self.expected_calls += bool(self._expected)


def library(count: int) -> tuple[Machine, FakeCounted]:
    machine = simulated_machine()
    memory = FakeCounted()
    machine.memory = memory
    machine.restart()
    for number in range(count):
        machine.hands.put(f"IMG_{number:04}.JPG", b"photo")
    machine.scan()
    for number in range(count):
        machine.edit(f"IMG_{number:04}.JPG", title=f"Lake {number}")
    machine.pass_time(700)
    machine.scan()
    return machine, memory


def test_a_whole_scan_asks_the_memory_once_for_each_hundred() -> None:
    machine, memory = library(_AT_ONCE + 20)
    memory.asked, memory.expected_calls = [], 0
    told = assets(machine.scan(everything=True))
    assert len(told) == _AT_ONCE + 20
    assert memory.expected_calls == 2
    assert [path for path in memory.asked if "IMG_" in path or path.startswith("//id/")] == []


def test_an_edit_in_the_middle_of_a_scan_is_neither_lost_nor_told_as_it_was() -> None:
    machine, _ = library(3)
    events = machine.engine.scan(everything=True)
    first = next(event for event in events if isinstance(event, Seen))
    assert first.asset.path == "IMG_0000.JPG"
    other = Engine(machine.volume, machine.site)
    other.edit("IMG_0002.JPG", [Change("title", "set", "Storm")], "user:bob")
    told = [event.asset for event in events if isinstance(event, Seen)]
    stale = next(asset for asset in told if asset.path == "IMG_0002.JPG")
    assert not machine.engine.is_fresh(stale) or stale.document.value("title") == "Storm"
    assert machine.engine.look("IMG_0002.JPG").document.value("title") == "Storm"
    assert machine.mirror("IMG_0002.JPG")["title"] == "Storm"
    assert assets(machine.scan(everything=True))["IMG_0002.JPG"].document.value("title") == "Storm"


def test_a_program_that_writes_in_the_middle_of_a_scan_is_taken_in_by_the_next() -> None:
    machine, _ = library(3)
    events = machine.engine.scan(everything=True)
    next(event for event in events if isinstance(event, Seen))
    path = "IMG_0002.JPG.xmp"
    before = machine.hands.read(path)
    machine.hands.put(path, before.replace(b"Lake 2", b"Harbour"))
    assert xmp.read(machine.hands.read(path)).sources["title"]["dc:title"] == "Harbour"
    list(events)
    assert assets(machine.scan())["IMG_0002.JPG"].document.value("title") == "Harbour"
    assert machine.ledger("IMG_0002.JPG").fields["title"][0].v == "Harbour"
