"""Whatever a caller sends ends in a 4xx with a code and a sentence; whatever we lack, in an honest 5xx."""

from __future__ import annotations

import errno
from pathlib import Path

import peewee
import pytest
from flask import Flask

from kphotos import index
from kphotos.config import Settings
from kphotos.errors import (
    Conflict,
    Forbidden,
    IndexMissing,
    Invalid,
    NotFound,
    StaleVersion,
    TooMany,
    Unavailable,
)
from kphotos.index import generation, projection, query
from kphotos.index.rows import AssetRow
from kphotos.runtime import rebuilds
from kphotos.web import here
from kphotos.web.gate import anyone
from sync import errors as sync
from tests.kphotos.web.conftest import SHARED_PHOTO, Browser

CASES: dict[str, tuple[Exception, int, str]] = {
    "not found": (NotFound("There is no such photo."), 404, "not_found"),
    "forbidden": (Forbidden("Not yours."), 403, "forbidden"),
    "read-only": (Forbidden("It is read-only.", code="read_only"), 423, "read_only"),
    "invalid": (Invalid("rating", "It is 0 to 5."), 400, "invalid_value"),
    "conflict": (Conflict("It has changed."), 409, "conflict"),
    "stale": (StaleVersion("g.2.3"), 409, "stale_version"),
    "too many": (TooMany(7.4), 429, "too_many_requests"),
    "unavailable": (Unavailable("The volume is away.", code="volume_offline"), 503, "volume_offline"),
    "no index": (IndexMissing("it was deleted"), 503, "index_rebuilding"),
    "bad value": (sync.BadValue("rating", "must be 0 to 5"), 400, "invalid_value"),
    "busy": (sync.Busy("somebody else writes"), 503, "busy"),
    "offline": (sync.Offline("the root is empty"), 503, "volume_offline"),
    "engine's read-only": (sync.ReadOnly("the volume is read-only"), 423, "read_only"),
    "newer": (sync.NewerSchema(9), 423, "newer_schema"),
    "unreadable": (sync.Unreadable("it ends too early"), 423, "sidecar_unreadable"),
    "overflow": (OverflowError("int too large"), 400, "bad_request"),
    "unicode": (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "x"), 400, "bad_request"),
    "recursion": (RecursionError("too deep"), 400, "bad_request"),
    "data": (peewee.DataError("NUL"), 400, "bad_request"),
    "database": (peewee.OperationalError("locked /secret/path"), 503, "database"),
    "full disk": (OSError(errno.ENOSPC, "No space left", "/secret/path"), 507, "disk_full"),
    "another error of the disk": (OSError(errno.EIO, "I/O error", "/secret/path"), 500, "internal"),
    "a fault of ours": (KeyError("/secret/path"), 500, "internal"),
}


@pytest.mark.parametrize(("error", "status", "code"), CASES.values(), ids=CASES.keys())
def test_each_error_has_its_code_and_tells_no_secret(
    app: Flask, as_charlie: Browser, error: Exception, status: int, code: str
) -> None:
    @anyone
    def fail() -> str:
        raise error

    app.add_url_rule("/api/fail", "fail", fail)
    app.add_url_rule("/fail", "fail_page", fail)
    answer = as_charlie.get("/api/fail")
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["error"]["code"] == code
    assert answer.json["error"]["message"].endswith(".")
    page = as_charlie.get("/fail", headers={"Accept": "text/html"})
    assert page.status_code == status
    assert "<h1>" in page.text
    for text in (answer.text, page.text):
        assert "secret" not in text
        assert "Traceback" not in text
    if status in (429, 503):
        assert int(answer.headers["Retry-After"]) > 0


def test_a_stale_version_names_the_present_one(app: Flask, as_charlie: Browser) -> None:
    @anyone
    def fail() -> str:
        raise StaleVersion("g.2.3")

    app.add_url_rule("/api/fail", "fail", fail)
    answer = as_charlie.get("/api/fail").json
    assert answer is not None
    assert answer["version"] == "g.2.3"


ABSURD = {
    "an id of another length": ("GET", "/api/assets/abc"),
    "an id in capitals": ("GET", f"/api/assets/{'A' * 32}"),
    "a huge number": ("GET", "/api/timeline/block?version=g.1.1&s=" + "9" * 30),
    "65 bits": ("GET", "/api/timeline/block?version=g.1.1&s=18446744073709551616"),
    "below zero": ("GET", "/api/timeline/block?version=g.1.1&s=-1"),
    "too much at once": ("GET", "/api/timeline/block?version=g.1.1&s=0&n=1000000000"),
    "no version": ("GET", "/api/timeline/ratios"),
    "a version with a NUL": ("GET", "/api/timeline/ratios?version=%00"),
    "a version that never was": ("GET", "/api/timeline/index?version=';DROP TABLE asset;--"),
    "no such view": ("GET", "/api/timeline/version?view=__proto__"),
    "a line break in a view": ("GET", "/api/timeline/version?view=a%0d%0ab"),
    "bytes that are not UTF-8": ("GET", "/api/tags?prefix=%ff%fe"),
    "a wild card": ("GET", "/api/tags?prefix=%25%27%22*("),
    "a long prefix": ("GET", "/api/tags?prefix=" + "a" * 5000),
    "a page far out": ("GET", "/api/problems?from=1000000000"),
    "a page below zero": ("GET", "/problems?from=-5"),
    "an odd path": ("GET", "/photo/..%2f..%2fetc%2fpasswd"),
    "a NUL in a path": ("GET", "/photo/%00"),
    "another method": ("DELETE", "/api/me"),
    "no method at all": ("BREW", "/api/me"),
    "a page as a style sheet": ("GET", "/api/me/x.css"),
    "a picture's parent": ("GET", f"/media/{SHARED_PHOTO}/../original"),
    "another derivative": ("GET", f"/media/{SHARED_PHOTO}/facts"),
}


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(("method", "url"), ABSURD.values(), ids=ABSURD.keys())
def test_nothing_absurd_is_a_fault_of_ours(as_alice: Browser, method: str, url: str) -> None:
    answer = as_alice.send(method, url)
    assert answer.status_code in (200, 308, 400, 404, 405, 409), answer.text
    if answer.status_code >= 400 and url.startswith("/api"):
        assert answer.json is not None
        assert set(answer.json["error"]) >= {"code", "message"}


BODIES = {
    "nothing": b"",
    "no object": b"[]",
    "nesting": b'{"changes": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "a lone surrogate": b'{"changes": [{"field": "title", "op": "set", "value": "\\ud800"}]}',
    "NaN": b'{"changes": [{"field": "rating", "op": "set", "value": NaN}]}',
    "twins": b'{"changes": [], "changes": []}',
    "no changes": b'{"changes": []}',
    "too many": b'{"changes": [' + b",".join([b"1"] * 101) + b"]}",
    "no change": b'{"changes": [5]}',
    "half a change": b'{"changes": [{"field": "title"}]}',
    "a member too many": b'{"changes": [{"field": "title", "op": "set", "value": "x", "owner_id": "bob"}]}',
    "no such field": b'{"changes": [{"field": "__proto__", "op": "set", "value": "x"}]}',
    "no field of people's": b'{"changes": [{"field": "regions", "op": "set", "value": []}]}',
    "the trash": b'{"changes": [{"field": "trash", "op": "set", "value": true}]}',
    "somebody else's favourite": b'{"changes": [{"field": "favourites", "op": "add", "value": "bob"}]}',
    "no such op": b'{"changes": [{"field": "title", "op": "drop"}]}',
    "dots that are none": b'{"changes": [{"field": "title", "op": "set", "value": "x", "seen": "all"}]}',
    "a field that is a list": b'{"changes": [{"field": ["title"], "op": "set"}]}',
    "an op that is an object": b'{"changes": [{"field": "title", "op": {}}]}',
    "mass assignment": b'{"changes": [{"field": "title", "op": "set", "value": "x"}], "path": "/etc"}',
}


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_no_absurd_body_changes_anything(as_alice: Browser, settings: Settings, body: bytes) -> None:
    before = as_alice.get(f"/api/assets/{SHARED_PHOTO}").json
    answer = as_alice.send("PATCH", f"/api/assets/{SHARED_PHOTO}", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert as_alice.get(f"/api/assets/{SHARED_PHOTO}").json == before


def test_a_body_has_a_bound(as_alice: Browser) -> None:
    huge = b'{"changes": ["' + b"x" * 3_000_000 + b'"]}'
    answer = as_alice.send("PATCH", f"/api/assets/{SHARED_PHOTO}", data=huge, content_type="application/json")
    assert answer.status_code == 413
    form = as_alice.send("POST", "/sign-in", data={"name": "x" * 600_000})
    assert form.status_code == 413
    parts = as_alice.send(
        "POST", "/sign-in", data={f"n{number}": (None, "x") for number in range(10)} | {"name": "x"}
    )
    assert parts.status_code < 500


def test_while_there_is_no_index_pages_say_so_and_look_again(as_alice: Browser, settings: Settings) -> None:
    for path in settings.index_folder.iterdir():
        path.unlink()
    page = as_alice.get("/")
    assert page.status_code == 503
    assert '<meta http-equiv="refresh" content="2">' in page.text
    assert "Nothing is lost" in page.text
    assert "Alice" in page.text, "one stays signed in"
    answer = as_alice.get("/api/timeline/version")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    status = as_alice.get("/api/status").json
    assert status is not None
    assert status["index"] == {"state": "rebuilding", "done": 0}
    assert "counts" not in status
    health = as_alice.get("/healthz")
    assert (health.status_code, health.json) == (503, {"state": "rebuilding"})


def test_the_page_counts_what_a_rebuild_has_read(
    as_alice: Browser, settings: Settings, library: Path
) -> None:
    with index.use(settings):
        rows = [AssetRow(f"{n:032x}", "1" * 32, f"IMG_{n}.JPG", "photo", 1, 0) for n in range(7)]
    for path in settings.index_folder.iterdir():
        path.unlink()
    name = generation.create(settings)
    rebuilds.begin(settings, name)
    with generation.opened(settings, name):
        projection.apply(rows)
    assert "7 photos so far" in as_alice.get("/").text
    status = as_alice.get("/api/status").json
    assert status is not None
    assert status["index"] == {"state": "rebuilding", "done": 7}
    generation.swap(settings, name)
    rebuilds.end(settings, name)
    assert as_alice.get("/").status_code == 200, "the page heals itself"


def test_a_path_cannot_forge_a_line_in_the_log(
    app: Flask, as_charlie: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    @anyone
    def fail(rest: str) -> str:
        raise KeyError(rest)

    app.add_url_rule("/fail/<path:rest>", "fail", fail)
    as_charlie.get("/fail/a%1b[2J%c2%852026-01-01 root signed in")
    assert caplog.records[-1].getMessage().isprintable()
    assert "root signed in" in caplog.records[-1].getMessage()


def test_a_page_that_does_not_exist_still_has_the_way_back(as_alice: Browser, as_charlie: Browser) -> None:
    assert "data-nav-panel" in as_alice.get("/nothing").text
    assert "data-nav-panel" not in as_charlie.get("/nothing").text


def test_a_question_that_takes_too_long_is_stopped(
    settings: Settings, as_alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n"
    monkeypatch.setattr(query, "_TAGS", endless)
    monkeypatch.setattr(here, "LONGEST_SECONDS", 0.2)
    answer = as_alice.get("/api/tags?prefix=lake")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["error"]["code"] == "too_slow"
    assert as_alice.get("/api/timeline/version").status_code == 200
