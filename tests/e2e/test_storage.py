"""A person sees in a browser that a disk is gone, what is missing, and decides; on every screen, by keys."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Route, expect

from tests.e2e import browser, house
from tests.e2e.browser import Visit
from tests.e2e.house import House
from tests.interop.conftest import need
from tests.photos import jpeg

pytestmark = pytest.mark.browser
MANY = 60
SCREENS = ((360, 740), (1440, 900), (2560, 1440))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    need(browser.missing())
    folder = tmp_path_factory.mktemp("storage")
    library = house.small_library(folder / "Pictures", 6)
    for number in range(MANY):
        jpeg(library / "Trip" / f"{number:02}.JPG", size=(48, 32), taken="2020-06-01T10:00:00", colour=number)
    with house.started(library, folder / "home") as found:
        yield found


@pytest.fixture(scope="module")
def visit(running: House) -> Iterator[Visit]:
    with browser.visit() as found:
        browser.first_account(found, running.address)
        yield found


def accessible(visit: Visit) -> None:
    """No violation, light or dark, on a phone or a desk, and nothing that must be scrolled sideways."""
    for scheme in ("light", "dark"):
        visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        visit.page.reload()  # the chrome fades from one scheme to the other
        for width, height in SCREENS:
            visit.page.set_viewport_size({"width": width, "height": height})
            assert width > 2000 or visit.violations() == [], (width, scheme)
            assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    visit.page.set_viewport_size({"width": 1280, "height": 800})


def test_an_unplugged_disk_is_said_where_people_look_and_is_back_by_itself(
    visit: Visit, running: House
) -> None:
    page = visit.page
    page.goto(running.address)
    page.get_by_role("link", name="Photo,").first.wait_for()
    shown = page.get_by_role("link", name="Photo,").count()
    away = running.library.rename(running.library.with_name("unplugged"))
    running.library.mkdir()
    notice = page.get_by_text("Pictures is not connected.")
    notice.wait_for(timeout=20_000)
    expect(page.get_by_role("link", name="Photo,")).to_have_count(shown)
    accessible(visit)
    page.get_by_role("link", name="Storage").last.click()
    page.get_by_text("Not connected").wait_for()
    accessible(visit)
    running.library.rmdir()
    away.rename(running.library)
    page.get_by_text("Online", exact=True).wait_for(timeout=20_000)
    page.goto(running.address)
    page.get_by_role("link", name="Photo,").first.wait_for()
    expect(notice).to_be_hidden()


def test_many_missing_photos_are_shown_and_confirmed_by_their_number(visit: Visit, running: House) -> None:
    page = visit.page
    trip = running.library / "Trip"
    away = trip.rename(running.library.with_name("Trip"))
    page.goto(f"{running.address}/storage")
    page.get_by_text("Waits for you").wait_for(timeout=20_000)
    page.get_by_role("link", name=f"See the {MANY} missing photos").press("Enter")
    page.get_by_role("heading", name=f"{MANY} photos are not where they were").wait_for()
    expect(page.locator(".gone-photos li")).to_have_count(MANY)
    accessible(visit)
    # Put back, all is as it was.
    away.rename(trip)
    page.get_by_role("button", name="Look again").press("Enter")
    page.get_by_text("Online", exact=True).wait_for(timeout=20_000)
    # Really gone.
    shutil.rmtree(trip)
    page.get_by_text("Waits for you").wait_for(timeout=20_000)
    page.get_by_role("link", name=f"See the {MANY} missing photos").click()
    confirm = page.get_by_role("button", name=f"These {MANY} photos are really gone")
    expect(confirm).to_be_disabled()
    field = page.get_by_label(f"If they are really gone, type {MANY}")
    field.press_sequentially(str(MANY - 1))
    expect(confirm).to_be_disabled()
    field.fill(str(MANY))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{running.address}/storage")
    page.get_by_text("Online", exact=True).wait_for(timeout=20_000)
    house.until(lambda: page.locator("[data-number]").inner_text() == "6")


def test_what_has_changed_since_the_page_was_drawn_is_shown(visit: Visit, running: House) -> None:
    """The scan ended between the drawing of the page and its first question: nothing differs after that."""

    def as_it_was(route: Route) -> None:
        drawn = route.fetch()
        assert "Online" in drawn.text()
        route.fulfill(response=drawn, body=drawn.text().replace("Online", "Waits for you"))

    page = visit.page
    page.route(f"{running.address}/storage", as_it_was, times=1)
    page.goto(f"{running.address}/storage")
    page.get_by_text("Online", exact=True).wait_for(timeout=20_000)
    expect(page.get_by_text("Waits for you")).to_have_count(0)


def test_a_machine_is_retired_and_a_folder_added_and_removed(visit: Visit, running: House) -> None:
    page = visit.page
    told = {"kphotos": 1, "site": "x", "host": "old laptop", "seen": "2025-01-02"}
    (running.library / ".kphotos" / "sites" / "0badcafe.json").write_text(json.dumps(told))
    page.goto(f"{running.address}/storage")
    page.get_by_role("link", name="Pictures").click()
    page.get_by_text("old laptop").wait_for()
    accessible(visit)
    page.get_by_role("button", name="Gone for good").click()
    page.get_by_text("Retired on").wait_for()
    page.get_by_role("button", name="Count on it again").click()
    page.get_by_text("Last seen on 2025-01-02").wait_for()
    more = running.library.with_name("More")
    jpeg(more / "a.JPG", taken="2019-06-01T10:00:00")
    page.goto(f"{running.address}/storage")
    page.get_by_label("Folder on the server").fill(str(more))
    page.keyboard.press("Enter")
    page.get_by_role("link", name="More").click()
    page.get_by_text("Remove this volume").click()
    assert visit.violations() == []
    page.get_by_role("button", name="no more").click()
    page.wait_for_url(f"{running.address}/storage")
    expect(page.get_by_role("link", name="More")).to_have_count(0)
    assert (more / "a.JPG").exists()
    assert visit.errors == []
