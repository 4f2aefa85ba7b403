"""A volume that several sites share: how it is known, and how each waits for what is still on its way."""

from __future__ import annotations

from typing import Any

import pytest

from sync.core.model import Change
from sync.engine import Asset, Later, Site, Volume, begin
from tests.sim.memfs import MemFS
from tests.sim.tools import FakeTool
from tests.sim.world import FakeRng, MemLock, MemMemory
from tests.sync.machines import Machine, assets, simulated_machine

PHOTO = "d/IMG.JPG"
SIDECAR, LEDGER = PHOTO + ".xmp", PHOTO + ".kphotos.json"


def another(machine: Machine, name: str = "site-2") -> Machine:
    """Another site with a disk of its own, on which the photo and the volume's own folder lie."""
    fs = MemFS(machine.site.clock)  # type: ignore[arg-type]
    memory = MemMemory()
    site = Site(name, "m0", memory, MemLock(), machine.site.clock, FakeRng(2))
    fs.hands.put(PHOTO, b"the picture")
    begin(Volume("volume-1", fs), site)
    made = Machine(fs, fs.hands, site, Volume("volume-1", fs), memory)
    made.site = Site(site.id, "m1", memory, site.lock, site.clock, site.rng)
    made.restart()
    carry(machine, made, ".kphotos/sites/")
    carry(made, machine, ".kphotos/sites/")
    return made


def carry(one: Machine, other: Machine, prefix: str) -> None:
    """Carry files over as a sync tool does."""
    for path, data in one.memfs.contents().items():
        if path.startswith(prefix):
            other.hands.replace(path, data)


def two() -> tuple[Machine, Machine]:
    here = simulated_machine()
    here.hands.put(PHOTO, b"the picture")
    here.scan()
    there = another(here)
    for machine in (here, there):
        machine.pass_time(5)
        machine.scan()
    return here, there


def writes(machine: Machine) -> list[tuple[str, str]]:
    return machine.memfs.writes


def title(asset: Asset) -> Any:
    return asset.document.value("title")


def test_a_site_writes_itself_down_once_and_knows_the_others() -> None:
    here, there = two()
    names = here.hands.names(".kphotos/sites")
    assert names == there.hands.names(".kphotos/sites")
    assert len(names) == 2
    writes(here).clear()
    here.scan(everything=True)
    assert writes(here) == []


def test_a_site_that_comes_to_a_marked_volume_writes_itself_down_at_its_first_scan() -> None:
    here, _ = two()
    site = Site("site-3", "m3", MemMemory(), MemLock(), here.site.clock, here.site.rng)
    Machine(here.fs, here.hands, site, here.volume, MemMemory()).scan()
    assert len(here.hands.names(".kphotos/sites")) == 3


def test_looking_at_one_photo_writes_nothing_even_for_a_new_site() -> None:
    here, _ = two()
    writes(here).clear()
    site = Site("site-3", "m3", MemMemory(), MemLock(), here.site.clock, here.site.rng)
    Machine(here.fs, here.hands, site, here.volume, MemMemory()).engine.look(PHOTO)
    assert writes(here) == []


@pytest.mark.parametrize("order", [(LEDGER, SIDECAR), (SIDECAR, LEDGER)], ids=["ledger first", "XMP first"])
def test_what_is_merely_received_is_taken_in_without_a_write(order: tuple[str, str]) -> None:
    here, there = two()
    for value in ("Lake", "Sea"):
        here.edit(PHOTO, title=value, tags=("a", value))
        here.pass_time(3)
        here.scan()
        writes(there).clear()
        for path in order:
            carry(here, there, path)
            there.pass_time(3)
            there.scan()
        asset = assets(there.scan(everything=True))[PHOTO]
        assert title(asset) == value
        assert (asset.pending, asset.problems, asset.document.conflicts) == (False, (), ())
        assert writes(there) == []


def test_an_xmp_whose_ledger_has_not_come_is_waited_with_and_never_read_as_an_edit() -> None:
    here, there = two()
    here.edit(PHOTO, title="Lake", tags=("a", "b"))
    here.pass_time(3)
    here.scan()
    carry(here, there, PHOTO)
    there.pass_time(3)
    there.scan()
    here.edit(PHOTO, title="Sea", tags=("a",))
    carry(here, there, SIDECAR)
    there.pass_time(3)
    events = there.scan()
    later = [event.seconds for event in events if isinstance(event, Later)]
    assert len(later) == 1
    assert 590 < later[0] < 600
    assert title(assets(events)[PHOTO]) == "Lake"
    asset = there.engine.edit(PHOTO, [Change("rating", "set", 4)], "user:bob").asset
    assert asset.document.value("rating") == 4
    assert there.hands.read(SIDECAR) == here.hands.read(SIDECAR)
    carry(there, here, LEDGER)
    here.pass_time(3)
    here.scan()
    carry(here, there, LEDGER)
    carry(here, there, SIDECAR)
    there.pass_time(3)
    asset = assets(there.scan())[PHOTO]
    assert asset.document.content() == {"title": "Sea", "tags": ("a",), "rating": 4}
    assert asset.document.conflicts == ()


def test_after_ten_minutes_it_stands_beside_ours_and_takes_nothing_away() -> None:
    here, there = two()
    there.edit(PHOTO, title="Lake", tags=("a", "b"))
    there.pass_time(3)
    there.scan()
    here.edit(PHOTO, title="Sea", tags=("c",))
    carry(here, there, SIDECAR)
    there.pass_time(300)
    there.scan()
    assert there.engine.look(PHOTO).document.content() == {"title": "Lake", "tags": ("a", "b")}
    there.pass_time(301)
    asset = assets(there.scan())[PHOTO]
    assert set(asset.document.value("tags")) == {"a", "b", "c"}
    assert {candidate.v for candidate in asset.ledger.fields["title"]} == {"Lake", "Sea"}
    assert there.mirror(PHOTO) == asset.document.content()


def test_a_tools_edit_is_marked_anew_so_that_others_know_whose_it_is() -> None:
    here, there = two()
    here.edit(PHOTO, title="Lake", tags=("a", "b"))
    here.pass_time(3)
    here.scan()
    FakeTool(here.hands, SIDECAR).set(tags=("a",))
    tools = here.hands.read(SIDECAR)
    here.pass_time(3)
    here.scan()
    assert here.hands.read(SIDECAR) != tools
    assert here.mirror(PHOTO) == {"title": "Lake", "tags": ("a",)}
    carry(here, there, PHOTO)
    there.pass_time(3)
    writes(there).clear()
    assert assets(there.scan())[PHOTO].document.content() == {"title": "Lake", "tags": ("a",)}
    assert writes(there) == []


def test_another_sites_temp_is_left_for_an_hour_and_then_taken_in() -> None:
    here, there = two()
    here.edit(PHOTO, title="Lake")
    here.edit(PHOTO, title="Sea")
    temps = [path for path in here.memfs.contents() if "-swap-" in path]
    assert temps
    carry(here, there, "d/")
    for _ in range(3):
        there.pass_time(1000)
        there.scan()
        assert [path for path in temps if path.removeprefix("d/") in there.hands.names("d")] == temps
    for _ in range(2):
        there.pass_time(1000)
        there.scan()
    assert there.hands.names("d") == ["IMG.JPG", "IMG.JPG.kphotos.json", "IMG.JPG.xmp"]
    assert title(there.engine.look(PHOTO)) == "Sea"
