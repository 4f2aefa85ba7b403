"""A person decides conflicts in a browser: by keys alone, with undo, while others edit, without scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count, product

import pytest
from playwright.sync_api import Page, expect

from tests import darktable
from tests.e2e import browser, house
from tests.e2e.browser import Visit
from tests.e2e.house import House
from tests.interop.conftest import need

pytestmark = pytest.mark.browser
TITLES = {"IMG_01.JPG": ("Evening", "Harbour"), "IMG_02.JPG": ("Lake Como", "Como"), "IMG_03.JPG": ("A", "B")}
TURNS = count(1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    need(browser.missing())
    folder = tmp_path_factory.mktemp("conflicts")
    with house.started(house.small_library(folder / "Pictures", 6), folder / "home") as found:
        yield found


@pytest.fixture(scope="module")
def visit(running: House) -> Iterator[Visit]:
    with browser.visit() as found:
        browser.first_account(found, running.address)
        yield found


def api(visit: Visit, method: str, url: str, body: object = None) -> dict[str, object]:
    """What the page's own script would be told."""
    found: dict[str, object] = visit.page.evaluate(
        """async ([method, url, body]) => {
          const csrf = document.cookie.match(/kp_csrf=([^;]*)/)?.[1] ?? '';
          const headers = { 'X-CSRF-TOKEN': csrf, 'Content-Type': 'application/json' };
          const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
          return { status: answer.status, ...(await answer.json()) };
        }""",
        [method, url, body],
    )
    return found


def id_of(running: House, name: str) -> str:
    return str(json.loads(running.cli("show", str(running.library / name), "--json").stdout)["id"])


def quarrel(visit: Visit, running: House, name: str, photo: str, turn: int) -> None:
    """The page's title and darktable's, neither of which has seen the other.

    Each turn has words of its own: a value that a tool has had before would be taken for put back.
    """
    mine, theirs = (f"{title} {turn}" for title in TITLES[name])
    title = {"field": "title", "op": "set"}
    first = api(visit, "PATCH", f"/api/assets/{photo}", {"changes": [{**title, "value": f"Was {turn}"}]})
    dots = first["asset"]["fields"]["title"]["dots"]  # type: ignore[index]
    darktable.writes(running.library / name, title=theirs)
    house.until(lambda: theirs in str(api(visit, "GET", f"/api/assets/{photo}")["fields"]))
    api(visit, "PATCH", f"/api/assets/{photo}", {"changes": [{**title, "value": mine, "seen": dots}]})


@pytest.fixture
def turn() -> int:
    return next(TURNS)


@pytest.fixture
def photos(visit: Visit, running: House, turn: int) -> dict[str, str]:
    """Three photos whose title two programs do not agree on."""
    found = {name: id_of(running, name) for name in TITLES}
    visit.page.goto(running.address)
    for name, photo in found.items():
        quarrel(visit, running, name, photo, turn)
    return found


def title_of(visit: Visit, photo: str) -> object:
    return api(visit, "GET", f"/api/assets/{photo}")["fields"]["title"]["value"]  # type: ignore[index]


def arrived(page: Page, photo: str) -> None:
    """The page of this photo's conflicts stands, and hears keys."""
    page.get_by_role("heading", name=photo).wait_for()
    page.wait_for_load_state()


def test_a_person_decides_by_keys_alone_and_takes_it_back(
    visit: Visit, running: House, photos: dict[str, str], turn: int
) -> None:
    page = visit.page
    page.goto(f"{running.address}/conflicts")
    page.get_by_role("heading", name="Title differs").wait_for()
    expect(page.get_by_role("navigation", name="Main").get_by_text("3")).to_be_visible()
    assert visit.violations() == []
    page.get_by_role("link", name="IMG_01.JPG").press("Enter")
    save = page.get_by_role("button", name="Save")
    arrived(page, "IMG_01.JPG")
    expect(page.get_by_text("1 of 3")).to_be_visible()
    expect(save).to_be_disabled()
    expect(page.get_by_text("Still to decide:").get_by_role("link", name="Title")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("3")
    expect(save).to_be_enabled()
    expect(save).to_have_text("Save – writes 1 field to IMG_01.JPG.xmp")
    expect(page.get_by_label("Result: Title")).to_have_value(f"Harbour {turn}")
    assert visit.violations() == []
    page.keyboard.press("ControlOrMeta+Enter")
    arrived(page, "IMG_02.JPG")
    assert title_of(visit, photos["IMG_01.JPG"]) == f"Harbour {turn}"
    assert f"Harbour {turn}" in (running.library / "IMG_01.JPG.xmp").read_text()
    page.get_by_role("button", name="Undo").click()
    arrived(page, "IMG_01.JPG")
    expect(page.get_by_text("1 of 3")).to_be_visible()
    assert {f"Harbour {turn}", f"Evening {turn}"} <= set(page.locator(".conflict-value").all_inner_texts())
    page.keyboard.press("n")
    arrived(page, "IMG_02.JPG")
    page.keyboard.press("a")
    expect(page.get_by_label("Result: Title")).to_have_value(f"Lake Como {turn}")
    page.keyboard.press("e")
    page.keyboard.press("End")
    page.keyboard.type(", dusk 1")
    expect(page.get_by_text("Edited")).to_be_visible()
    page.keyboard.press("ControlOrMeta+Enter")
    arrived(page, "IMG_03.JPG")
    assert title_of(visit, photos["IMG_02.JPG"]) == f"Lake Como {turn}, dusk 1"
    assert visit.errors == []


def test_what_others_change_meanwhile_is_shown_and_the_choice_kept(
    visit: Visit, running: House, photos: dict[str, str], turn: int
) -> None:
    page, photo = visit.page, photos["IMG_03.JPG"]
    page.goto(f"{running.address}/conflicts/{photo}")
    page.get_by_text(f"B {turn}").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("3")
    third = {"field": "title", "op": "set", "value": "Third", "seen": []}
    assert api(visit, "PATCH", f"/api/assets/{photo}", {"changes": [third]})["status"] == 200
    page.get_by_role("button", name="Save").click()
    page.get_by_text("what you had chosen is kept").wait_for()
    assert visit.violations() == []
    expect(page.locator(".conflict-value").get_by_text("Third", exact=True)).to_be_visible()
    expect(page.get_by_label("Result: Title")).to_have_value(f"B {turn}")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(lambda url: photo not in url)
    assert title_of(visit, photo) == f"B {turn}"
    # Chromium notes the refusal itself as an error of the network; nothing else went wrong.
    assert [line for line in visit.errors if "409" not in line] == []
    visit.errors.clear()


def test_the_table_fits_and_is_accessible(visit: Visit, running: House, photos: dict[str, str]) -> None:
    page = visit.page
    for scheme, width in product(("light", "dark"), (360, 768, 1440, 2560)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        for path in ("/conflicts", f"/conflicts/{photos['IMG_01.JPG']}"):
            page.goto(running.address + path)
            assert visit.violations() == [], (scheme, width, path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, path)
    page.set_viewport_size({"width": 1280, "height": 800})


def test_it_works_without_scripts(visit: Visit, running: House, photos: dict[str, str], turn: int) -> None:
    context = visit.page.context
    assert context.browser is not None
    plain = context.browser.new_context(java_script_enabled=False, storage_state=context.storage_state())
    page = plain.new_page()
    page.goto(f"{running.address}/conflicts/{photos['IMG_01.JPG']}")
    page.get_by_role("radio").nth(2).check(force=True)
    page.get_by_role("button", name="Save").click()
    arrived(page, "IMG_02.JPG")
    plain.close()
    assert title_of(visit, photos["IMG_01.JPG"]) == f"Harbour {turn}"


def test_one_past_change_is_taken_back_from_the_history(visit: Visit, running: House) -> None:
    page, photo = visit.page, id_of(running, "IMG_05.JPG")
    page.goto(running.address)
    for title in ("Sea", "Lake"):
        change = {"field": "title", "op": "set", "value": title}
        assert api(visit, "PATCH", f"/api/assets/{photo}", {"changes": [change]})["status"] == 200
    page.goto(f"{running.address}/photo/{photo}")
    page.get_by_role("dialog", name="Photo viewer").wait_for()
    page.keyboard.press("i")
    page.get_by_text("History", exact=True).click()
    page.get_by_role("button", name="Take back: Title: Sea → Lake").click()
    page.get_by_text("Title: Lake → Sea").wait_for()
    assert title_of(visit, photo) == "Sea"
    assert visit.violations() == []
    assert visit.errors == []
