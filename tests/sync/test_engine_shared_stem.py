"""A RAW and its JPEG share `IMG.xmp` by name; whoever of them goes, the other keeps what is its own."""

from __future__ import annotations

import pytest

from sync.codecs import xmp
from sync.core.model import Change
from tests.sim.tools import MARK, FakeTool
from tests.sync.machines import ALICE, Machine, assets, simulated_machine

RAW, JPEG, SHARED = "d/I.CR2", "d/I.JPG", "d/I.xmp"
OTHER = "This sidecar was written for another photo of the same name, which is not here."


def pair_of_two(*, at_once: bool, names: tuple[str, str] = (RAW, JPEG)) -> Machine:
    """Both with a title of their own, given in one edit of many or one after the other."""
    machine = simulated_machine()
    edits = []
    for path, title in zip(names, ("Raw", "Jpeg"), strict=True):
        machine.hands.put(path, b"a picture of " + title.encode())
        edits.append((path, [Change("title", "set", title)]))
    machine.hands.put(SHARED, MARK.sub(b"", xmp.write(None, {"rating": 2}, "none")))
    machine.scan()
    for path, changes in edits:
        machine.engine.edit(path, changes, ALICE)
        machine.pass_time(0 if at_once else 7)
    machine.rest_hashed(*names)
    return machine


def quiet(machine: Machine) -> None:
    """At rest nothing is written, and who knows the disk alone says the same of each photo."""
    before = {path: asset.document for path, asset in assets(machine.scan(everything=True)).items()}
    machine.memfs.writes.clear()
    machine.restart(forget=True)
    after = {path: asset.document for path, asset in assets(machine.scan(everything=True)).items()}
    assert after == before
    assert machine.memfs.writes == []


@pytest.mark.parametrize("at_once", [True, False], ids=["edited at once", "edited apart"])
@pytest.mark.parametrize("told_by", ["scan", "watch"])
@pytest.mark.parametrize("how", ["removed", "moved"])
@pytest.mark.parametrize("names", [(RAW, JPEG), ("d/I.HEIC", "d/I.MOV")], ids=["RAW", "Live Photo"])
def test_what_was_said_of_the_raw_is_not_said_of_the_jpeg_that_stays(
    names: tuple[str, str], how: str, told_by: str, at_once: bool
) -> None:
    machine = pair_of_two(at_once=at_once, names=names)
    raw, jpeg = names
    machine.hands.remove(raw) if how == "removed" else machine.hands.move(raw, raw.replace("d/", "e/"))
    machine.pass_time(3)
    if told_by == "watch":
        machine.touch(raw, raw.replace("d/", "e/"))
    machine.rest_hashed()
    asset = machine.engine.look(jpeg)
    assert asset.document.content() == machine.mirror(jpeg) == {"title": "Jpeg"}
    assert [(problem.path, problem.reason) for problem in asset.problems] == [(SHARED, OTHER)]
    if how == "moved":
        moved = machine.engine.look(raw.replace("d/", "e/"))
        assert moved.document.content() == {"rating": 2, "title": "Raw"}
    quiet(machine)


@pytest.mark.parametrize("at_once", [True, False], ids=["edited at once", "edited apart"])
@pytest.mark.parametrize("told_by", ["scan", "watch"])
def test_a_jpeg_that_goes_after_its_raw_has_its_own_there(told_by: str, at_once: bool) -> None:
    """A slow program moves one after the other, and K-Photos looks in between."""
    machine = pair_of_two(at_once=at_once)
    for old, new in ((RAW, "e/I.CR2"), (JPEG, "e/I.JPG")):
        machine.hands.move(old, new)
        machine.pass_time(3)
        if told_by == "watch":
            machine.touch(old, new)
        machine.rest_hashed(new)
    raw, jpeg = machine.engine.look("e/I.CR2"), machine.engine.look("e/I.JPG")
    assert raw.document.content() == machine.mirror("e/I.CR2") == {"rating": 2, "title": "Raw"}
    assert jpeg.document.content() == machine.mirror("e/I.JPG") == {"title": "Jpeg"}
    assert machine.hands.names("d") == ["I.xmp"]
    assert [problem.reason for problem in jpeg.problems] == [
        "These could not follow this photo from d/I.JPG: I.xmp."
    ]
    quiet(machine)


def test_the_raw_that_comes_back_finds_its_own_as_it_was() -> None:
    machine = pair_of_two(at_once=True)
    before = machine.hands.read(SHARED)
    machine.hands.move(RAW, ".Trash/I.CR2")
    machine.rest_hashed()
    machine.edit(JPEG, rating=5)
    machine.rest_hashed()
    machine.hands.move(".Trash/I.CR2", RAW)
    machine.rest_hashed()
    assert machine.hands.read(SHARED) == before
    raw, jpeg = machine.engine.look(RAW), machine.engine.look(JPEG)
    assert (raw.document.content(), raw.problems) == ({"rating": 2, "title": "Raw"}, ())
    assert (jpeg.document.content(), jpeg.problems) == ({"rating": 5, "title": "Jpeg"}, ())
    quiet(machine)


def test_a_raw_that_comes_to_a_jpeg_with_an_xmp_by_the_stem_keeps_its_own() -> None:
    machine = simulated_machine()
    machine.hands.put(JPEG, b"the jpeg")
    machine.hands.put(SHARED, MARK.sub(b"", xmp.write(None, {"rating": 2}, "none")))
    machine.hands.put("e/I.CR2", b"the raw picture")
    machine.scan()
    machine.edit(JPEG, title="Jpeg")
    machine.edit("e/I.CR2", title="Raw")
    machine.rest_hashed(JPEG, "e/I.CR2")
    for suffix in ("", ".xmp", ".kphotos.json"):
        machine.hands.move(f"e/I.CR2{suffix}", RAW + suffix)
    machine.rest_hashed(RAW)
    assert machine.engine.look(RAW).document.content() == {"title": "Raw"}
    assert machine.engine.look(JPEG).document.content() == {"title": "Jpeg", "rating": 2}


def test_a_photo_with_two_xmps_of_its_own_reads_both_wherever_it_is_moved_to() -> None:
    machine = simulated_machine()
    machine.hands.put(JPEG, b"the jpeg")
    for name in (SHARED, JPEG + ".xmp"):
        machine.hands.put(name, MARK.sub(b"", xmp.write(None, {"rating": 2}, "none")))
    machine.scan()
    machine.edit(JPEG, title="Jpeg")
    machine.rest_hashed(JPEG)
    for old, new in ((JPEG, "e/N.JPG"), (SHARED, "e/N.xmp"), (f"{JPEG}.xmp", "e/N.JPG.xmp")):
        machine.hands.move(old, new)
    machine.rest_hashed("e/N.JPG")
    FakeTool(machine.hands, "e/N.xmp").set(rating=4)
    machine.rest_hashed()
    asset = machine.engine.look("e/N.JPG")
    assert asset.document.content() == machine.mirror("e/N.JPG") == {"title": "Jpeg", "rating": 4}
    assert asset.problems == ()
    quiet(machine)
