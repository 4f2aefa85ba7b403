"""Sidecars whose photo is not there: told of by a rescan, until the photo is back or they are gone."""

from __future__ import annotations

import pytest

from sync.engine import Cleared, Event, Gone, Seen, Trouble
from tests.sync.machines import Machine, simulated_machine

PHOTO, LEDGER = "d/IMG_1.JPG", "d/IMG_1.JPG.kphotos.json"


@pytest.fixture
def left() -> Machine:
    """Somebody has deleted a photo that had been edited, and nothing else."""
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"picture")
    machine.scan()
    machine.edit(PHOTO, title="kept")
    machine.rest()
    machine.hands.remove(PHOTO)
    return machine


def _told(events: list[Event]) -> list[tuple[str, str]]:
    return [(e.problem.path, e.problem.kind) for e in events if isinstance(e, Trouble)]


def test_what_lies_there_for_nobody_is_told_of_once(left: Machine) -> None:
    assert _told(left.scan()) == [(LEDGER, "orphaned")]
    assert _told(left.scan()) == []
    assert _told(left.scan(everything=True)) == [(LEDGER, "orphaned")]


def test_it_is_no_longer_when_somebody_has_cleared_it_away(left: Machine) -> None:
    left.scan()
    for name in (LEDGER, PHOTO + ".xmp"):
        left.hands.remove(name)
    assert Cleared(LEDGER) in left.touch(LEDGER)
    assert Cleared(LEDGER) in left.scan()


def test_it_is_no_longer_when_the_photo_is_back(left: Machine) -> None:
    left.scan()
    left.hands.put(PHOTO, b"picture")
    events = left.touch(PHOTO)
    (asset,) = [event.asset for event in events if isinstance(event, Seen)]
    assert asset.document.value("title") == "kept"
    assert LEDGER in asset.sidecars, "whoever tells of the asset takes back what was told of these"
    assert _told(left.scan()) == []


def test_a_watch_tells_of_them_as_a_rescan_does(left: Machine) -> None:
    events = left.touch(PHOTO)
    assert _told(events) == [(LEDGER, "orphaned")]
    assert events.index(Gone(PHOTO)) < events.index(next(e for e in events if isinstance(e, Trouble)))
    left.scan()
    left.hands.remove(LEDGER)
    events = left.touch(LEDGER)
    assert Cleared(LEDGER) in events
    assert _told(events) == [(PHOTO + ".xmp", "orphaned")]


@pytest.mark.parametrize("told_by", ["watch", "rescan"])
def test_what_is_told_by_another_name_now_is_told_by_that_alone(told_by: str) -> None:
    machine = simulated_machine()
    machine.hands.put(PHOTO + ".xmp", b"whatever")
    assert _told(machine.scan()) == [(PHOTO + ".xmp", "orphaned")]
    machine.hands.put(LEDGER, b"whatever")
    events = machine.touch(LEDGER) if told_by == "watch" else machine.scan()
    assert _told(events) == [(LEDGER, "orphaned")]
    assert Cleared(PHOTO + ".xmp") in events


@pytest.mark.parametrize("told_by", ["watch", "rescan"])
def test_a_photo_that_was_moved_meanwhile_has_them_and_nobody_hears_of_it(
    left: Machine, told_by: str
) -> None:
    left.hands.put(PHOTO, b"picture")
    left.rest_hashed()
    left.hands.move(PHOTO, "e/IMG_9.JPG")
    assert _told(left.scan() if told_by == "rescan" else left.touch(PHOTO, "e/IMG_9.JPG")) == []
    assert left.engine.look("e/IMG_9.JPG").document.value("title") == "kept"


def test_what_belongs_to_a_photo_that_is_left_alone_on_purpose_is_nobodys_business(left: Machine) -> None:
    left.hands.put(PHOTO, b"picture")
    left.hands.put("d/.kphotosignore", b"IMG_1.JPG\n")
    assert _told(left.scan()) == []
    assert _told(left.touch(LEDGER)) == []


def test_nor_are_sidecars_that_are_left_alone_themselves(left: Machine) -> None:
    left.hands.put("d/.kphotosignore", b"*.json\n*.xmp\n")
    assert _told(left.scan()) == []
    assert _told(left.touch(PHOTO, LEDGER)) == []
