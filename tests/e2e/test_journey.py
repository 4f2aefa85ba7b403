"""The person's way: start, first account, timeline, edit, darktable beside it, rebuild, index deleted.

One long test on purpose: each step stands on what the person did before, as it would at home.
"""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from sync.codecs import ledger, xmp
from sync.errors import Unreadable
from tests.e2e import browser
from tests.e2e import house as houses
from tests.e2e.browser import Visit
from tests.e2e.house import House, until
from tests.interop import darktable as darktables
from tests.interop.conftest import need

pytestmark = pytest.mark.browser

NAME, PASSWORD = "Alice", "four blue herons at dawn"
PHOTOS = 12


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    need(browser.missing())
    base = tmp_path_factory.mktemp("journey")
    library = houses.small_library(base / "Pictures", PHOTOS)
    with houses.started(library, base / "home") as running:
        yield running


@pytest.fixture
def visit(house: House) -> Iterator[Visit]:
    with browser.visit() as found:
        yield found


def part(page: Page, label: str) -> Locator:
    """The block of the sidebar with that label."""
    return page.locator(".sidebar .part").filter(
        has=page.locator(".part-label", has_text=re.compile(f"^{label}$"))
    )


def saved(page: Page, label: str) -> None:
    expect(part(page, label).locator(".part-state")).to_have_text("Saved")


def at_rest(visit: Visit) -> None:
    """The page as it stands is accessible, and has reported no error on the way here."""
    assert visit.violations() == []
    assert visit.errors == []


def says(house: House, name: str) -> dict[str, Any]:
    """What `kphotos show` says of a photo: field -> value."""
    done = house.cli("show", str(house.library / name), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    return {field: said["value"] for field, said in told["fields"].items()}


def id_of(house: House, name: str) -> str:
    done = house.cli("show", str(house.library / name), "--json")
    return str(json.loads(done.stdout)["id"])


def test_a_persons_way_through_it(house: House, visit: Visit, tmp_path: Path) -> None:
    need(darktables.missing())
    page, originals = visit.page, houses.sums(house.library)
    assert len(originals) == PHOTOS

    create_the_first_account(house, visit)
    see_the_timeline(house, visit)
    open_a_photo(house, visit)
    edit_in_the_sidebar(house, visit)
    undo_an_edit(house, visit)
    edit_in_darktable(house, visit, tmp_path)
    rebuild(house, visit)
    delete_the_index_while_it_runs(house, visit)
    come_back_another_day(house, visit)

    assert houses.sums(house.library) == originals
    assert page.url.startswith(house.address)
    assert "Traceback" not in house.log.read_text()


def create_the_first_account(house: House, visit: Visit) -> None:
    page = visit.page
    page.goto(house.address)
    expect(page).to_have_url(re.compile("/setup$"))
    at_rest(visit)
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page).to_have_url(f"{house.address}/")
    users = json.loads(house.cli("user", "list", "--json").stdout)["users"]
    assert [(user["name"], user["role"]) for user in users] == [(NAME, "admin")]


def see_the_timeline(house: House, visit: Visit) -> None:
    page = visit.page
    expect(page.locator(".tile")).to_have_count(PHOTOS)
    # The thumbnails are made by the worker meanwhile, and come into the open page by themselves.
    expect(page.locator(".tile.is-shown")).to_have_count(PHOTOS, timeout=30_000)
    assert page.evaluate(
        "() => [...document.querySelectorAll('.tile img')].every((img) => img.naturalWidth > 0)"
    )
    at_rest(visit)


def open_a_photo(house: House, visit: Visit) -> None:
    page = visit.page
    page.locator(f'.tile a[href="/photo/{id_of(house, "IMG_01.JPG")}"]').click()
    expect(page).to_have_url(re.compile(r"/photo/[0-9a-f]{32}$"))
    expect(page.get_by_role("dialog", name="Photo viewer")).to_be_visible()
    page.keyboard.press("i")
    expect(page.get_by_role("complementary", name="Information")).to_be_visible()
    expect(part(page, "File")).to_contain_text("IMG_01.JPG")
    expect(part(page, "Date taken")).to_contain_text("+02:00")
    at_rest(visit)


def edit_in_the_sidebar(house: House, visit: Visit) -> None:
    page = visit.page
    sidecar = house.library / "IMG_01.JPG.xmp"
    assert not sidecar.exists()
    part(page, "Rating").get_by_label("4 stars").check(force=True)
    saved(page, "Rating")
    assert xmp.read(sidecar.read_bytes()).sources["rating"]["xmp:Rating"] == 4

    page.get_by_role("textbox", name="Title").fill("A lake")
    page.get_by_role("textbox", name="Title").press("Enter")
    saved(page, "Title")
    page.get_by_label("Description").fill("Before the rain")
    page.get_by_label("Description").blur()
    saved(page, "Description")
    page.get_by_role("combobox", name="Tags").fill("Places/Paris")
    page.get_by_role("combobox", name="Tags").press("Enter")
    saved(page, "Tags")
    part(page, "Colour label").get_by_label("Green").check(force=True)
    saved(page, "Colour label")
    part(page, "Date taken").get_by_role("button", name="Edit the date").click()
    page.get_by_label("Time zone").select_option("+03:00")
    page.get_by_role("button", name="Save", exact=True).click()
    saved(page, "Date taken")
    page.get_by_role("dialog").get_by_role("button", name="Favourite").click()
    at_rest(visit)

    told = says(house, "IMG_01.JPG")
    assert told["rating"] == 4
    assert told["title"] == "A lake"
    assert told["description"] == "Before the rain"
    assert told["tags"] == ["Places/Paris"]
    assert told["label"] == "Green"
    assert told["taken"]["offset"] == "+03:00"
    kept = ledger.read((house.library / "IMG_01.JPG.kphotos.json").read_bytes())
    assert kept.fields["title"][0].v == "A lake"
    assert "Places/Paris" in kept.sets["tags"]
    untouched = sorted(path.name for path in house.library.iterdir() if path.suffix == ".xmp")
    assert untouched == ["IMG_01.JPG.xmp"]


def undo_an_edit(house: House, visit: Visit) -> None:
    page = visit.page
    page.get_by_role("textbox", name="Title").fill("A mistake")
    page.get_by_role("textbox", name="Title").press("Enter")
    saved(page, "Title")
    page.locator("[data-toasts]").get_by_role("button", name="Undo").last.click()
    expect(page.get_by_role("textbox", name="Title")).to_have_value("A lake")
    until(lambda: says(house, "IMG_01.JPG")["title"] == "A lake")


def edit_in_darktable(house: House, visit: Visit, scratch: Path) -> None:
    """The open page shows what darktable wrote within two seconds of its writing."""
    page = visit.page
    sidecar = house.library / "IMG_01.JPG.xmp"
    written: list[float] = []
    before = sidecar.stat().st_ctime_ns
    over = threading.Event()

    def notice() -> None:
        while not over.wait(0.005):
            try:
                found = xmp.read(sidecar.read_bytes()).sources
            except (OSError, Unreadable):
                continue  # darktable writes in place: what is half written is not there yet
            if sidecar.stat().st_ctime_ns != before and found["rating"].get("xmp:Rating") == 2:
                written.append(time.monotonic())
                return

    watcher = threading.Thread(target=notice)
    watcher.start()
    edits = [("IMG_01.JPG", "tag+", "Places|Oslo"), ("IMG_01.JPG", "rating", "2")]
    editor = threading.Thread(target=darktables.darktable, args=(scratch / "darktable", house.library, edits))
    editor.start()
    try:
        expect(part(page, "Rating").get_by_label("2 stars")).to_be_checked(timeout=30_000)
        expect(part(page, "Tags")).to_contain_text("Oslo")
        shown = time.monotonic()
    finally:
        over.set()
        watcher.join()
        editor.join()
    assert written, "the page showed it before anybody saw it on disk"
    assert shown - written[0] < 2.0
    told = says(house, "IMG_01.JPG")
    assert (told["rating"], told["tags"]) == (2, ["Places/Oslo", "Places/Paris"])
    assert told["title"] == "A lake"


def rebuild(house: House, visit: Visit) -> None:
    before = json.loads(house.cli("verify", "--json").stdout)
    assert before["differences"] == []
    done = house.cli("rebuild", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["assets"] == PHOTOS
    after = json.loads(house.cli("verify", "--json").stdout)
    assert after["digests"] == before["digests"]
    expect(part(visit.page, "Rating").get_by_label("2 stars")).to_be_checked()


def delete_the_index_while_it_runs(house: House, visit: Visit) -> None:
    digests = json.loads(house.cli("verify", "--json").stdout)["digests"]
    shutil.rmtree(house.home / "index")
    until(lambda: house.cli("verify", "--json").returncode == 0, 30)
    assert json.loads(house.cli("verify", "--json").stdout)["digests"] == digests
    visit.page.reload()
    expect(part(visit.page, "Rating").get_by_label("2 stars")).to_be_checked(timeout=20_000)
    # The open page was told 503 meanwhile, and its console says so; nothing else may have gone wrong.
    visit.errors[:] = [error for error in visit.errors if "503 (SERVICE UNAVAILABLE)" not in error]
    assert visit.errors == []


def come_back_another_day(house: House, visit: Visit) -> None:
    page = visit.page
    page.goto("about:blank")
    page.context.clear_cookies()
    page.goto(house.address)
    expect(page).to_have_url(re.compile("/sign-in"))
    at_rest(visit)
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".tile")).to_have_count(PHOTOS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800), (3840, 2160)])
def test_each_page_is_accessible(house: House, scheme: str, width: int, height: int) -> None:
    if not json.loads(house.cli("user", "list", "--json").stdout)["users"]:
        pytest.skip("the journey has not made the first account")
    with browser.visit(width=width, height=height, color_scheme=scheme) as found:
        page = found.page
        page.goto(house.address)
        at_rest(found)
        page.get_by_label("Name").fill(NAME)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator(".tile").first).to_be_visible()
        at_rest(found)
        page.locator(".tile a").first.click()
        page.keyboard.press("i")
        expect(page.get_by_role("complementary", name="Information")).to_be_visible()
        at_rest(found)
        page.goto(f"{house.address}/problems")
        at_rest(found)
