"""What the watching process says of volumes and is asked for: kept side by side, on either database."""

from __future__ import annotations

from typing import Any

import pytest

from kphotos import db
from kphotos.config import Settings
from kphotos.runtime import watches
from kphotos.runtime.watches import Watched


def test_what_is_not_named_stays_as_it_was_told(both_settings: Settings) -> None:
    assert watches.every(both_settings) == {}
    watches.tell(both_settings, "a", state="watching", watched=3)
    watches.tell(both_settings, "a", root="halted", gone=60)
    watches.tell(both_settings, "b", checked_ms=2**40)
    assert watches.every(both_settings) == {
        "a": Watched("a", state="watching", watched=3, root="halted", gone=60),
        "b": Watched("b", checked_ms=2**40),
    }


def test_a_wish_is_kept_until_just_it_is_granted(both_settings: Settings) -> None:
    watches.ask(both_settings, "a")
    watches.ask(both_settings, "a", 60)
    watches.ask(both_settings, "a")
    watches.ask(both_settings, "b")
    assert watches.asked(both_settings) == {"a": 60, "b": 0}
    watches.granted(both_settings, "a", 0)
    watches.granted(both_settings, "b", 0)
    assert watches.asked(both_settings) == {"a": 60}


def test_a_volume_that_is_forgotten_leaves_nothing(both_settings: Settings) -> None:
    watches.tell(both_settings, "a", state="watching")
    watches.ask(both_settings, "a", 5)
    watches.forget(both_settings, "a")
    assert (watches.every(both_settings), watches.asked(both_settings)) == ({}, {})


def test_two_who_tell_at_once_take_nothing_back_from_each_other(
    both_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is told between the other's beginning and its write."""
    real = db.writing

    def writing(database: Any) -> Any:
        monkeypatch.setattr(db, "writing", real)
        watches.tell(both_settings, "a", root="online")
        return real(database)

    watches.tell(both_settings, "a", state="watching")
    monkeypatch.setattr(db, "writing", writing)
    watches.tell(both_settings, "a", state="polling")
    assert watches.every(both_settings)["a"] == Watched("a", state="polling", root="online")
