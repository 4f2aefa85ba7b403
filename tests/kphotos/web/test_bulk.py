"""Bulk edits as pages ask for them: done at once or by a worker, taken back, nobody else's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kphotos import index, jobs
from kphotos.catalog import bulk
from kphotos.config import Settings
from kphotos.index import timeline
from kphotos.index.scope import EVERYTHING
from kphotos.sidecar import intake, sites
from kphotos.storage.volumes import Volume
from tests.kphotos.web.conftest import Browser
from tests.photos import jpeg

TAG = {"field": "tags", "op": "add", "value": ["Sea"]}


@pytest.fixture
def volume(settings: Settings, tmp_path: Path) -> Volume:
    """Five photos, the newest first in the timeline: IMG_4 ... IMG_0."""
    root = tmp_path / "photos"
    for at in range(5):
        jpeg(root / f"IMG_{at}.JPG", taken=f"2024-06-0{at + 1}T10:00:00")
    found = sites.add(settings, root)
    intake.take(settings, found, sites.engine_of(settings, found).scan())
    return found


def version(settings: Settings) -> str:
    with index.use(settings):
        return timeline.version(EVERYTHING)


def ids(settings: Settings) -> list[str]:
    with index.use(settings):
        return timeline.ids(EVERYTHING, "library", timeline.version(EVERYTHING), [(0, 5)])


def post(who: Browser, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = who.send("POST", "/api/bulk", {"changes": [TAG], **body})
    return answer.status_code, answer.get_json()


def tagged(volume: Volume) -> list[str]:
    return sorted(path.name[:5] for path in volume.root.glob("*.xmp") if b"Sea" in path.read_bytes())


def test_photos_named_by_id_are_changed_in_the_request(
    as_alice: Browser, settings: Settings, volume: Volume
) -> None:
    status, told = post(as_alice, ids=ids(settings)[:2])
    assert (status, told["edit"]["state"], told["edit"]["changed"], told["edit"]["by"]) == (
        200,
        "done",
        2,
        "Alice",
    )
    assert tagged(volume) == ["IMG_3", "IMG_4"]


def test_favourites_are_the_viewers_own_without_saying_so(
    as_alice: Browser, as_bob: Browser, settings: Settings, volume: Volume
) -> None:
    mark = [{"field": "favourites", "op": "add"}]
    assert post(as_bob, ids=ids(settings), changes=mark)[1]["edit"]["changed"] == 5
    assert as_bob.get(f"/api/assets/{ids(settings)[0]}").get_json()["favourite"]
    assert not as_alice.get(f"/api/assets/{ids(settings)[0]}").get_json()["favourite"]


def test_a_selection_of_the_timeline_is_changed_by_its_ordinals(
    as_alice: Browser, settings: Settings, volume: Volume
) -> None:
    status, told = post(as_alice, view="library", version=version(settings), ranges=[[0, 1], [3, 5]])
    assert (status, told["edit"]["changed"]) == (200, 3)
    assert tagged(volume) == ["IMG_0", "IMG_1", "IMG_4"]


def test_ordinals_of_another_order_are_refused_and_nothing_is_changed(
    as_alice: Browser, settings: Settings, volume: Volume
) -> None:
    before = version(settings)
    jpeg(volume.root / "IMG_9.JPG", taken="2024-06-30T10:00:00")
    intake.take(settings, volume, sites.engine_of(settings, volume).scan())
    status, told = post(as_alice, view="library", version=before, ranges=[[0, 2]])
    assert (status, told["error"]["code"]) == (409, "stale_version")
    assert tagged(volume) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ids": []},
        {"ids": [7]},
        {"ids": ["a" * 32], "ranges": [[0, 1]]},
        {"ranges": [[0, 1]], "version": "no"},
        {"ranges": []},
        {"ranges": [[1, 0]]},
        {"ranges": [[0, 9]]},
        {"ranges": [[0, 2], [1, 3]]},
        {"ranges": [[0, True]]},
        {"ids": ["a" * 32], "changes": []},
        {"ids": ["a" * 32], "changes": [{"field": "tags"}]},
        {"ids": ["a" * 32], "changes": [{"field": "tags", "op": "add", "value": ["x"], "strict": True}]},
        {"ids": ["a" * 32], "changes": [{"field": ["tags"], "op": "add", "value": ["x"]}]},
        {"ids": ["a" * 32], "changes": [{"field": "tags", "op": ["add"], "value": ["x"]}]},
        {"ids": ["a" * 32], "changes": [{"field": "taken", "op": "shift", "value": 1e30}]},
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_reason(
    as_alice: Browser, settings: Settings, volume: Volume, body: dict[str, Any]
) -> None:
    if "ranges" in body and "version" not in body:
        body = {"version": version(settings), **body}
    status, told = post(as_alice, **body)
    assert status in (400, 404, 409), told
    assert told["error"]["message"]
    assert tagged(volume) == []


def test_many_are_a_workers_work_which_can_be_followed_and_taken_back(
    as_alice: Browser, settings: Settings, volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    status, told = post(as_alice, ids=ids(settings))
    edit = told["edit"]
    assert (status, edit["state"], edit["total"], edit["done"]) == (202, "waiting", 5, 0)
    assert tagged(volume) == []
    jobs.work(settings, {bulk.KIND: lambda job: bulk.run(settings, job.ids["bulk"]) and None}, "w")
    edit = as_alice.get(f"/api/bulk/{edit['id']}").get_json()["edit"]
    assert (edit["state"], edit["done"], edit["changed"]) == ("done", 5, 5)
    assert as_alice.send("POST", f"/api/bulk/{edit['id']}/undo").status_code == 202
    twice = as_alice.send("POST", f"/api/bulk/{edit['id']}/undo")
    assert (twice.status_code, twice.get_json()["error"]["code"]) == (409, "taken_back")
    jobs.work(settings, {bulk.KIND: lambda job: bulk.run(settings, job.ids["bulk"]) and None}, "w")
    assert tagged(volume) == []
    listed = as_alice.get("/api/bulk").get_json()["edits"]
    assert [one["undoes"] for one in listed] == [edit["id"], None]
    assert listed[1]["undone_by"] == listed[0]["id"]


def test_what_is_taken_back_already_is_said_to_be(
    as_alice: Browser, settings: Settings, volume: Volume
) -> None:
    made = post(as_alice, ids=ids(settings))[1]["edit"]["id"]
    assert as_alice.send("POST", f"/api/bulk/{made}/undo").status_code == 200
    answer = as_alice.send("POST", f"/api/bulk/{made}/undo")
    error = answer.get_json()["error"]
    assert (answer.status_code, error["code"]) == (409, "taken_back")
    assert error["message"].startswith("It has been taken back already, by Alice on ")
    assert len(as_alice.get("/api/bulk").get_json()["edits"]) == 2


def test_one_that_waits_is_cancelled_at_once_and_one_given_up_is_gone_on_with(
    as_alice: Browser, settings: Settings, volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    made = post(as_alice, ids=ids(settings))[1]["edit"]["id"]
    assert as_alice.send("DELETE", f"/api/bulk/{made}").get_json()["edit"]["state"] == "cancelled"
    made = post(as_alice, ids=ids(settings))[1]["edit"]["id"]
    job = jobs.claim(settings, "w", [bulk.KIND])
    assert job is not None
    jobs.fail(settings, job.id, "w", "no reason", final=True)
    assert as_alice.get(f"/api/bulk/{made}").get_json()["edit"]["state"] == "stopped"
    assert as_alice.send("POST", f"/api/bulk/{made}/resume").get_json()["edit"]["state"] == "waiting"


def test_anothers_edit_is_as_if_it_were_not(
    as_alice: Browser, as_bob: Browser, settings: Settings, volume: Volume
) -> None:
    made = post(as_alice, ids=ids(settings))[1]["edit"]["id"]
    for method, url in (("GET", ""), ("POST", "/undo"), ("POST", "/resume"), ("DELETE", "")):
        mine = as_bob.send(method, f"/api/bulk/{made}{url}")
        none = as_bob.send(method, f"/api/bulk/{'0' * 16}{url}")
        assert mine.status_code == none.status_code == 404
    assert as_bob.get("/api/bulk").get_json() == {"edits": []}
    status, told = post(as_bob, ids=ids(settings))
    assert (status, told["edit"]["refused"], told["edit"]["listed"][0]["code"]) == (200, 5, "forbidden")


def test_another_picture_that_took_the_place_of_one_is_left_alone(
    as_alice: Browser, settings: Settings, volume: Volume
) -> None:
    found = ids(settings)
    jpeg(volume.root / "IMG_4.JPG", size=(64, 48), taken="2025-01-01T10:00:00")
    _, told = post(as_alice, ids=found)
    assert (told["edit"]["changed"], told["edit"]["refused"]) == (4, 1)
    assert "another file" in told["edit"]["listed"][0]["message"].lower()
    assert tagged(volume) == ["IMG_0", "IMG_1", "IMG_2", "IMG_3"]
    # It is known by now, so whoever looks at it may change it.
    assert post(as_alice, ids=found)[1]["edit"]["changed"] == 5 - 4
    assert tagged(volume)[-1] == "IMG_4"
