"""What a program writes into a photo's XMP while K-Photos takes that along to the photo's new place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.apply.temps import UNSURE_SECONDS
from tests.sim.tools import FakeTool
from tests.sync.machines import Machine, assets
from tests.sync.test_engine_moves import CONTENT, NEW, OLD, machine_with


def scan_interrupted(machine: Machine, number: int, act: Callable[[], None]) -> bool:
    """Scan, and let a program act before the operation of that number; whether there was one."""
    end, hit = machine.memfs.operations + number, []

    def before(at: int, operation: str, path: str) -> None:
        if at == end:
            machine.memfs.before = lambda *_: None
            hit.append(operation)
            act()

    machine.memfs.before = before
    machine.scan()
    machine.memfs.before = lambda *_: None
    return bool(hit)


@pytest.mark.parametrize("in_place", [True, False], ids=["in place", "renamed over"])
def test_what_a_program_writes_at_the_old_place_while_it_is_left_is_heard(in_place: bool) -> None:
    number, heard, has_hit = 0, 0, True
    while has_hit:
        number += 1
        machine = machine_with(is_hashed=True)
        machine.hands.move(OLD, NEW)
        machine.pass_time(3)
        late: list[str] = []

        def write(machine: Machine = machine, late: list[str] = late) -> None:
            if OLD + ".xmp" in machine.memfs.nodes:
                late.append("Red")
                FakeTool(machine.hands, OLD + ".xmp", in_place=in_place).set(label="Red")

        has_hit = scan_interrupted(machine, number, write)
        for _ in range(4):
            machine.pass_time(3)
            asset = assets(machine.scan(everything=True))[NEW]
        heard += len(late)
        assert asset.document.value("label") == (late[0] if late else None), number
        assert (asset.problems, asset.document.conflicts, machine.hands.names("a")) == ((), (), []), number
        assert machine.mirror(NEW) == asset.document.content()
    assert heard > 20


@pytest.mark.parametrize("tells_writers", [True, False])
@pytest.mark.parametrize("drops_mark", [True, False])
def test_what_a_program_writes_through_the_xmp_that_was_moved_is_heard(
    drops_mark: bool, tells_writers: bool
) -> None:
    machine = machine_with(is_hashed=True)
    fs = machine.memfs
    fs.tells_writers = tells_writers
    late = FakeTool(machine.hands, OLD + ".xmp", drops_mark=drops_mark).compose(description="Late")
    write = fs.hands.opened(OLD + ".xmp")
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    assert assets(machine.scan())[NEW].document.content() == CONTENT
    write(late)
    for _ in range(4):
        machine.pass_time(UNSURE_SECONDS)
        asset = assets(machine.scan(everything=True))[NEW]
    assert asset.document.content() == {**CONTENT, "description": "Late"}
    assert (asset.problems, asset.document.conflicts) == ((), ())
    assert machine.hands.names("a") == []
    assert not any(name.startswith(".kphotos-tmp") for name in machine.hands.names("b"))


def test_a_program_that_was_half_way_through_its_write_when_the_photo_moved_is_heard() -> None:
    machine = machine_with(is_hashed=True)
    fs = machine.memfs
    late = FakeTool(machine.hands, OLD + ".xmp").compose(description="Late")
    write = fs.hands.opened(OLD + ".xmp")
    fs.nodes[OLD + ".xmp"].data = late[:54]
    machine.hands.move(OLD, NEW)
    machine.pass_time(3)
    machine.scan()
    write(late)
    for _ in range(4):
        machine.pass_time(3)
        asset = assets(machine.scan(everything=True))[NEW]
    assert asset.document.content() == {**CONTENT, "description": "Late"}
    assert (asset.problems, asset.pending) == ((), False)
    assert machine.mirror(NEW) == asset.document.content()
    assert machine.hands.names("a") == []
