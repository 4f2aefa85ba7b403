"""A full tour of a library that was just met: not one error in the console, no request to another host."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import browser
from tests.e2e import house as houses
from tests.interop.conftest import need

pytestmark = pytest.mark.browser
PHOTOS = 9


def library(folder: Path) -> Path:
    """Good photos, one that is cut off, one that is a text, and a video that no browser can play."""
    houses.small_library(folder, PHOTOS)
    whole = (folder / "IMG_01.JPG").read_bytes()
    (folder / "cut off.jpg").write_bytes(whole[: len(whole) // 3])
    (folder / "a text.jpg").write_text("This is no picture.")
    (folder / "broken.mp4").write_bytes(b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(400))
    return folder


def test_a_full_tour_reports_no_error_and_asks_no_other_host(tmp_path: Path) -> None:
    need(browser.missing())
    with houses.started(library(tmp_path / "Pictures"), tmp_path / "home") as house, browser.visit() as seen:
        asked: list[str] = []
        refused: list[str] = []
        seen.page.on("request", lambda one: asked.append(one.url))
        seen.page.on(
            "response", lambda one: refused.append(f"{one.status} {one.url}") if one.status >= 400 else None
        )
        browser.first_account(seen, house.address)
        timeline(seen.page)
        viewer(seen.page)
        every_page(seen.page, house.address)
        hosts = {urlsplit(url).netloc for url in asked if url.startswith("http")}
        assert hosts == {urlsplit(house.address).netloc}
        assert refused == []
        assert seen.errors == []


def timeline(page: Page) -> None:
    """While the first thumbnails are made; what cannot be shown says so when it is known."""
    expect(page.locator("[data-ordinal]")).to_have_count(PHOTOS + 3, timeout=20_000)
    expect(page.locator(".tile.is-shown")).to_have_count(PHOTOS, timeout=30_000)
    expect(page.locator(".tile-note")).to_have_count(3, timeout=10_000)
    for key in ("End", "Home", "m", "M", "?", "Escape", "g", "Escape", "ArrowRight", "f", "5", "x", "Escape"):
        page.keyboard.press(key)
    for size in ("Small photos", "Large photos", "Medium photos"):
        page.get_by_label(size).check(force=True)
    page.get_by_role("button", name="Account of Alice").click()
    page.get_by_label("Dark").check(force=True)
    page.get_by_label("System").check(force=True)
    page.keyboard.press("Escape")


def viewer(page: Page) -> None:
    """Every photo once, the broken ones too; in and out by address, Back and reload."""
    page.locator('[data-ordinal="0"] a').click()
    page.keyboard.press("i")
    expect(page.get_by_role("complementary", name="Information")).to_be_visible()
    for _ in range(PHOTOS + 2):
        before = page.url
        page.keyboard.press("ArrowRight")
        expect(page).not_to_have_url(before)
    expect(page.get_by_role("button", name="Next photo")).to_be_hidden()
    page.keyboard.press("Home")
    expect(page.get_by_role("button", name="Previous photo")).to_be_hidden()
    page.keyboard.press("z")
    page.keyboard.press("t")
    page.keyboard.press("Escape")
    here = page.url
    page.reload()
    expect(page.get_by_role("dialog", name="Photo viewer")).to_be_visible()
    expect(page).to_have_url(here)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Photo viewer")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("dialog", name="Photo viewer")).to_have_count(0)


def every_page(page: Page, address: str) -> None:
    page.goto(f"{address}/problems")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name="Account of Alice").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in"))
