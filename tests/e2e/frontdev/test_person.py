"""What a person does and sees, the browser alone: late pictures, keys in the grid, the sheet, swipes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.browser import missing, visit
from tests.e2e.frontdev.fake import FakeServer, serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]


def tile(page: Page, ordinal: int) -> str:
    return f'[data-ordinal="{ordinal}"]'


def test_a_picture_that_is_late_comes_by_itself_and_one_that_never_comes_is_not_asked_for() -> None:
    fake = FakeServer(40)
    fake.unmade, fake.broken = {1, 3}, {2}
    with serving(fake) as address, visit(width=1440, height=900) as seen:
        page = seen.page
        page.goto(address)
        expect(page.locator(f"{tile(page, 2)} .tile-note")).to_have_text("Cannot be shown")
        expect(page.locator("[data-work]").first).to_contain_text("2 photos left")
        page.locator(f"{tile(page, 3)} a").click()
        expect(page.locator(".stage-message").first).to_be_visible()
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_text("This file cannot be shown as a picture")).to_be_visible()
        page.keyboard.press("ArrowRight")
        fake.unmade.clear()
        fake.version += 1
        expect(page.locator(".pswp__item[aria-hidden=false] img.pswp__img").last).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(f"{tile(page, 1)}.is-shown")).to_be_visible()
        assert not [one for one in fake.asked if one.startswith("2/")]
        assert seen.errors == []


def test_a_server_that_fails_for_a_while_costs_the_page_nothing_but_time() -> None:
    fake = FakeServer(300)
    fake.failing = {"ratios": [409], "block": [503]}
    with serving(fake) as address, visit(width=1440, height=900) as seen:
        page = seen.page
        page.goto(address)
        expect(page.locator(f"{tile(page, 0)}.is-shown")).to_be_visible()
        fake.failing = {"index": [503, 503]}
        fake.insert(3)
        expect(page.locator(f"{tile(page, 0)} a")).to_have_attribute(
            "href", f"/photo/{fake.id(0)}", timeout=12_000
        )


def test_a_tile_is_rated_and_marked_by_key_and_a_day_is_selected_by_key() -> None:
    fake = FakeServer(900)
    with serving(fake) as address, visit(width=1440, height=900) as seen:
        page = seen.page
        page.goto(address)
        page.locator(f"{tile(page, 2)} a").focus()
        page.keyboard.press("4")
        expect(page.locator(".toast")).to_contain_text("Rating of IMG_2.JPG saved")
        change = {"field": "rating", "op": "set", "value": 4, "seen": []}
        assert fake.received == [{"csrf": "token", "changes": [change]}]
        page.keyboard.press("f")
        expect(page.locator(f"{tile(page, 2)} .badge-bottom")).to_be_visible()
        expect(page.locator(".toast").last).to_contain_text("is a favourite")
        assert fake.favourites == {fake.id(2)}
        page.keyboard.press("X")
        expect(page.locator(".selection-count")).to_have_text(f"{fake.counts[1]} selected")
        page.keyboard.press("X")
        expect(page.locator(".selection-bar")).to_be_hidden()
        page.keyboard.press("x")
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("2")
        expect(page.locator(".toast").last).to_contain_text("2 photos rated: 2 stars")
        assert [one["changes"][0]["value"] for one in fake.received] == [4, 2]
        assert seen.errors == []


def test_on_a_phone_the_whole_photo_stands_above_the_sheet() -> None:
    with serving(FakeServer(60)) as address, visit(width=390, height=844) as seen:
        page = seen.page
        page.goto(address)
        page.locator(f"{tile(page, 2)} a").click()
        page.keyboard.press("i")
        sheet = page.get_by_role("complementary", name="Information")
        expect(sheet).to_be_visible()
        page.wait_for_timeout(600)
        photo = page.locator(".pswp__item[aria-hidden=false] img.pswp__img").last.bounding_box()
        top = sheet.bounding_box()
        assert photo is not None
        assert top is not None
        assert photo["y"] >= 0
        assert photo["y"] + photo["height"] <= top["y"] + 1
        assert abs(photo["x"] + photo["width"] / 2 - 195) <= 1
        page.keyboard.press("i")
        expect(sheet).to_be_hidden()


@pytest.mark.parametrize(("direction", "by"), [("ltr", -1), ("rtl", 1)])
def test_a_swipe_goes_the_way_the_language_reads(direction: str, by: int) -> None:
    fake = FakeServer(60, direction=direction)
    with serving(fake) as address, visit(width=1440, height=900) as seen:
        page = seen.page
        page.goto(address)
        page.locator(f"{tile(page, 2)} a").click()
        page.wait_for_timeout(700)
        page.mouse.move(500, 450)
        page.mouse.down()
        page.mouse.move(900, 450, steps=8)
        page.mouse.up()
        expect(page).to_have_url(f"{address}/photo/{fake.id(2 + by)}")
        page.keyboard.press("ArrowRight")
        expect(page).to_have_url(f"{address}/photo/{fake.id(2 + by - by)}")
        assert seen.errors == []


def test_keys_that_are_quicker_than_the_stage_act_on_it_when_it_stands() -> None:
    fake = FakeServer(60)
    with serving(fake) as address, visit(width=1440, height=900) as seen:
        page = seen.page
        page.goto(address)
        page.locator(f"{tile(page, 2)} a").focus()
        # Held back until the keys have been pressed.
        late: list[Route] = []
        page.route("**/photoswipe.js", lambda route: late.append(route))
        page.keyboard.press("Enter")
        viewer = page.get_by_role("dialog", name="Photo viewer")
        expect(viewer).to_be_visible()
        for key in ("ArrowRight", "ArrowRight", "f"):
            page.keyboard.press(key)
        expect(page.locator(".viewer-plain")).to_have_count(0)
        assert fake.favourites == set()
        late[0].continue_()
        expect(page).to_have_url(f"{address}/photo/{fake.id(4)}")
        expect(viewer.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("Escape")
        expect(viewer).to_have_count(0)
        expect(page.locator(tile(page, 4)).locator("a")).to_be_focused()
        assert fake.favourites == {fake.id(4)}
        assert seen.errors == []
