"""Accounts: one name each, one admin at least, and every change ends what was open under the old rights."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest

from kphotos import records
from kphotos.config import Settings
from kphotos.errors import Conflict, Invalid, NotFound
from kphotos.identity import accounts
from kphotos.records import audit

PASSWORD = "correct horse battery"
pytestmark = pytest.mark.usefixtures("quick_hashes")


def test_an_account_is_a_record_that_tells_no_password(settings: Settings) -> None:
    alice = accounts.add_first(settings, "Alice", PASSWORD)
    assert (alice.role, alice.disabled) == ("admin", False)
    path = settings.storage_path / "records" / "users" / f"{alice.id}.json"
    stored = json.loads(path.read_bytes())
    assert set(stored["data"]) == {"name", "role", "password", "stamp", "disabled"}
    assert PASSWORD not in path.read_text()
    assert accounts.get(settings, alice.id) == alice
    assert accounts.everyone(settings) == [alice]


@pytest.mark.parametrize("twin", ["alice", "ALICE", "Ａlice"])
def test_names_that_people_would_take_for_one_are_one(settings: Settings, twin: str) -> None:
    alice = accounts.add_first(settings, "Alice", PASSWORD)
    assert accounts.named(settings, twin) == alice
    with pytest.raises(Conflict) as refusal:
        accounts.add(settings, twin, PASSWORD)
    assert refusal.value.code == "name_taken"


def test_accents_may_come_in_either_form(settings: Settings) -> None:
    zoe = accounts.add_first(settings, "Zoe\u0308", PASSWORD)
    assert zoe.name == "Zoë"
    assert accounts.named(settings, "zoë") == zoe


def test_twenty_at_once_make_one_account_of_a_name(settings: Settings) -> None:
    accounts.add_first(settings, "Alice", PASSWORD)
    start, outcomes = threading.Barrier(8), []

    def attempt() -> None:
        start.wait()
        try:
            accounts.add(settings, "Bob", PASSWORD)
        except Exception as refusal:  # noqa: BLE001 - whatever it was is judged below
            outcomes.append(getattr(refusal, "code", repr(refusal)))
        else:
            outcomes.append("made")

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("made") == 1
    assert set(outcomes) <= {"made", "name_taken", "busy"}
    assert len(accounts.everyone(settings)) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda settings: accounts.set_role(settings, "Alice", "member"),
        lambda settings: accounts.set_disabled(settings, "Alice", True),
    ],
    ids=["role", "disabled"],
)
def test_the_last_admin_stays(settings: Settings, change: Callable[[Settings], object]) -> None:
    accounts.add_first(settings, "Alice", PASSWORD)
    accounts.add(settings, "Bob", PASSWORD)
    with pytest.raises(Conflict) as refusal:
        change(settings)
    assert refusal.value.code == "last_admin"
    accounts.set_role(settings, "Bob", "admin")
    change(settings)


@pytest.mark.parametrize(
    "change",
    [
        lambda settings: accounts.set_password(settings, "Bob", "another long password"),
        lambda settings: accounts.set_role(settings, "Bob", "admin"),
        lambda settings: accounts.set_disabled(settings, "Bob", True),
        lambda settings: accounts.set_disabled(settings, "Bob", False),
    ],
    ids=["password", "role", "closed", "opened"],
)
def test_every_change_has_a_new_stamp_and_a_line_in_the_audit(
    settings: Settings, change: Callable[[Settings], object]
) -> None:
    bob = accounts.add(settings, "Bob", PASSWORD)
    change(settings)
    changed = accounts.get(settings, bob.id)
    assert changed is not None
    assert changed.stamp != bob.stamp
    assert [entry["event"] for entry in audit.entries(settings)] == ["account.added", "account.changed"]
    assert not any("password" in str(entry).replace("'password'", "") for entry in audit.entries(settings))


def test_what_a_newer_version_added_to_a_record_is_kept(settings: Settings) -> None:
    bob = accounts.add(settings, "Bob", PASSWORD)
    record = records.load(settings, "users", bob.id)
    assert record is not None
    records.save(settings, "users", bob.id, {**record.data, "colour": "green"})
    accounts.set_role(settings, "Bob", "admin")
    changed = records.load(settings, "users", bob.id)
    assert changed is not None
    assert changed.data["colour"] == "green"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": "Eve", "role": "admin", "password": "x", "stamp": "s"},
        {"name": "Eve", "role": "admin", "password": "x", "stamp": "s", "disabled": "no"},
        {"name": "Eve", "role": ["admin"], "password": "x", "stamp": "s", "disabled": False},
        {"name": 5, "role": "admin", "password": None, "stamp": "s", "disabled": False},
    ],
)
def test_a_record_that_is_not_as_we_write_it_opens_nothing(
    settings: Settings, data: dict[str, object]
) -> None:
    records.save(settings, "users", "eve", data)
    eve = accounts.get(settings, "eve")
    assert eve is not None
    assert eve.disabled


def test_an_unknown_role_is_a_members(settings: Settings) -> None:
    data = {"name": "Eve", "role": "owner", "password": "x", "stamp": "s", "disabled": False}
    records.save(settings, "users", "eve", data)
    eve = accounts.get(settings, "eve")
    assert eve is not None
    assert (eve.role, eve.disabled) == ("member", False)
    with pytest.raises(Invalid):
        accounts.add(settings, "Mallory", PASSWORD, "owner")
    with pytest.raises(NotFound):
        accounts.set_password(settings, "Nobody", "another long password")
