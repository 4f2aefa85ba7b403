"""An index that is deleted, damaged, replaced or rebuilt while others use it."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

import peewee
import pytest

from kphotos import db, index
from kphotos.config import Settings
from kphotos.errors import IndexMissing, Unavailable
from kphotos.index import generation, projection, query, store
from kphotos.index.rows import AssetRow, Change, Gone
from kphotos.index.scope import EVERYTHING
from kphotos.index.tables import SCHEMA, Asset
from kphotos.runtime import rebuilds
from tests.kphotos.index.rows import VOLUME, photo
from tests.postgres import on_files


def titles(settings: Settings) -> dict[str, str | None]:
    with index.use(settings):
        return dict(db.rows(Asset.select(Asset.path, Asset.title)))


def only_database(settings: Settings) -> Path:
    (found,) = settings.index_folder.glob("g*.db")
    return found


class TestPointer:
    def test_without_an_index_there_is_a_reason(self, settings: Settings) -> None:
        with pytest.raises(IndexMissing, match="none yet"), index.use(settings):
            pass

    def test_looking_for_an_index_makes_none(self, settings: Settings) -> None:
        with pytest.raises(IndexMissing):
            index.current(settings)
        assert not settings.index_folder.exists() or settings.uses_postgres

    def test_names_of_generations_are_never_used_twice_and_sort_by_age(self) -> None:
        found = [store.new_name() for _ in range(500)]
        assert len(set(found)) == 500
        assert all(store.NAME.fullmatch(name) for name in found)
        assert [name[:10] for name in found] == sorted(name[:10] for name in found)

    def test_a_swap_is_seen_at_the_next_checkout(self, ready: Settings) -> None:
        projection.project(ready, [photo("old")])
        other = generation.create(ready)
        with index.opened(ready, other):
            projection.put([photo("new")])
        assert titles(ready) == {"old.jpg": None}
        generation.swap(ready, other)
        assert titles(ready) == {"new.jpg": None}

    def test_a_reader_finishes_in_the_generation_it_began_with(self, ready: Settings) -> None:
        projection.project(ready, [photo("old")])
        with index.use(ready) as held:
            generation.swap(ready, generation.create(ready))
            assert Asset.select().count() == 1
            assert not generation.is_current(held)
        assert titles(ready) == {}

    def test_only_the_read_and_the_one_before_are_kept(self, ready: Settings) -> None:
        for _ in range(4):
            generation.swap(ready, generation.create(ready))
        names = store.of(ready).names()
        assert len(names) == 2
        assert index.current(ready) == names[-1]

    def test_two_generations_are_open_at_once_in_two_threads(self, ready: Settings) -> None:
        other = generation.create(ready)
        inside, done = threading.Event(), threading.Event()
        counts: list[int] = []

        def fill() -> None:
            with index.opened(ready, other):
                projection.put([photo("a"), photo("b")])
                inside.set()
                done.wait(5)
                counts.append(Asset.select().count())

        thread = threading.Thread(target=fill)
        thread.start()
        assert inside.wait(5)
        assert titles(ready) == {}
        done.set()
        thread.join()
        assert counts == [2]

    def test_nothing_is_bound_outside_of_a_checkout(self, ready: Settings) -> None:
        with index.use(ready):
            pass
        with pytest.raises(RuntimeError, match="no index is checked out"):
            index.bound()
        with pytest.raises((AttributeError, peewee.InterfaceError)):
            Asset.select().count()

    def test_a_newer_schema_is_refused_and_left_alone(self, ready: Settings) -> None:
        if ready.uses_postgres:
            with db.checkout(store.Schemas(ready.database_url)._control) as control:
                db.run(control, "UPDATE kphotos.pointer SET schema = 99")
        else:
            pointer = ready.index_folder / "current"
            pointer.write_text(pointer.read_text().split()[0] + " 99\n")
        before = store.of(ready).names()
        with pytest.raises(IndexMissing, match="99"), index.use(ready):
            pass
        assert store.of(ready).names() == before


class TestDeletedOrDamaged:
    def test_a_deleted_index_is_noticed(self, ready: Settings) -> None:
        with index.use(ready):
            pass
        if ready.uses_postgres:
            store.of(ready).drop(index.current(ready))
        else:
            for path in ready.index_folder.iterdir():
                path.unlink()
            ready.index_folder.rmdir()
        with pytest.raises(IndexMissing), index.use(ready):
            pass

    def test_an_index_deleted_inside_a_checkout_costs_that_checkout_at_most(self, ready: Settings) -> None:
        with index.use(ready):
            store.of(ready).drop(index.current(ready))
        with pytest.raises(IndexMissing), index.use(ready):
            pass

    @on_files
    def test_a_deleted_database_file_is_not_made_again_empty(self, ready: Settings) -> None:
        path = only_database(ready)
        for each in path.parent.glob("g*"):
            each.unlink()
        with pytest.raises(IndexMissing, match="gone"), index.use(ready):
            pass
        assert not path.exists()

    @on_files
    @pytest.mark.parametrize(
        "content", [b"", b"x", b"no such generation\n", b"g00000000000000000\n", b"\xff\xfe"]
    )
    def test_a_damaged_pointer_is_a_missing_index(self, ready: Settings, content: bytes) -> None:
        ready.index_folder.joinpath("current").write_bytes(content)
        with pytest.raises(IndexMissing), index.use(ready):
            pass

    @on_files
    @pytest.mark.parametrize("damage", ["empty", "text", "cut in half", "cut to a page", "a flipped page"])
    def test_a_damaged_index_is_set_aside_and_said(self, ready: Settings, damage: str) -> None:
        path = only_database(ready)
        projection.project(
            ready, [photo(f"p{i}", "2021-06-01", fields={"title": "x" * 300}) for i in range(400)]
        )
        with index.use(ready) as held:
            generation.settle(held.database)
        db.forget(str(path))
        whole = path.read_bytes()
        path.write_bytes(
            {
                "empty": b"",
                "text": b"hello" * 1000,
                "cut in half": whole[: len(whole) // 8192 * 4096],
                "cut to a page": whole[:4096],
                "a flipped page": whole[:4096] + bytes(8192) + whole[12288:],
            }[damage]
        )
        with pytest.raises(IndexMissing, match="set aside"):
            self.read_everything(ready)
        assert not path.exists()
        assert path.with_name(f"damaged-{path.name}").exists()
        with pytest.raises(IndexMissing), index.use(ready):
            pass

    def read_everything(self, settings: Settings) -> None:
        with index.use(settings) as held:
            db.rows(Asset.select())
            for table in ("asset ORDER BY path", "meta"):
                db.run(held.database, f"SELECT * FROM {table}").fetchall()

    def test_a_whole_index_is_never_set_aside_while_many_write(self, ready: Settings) -> None:
        failures: list[Exception] = []

        def write(worker: int) -> None:
            try:
                for i in range(15):
                    projection.project(ready, [photo(f"w{worker}-{i}-{k}", "2021-06-01") for k in range(20)])
            except Exception as error:  # noqa: BLE001 - handed to the test
                failures.append(error)

        threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            with index.use(ready):
                Asset.select().count()
        assert failures == []
        assert len(titles(ready)) == 4 * 15 * 20

    def test_other_errors_are_not_taken_for_damage(self, ready: Settings) -> None:
        with pytest.raises(peewee.DatabaseError), index.use(ready) as held:
            db.run(held.database, "SELECT nonsense FROM asset")
        assert titles(ready) == {}


class TestRebuild:
    """The rebuild reads `disk`, a dictionary that the test's people edit meanwhile."""

    def replay(self, disk: dict[str, str]) -> object:
        def again(places: list[rebuilds.Place]) -> None:
            projection.apply([self.row(disk, path) for _, path in places])

        return again

    def row(self, disk: dict[str, str], path: str) -> Change:
        if path not in disk:
            return Gone(VOLUME, path)
        return photo(path.removesuffix(".jpg"), fields={"title": disk[path]})

    def edit(self, settings: Settings, disk: dict[str, str], path: str, title: str | None) -> None:
        if title is None:
            del disk[path]
        else:
            disk[path] = title
        projection.project(settings, [self.row(disk, path)])

    def fill(self, settings: Settings, name: str, disk: dict[str, str]) -> None:
        with index.opened(settings, name):
            projection.put([row for path in disk if isinstance(row := self.row(disk, path), AssetRow)])

    def test_an_edit_during_a_rebuild_is_not_lost(self, ready: Settings) -> None:
        disk = {"a.jpg": "old", "b.jpg": "old", "c.jpg": "old"}
        with generation.rebuilding(ready) as name:
            self.fill(ready, name, disk)
            self.edit(ready, disk, "a.jpg", "new")
            self.edit(ready, disk, "b.jpg", None)
            self.edit(ready, disk, "d.jpg", "added")
            assert titles(ready) == {"a.jpg": "new", "d.jpg": "added"}
            generation.finish(ready, name, self.replay(disk))  # type: ignore[arg-type]
        assert titles(ready) == {"a.jpg": "new", "c.jpg": "old", "d.jpg": "added"}
        assert rebuilds.running(ready) is None

    def test_without_the_dirty_list_that_edit_would_be_lost(self, ready: Settings) -> None:
        """The planted failure: a rebuild that swaps without replaying."""
        disk = {"a.jpg": "old"}
        with generation.rebuilding(ready) as name:
            self.fill(ready, name, disk)
            self.edit(ready, disk, "a.jpg", "new")
            rebuilds.drain(ready)
            generation.finish(ready, name, self.replay(disk))  # type: ignore[arg-type]
        assert titles(ready) == {"a.jpg": "old"}

    def test_an_edit_between_the_last_replay_and_the_swap_is_not_lost(
        self, ready: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        disk = {"a.jpg": "old"}
        swap = generation.swap

        def late(settings: Settings, name: str) -> None:
            self.edit_elsewhere(settings, disk, "a.jpg", "late")
            swap(settings, name)

        monkeypatch.setattr(generation, "swap", late)
        with generation.rebuilding(ready) as name:
            self.fill(ready, name, disk)
            generation.finish(ready, name, self.replay(disk))  # type: ignore[arg-type]
        assert titles(ready) == {"a.jpg": "late"}

    def edit_elsewhere(self, settings: Settings, disk: dict[str, str], path: str, title: str) -> None:
        thread = threading.Thread(target=self.edit, args=(settings, disk, path, title))
        thread.start()
        thread.join()

    def test_an_edit_that_commits_just_after_the_swap_is_not_lost(
        self, ready: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        disk = {"a.jpg": "old"}
        commit = projection._commit
        with generation.rebuilding(ready) as name:
            self.fill(ready, name, disk)

            def slow(database: peewee.Database, batch: list[Change]) -> None:
                # Between looking at the pointer and committing, the whole rebuild comes to its end.
                monkeypatch.setattr(projection, "_commit", commit)
                thread = threading.Thread(
                    target=generation.finish, args=(ready, name, self.replay({"a.jpg": "old"}))
                )
                thread.start()
                thread.join()
                commit(database, batch)

            monkeypatch.setattr(projection, "_commit", slow)
            self.edit(ready, disk, "a.jpg", "new")
        assert titles(ready) == {"a.jpg": "new"}

    def test_edits_and_a_rebuild_without_an_index_end_in_the_same_library(self, settings: Settings) -> None:
        disk = {"a.jpg": "old"}
        with pytest.raises(IndexMissing):
            self.edit(settings, disk, "a.jpg", "first")
        with generation.rebuilding(settings) as name:
            self.fill(settings, name, disk)
            self.edit(settings, disk, "a.jpg", "second")
            generation.finish(settings, name, self.replay(disk))  # type: ignore[arg-type]
        assert titles(settings) == {"a.jpg": "second"}

    def test_many_edit_while_rebuilds_follow_each_other(self, ready: Settings) -> None:
        disk = {f"p{i}.jpg": "0" for i in range(12)}
        lock, stop = threading.Lock(), threading.Event()

        def edit(worker: int) -> None:
            for turn in range(12):
                path = f"p{(turn * 5 + worker) % 12}.jpg"
                with lock:  # the lock of the sidecar group: disk and index change together
                    self.edit(ready, disk, path, f"{worker}-{turn}")

        def replay(places: list[rebuilds.Place]) -> None:
            with lock:
                projection.apply([self.row(disk, path) for _, path in places])

        projection.project(ready, [self.row(disk, path) for path in disk])
        threads = [threading.Thread(target=edit, args=(worker,)) for worker in range(2)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads) or not stop.is_set():
            stop.set()
            with generation.rebuilding(ready) as name:
                self.fill(ready, name, dict(disk))
                generation.finish(ready, name, replay)
        for thread in threads:
            thread.join()
        assert titles(ready) == disk

    def test_a_failed_rebuild_leaves_the_index_as_it_was(self, ready: Settings) -> None:
        projection.project(ready, [photo("a")])
        before = store.of(ready).names()
        with pytest.raises(ZeroDivisionError):
            self.fail_half_way(ready)
        assert store.of(ready).names() == before
        assert titles(ready) == {"a.jpg": None}
        assert rebuilds.running(ready) is None

    def fail_half_way(self, settings: Settings) -> None:
        with generation.rebuilding(settings) as name:
            self.fill(settings, name, {"b.jpg": "x"})
            raise ZeroDivisionError

    def test_one_rebuild_runs_at_a_time(self, ready: Settings) -> None:
        refused: list[str] = []

        def second() -> None:
            try:
                with generation.rebuilding(ready):
                    pass
            except Unavailable as error:
                refused.append(error.code)

        with generation.rebuilding(ready):
            thread = threading.Thread(target=second)
            thread.start()
            thread.join()
        assert refused == ["rebuilding"]
        with generation.rebuilding(ready):
            pass

    def test_what_a_killed_rebuild_left_does_no_harm(self, ready: Settings) -> None:
        rebuilds.begin(ready, generation.create(ready))
        projection.project(ready, [photo("a")])
        assert titles(ready) == {"a.jpg": None}
        disk = {"a.jpg": "x"}
        with generation.rebuilding(ready) as name:
            assert rebuilds.drain(ready) == []
            self.fill(ready, name, disk)
            generation.finish(ready, name, self.replay(disk))  # type: ignore[arg-type]
        assert titles(ready) == disk
        assert len(store.of(ready).names()) == 2


@on_files
def test_the_pointer_is_replaced_in_one_step(ready: Settings) -> None:
    """Readers see the old or the new pointer at every moment, and the folder holds no half-written one."""
    folder = ready.index_folder
    stop, seen = threading.Event(), set()

    def read() -> None:
        while not stop.is_set():
            seen.add(index.current(ready))

    thread = threading.Thread(target=read)
    thread.start()
    made = {index.current(ready)}
    for _ in range(20):
        name = generation.create(ready)
        generation.swap(ready, name)
        made.add(name)
    stop.set()
    thread.join()
    assert seen <= made
    assert [name for name in os.listdir(folder) if name.startswith(".")] == []


def test_the_index_is_opened_as_it_should_be(bound: index.Index) -> None:
    if not isinstance(bound.database, db.SqliteFile):
        path = db.run(bound.database, "SHOW search_path").fetchone()[0]
        assert path == f"kphotos_{bound.generation}"
        return
    expected = {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "user_version": SCHEMA,
    }
    for pragma, value in expected.items():
        assert db.run(bound.database, f"PRAGMA {pragma}").fetchone()[0] == value
    connection = bound.database.connection()
    assert connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) == 16 * 2**20
    assert query.counts(EVERYTHING)["assets"] == 0
