"""What browsers and caches are told, of each kind of answer."""

from __future__ import annotations

import pytest

from kphotos.web import headers
from tests.kphotos.web.conftest import SHARED_PHOTO, Browser

PAGES = ("/", "/problems", "/sign-in", "/nothing/here", f"/photo/{SHARED_PHOTO}")
DATA = ("/api/me", "/api/nothing", "/healthz", "/api/timeline/version", f"/api/assets/{SHARED_PHOTO}")
MEDIA = tuple(f"/media/{SHARED_PHOTO}/{kind}" for kind in ("thumb", "preview", "original", "nothing"))


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("url", [*PAGES, *DATA, *MEDIA, "/static/v0/nothing.js"])
def test_every_answer_is_closed_to_other_sites(as_alice: Browser, url: str) -> None:
    told = as_alice.get(url).headers
    assert told["X-Content-Type-Options"] == "nosniff"
    assert told["X-Frame-Options"] == "DENY"
    assert told["Cross-Origin-Resource-Policy"] == "same-origin"
    assert told["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in told["Permissions-Policy"]
    assert "geolocation=()" in told["Permissions-Policy"]
    assert told["Referrer-Policy"] in ("no-referrer", "same-origin")
    assert "frame-ancestors 'none'" in told["Content-Security-Policy"]
    assert "unsafe" not in told["Content-Security-Policy"]
    assert "Server" not in told
    assert "Access-Control-Allow-Origin" not in told


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("url", PAGES)
def test_pages_run_only_our_own_scripts_and_are_never_stored(as_alice: Browser, url: str) -> None:
    answer = as_alice.get(url)
    if answer.status_code != 303:
        assert answer.headers["Content-Security-Policy"] == headers.PAGE_POLICY
        assert answer.headers["Cache-Control"] == "no-store"
        assert {"Cookie", "Authorization"} <= set(answer.headers["Vary"].split(", "))
        assert "<style" not in answer.text
        assert " style=" not in answer.text
        assert "onclick" not in answer.text
        assert "<script>" not in answer.text


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("url", [*DATA, *MEDIA])
def test_data_and_pictures_can_never_be_run_as_a_page(as_alice: Browser, url: str) -> None:
    told = as_alice.get(url).headers
    assert told["Content-Security-Policy"] == headers.DATA_POLICY
    assert "sandbox" in told["Content-Security-Policy"]
    assert {"Cookie", "Authorization"} <= set(told["Vary"].split(", "))
    assert "public" not in told["Cache-Control"]


def test_https_is_remembered_and_plain_http_is_spared_what_it_ignores(as_charlie: Browser) -> None:
    as_charlie.base = "https://192.168.1.20"
    assert as_charlie.get("/healthz").headers["Strict-Transport-Security"] == "max-age=31536000"
    as_charlie.base = "http://192.168.1.20"
    told = as_charlie.get("/healthz").headers
    assert "Strict-Transport-Security" not in told
    assert "Cross-Origin-Opener-Policy" not in told


def test_a_strangers_host_name_is_refused(as_charlie: Browser) -> None:
    answer = as_charlie.get("/sign-in", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text
    forged = as_charlie.get("/", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    assert forged.headers["Location"] == "/setup"
