"""Pairing through the whole engine: which files an edit reads and writes, and which it leaves alone."""

from __future__ import annotations

import pytest

from sync.codecs import xmp
from tests.sim.tools import MARK, content_of
from tests.sync.machines import Machine, assets, simulated_machine

NFC, NFD = "\u00e9t\u00e9.JPG", "e\u0301te\u0301.JPG"
COPY = ".sync-conflict-20240601-101112-ABCDEF7"

# Each: what lies there, the photo that is edited, the XMPs that say so afterwards.
CASES = {
    "nothing yet": ("IMG.JPG", "IMG.JPG", {"IMG.JPG.xmp"}),
    "its own": ("IMG.JPG + IMG.JPG.xmp", "IMG.JPG", {"IMG.JPG.xmp"}),
    "the stem's": ("IMG.JPG + IMG.xmp", "IMG.JPG", {"IMG.xmp"}),
    "both": ("IMG.JPG + IMG.JPG.xmp + IMG.xmp", "IMG.JPG", {"IMG.JPG.xmp", "IMG.xmp"}),
    "a RAW's shared one": ("IMG.CR3 + IMG.JPG + IMG.xmp", "IMG.CR3", {"IMG.xmp"}),
    "the JPEG beside that RAW": ("IMG.CR3 + IMG.JPG + IMG.xmp", "IMG.JPG", {"IMG.JPG.xmp"}),
    "a capital extension": ("IMG.JPG + IMG.JPG.XMP", "IMG.JPG", {"IMG.JPG.XMP"}),
    "another case": ("IMG.jpg + IMG.JPG.xmp", "IMG.jpg", {"IMG.JPG.xmp"}),
    "twins in case": ("IMG.JPG + img.jpg + img.jpg.xmp", "img.jpg", {"img.jpg.xmp"}),
    "the other twin": ("IMG.JPG + img.jpg + img.jpg.xmp", "IMG.JPG", {"IMG.JPG.xmp"}),
    "accents as macOS writes them": (f"{NFC} + {NFD}.xmp", NFC, {f"{NFD}.xmp"}),
    "twins in their accents": (f"{NFC} + {NFD} + {NFD}.xmp", NFD, {f"{NFD}.xmp"}),
    "the other of these": (f"{NFC} + {NFD} + {NFD}.xmp", NFC, {f"{NFC}.xmp"}),
    "darktable's duplicate": ("IMG.JPG + IMG_01.JPG.xmp", "IMG.JPG", {"IMG.JPG.xmp"}),
    "a photo of that number": ("IMG.JPG + IMG_01.JPG + IMG_01.JPG.xmp", "IMG_01.JPG", {"IMG_01.JPG.xmp"}),
    "ambiguous": ("IMG.JPG + IMG.PNG + IMG.xmp", "IMG.PNG", {"IMG.PNG.xmp"}),
}


def machine_with(names: str) -> Machine:
    machine = simulated_machine()
    for name in names.split(" + "):
        is_xmp = name.lower().endswith(".xmp")
        machine.hands.put(name, plain(description=f"of {name!a}") if is_xmp else name.encode())
    machine.scan()
    return machine


def plain(**content: object) -> bytes:
    return MARK.sub(b"", xmp.write(None, content, "none"))


@pytest.mark.parametrize(("names", "photo", "written"), CASES.values(), ids=CASES)
def test_an_edit_is_written_to(names: str, photo: str, written: set[str]) -> None:
    machine = machine_with(names)
    there = {name: machine.hands.read(name) for name in machine.hands.names() if name.lower().endswith("xmp")}
    machine.edit(photo, title="Lake")
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()
    now = [name for name in machine.hands.names() if name.lower().endswith(".xmp")]
    said = {name for name in now if content_of(machine.hands.read(name)).get("title") == "Lake"}
    assert said == written
    assert {name: machine.hands.read(name) for name in there.keys() - written} == {
        name: data for name, data in there.items() if name not in written
    }
    shown = assets(machine.scan(everything=True))
    assert [path for path, asset in shown.items() if asset.document.value("title")] == [photo]
    assert set(shown) == {name for name in names.split(" + ") if not name.lower().endswith(".xmp")}
    of = {f"of {name!a}" for name in there.keys() & written}
    assert shown[photo].document.value("description") in (of or {None})


@pytest.mark.parametrize("main", ["IMG.JPG.xmp", "IMG.xmp", "IMG.JPG.XMP"])
@pytest.mark.parametrize(
    "tag",
    [
        COPY,
        COPY + COPY,
        " (In Konflikt stehende Kopie von Alice 2024-06-01)",
        " (Case Conflict 1)",
        ".Conflict",
        "-LAPTOP",
        f"-LAPTOP{COPY}",
    ],
)
def test_a_copy_of_any_sidecar_is_taken_in_and_goes(main: str, tag: str) -> None:
    machine = machine_with(f"IMG.JPG + {main}")
    machine.edit("IMG.JPG", title="Lake", rating=3)
    machine.pass_time(5)
    machine.scan()
    there = machine.hands.read(main)
    mark = xmp.read(there).mark
    assert mark
    copy = f"{main[:-4]}{tag}{main[-4:]}"
    said = content_of(there)
    machine.hands.put(copy, xmp.write(there, {**said, "label": "Red"}, mark))
    for _ in range(3):
        machine.pass_time(5)
        machine.scan()
    assert copy not in machine.hands.names()
    (asset,) = assets(machine.scan(everything=True)).values()
    assert asset.document.content() == content_of(machine.hands.read(main)) == {**said, "label": "Red"}
    assert asset.problems == ()


def test_a_shared_sidecar_of_two_that_claim_it_alike_is_told_and_left() -> None:
    machine = machine_with("IMG.JPG + IMG.PNG + IMG.xmp")
    before = machine.hands.read("IMG.xmp")
    machine.edit("IMG.JPG", title="Lake")
    machine.scan()
    assert machine.hands.read("IMG.xmp") == before


def test_a_name_in_other_accents_is_one_group_also_for_the_watcher() -> None:
    machine = machine_with(NFC)
    machine.pass_time(3)
    machine.scan()
    machine.hands.put(f"{NFD}.xmp", plain(title="Summer"))
    machine.pass_time(3)
    assert assets(machine.touch(f"{NFD}.xmp"))[NFC].document.value("title") == "Summer"
