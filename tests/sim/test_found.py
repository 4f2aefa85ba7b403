"""Counter-examples that random histories found, each in its shortest form."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.core.model import Change
from tests.sim.histories import Scene
from tests.sim.histories_programs import NOTE, Program
from tests.sim.histories_values import Setting
from tests.sim.oracles_rest import check_rest

pytestmark = pytest.mark.slow

PHOTO = "d/IMG_1.JPG"
SIDECAR, LEDGER = PHOTO + ".xmp", PHOTO + ".kphotos.json"


def scene(*, races: bool = False) -> Scene:
    made = Scene(1, Setting("found", races=races))
    made.fs.granularity_ns = 1
    return made


def write(of: Scene, program: Program, key: str, value: object, number: int) -> None:
    program.save(SIDECAR, program.edit(SIDECAR, of.books[PHOTO], key, value, number))


def test_a_program_that_never_reads_takes_nothing_back_where_two_fields_were_edited_since() -> None:
    house = scene()
    program = Program(house.fs, is_stale=True, is_deaf=True)
    write(house, program, "title", "theirs", 1)
    house.touch(SIDECAR)
    house.machine.pass_time(3)
    house.edit(PHOTO, Change("title", "set", "Lake"))
    house.edit(PHOTO, Change("description", "set", "At dawn"))
    house.machine.pass_time(3)
    write(house, program, "tags/x", True, 2)
    house.touch(SIDECAR)
    document = house.engine.look(PHOTO).document
    assert (document.value("title"), document.value("description")) == ("Lake", "At dawn")
    assert document.value("tags") == ("x",)
    assert list(document.stale["title"].values()) == ["theirs"]


def test_what_k_photos_does_not_know_survives_a_write_just_before_the_exchange() -> None:
    """Before each operation of an edit another program saves: its own property is in the file in the end."""
    operations = 0
    for operation in range(1, 40):
        house = scene(races=True)
        house.edit(PHOTO, Change("title", "set", "Lake"))
        house.settle()
        start = house.fs.operations

        def save(of: Scene = house) -> None:
            write(of, Program(of.fs), "description", "At dawn", 77)

        house.at(operation, save)
        house.edit(PHOTO, Change("title", "set", "Pond"))
        operations = house.fs.operations - start
        house.settle()
        if operation < operations:
            found = NOTE.search(house.machine.hands.read(SIDECAR))
            assert found is not None
            assert b">77<" in found[0], f"operation {operation}"
            document = house.engine.look(PHOTO).document
            assert (document.value("title"), document.value("description")) == ("Pond", "At dawn")
    assert operations > 15


def replaced(put_back: Callable[[Scene], None]) -> Scene:
    """A photo is edited; in the same moment it is deleted with its sidecars, and another takes its name."""
    house = scene()
    write(house, Program(house.fs), "title", "old", 1)
    house.edit(PHOTO, Change("description", "set", "of the old picture"))
    assert [name for name in house.machine.hands.names("d") if name.startswith(".kphotos-tmp-")]
    for path in (PHOTO, SIDECAR, LEDGER):
        house.machine.hands.remove(path)
    house.photo(PHOTO, b"quite another picture")
    put_back(house)
    house.settle()
    return house


def test_a_new_photo_inherits_nothing_from_what_was_swapped_out() -> None:
    house = replaced(lambda house: None)
    assert house.engine.look(PHOTO).document.content() == {}
    assert check_rest(house) == 0


def test_nor_does_one_that_has_a_sidecar_of_its_own() -> None:
    house = replaced(lambda house: write(house, Program(house.fs), "title", "new", 2))
    assert house.engine.look(PHOTO).document.content() == {"title": "new"}
    assert "new" in house.index[PHOTO][1]


def test_a_new_photo_inherits_nothing_from_what_was_remembered_either() -> None:
    """The first edit of the new photo is cut short before each of its operations."""
    for operation in range(1, 25):
        house = scene()
        house.edit(PHOTO, Change("description", "set", "of the old picture"))
        house.settle()
        for path in (PHOTO, SIDECAR, LEDGER):
            house.machine.hands.remove(path)
        house.photo(PHOTO, b"quite another picture")
        house.at(operation, house.stop)
        house.edit(PHOTO, Change("title", "set", "New"))
        house.settle()
        asset = house.engine.look(PHOTO)
        assert (asset.document.value("description"), asset.problems) == (None, ()), f"operation {operation}"


def test_an_older_ledger_of_a_time_before_the_photo_was_hashed_takes_nothing_back() -> None:
    house = scene()
    house.edit(PHOTO, Change("title", "set", "Lake"))
    house.settle()
    older = house.machine.hands.read(LEDGER)
    house.engine.hashed(PHOTO, house.fs.stat(PHOTO).signature(), "sha256:" + "0" * 64)
    house.edit(PHOTO, Change("favourites", "add", "alice"))  # of which the XMP, still there, says nothing
    house.settle()
    house.machine.hands.replace(LEDGER, older)
    house.settle()
    assert house.engine.look(PHOTO).document.favourites == {"alice"}


def test_an_edit_that_another_machine_writes_over_at_once_stands_in_the_end() -> None:
    """No exchange, no common lock: an older ledger lands on ours before our edit has come to its end."""
    house = scene()
    house.fs.exchanges = False
    house.edit(PHOTO, Change("title", "set", "Lake"))
    house.settle()
    older, start = house.machine.hands.read(LEDGER), len(house.fs.writes)

    def write_over(number: int, operation: str, path: str) -> None:
        if operation == "stat" and path == SIDECAR and ("rename", LEDGER) in house.fs.writes[start:]:
            house.fs.before = house.before
            house.machine.hands.replace(LEDGER, older)
            write(house, Program(house.fs), "description", "At dawn", 5)  # so that all is looked at again

    house.fs.before = write_over
    assert house.edit(PHOTO, Change("title", "set", "Pond")) is not None
    house.settle()
    document = house.engine.look(PHOTO).document
    assert (document.value("title"), document.value("description")) == ("Pond", "At dawn")
