"""A disk or a lock that refuses while names are swapped: it is told, and each picture gets its own later."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable, Iterable

import pytest

from sync.engine import Event, Later, hash_of
from sync.errors import Busy, SyncError
from tests.sim.crashes import cut_short
from tests.sync.machines import Machine, assets
from tests.sync.test_engine_displaced import (
    MOVES,
    A,
    B,
    C,
    give_on,
    machine_with,
    say_more,
    swap,
    told,
    turn,
    wanted,
)

Move = Callable[[Machine], list[str]]


def refuse_once(machine: Machine, at: Callable[[str, str], bool]) -> None:
    """The first operation that this is true of fails, and none after it."""

    def before(number: int, operation: str, path: str) -> None:
        if at(operation, path):
            machine.memfs.before = lambda number, operation, path: None
            raise OSError(errno.EIO, "input/output error")

    machine.memfs.before = before


def refuse_at(machine: Machine, number: int) -> Callable[[], int]:
    """The operation on a file of that number fails; how many are left until then. Listings do not count."""
    left = [number]

    def is_it(operation: str, path: str) -> bool:
        left[0] -= operation not in ("entries", "names")
        return left[0] == 0

    refuse_once(machine, is_it)
    return lambda: left[0]


def hold_once(machine: Machine, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Somebody else has the lock of a photo the first time that it is asked for."""
    lock, hold, asked = machine.site.lock, machine.site.lock.hold, list[str]()

    def held(keys: Iterable[str], timeout: float = 10.0) -> contextlib.AbstractContextManager[None]:
        keys = list(keys)
        if not asked and any(key.endswith(f"\0{name}") for key in keys):
            asked.append(name)
            raise Busy("held")
        return hold(keys, timeout)

    monkeypatch.setattr(lock, "hold", held)


def photos(machine: Machine) -> list[str]:
    return [path for path in machine.memfs.contents() if path.endswith(".JPG")]


def xmp_of(machine: Machine, path: str) -> bytes:
    return machine.hands.read(path + ".xmp").replace(b'"', b"'")


def assert_each_has_its_own(machine: Machine, move: Move, why: object = "") -> None:
    assert told(machine) == wanted(move), why
    for path in photos(machine):
        if move is not MOVES[-1] or path != A:
            assert b"q:Of='%s'" % machine.hands.read(path) in xmp_of(machine, path), why
    names = [path.rpartition("/")[2] for path in machine.memfs.contents()]
    assert [name for name in names if "orphan" in name or name.startswith(".kphotos-tmp")] == [], why


def laters(events: list[Event]) -> list[str]:
    return [event.path for event in events if isinstance(event, Later)]


@pytest.mark.parametrize("is_hashed_at_once", [False, True])
@pytest.mark.parametrize("told_by", ["scan", "touch"])
@pytest.mark.parametrize("how", ["ledger of A", "ledger of B", "lock of a", "lock of b"])
@pytest.mark.parametrize("move", [swap, turn, give_on])
def test_one_refusal_is_told_and_tried_again(
    move: Move, how: str, told_by: str, is_hashed_at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = machine_with()
    say_more(machine)
    paths = move(machine)
    machine.pass_time(3)
    if how.startswith("lock"):
        hold_once(machine, monkeypatch, how[-1])
    else:
        start = f"d/{how[-1]}.JPG.orphan"
        refuse_once(machine, lambda did, path: did == "rename" and path.startswith(start) and "json" in path)
    events = machine.scan() if told_by == "scan" else machine.touch(*paths)
    if is_refused := move is not give_on or how[-1].lower() == "b":
        assert "left-behind" in {each.kind for asset in assets(events).values() for each in asset.problems}
    if is_hashed_at_once:
        for path in photos(machine):
            machine.hash(path)
    again = laters(events)
    assert again or not is_refused
    machine.pass_time(30)
    after = assets(machine.touch(*again))
    assert not [each for asset in after.values() for each in asset.problems]
    for path in photos(machine):
        machine.hash(path)
    machine.rest(3)
    assert_each_has_its_own(machine, move)


@pytest.mark.slow
@pytest.mark.parametrize(("move", "every"), [(swap, 1), (turn, 3), (give_on, 2), (MOVES[-1], 5)])
def test_a_refusal_at_any_operation_is_made_up_for_by_later_scans(move: Move, every: int) -> None:
    number, is_over = 0, False
    while not is_over:
        number += every
        machine = machine_with()
        say_more(machine)
        move(machine)
        machine.pass_time(3)
        left = refuse_at(machine, number)
        with contextlib.suppress(OSError, SyncError):
            machine.scan()
        is_over = left() > 0
        machine.memfs.before = lambda at, operation, path: None
        for _ in range(2):
            for path in photos(machine):
                machine.hash(path)
            machine.rest(3)
        assert_each_has_its_own(machine, move, number)
    assert number > 40


@pytest.mark.slow
@pytest.mark.parametrize("told_by", ["scan", "touch"])
def test_what_a_crash_stopped_needs_no_new_hash(told_by: str) -> None:
    """The pictures may have been hashed before K-Photos comes to itself again."""
    for number in range(2, 200, 3):
        machine = machine_with()
        say_more(machine)
        paths = swap(machine)
        machine.pass_time(3)
        is_over = cut_short(
            machine.fs, number, machine.scan if told_by == "scan" else lambda m=machine, p=paths: m.touch(*p)
        )
        machine.restart()
        for path in paths:
            machine.site.memory.keep_hashes(
                "volume-1", {path: (machine.fs.stat(path).signature(), hash_of(machine.fs, path))}
            )
        machine.rest(3)
        assert_each_has_its_own(machine, swap, number)
        if is_over:
            return
    raise AssertionError("it never came to its end")


def test_what_is_refused_for_good_is_told_each_time_and_holds_up_no_other() -> None:
    machine = machine_with()
    for path, data in (("e/X.JPG", b"picture X"), ("e/Y.JPG", b"picture Y")):
        machine.hands.put(path, data)
        machine.edit(path, title=data.decode())
        machine.hash(path)
    machine.rest(3)
    swap(machine)
    machine.hands.move("e/X.JPG", "e/temp")
    machine.hands.move("e/Y.JPG", "e/X.JPG")
    machine.hands.move("e/temp", "e/Y.JPG")
    machine.pass_time(3)

    def before(number: int, operation: str, path: str) -> None:
        if operation == "rename" and path.startswith(A + ".orphan") and path.endswith(".json"):
            raise OSError(errno.EIO, "input/output error")

    machine.memfs.before = before
    for _ in range(3):
        found = assets(machine.scan())
        kinds = [problem.kind for path in (A, B) for problem in found[path].problems]
        assert kinds.count("left-behind") == 2
        machine.pass_time(3)
    for path, title in (("e/X.JPG", "picture Y"), ("e/Y.JPG", "picture X")):
        assert machine.engine.look(path).document.value("title") == title
    machine.memfs.before = lambda number, operation, path: None
    for path in (A, B, C):
        machine.hash(path)
    machine.rest(3)
    now = told(machine)
    assert list(now.values()) == list(now)


def stopped_at(path: str) -> Machine:
    """A swap of names of which the disk has refused to set the sidecars of one photo aside."""
    machine = machine_with()
    say_more(machine)
    swap(machine)
    machine.pass_time(3)
    refuse_once(machine, lambda did, at: did == "rename" and at.startswith(path + ".orphan"))
    machine.scan()
    return machine


def test_what_was_moved_back_meanwhile_is_owed_nothing() -> None:
    machine = stopped_at(B)
    swap(machine)
    for path in (A, B):
        machine.hash(path)
    machine.rest(3)
    assert_each_has_its_own(machine, swap)
    assert machine.site.memory.last("volume-1", "//owed") is None


def test_what_is_set_aside_when_the_other_is_refused_follows_its_picture_further() -> None:
    machine = stopped_at(A)
    assert [path for path in machine.memfs.contents() if path.startswith(B + ".orphan")]
    machine.hands.move(A, "e/Z.JPG")
    for path in ("e/Z.JPG", B):
        machine.hash(path)
    machine.rest(3)
    assert machine.engine.look("e/Z.JPG").document.value("title") == "picture B"
    assert_each_has_its_own(machine, swap)
