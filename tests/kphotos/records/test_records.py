"""Records: durable files first, with a revision, never overwritten when damaged, projected then."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from kphotos import db, index, records
from kphotos.config import Settings
from kphotos.errors import Conflict, Invalid, NotFound, Unavailable
from kphotos.index import generation, projection, query
from kphotos.index.digest import digest
from kphotos.index.rows import ProblemRow
from kphotos.index.scope import EVERYTHING
from kphotos.index.tables import Record
from kphotos.records import audit, files

ALICE = {"name": "Alice", "role": "admin"}


@pytest.fixture
def settings(both_settings: Settings) -> Settings:
    """An empty home with an index."""
    generation.swap(both_settings, generation.create(both_settings))
    return both_settings


def file_of(settings: Settings, record_id: str) -> Path:
    return settings.storage_path / "records" / "users" / f"{record_id}.json"


def projected() -> dict[tuple[str, str], Any]:
    """Every record that the bound index has."""
    found = db.rows(Record.select(Record.kind, Record.id, Record.data))
    return {(kind, key): json.loads(data) for kind, key, data in found}


def problems(settings: Settings) -> list[ProblemRow]:
    with index.use(settings):
        return query.problems(EVERYTHING)


def test_a_saved_record_is_on_disk_and_in_the_index(settings: Settings) -> None:
    saved = records.save(settings, "users", "u1", ALICE, expect=0)
    assert (saved.revision, dict(saved.data)) == (1, ALICE)
    assert records.load(settings, "users", "u1") == saved
    assert records.every(settings, "users") == [saved]
    with index.use(settings):
        assert projected() == {("users", "u1"): ALICE}


def test_the_file_has_one_form_that_a_person_can_read(settings: Settings) -> None:
    records.save(settings, "users", "u1", {"name": "Älice", "b": [1], "a": None})
    assert file_of(settings, "u1").read_text(encoding="utf-8") == (
        '{\n  "data": {\n    "a": null,\n    "b": [\n      1\n    ],\n    "name": "Älice"\n  },\n'
        '  "id": "u1",\n  "kind": "users",\n  "kphotos": 1,\n  "revision": 1\n}\n'
    )
    assert stat.S_IMODE(file_of(settings, "u1").stat().st_mode) == 0o600


def test_members_that_we_do_not_know_are_kept(settings: Settings) -> None:
    records.save(settings, "users", "u1", ALICE)
    told = json.loads(file_of(settings, "u1").read_text())
    file_of(settings, "u1").write_text(json.dumps(told | {"note": "by hand"}))
    records.save(settings, "users", "u1", {"name": "A"})
    assert json.loads(file_of(settings, "u1").read_text())["note"] == "by hand"


def test_who_has_not_read_the_latest_revision_writes_nothing(settings: Settings) -> None:
    first = records.save(settings, "users", "u1", ALICE)
    records.save(settings, "users", "u1", {"name": "A"}, expect=first.revision)
    for expect in (0, 1, 3):
        with pytest.raises(Conflict):
            records.save(settings, "users", "u1", {"name": "B"}, expect=expect)
        with pytest.raises(Conflict):
            records.remove(settings, "users", "u1", expect=expect)
    assert records.every(settings, "users")[0].data == {"name": "A"}


def test_of_two_who_write_at_once_one_wins(settings: Settings) -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(6)

    def write(name: str) -> None:
        barrier.wait()
        try:
            records.save(settings, "users", "u1", {"name": name}, expect=0)
        except Conflict:
            outcomes.append("conflict")
        else:
            outcomes.append("saved")

    threads = [threading.Thread(target=write, args=(f"n{i}",)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 5 + ["saved"]


def test_a_removed_record_is_gone_from_disk_and_index(settings: Settings) -> None:
    records.save(settings, "users", "u1", ALICE)
    records.remove(settings, "users", "u1")
    assert records.load(settings, "users", "u1") is None
    assert not file_of(settings, "u1").exists()
    with index.use(settings):
        assert projected() == {}
    with pytest.raises(NotFound):
        records.remove(settings, "users", "u1")


@pytest.mark.parametrize("record_id", ["", "..", "a/b", "../x", "a.b", "ä", "x" * 65, "-a", "a\n", ".hidden"])
def test_an_id_that_is_no_plain_name_is_refused(settings: Settings, record_id: str) -> None:
    with pytest.raises(Invalid):
        records.save(settings, "users", record_id, ALICE)
    with pytest.raises(Invalid):
        records.load(settings, "users", record_id)


@pytest.mark.parametrize(
    "data", [{"a": {1}}, {"a": float("nan")}, {"a": b"x"}, {"a": "x" * 9_000_000}, {"a": "\udcff"}]
)
def test_data_that_is_no_json_is_refused_and_nothing_written(
    settings: Settings, data: dict[str, object]
) -> None:
    records.save(settings, "users", "u1", ALICE)
    with pytest.raises(Invalid):
        records.save(settings, "users", "u1", data)
    assert records.every(settings, "users")[0].data == ALICE
    assert os.listdir(file_of(settings, "u1").parent) == ["u1.json"]


DAMAGED = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"{}",
    b"\xff\xfe",
    b'{"kphotos": 1, "kind": "users", "id": "u1", "revision": 0, "data": {}}',
    b'{"kphotos": 1, "kind": "users", "id": "u2", "revision": 1, "data": {}}',
    b'{"kphotos": 1, "kind": "groups", "id": "u1", "revision": 1, "data": {}}',
    b'{"kphotos": 2, "kind": "users", "id": "u1", "revision": 1, "data": {}}',
    b'{"kphotos": 1, "kind": "users", "id": "u1", "revision": 1, "data": {"a": NaN}}',
    b'{"kphotos": 1, "kind": "users", "id": "u1", "revision": 1, "data": []}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_record_is_shown_skipped_and_never_overwritten(settings: Settings, content: bytes) -> None:
    records.save(settings, "users", "fine", ALICE)
    file_of(settings, "u1").write_bytes(content)
    assert [record.id for record in records.every(settings, "users")] == ["fine"]
    for attempt in (
        lambda: records.load(settings, "users", "u1"),
        lambda: records.save(settings, "users", "u1", ALICE),
        lambda: records.remove(settings, "users", "u1"),
    ):
        with pytest.raises(Unavailable):
            attempt()
    assert file_of(settings, "u1").read_bytes() == content
    projection.project(settings, records.changes(settings))
    (problem,) = problems(settings)
    assert (problem.volume, problem.path, problem.kind) == ("", "records/users/u1.json", "unreadable")
    assert problem.reason.endswith(".")


def test_a_first_setup_is_not_offered_because_of_a_damaged_account(settings: Settings) -> None:
    assert records.is_empty(settings, "users")
    file_of(settings, "u1").parent.mkdir(parents=True)
    assert records.is_empty(settings, "users")
    file_of(settings, "u1").write_bytes(b"")
    assert not records.is_empty(settings, "users")


def test_a_copy_that_a_sync_tool_left_is_shown_and_not_used(settings: Settings) -> None:
    records.save(settings, "users", "u1", ALICE)
    copy = file_of(settings, "u1.sync-conflict-20260101-120000-ABCDEFG")
    copy.write_bytes(file_of(settings, "u1").read_bytes())
    assert len(records.every(settings, "users")) == 1
    projection.project(settings, records.changes(settings))
    assert [problem.kind for problem in problems(settings)] == ["foreign"]


def test_a_mended_record_is_no_problem_any_more(settings: Settings) -> None:
    records.save(settings, "users", "u1", ALICE)
    whole = file_of(settings, "u1").read_bytes()
    file_of(settings, "u1").write_bytes(b"{")
    projection.project(settings, records.changes_at(settings, "records/users/u1.json"))
    assert len(problems(settings)) == 1
    file_of(settings, "u1").write_bytes(whole)
    projection.project(settings, records.changes_at(settings, "records/users/u1.json"))
    assert problems(settings) == []
    file_of(settings, "u1").unlink()
    projection.project(settings, records.changes_at(settings, "records/users/u1.json"))
    with index.use(settings):
        assert projected() == {}


def test_an_index_made_from_the_files_is_equal(settings: Settings) -> None:
    for number in range(5):
        records.save(settings, "users", f"u{number}", {"name": f"N{number}", "role": "member"})
        records.save(
            settings, "volumes", f"v{number}", {"name": "V", "root": "/x", "writable": number % 2 == 0}
        )
    records.remove(settings, "users", "u2")
    with index.use(settings):
        live = digest()
    other = generation.create(settings)
    with index.opened(settings, other):
        projection.apply(records.changes(settings))
        assert digest() == live


def test_files_that_changed_while_nobody_ran_are_caught_up_with(settings: Settings) -> None:
    for name in ("kept", "deleted", "damaged", "edited"):
        records.save(settings, "users", name, {"name": name, "role": "member"})
    file_of(settings, "deleted").unlink()
    file_of(settings, "damaged").write_bytes(b"{")
    edited = file_of(settings, "edited")
    edited.write_text(edited.read_text().replace('"name": "edited"', '"name": "Zoe"'))
    records.catch_up(settings)
    with index.use(settings):
        live = digest()
        assert {key: data["name"] for (_, key), data in projected().items()} == {
            "edited": "Zoe",
            "kept": "kept",
        }
    other = generation.create(settings)
    with index.opened(settings, other):
        projection.apply(records.changes(settings))
        assert digest() == live


def test_without_an_index_a_record_is_saved_all_the_same(both_settings: Settings) -> None:
    records.save(both_settings, "users", "u1", ALICE)
    assert records.load(both_settings, "users", "u1") is not None


def test_a_record_saved_during_a_rebuild_is_replayed(settings: Settings) -> None:
    with generation.rebuilding(settings) as name:
        records.save(settings, "users", "late", ALICE)

        def replay(places: list[tuple[str, str]]) -> None:
            projection.apply(change for _, place in places for change in records.changes_at(settings, place))

        generation.finish(settings, name, replay)
    with index.use(settings):
        assert projected() == {("users", "late"): ALICE}


def test_writing_fsyncs_the_file_renames_and_fsyncs_the_folder(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.save(settings, "users", "u1", ALICE)
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def spy_fsync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def spy_replace(path: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", spy_fsync)
    monkeypatch.setattr(Path, "replace", spy_replace)
    files.write(file_of(settings, "u1"), b"x")
    assert steps == ["file", "rename", "folder"]


def test_a_disk_that_refuses_leaves_the_old_record_and_no_temp(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.save(settings, "users", "u1", ALICE)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        records.save(settings, "users", "u1", {"name": "B"})
    monkeypatch.undo()
    assert records.every(settings, "users")[0].data == ALICE
    assert os.listdir(file_of(settings, "u1").parent) == ["u1.json"]


def test_an_acknowledged_record_survives_kill_9(both_settings: Settings) -> None:
    program = (
        "import sys, pathlib\n"
        "from kphotos import config, records\n"
        "settings = config.from_env({}, storage_path=pathlib.Path(sys.argv[1]), dotenv=None)\n"
        "for i in range(10_000):\n"
        "    records.save(settings, 'users', 'u1', {'n': i})\n"
        "    print(i, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(both_settings.storage_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    while int(process.stdout.readline()) < 15:
        pass
    process.kill()
    rest = process.stdout.read().split()
    process.wait()
    process.stdout.close()
    found = records.load(both_settings, "users", "u1")
    assert found is not None
    assert found.data["n"] >= (int(rest[-1]) if rest else 15)


class TestAudit:
    def test_events_stand_in_order_one_per_line(self, both_settings: Settings) -> None:
        audit.append(both_settings, "user.made", None, name="Älice\nforged: {}")
        audit.append(both_settings, "user.disabled", "u1", whom="u2")
        lines = (both_settings.storage_path / "records" / "audit.jsonl").read_bytes().splitlines()
        assert len(lines) == 2
        found = list(audit.entries(both_settings))
        assert [entry["event"] for entry in found] == ["user.made", "user.disabled"]
        assert found[0]["name"] == "Älice\nforged: {}"
        assert found[1]["by"] == "u1"

    def test_a_line_cut_off_by_a_crash_does_not_spoil_the_next(self, both_settings: Settings) -> None:
        audit.append(both_settings, "a", None)
        path = both_settings.storage_path / "records" / "audit.jsonl"
        with path.open("ab") as file:
            file.write(b'{"event": "tor')
        audit.append(both_settings, "b", None)
        assert [entry["event"] for entry in audit.entries(both_settings)] == ["a", "b"]

    def test_many_writers_lose_no_line(self, both_settings: Settings) -> None:
        threads = [
            threading.Thread(target=lambda: [audit.append(both_settings, "e", None, n=i) for i in range(5)])
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(list(audit.entries(both_settings))) == 30

    def test_without_a_log_there_are_no_events(self, both_settings: Settings) -> None:
        assert list(audit.entries(both_settings)) == []
