"""Several photos changed at once, in the browser alone: asked, followed, refused in part, taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import missing, visit
from tests.e2e.frontdev.fake import FakeServer, serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]


def select(page: Page, address: str, number: int) -> None:
    page.goto(address)
    expect(page.locator(".tile.is-shown").first).to_be_visible()
    page.locator('[data-ordinal="0"] a').focus()
    page.keyboard.press("x")
    for _ in range(number - 1):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".selection-count")).to_have_text(f"{number} selected")


def test_tags_are_added_and_removed_by_key_and_taken_back() -> None:
    fake = FakeServer(900)
    with serving(fake) as address, visit(width=390, height=844) as seen:
        page = seen.page
        select(page, address, 3)
        assert seen.violations() == []
        page.keyboard.press("t")
        page.keyboard.type("Be")
        expect(page.get_by_role("option").first).to_contain_text("Bergen")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.get_by_role("combobox", name="Remove these tags").fill("Old")
        page.keyboard.press("Enter")
        assert seen.violations() == []
        page.get_by_role("button", name="Change 3 photos").click()
        expect(page.locator(".toast")).to_contain_text("3 photos changed")
        assert fake.received[-1] == {
            "view": "library",
            "version": "1",
            "ranges": [[0, 3]],
            "changes": [
                {"field": "tags", "op": "add", "value": ["Places/Bergen"]},
                {"field": "tags", "op": "remove", "value": ["Old"]},
            ],
        }
        expect(page.locator(".selection-bar")).to_be_hidden()
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".toast").last).to_contain_text("Taken back on 3 photos")
        assert seen.errors == []


def test_what_was_refused_is_told_by_name_and_a_stale_selection_changes_nothing() -> None:
    fake = FakeServer(900)
    fake.refusing = True
    with serving(fake) as address, visit(width=1440, height=900) as seen:
        page = seen.page
        select(page, address, 4)
        page.keyboard.press("5")
        expect(page.locator(".toast").first).to_contain_text("2 photos rated: 5 stars")
        page.get_by_role("button", name="Details").click()
        expect(page.locator(".refused")).to_contain_text("IMG_1.JPG")
        assert seen.violations() == []
        page.keyboard.press("Escape")
        page.route("**/api/timeline/version*", lambda route: route.fulfill(status=304))
        select(page, address, 2)
        fake.insert(1)
        page.keyboard.press("f")
        expect(page.locator(".toast").last).to_contain_text("Nothing was changed: please select again")
        expect(page.locator(".selection-count")).to_have_text("2 selected")
        expect(page.locator('[data-ordinal="0"] .badge-bottom')).to_be_hidden()


def test_a_large_edit_has_a_bar_that_a_reload_finds_again_and_is_listed() -> None:
    fake = FakeServer(900)
    with serving(fake) as address, visit(width=1440, height=900) as seen:
        page = seen.page
        select(page, address, 1)
        page.keyboard.press("Control+a")
        page.get_by_role("button", name="Shift the date").click()
        page.get_by_label("Hours").fill("2")
        page.get_by_label("Direction").select_option("-")
        expect(page.locator(".shift-preview")).to_contain_text("becomes")
        page.get_by_role("button", name="Change 900 photos").click()
        expect(page.locator(".bulk-bar")).to_contain_text("of 900")
        assert seen.violations() == []
        page.reload()
        expect(page.locator(".bulk-bar")).to_be_visible()
        expect(page.locator(".toast")).to_contain_text("900 photos moved 2 h earlier")
        assert fake.received[-1]["changes"] == [{"field": "taken", "op": "shift", "value": -7200}]
        page.get_by_role("button", name="Latest changes of several photos").click()
        page.get_by_role("button", name="Undo: 2 h earlier").click()
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator(".toast").last).to_contain_text("Cancelled.")
        assert seen.errors == []
