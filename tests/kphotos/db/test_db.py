"""Transactions and states on SQLite and the real Postgres."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import peewee
import pytest

from kphotos import db
from kphotos.config import Settings
from kphotos.errors import Unavailable
from tests.postgres import PostgresServer, on_files


class Note(peewee.Model):
    """A table for these tests."""

    id = peewee.TextField(primary_key=True)
    number = peewee.BigIntegerField()

    class Meta:
        table_name = "note"


MODELS = (Note,)


def add(settings: Settings, key: str, number: int = 0) -> None:
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        db.run(database, "INSERT INTO note (id, number) VALUES (?, ?)", (key, number))


def keys(settings: Settings) -> list[str]:
    with db.state(settings, "runtime", MODELS) as database:
        return [row[0] for row in db.run(database, "SELECT id FROM note ORDER BY id").fetchall()]


def test_all_of_a_transaction_is_written_or_nothing(both_settings: Settings) -> None:
    add(both_settings, "a")
    with pytest.raises(peewee.IntegrityError):
        add_twice(both_settings, "b")
    assert keys(both_settings) == ["a"]


def add_twice(settings: Settings, key: str) -> None:
    with db.state(settings, "runtime", MODELS) as database, db.writing(database):
        for _ in range(2):
            db.run(database, "INSERT INTO note (id, number) VALUES (?, 0)", (key,))


def test_text_is_ordered_by_bytes_on_both_sides(both_settings: Settings) -> None:
    given = ["b", "B", "a", "Z", "_", "ä", "1", "\U0001f600", "\ufb01", "-a", "aa", "a b"]
    for key in given:
        add(both_settings, key)
    assert keys(both_settings) == sorted(given, key=str.encode)


def test_numbers_keep_all_their_bits(both_settings: Settings) -> None:
    for number in (2**63 - 1, -(2**63), 0):
        add(both_settings, str(number), number)
    with db.state(both_settings, "runtime", MODELS) as database:
        found = db.run(database, "SELECT id, number FROM note").fetchall()
    assert all(str(number) == key for key, number in found)


def test_a_snapshot_sees_one_state_while_others_write(both_settings: Settings) -> None:
    add(both_settings, "a")
    with db.state(both_settings, "runtime", MODELS) as database, db.snapshot(database):
        assert len(db.run(database, "SELECT id FROM note").fetchall()) == 1
        thread = threading.Thread(target=add, args=(both_settings, "b"))
        thread.start()
        thread.join(5)
        assert not thread.is_alive()
        assert len(db.run(database, "SELECT id FROM note").fetchall()) == 1
    assert keys(both_settings) == ["a", "b"]


def test_thirty_two_writers_are_never_told_that_it_is_locked(both_settings: Settings) -> None:
    failures: list[Exception] = []

    def write(worker: int) -> None:
        try:
            for turn in range(4):
                add(both_settings, f"{worker}-{turn}")
        except Exception as error:  # noqa: BLE001 - handed to the test
            failures.append(error)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(keys(both_settings)) == 128


def test_a_large_result_comes_row_by_row(both_settings: Settings) -> None:
    with db.state(both_settings, "runtime", MODELS) as database:
        with db.writing(database):
            rows = [(f"{i:06}", i) for i in range(12_000)]
            db.many(database, "INSERT INTO note (id, number) VALUES (?, ?)", rows)
        with db.snapshot(database):
            assert list(db.stream(database, "SELECT id, number FROM note ORDER BY id")) == rows


def test_one_holder_at_a_time_across_threads_and_processes(both_settings: Settings) -> None:
    seen: list[bool] = []

    def try_it() -> None:
        with db.only_one(both_settings, "thing") as alone:
            seen.append(alone)

    with db.only_one(both_settings, "thing") as alone:
        assert alone
        thread = threading.Thread(target=try_it)
        thread.start()
        thread.join()
        with db.only_one(both_settings, "other") as other:
            assert other
    try_it()
    assert seen == [False, True]


def test_dropped_tables_are_made_again(both_settings: Settings) -> None:
    add(both_settings, "a")
    with db.state(both_settings, "runtime", MODELS) as database:
        db.run(database, "DROP TABLE note")
    with pytest.raises(peewee.DatabaseError):
        keys(both_settings)
    if both_settings.uses_postgres:
        assert keys(both_settings) == []


@on_files
class TestFiles:
    def file(self, settings: Settings) -> Path:
        return settings.storage_path / "runtime.db"

    def test_a_state_that_was_deleted_while_in_use_is_made_again(self, both_settings: Settings) -> None:
        add(both_settings, "a")
        for path in both_settings.storage_path.glob("runtime.db*"):
            path.unlink()
        assert keys(both_settings) == []
        add(both_settings, "b")
        assert keys(both_settings) == ["b"]

    @pytest.mark.parametrize("content", [b"", b"garbage" * 5_000, b"SQLite format 3\0" + bytes(5_000)])
    def test_a_damaged_state_is_set_aside_and_replaced(self, both_settings: Settings, content: bytes) -> None:
        add(both_settings, "a")
        db.forget(str(self.file(both_settings)))
        for path in both_settings.storage_path.glob("runtime.db*"):
            path.unlink()
        self.file(both_settings).write_bytes(content)
        add(both_settings, "b")
        assert keys(both_settings) == ["b"]
        kept = list(both_settings.storage_path.glob("damaged-*-runtime.db"))
        assert [path.read_bytes() for path in kept] == ([content] if content else [])

    def test_damage_that_shows_only_while_rows_are_fetched_is_damage(self, both_settings: Settings) -> None:
        with db.state(both_settings, "runtime", MODELS) as database, db.writing(database):
            rows = [(f"{number:05} {'x' * 200}", number) for number in range(2_000)]
            db.many(database, "INSERT INTO note (id, number) VALUES (?, ?)", rows)
        db.forget(str(self.file(both_settings)))
        with sqlite3.connect(self.file(both_settings)) as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
        whole = self.file(both_settings).read_bytes()
        half = len(whole) // 8192 * 4096
        self.file(both_settings).write_bytes(whole[:half] + b"\xa5" * (len(whole) - half))
        with (
            pytest.raises(Unavailable, match="replaced"),
            db.state(both_settings, "runtime", MODELS) as database,
        ):
            db.run(database, "SELECT * FROM note NOT INDEXED").fetchall()
        assert list(both_settings.storage_path.glob("damaged-*-runtime.db"))
        assert keys(both_settings) == []

    def test_a_newer_state_is_refused_untouched(self, both_settings: Settings) -> None:
        db.create_sqlite(self.file(both_settings), schema=99)
        before = self.file(both_settings).read_bytes()
        with pytest.raises(Unavailable) as caught:
            add(both_settings, "a")
        assert caught.value.code == "newer_schema"
        assert self.file(both_settings).read_bytes() == before

    def test_runtime_outlives_a_power_cut_and_observed_is_quick(self, both_settings: Settings) -> None:
        for name, expected in (("runtime", 2), ("observed", 1)):
            with db.state(both_settings, name, MODELS) as database:  # type: ignore[arg-type]
                assert db.run(database, "PRAGMA synchronous").fetchone()[0] == expected
                assert db.run(database, "PRAGMA journal_mode").fetchone()[0] == "wal"

    def test_files_are_ours_alone(self, both_settings: Settings) -> None:
        before = os.umask(0)
        try:
            add(both_settings, "a")
        finally:
            os.umask(before)
        modes = {
            path.name: path.stat().st_mode & 0o777 for path in both_settings.storage_path.glob("runtime.db*")
        }
        assert set(modes.values()) == {0o600}

    def test_who_is_kept_waiting_too_long_is_told_to_come_back(
        self, both_settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(db.connections, "BUSY_SECONDS", 0.05)
        add(both_settings, "a")
        other = sqlite3.connect(self.file(both_settings), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            add(both_settings, "b")
        other.execute("ROLLBACK")
        other.close()
        add(both_settings, "b")
        assert keys(both_settings) == ["a", "b"]

    def test_a_full_disk_is_said_and_reading_goes_on(self, both_settings: Settings) -> None:
        add(both_settings, "a")
        with pytest.raises(Unavailable, match="full"):
            self.add_without_room(both_settings)
        assert keys(both_settings) == ["a"]
        add(both_settings, "b")

    def add_without_room(self, settings: Settings) -> None:
        with db.state(settings, "runtime", MODELS) as database:
            pages = db.run(database, "PRAGMA page_count").fetchone()[0]
            db.run(database, f"PRAGMA max_page_count = {pages}").fetchall()
            with db.writing(database):
                rows = ((f"{i}" + "x" * 2_000, 0) for i in range(100))
                db.many(database, "INSERT INTO note (id, number) VALUES (?, ?)", rows)

    def test_opening_makes_no_file(self, both_settings: Settings, tmp_path: Path) -> None:
        with (
            pytest.raises(peewee.OperationalError),
            db.checkout(db.sqlite(tmp_path / "x.db", synchronous="FULL")),
        ):
            pass
        assert not (tmp_path / "x.db").exists()

    def test_a_forked_child_and_its_parent_both_go_on_writing(self, both_settings: Settings) -> None:
        add(both_settings, "parent-1")
        child = multiprocessing.get_context("fork").Process(target=add, args=(both_settings, "child"))
        child.start()
        child.join(20)
        assert child.exitcode == 0
        add(both_settings, "parent-2")
        db.forget(str(self.file(both_settings)))
        assert keys(both_settings) == ["child", "parent-1", "parent-2"]

    def test_an_acknowledged_row_survives_kill_9(self, both_settings: Settings) -> None:
        program = (
            "import sys, os, pathlib\n"
            "from kphotos import config\n"
            "from tests.kphotos.db.test_db import add\n"
            "settings = config.from_env({}, storage_path=pathlib.Path(sys.argv[1]), dotenv=None)\n"
            "for i in range(10_000):\n"
            "    add(settings, f'{i:05}')\n"
            "    print(i, flush=True)\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(both_settings.storage_path)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )
        assert process.stdout is not None
        last = -1
        while last < 20:
            last = int(process.stdout.readline())
        process.kill()
        rest = process.stdout.read().split()
        process.wait()
        process.stdout.close()
        told = int(rest[-1]) if rest else last
        assert len(keys(both_settings)) >= told + 1


@pytest.mark.postgres
def test_a_database_that_cannot_be_reached_is_said(tmp_path: Path) -> None:
    database = db.postgres(f"postgresql://nobody@/x?host={tmp_path}", "kphotos")
    with pytest.raises(Unavailable, match="cannot be reached"), db.checkout(database):
        pass
    db.forget("postgresql://nobody")


@pytest.mark.postgres
def test_after_postgres_was_killed_and_came_back_work_goes_on() -> None:
    home = Path("/tmp") / f"kpg2-{os.getpid()}"
    home.mkdir()
    server = PostgresServer(home)
    try:
        server.start()
        database = db.postgres(server.create_database(), "public")
        with pytest.raises(Unavailable):
            ask_while_it_dies(database, server)
        with pytest.raises(Unavailable), db.checkout(database):
            pass
        server.boot()
        with db.checkout(database):
            assert db.run(database, "SELECT 2").fetchone() == (2,)
    finally:
        server.stop()
        server.remove()
        db.forget("postgresql://postgres@/t")


def ask_while_it_dies(database: peewee.Database, server: PostgresServer) -> None:
    with db.checkout(database):
        assert db.run(database, "SELECT 1").fetchone() == (1,)
        server.kill()
        # The server's children notice the death of their parent a moment later.
        for _ in range(200):
            db.run(database, "SELECT 1")
            time.sleep(0.05)
