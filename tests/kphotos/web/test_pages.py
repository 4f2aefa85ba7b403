"""Pages without a photo, with one open, and with something to complain about."""

from __future__ import annotations

from pathlib import Path

import pytest
from markupsafe import escape

from kphotos import index, jobs, records
from kphotos.config import Settings
from kphotos.index import projection
from kphotos.index.rows import AssetRow, ProblemRow
from kphotos.runtime import progress
from tests.kphotos.web.conftest import HIDDEN, SHARED, SHARED_PHOTO, Browser


def test_an_empty_timeline_names_its_reason_and_one_thing_to_do(
    as_alice: Browser, as_bob: Browser, settings: Settings, tmp_path: Path
) -> None:
    assert "No folder yet" in as_alice.get("/").text
    assert "Nothing is shared with you yet" in as_bob.get("/").text
    records.save(settings, "volumes", SHARED, {"name": "One", "root": str(tmp_path), "writable": True})
    for who in (as_alice, as_bob):
        page = who.get("/").text
        assert "No photos yet" in page
        assert page.partition("data-empty>")[2].partition("</div>")[0].count("<a ") == 1


@pytest.mark.usefixtures("library")
def test_a_photos_address_shows_it_before_any_script_runs(as_alice: Browser, as_bob: Browser) -> None:
    page = as_bob.get(f"/photo/{SHARED_PHOTO}").text
    assert "<title>Lake · K-Photos</title>" in page
    assert "2024-06-28 10:01:00" in page
    assert f"/media/{SHARED_PHOTO}/original" in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize(
    "payload",
    [
        "<script>alert(1)</script>",
        "</title><svg onload=alert(1)>",
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        "javascript:alert(1)",
        "{{ 7 * 7 }}{% raw %}",
        "%(name)s %s %(",
        "\u202e\u2028</main>",
        "<!--<script>",
    ],
)
def test_what_a_photo_says_is_text_on_every_page(as_alice: Browser, settings: Settings, payload: str) -> None:
    fields = {name: {"value": payload} for name in ("title", "description")}
    row = AssetRow("d" * 32, SHARED, f"{payload}.jpg", "photo", 1, 0, document={"fields": fields})
    with index.use(settings):
        projection.apply([row, ProblemRow(SHARED, payload, payload, payload, payload)])
    for url in (f"/photo/{'d' * 32}", "/problems"):
        answer = as_alice.get(url)
        assert answer.status_code == 200
        assert str(escape(payload)) in answer.text
        if escape(payload) != payload:
            assert payload not in answer.text


@pytest.mark.usefixtures("library")
def test_every_page_has_its_landmarks_title_and_language(as_alice: Browser, as_charlie: Browser) -> None:
    titles = set()
    for who, url in (
        (as_alice, "/"),
        (as_alice, "/problems"),
        (as_charlie, "/sign-in"),
        (as_charlie, "/nothing"),
    ):
        page = who.get(url).text
        titles.add(page.partition("<title>")[2].partition("</title>")[0])
        assert '<html lang="en" dir="ltr"' in page
        assert page.count("<main") == 1
        assert page.count("<h1") == 1
        assert 'class="skip-link"' in page
        assert "http://" not in page.replace("http://www.w3.org", "")
    assert len(titles) == 4


@pytest.mark.parametrize(
    ("cookie", "shown"), [("dark", "dark"), ("light", "light"), ('"><script>', "system"), ("", "system")]
)
def test_a_theme_is_one_of_three_whatever_the_cookie_says(
    as_charlie: Browser, cookie: str, shown: str
) -> None:
    as_charlie.client.set_cookie("kp_theme", cookie)
    page = as_charlie.get("/nothing").text
    assert f'data-theme="{shown}"' in page
    assert '"><script>' not in page


@pytest.mark.usefixtures("library")
def test_each_problem_says_where_why_and_what_was_kept(as_alice: Browser) -> None:
    page = as_alice.get("/problems").text
    assert "2 files need a look" in page
    for text in (
        "Trip/<wbr>bad-1<wbr>.xmp",
        "Volume 1",
        "It ends too early.",
        "The file is kept.",
        "The file cannot be read",
    ):
        assert text in page
    told = as_alice.get("/api/problems").json
    assert told is not None
    assert (told["count"], told["next"]) == (2, None)
    assert set(told["problems"][0]) == {"path", "volume", "kind", "title", "reason", "kept"}


def test_no_problem_is_said_too(as_alice: Browser) -> None:
    assert "No problems" in as_alice.get("/problems").text


def test_many_problems_come_in_pages(as_alice: Browser, settings: Settings) -> None:
    rows = [
        ProblemRow(SHARED, f"{n:03}<b>.xmp", "unreadable", "cut off", "The file is kept.") for n in range(250)
    ]
    with index.use(settings):
        projection.apply(rows)
    first, last = as_alice.get("/problems").text, as_alice.get("/problems?from=200").text
    assert 'rel="next" href="/problems?from=100"' in first
    assert 'rel="prev"' not in first
    assert 'rel="prev" href="/problems?from=100"' in last
    assert 'rel="next"' not in last
    assert "000&lt;b&gt;<wbr>.xmp" in first
    assert "Cut off." in first
    told = as_alice.get("/api/problems?from=100").json
    assert told is not None
    assert (len(told["problems"]), told["next"]) == (100, 200)


@pytest.mark.usefixtures("library")
def test_the_status_tells_of_ones_own_volumes_and_an_admin_of_the_jobs(
    as_alice: Browser, as_bob: Browser, settings: Settings
) -> None:
    with index.use(settings):
        projection.apply([ProblemRow(SHARED, "", "offline", "The drive is away.", "Nothing is forgotten.")])
    alices, bobs = as_alice.get("/api/status").json, as_bob.get("/api/status").json
    assert alices is not None
    assert bobs is not None
    assert [(one["id"], one["state"], one["reason"]) for one in alices["volumes"]] == [
        (SHARED, "offline", "The drive is away."),
        (HIDDEN, "online", None),
    ]
    assert [one["id"] for one in bobs["volumes"]] == [SHARED]
    assert alices["jobs"]["queued"] == 0
    assert "jobs" not in bobs


@pytest.mark.usefixtures("library")
def test_an_admin_sees_how_far_the_work_is_and_a_member_nothing_of_others(
    as_alice: Browser, as_bob: Browser, settings: Settings
) -> None:
    nothing = {"reading": None, "pictures": None}
    assert as_alice.get("/api/work").json == nothing
    jobs.enqueue(settings, "derive", SHARED_PHOTO, asset=SHARED_PHOTO)
    progress.tell(settings, f"scan:{SHARED}", 300, None)
    progress.tell(settings, f"scan:{HIDDEN}", 41, None)
    assert as_alice.get("/api/work").json == {"reading": 341, "pictures": 1}
    assert as_bob.get("/api/work").json == nothing
    assert "data-work" in as_alice.get("/").text
    assert "data-work" not in as_bob.get("/").text
    progress.over(settings, f"scan:{SHARED}")
    progress.over(settings, f"scan:{HIDDEN}")
    assert as_alice.get("/api/work").json == {"reading": None, "pictures": 1}
