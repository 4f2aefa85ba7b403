"""The pages of conflicts: who sees them, what they offer, one durable decision, refused if it is outdated."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from kphotos import records
from kphotos.config import Settings
from kphotos.identity.accounts import Account
from kphotos.sidecar import edits, intake, sites
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from kphotos.web import conflict_forms, conflict_pages
from sync.codecs import ledger
from sync.core.dots import dot, millis
from sync.core.model import Candidate, Change, Region
from tests import darktable
from tests.kphotos.web.conftest import Browser
from tests.photos import jpeg

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def volume(settings: Settings, tmp_path: Path) -> Volume:
    folder = tmp_path / "Pictures"
    for name in ("lake.jpg", "sea.jpg", "calm.jpg"):
        jpeg(folder / name, taken="2024-06-28T10:01:00")
    found = volumes.register(settings, folder)
    scan(settings, found)
    return found


def scan(settings: Settings, volume: Volume) -> None:
    intake.take(settings, volume, sites.engine_of(settings, volume).scan())


@pytest.fixture
def quarrel(settings: Settings, volume: Volume, alice: Account) -> Callable[..., str]:
    """Alice and darktable title a photo at the same time; its id."""

    def begun(name: str, mine: str = "Evening", theirs: str = "Harbour <b>") -> str:
        first = edits.edit(settings, volume, name, [Change("title", "set", "Lake")], by=alice.id)
        dots = frozenset(first.asset.document.fields["title"].dots)
        darktable.writes(volume.root / name, title=theirs)
        scan(settings, volume)
        edits.edit(settings, volume, name, [Change("title", "set", mine, dots)], by=alice.id)
        return first.asset.id

    return begun


@pytest.fixture
def photo(quarrel: Callable[..., str]) -> str:
    return quarrel("lake.jpg")


def put_back(settings: Settings, volume: Volume, name: str) -> str:
    """darktable, which never saw the title "Sea" and the tag, sets a rating."""
    edits.edit(settings, volume, name, [Change("title", "set", "Lake")], by="alice")
    darktable.writes(volume.root / name, title="Lake", rating=1)
    scan(settings, volume)
    changes = [Change("title", "set", "Sea"), Change("tags", "add", ["Boat"])]
    done = edits.edit(settings, volume, name, changes, by="alice")
    darktable.writes(volume.root / name, title="Lake", rating=2)
    scan(settings, volume)
    return done.asset.id


def told(browser: Browser, photo: str) -> list[dict[str, Any]]:
    answer = browser.get(f"/api/conflicts/{photo}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = (answer.json or {})["rows"]
    return found


def decide(browser: Browser, photo: str, choices: dict[str, Any], rows: list[dict[str, Any]]) -> Any:
    body = {"choices": choices, "seen": {row["key"]: row["dots"] for row in rows}}
    return browser.send("POST", f"/api/conflicts/{photo}", body)


def fields(browser: Browser, photo: str) -> dict[str, Any]:
    found: dict[str, Any] = (browser.get(f"/api/assets/{photo}").json or {})["fields"]
    return found


def hidden(page: str, prefix: str) -> dict[str, str]:
    """The hidden inputs of a page's form whose name begins so."""
    return dict(re.findall(rf'<input type="hidden" name="({prefix}[^"]*)" value="([^"]*)"', page))


def test_what_waits_is_grouped_and_counted_in_the_navigation(
    as_alice: Browser, photo: str, quarrel: Callable[..., str], settings: Settings, volume: Volume
) -> None:
    quarrel("sea.jpg")
    put_back(settings, volume, "calm.jpg")
    found = as_alice.get("/api/conflicts").json or {}
    assert found["count"] == 3
    assert [(one["fields"], one["put_back"], one["count"]) for one in found["groups"]] == [
        (["title"], [], 2),
        ([], ["title", "tags"], 1),
    ]
    page = as_alice.get("/conflicts").text
    assert "Title differs" in page
    assert "Title, Tags put back by another program" in page
    assert re.search(r'nav-count tabular">3<', page)
    assert f"/conflicts/{photo}" in page
    group = as_alice.get("/conflicts?group=title").text
    assert "lake.jpg" in group
    assert "calm.jpg" not in group


def test_a_library_in_step_says_so(as_alice: Browser, volume: Volume) -> None:
    page = as_alice.get("/conflicts").text
    assert "All in step" in page
    assert "nav-count" not in page
    assert as_alice.get("/api/conflicts").json == {"groups": [], "count": 0}


def test_the_page_shows_each_value_with_who_said_it_as_text(as_alice: Browser, photo: str) -> None:
    page = as_alice.get(f"/conflicts/{photo}").text
    for said in (
        "Evening",
        "Harbour &lt;b&gt;",
        "Alice",
        "darktable",
        "Last agreed",
        "lake.jpg.xmp",
        "1 of 1",
    ):
        assert said in page
    assert "Harbour <b>" not in page
    assert "Save – writes 1 field to lake.jpg.xmp" in page


def test_a_decision_is_durable_when_it_is_answered_and_can_be_taken_back(
    as_alice: Browser, photo: str, volume: Volume
) -> None:
    answer = decide(as_alice, photo, {"title": 3}, told(as_alice, photo))
    assert answer.status_code == 200, answer.text
    assert (answer.json["rows"], answer.json["next"]) == ([], None)
    assert "Harbour &lt;b&gt;" in (volume.root / "lake.jpg.xmp").read_text()
    assert fields(as_alice, photo)["title"]["conflict"] is False
    undone = as_alice.send("PATCH", f"/api/assets/{photo}", {"changes": answer.json["undo"]})
    assert undone.status_code == 200, undone.text
    assert fields(as_alice, photo)["title"]["conflict"] is True
    assert {one["value"] for one in told(as_alice, photo)[0]["choices"]} == {"Lake", "Evening", "Harbour <b>"}


def test_what_changed_since_the_page_is_refused_with_fresh_rows(as_alice: Browser, photo: str) -> None:
    rows = told(as_alice, photo)
    third = {"changes": [{"field": "title", "op": "set", "value": "Third", "seen": []}]}
    assert as_alice.send("PATCH", f"/api/assets/{photo}", third).status_code == 200
    refused = decide(as_alice, photo, {"title": 2}, rows)
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "conflict")
    assert refused.json["error"]["kept"] == "Nothing was changed."
    assert refused.json["rows"] == told(as_alice, photo)
    assert "Third" in [one["value"] for one in refused.json["rows"][0]["choices"]]
    assert decide(as_alice, photo, {"title": 2}, refused.json["rows"]).status_code == 200


@pytest.mark.parametrize(
    "choices",
    [{}, {"title": "2"}, {"title": True}, {"title": 0}, {"title": 99}, {"title": {"value": 5}}, {"title": {}},
     {"title": {"value": "x" * 9_999}}, {"title": {"value": "x", "more": 1}}],
)  # fmt: skip
def test_a_decision_that_makes_no_sense_changes_nothing(
    as_alice: Browser, photo: str, volume: Volume, choices: dict[str, Any]
) -> None:
    before = (volume.root / "lake.jpg.kphotos.json").read_bytes()
    refused = decide(as_alice, photo, choices, told(as_alice, photo))
    assert refused.status_code == 400, refused.text
    assert refused.json["error"]["kept"] == "Nothing was changed."
    assert (volume.root / "lake.jpg.kphotos.json").read_bytes() == before


def test_the_form_works_without_a_script(
    as_alice: Browser, photo: str, quarrel: Callable[..., str], volume: Volume
) -> None:
    other = quarrel("sea.jpg")
    page = as_alice.get(f"/conflicts/{photo}").text
    sent = {**hidden(page, "csrf"), **hidden(page, "seen."), "choice.title": "own", "own.title": " Both "}
    answer = post(as_alice, photo, sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/conflicts/{other}")
    assert fields(as_alice, photo)["title"]["value"] == "Both"
    stale = post(as_alice, photo, sent)
    assert stale.status_code == 409
    assert "Nothing was changed" in stale.text
    page = as_alice.get(f"/conflicts/{other}").text
    wrong = post(as_alice, other, {**hidden(page, "csrf"), **hidden(page, "seen."), "choice.title": "9"})
    assert wrong.status_code == 400
    assert "There is no choice 9 here." in wrong.text
    assert 'name="choice.title"' in wrong.text, "the form is there again"
    last = post(as_alice, other, {**hidden(page, "csrf"), **hidden(page, "seen."), "choice.title": "2"})
    assert last.headers["Location"] == "/conflicts"


def test_a_form_of_another_site_is_refused(as_alice: Browser, photo: str) -> None:
    page = as_alice.get(f"/conflicts/{photo}").text
    sent = {**hidden(page, "seen."), "choice.title": "2"}
    for csrf in ({}, {"csrf": ""}, {"csrf": "guess"}):
        assert post(as_alice, photo, {**sent, **csrf}).status_code == 403
    foreign = post(as_alice, photo, {**sent, **hidden(page, "csrf")}, origin="http://evil.example")
    assert foreign.status_code == 403
    assert fields(as_alice, photo)["title"]["conflict"] is True


def post(browser: Browser, photo: str, form: dict[str, str], origin: str | None = None) -> Any:
    headers = {"Origin": origin or browser.base, "Accept": "text/html"}
    return browser.client.post(
        f"/conflicts/{photo}", base_url=browser.base, data=urlencode(form), content_type=FORM, headers=headers
    )


def test_what_was_put_back_is_taken_or_dismissed_by_one_button(
    as_alice: Browser, settings: Settings, volume: Volume
) -> None:
    photo = put_back(settings, volume, "calm.jpg")
    page = as_alice.get(f"/conflicts/{photo}").text
    assert "darktable put back" in page
    assert 'name="only" value="tags/Boat=2"' in page
    form = {**hidden(page, "csrf"), **hidden(page, "seen.")}
    answer = post(as_alice, photo, {**form, "only": "tags/Boat=2"})
    assert answer.headers["Location"] == f"/conflicts/{photo}", "the title still waits"
    assert not fields(as_alice, photo).get("tags", {}).get("value")
    answer = post(as_alice, photo, {**form, "only": "title=1"})
    assert answer.headers["Location"] == "/conflicts"
    assert fields(as_alice, photo)["title"]["value"] == "Sea"
    assert as_alice.get("/api/conflicts").json == {"groups": [], "count": 0}


def test_only_who_may_edit_sees_and_decides(
    as_alice: Browser, as_bob: Browser, as_charlie: Browser, bob: Account, settings: Settings, photo: str
) -> None:
    rows = told(as_alice, photo)
    looking = as_bob.get("/conflicts").text
    assert "lake.jpg" not in looking
    assert '/conflicts"' not in looking, "no entry in the navigation either"
    assert as_bob.get("/api/conflicts").json == {"groups": [], "count": 0}
    for answer in (as_bob.get(f"/conflicts/{photo}"), as_bob.get(f"/api/conflicts/{photo}")):
        assert answer.status_code == 403
        assert "Harbour" not in answer.text
    assert decide(as_bob, photo, {"title": 2}, rows).status_code == 403
    assert as_charlie.get(f"/api/conflicts/{photo}").status_code == 401
    record = records.every(settings, "volumes")[0]
    records.save(settings, "volumes", record.id, {**record.data, "viewers": []})
    assert as_bob.get(f"/conflicts/{photo}").status_code == 404
    records.save(settings, "volumes", record.id, {**record.data, "viewers": [], "editors": [bob.id]})
    assert "lake.jpg" in as_bob.get("/conflicts").text
    assert decide(as_bob, photo, {"title": 2}, rows).status_code == 200
    assert fields(as_bob, photo)["title"]["by"] == "Bob"


def test_a_photo_that_waits_no_more_says_so(as_alice: Browser, volume: Volume, settings: Settings) -> None:
    photo = sites.engine_of(settings, volume).look("calm.jpg").id
    page = as_alice.get(f"/conflicts/{photo}").text
    assert "Nothing waits here" in page
    assert "data-save" not in page


@pytest.mark.parametrize(
    ("key", "parts", "value"),
    [
        ("title", {"": " Lake "}, "Lake"),
        ("title", {"": "  "}, None),
        ("taken", {".date": "2024-06-28", ".time": "10:01", ".zone": "+02:00"},
         {"local": "2024-06-28T10:01:00", "offset": "+02:00"}),
        ("taken", {".date": "2024-06-28"}, {"local": "2024-06-28", "offset": None}),
        ("taken", {".time": "10:01"}, None),
        ("gps", {".lat": "48.5", ".lon": "2.25"}, {"lat": 48.5, "lon": 2.25, "alt": None}),
        ("gps", {}, None),
        ("creator", {"": "Ann\r\n\r\n Bob "}, ["Ann", "Bob"]),
        ("orientation", {"": "6"}, 6),
        ("orientation", {"": ""}, None),
        ("place", {".city": "Paris", ".country": " "}, {"city": "Paris"}),
        ("place", {}, None),
        ("regions/r1/name", {"": "Ann"}, "Ann"),
    ],
)  # fmt: skip
def test_each_kind_of_field_has_its_control(key: str, parts: dict[str, str], value: Any) -> None:
    form = {f"choice.{key}": "own", **{f"own.{key}{part}": text for part, text in parts.items()}}
    decisions, _ = conflict_forms.from_form(form)
    assert decisions == {key: conflict_forms.Own(value)}


def test_words_of_a_value_need_no_script() -> None:
    assert (
        conflict_pages.text_of({"local": "2024-06-28T10:01:00", "offset": "+02:00"})
        == "2024-06-28 10:01:00 +02:00"
    )
    assert conflict_pages.text_of({"lat": 1.5, "lon": -2.0, "alt": 3.0}) == "1.5, -2.0, 3.0 m"
    assert conflict_pages.text_of({"city": "Paris", "country": "France"}) == "Paris, France"
    assert conflict_pages.text_of(["Ann", "Bob"]) == "Ann, Bob"
    assert conflict_pages.text_of(None) == ""


def test_in_a_read_only_folder_it_is_decided_in_k_photos_alone(
    as_alice: Browser, photo: str, settings: Settings, volume: Volume
) -> None:
    record = records.every(settings, "volumes")[0]
    records.save(settings, "volumes", record.id, {**record.data, "writable": False})
    before = {path.name: path.read_bytes() for path in volume.root.glob("lake.jpg.*")}
    assert "Save – in K-Photos only, the folder is read-only" in as_alice.get(f"/conflicts/{photo}").text
    assert decide(as_alice, photo, {"title": 2}, told(as_alice, photo)).status_code == 200
    assert fields(as_alice, photo)["title"]["conflict"] is False
    assert {path.name: path.read_bytes() for path in volume.root.glob("lake.jpg.*")} == before


def test_two_names_of_a_face_are_decided_as_any_field(
    as_alice: Browser, settings: Settings, volume: Volume, alice: Account
) -> None:
    photo = edits.edit(settings, volume, "calm.jpg", [Change("title", "set", "Calm")], by=alice.id).asset.id
    file = volume.root / "calm.jpg.kphotos.json"
    held = ledger.read(file.read_bytes())
    dots = [dot(millis(max(held.seen)) + later, "other") for later in (1, 2)]
    names = (Candidate("Ann", dots[0], by=alice.id), Candidate("Anna", dots[1], via="digiKam"))
    face = Region(
        (dots[0],),
        {
            "name": names,
            "area": (Candidate([0.5, 0.5, 0.1, 0.1], dots[0]),),
            "type": (Candidate("Face", dots[0]),),
        },
    )
    file.write_bytes(ledger.write(replace(held, regions={"r1": face}, seen=held.seen | set(dots))))
    scan(settings, volume)
    (row,) = told(as_alice, photo)
    assert (row["key"], [one["value"] for one in row["choices"]]) == ("regions/r1/name", ["Ann", "Anna"])
    page = as_alice.get(f"/conflicts/{photo}").text
    assert "Name of a face" in page
    sent = {**hidden(page, "csrf"), **hidden(page, "seen."), "choice.regions/r1/name": "2"}
    assert post(as_alice, photo, sent).status_code == 303
    assert told(as_alice, photo) == []
    assert fields(as_alice, photo)["regions"]["value"][0]["name"] == "Anna"
    assert "Anna" in (volume.root / "calm.jpg.xmp").read_text()
