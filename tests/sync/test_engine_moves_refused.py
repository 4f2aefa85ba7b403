"""Moves that the disk or a lock refuses on the way: told, remembered once, gone on with, and not for ever."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from contextlib import AbstractContextManager

import pytest

from sync.engine import Later, Seen
from sync.engine.owed import owed
from sync.errors import Busy
from tests.sim.tools import MARK
from tests.sync.machines import Machine, assets, simulated_machine
from tests.sync.test_engine_moves import (
    CONTENT,
    NEW,
    OLD,
    assert_followed,
    copied,
    machine_with,
)


def refuse_next(machine: Machine, refuses: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next thing to be written, or the next lock to be had, is refused; nothing after it."""

    def busy(keys: Iterable[str], timeout: float = 10.0) -> AbstractContextManager[None]:
        monkeypatch.undo()
        raise Busy("somebody else has it")

    def before(number: int, operation: str, path: str) -> None:
        if operation in ("create", "rename"):
            machine.memfs.before = lambda *_: None
            raise OSError(errno.EIO, "Input/output error")

    if refuses == "lock":
        monkeypatch.setattr(machine.site.lock, "hold", busy)
    else:
        machine.memfs.before = before


@pytest.mark.parametrize("told_by", ["scan", "touch"])
@pytest.mark.parametrize("refuses", ["disk", "lock"])
def test_a_move_that_is_refused_once_is_gone_on_with(
    refuses: str, told_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = machine_with(is_hashed=True)
    asset_id = machine.ledger(OLD).id
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    hold = machine.site.lock.hold
    refuse_next(machine, refuses, monkeypatch)
    events = machine.scan() if told_by == "scan" else machine.touch(OLD, NEW)
    assert machine.site.lock.hold == hold, "it was not refused"
    (later,) = [event for event in events if isinstance(event, Later)]
    machine.pass_time(later.seconds)
    machine.touch(later.path)
    assert_followed(machine, NEW, asset_id)


def test_of_hashed_photos_moved_without_their_sidecars_nothing_is_told_and_nothing_owed() -> None:
    machine = machine_with(is_hashed=True)
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    events = machine.scan()
    assert [event.asset.problems for event in events if isinstance(event, Seen)] == [(), ()]
    assert not any(isinstance(event, Later) and event.path == NEW for event in events)
    assert owed(machine.volume, machine.site) == {}


def test_what_many_moves_owe_is_remembered_in_one_write_and_found_in_few_listings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = simulated_machine()
    machine.hands.put("b/other.JPG", b"other")
    for number in range(5):
        machine.hands.put(f"a/{number}.JPG", b"%d" % number)
        machine.edit(f"a/{number}.JPG", **CONTENT)
        machine.hash(f"a/{number}.JPG")
    machine.pass_time(3)
    machine.scan()
    for number in range(5):
        machine.hands.move(f"a/{number}.JPG", f"b/{number}.JPG")
    machine.pass_time(3)

    def before(number: int, operation: str, path: str) -> None:
        if operation == "create":
            raise PermissionError(errno.EACCES, "Permission denied")

    machine.memfs.before = before
    written: list[object] = []
    keep = machine.memory.keep

    def counted(volume: str, kept: dict[str, bytes | None]) -> None:
        written.extend(key for key in kept if key == "//owed")
        keep(volume, kept)

    monkeypatch.setattr(machine.memory, "keep", counted)
    machine.scan()
    assert len(owed(machine.volume, machine.site)) == 5
    assert len(written) == 1
    listings: list[str] = []

    def again(number: int, operation: str, path: str) -> None:
        before(number, operation, path)
        listings.extend([path] if (operation, path) == ("names", "a") else [])

    machine.memfs.before = again
    machine.touch("b/other.JPG")
    assert len(listings) <= 5 + 2


def test_a_ledger_that_says_nothing_is_told_of_and_not_tried_again_and_again() -> None:
    machine = machine_with(is_hashed=True)
    machine.hands.move(OLD, NEW)
    machine.hands.put(OLD + ".kphotos.json", b"{ not json")
    machine.pass_time(3)
    events = machine.scan()
    assert [problem.kind for problem in assets(events)[NEW].problems] == ["left-behind"]
    assert not any(isinstance(event, Later) for event in events)
    assert owed(machine.volume, machine.site) == {}


@pytest.mark.parametrize("is_hashed", [True, False])
def test_what_was_taken_out_by_a_move_does_not_wait_for_the_next_rescan(is_hashed: bool) -> None:
    machine = machine_with(is_hashed=is_hashed)
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    (later,) = [event for event in machine.scan() if isinstance(event, Later)]
    machine.pass_time(later.seconds)
    machine.touch(later.path)
    assert not any(name.startswith(".kphotos-tmp") for name in machine.hands.names("b"))


@pytest.mark.parametrize("refuses", ["disk", "lock"])
def test_one_that_is_known_by_its_bytes_and_refused_just_then_is_gone_on_with(
    refuses: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = machine_with(is_hashed=True)
    asset_id = machine.ledger(OLD).id
    copied(machine, OLD, NEW)
    machine.pass_time(3)
    machine.scan()
    refuse_next(machine, refuses, monkeypatch)
    asset = machine.hash(NEW)
    assert asset is not None
    assert [problem.kind for problem in asset.problems] == ["left-behind"]
    machine.pass_time(30)
    machine.touch("b/other.JPG")
    assert_followed(machine, NEW, asset_id)


@pytest.mark.parametrize("what", ["ledger and XMP", "XMP alone"])
@pytest.mark.parametrize("refuses", ["disk", "lock"])
def test_one_that_was_never_hashed_and_is_refused_once_is_gone_on_with(
    refuses: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = machine_with()
    if what == "XMP alone":
        data = MARK.sub(b"", machine.hands.read(OLD + ".xmp"))
        machine.hands.remove(OLD + ".kphotos.json")
        machine.hands.put(OLD + ".xmp", data)
        machine.restart(forget=True)
        machine.scan()
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    refuse_next(machine, refuses, monkeypatch)
    events = machine.scan()
    assert [problem.kind for problem in assets(events)[NEW].problems] == ["left-behind"]
    (later,) = {event.path: event for event in events if isinstance(event, Later)}.values()
    machine.pass_time(later.seconds)
    machine.touch(later.path)
    asset = assets(machine.scan(everything=True))[NEW]
    assert (asset.document.content(), asset.problems) == (CONTENT, ())
    assert [name for name in machine.hands.names("a") if "IMG" in name] == []


def test_what_another_photo_left_under_the_name_meanwhile_is_not_taken_for_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = machine_with(is_hashed=True)
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    refuse_next(machine, "lock", monkeypatch)
    machine.scan()
    for name in (".xmp", ".kphotos.json"):
        machine.hands.remove(OLD + name)
    machine.hands.put(OLD, b"another picture")
    machine.edit(OLD, title="Sea")
    machine.hash(OLD)
    machine.hands.remove(OLD)
    for _ in range(3):
        machine.pass_time(30)
        machine.scan()
    asset = assets(machine.scan(everything=True))[NEW]
    assert (asset.document.content(), asset.problems) == ({}, ())
    assert machine.mirror(OLD) == {"title": "Sea"}
