"""I2: the index made again from disk equals the one that was alive, edits meanwhile included."""

from __future__ import annotations

import gc
import os
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from kphotos import db, errors, index, records
from kphotos.config import Settings
from kphotos.identity import accounts
from kphotos.index import digest, generation, projection, query, store
from kphotos.index.rows import ProblemRow
from kphotos.index.scope import EVERYTHING
from kphotos.sidecar import rebuild, verify, watching
from sync.core.model import Change
from tests.kphotos.sidecar.conftest import Library


def _digest(library: Library) -> dict[str, str]:
    with index.use(library.settings):
        return dict(digest.digest())


def test_a_rebuilt_index_equals_the_live_one(library: Library) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"), Change("favourites", "add", ["alice"]))
    library.edit("Trip/sea.jpg", Change("tags", "add", ["Places/Sea"]), Change("people", "add", ["Ana"]))
    accounts.add_first(library.settings, "Alice", "a long enough passphrase")
    records.save(library.settings, "favourites", "bob", {"assets": [library.view("lake.jpg").id, "0" * 32]})
    before = _digest(library)
    made = rebuild.rebuild(library.settings)
    assert made.assets == 2
    assert _digest(library) == before


def test_a_value_altered_in_the_live_index_is_told_by_the_digest(library: Library) -> None:
    """The planted failure: without it the equality above could hold for an empty digest."""
    before = _digest(library)
    with index.use(library.settings) as bound, db.writing(bound.database):
        db.run(bound.database, "UPDATE asset SET title = 'planted' WHERE path = 'lake.jpg'")
    assert _digest(library) != before
    rebuild.rebuild(library.settings)
    assert _digest(library) == before


def test_python_collects_rarely_while_it_is_filled_and_as_before_afterwards(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, meanwhile = gc.get_threshold(), []

    def fill(*_: object) -> None:
        meanwhile.append(gc.get_threshold())
        raise OSError("the disk is gone")

    monkeypatch.setattr(rebuild, "fill", fill)
    with pytest.raises(OSError, match="gone"):
        rebuild.rebuild(library.settings)
    assert meanwhile[0] > before
    assert gc.get_threshold() == before


def test_an_edit_during_a_rebuild_is_in_the_new_index(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, edited = threading.Event(), threading.Event()
    genuine = projection.apply

    def slow(changes: object) -> int:
        count = genuine(changes)  # type: ignore[arg-type]
        reading.set()
        edited.wait(10)
        return count

    monkeypatch.setattr(projection, "apply", slow)
    thread = threading.Thread(target=rebuild.rebuild, args=(library.settings,))
    thread.start()
    assert reading.wait(10)
    library.edit("lake.jpg", Change("title", "set", "Meanwhile"))
    before = generation.current(library.settings)
    edited.set()
    thread.join(30)
    assert generation.current(library.settings) != before
    assert library.value("lake.jpg", "title") == "Meanwhile"


def test_an_index_deleted_while_running_is_noticed_and_made_again(library: Library) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    kept = store.of(library.settings)
    kept.drop(generation.current(library.settings))
    with pytest.raises(errors.IndexMissing):
        library.view("lake.jpg")
    library.edit("Trip/sea.jpg", Change("title", "set", "Edited without an index"))
    watching.ensure_index(library.settings)
    assert library.value("lake.jpg", "title") == "Lake"
    assert library.value("Trip/sea.jpg", "title") == "Edited without an index"


def test_an_offline_volume_keeps_its_rows_through_a_rebuild(library: Library) -> None:
    library.edit("lake.jpg", Change("tags", "add", ["kept"]))
    library.root.rename(library.root.with_name("unplugged"))
    made = rebuild.rebuild(library.settings)
    assert made.carried == [library.volume.name]
    assert library.value("lake.jpg", "tags") == ["kept"]


def test_without_any_older_index_an_offline_volume_is_said_to_be_lost_from_view(library: Library) -> None:
    library.root.rename(library.root.with_name("unplugged"))
    store.of(library.settings).drop(generation.current(library.settings))
    assert rebuild.rebuild(library.settings).lost == [library.volume.name]


def test_two_rebuilds_at_once_are_one(library: Library) -> None:
    with db.only_one(library.settings, "rebuild"), ThreadPoolExecutor(1) as other:
        refused = other.submit(rebuild.rebuild, library.settings).exception(10)
    assert isinstance(refused, errors.Unavailable)
    assert refused.code == "rebuilding"


def test_observations_may_be_deleted_too(library: Library) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    before = _digest(library)
    if library.settings.uses_postgres:
        database = db.postgres(library.settings.database_url, "kphotos")
        with db.checkout(database):
            db.run(database, "DROP SCHEMA kphotos_observed CASCADE")
    else:
        for path in library.settings.storage_path.glob("observed.db*"):
            path.unlink()
    db.forget()
    shutil.rmtree(library.settings.storage_path / "locks")
    rebuild.rebuild(library.settings)
    assert _digest(library) == before


def _problems(library: Library) -> dict[str, str]:
    with index.use(library.settings):
        return {row.path: row.kind for row in query.problems(EVERYTHING)}


def _meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let something happen when a rebuild has read everything and has not ended yet."""
    genuine = rebuild.fill

    def fill(settings: Settings, done: rebuild.Rebuilt, progress: object = None) -> None:
        genuine(settings, done, None)
        act()

    monkeypatch.setattr(rebuild, "fill", fill)


def test_problems_told_during_a_rebuild_are_in_the_new_index(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(library.root / "pipe.jpg")
    (library.root / "lake.jpg.xmp").write_bytes(b"<x:xmpmeta")
    os.mkfifo(library.root / "gone.jpg")

    def scan() -> None:
        library.scan()
        (library.root / "gone.jpg").unlink()
        library.scan()

    _meanwhile(monkeypatch, scan)
    rebuild.rebuild(library.settings)
    assert _problems(library) == {"pipe.jpg": "special-file", "lake.jpg.xmp": "unreadable"}


def test_a_disk_unplugged_during_a_rebuild_takes_no_photo_along(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edit_and_unplug() -> None:
        library.edit("lake.jpg", Change("title", "set", "Lake"))
        library.root.rename(library.root.with_name("unplugged"))

    _meanwhile(monkeypatch, edit_and_unplug)
    rebuild.rebuild(library.settings)
    assert library.view("lake.jpg").name == "lake.jpg"
    assert _problems(library) == {"": "offline"}


def test_what_the_watcher_tells_of_a_volume_outlasts_a_rebuild(library: Library) -> None:
    late = ProblemRow(library.volume.id, "", "watch", "Changes may be noticed late.", "Nothing is missed.")
    projection.project(library.settings, [late])
    assert verify.verify(library.settings).differences == []
    rebuild.rebuild(library.settings)
    assert _problems(library) == {"": "watch"}


def test_what_the_watcher_tells_during_a_rebuild_is_told_to_the_new_index(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = watching.Follower(library.settings, library.volume)
    monkeypatch.setattr(follower._watch, "health", lambda: {"state": "polling", "reason": "it is a share"})
    _meanwhile(monkeypatch, follower.tell_health)
    rebuild.rebuild(library.settings)
    follower.tell_health()
    assert _problems(library) == {"": "watch"}
