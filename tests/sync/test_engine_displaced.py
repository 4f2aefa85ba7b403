"""Two names swapped, a name given on, an old name for a new photo: sidecars stay with their pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sim.crashes import befall, cut_short
from tests.sim.memfs import Crash
from tests.sim.tools import FakeTool
from tests.sync.machines import Machine, assets, simulated_machine

A, B, C = "d/A.JPG", "d/B.JPG", "e/C.JPG"
PICTURES = {A: b"picture A", B: b"picture B", C: b"picture C"}
"""All of one size, so that only inode or hash can tell them apart."""


def machine_with(*, is_hashed: bool = True) -> Machine:
    machine = simulated_machine()
    for path, data in PICTURES.items():
        machine.hands.put(path, data)
        machine.edit(path, title=data.decode())
        if is_hashed:
            machine.hash(path)
    machine.rest(3)
    return machine


def say_more(machine: Machine) -> None:
    """Let each XMP say something that K-Photos does not know and that is in no ledger."""
    for path, data in PICTURES.items():
        xmp = machine.hands.read(path + ".xmp")
        more = b"<rdf:Description xmlns:q='http://q/' q:Of='%s'" % data
        machine.hands.put(path + ".xmp", xmp.replace(b"<rdf:Description", more, 1))
    machine.rest(3)


def swap(machine: Machine) -> list[str]:
    machine.hands.move(A, "d/temp")
    machine.hands.move(B, A)
    machine.hands.move("d/temp", B)
    return [A, B]


def turn(machine: Machine) -> list[str]:
    machine.hands.move(A, "d/temp")
    machine.hands.move(B, A)
    machine.hands.move(C, B)
    machine.hands.move("d/temp", C)
    return [A, B, C]


def give_on(machine: Machine) -> list[str]:
    machine.hands.move(B, "e/D.JPG")
    machine.hands.move(A, B)
    return [A, B, "e/D.JPG"]


def replace_by_new(machine: Machine) -> list[str]:
    machine.hands.move(A, "e/D.JPG")
    machine.hands.put(A, b"a new one")
    return [A, "e/D.JPG"]


MOVES: list[Callable[[Machine], list[str]]] = [swap, turn, give_on, replace_by_new]


def told(machine: Machine) -> dict[str, Any]:
    """Of every photo there is, the picture and the title that is shown of it; and the XMP agrees."""
    found = {}
    for path, asset in assets(machine.scan(everything=True)).items():
        assert asset.problems == ()
        found[machine.hands.read(path).decode()] = asset.document.value("title")
        if asset.has_ledger:
            assert machine.mirror(path) == asset.document.content()
    return found


def wanted(move: Callable[[Machine], list[str]]) -> dict[str, Any]:
    own = {data.decode(): data.decode() for data in PICTURES.values()}
    return own | ({"a new one": None} if move is replace_by_new else {})


@pytest.mark.parametrize("told_by", ["scan", "touch"])
@pytest.mark.parametrize("move", MOVES)
def test_sidecars_stay_with_their_pictures(move: Callable[[Machine], list[str]], told_by: str) -> None:
    machine = machine_with()
    ids = {machine.hands.read(path): machine.ledger(path).id for path in PICTURES}
    paths = move(machine)
    machine.pass_time(3)
    events = machine.scan() if told_by == "scan" else machine.touch(*paths)
    after = {
        machine.hands.read(path): asset.document.value("title") for path, asset in assets(events).items()
    }
    assert after == {data: wanted(move)[data.decode()] for data in after}
    machine.rest(3)
    assert told(machine) == wanted(move)
    for path, asset in assets(machine.scan(everything=True)).items():
        assert ids.get(machine.hands.read(path), asset.id) == asset.id
    assert [path for path in machine.fs.contents() if "orphan" in path] == []  # type: ignore[attr-defined]


def test_before_anything_is_hashed_they_stay_where_they_are_and_are_nobodys() -> None:
    machine = machine_with(is_hashed=False)
    machine.hands.move(A, "d/temp")
    machine.hands.put(A, b"a longer picture")
    machine.hands.move("d/temp", B)
    before = machine.hands.names("d")
    machine.rest(3)
    assert machine.hands.names("d") == before
    assert [problem.kind for problem in machine.engine.look(A).problems] == ["original-changed"]


def test_an_original_written_anew_in_its_place_keeps_its_sidecars() -> None:
    machine = machine_with(is_hashed=False)
    machine.hands.replace(A, b"picture A")
    machine.rest(3)
    assert told(machine) == wanted(swap)


def test_where_the_other_has_sidecars_that_stay_all_stay() -> None:
    machine = machine_with()
    machine.hands.remove(B)
    machine.hands.move(A, B)
    machine.hands.put(A, b"a new one")
    machine.pass_time(3)
    before = machine.hands.names("d")
    machine.scan()
    for path in (A, B):
        machine.hash(path)
    assert machine.hands.names("d") == before
    for path in (A, B):
        asset = machine.engine.look(path)
        assert asset.document.content() == {}
        assert [problem.kind for problem in asset.problems] == ["original-changed"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("move", "cut", "every"),
    [
        (swap, "process killed", 1),
        (swap, "power cut, names lost", 7),
        (swap, "power cut, names kept", 9),
        (give_on, "process killed", 7),
    ],
)
def test_a_crash_at_any_operation_loses_nothing_and_mixes_nothing(
    move: Callable[[Machine], list[str]], cut: str, every: int
) -> None:
    number, is_over = 0, False
    while not is_over:
        number += every
        machine = machine_with()
        say_more(machine)
        fs = machine.memfs
        move(machine)
        machine.pass_time(3)
        fs.durable_nodes = dict(fs.nodes)
        is_over = cut_short(machine.fs, number, machine.scan)
        befall(machine.fs, cut)
        machine.restart()
        for _ in range(2):
            machine.rest(3)
            for path in [path for path in fs.contents() if path.endswith(".JPG")]:
                machine.hash(path)
        machine.rest(3)
        assert told(machine) == wanted(move), number
        for path in [path for path in fs.contents() if path.endswith(".JPG")]:
            assert b"'%s'" % machine.hands.read(path) in machine.hands.read(path + ".xmp").replace(b'"', b"'")
        assert [path for path in fs.contents() if "orphan" in path] == []
    assert number > 60


@pytest.mark.parametrize("is_edited", [False, True])
def test_a_mirror_made_after_a_crash_gives_way_to_the_one_set_aside_before(is_edited: bool) -> None:
    """The first says what no ledger does; what a program wrote into the second counts all the same."""
    machine = machine_with()
    say_more(machine)
    swap(machine)
    machine.pass_time(3)
    machine.memfs.before = stop_before("rename", A + ".orphan", ".json")
    with pytest.raises(Crash):
        machine.scan()
    machine.memfs.before = lambda number, did, path: None
    machine.restart()
    machine.edit(A, rating=4)
    assert b"q:Of" not in machine.hands.read(A + ".xmp")
    if is_edited:
        FakeTool(machine.hands, A + ".xmp").set(label="Red")
    for _ in range(3):
        machine.rest(3)
        for path in (A, B):
            machine.hash(path)
    assert machine.mirror(B) == {"title": "picture A", "rating": 4} | ({"label": "Red"} if is_edited else {})
    assert b"q:Of" in machine.hands.read(B + ".xmp")
    assert told(machine) == wanted(swap)
    assert [name for name in machine.hands.names("d") if name.startswith(".") or "orphan" in name] == []


def stop_before(operation: str, start: str, end: str) -> Callable[[int, str, str], None]:
    """The process dies before it does this to such a path."""

    def before(number: int, did: str, path: str) -> None:
        if did == operation and path.startswith(start) and path.endswith(end):
            raise Crash

    return before


@pytest.mark.parametrize("told_by", ["scan", "touch"])
def test_what_came_out_for_one_is_not_absorbed_by_the_other(told_by: str) -> None:
    machine = simulated_machine()
    for path, data in {A: b"picture A", B: b"picture B, longer"}.items():
        machine.hands.put(path, data)
        machine.edit(path, title=data.decode())
        machine.hash(path)
    machine.rest(3)
    machine.edit(A, title="Pond", label="Red")
    machine.restart()
    paths = swap(machine)
    machine.pass_time(3)
    machine.scan() if told_by == "scan" else machine.touch(*paths)
    machine.rest(3)
    assert machine.engine.look(A).document.content() == {"title": "picture B, longer"}
    assert machine.engine.look(B).document.content() == {"title": "Pond", "label": "Red"}
    assert [name for name in machine.hands.names("d") if name.startswith(".") or "orphan" in name] == []


def test_what_came_out_for_a_picture_that_is_disowned_is_not_absorbed_by_the_new_one() -> None:
    machine = machine_with()
    machine.edit(A, title="Pond")
    machine.restart()
    machine.hands.replace(A, b"another picture")
    machine.pass_time(3)
    machine.scan()
    machine.engine.disown(A)
    machine.edit(A, rating=2)
    machine.rest(3)
    assert machine.engine.look(A).document.content() == {"rating": 2}
    assert machine.mirror(A) == {"rating": 2}
