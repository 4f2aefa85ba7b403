"""A folder on another machine's disk: what was written just now is young, however far our clock is ahead."""

from __future__ import annotations

import pytest

from sync.engine import Site, Volume, begin
from sync.engine.ahead import Ahead
from sync.ports import FILE, Stat
from tests.sim.memfs import MemFS
from tests.sim.world import FakeClock, FakeRng, MemLock, MemMemory
from tests.sync.machines import Machine, assets

HOUR = 3600
PHOTO = "d/IMG_1.JPG"
SIDECAR = PHOTO + ".xmp"
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="{}"/>'
    "</rdf:RDF></x:xmpmeta>"
)


class Served:
    """A client of a folder whose server has a clock of its own and keeps whole seconds."""

    def __init__(self, ahead: float) -> None:
        self.server, self.client = FakeClock(), FakeClock()
        self.client.ns += int(ahead * 10**9)
        self.fs = MemFS(self.server, granularity_ns=10**9)
        memory = MemMemory()
        site = Site("site-1", "node0", memory, MemLock(), self.client, FakeRng(1))
        volume = Volume("volume-1", self.fs)
        begin(volume, site)
        self.machine = Machine(self.fs, self.fs.hands, site, volume, memory)
        self.fs.hands.put(PHOTO, b"picture")
        self.rates(1)

    def rates(self, stars: int) -> None:
        """Another client writes in place, the same number of bytes each time."""
        self.fs.hands.put(SIDECAR, XMP.format(stars).encode())

    def pass_time(self, seconds: float) -> None:
        for clock in (self.server, self.client):
            clock.pass_time(seconds)

    def looked(self) -> int:
        return len(assets(self.machine.scan()))

    def rating(self) -> int:
        return int(self.machine.engine.look(PHOTO).document.value("rating"))


@pytest.mark.parametrize("ahead", [-HOUR, 0, 1.5, 3, HOUR, 10 * 8766 * HOUR])
def test_a_second_write_within_the_same_moment_is_seen(ahead: float) -> None:
    served = Served(ahead)
    assert served.looked() == 1
    served.pass_time(0.2)
    served.rates(2)
    assert served.looked() == 1
    assert served.rating() == 2


@pytest.mark.parametrize("ahead", [0, 1.5, 3, HOUR, 10 * 8766 * HOUR])
def test_what_is_old_by_the_disks_own_clock_is_not_looked_at_for_ever(ahead: float) -> None:
    served = Served(ahead)
    served.machine.scan()
    served.pass_time(5)
    assert served.looked() == 1
    assert served.looked() == 0


def test_a_write_of_which_the_ctime_is_not_known_tells_nothing() -> None:
    served = Served(HOUR)
    ahead = Ahead(served.machine.volume, served.machine.site)
    assert ahead.note(Stat(FILE, 1, 2, 3, 0)) == {}
    assert ahead.ns() // 10**9 == HOUR


def test_a_clock_that_is_put_right_is_noticed_by_the_next_write_and_one_set_back_at_once() -> None:
    served = Served(HOUR)
    served.machine.edit(PHOTO, title="Lake")
    served.pass_time(30)
    served.machine.scan()
    served.client.ns = served.server.ns
    served.rates(3)
    served.pass_time(10)
    served.machine.scan()  # which writes
    served.pass_time(10)
    served.machine.scan()
    assert served.looked() == 0, "what was found by the old clock counts no more"
    served.client.ns += 2 * HOUR * 10**9
    served.machine.edit(PHOTO, title="Pond")
    assert served.looked() == 1
    served.rates(4)
    served.rates(5)
    assert served.looked() == 1
    assert served.rating() == 5
