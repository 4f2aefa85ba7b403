"""The whole way once more on SQLite and on Postgres: set up, look, edit, stay signed in, sign out."""

from __future__ import annotations

from pathlib import Path

from kphotos.app import create_app
from kphotos.config import Settings
from kphotos.index import generation
from kphotos.sidecar import intake, sites
from kphotos.storage import volumes
from tests.kphotos.web.conftest import PASSWORD, Browser
from tests.photos import jpeg


def test_a_person_gets_along_on_either(both_settings: Settings, tmp_path: Path) -> None:
    settings = both_settings
    generation.swap(settings, generation.create(settings))
    jpeg(tmp_path / "Pictures" / "IMG_1.JPG", taken="2024-06-28T10:01:00")
    volume = volumes.register(settings, tmp_path / "Pictures")
    intake.take(settings, volume, sites.engine_of(settings, volume).scan())
    photo = sites.engine_of(settings, volume).look("IMG_1.JPG").id
    alice = Browser(create_app(settings).test_client())

    wrong = {"name": "Alice", "password": "wrong guess"}
    right = {"name": "Alice", "password": PASSWORD}
    assert alice.get("/healthz").status_code == 200
    assert alice.send("POST", "/api/auth/setup", right).status_code == 201
    assert alice.send("POST", "/api/auth/setup", right).status_code == 409
    assert [alice.send("POST", "/api/auth/sign-in", wrong).status_code for _ in range(11)][9:] == [401, 429]
    assert alice.get("/").status_code == 200
    edit = {"changes": [{"field": "tags", "op": "add", "value": "Places/Lake"}]}
    assert alice.send("PATCH", f"/api/assets/{photo}", edit).status_code == 200
    assert alice.send("PUT", f"/api/assets/{photo}/favourite").status_code == 200
    assert alice.get("/api/tags?prefix=lake").json == {"tags": [{"path": "Places/Lake", "count": 1}]}
    favourites = alice.get("/api/timeline/version?view=favourites").json
    assert favourites is not None
    assert favourites["count"] == 1
    assert alice.get(f"/media/{photo}/thumb").status_code == 202
    assert alice.get("/problems").status_code == 200
    assert alice.get("/api/tags?prefix=%00%ff'%22").status_code in (200, 400)
    assert alice.send("POST", "/api/auth/refresh").status_code == 200
    assert alice.send("POST", "/api/auth/sign-out").status_code == 200
    assert alice.get("/api/me").status_code == 401
