"""The browser alone: a million photos, both themes and directions, edits of two programs at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import Visit, missing, visit
from tests.e2e.frontdev.fake import FakeServer, serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]
MILLION = 1_000_000
MOST_ELEMENTS = 1_500


@pytest.fixture(scope="module")
def million() -> Iterator[tuple[FakeServer, str]]:
    fake = FakeServer(MILLION)
    with serving(fake) as address:
        yield fake, address


def opened(page: Page, address: str, ordinal: int = 2) -> None:
    """The viewer with its sidebar on a photo."""
    page.goto(address)
    page.locator(f'[data-ordinal="{ordinal}"] a').click()
    page.keyboard.press("i")
    expect(page.locator("#field-title")).to_be_visible()


def elements(page: Page) -> int:
    return int(page.evaluate("document.querySelectorAll('*').length"))


def focused(page: Page) -> Locator:
    return page.locator("[data-ordinal]:focus-within")


def test_a_million_photos_show_soon_and_the_oldest_is_one_key_away(million: tuple[FakeServer, str]) -> None:
    with visit(width=1440, height=900) as seen:
        page = seen.page
        page.goto(million[1])
        expect(page.locator(".tile.is-shown").first).to_be_visible()
        first_rows = page.evaluate("performance.now()")
        page.keyboard.press("End")
        expect(page.locator(f'[data-ordinal="{MILLION - 1}"]')).to_be_visible()
        expect(focused(page)).to_have_attribute("data-ordinal", str(MILLION - 1))
        page.keyboard.press("Home")
        expect(focused(page)).to_have_attribute("data-ordinal", "0")
        page.keyboard.press("Control+a")
        expect(page.locator(".selection-count")).to_have_text("1,000,000 selected")
        assert first_rows < 5_000, "a sign of life only; scripts/bench has the figures"
        assert seen.errors == []


def test_scrolling_keeps_the_page_small_and_still_and_in_order(million: tuple[FakeServer, str]) -> None:
    with visit(width=1440, height=900) as seen:
        page = seen.page
        page.add_init_script(
            "window.shifts = 0; new PerformanceObserver((list) => { for (const one of list.getEntries())"
            " shifts += one.value; }).observe({type: 'layout-shift', buffered: true})"
        )
        page.goto(million[1])
        expect(page.locator(".tile.is-shown").first).to_be_visible()
        page.mouse.move(700, 500)
        most = 0
        for _ in range(60):
            page.mouse.wheel(0, 2_400)
            page.wait_for_timeout(16)
            most = max(most, elements(page))
        page.wait_for_timeout(500)
        rows = page.evaluate(
            "[...document.querySelectorAll('.row:not(.head, [hidden])')].map((row) => +row.ariaRowIndex)"
        )
        assert most <= MOST_ELEMENTS
        assert rows == sorted(rows)
        assert round(page.evaluate("shifts"), 3) == 0
        expect(page).to_have_url(re.compile(r"\?at=\d{4}-\d\d-\d\d$"))


def test_the_scrubber_answers_to_keys(million: tuple[FakeServer, str]) -> None:
    with visit() as seen:
        seen.page.goto(million[1])
        slider = seen.page.get_by_role("slider", name="Date")
        slider.focus()
        before = slider.get_attribute("aria-valuetext")
        seen.page.keyboard.press("PageDown")
        expect(slider).not_to_have_attribute("aria-valuetext", str(before))
        seen.page.keyboard.press("Home")
        expect(slider).to_have_attribute("aria-valuetext", str(before))


@pytest.mark.parametrize(("scheme", "direction"), [("light", "ltr"), ("dark", "rtl")])
@pytest.mark.parametrize(("width", "height"), [(320, 640), (1440, 900)])
def test_every_state_is_accessible_and_nothing_scrolls_sideways(
    scheme: str, direction: str, width: int, height: int
) -> None:
    with (
        serving(FakeServer(900, direction=direction)) as address,
        visit(width=width, height=height, color_scheme=scheme) as seen,
    ):
        opened(seen.page, address)
        seen.page.keyboard.press("t")
        expect(seen.page.get_by_role("option").first).to_be_visible()
        assert seen.violations() == []
        seen.page.keyboard.press("Escape")
        seen.page.keyboard.press("Escape")
        seen.page.keyboard.press("Escape")
        expect(seen.page.locator(".viewer")).to_have_count(0)
        expect(focused(seen.page)).to_have_attribute("data-ordinal", "2")
        seen.page.keyboard.press("x")
        assert seen.violations() == []
        assert not seen.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert seen.errors == []


def test_another_programs_edit_shows_by_itself_and_leaves_what_is_typed() -> None:
    fake = FakeServer(900)
    with serving(fake) as address, visit(width=1440) as seen:
        page = seen.page
        opened(page, address)
        page.locator("#field-description").press_sequentially("half a sen")
        fake.edit(fake.id(2), title="From darktable", rating=3)
        expect(page.locator("#field-title")).to_have_value("From darktable", timeout=5_000)
        expect(page.locator("#field-description")).to_have_value("half a sen")
        expect(page.locator("#field-description")).to_be_focused()
        expect(page.locator(".choice-text").first).to_have_text("3 stars")
        page.keyboard.press("ArrowLeft")
        page.keyboard.type("-")
        expect(page.locator("#field-description")).to_have_value("half a se-n")
        page.keyboard.press("Escape")
        expect(page.locator("#field-description")).to_have_value("")
        assert fake.received == []


def test_an_edit_says_what_it_had_seen_and_a_refused_one_is_taken_back() -> None:
    fake = FakeServer(900)
    fake.edit(fake.id(2), title="Before")
    with serving(fake) as address, visit(width=1440) as seen:
        page = seen.page
        opened(page, address)
        title = page.locator("#field-title")
        title.fill("After")
        title.press("Enter")
        expect(page.locator(".toast")).to_contain_text("Title of After saved")
        change = {"field": "title", "op": "set", "value": "After", "seen": ["t1"]}
        assert fake.received == [{"csrf": "token", "changes": [change]}]
        title.fill("refused")
        title.press("Enter")
        expect(page.locator(".toast-error")).to_contain_text("Title of After was not saved")
        expect(page.locator(".toast-error")).to_contain_text("Nothing changed.")
        expect(title).to_have_value("After")


def test_new_photos_leave_the_open_photo_and_the_place_alone() -> None:
    fake = FakeServer(5_000)
    with serving(fake) as address, visit(width=1440, height=900) as seen:
        page = seen.page
        opened(page, address, 12)
        here = page.url
        fake.insert(7)
        page.wait_for_timeout(2_500)
        assert page.url == here
        page.keyboard.press("ArrowRight")
        expect(page).to_have_url(re.compile(fake.id(20)))
        page.keyboard.press("ArrowLeft")
        expect(page).to_have_url(here)
        page.go_back()
        expect(page.locator(".viewer")).to_have_count(0)
        assert tile_of(seen, here) == 19


def tile_of(seen: Visit, url: str) -> int:
    """The ordinal of the tile that has the focus, which must be that of the photo just closed."""
    link = seen.page.locator("[data-ordinal] a:focus")
    expect(link).to_have_attribute("href", url[url.index("/photo/") :])
    return int(focused(seen.page).get_attribute("data-ordinal") or -1)


def test_a_photo_stays_where_it_was_first_drawn() -> None:
    """A click meant for one photo must not open another that moved beneath it while the page came up."""
    moves = """window.moved = [];
    new MutationObserver((all) => {
      for (const one of all) if (one.oldValue) window.moved.push([one.oldValue, one.target.dataset.ordinal]);
    }).observe(document, { subtree: true, attributeOldValue: true, attributeFilter: ['data-ordinal'] });"""
    with serving(FakeServer(60)) as address, visit(width=1440, height=900) as seen:
        page = seen.page
        page.add_init_script(moves)
        page.goto(address)
        expect(page.locator(".tile.is-shown").first).to_be_visible()
        page.wait_for_timeout(500)
        assert page.evaluate("window.moved") == []
        assert page.locator("[data-ordinal]").count() > 10
