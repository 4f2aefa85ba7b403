"""What lies beneath sidecars: embedded, Takeout's JSON above it, and the two things it may not overrule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kphotos import index
from kphotos.index import digest, query
from kphotos.index.scope import EVERYTHING
from kphotos.sidecar import rebuild
from kphotos.sidecar.beneath import beneath
from kphotos.storage.embedded import Embedded
from sync.codecs.takeout import Takeout
from sync.core.model import Change
from tests.kphotos.sidecar.conftest import Library

UTC = {"local": "2021-06-01T10:34:56", "offset": "+00:00"}


def below(embedded: Embedded, **content: Any) -> dict[str, tuple[Any, str]]:
    found = dict(beneath(embedded, Takeout("IMG_1.jpg", content)))
    del found["orientation"]
    return found


def test_takeout_fills_what_the_original_does_not_say() -> None:
    gps = {"lat": 1.0, "lon": 2.0, "alt": None}
    assert below(Embedded(), description="Boats", taken=UTC, gps=gps, people=("Ana",)) == {
        "description": ("Boats", "takeout"),
        "taken": (UTC, "takeout"),
        "gps": (gps, "takeout"),
        "people": (("Ana",), "takeout"),
    }


def test_its_description_is_above_the_originals_and_other_words_stay() -> None:
    said = below(Embedded(title="Lake", description="OLYMPUS DIGITAL CAMERA"), description="Boats")
    assert said == {"title": ("Lake", "embedded"), "description": ("Boats", "takeout")}


ZONES = {
    "two hours east": ("2021-06-01T12:34:56", None, "+02:00"),
    "with a fraction": ("2021-06-01T12:34:56.700", None, "+02:00"),
    "half an hour more": ("2021-06-01T16:04:56", None, "+05:30"),
    "west": ("2021-06-01T01:34:57", None, "-09:00"),
    "no difference tells no zone": ("2021-06-01T10:34:56", None, None),
    "a clock that was wrong": ("2021-06-01T12:40:01", None, None),
    "another day": ("2021-06-03T12:34:56", None, None),
    "a day alone": ("2021-06-01", None, None),
    "the camera knew its zone": ("2021-06-01T12:34:56", "+03:00", "+03:00"),
}


@pytest.mark.parametrize(("local", "offset", "zone"), ZONES.values(), ids=ZONES)
def test_a_cameras_local_time_stays_and_gains_at_most_its_zone(
    local: str, offset: str | None, zone: str | None
) -> None:
    said = below(Embedded(taken_local=local, taken_offset=offset), taken=UTC)
    assert said == {"taken": ({"local": local, "offset": zone}, "embedded")}


def test_a_place_that_google_moved_is_takeouts_and_a_rounded_one_the_originals() -> None:
    embedded = Embedded(lat=48.5, lon=2.25, alt=35.0)
    own = {"lat": 48.5, "lon": 2.25, "alt": 35.0}
    assert below(embedded, gps={"lat": 48.50001, "lon": 2.25, "alt": None}) == {"gps": (own, "embedded")}
    moved = {"lat": 48.6, "lon": 2.25, "alt": None}
    assert below(embedded, gps=moved) == {"gps": (moved, "takeout")}


def put(library: Library, **more: Any) -> Path:
    path = library.root / "lake.jpg.supplemental-metadata.json"
    said = {"title": "lake.jpg", "url": "", "photoTakenTime": {"timestamp": "1622543696"}, **more}
    path.write_text(json.dumps(said))
    library.scan()
    return path


def test_a_json_is_shown_searched_by_and_in_the_rebuilt_index(library: Library) -> None:
    put(library, description="Boats", people=[{"name": "Ana"}], favorited=True, trashed=True)
    view = library.view("lake.jpg")
    fields = view.document["fields"]
    assert {name: fields[name]["source"] for name in ("description", "people", "taken", "gps")} == {
        "description": "takeout",
        "people": "takeout",
        "taken": "embedded",
        "gps": "embedded",
    }
    assert (view.taken_local, view.taken_offset) == ("2021-06-01T12:34:56", "+02:00")
    assert view.document["takeout"] == ["favorited", "trashed"]
    assert (view.trashed, view.favourite, view.has_ledger) == (False, False, False)
    with index.use(library.settings):
        before = dict(digest.digest())
    rebuild.rebuild(library.settings)
    with index.use(library.settings):
        assert dict(digest.digest()) == before
    assert library.value("lake.jpg", "description") == "Boats"


def test_an_edit_a_clear_and_a_return_go_over_it_and_the_json_stays(library: Library) -> None:
    path = put(library, description="Boats", people=[{"name": "Ana"}])
    said = path.read_bytes()
    library.edit("lake.jpg", Change("people", "add", ["Bob"]), Change("description", "set", "Ships"))
    assert library.value("lake.jpg", "people") == ["Ana", "Bob"]
    assert library.value("lake.jpg", "description") == "Ships"
    library.edit("lake.jpg", Change("people", "remove", ["Ana"]), Change("description", "clear"))
    assert library.value("lake.jpg", "people") == ["Bob"]
    assert library.value("lake.jpg", "description") is None
    library.edit("lake.jpg", Change("description", "remove"))
    assert library.value("lake.jpg", "description") == "Boats"
    assert path.read_bytes() == said


def test_a_changed_or_removed_json_changes_the_layer(library: Library) -> None:
    path = put(library, description="Boats")
    path.write_text(path.read_text().replace("Boats", "Ships"))
    library.scan()
    assert library.value("lake.jpg", "description") == "Ships"
    path.unlink()
    library.scan()
    assert library.value("lake.jpg", "description") is None


def test_a_broken_json_is_a_problem_until_it_is_gone(library: Library) -> None:
    path = put(library)
    path.write_text("{")
    library.scan()
    (row,) = problems(library)
    assert (row.path, row.kind) == (path.name, "unreadable")
    path.unlink()
    library.scan()
    assert problems(library) == []


def problems(library: Library) -> list[Any]:
    with index.use(library.settings):
        return list(query.problems(EVERYTHING, limit=10))
