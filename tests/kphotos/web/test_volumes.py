"""An admin sees how each folder is and what is missing of it, and decides; no file is touched."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kphotos import records
from kphotos.cli import homes
from kphotos.config import Settings
from kphotos.runtime import watches
from kphotos.sidecar import scanning, sites
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync.core.brakes import Landmark
from sync.core.model import Change
from tests.kphotos.web.conftest import Browser
from tests.photos import jpeg

MANY = 60


@dataclass
class Folder:
    """A volume with many photos in one folder and one beside it; `scan` does what the watch process would."""

    settings: Settings
    root: Path
    volume: Volume

    def scan(self) -> None:
        self.volume = volumes.get(self.settings, self.volume.id)
        wish = watches.asked(self.settings).get(self.volume.id)
        self.volume, _ = scanning.scan(self.settings, self.volume, confirmed=wish or 0)
        if wish is not None:
            watches.granted(self.settings, self.volume.id, wish)

    def lose(self) -> None:
        for path in (self.root / "many").iterdir():
            path.unlink()
        self.scan()

    def files(self) -> dict[str, str]:
        found = (path for path in self.root.rglob("*") if path.is_file())
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Folder:
    root = tmp_path / "Pictures"
    jpeg(root / "lake.jpg", size=(64, 48))
    data = (root / "lake.jpg").read_bytes()
    (root / "many").mkdir()
    for number in range(MANY):
        (root / "many" / f"{number:02}.jpg").write_bytes(data)
    made = Folder(settings, root, sites.add(settings, root))
    made.scan()
    return made


def only(answer: Any) -> dict[str, Any]:
    (volume,) = answer.json["volumes"]
    return dict(volume)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["error"]["code"]


def test_a_volume_says_how_it_is(folder: Folder, as_alice: Browser) -> None:
    told = only(as_alice.get("/api/volumes"))
    assert (told["name"], told["path"], told["state"]) == ("Pictures", str(folder.root), "online")
    assert (told["photos"], told["missing"], told["writable"], told["asked"]) == (MANY + 1, 0, True, False)
    assert told["free"] > 0
    assert told["scanned"].endswith("Z")
    assert told["watch"]["state"] == "stopped"
    assert as_alice.get("/api/volumes").json["watching"] is False  # type: ignore[index]


@pytest.mark.parametrize(
    ("state", "shown"),
    [("watching", "Watching"), ("polling", "Polling"), ("degraded", "Partly watching"), ("", "Not watching")],
)
def test_how_changes_are_noticed_is_said_with_its_reason(
    folder: Folder, as_alice: Browser, state: str, shown: str
) -> None:
    reason = "nfs4 does not tell of changes: looked at each 60 s." if state == "polling" else ""
    watches.tell(folder.settings, folder.volume.id, state=state, reason=reason)
    page = as_alice.get("/storage").text
    assert shown in page
    assert reason in page
    assert only(as_alice.get("/api/volumes"))["watch"] == {
        "state": state or "stopped",
        "reason": reason or None,
        "lost": 0,
    }


def test_that_events_were_lost_and_made_up_for_is_said(folder: Folder, as_alice: Browser) -> None:
    watches.tell(folder.settings, folder.volume.id, state="watching", reason="", lost=0)
    assert "looked at again" not in as_alice.get("/storage").text
    watches.tell(folder.settings, folder.volume.id, lost=3)
    assert only(as_alice.get("/api/volumes"))["watch"]["lost"] == 3
    for page in ("/storage", f"/storage/{folder.volume.id}"):
        assert "3 times since K-Photos began; the whole folder was looked at again" in as_alice.get(page).text


def test_what_is_missing_is_listed_page_by_page(folder: Folder, as_alice: Browser) -> None:
    folder.lose()
    told = only(as_alice.get("/api/volumes"))
    assert (told["state"], told["missing"], told["photos"]) == ("halted", MANY, MANY + 1)
    url = f"/api/volumes/{folder.volume.id}/gone"
    first = as_alice.get(url).json
    assert first is not None
    assert (first["count"], len(first["photos"]), first["next"]) == (MANY, 60, None)
    one = first["photos"][0]
    assert (one["path"], one["folder"], one["name"]) == ("many/00.jpg", "many", "00.jpg")
    assert len(one["id"]) == 32
    assert as_alice.get(f"{url}?from=50").json["photos"][0]["path"] == "many/50.jpg"  # type: ignore[index]
    page = as_alice.get(f"/storage/{folder.volume.id}").text
    assert f"{MANY} photos are not where they were" in page
    assert "many/00.jpg" not in page
    assert "00.jpg" in page


def test_a_wrong_count_confirms_nothing_and_the_right_one_does(folder: Folder, as_alice: Browser) -> None:
    url = f"/api/volumes/{folder.volume.id}/confirm"
    assert code(as_alice.send("POST", url, {"count": 0})) == (409, "nothing_missing")
    folder.lose()
    assert code(as_alice.send("POST", url, {"count": MANY - 1})) == (409, "count_changed")
    folder.scan()
    assert only(as_alice.get("/api/volumes"))["state"] == "halted"
    assert as_alice.send("POST", url, {"count": MANY}).status_code == 202
    assert only(as_alice.get("/api/volumes"))["asked"] is True
    folder.scan()
    told = only(as_alice.get("/api/volumes"))
    assert (told["state"], told["missing"], told["photos"], told["asked"]) == ("online", 0, 1, False)


def test_to_look_again_after_a_confirmation_takes_it_not_back(folder: Folder, as_alice: Browser) -> None:
    folder.lose()
    url = f"/api/volumes/{folder.volume.id}"
    as_alice.send("POST", f"{url}/confirm", {"count": MANY})
    assert as_alice.send("POST", f"{url}/scan").status_code == 202
    folder.scan()
    assert only(as_alice.get("/api/volumes"))["photos"] == 1


def test_the_form_wants_the_number_typed(folder: Folder, as_alice: Browser) -> None:
    folder.lose()
    for typed, status in (("", 409), ("all", 409), ("59", 409), (" 6 0 ", 303)):
        answer = form(as_alice, f"/storage/{folder.volume.id}", do="confirm", count=typed)
        assert answer.status_code == status, typed
    assert watches.asked(folder.settings) == {folder.volume.id: MANY}


def form(browser: Browser, url: str, **values: str) -> Any:
    data = {"csrf": browser.cookie("kp_csrf"), **values}
    return browser.client.post(url, data=data, base_url=browser.base, headers={"Origin": browser.base})


def test_an_offline_volume_is_said_to_be_and_its_photos_stay(folder: Folder, as_alice: Browser) -> None:
    folder.root.rename(folder.root.with_name("elsewhere"))
    folder.scan()
    told = only(as_alice.get("/api/volumes"))
    assert (told["state"], told["code"], told["photos"]) == ("offline", "offline", MANY + 1)
    assert told["free"] is None
    assert "Not connected" in as_alice.get("/storage").text
    assert "Its photos are shown from the index" in as_alice.get(f"/storage/{folder.volume.id}").text


def test_members_are_told_of_what_they_see_and_of_nothing_else(
    folder: Folder, as_alice: Browser, as_bob: Browser
) -> None:
    assert as_bob.get("/api/standing").json == {"notices": []}
    folder.lose()
    (mine,) = as_alice.get("/api/standing").json["notices"]  # type: ignore[index]
    (theirs,) = as_bob.get("/api/standing").json["notices"]  # type: ignore[index]
    assert (mine["state"], mine["action"]["href"]) == ("halted", f"/storage/{folder.volume.id}")
    assert (theirs["text"], theirs["action"]) == (mine["text"], None)
    assert mine["text"] in as_bob.get("/").text
    from_record(folder.settings, folder.volume.id, viewers=[])
    assert as_bob.get("/api/standing").json == {"notices": []}
    assert mine["text"] not in as_bob.get("/").text


def from_record(settings: Settings, volume: str, **more: Any) -> None:
    record = records.load(settings, "volumes", volume)
    assert record is not None
    records.save(settings, "volumes", volume, {**record.data, **more})


def test_a_foreign_disk_is_accepted_only_by_saying_so(folder: Folder, as_alice: Browser) -> None:
    url = f"/api/volumes/{folder.volume.id}/accept"
    assert code(as_alice.send("POST", url)) == (409, "marked")
    from_record(
        folder.settings,
        folder.volume.id,
        marked=False,
        writable=False,
        landmarks=[["elsewhere.jpg", 7, None]],
    )
    (folder.root / ".kphotos" / "volume.json").unlink()
    folder.scan()
    assert only(as_alice.get("/api/volumes"))["code"] == "foreign"
    assert "Another disk seems to be at this place" in as_alice.get(f"/storage/{folder.volume.id}").text
    assert form(as_alice, f"/storage/{folder.volume.id}", do="accept").status_code == 303
    folder.scan()
    assert only(as_alice.get("/api/volumes"))["state"] == "online"


def test_a_folder_is_added_and_what_is_none_is_refused(
    settings: Settings, tmp_path: Path, as_alice: Browser
) -> None:
    jpeg(tmp_path / "More" / "a.jpg")
    answer = as_alice.send("POST", "/api/volumes", {"path": str(tmp_path / "More")})
    assert (answer.status_code, answer.json["name"]) == (201, "More")  # type: ignore[index]
    assert watches.asked(settings) == {answer.json["id"]: 0}  # type: ignore[index]
    for path in (
        "",
        "More",
        "/nowhere/at/all",
        str(settings.storage_path),
        "/" + "x" * 5000,
        "/a\0b",
        "/x" * 2000,
    ):
        refused = as_alice.send("POST", "/api/volumes", {"path": path})
        assert refused.status_code == 400, path[:20]
        assert refused.json["error"]["kept"]  # type: ignore[index]
    page = form(as_alice, "/storage", path="/nowhere")
    assert page.status_code == 400
    assert "/nowhere" in page.text
    assert len(volumes.every(settings)) == 1


def test_a_removed_volume_is_shown_no_more_and_no_file_is_touched(folder: Folder, as_alice: Browser) -> None:
    edited = sites.engine_of(folder.settings, folder.volume).edit(
        "lake.jpg", [Change("title", "set", "Lake")], "alice"
    )
    before = folder.files()
    assert as_alice.send("DELETE", f"/api/volumes/{folder.volume.id}").status_code == 204
    assert as_alice.get("/api/volumes").json["volumes"] == []  # type: ignore[index]
    assert as_alice.get("/api/timeline/version").json["count"] == 0  # type: ignore[index]
    assert as_alice.send("DELETE", f"/api/volumes/{folder.volume.id}").status_code == 404
    assert folder.files() == before
    again = as_alice.send("POST", "/api/volumes", {"path": str(folder.root)}).json
    assert again is not None
    assert again["id"] == folder.volume.id
    folder.scan()
    assert as_alice.get("/api/timeline/version").json["count"] == MANY + 1  # type: ignore[index]
    told = as_alice.get(f"/api/assets/{edited.asset.id}").json
    assert told is not None
    assert told["fields"]["title"]["value"] == "Lake"
    assert folder.files() == before


def test_what_was_edited_read_only_is_there_again_with_the_volume(folder: Folder, as_alice: Browser) -> None:
    volume = volumes.keep_off(folder.settings, folder.volume, hands_off=True)
    done = sites.engine_of(folder.settings, volume).edit(
        "lake.jpg", [Change("title", "set", "Lake")], "alice"
    )
    as_alice.send("DELETE", f"/api/volumes/{volume.id}")
    folder.volume = sites.add(folder.settings, folder.root)
    folder.scan()
    told = as_alice.get(f"/api/assets/{done.asset.id}").json
    assert told is not None
    assert told["fields"]["title"]["value"] == "Lake"


def test_a_machine_that_is_gone_for_good_is_retired_and_called_back(
    folder: Folder, as_alice: Browser
) -> None:
    place = folder.root / ".kphotos" / "sites"
    (place / "0badcafe.json").write_text(json.dumps({"kphotos": 1, "site": "x", "host": "old laptop"}))
    machines = {one["id"]: one for one in only(as_alice.get("/api/volumes"))["sites"]}
    assert (machines["0badcafe"]["host"], machines["0badcafe"]["here"]) == ("old laptop", False)
    own = next(one["id"] for one in machines.values() if one["here"])
    url = f"/api/volumes/{folder.volume.id}/sites"
    assert code(as_alice.send("PUT", f"{url}/{own}/retirement")) == (400, "invalid_value")
    assert as_alice.send("PUT", f"{url}/0badcafe/retirement").status_code == 204
    assert (place / "0badcafe.retired.json").exists()
    assert form(as_alice, f"/storage/{folder.volume.id}", do="recall", site="0badcafe").status_code == 303
    assert not (place / "0badcafe.retired.json").exists()
    folder.root.rename(folder.root.with_name("elsewhere"))
    assert code(as_alice.send("PUT", f"{url}/0badcafe/retirement")) == (503, "volume_offline")


@pytest.mark.parametrize("do", ["", "nothing", "retire"])
def test_a_form_that_is_none_changes_nothing(folder: Folder, as_alice: Browser, do: str) -> None:
    answer = form(as_alice, f"/storage/{folder.volume.id}", do=do)
    assert answer.status_code == (404 if do == "retire" else 409)


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("confirm", {"count": -1}),
        ("confirm", {"count": 2**62}),
        ("confirm", {"count": True}),
        ("confirm", {"count": "60"}),
        ("confirm", {"count": 1.5}),
        ("confirm", []),
        ("confirm", {"count": 1, "more": 1}),
        ("gone?from=-1", None),
        ("gone?from=9999999999", None),
        ("sites/..%2f..%2fx/retirement", None),
    ],
)
def test_nonsense_is_refused_with_a_code(folder: Folder, as_alice: Browser, url: str, body: Any) -> None:
    method = "DELETE" if "sites" in url else "GET" if body is None else "POST"
    answer = as_alice.send(method, f"/api/volumes/{folder.volume.id}/{url}", body)
    assert 400 <= answer.status_code < 500
    assert answer.json["error"]["code"]  # type: ignore[index]


def test_a_form_without_the_token_is_refused(folder: Folder, as_alice: Browser) -> None:
    answer = as_alice.client.post(
        f"/storage/{folder.volume.id}",
        data={"do": "remove"},
        base_url=as_alice.base,
        headers={"Origin": as_alice.base},
    )
    assert answer.status_code == 403
    assert len(volumes.every(folder.settings)) == 1


def test_a_landmark_is_kept_as_it_was_said(settings: Settings, folder: Folder) -> None:
    odd = (Landmark("b\udcff.jpg", 3, "sha256:00"),)
    volumes.describe(settings, folder.volume, odd)
    assert volumes.get(settings, folder.volume.id).landmarks == odd


def test_the_watch_that_runs_is_seen_to_run(settings: Settings, as_alice: Browser) -> None:
    with homes.alone(settings, "watch", "The sync engine"):
        assert as_alice.get("/api/volumes").json["watching"] is True  # type: ignore[index]
    assert as_alice.get("/api/volumes").json["watching"] is False  # type: ignore[index]


def test_hands_are_kept_off_a_folder_and_put_on_it_again(folder: Folder, as_alice: Browser) -> None:
    url = f"/storage/{folder.volume.id}"
    assert "Write nothing in this folder" in as_alice.get(url).text
    assert form(as_alice, url, do="read-only").status_code == 303
    told = only(as_alice.get("/api/volumes"))
    assert (told["hands_off"], told["writable"]) == (True, False)
    assert form(as_alice, url, do="writable").status_code == 303
    assert only(as_alice.get("/api/volumes"))["writable"] is True
