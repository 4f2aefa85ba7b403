"""The engine's own process sees to it that there is an index, whatever happens to the one that was."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kphotos import index
from kphotos.config import Settings
from kphotos.index import generation, query
from kphotos.index.scope import EVERYTHING
from kphotos.runtime import watches
from kphotos.sidecar import removing, scanning, watching
from kphotos.storage.volumes import Volume
from sync.core.model import Change
from tests.kphotos.sidecar.conftest import Library
from tests.postgres import on_files


@on_files
def test_an_index_found_damaged_at_the_start_is_made_again_and_the_watch_goes_on(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    before = generation.current(library.settings)
    path = library.settings.index_folder / f"{before}.db"
    for wal in path.parent.glob(f"{before}.db-*"):
        wal.unlink()
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xa5" * (len(whole) - 100))
    turns = iter(range(6))

    def turn(seconds: float) -> None:
        if next(turns, None) is None:
            raise SystemExit

    monkeypatch.setattr(watching.time, "sleep", turn)
    with pytest.raises(SystemExit):
        watching.run(library.settings)
    assert generation.current(library.settings) != before
    assert library.value("lake.jpg", "title") == "Lake"


class Scans:
    """A follower's scans, each as it was asked for; `turn` is what the watching process does each second."""

    def __init__(self, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[dict[str, object]] = []
        self.settings, self.volume = library.settings, library.volume
        real = scanning.scan

        def scan(settings: Settings, volume: Volume, **options: Any) -> Any:
            done = real(settings, volume, **options)
            self.asked.append({name: options[name] for name in ("confirmed", "sidecars")})
            return done

        monkeypatch.setattr(scanning, "scan", scan)
        self.follower = watching.Follower(library.settings, library.volume)
        self.follower.start()
        self.until(lambda: self.asked)

    def turn(self) -> None:
        self.follower.glance(watches.asked(self.settings).get(self.volume.id))
        self.follower.tell_health()

    def until(self, is_so: Callable[[], object]) -> None:
        deadline = time.monotonic() + 20
        while not is_so():
            assert time.monotonic() < deadline
            self.turn()
            time.sleep(0.02)


@pytest.fixture
def scans(library: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scans]:
    found = Scans(library, monkeypatch)
    yield found
    found.follower.stop()


@on_files
def test_once_a_day_all_sidecars_are_read_again(scans: Scans) -> None:
    assert scans.asked == [{"confirmed": 0, "sidecars": False}]
    scans.until(lambda: watches.every(scans.settings)[scans.volume.id].checked_ms)
    for checked, is_read in ((watches.now_ms() - 90_000_000, True), (watches.now_ms() - 80_000_000, False)):
        scans.asked.clear()
        watches.tell(scans.settings, scans.volume.id, checked_ms=checked)
        watches.ask(scans.settings, scans.volume.id)
        scans.until(lambda: scans.asked and not watches.asked(scans.settings))
        assert scans.asked[0]["sidecars"] is is_read
    assert watches.every(scans.settings)[scans.volume.id].checked_ms == checked


@on_files
def test_what_a_person_has_confirmed_is_scanned_with_and_then_done(scans: Scans) -> None:
    watches.ask(scans.settings, scans.volume.id, 7)
    scans.until(lambda: len(scans.asked) > 1 and not watches.asked(scans.settings))
    assert [one["confirmed"] for one in scans.asked] == [0, 7]


@on_files
def test_a_wish_like_one_that_was_granted_just_now_is_heard(scans: Scans) -> None:
    """The process read the wishes, the scan granted them, and only then was the follower told."""
    scans.follower.glance(7)
    scans.until(lambda: len(scans.asked) > 1)
    watches.ask(scans.settings, scans.volume.id, 7)
    scans.until(lambda: not watches.asked(scans.settings))
    assert [one["confirmed"] for one in scans.asked] == [0, 0, 7]


@on_files
def test_pages_are_told_how_it_is_watched_and_that_it_no_more_is(scans: Scans) -> None:
    def told() -> watches.Watched:
        return watches.every(scans.settings)[scans.volume.id]

    scans.until(lambda: told().state == "watching")
    assert (told().root, told().missed) == ("online", 0)
    assert told().watched > 0
    scans.follower.stop()
    assert told().state == ""


@on_files
def test_a_follower_that_stops_for_a_removed_volume_leaves_no_row(library: Library) -> None:
    removing.remove(library.settings, library.volume)
    scanning.scan(library.settings, library.volume)  # it was in the midst of one
    removing.forget(library.settings, library.volume.id)
    with index.use(library.settings):
        assert query.by_volume(EVERYTHING) == {}
    assert watches.every(library.settings) == {}


@on_files
def test_an_offline_volume_is_looked_for_again_and_again(
    scans: Scans, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing tells that a marker is back, or that a disk's errors are over."""
    monkeypatch.setattr(watching, "_OFFLINE_SECONDS", 0.1)
    marker = library.root / ".kphotos" / "volume.json"
    kept = marker.read_bytes()
    marker.unlink()
    watches.ask(scans.settings, scans.volume.id)
    scans.until(lambda: watches.every(scans.settings)[scans.volume.id].root == "offline")
    marker.write_bytes(kept)
    scans.until(lambda: watches.every(scans.settings)[scans.volume.id].root == "online")


@on_files
def test_what_a_scan_missed_and_is_put_back_is_looked_for_without_being_asked(
    scans: Scans, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_RETURN_SECONDS", 0.1)
    data = (library.root / "lake.jpg").read_bytes()
    (library.root / "many").mkdir()
    for number in range(60):
        (library.root / f"many/{number}.jpg").write_bytes(data)
    library.scan()
    (library.root / "many").rename(library.root.parent / "away")
    watches.ask(scans.settings, scans.volume.id)
    scans.until(lambda: watches.every(scans.settings)[scans.volume.id].root == "halted")
    (library.root.parent / "away").rename(library.root / "many")
    scans.until(lambda: watches.every(scans.settings)[scans.volume.id].root == "online")


def test_a_scan_of_a_volume_that_is_removed_meanwhile_leaves_off_and_shows_none_of_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, volume = library.settings, library.volume
    told, gone = threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        told.set()
        assert gone.wait(20)

    monkeypatch.setattr(watching.progress, "tell", slow)
    for number in range(450):
        shutil.copy(library.root / "lake.jpg", library.root / f"more-{number}.jpg")
    follower = watching.Follower(settings, volume)
    follower.start()
    assert told.wait(20)
    removing.remove(settings, volume)
    ending = threading.Thread(target=follower.stop)
    ending.start()
    time.sleep(0.2)
    gone.set()
    ending.join()
    with index.use(settings):
        assert query.counts(EVERYTHING)["assets"] == 0
