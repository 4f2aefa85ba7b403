"""Many edits at once keep every promise of one: crash, race, refusal, a disk that does not write."""

from __future__ import annotations

import errno
import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest

from sync.codecs import ledger as ledgers
from sync.codecs import xmp
from sync.core.model import Change
from sync.core.show import show
from sync.engine import Asset, Outcome, Volume
from sync.engine import bulk as bulk_edits
from sync.engine.finding import find_group
from sync.engine.finding_many import find_groups
from sync.errors import Busy, NewerSchema, NotFound, ReadOnly, Refused, Unreadable
from sync.osfs import OsFS
from tests.sim.crashes import CUTS, befall, cut_short
from tests.sim.memfs import MemBatch, MemFS
from tests.sim.tools import MARK, FakeTool
from tests.sync.machines import ALICE, Machine, disk_machine, simulated_machine

TAG = [Change("tags", "add", ["Sea"], bulk="b1")]


def machine_with(number: int, *, exchanges: bool = True) -> tuple[Machine, list[str]]:
    """Photos of which each third is bare, has a ledger, has an XMP of another program."""
    machine = simulated_machine(exchanges=exchanges)
    paths = [f"d/IMG_{at:03}.JPG" for at in range(number)]
    for at, path in enumerate(paths):
        machine.hands.put(path, b"the picture")
        if at % 3 == 2:
            machine.hands.put(path + ".xmp", MARK.sub(b"", xmp.write(None, {"title": "Old"}, "none")))
    machine.scan()
    for path in paths[1::3]:
        machine.edit(path, title="Old")
    machine.pass_time(1)
    machine.scan()
    machine.memfs.durable_nodes = dict(machine.memfs.nodes)
    return machine, paths


def tagged(
    machine: Machine, paths: Sequence[str], changes: Sequence[Change] = TAG, bulk: str | None = "b1"
) -> list[Outcome]:
    many = machine.engine.edit_many([(path, changes) for path in paths], ALICE, bulk)
    return [outcome for group in many for outcome in group]


def has_tag(machine: Machine, path: str) -> bool:
    asset = machine.engine.look(path)
    return "Sea" in (asset.document.value("tags") or ())


def test_no_two_photos_bear_one_mark() -> None:
    """The mark tells whose an XMP is that lies beside another photo, after a move say."""
    machine, paths = machine_with(12)
    tagged(machine, paths)
    marks = [xmp.read(machine.hands.read(path + ".xmp")).mark for path in paths]
    assert None not in marks
    assert len(set(marks)) == len(paths)


@pytest.mark.parametrize("exchanges", [True, False])
def test_every_photo_gets_the_edit_in_ledger_and_xmp_and_keeps_what_it_had(exchanges: bool) -> None:
    machine, paths = machine_with(12, exchanges=exchanges)
    outcomes = tagged(machine, paths)
    assert [outcome.path for outcome in outcomes] == paths
    assert all(outcome.is_changed and outcome.refused is None for outcome in outcomes)
    for at, path in enumerate(paths):
        told = machine.mirror(path)
        assert told == {"tags": ("Sea",)} | ({"title": "Old"} if at % 3 else {})
        assert [line.bulk for line in machine.ledger(path).history if line.field == "tags/Sea"] == ["b1"]
    machine.engine.settle()
    assert not [name for name in machine.hands.names("d") if name.startswith(".kphotos-tmp-")]
    machine.memfs.writes.clear()
    machine.scan()
    assert machine.memfs.writes == []


def test_a_group_costs_three_syncs_and_not_four_for_each_photo() -> None:
    syncs: list[str] = []

    def count(number: int, operation: str, path: str) -> None:
        syncs.extend([operation] if operation in ("fsync", "syncfs", "sync_folder") else [])

    machine, paths = machine_with(60)
    machine.memfs.before = count
    tagged(machine, paths)
    assert syncs == ["syncfs", "syncfs", "sync_folder", "syncfs", "sync_folder"]


@pytest.mark.parametrize("told_by", ["scan", "touch"])
def test_what_a_large_change_leaves_is_cleared_away_without_a_listing_for_each(told_by: str) -> None:
    """A folder of thousands, a process that ended right after: the next look must not take their square."""
    listings: list[str] = []

    def count(number: int, operation: str, path: str) -> None:
        listings.extend([operation] if operation in ("names", "entries") and path == "d" else [])

    machine, paths = machine_with(60)
    tagged(machine, paths)
    left = [f"d/{name}" for name in machine.hands.names("d") if name.startswith(".kphotos-tmp-")]
    assert len(left) >= 40
    machine.restart()
    machine.pass_time(3)
    machine.memfs.before = count
    machine.scan() if told_by == "scan" else machine.touch(*left)
    assert not [name for name in machine.hands.names("d") if name.startswith(".kphotos-tmp-")]
    assert len(listings) < 5
    assert all(has_tag(machine, path) for path in paths)


def crash_at(machine: Machine, paths: list[str], number: int) -> tuple[bool, list[str]]:
    """Stop before the operation of that number: whether it came to an end first; the acknowledged paths."""
    told: list[str] = []

    def act() -> None:
        for group in machine.engine.edit_many([(path, TAG) for path in paths], ALICE, "b1"):
            told.extend(outcome.path for outcome in group if outcome.refused is None)

    return cut_short(machine.fs, number, act), told


def crash_everywhere(cut: str, *, start: int = 1, step: int = 1) -> tuple[int, list[str]]:
    """Crash before each operation; the number of points, and what was found wrong after a restart."""
    wrong: list[str] = []
    for number in range(start, 2_000, step):
        machine, paths = machine_with(12)
        is_over, told = crash_at(machine, paths, number)
        befall(machine.fs, cut)
        wrong += [f"{number}: {reason}" for reason in found_wrong(machine, paths, told)]
        if is_over:
            return number, wrong
    raise AssertionError("it never came to an end")


def found_wrong(machine: Machine, paths: list[str], told: list[str]) -> list[str]:
    wrong = []
    machine.restart()
    machine.pass_time(3)
    machine.scan(everything=True)
    for at, path in enumerate(paths):
        asset = machine.engine.look(path)
        fields = dict(asset.document.content())
        tags = fields.pop("tags", ())
        if fields != ({"title": "Old"} if at % 3 else {}) or tags not in ((), ("Sea",)):
            wrong.append(f"{path} says {fields}, {tags}")
        if path in told and tags != ("Sea",):
            wrong.append(f"{path} was acknowledged and is lost")
        if asset.problems or asset.pending or machine.hands.read(path) != b"the picture":
            wrong.append(f"{path} has {asset.problems}")
        if asset.has_ledger and machine.mirror(path) != asset.document.content():
            wrong.append(f"{path} is not mirrored")
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize("cut", CUTS)
def test_a_crash_at_any_operation_leaves_old_or_new_and_acknowledged_is_new(
    cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_edits, "MOST", 9)
    # Each cut at a third of the points, all three at every one.
    points, wrong = crash_everywhere(cut, start=CUTS.index(cut) + 1, step=3)
    assert wrong == []
    assert points > 150


def test_the_crash_would_show_a_batch_that_does_not_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_edits, "MOST", 9)
    monkeypatch.setattr(MemBatch, "sync", lambda self, folders=(): None)
    _, wrong = crash_everywhere("power cut, names kept", step=20)
    assert wrong


def test_the_crash_would_show_names_that_are_not_synced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_edits, "MOST", 9)
    whole = MemBatch.sync
    monkeypatch.setattr(MemBatch, "sync", lambda self, folders=(): whole(self))
    _, wrong = crash_everywhere("power cut, names lost", step=20)
    assert any("acknowledged" in reason for reason in wrong)


@pytest.mark.parametrize("moment", ["create", "syncfs", "rename", "exchange", "sync_folder"])
def test_what_a_tool_writes_in_between_is_kept_and_so_is_ours(moment: str) -> None:
    machine, paths = machine_with(12)
    victim, done = paths[4], []

    def act(number: int, operation: str, path: str) -> None:
        if operation == moment and not done:
            done.append(True)
            FakeTool(machine.hands, victim + ".xmp").set(creator=["Ana"])

    machine.memfs.before = act
    outcomes = tagged(machine, paths)
    machine.memfs.before = lambda *_: None
    assert done
    assert all(outcome.is_changed for outcome in outcomes)
    machine.pass_time(3)
    machine.scan()
    expected = {"title": "Old", "creator": ["Ana"], "tags": ("Sea",)}
    assert dict(machine.engine.look(victim).document.content()) == expected
    assert machine.mirror(victim) == expected
    assert all(has_tag(machine, path) for path in paths)


def test_a_photo_that_is_refused_does_not_stop_the_others() -> None:
    machine, paths = machine_with(12)
    unread, newer, strange, absent = paths[0], paths[1], paths[3], "d/none.JPG"
    machine.hands.put(unread + ".kphotos.json", b"{")
    told = json.loads(machine.hands.read(newer + ".kphotos.json")) | {"kphotos": 99}
    machine.hands.put(newer + ".kphotos.json", json.dumps(told).encode())
    machine.edit(strange, title="Old")
    machine.hands.replace(strange, b"another picture")
    before = machine.memfs.contents()
    outcomes = {outcome.path: outcome for outcome in tagged(machine, [*paths, absent])}
    refused = {path: type(outcome.refused) for path, outcome in outcomes.items() if outcome.refused}
    assert refused == {unread: Unreadable, newer: NewerSchema, strange: Refused, absent: NotFound}
    assert all(outcome.is_changed for path, outcome in outcomes.items() if path not in refused)
    assert {path: data for path, data in machine.memfs.contents().items() if path.startswith(unread)} == {
        path: data for path, data in before.items() if path.startswith(unread)
    }


@pytest.mark.parametrize("number", [1, 2])
def test_a_disk_that_does_not_sync_is_an_answer_for_all_of_the_group_and_is_not_asked_again(
    number: int,
) -> None:
    machine, paths = machine_with(12)
    syncs: list[str] = []

    def fail(at: int, operation: str, path: str) -> None:
        if operation == "syncfs":
            syncs.append(operation)
            if len(syncs) == number:
                raise OSError(errno.EIO, "Input/output error")

    machine.memfs.before = fail
    outcomes = tagged(machine, paths)
    machine.memfs.before = lambda *_: None
    assert [type(outcome.refused) for outcome in outcomes] == [ReadOnly] * 12
    assert len(syncs) == number
    if number == 1:
        assert not any(has_tag(machine, path) for path in paths)
        assert not [name for name in machine.hands.names("d") if name.startswith(".kphotos-tmp-")]


def test_xmps_whose_names_cannot_be_synced_are_pending_and_the_edit_stands() -> None:
    machine, paths = machine_with(12)
    syncs: list[str] = []

    def fail(at: int, operation: str, path: str) -> None:
        syncs.extend([operation] if operation == "syncfs" else [])
        if len(syncs) == 3:
            raise OSError(errno.EIO, "Input/output error")

    machine.memfs.before = fail
    outcomes = tagged(machine, paths)
    machine.memfs.before = lambda *_: None
    assert all(outcome.is_changed and outcome.asset and outcome.asset.pending for outcome in outcomes)
    machine.pass_time(3)
    machine.scan()
    assert all(machine.mirror(path)["tags"] == ("Sea",) for path in paths)


def test_done_again_it_changes_nothing_twice() -> None:
    machine, paths = machine_with(12)

    def more(asset: Asset) -> Sequence[Change]:
        return [Change("rating", "set", (asset.document.value("rating") or 0) + 1, bulk="b2")]

    def shift() -> list[Outcome]:
        many = machine.engine.edit_many([(path, more) for path in paths], ALICE, "b2")
        return [outcome for group in many for outcome in group]

    assert all(outcome.is_changed for outcome in shift())
    machine.restart(forget=True)
    folders: list[str] = []
    machine.memfs.before = lambda n, op, path: folders.extend([path] if op == "sync_folder" else [])
    again = shift()
    assert all(outcome.was_done and not outcome.is_changed for outcome in again)
    assert {machine.engine.look(path).document.value("rating") for path in paths} == {1}
    # Whoever was killed may have left a name that is not durable yet.
    assert folders == ["d"]


def test_photos_that_share_an_xmp_both_get_it() -> None:
    machine, paths = machine_with(12)
    for name in ("x/P.CR3", "x/P.JPG"):
        machine.hands.put(name, b"the picture")
    machine.hands.put("x/P.xmp", MARK.sub(b"", xmp.write(None, {"title": "Both"}, "none")))
    machine.scan()
    outcomes = tagged(machine, [*paths, "x/P.CR3", "x/P.JPG"])
    assert all(outcome.is_changed for outcome in outcomes)
    assert has_tag(machine, "x/P.CR3")
    assert has_tag(machine, "x/P.JPG")
    assert machine.engine.look("x/P.JPG").problems == ()


def test_a_folder_that_may_not_be_written_is_edited_in_the_overlay() -> None:
    machine, paths = machine_with(0)
    paths = [f"d/P_{at}.JPG" for at in range(12)]
    for path in paths:
        machine.hands.put(path, b"the picture")
    over = MemFS(machine.memfs.clock)
    over.make_folder = over.hands.folder  # type: ignore[method-assign]
    machine.volume = Volume("volume-1", machine.fs, overlay=over, writable=False)
    machine.restart()
    machine.memfs.writes.clear()
    outcomes = tagged(machine, paths)
    assert [outcome.refused for outcome in outcomes if outcome.refused] == []
    assert machine.memfs.writes == []
    over.power_cut()
    machine.restart(forget=True)
    assert all(has_tag(machine, path) for path in paths)


def test_names_are_found_however_they_are_spelt_and_with_all_that_is_theirs() -> None:
    machine, _ = machine_with(0)
    odd = [
        unicodedata.normalize("NFD", "d/Café.JPG"),
        "d/ÉTÉ.jpg",
        "d/STRASSE.JPG",
        "d/IMG_1(1).JPG",
        "d/.hid.JPG",
    ]
    paths = [*odd, *(f"d/P_{at}.JPG" for at in range(10))]
    for path in paths:
        machine.hands.put(path, b"the picture")
    copy = "d/P_3.JPG.sync-conflict-20250101-101010-ABCDEFG.xmp"
    machine.hands.put(copy, xmp.write(None, {"title": "Copy"}, "none"))
    outcomes = {outcome.path: outcome for outcome in tagged(machine, paths)}
    for path in paths:
        single = find_group(machine.volume, path)
        many = find_groups(machine.volume, [path, paths[-1]])[path]
        assert (single[0], single[1]) == (many[0], many[1])
        assert outcomes[path].is_changed, outcomes[path].refused


def test_a_photo_that_the_disk_fails_is_refused_alone() -> None:
    machine, paths = machine_with(10)

    def before(number: int, operation: str, path: str) -> None:
        if (operation, path) == ("stat", paths[3]):
            raise OSError(errno.EIO, "Input/output error")

    machine.memfs.before = before
    outcomes = {outcome.path: outcome.refused for outcome in tagged(machine, paths)}
    assert [path for path, refused in outcomes.items() if refused is not None] == [paths[3]]


def test_a_photo_that_somebody_else_holds_is_refused_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    machine, paths = machine_with(10)
    hold = machine.site.lock.hold
    monkeypatch.setattr(machine.site.lock, "hold", lambda keys, timeout=0.01: hold(keys, timeout))
    key = f"{machine.volume.id}\0d\0{'IMG_003'.casefold()}"
    with hold([key]):
        outcomes = {outcome.path: outcome.refused for outcome in tagged(machine, paths)}
    assert {path for path, refused in outcomes.items() if isinstance(refused, Busy)} == {paths[3]}
    assert sum(has_tag(machine, path) for path in paths) == 9


def test_a_group_is_never_larger_than_two_hundred_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    machine, paths = machine_with(0)
    paths = [f"{at % 5}/P_{at:03}.JPG" for at in range(450)]
    for path in paths:
        machine.hands.put(path, b"the picture")
    held: list[int] = []
    hold = machine.site.lock.hold

    def counted(keys: Sequence[str], timeout: float = 10.0) -> object:
        held.append(len(list(keys)))
        return hold(keys, timeout)

    monkeypatch.setattr(machine.site.lock, "hold", counted)
    groups = list(machine.engine.edit_many([(path, TAG) for path in paths], ALICE, "b1"))
    assert [len(group) for group in groups] == [200, 200, 50] == held
    assert all(outcome.is_changed for group in groups for outcome in group)


def test_on_the_real_disk_all_is_as_one_by_one(tmp_path: Path) -> None:
    machine = disk_machine(tmp_path)
    paths = [f"{at % 3}/P_{at}.JPG" for at in range(30)]
    for path in paths:
        machine.hands.put(path, b"the picture")
    machine.edit(paths[0], title="Old")
    assert all(outcome.is_changed for outcome in tagged(machine, paths))
    assert all(machine.mirror(path)["tags"] == ("Sea",) for path in paths)
    assert show(ledgers.read(machine.hands.read(paths[0] + ".kphotos.json"))).value("title") == "Old"


def test_where_no_sync_of_all_can_be_trusted_each_file_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.osfs.batch.filesystem", lambda device: "fuse.sshfs")
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", synced.append)
    (tmp_path / "d").mkdir()
    fs = OsFS(tmp_path)
    with fs.batch() as batch:
        batch.create("d/.kphotos-tmp-1", b"one")
        batch.create("d/.kphotos-tmp-2", b"two")
        assert len(synced) == 2
        batch.sync(["d"])
    assert len(synced) == 3
