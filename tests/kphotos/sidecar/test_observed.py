"""The engine's memory keeps any byte name, per volume and site, and loads a whole library at once."""

from __future__ import annotations

import os
from typing import Any

import pytest

from kphotos import db
from kphotos.config import Settings
from kphotos.sidecar.observed import Observed
from sync.ports import Memory

ODD = [
    os.fsdecode(b"caf\xe9/a.jpg"),
    "new\nline",
    "it's",
    "NFC-\u00e9",
    "NFD-e\u0301",
    "",
    "a\\b",
    "100%_?",
    "\x01",
]


def test_it_is_the_engines_memory(both_settings: Settings) -> None:
    memory: Memory = Observed(both_settings, "s1")
    assert memory.folders("v") == {}


def test_folders_are_kept_replaced_and_forgotten(both_settings: Settings) -> None:
    memory = Observed(both_settings, "s1")
    given = {name: name.encode("utf-8", "surrogateescape") + b"\0\xff" for name in ODD}
    memory.save_folders("v", given)
    assert memory.folders("v") == given
    memory.save_folders("v", {"it's": b"", "new\nline": None, "never": None})
    assert memory.folders("v") == {**{k: v for k, v in given.items() if k != "new\nline"}, "it's": b""}


def test_sidecars_last_seen_are_kept_and_forgotten(both_settings: Settings) -> None:
    memory = Observed(both_settings, "s1")
    memory.keep("v", dict.fromkeys(ODD, b"<x/>"))
    memory.keep("v", {ODD[0]: b"", ODD[1]: None})
    assert [memory.last("v", name) for name in ODD[:3]] == [b"", None, b"<x/>"]
    assert memory.last("v", "never") is None


def test_hashes_are_found_for_those_that_are_known(both_settings: Settings) -> None:
    memory = Observed(both_settings, "s1")
    given = {name: (bytes([i]) * 32, f"sha256:{i:064x}") for i, name in enumerate(ODD)}
    memory.keep_hashes("v", given)
    assert memory.hashes("v", [*ODD, "never"]) == given
    memory.keep_hashes("v", {ODD[0]: None})
    assert set(memory.hashes("v", ODD)) == set(ODD[1:])
    assert memory.hashes("v", []) == {}


def test_volumes_and_sites_do_not_mix(both_settings: Settings) -> None:
    one, two = Observed(both_settings, "s1"), Observed(both_settings, "s2")
    for memory, volume, value in ((one, "v", b"1"), (one, "w", b"2"), (two, "v", b"3")):
        memory.save_folders(volume, {"a": value})
        memory.keep(volume, {"a": value})
        memory.keep_hashes(volume, {"a": (value, "sha256:x")})
    assert [m.folders(v)["a"] for m, v in ((one, "v"), (one, "w"), (two, "v"))] == [b"1", b"2", b"3"]
    assert [m.last(v, "a") for m, v in ((one, "v"), (one, "w"), (two, "v"))] == [b"1", b"2", b"3"]
    two.save_folders("v", {"a": None})
    two.keep("v", {"a": None})
    two.keep_hashes("v", {"a": None})
    assert one.folders("v") == {"a": b"1"}
    assert one.last("v", "a") == b"1"
    assert one.hashes("v", ["a"]) == {"a": (b"1", "sha256:x")}


def test_a_deleted_memory_is_an_empty_one(both_settings: Settings) -> None:
    memory = Observed(both_settings, "s1")
    memory.save_folders("v", {"a": b"1"})
    if not both_settings.uses_postgres:
        for path in both_settings.storage_path.glob("observed.db*"):
            path.unlink()
        assert memory.folders("v") == {}
        memory.save_folders("v", {"a": b"2"})
        assert memory.folders("v") == {"a": b"2"}


def test_five_hundred_folders_load_with_one_query(
    both_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Observed(both_settings, "s1")
    memory.save_folders("v", {f"2021/folder-{i:03}": os.urandom(300 * 60) for i in range(500)})
    asked, run = [], db.run

    def counted(database: Any, sql: str, *values: Any) -> Any:
        asked.append(sql)
        return run(database, sql, *values)

    monkeypatch.setattr(db, "run", counted)
    assert len(memory.folders("v")) == 500
    assert len(asked) == 1


def test_what_is_expected_is_read_at_once_and_answered_once(both_settings: Settings) -> None:
    memory, other = Observed(both_settings, "s1"), Observed(both_settings, "s1")
    memory.keep("v", {"a": b"1", "b": b"2", ODD[0]: b"3"})
    memory.expect("v", ["a", "b", ODD[0], "never"])
    other.keep("v", dict.fromkeys(("a", "b", ODD[0], "never"), b"later"))
    memory.keep("v", {"b": b"mine"})
    names = ["a", "b", ODD[0], "never"]
    assert [memory.last("v", name) for name in names] == [b"1", b"mine", b"3", None]
    assert [memory.last("v", name) for name in names] == [b"later", b"mine", b"later", b"later"]


def test_what_was_expected_before_is_asked_for_anew(both_settings: Settings) -> None:
    memory, other = Observed(both_settings, "s1"), Observed(both_settings, "s1")
    memory.keep("v", {"a": b"1"})
    memory.expect("v", ["a"])
    other.keep("v", {"a": b"2"})
    memory.expect("v", ())
    assert memory.last("v", "a") == b"2"


def test_what_is_remembered_just_so_is_not_written_again(both_settings: Settings) -> None:
    memory, other = Observed(both_settings, "s1"), Observed(both_settings, "s1")
    memory.keep("v", {"a": b"1", "b": b"1", "c": b"1"})
    memory.expect("v", ["a", "b", "c"])
    other.keep("v", {"a": b"newer"})
    memory.keep("v", {"a": b"1", "b": b"2", "c": None})
    assert [other.last("v", name) for name in "abc"] == [b"newer", b"2", None]
    memory.keep("v", {"a": b"1"})
    assert other.last("v", "a") == b"1"
