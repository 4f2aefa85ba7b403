"""Photos whose names are alike but for what a sync tool might have added: none takes the other's XMP."""

from __future__ import annotations

from typing import Any

import pytest

from sync.codecs import xmp
from sync.core.model import Change
from tests.sim.tools import MARK
from tests.sync.machines import ALICE, Machine, simulated_machine

ALIKE = {"creator": ("Ann",), "copyright": "(c) Ann", "rating": 3}
RATED = [Change("rating", "set", 5)]


def put(machine: Machine, name: str, content: dict[str, Any]) -> None:
    machine.hands.put(name, MARK.sub(b"", xmp.write(None, content, "none")))


@pytest.mark.parametrize("by", ["edit", "bulk", "watch"])
@pytest.mark.parametrize(
    ("other", "sidecar"),
    [
        ("IMG_1-2.CR2", "IMG_1-2.xmp"),
        ("IMG_1 2.CR2", "IMG_1 2.xmp"),
        ("IMG_1 (1).CR2", "IMG_1 (1).xmp"),
        ("IMG_1-edit.CR2", "IMG_1-edit.xmp"),
        ("IMG_1 (conflicted copy 2024-01-02).CR2", "IMG_1 (conflicted copy 2024-01-02).xmp"),
        ("IMG_1 (conflicted copy 2024-01-02).CR2", "IMG_1 (conflicted copy 2024-01-02).CR2.xmp"),
    ],
)
def test_the_xmp_of_a_photo_that_is_there_is_nobody_elses_copy(other: str, sidecar: str, by: str) -> None:
    machine = simulated_machine()
    machine.hands.put("d/IMG_1.CR2", b"a lake")
    machine.hands.put(f"d/{other}", b"some dog")
    put(machine, "d/IMG_1.xmp", {"title": "Lake", **ALIKE})
    put(machine, f"d/{sidecar}", {"title": "Dog", **ALIKE})
    before = machine.hands.read(f"d/{sidecar}")
    machine.rest()
    if by == "edit":
        machine.engine.edit("d/IMG_1.CR2", RATED, ALICE)
    elif by == "bulk":
        list(machine.engine.edit_many([("d/IMG_1.CR2", RATED)], ALICE))
    else:
        machine.edit("d/IMG_1.CR2", rating=5)
        put(machine, "d/IMG_1.xmp", {"title": "Lake", **ALIKE, "rating": 5})
        machine.pass_time(3)
        machine.touch("d/IMG_1.xmp", f"d/{sidecar}")
    machine.rest()
    assert machine.hands.read(f"d/{sidecar}") == before
    assert machine.engine.look(f"d/{other}").document.value("title") == "Dog"
    assert machine.engine.look("d/IMG_1.CR2").document.content() == {"title": "Lake", **shown(ALIKE)}


def shown(content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "creator": ["Ann"], "rating": 5}


@pytest.mark.parametrize("how", ["removed", "moved", "removed after a bulk edit"])
def test_nor_is_that_of_one_that_was_there_and_went_without_it(how: str) -> None:
    machine = simulated_machine()
    lake, dog = "d/IMG_1.CR2", "d/IMG_1-2.CR2"
    for path, data, title in ((lake, b"a lake", "Lake"), (dog, b"some dog", "Dog")):
        machine.hands.put(path, data)
        put(machine, path.replace("CR2", "xmp"), {"title": title, **ALIKE})
    machine.edit(lake, label="Red")
    if "bulk" in how:
        list(machine.engine.edit_many([(lake, RATED), (dog, RATED)], ALICE))
    machine.rest()
    for path in (lake, dog):
        machine.hash(path)
    machine.rest()
    machine.hands.remove(dog) if "removed" in how else machine.hands.move(dog, "e/IMG_1-2.CR2")
    machine.rest()
    assert machine.engine.look(lake).document.value("title") == "Lake"
    folder = "e" if how == "moved" else "d"
    assert "IMG_1-2.xmp" in machine.hands.names(folder)
