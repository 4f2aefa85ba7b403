"""A volume turns from read-only to writable and back: what was edited goes to its place, and none is lost."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from sync.core.brakes import Landmark
from sync.core.model import Change
from sync.engine import Engine, Gone, Root, overlay
from sync.errors import Busy, Refused
from tests.sim.memfs import Crash, MemFS
from tests.sim.tools import FakeTool
from tests.sync.machines import Machine, assets, kinds, simulated_machine
from tests.sync.test_engine_moves_refused import refuse_next

PHOTO = "d/IMG.JPG"
SIDECAR, LEDGER = PHOTO + ".xmp", PHOTO + ".kphotos.json"
BOTH = {"title": "Lake", "rating": 4}


def over(machine: Machine) -> MemFS:
    assert isinstance(machine.volume.overlay, MemFS)
    return machine.volume.overlay


def turned(machine: Machine, *, writable: bool) -> Machine:
    """The disk is mounted otherwise now: a new engine, the same home."""
    machine.volume = replace(machine.volume, writable=writable)
    machine.restart()
    return machine


def library() -> Machine:
    """A volume with two photos that was writable, rated one of them, and has an overlay."""
    machine = simulated_machine()
    home = MemFS(machine.memfs.clock)
    home.make_folder = home.hands.folder  # type: ignore[method-assign]
    machine.volume = replace(machine.volume, overlay=home)
    machine.restart()
    machine.hands.put(PHOTO, b"the picture")
    machine.hands.put("d/other.JPG", b"another")
    machine.edit(PHOTO, rating=4)
    machine.pass_time(3)
    machine.scan()
    return machine


@pytest.fixture
def machine() -> Machine:
    """The same, read-only by now, with a title that only the overlay knows."""
    machine = turned(library(), writable=False)
    machine.edit(PHOTO, title="Lake")
    return machine


def test_what_was_edited_read_only_goes_to_its_place_and_leaves_the_overlay(machine: Machine) -> None:
    before = machine.engine.look(PHOTO).id
    asset = assets(turned(machine, writable=True).scan())[PHOTO]
    assert (asset.id, asset.document.content()) == (before, BOTH)
    assert machine.mirror(PHOTO) == BOTH
    assert machine.ledger(PHOTO).fields["title"][0].v == "Lake"
    assert over(machine).contents() == {}
    machine.pass_time(3)
    machine.scan()
    machine.memfs.writes.clear()
    assert kinds(machine.scan(everything=True))[-2:] == ["Root", "Done"]
    assert machine.memfs.writes == []


def test_before_the_scan_comes_by_whoever_looks_or_edits_sees_it_all(machine: Machine) -> None:
    turned(machine, writable=True)
    assert machine.engine.look(PHOTO).document.content() == BOTH
    assert machine.edit(PHOTO, label="Red").document.content() == {**BOTH, "label": "Red"}
    assert machine.mirror(PHOTO) == {**BOTH, "label": "Red"}
    machine.scan()
    assert over(machine).contents() == {}


def test_a_photo_that_never_had_a_sidecar_gets_them_from_the_overlay(machine: Machine) -> None:
    machine.edit("d/other.JPG", rating=2)
    asset = assets(turned(machine, writable=True).scan())["d/other.JPG"]
    assert (asset.has_ledger, asset.document.content()) == (True, {"rating": 2})
    assert machine.mirror("d/other.JPG") == {"rating": 2}
    assert over(machine).contents() == {}


def test_another_programs_edit_meanwhile_is_taken_with_it(machine: Machine) -> None:
    FakeTool(machine.hands, SIDECAR).set(creator=["Ana"])
    asset = assets(turned(machine, writable=True).scan())[PHOTO]
    assert asset.document.content() == {**BOTH, "creator": ["Ana"]}
    assert machine.mirror(PHOTO) == {**BOTH, "creator": ["Ana"]}


def test_two_titles_are_both_kept_for_a_person(machine: Machine) -> None:
    """Somebody else's K-Photos had the disk meanwhile and set the title as well."""
    other = library()
    other.hands.replace(LEDGER, machine.hands.read(LEDGER))
    other.hands.replace(SIDECAR, machine.hands.read(SIDECAR))
    other.site = replace(other.site, id="site-2")
    other.starts = 40
    other.restart(forget=True)
    other.edit(PHOTO, title="Pond")
    for path in (LEDGER, SIDECAR):
        machine.hands.replace(path, other.hands.read(path))
    asset = assets(turned(machine, writable=True).scan())[PHOTO]
    assert "title" in asset.document.conflicts
    assert {one.v for one in asset.ledger.fields["title"]} == {"Lake", "Pond"}
    assert over(machine).contents() == {}


def test_writable_and_back_keeps_everything_in_sight(machine: Machine) -> None:
    for turn in range(3):
        turned(machine, writable=True).scan()
        machine.edit(PHOTO, rating=turn)
        machine.pass_time(3)
        machine.scan()
        turned(machine, writable=False).scan()
        assert machine.engine.look(PHOTO).document.content() == {"title": f"Lake{turn or ''}", "rating": turn}
        machine.edit(PHOTO, title=f"Lake{turn + 1}")
    assert machine.ledger(PHOTO).fields["rating"][0].v == 2


def test_the_overlay_of_another_picture_is_not_taken_and_not_removed(machine: Machine) -> None:
    machine.hands.remove(LEDGER)
    machine.hands.remove(SIDECAR)
    machine.hands.put(PHOTO, b"a quite different picture")
    asset = assets(turned(machine, writable=True).scan())[PHOTO]
    assert asset.document.content() == {}
    assert [*over(machine).contents()] == [LEDGER]


@pytest.mark.parametrize("picture", [b"a dog", b"quite another picture, of a dog"])
def test_a_picture_that_comes_with_its_own_ledger_inherits_nothing_from_the_overlay(
    machine: Machine, picture: bytes
) -> None:
    other = simulated_machine(seed=2)
    other.hands.put(PHOTO, picture)
    other.edit(PHOTO, description="A dog")
    for path in (PHOTO, SIDECAR, LEDGER):  # whoever owns the disk puts it there
        machine.hands.replace(path, other.hands.read(path))
    machine.pass_time(3)
    machine.scan()
    asset = machine.engine.look(PHOTO)
    assert (asset.document.content(), [one.kind for one in asset.problems]) == ({}, ["original-changed"])
    with pytest.raises(Refused):
        machine.edit(PHOTO, rating=1)
    machine.engine.disown(PHOTO)
    machine.edit(PHOTO, rating=1)
    assert "title" not in machine.engine.look(PHOTO).document.content()
    turned(machine, writable=True)
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()
    assert machine.engine.look(PHOTO).document.content() == {"description": "A dog", "rating": 1}


def test_an_overlay_that_cannot_be_read_is_told_and_left(machine: Machine) -> None:
    over(machine).hands.put(LEDGER, b"{")
    turned(machine, writable=True).restart(forget=True)
    asset = assets(machine.scan())[PHOTO]
    assert ([problem.kind for problem in asset.problems], asset.document.content()) == (
        ["overlay"],
        {"rating": 4},
    )
    assert machine.edit(PHOTO, rating=5).document.content() == {"rating": 5}
    assert [*over(machine).contents()] == [LEDGER]


def test_a_photo_that_moved_meanwhile_takes_its_overlay_along(machine: Machine) -> None:
    turned(machine, writable=True)
    for name in (PHOTO, SIDECAR, LEDGER):
        machine.hands.move(name, name.replace("d/", "e/"))
    machine.pass_time(3)
    machine.scan()
    machine.scan()
    assert machine.engine.look("e/IMG.JPG").document.content() == BOTH


def test_a_photo_that_moved_without_sidecars_takes_those_of_both_places_along(machine: Machine) -> None:
    turned(machine, writable=True)
    machine.hands.move(PHOTO, "e/IMG.JPG")
    machine.pass_time(3)
    machine.scan()
    machine.scan()
    assert machine.engine.look("e/IMG.JPG").document.content() == BOTH
    assert over(machine).contents() == {}


def test_a_photo_without_a_ledger_of_its_own_that_moved_is_found_in_the_overlay(machine: Machine) -> None:
    machine.edit("d/other.JPG", rating=2)
    turned(machine, writable=True)
    machine.hands.move("d/other.JPG", "e/other.JPG")
    machine.pass_time(3)
    machine.scan()
    machine.scan()
    assert machine.engine.look("e/other.JPG").document.content() == {"rating": 2}


@pytest.mark.parametrize("with_xmp", [True, False])
def test_a_read_only_photo_that_moved_keeps_what_was_edited(machine: Machine, with_xmp: bool) -> None:
    machine.hands.move(PHOTO, "e/IMG.JPG")
    if with_xmp:
        machine.hands.move(SIDECAR, "e/IMG.JPG.xmp")
    before = machine.memfs.contents()
    machine.pass_time(3)
    machine.scan()
    assert machine.engine.look("e/IMG.JPG").document.content() == BOTH
    assert [*over(machine).contents()] == ["e/IMG.JPG.kphotos.json"]
    assert machine.memfs.contents() == before


@pytest.mark.parametrize("path", [PHOTO, "d/other.JPG"])
def test_a_read_only_move_that_is_refused_once_is_gone_on_with(
    machine: Machine, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    title = machine.edit(path, title="Lake").document.value("title")
    machine.pass_time(3)
    machine.scan()
    machine.hands.move(path, "e/LAKE.JPG")
    refuse_next(machine, "lock", monkeypatch)
    events = machine.scan()
    assert [problem.kind for problem in assets(events)["e/LAKE.JPG"].problems] == ["left-behind"]
    machine.pass_time(30)
    machine.touch("e/LAKE.JPG")
    asset = assets(machine.scan(everything=True))["e/LAKE.JPG"]
    assert (asset.document.value("title"), asset.problems) == (title, ())
    assert not [name for name in over(machine).contents() if name.startswith(path)]


def test_a_group_held_by_somebody_keeps_its_overlay_until_the_next_scan(machine: Machine) -> None:
    turned(machine, writable=True)
    machine.edit(PHOTO, rating=5)

    class HeldLock:
        def hold(self, keys: object, timeout: float = 0) -> object:
            raise Busy("somebody else is writing this photo's sidecars")

    free = machine.site
    machine.engine = Engine(machine.volume, replace(free, lock=HeldLock()))  # type: ignore[arg-type]
    machine.scan()
    assert [*over(machine).contents()] == [LEDGER]
    machine.restart().scan()
    machine.scan()
    assert over(machine).contents() == {}


def test_a_home_that_fails_hides_nothing_beside_the_photos_and_loses_nothing(machine: Machine) -> None:
    turned(machine, writable=True)
    over(machine).root_error = OSError(5, "I/O error")
    assert assets(machine.scan(everything=True))[PHOTO].document.value("rating") == 4
    over(machine).root_error = None
    assert assets(machine.scan())[PHOTO].document.content() == BOTH
    assert over(machine).contents() == {}


def many(machine: Machine) -> None:
    items = [(path, [Change("tags", "add", ["Sea"], bulk="b1")]) for path in (PHOTO, "d/other.JPG")]
    outcomes = [one for group in machine.engine.edit_many(items, "alice", "b1") for one in group]
    assert [one.refused for one in outcomes] == [None, None]


def test_many_edits_at_once_go_to_the_overlay_and_then_to_their_places(machine: Machine) -> None:
    before = machine.memfs.contents()
    many(machine)
    assert machine.memfs.contents() == before
    assert machine.engine.look("d/other.JPG").document.content() == {"tags": ("Sea",)}
    turned(machine, writable=True).scan()
    assert machine.mirror("d/other.JPG") == {"tags": ("Sea",)}
    assert machine.mirror(PHOTO) == {**BOTH, "tags": ("Sea",)}
    assert over(machine).contents() == {}


def test_many_edits_at_once_take_in_what_still_waits_in_the_overlay(machine: Machine) -> None:
    turned(machine, writable=True)
    many(machine)
    assert machine.mirror(PHOTO) == {**BOTH, "tags": ("Sea",)}
    machine.scan()
    assert over(machine).contents() == {}


def test_a_read_only_edit_is_taken_back(machine: Machine) -> None:
    done = machine.engine.edit(PHOTO, [Change("title", "set", "Pond")], "alice")
    machine.engine.edit(PHOTO, done.undo, "alice")
    assert machine.engine.look(PHOTO).document.content() == BOTH


def crash_at(machine: Machine, number: int) -> bool:
    """Reconcile, and stop before that operation on either disk; whether it came to an end first."""
    left = number

    def stop(at: int, operation: str, path: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Crash

    for fs in (machine.memfs, over(machine)):
        fs.before = stop
    try:
        machine.scan()
    except Crash:
        return False
    finally:
        for fs in (machine.memfs, over(machine)):
            fs.before = lambda *_: None
    return True


def enumerate_crashes(cut: str) -> int:
    number, is_over = 0, False
    while not is_over:
        number += 1
        machine = turned(library(), writable=False)
        machine.edit(PHOTO, title="Lake")
        for fs in (machine.memfs, over(machine)):
            fs.durable_nodes = dict(fs.nodes)
        turned(machine, writable=True)
        is_over = crash_at(machine, number)
        if cut != "killed":
            for fs in (machine.memfs, over(machine)):
                fs.power_cut(keep_names=cut == "names kept")
        machine.restart(forget=cut == "names lost")
        machine.pass_time(3)
        assert machine.engine.look(PHOTO).document.content() == BOTH, f"before operation {number}"
        machine.scan()
        machine.pass_time(3)
        machine.scan()
        assert machine.mirror(PHOTO) == BOTH
        assert over(machine).contents() == {}
    return number


@pytest.mark.slow
@pytest.mark.parametrize("cut", ["killed", "names lost", "names kept"])
def test_a_crash_at_any_operation_of_the_way_back_loses_nothing(cut: str) -> None:
    assert enumerate_crashes(cut) > 30


def test_an_overlay_removed_before_its_place_is_durable_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant: what is in place is not made to last before the overlay goes."""

    def careless(volume: object, site: object, path: str) -> bool:
        assert isinstance(volume, type(simulated_machine().volume))
        assert volume.overlay is not None
        volume.overlay.remove(path + ".kphotos.json")
        volume.overlay.sync_folder("d")
        return True

    monkeypatch.setattr(MemFS, "sync_folder", _only_home(MemFS.sync_folder))
    monkeypatch.setattr(overlay, "put_away", careless)
    with pytest.raises(AssertionError, match="before operation"):
        enumerate_crashes("names lost")


def _only_home(real: object) -> object:
    def sync(fs: MemFS, folder: str) -> None:
        if not any(path.endswith(".JPG") for path in fs.nodes):
            real(fs, folder)  # type: ignore[operator]

    return sync


def test_a_read_only_root_is_known_by_its_landmarks_and_marked_when_it_may_be_written() -> None:
    machine = library()
    machine.hands.remove(".kphotos")
    marks = (Landmark(PHOTO, 11), Landmark("d/other.JPG", 7))
    machine.volume = replace(machine.volume, writable=False, landmarks=marks)
    machine.restart()
    machine.edit(PHOTO, title="Lake")
    turned(machine, writable=True).scan()
    assert machine.hands.names(".kphotos") == ["sites", "volume.json"]
    assert machine.mirror(PHOTO) == BOTH


def foreign(machine: Machine) -> None:
    """Another disk at the same place."""
    for name in [*machine.memfs.nodes]:
        machine.memfs.nodes.pop(name, None)
    for number in range(9):
        machine.hands.put(f"d/{number}.JPG", b"x" * number)


@pytest.mark.parametrize("writable", [False, True])
def test_another_disk_at_its_place_is_neither_a_deletion_nor_marked(writable: bool) -> None:
    machine = library()
    machine.hands.remove(".kphotos")
    marks = (Landmark(PHOTO, 11), Landmark("d/other.JPG", 7))
    machine.volume = replace(machine.volume, writable=False, landmarks=marks)
    machine.restart()
    foreign(machine)
    (root,) = turned(machine, writable=writable).scan()
    assert isinstance(root, Root)
    assert (root.state, "other files" in root.reason or "marker" in root.reason) == ("offline", True)
    assert ".kphotos" not in machine.hands.names()


def test_a_marked_volume_that_is_read_only_now_needs_its_marker_still() -> None:
    machine = library()
    machine.volume = replace(machine.volume, writable=False, marked=True)
    machine.restart()
    assert kinds(machine.scan())[-1] == "Done"
    foreign(machine)
    assert kinds(machine.scan()) == ["Root"]


def test_half_of_the_landmarks_may_be_deleted_and_are_gone() -> None:
    machine = library()
    machine.hands.remove(".kphotos")
    marks = (Landmark(PHOTO, 11), Landmark("d/other.JPG", 7))
    machine.volume = replace(machine.volume, writable=False, landmarks=marks)
    machine.restart()
    machine.scan()
    machine.hands.remove("d/other.JPG")
    assert [event for event in machine.scan() if isinstance(event, Gone)] == [Gone("d/other.JPG")]


@pytest.mark.parametrize("same", [True, False])
def test_in_doubt_the_content_of_what_is_there_decides(same: bool) -> None:
    machine = library()
    machine.hands.remove(".kphotos")
    content = machine.engine.look(PHOTO)
    hash_ = f"sha256:{sha256(b'the picture' if same else b'the sculptu').hexdigest()}"
    gone = tuple(Landmark(f"gone/{number}.JPG", 5) for number in range(4))
    marks = (Landmark(PHOTO, content.original.stat.size, hash_), *gone)
    machine.volume = replace(machine.volume, writable=False, landmarks=marks)
    machine.restart()
    assert (kinds(machine.scan())[-1] == "Done") is same
    assert machine.memfs.opened.count(PHOTO) == 1
    machine.scan()
    assert machine.memfs.opened.count(PHOTO) == 1
