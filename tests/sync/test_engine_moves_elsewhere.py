"""A photo that one site edits while another moves it with its sidecars, on a volume that both have."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from sync.engine import Later, Site, Volume, begin
from sync.pairing.names import kind_of
from tests.sim.crashes import CUTS, befall, cut_short
from tests.sim.memfs import MemFS
from tests.sim.replicas import Replicas
from tests.sim.tools import FakeTool
from tests.sim.world import FakeClock, FakeRng, MemLock, MemMemory
from tests.sync.machines import Machine, assets

OLD, NEW = "a/IMG.JPG", "b/LAKE.JPG"
SUFFIXES = ("", ".xmp", ".kphotos.json")


class Pair:
    """Two sites, each with a disk of its own, that a sync tool keeps alike."""

    def __init__(self, seed: int = 1) -> None:
        self.clock = FakeClock()
        self.here, self.there = self._machine(1), self._machine(2)
        disks = [machine.memfs for machine in (self.here, self.there)]
        self.tool = Replicas(disks, random.Random(seed))
        self.here.hands.put(OLD, b"the picture")
        self.here.hands.put("a/other.JPG", b"other")
        self.here.edit(OLD, title="Lake")
        self.rest()

    def _machine(self, number: int) -> Machine:
        fs, memory = MemFS(self.clock), MemMemory()
        site = Site(f"site-{number}", "m0", memory, MemLock(), self.clock, FakeRng(number))
        volume = Volume("volume-1", fs)
        begin(volume, site)
        return Machine(fs, fs.hands, site, volume, memory, starts=100 * number)

    def look(self, machine: Machine) -> None:
        later = [event.path for event in machine.scan() if isinstance(event, Later)]
        for path in machine.memfs.contents():
            if kind_of(path) and not machine.memory.hashes("volume-1", [path]):
                machine.hash(path)
        self.clock.pass_time(40)
        machine.touch(*later)

    def rest(self) -> None:
        for _ in range(4):
            self.tool.travel()
            for machine in (self.here, self.there):
                self.clock.pass_time(1300)
                self.look(machine)
        assert self.tool.travel() == 0
        assert self.tool.is_alike

    def move(self, machine: Machine) -> None:
        for suffix in SUFFIXES:
            machine.hands.move(OLD + suffix, NEW + suffix)
        self.clock.pass_time(3)
        self.look(machine)

    def carry(self, *paths: str) -> None:
        """Only these come over to the second site, and then it looks."""
        self.tool.differences()
        for path in paths:
            self.tool.pull(1, 0, path)
        self.clock.pass_time(3)
        self.look(self.there)

    def assert_one(self, **content: object) -> None:
        self.rest()
        for machine in (self.here, self.there):
            machine.memfs.writes.clear()
            asset = assets(machine.scan(everything=True))[NEW]
            assert (asset.document.content(), asset.problems, asset.pending) == (content, (), False)
            assert machine.memfs.writes == []
            assert machine.mirror(NEW) == content
            assert machine.hands.names("a") == ["other.JPG"]
            assert [name for name in machine.hands.names("b") if not name.startswith(".")] == [
                "LAKE.JPG",
                "LAKE.JPG.kphotos.json",
                "LAKE.JPG.xmp",
            ]


def edited(pair: Pair) -> None:
    pair.there.edit(OLD, rating=4)
    pair.clock.pass_time(3)
    pair.look(pair.there)


def written(pair: Pair) -> None:
    FakeTool(pair.there.hands, OLD + ".xmp").set(rating=4)


@pytest.mark.parametrize("change", [edited, written], ids=["a person", "a program"])
@pytest.mark.parametrize("seed", range(6))
def test_what_was_edited_at_the_old_place_is_in_the_new_one(
    seed: int, change: Callable[[Pair], None]
) -> None:
    pair = Pair(seed)
    asset_id = pair.here.ledger(OLD).id
    pair.move(pair.here)
    change(pair)
    pair.assert_one(title="Lake", rating=4)
    assert pair.there.ledger(NEW).id == asset_id


@pytest.mark.parametrize("change", [edited, written], ids=["a person", "a program"])
@pytest.mark.parametrize("first", [(0, 1, 2), (0,), (1, 2)], ids=["all", "picture", "sidecars"])
def test_the_new_place_comes_hours_before_the_old_one_goes(
    first: tuple[int, ...], change: Callable[[Pair], None]
) -> None:
    pair = Pair()
    pair.move(pair.here)
    change(pair)
    pair.carry(*(NEW + SUFFIXES[number] for number in first))
    pair.clock.pass_time(7200)
    pair.carry(*(NEW + suffix for suffix in SUFFIXES))
    pair.clock.pass_time(7200)
    pair.carry(OLD)
    pair.clock.pass_time(7200)
    pair.assert_one(title="Lake", rating=4)


def test_both_edited_it_each_where_it_was_for_them() -> None:
    pair = Pair()
    pair.move(pair.here)
    pair.here.edit(NEW, label="Red")
    edited(pair)
    pair.assert_one(title="Lake", rating=4, label="Red")


@pytest.mark.slow
@pytest.mark.parametrize("cut", CUTS[:2])
def test_a_crash_at_any_operation_loses_nothing(cut: str) -> None:
    number, is_over = 0, False
    while not is_over:
        number += 1
        pair = Pair()
        pair.move(pair.here)
        edited(pair)
        pair.tool.travel()
        pair.clock.pass_time(3)
        fs = pair.there.memfs
        fs.durable_nodes = dict(fs.nodes)
        is_over = cut_short(fs, number, lambda: pair.look(pair.there))  # noqa: B023
        befall(fs, cut)
        pair.there.restart()
        pair.assert_one(title="Lake", rating=4)
    assert number > 20


def test_after_the_memory_is_lost_it_is_found_once_it_is_hashed() -> None:
    pair = Pair()
    pair.move(pair.here)
    edited(pair)
    pair.tool.travel()
    for machine in (pair.here, pair.there):
        machine.restart(forget=True)
    pair.assert_one(title="Lake", rating=4)


def test_sidecars_of_two_copies_that_were_edited_apart_are_not_mixed() -> None:
    pair = Pair()
    pair.here.hands.put(NEW, b"the picture")
    pair.look(pair.here)
    pair.here.edit(NEW, title="Sea")
    pair.rest()
    pair.here.hands.remove(OLD)
    pair.there.edit(OLD, rating=4)
    pair.rest()
    for machine in (pair.here, pair.there):
        assert machine.engine.look(NEW).document.content() == {"title": "Sea"}
        assert OLD + ".kphotos.json" in machine.memfs.contents()


def test_of_two_first_edits_at_two_places_the_one_that_stays_behind_is_told_of() -> None:
    pair = Pair()
    old, new = "a/other.JPG", "b/other.JPG"
    pair.here.hands.move(old, new)
    pair.clock.pass_time(3)
    pair.look(pair.here)
    pair.here.edit(new, title="Sea")
    pair.there.edit(old, rating=4)
    pair.carry(new)
    pair.rest()
    for machine in (pair.here, pair.there):
        asset = assets(machine.scan(everything=True))[new]
        assert asset.document.content() == {"title": "Sea"}
        assert [problem.kind for problem in asset.problems] == ["left-behind"]
        assert old + ".kphotos.json" in machine.memfs.contents()


@pytest.mark.parametrize("is_edited_last", ["here", "there"])
@pytest.mark.parametrize("seed", range(4))
def test_an_xmp_whose_ledger_is_a_copy_of_another_pictures_is_not_read(
    seed: int, is_edited_last: str
) -> None:
    """Two pictures change names here; there the one, here the other is edited under the one name."""
    pair = Pair(seed)
    hands = pair.here.hands
    for old, new in ((OLD, "c"), ("a/other.JPG", OLD), ("c", "a/other.JPG")):
        hands.move(old, new)
    pair.clock.pass_time(3)
    pair.look(pair.here)
    order = ["here", "there"] if is_edited_last == "there" else ["there", "here"]
    for side in order:
        _ = pair.here.edit(OLD, label="Red") if side == "here" else pair.there.edit(OLD, rating=4)
        pair.clock.pass_time(3)
    pair.rest()
    for machine in (pair.here, pair.there):
        told = assets(machine.scan(everything=True))
        assert machine.hands.read(OLD) == b"other"
        # Where the ledger of the picture that went lies in the place, nothing is shown; a person is told.
        shown = {"label": "Red"} if is_edited_last == "here" else {}
        assert told[OLD].document.content() == shown
        assert {problem.kind for problem in told[OLD].problems} == {"original-changed"}
        kept = b"".join(data for path, data in machine.memfs.contents().items() if path.endswith(".json"))
        assert b'"rating":' in kept
        assert b'"label":' in kept


def test_nor_is_it_written_over_where_it_has_the_main_name() -> None:
    """The copy of the other's XMP and the XMP change places, as a sync tool may well have it."""
    pair = Pair()
    for old, new in ((OLD, "c"), ("a/other.JPG", OLD), ("c", "a/other.JPG")):
        pair.here.hands.move(old, new)
    pair.clock.pass_time(3)
    pair.look(pair.here)
    pair.there.edit(OLD, rating=4)
    pair.clock.pass_time(3)
    pair.here.edit(OLD, label="Red")
    pair.rest()
    (copy,) = (path for path in pair.here.memfs.contents() if ".sync-" in path and path.endswith(".xmp"))
    before = pair.here.hands.read(copy)
    pair.here.hands.replace(OLD + ".xmp", before)
    pair.here.hands.remove(copy)
    pair.rest()
    pair.there.edit(OLD, title="Sea")
    pair.rest()
    for machine in (pair.here, pair.there):
        asset = assets(machine.scan(everything=True))[OLD]
        assert asset.document.content() == {"label": "Red", "title": "Sea"}
        assert {problem.kind for problem in asset.problems} == {"original-changed"}
        assert machine.hands.read(OLD + ".xmp") == before
