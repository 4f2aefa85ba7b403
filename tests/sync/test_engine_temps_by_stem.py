"""What came out for an XMP that programs share by stem, when that is removed before the second look."""

from __future__ import annotations

import pytest

from sync.apply.temps import tag_of, temp_path
from sync.engine import Later
from tests.sim.tools import FakeTool
from tests.sync.machines import Machine, assets, late_writer, simulated_machine

PHOTO, SHARED = "d/IMG.JPG", "d/IMG.xmp"


def shared(*others: str) -> Machine:
    """A photo, and others of its stem, of which one has an XMP by the stem."""
    machine = simulated_machine()
    for path in (PHOTO, *others):
        machine.hands.put(path, f"the picture {path}".encode())
    FakeTool(machine.hands, SHARED).set(title="Lake")
    rest(machine)
    return machine


def rest(machine: Machine) -> None:
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()


def removed(machine: Machine, path: str, name: str = SHARED) -> None:
    """A page's edit, a program that writes on through what came out for it, and a person who removes that."""
    late = late_writer(machine, name, label="Red")
    machine.edit(path, rating=5)
    late()
    machine.hands.remove(name)


def temps(machine: Machine, folder: str = "d") -> list[str]:
    return [name for name in machine.hands.names(folder) if name.startswith(".kphotos-tmp-")]


def content(machine: Machine, path: str) -> dict[str, object]:
    return machine.engine.look(path).document.content()


@pytest.mark.parametrize("name", [SHARED, "d/IMG.XMP", "d/IMG.JPG.XMP"])
def test_an_edit_in_what_came_out_is_absorbed_though_the_name_is_no_more(name: str) -> None:
    machine = shared()
    machine.hands.move(SHARED, name)
    rest(machine)
    machine.edit(PHOTO, rating=3)
    rest(machine)
    removed(machine, PHOTO, name)
    rest(machine)
    assert content(machine, PHOTO) == {"title": "Lake", "rating": 5, "label": "Red"}
    assert machine.mirror(PHOTO) == {"title": "Lake", "rating": 5, "label": "Red"}
    assert temps(machine) == []


def test_what_came_out_is_cleared_away_though_the_process_died_and_the_name_is_no_more() -> None:
    machine = shared()
    machine.edit(PHOTO, rating=5)
    machine.hands.remove(SHARED)
    machine.restart()
    rest(machine)
    assert machine.mirror(PHOTO) == {"title": "Lake", "rating": 5}
    assert temps(machine) == []


def test_what_came_out_is_cleared_away_though_the_ledger_is_no_more_either() -> None:
    machine = shared()
    machine.edit(PHOTO, rating=5)
    machine.hands.remove(SHARED)
    machine.hands.remove(PHOTO + ".kphotos.json")
    rest(machine)
    assert temps(machine) == []
    assert content(machine, PHOTO) == {}


def test_what_came_out_for_a_raws_is_not_its_jpegs() -> None:
    machine = shared("d/IMG.CR3")
    machine.edit(PHOTO, rating=1)
    removed(machine, "d/IMG.CR3")
    rest(machine)
    assert content(machine, "d/IMG.CR3") == {"title": "Lake", "rating": 5, "label": "Red"}
    assert content(machine, PHOTO) == {"rating": 1}
    assert temps(machine) == []


@pytest.mark.parametrize("has_ledger", [True, False])
def test_what_came_out_follows_its_photo_and_not_the_video_that_stays(has_ledger: bool) -> None:
    """The stem is the video's from then on; the ledger tells whose mirror it was."""
    machine = shared("d/IMG.MOV")
    if has_ledger:
        machine.edit("d/IMG.MOV", rating=1)
    machine.engine.settle()
    removed(machine, PHOTO)
    for name in ("", ".kphotos.json"):
        machine.hands.move(PHOTO + name, f"b/IMG.JPG{name}")
    rest(machine)
    assert content(machine, "b/IMG.JPG") == {"title": "Lake", "rating": 5, "label": "Red"}
    assert content(machine, "d/IMG.MOV") == ({"rating": 1} if has_ledger else {})
    assert temps(machine) == temps(machine, "b") == []


def test_what_came_out_stays_with_its_photo_when_the_video_goes() -> None:
    machine = shared("d/IMG.MOV")
    machine.edit("d/IMG.MOV", rating=1)
    machine.engine.settle()
    removed(machine, PHOTO)
    for name in ("", ".xmp", ".kphotos.json"):
        machine.hands.move(f"d/IMG.MOV{name}", f"b/IMG.MOV{name}")
    rest(machine)
    assert content(machine, PHOTO) == {"title": "Lake", "rating": 5, "label": "Red"}
    assert content(machine, "b/IMG.MOV") == {"rating": 1}


def test_what_came_out_for_no_photo_that_can_be_told_is_left_alone() -> None:
    machine = shared()
    removed(machine, PHOTO)
    machine.hands.put("d/IMG.PNG", b"another of the stem")
    rest(machine)
    assert len(temps(machine)) == 1
    machine.hands.remove("d/IMG.PNG")
    rest(machine)
    assert content(machine, PHOTO) == {"title": "Lake", "rating": 5, "label": "Red"}


def test_a_half_written_one_is_told_and_kept_and_the_mirror_is_made() -> None:
    machine = shared()
    write = machine.memfs.hands.opened(SHARED)
    machine.edit(PHOTO, rating=5)
    write(b"<x:xmpmeta")
    machine.hands.remove(SHARED)
    rest(machine)
    (temp,) = temps(machine)
    events = machine.scan(everything=True)
    assert [problem.path for problem in assets(events)[PHOTO].problems] == [f"d/{temp}"]
    assert machine.mirror(PHOTO) == {"title": "Lake", "rating": 5}
    assert f"d/{temp}" in [event.path for event in events if isinstance(event, Later)]


def test_a_half_made_one_of_ours_is_removed() -> None:
    machine = shared()
    machine.hands.put(temp_path(SHARED, "site-1", "new", machine.site.rng), b"<x:xmpm")
    machine.hands.remove(SHARED)
    rest(machine)
    assert temps(machine) == []


def test_what_came_out_for_a_stranger_is_set_aside_with_the_rest() -> None:
    machine = shared()
    machine.edit(PHOTO, title="Alice's")
    rest(machine)
    removed(machine, PHOTO)
    machine.hands.replace(PHOTO, b"another picture, and larger")
    machine.scan()
    machine.engine.disown(PHOTO)
    rest(machine)
    assert content(machine, PHOTO) == {}
    (temp,) = temps(machine)
    (ledger,) = [name for name in machine.hands.names("d") if ".orphan-" in name and name.endswith(".json")]
    when = ledger.removesuffix(".kphotos.json").partition(".orphan-")[2]
    assert tag_of(f"IMG.orphan-{when}.xmp") in temp
