"""Editing from the page: durable beside the original when answered, undone by sending back what came."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from kphotos import records
from kphotos.config import Settings
from kphotos.identity.accounts import Account
from kphotos.sidecar import intake, rebuild, sites
from kphotos.storage import volumes
from tests.kphotos.web.conftest import Browser
from tests.photos import jpeg


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "Pictures"


@pytest.fixture
def photo(settings: Settings, folder: Path) -> str:
    """The id of a real photo in a real volume, seen by a real scan."""
    jpeg(folder / "IMG_1.JPG", size=(48, 64), taken="2024-06-28T10:01:00", orientation=6)
    volume = volumes.register(settings, folder)
    intake.take(settings, volume, sites.engine_of(settings, volume).scan())
    asset = sites.engine_of(settings, volume).look("IMG_1.JPG")
    return asset.id


def ok(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def change(browser: Browser, photo: str, *changes: dict[str, Any]) -> Any:
    return browser.send("PATCH", f"/api/assets/{photo}", {"changes": list(changes)})


def test_an_edit_lies_beside_the_original_when_it_is_answered(
    as_alice: Browser, photo: str, folder: Path
) -> None:
    before = hashlib.sha256((folder / "IMG_1.JPG").read_bytes()).hexdigest()
    told = ok(change(as_alice, photo, {"field": "title", "op": "set", "value": "Lake", "seen": []}))
    assert told["asset"]["fields"]["title"]["value"] == "Lake"
    assert told["asset"]["fields"]["title"]["source"] == "people"
    assert told["asset"]["fields"]["title"]["by"] == "Alice"
    assert "Lake" in (folder / "IMG_1.JPG.xmp").read_text()
    assert "Lake" in (folder / "IMG_1.JPG.kphotos.json").read_text()
    assert sorted(told["asset"]["sidecars"])[-1] == "IMG_1.JPG.xmp"
    assert hashlib.sha256((folder / "IMG_1.JPG").read_bytes()).hexdigest() == before
    assert told["asset"] == ok(as_alice.get(f"/api/assets/{photo}"))


def test_the_picture_is_described_as_it_is_shown(as_alice: Browser, photo: str) -> None:
    told = ok(as_alice.get(f"/api/assets/{photo}"))
    assert (told["width"], told["height"]) == (64, 48)
    assert told["fields"]["taken"]["value"]["local"].startswith("2024-06-28T10:01")
    assert told["fields"]["taken"]["source"] == "embedded"
    assert told["can_edit"] is True
    assert told["volume_name"] == "Pictures"
    assert told["thumb_url"] is None


def test_what_came_back_undoes_the_edit(as_alice: Browser, photo: str) -> None:
    ok(change(as_alice, photo, {"field": "rating", "op": "set", "value": 2}))
    told = ok(
        change(
            as_alice,
            photo,
            {"field": "rating", "op": "set", "value": 5},
            {"field": "tags", "op": "add", "value": "Sea"},
        )
    )
    assert told["asset"]["fields"]["tags"]["value"] == ["Sea"]
    undone = ok(change(as_alice, photo, *told["undo"]))
    assert undone["asset"]["fields"]["rating"]["value"] == 2
    assert not undone["asset"]["fields"].get("tags", {}).get("value")
    assert undone["asset"]["history"][0]["at"] > undone["asset"]["history"][-1]["at"], "newest first"


def test_an_undo_that_would_hide_a_later_edit_is_refused(as_alice: Browser, photo: str) -> None:
    ok(change(as_alice, photo, {"field": "title", "op": "set", "value": "Lake"}))
    undo = ok(change(as_alice, photo, {"field": "title", "op": "set", "value": "Sea"}))["undo"]
    ok(change(as_alice, photo, {"field": "title", "op": "set", "value": "River"}))
    refused = change(as_alice, photo, *undo)
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "conflict")
    assert ok(as_alice.get(f"/api/assets/{photo}"))["fields"]["title"]["value"] == "River"


@pytest.mark.parametrize(
    ("field", "value"),
    [("rating", 6), ("rating", "five"), ("label", "Pink"), ("taken", "yesterday"), ("title", ["x"]),
     ("tags", "x" * 9999), ("gps", {"lat": 91, "lon": 0}), ("title", "x" * 100_000)],
)  # fmt: skip
def test_a_value_the_field_cannot_hold_is_refused_by_name(
    as_alice: Browser, photo: str, folder: Path, field: str, value: Any
) -> None:
    refused = change(as_alice, photo, {"field": field, "op": "set", "value": value})
    assert refused.status_code == 400, refused.text
    assert refused.json["error"]["field"] == field
    assert refused.json["error"]["kept"] == "Nothing was changed."
    assert [path.name for path in folder.iterdir() if path.is_file()] == ["IMG_1.JPG"]


def test_a_favourite_is_ones_own(
    as_alice: Browser, as_bob: Browser, bob: Account, settings: Settings, photo: str
) -> None:
    volume = records.every(settings, "volumes")[0]
    records.save(settings, "volumes", volume.id, {**volume.data, "editors": [bob.id]})
    assert ok(as_alice.send("PUT", f"/api/assets/{photo}/favourite"))["asset"]["favourite"] is True
    hers = ok(as_bob.get(f"/api/assets/{photo}"))
    assert (hers["favourite"], hers["history"]) == (False, []), "what Alice likes is not Bob's to know"
    assert ok(as_alice.get(f"/api/assets/{photo}"))["history"]
    theirs = {"field": "favourites", "op": "remove", "value": "alice"}
    assert change(as_bob, photo, theirs).status_code == 400
    ok(as_bob.send("PUT", f"/api/assets/{photo}/favourite"))
    told = ok(as_alice.send("DELETE", f"/api/assets/{photo}/favourite"))
    assert told["asset"]["favourite"] is False
    assert ok(change(as_alice, photo, *told["undo"]))["asset"]["favourite"] is True
    assert ok(as_bob.get(f"/api/assets/{photo}"))["favourite"] is True


@pytest.mark.parametrize("op", ["set", "clear"])
def test_nobody_speaks_for_the_favourites_of_all(
    as_alice: Browser, alice: Account, photo: str, op: str
) -> None:
    refused = change(as_alice, photo, {"field": "favourites", "op": op, "value": [alice.id]})
    assert (refused.status_code, refused.json["error"]["field"]) == (400, "favourites")


def test_who_may_only_look_has_favourites_too_and_nothing_is_written_beside_the_photo(
    as_alice: Browser, as_bob: Browser, settings: Settings, photo: str, folder: Path
) -> None:
    told = ok(as_bob.send("PUT", f"/api/assets/{photo}/favourite"))
    assert told["asset"]["favourite"] is True
    assert ok(as_alice.get(f"/api/assets/{photo}"))["favourite"] is False
    assert ok(as_bob.get("/api/timeline/version?view=favourites"))["count"] == 1
    assert ok(as_alice.get("/api/timeline/version?view=favourites"))["count"] == 0
    assert [path.name for path in folder.iterdir() if path.is_file()] == ["IMG_1.JPG"]
    rebuild.rebuild(settings)
    assert ok(as_bob.get(f"/api/assets/{photo}"))["favourite"] is True
    assert ok(change(as_bob, photo, *told["undo"]))["asset"]["favourite"] is False
    mixed = (
        {"field": "favourites", "op": "add", "value": "bob"},
        {"field": "rating", "op": "set", "value": 1},
    )
    assert change(as_bob, photo, *mixed).status_code == 403
    assert ok(as_bob.get(f"/api/assets/{photo}"))["favourite"] is False


def test_a_favourite_outlives_the_photos_first_ledger(as_alice: Browser, as_bob: Browser, photo: str) -> None:
    ok(as_bob.send("PUT", f"/api/assets/{photo}/favourite"))
    edited = ok(change(as_alice, photo, {"field": "rating", "op": "set", "value": 5}))
    assert edited["asset"]["id"] == photo
    assert ok(as_bob.get(f"/api/assets/{photo}"))["favourite"] is True


def test_a_favourite_can_be_taken_back_whatever_right_it_was_given_under(
    as_bob: Browser, bob: Account, settings: Settings, photo: str
) -> None:
    volume = records.every(settings, "volumes")[0]
    for before, after in (([], [bob.id]), ([bob.id], [])):
        for editors in (before, after):
            records.save(settings, "volumes", volume.id, {**volume.data, "editors": editors})
            if editors == before:
                ok(as_bob.send("PUT", f"/api/assets/{photo}/favourite"))
        assert ok(as_bob.send("DELETE", f"/api/assets/{photo}/favourite"))["asset"]["favourite"] is False
        assert ok(as_bob.get("/api/timeline/version?view=favourites"))["count"] == 0


def test_who_may_edit_is_the_volumes_business(
    as_bob: Browser, bob: Account, settings: Settings, photo: str
) -> None:
    edit = {"field": "title", "op": "set", "value": "Bob's"}
    assert ok(as_bob.get(f"/api/assets/{photo}"))["can_edit"] is False
    assert change(as_bob, photo, edit).json["error"]["code"] == "forbidden"
    volume = records.every(settings, "volumes")[0]
    records.save(settings, "volumes", volume.id, {**volume.data, "viewers": [], "editors": [bob.id]})
    assert ok(change(as_bob, photo, edit))["asset"]["fields"]["title"]["by"] == "Bob"
    records.save(settings, "volumes", volume.id, {**volume.data, "viewers": []})
    assert as_bob.get(f"/api/assets/{photo}").status_code == 404
    assert change(as_bob, photo, edit).status_code == 404


def test_a_script_in_a_title_is_text_everywhere(as_alice: Browser, photo: str) -> None:
    evil = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\"'"
    told = ok(change(as_alice, photo, {"field": "title", "op": "set", "value": evil}))
    assert told["asset"]["fields"]["title"]["value"] == evil
    page = as_alice.get(f"/photo/{photo}").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_volume_that_went_away_refuses_edits_and_still_shows(
    as_alice: Browser, photo: str, folder: Path
) -> None:
    folder.rename(folder.with_name("elsewhere"))
    assert ok(as_alice.get(f"/api/assets/{photo}"))["name"] == "IMG_1.JPG"
    refused = change(as_alice, photo, {"field": "title", "op": "set", "value": "Lake"})
    assert refused.status_code == 503, refused.text
    assert refused.json["error"]["kept"] == "Nothing was changed."
    assert as_alice.get(f"/media/{photo}/original").status_code == 404


def test_another_picture_that_took_the_place_is_not_changed_unseen(
    as_alice: Browser, photo: str, folder: Path
) -> None:
    ok(change(as_alice, photo, {"field": "title", "op": "set", "value": "Lake"}))
    (folder / "Archive").mkdir()
    for end in ("", ".xmp", ".kphotos.json"):
        (folder / f"IMG_1.JPG{end}").rename(folder / "Archive" / f"IMG_1.JPG{end}")
    jpeg(folder / "IMG_1.JPG", size=(64, 48), taken="2025-01-01T10:00:00")
    answer = change(as_alice, photo, {"field": "title", "op": "set", "value": "Lake in June"})
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "replaced")
    assert not list(folder.glob("IMG_1.JPG.*"))
    # It is known by now, so whoever looks at it may change it.
    told = ok(as_alice.get(f"/api/assets/{photo}"))
    assert told["fields"]["taken"]["value"]["local"].startswith("2025-01-01")
    ok(change(as_alice, photo, {"field": "title", "op": "set", "value": "Another"}))
    assert "Another" in (folder / "IMG_1.JPG.xmp").read_text()


def test_another_disk_at_the_same_mount_point_is_offline_and_its_pictures_are_not_shown(
    as_alice: Browser, settings: Settings, tmp_path: Path
) -> None:
    root = tmp_path / "Disk"
    jpeg(root / "IMG_1.JPG", taken="2024-06-28T10:01:00")
    volume = sites.add(settings, root)
    intake.take(settings, volume, sites.engine_of(settings, volume).scan())
    photo = sites.engine_of(settings, volume).look("IMG_1.JPG").id
    root.rename(tmp_path / "unplugged")
    jpeg(root / "IMG_1.JPG", size=(64, 48), taken="2025-01-01T10:00:00")
    answer = change(as_alice, photo, {"field": "title", "op": "set", "value": "Lake"})
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "volume_offline")
    told = ok(as_alice.get(f"/api/assets/{photo}"))
    assert told["fields"]["taken"]["value"]["local"].startswith("2024-06-28")
