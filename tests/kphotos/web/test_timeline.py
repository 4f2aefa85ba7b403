"""The three levels over HTTP: versions that go stale, answers not sent twice, bytes that travel packed."""

from __future__ import annotations

import gzip

import pytest

from kphotos import index
from kphotos.config import Settings
from kphotos.index import projection
from kphotos.index.rows import AssetRow
from tests.kphotos.web.conftest import HASH, SHARED, SHARED_PHOTO, Browser

pytestmark = pytest.mark.usefixtures("library")


def version(browser: Browser) -> str:
    found = browser.get("/api/timeline/version?view=library").json
    assert found is not None
    return str(found["version"])


def put(settings: Settings, *rows: AssetRow) -> None:
    with index.use(settings):
        projection.apply(rows)


def test_a_poll_costs_nothing_until_something_changes(as_alice: Browser, settings: Settings) -> None:
    first = as_alice.get("/api/timeline/version?view=library")
    assert first.json == {"version": version(as_alice), "count": 2}
    known = {"If-None-Match": first.headers["ETag"]}
    again = as_alice.get("/api/timeline/version?view=library", headers=known)
    assert (again.status_code, again.data) == (304, b"")
    put(settings, AssetRow("d" * 32, SHARED, "new.jpg", "photo", 1, 0))
    assert as_alice.get("/api/timeline/version?view=library", headers=known).status_code == 200


def test_the_levels_belong_to_one_version(as_alice: Browser) -> None:
    now = version(as_alice)
    days = as_alice.get("/api/timeline/index?view=library")
    assert (days.headers["X-Version"], days.data[:4], days.mimetype) == (
        now,
        b"KPI1",
        "application/octet-stream",
    )
    assert days.headers["Cache-Control"] == "private, no-cache"
    assert len(as_alice.get(f"/api/timeline/ratios?version={now}").data) == 2
    block = as_alice.get(f"/api/timeline/block?version={now}&s=0&n=512")
    assert (block.data[:4], block.data[4]) == (b"KPB1", 2)
    assert bytes.fromhex(SHARED_PHOTO) in block.data
    assert bytes.fromhex(HASH[7:23]) in block.data
    for url in ("index", "ratios", "block"):
        tag = as_alice.get(f"/api/timeline/{url}?version={now}&s=0").headers["ETag"]
        assert (
            as_alice.get(f"/api/timeline/{url}?version={now}&s=0", headers={"If-None-Match": tag}).status_code
            == 304
        )


def test_a_version_whose_ordinals_moved_is_refused_with_the_present_one(
    as_alice: Browser, settings: Settings
) -> None:
    old = version(as_alice)
    put(settings, AssetRow("d" * 32, SHARED, "new.jpg", "photo", 1, 0))
    for url in ("index", "ratios", "block"):
        answer = as_alice.get(f"/api/timeline/{url}?version={old}&s=0")
        assert answer.status_code == 409
        assert answer.json is not None
        assert (answer.json["error"]["code"], answer.json["version"]) == ("stale_version", version(as_alice))


def test_large_answers_travel_packed(as_alice: Browser, settings: Settings) -> None:
    put(settings, *(AssetRow(f"{n:032x}", SHARED, f"{n}.jpg", "photo", 1, 0) for n in range(2000)))
    url = f"/api/timeline/ratios?version={version(as_alice)}"
    plain, packed = as_alice.get(url), as_alice.get(url, headers={"Accept-Encoding": "gzip"})
    assert len(plain.data) == 2002
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 5
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert as_alice.get(url, headers={"Accept-Encoding": "gzip;q=0"}).data == plain.data


def test_favourites_are_a_view_of_ones_own(as_alice: Browser, as_bob: Browser, settings: Settings) -> None:
    put(settings, AssetRow("d" * 32, SHARED, "new.jpg", "photo", 1, 0, favourites=frozenset({"alice"})))
    counts = [who.get("/api/timeline/version?view=favourites").json for who in (as_alice, as_bob)]
    assert [found and found["count"] for found in counts] == [1, 0]
