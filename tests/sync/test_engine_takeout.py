"""Takeout's JSON through the whole engine: read, told of anew when it changes, never written or removed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sync.codecs.takeout import Takeout
from sync.engine import Asset
from tests.sync.machines import Machine, assets, simulated_machine

PHOTO, JSON = "d/IMG_1.jpg", "d/IMG_1.jpg.supplemental-metadata.json"


def said(title: str = "IMG_1.jpg", **more: Any) -> bytes:
    return json.dumps({"title": title, "url": "https://photos.google.com/x", **more}).encode()


def machine_with(**files: bytes) -> Machine:
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    return machine


def seen(machine: Machine, path: str = PHOTO, *, touch: tuple[str, ...] = ()) -> Asset:
    machine.pass_time(5)
    found = assets(machine.touch(*touch) if touch else machine.scan())
    return found[path]


def description(asset: Asset) -> Any:
    return asset.takeout.content.get("description") if asset.takeout else None


def test_what_a_json_says_is_told_with_the_asset_and_nothing_is_written() -> None:
    machine = machine_with()
    machine.hands.put(JSON, said(description="Boats", favorited=True))
    asset = seen(machine)
    assert asset.takeout == Takeout("IMG_1.jpg", {"description": "Boats"}, ("favorited",))
    assert asset.document.fields == {}
    assert (asset.has_ledger, asset.problems, asset.sidecars) == (False, (), (JSON,))
    assert [path for _, path in machine.memfs.writes if not path.startswith(".kphotos")] == []
    assert machine.engine.look(PHOTO) == asset


@pytest.mark.parametrize("told_by", ["scan", "touch"])
def test_a_changed_or_removed_json_changes_what_is_told(told_by: str) -> None:
    machine = machine_with()
    touch = (JSON,) if told_by == "touch" else ()
    assert description(seen(machine)) is None
    machine.hands.put(JSON, said(description="Boats"))
    asset = seen(machine, touch=touch)
    assert description(asset) == "Boats"
    assert machine.engine.is_fresh(asset)
    machine.hands.replace(JSON, said(description="Ships"))
    assert not machine.engine.is_fresh(asset)
    assert description(seen(machine, touch=touch)) == "Ships"
    machine.hands.remove(JSON)
    assert seen(machine, touch=touch).takeout is None


@pytest.mark.parametrize("told_by", ["scan", "touch"])
@pytest.mark.parametrize(
    ("photo", "name"),
    [
        ("d/IMG_1(2).jpg", "d/IMG_1.jpg(2).json"),
        ("d/IMG_1-bearbeitet.jpg", "d/IMG_1.jpg.suppl.json"),
        (f"d/IMG_1{'n' * 60}.jpg", f"d/IMG_1{'n' * 41}.json"),
        ("d/IMG_1.MOV", "d/IMG_1.jpg.json"),
    ],
)
def test_a_json_under_another_name_is_found_too(told_by: str, photo: str, name: str) -> None:
    machine = machine_with()
    machine.hands.put(photo, b"another")
    machine.scan()
    title = "IMG_1.jpg" if "n" * 9 not in photo else photo.removeprefix("d/")
    machine.hands.put(name, said(title, description="Boats"))
    assert description(seen(machine, photo, touch=(name,) if told_by == "touch" else ())) == "Boats"
    assert description(machine.engine.look(photo)) == "Boats"


def test_a_json_of_another_title_is_not_taken_under_a_doubtful_name() -> None:
    machine = machine_with()
    machine.hands.put("d/IMG_1(2).jpg", b"another")
    machine.hands.put("d/IMG_1.jpg(2).json", said("HOUSE.jpg", description="Boats"))
    assert seen(machine, "d/IMG_1(2).jpg").takeout is None


def test_a_whole_name_is_believed_unless_the_title_names_another_photo_there() -> None:
    machine = machine_with()
    machine.hands.put(JSON, said("HOUSE.jpg", description="Boats"))
    assert description(seen(machine)) == "Boats"
    machine.hands.put("d/HOUSE.jpg", b"the house")
    assert machine.engine.look(PHOTO).takeout is None


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000, b"\xff" * 50, b" " * (2 << 20)])
def test_a_json_that_cannot_be_read_is_a_problem_and_the_photo_goes_on(data: bytes) -> None:
    machine = machine_with()
    machine.hands.put(JSON, data)
    machine.edit(PHOTO, title="Lake")
    asset = seen(machine)
    assert asset.document.content() == {"title": "Lake"}
    (problem,) = asset.problems
    assert (problem.kind, problem.path) == ("unreadable", JSON)
    assert machine.hands.read(JSON) == data
    machine.hands.remove(JSON)
    assert seen(machine).problems == ()


def test_json_that_is_no_takeouts_is_no_problem() -> None:
    machine = machine_with()
    machine.hands.put("d/IMG_1.jpg.json", b'[{"SourceFile": "IMG_1.jpg"}]')
    asset = seen(machine)
    assert (asset.takeout, asset.problems) == (None, ())


def test_an_edit_goes_above_it_and_leaves_it_as_it_is() -> None:
    machine = machine_with()
    machine.hands.put(JSON, said(description="Boats"))
    asset = machine.edit(PHOTO, title="Lake")
    assert asset.takeout is not None
    assert asset.document.content() == {"title": "Lake"}
    assert machine.hands.read(JSON) == said(description="Boats")


def test_another_picture_under_the_name_inherits_nothing_of_it() -> None:
    machine = machine_with()
    machine.hands.put(JSON, said(description="Boats"))
    machine.edit(PHOTO, title="Lake")
    machine.hands.replace(PHOTO, b"quite another picture")
    asset = seen(machine)
    assert [problem.kind for problem in asset.problems] == ["original-changed"]
    assert asset.takeout is None
