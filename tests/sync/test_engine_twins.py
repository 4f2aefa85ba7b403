"""Two XMPs of one photo: each is compared with what it held itself, never with the other."""

from __future__ import annotations

from typing import Any

import pytest

from sync.codecs import xmp
from tests.sim.tools import MARK, FakeTool, content_of
from tests.sync.machines import Machine, assets, simulated_machine

PHOTO, OWN, TWIN = "IMG.JPG", "IMG.JPG.xmp", "IMG.xmp"
FOREIGN = "0mb3k9q2f00-elsewhere"


def machine() -> Machine:
    made = simulated_machine()
    made.hands.put(PHOTO, b"the picture")
    return made


def put(at: Machine, name: str, content: dict[str, Any], mark: str | None) -> None:
    data = xmp.write(None, content, mark or "none")
    at.hands.put(name, data if mark else MARK.sub(b"", data))


def rest(at: Machine) -> dict[str, Any]:
    for _ in range(3):
        at.pass_time(5)
        at.scan()
    at.memfs.writes.clear()
    (asset,) = assets(at.scan(everything=True)).values()
    assert at.memfs.writes == []
    assert asset.problems == ()
    return dict(asset.document.content())


@pytest.mark.parametrize("mark", [FOREIGN, None], ids=["the same foreign mark", "no mark"])
def test_a_twin_that_says_less_takes_nothing_away(mark: str | None) -> None:
    at = machine()
    put(at, OWN, {"title": "Lake", "description": "Boats", "tags": ("a", "b")}, mark)
    put(at, TWIN, {"title": "Lake", "rating": 3}, mark)
    at.edit(PHOTO, label="Red")
    wanted = {"title": "Lake", "description": "Boats", "tags": ("a", "b"), "rating": 3, "label": "Red"}
    assert rest(at) == wanted
    assert content_of(at.hands.read(OWN)) == content_of(at.hands.read(TWIN)) == wanted


@pytest.mark.parametrize("mark", [FOREIGN, None], ids=["the same foreign mark", "no mark"])
def test_a_twin_that_comes_later_takes_nothing_away(mark: str | None) -> None:
    at = machine()
    put(at, OWN, {"title": "Lake", "tags": ("a", "b")}, mark)
    at.edit(PHOTO, label="Red")
    rest(at)
    put(at, TWIN, {"title": "Lake", "rating": 3}, mark)
    assert rest(at) == {"title": "Lake", "tags": ("a", "b"), "label": "Red", "rating": 3}


def test_an_edit_of_either_twin_is_an_edit() -> None:
    at = machine()
    put(at, OWN, {"title": "Lake", "tags": ("a", "b")}, FOREIGN)
    put(at, TWIN, {"title": "Lake", "tags": ("a", "b")}, FOREIGN)
    at.edit(PHOTO, label="Red")
    rest(at)
    FakeTool(at.hands, TWIN).set(tags=("a",))
    assert rest(at) == {"title": "Lake", "tags": ("a",), "label": "Red"}
    FakeTool(at.hands, OWN).set(title=None)
    assert rest(at) == {"tags": ("a",), "label": "Red"}


def test_a_renamed_pair_is_still_compared_with_what_it_held() -> None:
    at = machine()
    at.edit(PHOTO, title="Lake", tags=("a", "b"))
    for name in at.hands.names():
        if name.startswith("IMG"):
            at.hands.move(name, name.replace("IMG", "NEW"))
    FakeTool(at.hands, "NEW.JPG.xmp").set(tags=("a",))
    assert rest(at) == {"title": "Lake", "tags": ("a",)}


def test_a_twin_copied_from_our_own_file_is_an_edit_of_that() -> None:
    at = machine()
    at.edit(PHOTO, title="Lake", tags=("a", "b"))
    at.hands.put(TWIN, at.hands.read(OWN))
    FakeTool(at.hands, TWIN).set(tags=("a",))
    assert rest(at) == {"title": "Lake", "tags": ("a",)}
