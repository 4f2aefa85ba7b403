"""Companions, Takeout's JSON, copies and duplicates go where their original went, and never over anything."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from sync.apply.temps import SETTLE_SECONDS
from sync.codecs import xmp
from sync.engine import Asset, Volume
from sync.engine.leftovers import bring, name_at
from tests.sim.crashes import CUTS, befall, cut_short
from tests.sim.memfs import MemFS
from tests.sim.tools import MARK
from tests.sync.machines import Machine, assets, disk_machine, simulated_machine

OLD, NEW = "a/IMG_1.JPG", "b/LAKE_7.JPG"
CONTENT = {"title": "Lake", "rating": 3}
COPY = ".sync-conflict-20240601-101112-ABCDEF7"
SAID = json.dumps({"title": "IMG_1.JPG", "url": "", "description": "Boats"}).encode()
COMPANIONS = {
    "IMG_1.AAE": "LAKE_7.AAE",
    "IMG_O1.AAE": "LAKE_O7.AAE",
    "IMG_1.JPG.pp3": "LAKE_7.JPG.pp3",
    "IMG_1.JPG.dop": "LAKE_7.JPG.dop",
    "IMG_1.THM": "LAKE_7.THM",
    "IMG_1.wav": "LAKE_7.wav",
    "IMG_1.txt": "LAKE_7.txt",
    "img_1.jpg.on1": "LAKE_7.JPG.on1",
    "IMG_1.JPG.xmp_original": "LAKE_7.JPG.xmp_original",
    f"IMG_1{COPY}.AAE": f"LAKE_7{COPY}.AAE",
    "IMG_1.JPG.supplemental-metadata.json": "LAKE_7.JPG.supplemental-metadata.json",
    "IMG_1_02.JPG.xmp": "LAKE_7_02.JPG.xmp",
}


def plain(**content: object) -> bytes:
    return MARK.sub(b"", xmp.write(None, content, "none"))


def bytes_of(name: str) -> bytes:
    return SAID if name.endswith("json") else plain(title=name) if name.endswith("xmp") else name.encode()


def machine_with(*names: str, machine: Machine | None = None, is_edited: bool = True) -> Machine:
    machine = machine or simulated_machine()
    machine.hands.put(OLD, b"the picture")
    machine.hands.put("b/other.JPG", b"other")
    for name in names:
        machine.hands.put(f"a/{name}", bytes_of(name))
    if is_edited:
        machine.edit(OLD, **CONTENT)
    for _ in range(3):
        wait(machine)
        machine.scan()
    return machine


def wait(machine: Machine) -> None:
    if isinstance(machine.fs, MemFS):  # real time passes by itself
        machine.pass_time(3)


def moved(machine: Machine, old: str = OLD, new: str = NEW) -> Asset:
    machine.hands.move(old, new)
    wait(machine)
    return assets(machine.scan())[new]


@pytest.mark.parametrize("is_edited", [True, False], ids=["with a ledger", "with nothing of ours"])
@pytest.mark.parametrize(("name", "to"), COMPANIONS.items())
def test_what_is_renamed_with_its_original(name: str, to: str, is_edited: bool) -> None:
    machine = machine_with(name, is_edited=is_edited)
    asset = moved(machine)
    assert asset.problems == ()
    assert asset.document.content() == (CONTENT if is_edited else {})
    assert machine.hands.names("a") == []
    assert machine.hands.read(f"b/{to}") == bytes_of(name)


def test_into_another_folder_under_the_same_name_all_keep_theirs(tmp_path: Path) -> None:
    names = [*COMPANIONS, f"IMG_1{COPY}.txt", "IMG_1.JPG.su(1).json"]
    machine = machine_with(*names, machine=disk_machine(tmp_path))
    new = "b/IMG_1.JPG"
    asset = moved(machine, new=new)
    assert (asset.problems, asset.document.content()) == ((), CONTENT)
    assert machine.hands.names("a") == ["IMG_1.JPG.su(1).json"]  # another photo's
    time.sleep(2 * SETTLE_SECONDS)  # the XMP was taken along, and is looked at once more before it goes
    machine.scan()
    assert set(machine.hands.names("b")) == {
        *names[:-1],
        "IMG_1.JPG",
        "IMG_1.JPG.xmp",
        "IMG_1.JPG.kphotos.json",
        "other.JPG",
    }


def test_what_a_json_says_goes_along_under_the_new_name() -> None:
    machine = machine_with("IMG_1.JPG.json")
    asset = moved(machine)
    assert asset.takeout is not None
    assert asset.takeout.content == {"description": "Boats"}
    assert machine.hands.read(f"{NEW}.json") == SAID


@pytest.mark.parametrize(
    ("name", "old", "new", "to"),
    [
        ("IMG_1.jpg(2).json", "IMG_1(2).jpg", "LAKE.jpg", "LAKE.jpg.supplemental-metadata.json"),
        ("IMG_1.jpg(2).json", "IMG_1(2).jpg", "IMG_1(2).jpg", "IMG_1.jpg(2).json"),
        ("IMG_1.jpg.su.json", "IMG_1.jpg", "LAKE.jpg", "LAKE.jpg.su.json"),
        ("IMG.xmp", "IMG.CR3", "LAKE.CR3", "LAKE.xmp"),
        ("IMG_01.JPG.xmp", "IMG.JPG", "LAKE.jpg", "LAKE_01.jpg.xmp"),
        ("IMG.AAE", "IMG.JPG", "n" * 250 + ".JPG", "n" * 250 + ".AAE"),
        ("IMG.JPG.AAE", "IMG.JPG", "n" * 250 + ".JPG", None),
        ("IMG_O1.AAE", "IMG_1.HEIC", "LAKE.HEIC", None),
    ],
)
def test_a_name_becomes(name: str, old: str, new: str, to: str | None) -> None:
    assert name_at(name, old, new) == to


def test_nothing_that_lies_there_is_overwritten_and_the_rest_follows() -> None:
    machine = machine_with("IMG_1.AAE", "IMG_1.txt")
    machine.hands.put("b/LAKE_7.txt", b"somebody else's")
    asset = moved(machine)
    (problem,) = asset.problems
    assert problem.kind == "left-behind"
    assert "IMG_1.txt" in problem.reason
    assert "AAE" not in problem.reason
    assert machine.hands.names("a") == ["IMG_1.txt"]
    assert machine.hands.read("b/LAKE_7.txt") == b"somebody else's"
    assert (asset.document.content(), machine.mirror(NEW)) == (CONTENT, CONTENT)


def test_in_doubt_about_the_sidecars_companions_stay_with_them() -> None:
    machine = machine_with("IMG_1.AAE")
    machine.hands.put(f"{NEW}.xmp", plain(title="Sea"))
    before = machine.hands.names("a")
    asset = moved(machine)
    assert [problem.kind for problem in asset.problems] == ["left-behind"]
    assert machine.hands.names("a") == [name for name in before if name != "IMG_1.JPG"]


def test_a_companion_that_two_share_goes_with_the_last_of_them() -> None:
    machine = machine_with("IMG_1.AAE")
    machine.hands.put("a/IMG_1.CR3", b"the raw picture")
    machine.scan()
    moved(machine)
    assert machine.hands.names("a") == ["IMG_1.AAE", "IMG_1.CR3"]
    moved(machine, "a/IMG_1.CR3", "b/LAKE_7.CR3")
    assert machine.hands.names("a") == []
    assert machine.hands.read("b/LAKE_7.AAE") == b"IMG_1.AAE"


def test_a_json_that_two_share_goes_with_the_last_of_them() -> None:
    machine = machine_with("IMG_1.JPG.json", is_edited=False)
    machine.hands.put("a/IMG_1-edited.JPG", b"the edited picture")
    machine.scan()
    assert moved(machine).takeout is None
    asset = moved(machine, "a/IMG_1-edited.JPG", "b/IMG_1-edited.JPG")
    assert asset.takeout is not None
    assert machine.hands.names("a") == []


@pytest.mark.parametrize("by", ["inode", "hash"])
@pytest.mark.parametrize("first", ["JPG", "CR3"])
def test_a_raw_and_its_jpeg_moved_together_keep_the_shared_sidecar_with_the_raw(by: str, first: str) -> None:
    machine = machine_with()
    machine.hands.put("a/IMG_1.CR3", b"the raw picture")
    machine.hands.put("a/IMG_1.xmp", plain(label="Red"))
    machine.scan()
    order = [first, "CR3" if first == "JPG" else "JPG"]
    for kind in order:
        machine.hash(f"a/IMG_1.{kind}")
    for kind in order:
        if by == "inode":
            machine.hands.move(f"a/IMG_1.{kind}", f"b/LAKE_7.{kind}")
        else:
            machine.hands.put(f"b/LAKE_7.{kind}", machine.hands.read(f"a/IMG_1.{kind}"))
            machine.hands.remove(f"a/IMG_1.{kind}")
    machine.pass_time(3)
    machine.scan()
    for kind in order:
        machine.hash(f"b/LAKE_7.{kind}")
    assert [name for name in machine.hands.names("a") if "IMG" in name] == []
    assert machine.engine.look("b/LAKE_7.CR3").document.content() == {"label": "Red"}
    assert machine.engine.look(NEW).document.content() == CONTENT


def test_the_shared_sidecar_waits_for_the_raw_that_is_not_known_again_yet() -> None:
    machine = machine_with(is_edited=False)
    machine.hands.put("a/IMG_1.CR3", b"the raw picture")
    machine.hands.put("a/IMG_1.xmp", plain(label="Red"))
    machine.scan()
    machine.hash(OLD)
    machine.hash("a/IMG_1.CR3")
    machine.hands.remove("a/IMG_1.CR3")
    machine.hands.put(NEW, machine.hands.read(OLD))
    machine.hands.remove(OLD)
    machine.pass_time(3)
    machine.scan()
    machine.hash(NEW)
    assert machine.hands.names("a") == ["IMG_1.xmp"]
    machine.hands.put("b/LAKE_7.CR3", b"the raw picture")
    machine.pass_time(3)
    machine.scan()
    machine.hash("b/LAKE_7.CR3")
    assert machine.engine.look("b/LAKE_7.CR3").document.content() == {"label": "Red"}
    assert machine.hands.names("a") == []


def test_a_conflict_copy_of_a_sidecar_that_waited_follows_and_is_absorbed() -> None:
    machine = machine_with()
    there = machine.hands.read(f"{OLD}.xmp")
    mark = xmp.read(there).mark
    assert mark
    machine.hands.move(OLD, NEW)
    machine.hands.put(f"a/IMG_1.JPG{COPY}.xmp", xmp.write(there, {**CONTENT, "label": "Red"}, mark))
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()
    assert machine.hands.names("a") == []
    assert machine.hands.names("b") == [
        "LAKE_7.JPG",
        "LAKE_7.JPG.kphotos.json",
        "LAKE_7.JPG.xmp",
        "other.JPG",
    ]
    assert machine.mirror(NEW) == {**CONTENT, "label": "Red"}


def test_a_conflict_copy_of_darktables_duplicate_goes_along() -> None:
    machine = machine_with(f"IMG_1_01.JPG{COPY}.xmp")
    moved(machine)
    assert machine.hands.names("a") == []
    assert f"LAKE_7_01.JPG{COPY}.xmp" in machine.hands.names("b")


def test_the_sidecar_of_a_photo_with_that_number_is_no_duplicate_and_stays() -> None:
    machine = machine_with("IMG_1_01.JPG.xmp")
    machine.hands.put("a/IMG_1_01.JPG", b"a picture of that number")
    machine.scan()
    moved(machine)
    assert machine.hands.names("a") == ["IMG_1_01.JPG", "IMG_1_01.JPG.xmp"]


def test_on_a_read_only_volume_companions_stay_and_it_is_no_mishap() -> None:
    machine = simulated_machine()
    overlay = MemFS(machine.site.clock)  # type: ignore[arg-type]
    overlay.make_folder = overlay.hands.folder  # type: ignore[method-assign]
    machine.volume = Volume("volume-1", machine.fs, overlay, writable=False)
    machine.restart()
    machine_with("IMG_1.AAE", machine=machine)
    asset = moved(machine)
    assert (asset.problems, asset.document.content()) == ((), CONTENT)
    assert machine.hands.names("a") == ["IMG_1.AAE"]


def test_a_renamed_folder_keeps_a_thousand_photos_and_writes_nothing() -> None:
    machine = simulated_machine()
    for number in range(1000):
        machine.hands.put(f"a/IMG_{number}.JPG", b"picture %d" % number)
        machine.hands.put(f"a/IMG_{number}.AAE", b"theirs")
    for number in range(0, 1000, 100):
        machine.edit(f"a/IMG_{number}.JPG", title=f"Lake {number}")
    machine.pass_time(5)
    before = assets(machine.scan())
    machine.pass_time(5)
    machine.scan()
    machine.hands.move("a", "b/c")
    machine.memfs.writes.clear()
    found = assets(machine.scan())
    assert machine.fs.writes == []
    assert len(found) == 1000
    for number in range(0, 1000, 100):
        path = f"IMG_{number}.JPG"
        assert found[f"b/c/{path}"].id == before[f"a/{path}"].id
        assert found[f"b/c/{path}"].document.value("title") == f"Lake {number}"


@pytest.mark.slow
@pytest.mark.parametrize("cut", CUTS)
def test_a_crash_at_any_operation_leaves_nothing_behind(cut: str) -> None:
    names = ["IMG_1.AAE", "IMG_1.JPG.json", "IMG_1_02.JPG.xmp", "IMG_1.JPG.pp3"]
    number, is_over = 0, False
    while not is_over:
        number += 1
        machine = machine_with(*names)
        machine.hash(OLD)
        fs = machine.memfs
        machine.hands.move(OLD, NEW)
        machine.pass_time(3)
        fs.durable_nodes = dict(fs.nodes)
        is_over = cut_short(machine.fs, number, machine.scan)
        befall(machine.fs, cut)
        machine.restart()
        for _ in range(3):
            machine.pass_time(3)
            machine.scan()
        assert machine.hands.names("a") == [], number
        assert machine.engine.look(NEW).document.content() == CONTENT
        for name in names:
            assert machine.hands.read(f"b/{COMPANIONS.get(name, 'LAKE_7' + name[5:])}") == bytes_of(name)
    assert number > 40


def test_a_backup_made_of_hard_links_costs_no_companion_when_only_the_extension_changes(
    tmp_path: Path,
) -> None:
    machine = machine_with("IMG_1.AAE", machine=disk_machine(tmp_path))
    root = tmp_path / "volume"
    (tmp_path / "backup.AAE").hardlink_to(root / "a/IMG_1.AAE")
    asset = moved(machine, OLD, "a/IMG_1.JPEG")
    assert asset.problems == ()
    assert (root / "a/IMG_1.AAE").read_bytes() == b"IMG_1.AAE"


@pytest.mark.parametrize("name", ["IMG_1.AAE", f"IMG_1{COPY}.xmp", "IMG_1.xmp_original"])
def test_what_keeps_its_name_stays_where_it_is(name: str) -> None:
    machine = simulated_machine()
    machine.hands.put("a/IMG_1.JPEG", b"the picture")
    machine.hands.put(f"a/{name}", bytes_of(name))
    assert bring(machine.volume, OLD, "a/IMG_1.JPEG", [name]) == ([], False)
    assert machine.hands.read(f"a/{name}") == bytes_of(name)
