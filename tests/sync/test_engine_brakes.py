"""Roots and folders that go away, cannot be read, cannot be written, or are not ours: I10 and overlays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.core.model import Change
from sync.engine import Cleared, Done, Engine, Event, Gone, Later, Root, Seen, Trouble, Volume
from sync.errors import Busy, NotFound, Offline, ReadOnly
from sync.ports import UNKNOWN, Entry, join, split
from tests.sim.memfs import MemFS
from tests.sim.tools import FakeTool
from tests.sync.machines import ALICE, Machine, assets, kinds, simulated_machine

PHOTO = "d/IMG.JPG"
SIDECAR, LEDGER = PHOTO + ".xmp", PHOTO + ".kphotos.json"


@pytest.fixture
def machine() -> Machine:
    machine = simulated_machine()
    for number in range(5):
        machine.hands.put(f"d/{number}.JPG", b"%d" % number)
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, rating=4)
    machine.pass_time(3)
    machine.scan()
    return machine


def read_only(machine: Machine) -> Machine:
    """The same volume as one that may not be written, with an overlay."""
    overlay = MemFS(machine.memfs.clock)
    overlay.make_folder = overlay.hands.folder  # type: ignore[method-assign]
    machine.volume = replace(machine.volume, overlay=overlay, writable=False)
    machine.restart(forget=True)
    return machine


@pytest.mark.parametrize(
    "error",
    [OSError(5, "I/O error"), OSError(116, "Stale file handle"), PermissionError(13, "Permission denied")],
)
def test_a_root_that_fails_is_offline_and_nothing_is_gone(machine: Machine, error: OSError) -> None:
    before = machine.memfs.contents()
    machine.memfs.root_error = error
    assert kinds(machine.scan()) == ["Root"]
    assert kinds(machine.touch(PHOTO, SIDECAR)) == ["Root"]
    with pytest.raises(Offline):
        machine.edit(PHOTO, rating=1)
    with pytest.raises(NotFound):
        machine.engine.look(PHOTO)
    machine.memfs.root_error = None
    assert machine.memfs.contents() == before
    assert kinds(machine.scan()) == ["Root", "Done"]


@pytest.mark.parametrize("operation", ["entries", "read"])
def test_a_root_that_goes_away_in_the_midst_of_a_scan_loses_nothing(machine: Machine, operation: str) -> None:
    """Unmounted at each step of the walk: whatever was not reached is unknown."""
    machine.hands.put("e/new.JPG", b"new")
    seen = scan_unmounted_at(machine, operation, 1)
    steps = 1
    while machine.memfs.root_error is not None:
        machine.memfs.root_error = None
        assert not [event for event in seen if isinstance(event, Gone | Done)]
        assert isinstance(seen[-1], Root)
        assert seen[-1].state == "offline"
        steps += 1
        seen = scan_unmounted_at(machine, operation, steps)
    assert steps > 2
    assert "e/new.JPG" in assets(seen)
    assert isinstance(seen[-1], Done)


def scan_unmounted_at(machine: Machine, operation: str, number: int) -> list[Event]:
    """Scan, the root going away at the operation of that name and number, if it comes to it."""
    fs = machine.memfs
    left = number

    def vanish(at: int, name: str, path: str) -> None:
        nonlocal left
        left -= name == operation
        if left == 0:
            fs.root_error = FileNotFoundError(2, "No such file or directory")
            raise fs.root_error

    fs.before = vanish
    try:
        return machine.scan()
    finally:
        fs.before = lambda *_: None


def test_an_unreadable_folder_is_unknown_and_never_gone(machine: Machine) -> None:
    machine.hands.put("d/deep/x.JPG", b"x")
    machine.pass_time(3)
    machine.scan()
    machine.hands.chmod("d", 0)
    for _ in range(2):
        events = machine.scan()
        assert kinds(events) == ["Trouble", "Root", "Done"]
        assert isinstance(events[0], Trouble)
        assert (events[0].problem.path, events[0].problem.kind) == ("d", "unreadable")
    assert kinds(machine.touch(PHOTO, SIDECAR)) == ["Done"]
    machine.hands.remove("d/0.JPG")
    machine.hands.chmod("d", 0o755)
    events = machine.scan()
    assert Cleared("d") in events
    assert [event for event in events if isinstance(event, Gone)] == [Gone("d/0.JPG")]


@pytest.mark.parametrize("path", ["d", PHOTO])
def test_what_a_listing_tells_the_name_of_alone_is_not_gone(
    machine: Machine, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that was closed to us but for its names, a disk below it that died, an inode that fails."""
    listed = machine.memfs.entries

    def entries(folder: str) -> list[Entry]:
        unknown = Entry(split(path)[1], UNKNOWN, 0, 0, 0, 0)
        return [unknown if join(folder, each.name) == path else each for each in listed(folder)]

    with monkeypatch.context() as patch:
        patch.setattr(machine.memfs, "entries", entries)
        for _ in range(2):
            assert kinds(machine.scan()) == ["Root", "Done"]
    assert kinds(machine.scan()) == ["Root", "Done"]
    machine.hands.remove(PHOTO)
    assert [event for event in machine.scan() if isinstance(event, Gone)] == [Gone(PHOTO)]


@pytest.mark.parametrize("name", ["._{}.JPG", "{}.png"])
def test_what_is_left_out_is_missed_by_nobody(machine: Machine, name: str) -> None:
    """macOS leaves a ._IMG.JPG beside each photo on other disks: with every change they were all gone."""
    machine.hands.put(".kphotosignore", b"*.png\n")
    for number in range(60):
        machine.hands.put(f"d/{name.format(number)}", b"left out")
    machine.pass_time(3)
    machine.scan()
    machine.hands.put("d/new.JPG", b"new")
    machine.hands.remove("d/0.JPG")
    assert kinds(machine.scan()) == ["Seen", "Root", "Gone", "Done"]
    machine.hands.put(".kphotosignore", b"1.*\n")
    gone = [event for event in machine.scan() if isinstance(event, Gone)]
    assert gone == [Gone("d/1.JPG")]


def test_a_folder_that_went_is_gone_with_all_that_was_in_it(machine: Machine) -> None:
    machine.hands.put("d/deep/x.JPG", b"x")
    machine.pass_time(3)
    machine.scan()
    machine.hands.remove("d/deep")
    assert [event for event in machine.scan() if isinstance(event, Gone)] == [Gone("d/deep/x.JPG")]
    assert kinds(machine.scan()) == ["Root", "Done"]


def test_deletions_seen_by_the_watcher_wait_for_the_brakes(machine: Machine) -> None:
    fs = machine.memfs
    machine.hands.remove("d/0.JPG")

    def unmount(at: int, operation: str, path: str) -> None:
        if operation == "names":
            machine.hands.remove(".kphotos")

    fs.before = unmount
    events = machine.touch("d/0.JPG")
    assert kinds(events) == ["Cleared", "Root"]


def test_a_read_only_volume_is_never_written_and_its_ledgers_are_in_the_overlay(machine: Machine) -> None:
    read_only(machine)
    before = machine.memfs.contents()
    assert assets(machine.scan())[PHOTO].document.value("rating") == 4
    asset = machine.edit(PHOTO, title="Lake")
    assert asset.document.content() == {"rating": 4, "title": "Lake"}
    assert (asset.pending, asset.has_ledger) == (False, True)
    assert machine.memfs.contents() == before
    machine.restart(forget=True)
    assert assets(machine.scan())[PHOTO].document.content() == {"rating": 4, "title": "Lake"}
    assert machine.engine.look(PHOTO).id == asset.id
    overlay = machine.volume.overlay
    assert isinstance(overlay, MemFS)
    assert overlay.hands.names("d") == ["IMG.JPG.kphotos.json"]
    machine.edit("d/0.JPG", rating=1)
    assert machine.memfs.contents() == before


def test_a_tools_edit_on_a_read_only_volume_is_kept_in_the_overlay(machine: Machine) -> None:
    read_only(machine)
    machine.edit(PHOTO, title="Lake")
    FakeTool(machine.hands, SIDECAR).set(rating=1)
    asset = assets(machine.touch(SIDECAR))[PHOTO]
    assert asset.document.content() == {"rating": 1, "title": "Lake"}
    assert machine.ledger(PHOTO).fields["rating"][0].v == 4


def test_a_read_only_volume_without_an_overlay_refuses_edits(machine: Machine) -> None:
    machine.volume = Volume("volume-1", machine.fs, None, writable=False)
    machine.restart()
    assert machine.engine.look(PHOTO).document.value("rating") == 4
    FakeTool(machine.hands, SIDECAR).set(rating=1)
    assert assets(machine.scan())[PHOTO].document.value("rating") == 1
    with pytest.raises(ReadOnly):
        machine.edit(PHOTO, rating=1)


def test_an_empty_read_only_root_is_offline(machine: Machine) -> None:
    read_only(machine)
    machine.hands.remove("d")
    machine.hands.remove(".kphotos")
    machine.hands.put("lost+found/x", b"")
    assert kinds(machine.scan()) == ["Root"]


def test_a_name_too_long_for_a_sidecar_has_its_ledger_in_the_overlay(machine: Machine) -> None:
    overlay = MemFS(machine.memfs.clock)
    overlay.make_folder = overlay.hands.folder  # type: ignore[method-assign]
    machine.volume = replace(machine.volume, overlay=overlay)
    machine.restart()
    path = "d/" + "x" * 251 + ".JPG"
    machine.hands.put(path, b"x")
    asset = machine.edit(path, rating=3)
    assert asset.pending is False
    assert len(overlay.hands.names("d")) == 1
    assert machine.hands.names("d") == sorted({*machine.hands.names("d")} - {path + ".xmp"})
    assert assets(machine.scan(everything=True))[path].document.value("rating") == 3


def test_a_root_that_cannot_be_marked_is_offline() -> None:
    machine = simulated_machine()
    machine.hands.put("a.JPG", b"a")

    def refuse(at: int, operation: str, path: str) -> None:
        if operation == "make_folder":
            raise PermissionError(13, "Permission denied")

    machine.memfs.before = refuse
    (root,) = machine.scan()
    assert isinstance(root, Root)
    assert "cannot be written" in root.reason


def test_sidecars_that_cannot_be_written_during_a_scan_are_told_and_tried_again(machine: Machine) -> None:
    machine.hands.remove(SIDECAR)

    def refuse(at: int, operation: str, path: str) -> None:
        if operation == "create":
            raise PermissionError(13, "Permission denied")

    machine.memfs.before = refuse
    for _ in range(2):
        asset = assets(machine.scan(everything=True))[PHOTO]
        assert (asset.pending, [problem.kind for problem in asset.problems]) == (True, ["refused"])
        assert asset.document.value("rating") == 4
    machine.memfs.before = lambda *_: None
    asset = assets(machine.scan(everything=True))[PHOTO]
    assert (asset.pending, asset.problems) == (False, ())
    assert machine.mirror(PHOTO) == {"rating": 4}


def test_a_group_held_by_somebody_is_busy_for_a_person_and_pending_for_a_scan(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class HeldLock:
        def hold(self, keys: object, timeout: float = 0) -> object:
            raise Busy("somebody else is writing this photo's sidecars")

    machine.hands.remove(SIDECAR)
    held = replace(machine.site, lock=HeldLock())  # type: ignore[arg-type]
    engine = Engine(machine.volume, held)
    with pytest.raises(Busy):
        engine.edit(PHOTO, [Change("rating", "set", 1)], ALICE)
    asset = assets(list(engine.scan(everything=True)))[PHOTO]
    assert asset.pending


def test_a_program_that_never_stops_writing_makes_an_edit_busy(machine: Machine) -> None:
    fs = machine.memfs

    def touch(at: int, operation: str, path: str) -> None:
        if operation == "create":
            machine.pass_time(0.01)
            machine.hands.replace(LEDGER, machine.hands.read(LEDGER))

    fs.before = touch
    with pytest.raises(Busy):
        machine.edit(PHOTO, rating=1)
    fs.before = lambda *_: None
    assert machine.edit(PHOTO, rating=2).document.value("rating") == 2


def test_another_sites_ledger_put_in_between_is_joined_before_the_answer(machine: Machine) -> None:
    theirs = simulated_machine(seed=2)
    theirs.hands.put(PHOTO, b"the picture")
    theirs.hands.put(LEDGER, machine.hands.read(LEDGER))
    theirs.hands.put(SIDECAR, machine.hands.read(SIDECAR))
    theirs.pass_time(60)
    theirs.site = replace(theirs.site, node="theirs")
    theirs.starts = 70
    theirs.restart()
    theirs.edit(PHOTO, title="Theirs")
    done = []

    def swap(at: int, operation: str, path: str) -> None:
        if operation == "exchange" and path == LEDGER and not done:
            done.append(1)
            machine.hands.replace(LEDGER, theirs.hands.read(LEDGER))

    machine.memfs.before = swap
    asset = machine.edit(PHOTO, rating=5)
    assert done
    assert asset.document.content() == {"rating": 5, "title": "Theirs"}
    assert machine.mirror(PHOTO) == {"rating": 5, "title": "Theirs"}


def test_later_events_name_the_original_to_touch_again(machine: Machine) -> None:
    FakeTool(machine.hands, SIDECAR).tear()
    (event, _) = machine.touch(SIDECAR)
    assert event == Later(PHOTO, 0.2)
    FakeTool(machine.hands, "x.xmp").set(rating=3)
    machine.hands.put(SIDECAR, machine.hands.read("x.xmp"))
    (event, _) = machine.touch(PHOTO)
    assert isinstance(event, Seen)
    assert event.asset.problems == ()


def test_what_changed_behind_the_disks_times_is_found_when_all_sidecars_are_read_again(
    machine: Machine,
) -> None:
    node = machine.memfs.nodes[SIDECAR]
    node.data = node.data.replace(b"<xmp:Rating>4", b"<xmp:Rating>2").replace(b'Rating="4"', b'Rating="2"')
    assert kinds(machine.scan()) == ["Root", "Done"]
    seen = assets(machine.scan(sidecars=True))
    assert [*seen] == [PHOTO]
    assert seen[PHOTO].document.value("rating") == 2


def six_folders(machine: Machine) -> Machine:
    """Twenty photos in each."""
    for folder in range(6):
        for number in range(20):
            machine.hands.put(f"t{folder}/deep/{number}.JPG", b"%d %d" % (folder, number))
    machine.pass_time(3)
    machine.scan()
    return machine


def test_many_folders_that_go_at_once_are_counted_together(machine: Machine) -> None:
    folders = [f"t{folder}" for folder in range(6)]
    six_folders(machine)
    for folder in folders:
        machine.hands.remove(folder)
    events = machine.touch(*folders)
    assert [event.state for event in events if isinstance(event, Root)] == ["halted"]
    assert not any(isinstance(event, Gone) for event in events)


def test_one_folder_of_few_that_goes_is_gone(machine: Machine) -> None:
    six_folders(machine)
    machine.hands.remove("t0")
    assert sum(isinstance(event, Gone) for event in machine.touch("t0", "t1")) == 20
