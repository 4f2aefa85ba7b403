"""A mark that no K-Photos can have written: whoever wrote that, it stops nothing."""

from __future__ import annotations

import pytest

from sync.codecs import xmp
from tests.sim.tools import MARK, content_of
from tests.sync.machines import Machine, assets, simulated_machine

PHOTO = "d/IMG.JPG"
SIDECAR = PHOTO + ".xmp"

STRANGE = ["not a mark", "m\u00e4rk", "-", "../../../etc/x", "0MBXSTDZ700-NODE", "a" * 300]


def marked(machine: Machine, mark: str, **fields: object) -> bytes:
    """The photo's XMP as a program leaves it that has put a text of its own in the place of our mark."""
    now = {**content_of(machine.hands.read(SIDECAR)), **fields}
    data = xmp.write(machine.hands.read(SIDECAR), now, "none")
    assert MARK.search(data)
    return data.replace(b">none<", f">{mark}<".encode())


def with_a_strange_mark(mark: str) -> Machine:
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, title="Lake")
    machine.pass_time(3)
    machine.scan()
    machine.hands.put(SIDECAR, marked(machine, mark, rating=4))
    machine.pass_time(3)
    return machine


@pytest.mark.parametrize("mark", STRANGE)
def test_the_edit_is_taken_and_the_scan_goes_on(mark: str) -> None:
    machine = with_a_strange_mark(mark)
    seen = assets(machine.scan())
    assert seen[PHOTO].document.content() == machine.mirror(PHOTO) == {"title": "Lake", "rating": 4}
    machine.pass_time(3)
    machine.scan()
    machine.memfs.writes.clear()
    machine.scan(everything=True)
    assert machine.memfs.writes == []


@pytest.mark.parametrize("mark", STRANGE)
def test_the_sidecar_follows_its_photo(mark: str) -> None:
    machine = with_a_strange_mark(mark)
    machine.hands.move(PHOTO, "d/NEW.JPG")
    for _ in range(3):
        machine.pass_time(10)
        machine.scan()
    seen = machine.engine.look("d/NEW.JPG")
    assert (seen.document.content(), seen.problems) == ({"title": "Lake", "rating": 4}, ())
    assert not [name for name in machine.hands.names("d") if name.startswith((".kphotos-tmp", "IMG."))]
