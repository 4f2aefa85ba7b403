"""Whose pages may ask for what, and where a sign-in may lead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.exceptions import BadRequest

from kphotos.config import Secret, Settings
from kphotos.errors import Forbidden
from kphotos.web import origins

PLAIN = Settings(Path("/nowhere"), "sqlite:////nowhere", "sqlite:////nowhere/q", Secret("x" * 40))
PUBLIC = replace(
    PLAIN, public_url="https://photos.example:8443", cors_allowed_origins=("https://other.example",)
)


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8000", "LOCALHOST", "127.0.0.1:8000", "192.168.1.20:8000", "[::1]:8000",
     "[fd00::5]", "photos.localhost", "photos.example", "photos.example:8443", "photos.example."],
)  # fmt: skip
def test_our_own_names_are_trusted(host: str) -> None:
    with Flask("x").test_request_context("/", headers={"Host": host}):
        origins.check_host(PUBLIC)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "photos.example.evil.example", "evil.example:8000", "localhost.evil.example",
     "a@localhost", "localhost/", "localhost?x", "", "127.0.0.1.evil.example", "[::1", "localhost:x",
     "localhost, evil.example"],
)  # fmt: skip
def test_a_strangers_name_for_our_address_is_refused(host: str) -> None:
    told = {"HTTP_HOST": host}
    with Flask("x").test_request_context("/", environ_overrides=told), pytest.raises(BadRequest):
        origins.check_host(PUBLIC)


def test_health_can_be_asked_under_any_name() -> None:
    with Flask("x").test_request_context("/healthz", headers={"Host": "kphotos.internal"}):
        origins.check_host(PLAIN)


def change(settings: Settings = PLAIN, *, host: str = "localhost:8000", **headers: str) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with Flask("x").test_request_context("/", method="POST", headers={"Host": host, **named}):
        origins.check_origin(settings)


def test_our_own_pages_and_programs_may_change_things() -> None:
    change(Origin="http://localhost:8000", Sec_Fetch_Site="same-origin")
    change(Origin="http://localhost:8000")
    change()
    change(PUBLIC, Origin="https://photos.example:8443", Sec_Fetch_Site="same-origin")
    change(PUBLIC, Origin="https://other.example", Sec_Fetch_Site="cross-site")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "https://localhost:8000"},
        {"Origin": "http://localhost:8000.evil.example"},
        {"Origin": ""},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "http://localhost:8000", "Sec_Fetch_Site": "cross-site"},
        {"Origin": "https://other.example.evil.example", "Sec_Fetch_Site": "cross-site"},
    ],
)
def test_another_sites_page_may_not(headers: dict[str, str]) -> None:
    for settings in (PLAIN, PUBLIC):
        with pytest.raises(Forbidden) as refusal:
            change(settings, **headers)
        assert refusal.value.code == "foreign_origin"


def test_reading_is_never_refused_for_its_origin() -> None:
    with Flask("x").test_request_context("/", headers={"Origin": "http://evil.example"}):
        origins.check_origin(PLAIN)


def test_the_connection_is_secure_on_https_and_on_the_own_machine() -> None:
    def secure(url: str) -> bool:
        with Flask("x").test_request_context("/", base_url=url):
            return origins.is_secure(PLAIN)

    assert all(
        secure(url)
        for url in ("https://photos.example", "http://localhost:1", "http://127.0.0.1", "http://[::1]:1")
    )
    assert not any(
        secure(url)
        for url in ("http://192.168.1.20", "http://photos.example", "http://127.0.0.1.evil.example")
    )


def test_behind_a_proxy_the_public_address_says_how_people_come() -> None:
    for host, secure in (("photos.example:8443", True), ("192.168.1.20", False)):
        with Flask("x").test_request_context("/", headers={"Host": host}):
            assert origins.is_secure(PUBLIC) is secure


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "\\\\evil", "https://evil.example", "javascript:alert(1)",
     "data:text/html,x", "evil", "", None, "/\r\nSet-Cookie: x=1", "/\t/evil.example", " //evil", "/a\\..\\b",
     "///evil", "/x" * 2000, "/\x00", "http:/evil"],
)  # fmt: skip
def test_a_target_that_a_browser_could_read_as_another_site_leads_home(target: str | None) -> None:
    assert origins.safe_next(target) == "/"


@pytest.mark.parametrize(
    "target", ["/", "/photo/abc?at=2020-01-01", "/problems", "/%0d%0aSet-Cookie:x", "/?next=//evil"]
)
def test_a_path_of_our_own_is_kept(target: str) -> None:
    assert origins.safe_next(target) == target
