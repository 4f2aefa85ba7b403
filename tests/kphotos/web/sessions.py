"""Signing in and out over the API, for the tests of it."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests.kphotos.web.conftest import Browser

LAN = "http://192.168.1.20:8000"


def code(answer: TestResponse) -> str:
    assert answer.json is not None
    return str(answer.json["error"]["code"])


def post(browser: Browser, url: str, **body: Any) -> TestResponse:
    return browser.send("POST", f"/api/auth/{url}", body)


def cookies_of(answer: TestResponse) -> dict[str, str]:
    return {header.partition("=")[0]: header for header in answer.headers.getlist("Set-Cookie")}
