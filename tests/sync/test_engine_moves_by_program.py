"""A photo program moves pictures with their XMPs, and leaves the ledgers, of which it knows nothing."""

from __future__ import annotations

import pytest

from sync.codecs import xmp
from sync.core.model import Change
from tests.sim.crashes import CUTS, befall, cut_short
from tests.sim.tools import MARK, FakeTool
from tests.sync.machines import ALICE, Machine, simulated_machine

LAKE, DOG, FREE = "d/A.JPG", "d/B.JPG", "d/C.JPG"
TITLES = {b"picture of a lake": "Lake", b"picture of some dog": "Dog"}


def library(*, is_hashed: bool = True, has_marks: bool = True) -> Machine:
    """A favourite picture of a lake, and one of a dog; both with a title, perhaps from a program's XMP."""
    machine = simulated_machine()
    for path, (data, title) in zip((LAKE, DOG), TITLES.items(), strict=True):
        machine.hands.put(path, data)
        if not has_marks:
            machine.hands.put(path + ".xmp", MARK.sub(b"", xmp.write(None, {"title": title}, "none")))
            machine.pass_time(3)
            machine.engine.edit(path, [Change("favourites", "add", "bob")], ALICE)
        machine.edit(path, title=title)
    machine.engine.edit(LAKE, [Change("favourites", "add", "alice")], ALICE)
    machine.rest_hashed(*((LAKE, DOG) if is_hashed else ()))
    return machine


def move(machine: Machine, old: str, new: str) -> None:
    for suffix in ("", ".xmp"):
        machine.hands.move(old + suffix, new + suffix)


def all_is_well(machine: Machine, lake: str, dog: str) -> None:
    """Each picture has its own, nobody is told of anything, and at rest nothing is written."""
    found = {path: machine.engine.look(path) for path in (lake, dog)}
    assert found[lake].document.content() == machine.mirror(lake) == {"title": "Lake"}
    assert found[dog].document.content() == machine.mirror(dog) == {"title": "Dog"}
    assert "alice" in found[lake].document.favourites - found[dog].document.favourites
    assert [asset.problems for asset in found.values()] == [(), ()]
    ends = ("", ".xmp", ".kphotos.json")
    folders = {path.rpartition("/")[0] for path in (lake, dog)}
    names = {f"{folder}/{name}" for folder in folders for name in machine.hands.names(folder)}
    assert names == {path + end for path in (lake, dog) for end in ends}
    machine.memfs.writes.clear()
    machine.scan(everything=True)
    assert machine.memfs.writes == []


@pytest.mark.parametrize("has_marks", [True, False], ids=["our XMP", "its own XMP"])
@pytest.mark.parametrize("is_hashed", [True, False], ids=["hashed", "not hashed yet"])
@pytest.mark.parametrize("told_by", ["scan", "watch"])
@pytest.mark.parametrize("new", ["e/A.JPG", "d/NEW.JPG"])
def test_the_ledger_goes_after_its_picture(new: str, told_by: str, is_hashed: bool, has_marks: bool) -> None:
    machine = library(is_hashed=is_hashed, has_marks=has_marks)
    before = machine.engine.look(LAKE).id
    move(machine, LAKE, new)
    machine.pass_time(3)
    if told_by == "watch":
        machine.touch(LAKE, LAKE + ".xmp", new, new + ".xmp")
    machine.rest_hashed(new)
    assert machine.engine.look(new).id == before
    all_is_well(machine, new, DOG)


def test_what_it_wrote_into_the_xmp_on_the_way_is_an_edit() -> None:
    machine = library()
    move(machine, LAKE, "e/A.JPG")
    FakeTool(machine.hands, "e/A.JPG.xmp").set(rating=3)
    machine.rest_hashed("e/A.JPG")
    asset = machine.engine.look("e/A.JPG")
    assert asset.document.content() == {"title": "Lake", "rating": 3}
    assert asset.document.favourites == {"alice"}


@pytest.mark.parametrize("has_marks", [True, False], ids=["our XMPs", "its own XMPs"])
@pytest.mark.parametrize("told_by", ["scan", "watch"])
def test_pictures_that_swapped_names_do_not_swap_what_is_said_of_them(told_by: str, has_marks: bool) -> None:
    machine = library(has_marks=has_marks)
    swap(machine)
    if told_by == "watch":
        machine.touch(*(path + end for path in (LAKE, DOG) for end in ("", ".xmp")))
    machine.rest_hashed(LAKE, DOG)
    all_is_well(machine, DOG, LAKE)


def swap(machine: Machine) -> None:
    for old, new in ((DOG, FREE), (LAKE, DOG), (FREE, LAKE)):
        move(machine, old, new)
    machine.pass_time(3)


@pytest.mark.parametrize("told_by", ["scan", "watch"])
def test_nor_if_they_are_of_one_size(told_by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "tests.sync.test_engine_moves_by_program.TITLES", {b"a lake": "Lake", b"a dog.": "Dog"}
    )
    test_pictures_that_swapped_names_do_not_swap_what_is_said_of_them(told_by, has_marks=True)


def test_no_xmp_is_made_for_one_of_the_same_size_that_took_the_name() -> None:
    machine = library()
    move(machine, LAKE, "e/A.JPG")
    machine.hands.put(LAKE, b"picture of a cloud"[:17])
    machine.rest_hashed(LAKE, "e/A.JPG")
    machine.hands.remove(LAKE)
    machine.rest_hashed()
    all_is_well(machine, "e/A.JPG", DOG)


@pytest.mark.parametrize("told_by", ["scan", "watch"])
def test_of_pictures_that_are_numbered_anew_each_keeps_its_own(told_by: str) -> None:
    machine = library()
    move(machine, DOG, FREE)
    move(machine, LAKE, DOG)
    machine.pass_time(3)
    if told_by == "watch":
        machine.touch(*(path + end for path in (LAKE, DOG, FREE) for end in ("", ".xmp")))
    machine.rest_hashed(DOG, FREE)
    all_is_well(machine, DOG, FREE)


@pytest.mark.slow
@pytest.mark.parametrize("cut", CUTS)
def test_a_crash_at_any_operation_swaps_nothing(cut: str) -> None:
    number, is_over = 0, False
    while not is_over:
        number += 1
        machine = library()
        swap(machine)
        machine.memfs.durable_nodes = dict(machine.memfs.nodes)
        is_over = cut_short(machine.fs, number, machine.scan)
        befall(machine.fs, cut)
        machine.restart()
        machine.rest_hashed(LAKE, DOG)
        all_is_well(machine, DOG, LAKE)
    assert number > 60


def test_another_pictures_xmp_at_the_new_place_is_still_a_doubt() -> None:
    machine = library()
    machine.hands.remove(LAKE + ".xmp")
    machine.hands.move(LAKE, "e/A.JPG")
    machine.hands.put("e/A.JPG.xmp", MARK.sub(b"", xmp.write(None, {"title": "Sea"}, "none")))
    machine.rest_hashed()
    asset = machine.engine.look("e/A.JPG")
    assert asset.document.content() == {"title": "Sea"}
    assert [problem.kind for problem in asset.problems] == ["left-behind"]


@pytest.mark.parametrize("told_by", ["scan", "watch"])
def test_an_xmp_by_the_stem_is_not_given_the_picture_before_in_a_row_that_is_numbered_anew(
    told_by: str,
) -> None:
    """All were edited at once and bear one mark; where none had an XMP of that name, it came along."""
    machine = simulated_machine()
    row = [f"d/{name}.JPG" for name in "ABC"]
    machine.hands.put("d/B.xmp", MARK.sub(b"", xmp.write(None, {"rating": 2}, "none")))
    for number, path in enumerate(row):
        machine.hands.put(path, b"a picture" + b"!" * number)
    list(machine.engine.edit_many([(path, [Change("title", "set", path)]) for path in row], ALICE))
    machine.rest_hashed(*row)
    for old, new in reversed([*zip(row, [*row[1:], "d/D.JPG"], strict=True)]):
        for ending in (".JPG", ".JPG.xmp", ".xmp"):
            if old[:-4] + ending in machine.memfs.nodes:
                machine.hands.move(old[:-4] + ending, new[:-4] + ending)
    machine.pass_time(3)
    if told_by == "watch":
        machine.touch(*(f"d/{name}{ending}" for name in "ABCD" for ending in (".JPG", ".JPG.xmp", ".xmp")))
    machine.rest_hashed("d/B.JPG", "d/C.JPG", "d/D.JPG")
    assets = [machine.engine.look(f"d/{name}.JPG") for name in "BCD"]
    assert [asset.document.value("title") for asset in assets] == row
    assert [asset.document.value("rating") for asset in assets] == [None, 2, None]
    assert [asset.problems for asset in assets] == [(), (), ()]


@pytest.mark.parametrize("told_by", ["scan", "watch"])
@pytest.mark.parametrize("times", [2, 3])
def test_the_xmp_that_lay_there_before_its_picture_came_back_is_not_the_others(
    times: int, told_by: str
) -> None:
    """Two that were edited at once swap names and swap them back; one has its XMP by its stem alone."""
    machine = simulated_machine()
    machine.hands.put("d/A.xmp", MARK.sub(b"", xmp.write(None, {"rating": 2}, "none")))
    for path, data in ((LAKE, b"picture of a lake"), (DOG, b"picture of some dog")):
        machine.hands.put(path, data)
    titles = [(LAKE, "Lake"), (DOG, "Dog")]
    list(machine.engine.edit_many([(path, [Change("title", "set", title)]) for path, title in titles], ALICE))
    machine.rest_hashed(LAKE, DOG)
    ends = (".JPG", ".JPG.xmp", ".xmp")
    for _ in range(times):
        for old, new in (("d/A", "d/T"), ("d/B", "d/A"), ("d/T", "d/B")):
            for end in ends:
                if old + end in machine.memfs.nodes:
                    machine.hands.move(old + end, new + end)
        machine.pass_time(3)
        if told_by == "watch":
            machine.touch(*(start + end for start in ("d/A", "d/B") for end in ends))
        machine.rest_hashed(LAKE, DOG)
        (_, lake), (_, dog) = titles
        assert machine.engine.look(LAKE).document.value("title") == dog
        assert machine.engine.look(DOG).document.value("title") == lake
        titles = [(LAKE, dog), (DOG, lake)]
    assert [machine.engine.look(path).problems for path in (LAKE, DOG)] == [(), ()]
