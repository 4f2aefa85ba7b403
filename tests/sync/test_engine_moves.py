"""Originals that were moved without their sidecars: these follow, or stay untouched and a person is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sync.codecs import xmp
from sync.engine import Seen, Volume
from sync.engine.arrivals import Arrivals
from tests.sim.crashes import CUTS, befall, cut_short
from tests.sim.memfs import MemFS
from tests.sim.tools import MARK, FakeTool
from tests.sync.machines import Machine, assets, disk_machine, simulated_machine

OLD, NEW = "a/IMG.JPG", "b/LAKE.JPG"
CONTENT = {"title": "Lake", "rating": 3}


def machine_with(*, is_hashed: bool = False) -> Machine:
    machine = simulated_machine()
    machine.hands.put(OLD, b"the picture")
    machine.hands.put("b/other.JPG", b"other")
    machine.edit(OLD, **CONTENT)
    if is_hashed:
        machine.hash(OLD)
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()
    return machine


def copied(machine: Machine, old: str, new: str) -> None:
    """As a move between disks does: another inode and another time, the same bytes."""
    machine.hands.put(new, machine.hands.read(old))
    machine.hands.remove(old)


def assert_followed(machine: Machine, new: str, asset_id: str) -> None:
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()
    machine.memfs.writes.clear()
    asset = assets(machine.scan(everything=True))[new]
    assert machine.memfs.writes == []
    assert (asset.document.content(), asset.problems, asset.pending) == (CONTENT, (), False)
    assert asset.id == asset_id
    assert machine.mirror(new) == CONTENT
    assert [name for name in machine.hands.names("a") if "IMG" in name] == []


def test_a_renamed_original_is_followed_in_the_same_scan() -> None:
    machine = machine_with()
    asset_id = machine.ledger(OLD).id
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    assert assets(machine.scan())[NEW].document.content() == CONTENT
    assert_followed(machine, NEW, asset_id)


def test_a_rename_within_the_folder_is_followed() -> None:
    machine = machine_with()
    asset_id = machine.ledger(OLD).id
    machine.hands.move(OLD, "a/LAKE.JPG")
    machine.pass_time(3)
    machine.scan()
    assert_followed(machine, "a/LAKE.JPG", asset_id)


def test_the_watcher_sees_a_rename_of_a_hashed_original() -> None:
    machine = machine_with(is_hashed=True)
    asset_id = machine.ledger(OLD).id
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    assert assets(machine.touch(OLD, NEW))[NEW].document.content() == CONTENT
    assert_followed(machine, NEW, asset_id)


@pytest.mark.parametrize("is_hashed", [True, False])
def test_the_watcher_sees_a_rename_into_a_folder_that_is_new_before_the_worker_hashes_it(
    is_hashed: bool,
) -> None:
    """The worker may have hashed it by the time that the old place is looked at: nobody asks again then."""
    machine = machine_with(is_hashed=is_hashed)
    asset_id = machine.engine.look(OLD).id
    machine.hands.move(OLD, "new/deep/LAKE.JPG")
    for event in machine.engine.touch([OLD, "new"]):
        if isinstance(event, Seen) and event.asset.original.hash is None:
            machine.hash(event.asset.path)
    assert machine.engine.look("new/deep/LAKE.JPG").document.content() == CONTENT
    assert_followed(machine, "new/deep/LAKE.JPG", asset_id)


@pytest.mark.parametrize("told_by", ["scan", "touch"])
def test_an_original_on_another_inode_is_followed_once_it_is_hashed(told_by: str) -> None:
    machine = machine_with(is_hashed=True)
    asset_id = machine.ledger(OLD).id
    copied(machine, OLD, NEW)
    machine.pass_time(3)
    machine.scan() if told_by == "scan" else machine.touch(OLD, NEW)
    assert machine.engine.look(NEW).document.content() == {}
    asset = machine.hash(NEW)
    assert asset is not None
    assert asset.document.content() == CONTENT
    assert_followed(machine, NEW, asset_id)


def test_after_the_memory_is_lost_a_ledger_without_original_is_found_by_itself() -> None:
    machine = machine_with(is_hashed=True)
    asset_id = machine.ledger(OLD).id
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    machine.restart(forget=True)
    machine.scan()
    assert machine.engine.look(NEW).document.content() == {}
    machine.hash(NEW)
    assert_followed(machine, NEW, asset_id)


def test_an_xmp_without_a_ledger_follows_too_byte_for_byte() -> None:
    machine = simulated_machine()
    machine.hands.put(OLD, b"the picture")
    data = MARK.sub(b"", xmp.write(None, CONTENT, "none"))
    machine.hands.put("a/IMG.xmp", data)
    machine.scan()
    machine.pass_time(3)
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    assert assets(machine.scan())[NEW].document.content() == CONTENT
    assert machine.hands.read("b/LAKE.xmp") == data
    assert machine.hands.names("a") == []


def test_a_sidecar_shared_with_a_twin_that_stayed_stays() -> None:
    machine = machine_with()
    machine.hands.put("a/IMG.CR3", b"the raw picture")
    machine.hands.put("a/IMG.xmp", MARK.sub(b"", xmp.write(None, {"label": "Red"}, "none")))
    machine.scan()
    machine.pass_time(3)
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    machine.scan()
    assert machine.hands.names("a") == ["IMG.CR3", "IMG.xmp"]
    assert machine.mirror(NEW) == CONTENT


def left(machine: Machine) -> dict[str, bytes]:
    return {path: data for path, data in machine.memfs.contents().items() if path.startswith("a/")}


def test_where_the_new_place_has_sidecars_of_its_own_all_stay_and_a_person_is_told() -> None:
    machine = machine_with()
    before = left(machine)
    machine.hands.move(OLD, NEW)
    machine.hands.put(NEW + ".xmp", MARK.sub(b"", xmp.write(None, {"title": "Sea"}, "none")))
    machine.pass_time(3)
    asset = assets(machine.scan())[NEW]
    assert asset.document.content() == {"title": "Sea"}
    assert [problem.kind for problem in asset.problems] == ["left-behind"]
    assert left(machine) == {path: data for path, data in before.items() if path != OLD}


def test_a_copy_beside_a_living_original_inherits_nothing() -> None:
    machine = machine_with(is_hashed=True)
    machine.hands.put(NEW, b"the picture")
    machine.pass_time(3)
    machine.scan()
    asset = machine.hash(NEW)
    assert asset is not None
    assert asset.document.content() == {}
    assert machine.mirror(OLD) == CONTENT


def test_another_picture_with_a_ledgers_name_and_size_inherits_nothing() -> None:
    machine = machine_with(is_hashed=True)
    machine.hands.remove(OLD)
    machine.hands.put(NEW, b"THE PICTURE")
    machine.pass_time(3)
    machine.scan()
    asset = machine.hash(NEW)
    assert asset is not None
    assert asset.document.content() == {}
    assert "IMG.JPG.kphotos.json" in machine.hands.names("a")


def test_what_was_set_aside_is_given_back_to_its_picture() -> None:
    machine = machine_with(is_hashed=True)
    machine.hands.replace(OLD, b"another picture")
    machine.pass_time(3)
    machine.scan()
    machine.engine.disown(OLD)
    machine.edit(OLD, title="Sea")
    machine.hands.put(NEW, b"the picture")
    machine.pass_time(3)
    machine.scan()
    asset = machine.hash(NEW)
    assert asset is not None
    assert asset.document.content() == CONTENT
    assert machine.mirror(OLD) == {"title": "Sea"}
    assert not [name for name in machine.hands.names("a") if "orphan" in name]


@pytest.mark.slow
@pytest.mark.parametrize("cut", CUTS)
def test_a_crash_at_any_operation_loses_nothing(cut: str) -> None:
    number, is_over = 0, False
    while not is_over:
        number += 1
        machine = machine_with(is_hashed=True)
        asset_id = machine.ledger(OLD).id
        machine.hands.move(OLD, NEW)
        machine.pass_time(3)
        fs = machine.memfs
        fs.durable_nodes = dict(fs.nodes)
        is_over = cut_short(machine.fs, number, machine.scan)
        befall(machine.fs, cut)
        machine.restart()
        machine.pass_time(3)
        machine.scan()
        machine.hash(NEW)
        assert_followed(machine, NEW, asset_id)
    assert number > 30


@pytest.mark.parametrize("forget", [False, True])
def test_an_edit_at_the_new_place_after_a_crash_on_the_way_there_leaves_nothing_behind(forget: bool) -> None:
    met, number, is_over = 0, 0, False
    while not is_over:
        number += 1
        machine = machine_with(is_hashed=True)
        asset_id = machine.ledger(OLD).id
        machine.hands.move(OLD, NEW)
        is_over = cut_short(machine.fs, number, machine.scan)
        has_both = {f"{path}.kphotos.json" for path in (OLD, NEW)} <= machine.fs.contents().keys()  # type: ignore[attr-defined]
        machine.restart(forget=forget)
        if not has_both:
            continue
        met += 1
        machine.edit(NEW, title="Pond")
        for _ in range(3):
            machine.pass_time(3)
            machine.scan()
            machine.hash(NEW)
        asset = assets(machine.scan(everything=True))[NEW]
        assert (asset.document.content(), asset.id) == ({**CONTENT, "title": "Pond"}, asset_id)
        assert asset.problems == ()
        assert machine.hands.names("a") == [], f"before operation {number}"
    assert met > 3


@pytest.mark.parametrize("suffix", [".xmp", ".kphotos.json"])
def test_what_the_new_place_has_not_seen_is_left_and_told_of(suffix: str) -> None:
    """Somebody put sidecars there, and those at the old place know more than they do."""
    machine = machine_with(is_hashed=True)
    for each in (".xmp", ".kphotos.json"):
        machine.hands.put(NEW + each, machine.hands.read(OLD + each))
    machine.edit(OLD, label="Red")
    if suffix == ".xmp":
        machine.hands.put(NEW + ".kphotos.json", machine.hands.read(OLD + ".kphotos.json"))
        FakeTool(machine.hands, OLD + ".xmp").set(label="Green")
    machine.hands.move(OLD, NEW)
    machine.edit(NEW, rating=5)
    machine.pass_time(3)
    asset = assets(machine.scan())[NEW]
    assert [problem.kind for problem in asset.problems] == ["left-behind"]
    assert f"IMG.JPG{suffix}" in machine.hands.names("a")


def test_on_a_real_disk_too(tmp_path: Path) -> None:
    machine = disk_machine(tmp_path)
    machine.hands.put(OLD, b"the picture")
    machine.hands.put("b/other.JPG", b"other")
    asset_id = machine.edit(OLD, **CONTENT).id
    machine.scan()
    machine.hands.move(OLD, NEW)
    machine.hands.put("b/IMG.JPG", b"the picture, longer")
    asset = assets(machine.scan())[NEW]
    assert (asset.document.content(), asset.problems, asset.id) == (CONTENT, (), asset_id)
    assert machine.mirror(NEW) == CONTENT
    assert machine.hands.names("a") == []


def torn_ledger(machine: Machine) -> None:
    machine.hands.put(OLD + ".kphotos.json", b"{")


def shared_name_taken(machine: Machine) -> None:
    machine.hands.put("a/IMG.xmp", MARK.sub(b"", xmp.write(None, CONTENT, "none")))
    machine.hands.put("b/LAKE.CR3", b"a raw picture of that name")


def other_size(machine: Machine) -> None:
    machine.hands.put(OLD, b"cropped in place before it was moved")


@pytest.mark.parametrize("spoil", [torn_ledger, shared_name_taken, other_size])
def test_in_any_doubt_all_stay_and_a_person_is_told(spoil: Callable[[Machine], None]) -> None:
    machine = machine_with()
    spoil(machine)
    machine.pass_time(3)
    machine.scan()
    before = left(machine)
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    asset = assets(machine.scan())[NEW]
    assert asset.document.content() == {}
    assert [problem.kind for problem in asset.problems] == ["left-behind"]
    assert left(machine) == {path: data for path, data in before.items() if path != OLD}


def test_two_alike_that_arrive_at_once_are_nobodys_heirs() -> None:
    machine = machine_with()
    stat = machine.fs.stat(OLD)
    arrivals = Arrivals()
    for path in (NEW, "b/TWIN.JPG"):
        arrivals.add(replace(machine.engine.look(OLD), path=path))
    assert arrivals.by_trace == {(stat.ino, stat.size, stat.mtime_ns): None}


def test_on_a_read_only_volume_the_ledger_follows_in_the_overlay() -> None:
    machine = simulated_machine()
    overlay = MemFS(machine.site.clock)  # type: ignore[arg-type]
    overlay.make_folder = overlay.hands.folder  # type: ignore[method-assign]
    machine.volume = Volume("volume-1", machine.fs, overlay, writable=False)
    machine.restart()
    machine.hands.put(OLD, b"the picture")
    machine.hands.put("b/other.JPG", b"other")
    machine.scan()
    asset_id = machine.edit(OLD, **CONTENT).id
    machine.pass_time(3)
    machine.scan()
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    asset = assets(machine.scan())[NEW]
    assert (asset.document.content(), asset.id, asset.problems) == (CONTENT, asset_id, ())
    assert [path for path in overlay.contents() if path.endswith("json")] == [NEW + ".kphotos.json"]


@pytest.mark.parametrize("told_by", ["scan", "touch"])
def test_a_stranger_of_the_same_size_does_not_take_anothers_sidecars_along(told_by: str) -> None:
    machine = machine_with(is_hashed=True)
    machine.hands.remove(OLD)
    machine.hands.put(OLD, b"a picture !")
    machine.pass_time(3)
    machine.scan()
    machine.hash(OLD)
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    events = machine.scan() if told_by == "scan" else machine.touch(OLD, NEW)
    assert assets(events)[NEW].document.content() == {}
    machine.edit(NEW, title="Sea")
    machine.pass_time(3)
    machine.scan()
    machine.hands.put("b/BACK.JPG", b"the picture")
    machine.pass_time(3)
    machine.scan()
    machine.hash("b/BACK.JPG")
    machine.pass_time(3)
    machine.scan()
    told = assets(machine.scan(everything=True))
    assert told["b/BACK.JPG"].document.content() == CONTENT
    assert told[NEW].document.content() == {"title": "Sea"}


@pytest.mark.parametrize("is_hashed", [True, False])
def test_an_edit_right_after_the_watcher_told_of_a_rename_adds_to_what_was_there(is_hashed: bool) -> None:
    machine = machine_with(is_hashed=is_hashed)
    asset_id = machine.ledger(OLD).id
    machine.hands.move(OLD, NEW)
    machine.touch(OLD, NEW)
    assert machine.edit(NEW, label="Red").id == asset_id
    for _ in range(2):
        machine.pass_time(3)
        machine.scan()
    assert machine.engine.look(NEW).document.content() == {**CONTENT, "label": "Red"}
    assert machine.hands.names("a") == []
