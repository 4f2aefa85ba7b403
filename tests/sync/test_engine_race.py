"""Another program writes before every single operation of ours: nobody's edit is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.apply.temps import SETTLE_SECONDS, UNSURE_SECONDS
from sync.core.model import Change
from sync.engine import Engine, Site
from sync.errors import SyncError
from sync.osfs import kernel
from tests.sim.tools import FakeTool
from tests.sync.machines import (
    Machine,
    assets,
    disk_machine,
    kinds,
    late_writer,
    simulated_machine,
)

PHOTO = "IMG.JPG"
SIDECAR = PHOTO + ".xmp"

Act = Callable[[Machine], None]


def prepared(*, exchanges: bool = True) -> Machine:
    machine = simulated_machine(exchanges=exchanges)
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, title="Lake", rating=1, tags=["Sea"])
    machine.pass_time(1)
    machine.scan()
    return machine


def interrupt(machine: Machine, number: int, tool: Callable[[], None], act: Act) -> str | None:
    """Act, and let the tool write before the operation of that number; which it was, None if none."""
    fs = machine.memfs
    start, hit = fs.operations, []

    def before(at: int, operation: str, path: str) -> None:
        if at - start == number:
            fs.before = lambda *_: None
            hit.append(operation)
            machine.pass_time(0.01)
            tool()

    fs.before = before
    act(machine)
    fs.before = lambda *_: None
    return hit[0] if hit else None


def settle(machine: Machine) -> dict[str, Any]:
    """Let everything come to rest, and tell what is shown, which must be what the mirror says."""
    for _ in range(3):
        machine.pass_time(3)
        machine.touch(SIDECAR)
        machine.scan()
    asset = assets(machine.scan(everything=True))[PHOTO]
    assert (asset.problems, asset.pending) == ((), False)
    assert machine.mirror(PHOTO) == asset.document.content()
    assert [name for name in machine.hands.names() if name.startswith(".kphotos-tmp")] == []
    return dict(asset.document.content())


def by_person(machine: Machine) -> None:
    machine.edit(PHOTO, rating=5)


def every_step(
    exchanges: bool, tool_of: Callable[[Machine], Callable[[], None]], check: Callable[[Machine], None]
) -> list[str]:
    steps: list[str] = []
    while True:
        machine = prepared(exchanges=exchanges)
        hit = interrupt(machine, len(steps) + 1, tool_of(machine), by_person)
        if hit is None:
            return steps
        steps.append(hit)
        check(machine)


@pytest.mark.parametrize("drops_mark", [False, True], ids=["keeps mark", "drops mark"])
@pytest.mark.parametrize("in_place", [True, False], ids=["in place", "renamed over"])
def test_a_tools_edit_of_another_field_and_ours_both_stand(in_place: bool, drops_mark: bool) -> None:
    def tool_of(machine: Machine) -> Callable[[], None]:
        tool = FakeTool(machine.hands, SIDECAR, in_place=in_place, drops_mark=drops_mark)
        return lambda: tool.set(title="Theirs", tags=("Sea", "Theirs"))

    def check(machine: Machine) -> None:
        shown = settle(machine)
        assert shown["title"] == "Theirs"
        assert shown["rating"] == 5
        assert set(shown["tags"]) == {"Sea", "Theirs"}

    steps = every_step(True, tool_of, check)
    assert {"exchange", "create", "rename", "fsync", "sync_folder", "read"} <= set(steps)


def test_a_tools_removal_stands_as_well() -> None:
    def check(machine: Machine) -> None:
        assert settle(machine) == {"rating": 5, "tags": ("Sea",)}

    every_step(True, lambda m: lambda: FakeTool(m.hands, SIDECAR).set(title=None), check)


def test_a_tool_that_deletes_the_xmp_clears_nothing() -> None:
    def tool_of(machine: Machine) -> Callable[[], None]:
        return lambda: machine.hands.remove(SIDECAR) if SIDECAR in machine.hands.names() else None

    def check(machine: Machine) -> None:
        machine.touch(SIDECAR)
        assert settle(machine) == {"title": "Lake", "rating": 5, "tags": ("Sea",)}

    every_step(True, tool_of, check)


def test_a_tool_half_way_through_its_write_finishes_it_and_is_heard() -> None:
    def check(machine: Machine) -> None:
        # The tool goes on where it was: in the file that it had opened, whatever its name is by now.
        node = torn[0]
        node.data = node.durable = finished[0]
        machine.pass_time(0.01)
        node.mtime_ns = node.ctime_ns = machine.site.clock.now_ns()
        machine.touch(SIDECAR, *(n for n in machine.hands.names() if n.startswith(".kphotos-tmp")))
        shown = settle(machine)
        assert (shown["title"], shown["rating"]) == ("Theirs", 5)

    torn: list[Any] = []
    finished: list[bytes] = []

    def tool_of(machine: Machine) -> Callable[[], None]:
        def write() -> None:
            finished[:] = [FakeTool(machine.hands, SIDECAR).compose(title="Theirs")]
            torn[:] = [machine.memfs.nodes[SIDECAR]]
            machine.hands.put(SIDECAR, finished[0][:54])

        return write

    every_step(True, tool_of, check)


def test_what_a_tool_writes_through_a_file_we_took_out_is_heard() -> None:
    machine = prepared()
    write_late = late_writer(machine, SIDECAR, title="Theirs")
    machine.edit(PHOTO, rating=5)
    machine.pass_time(0.1)
    write_late()
    shown = settle(machine)
    assert (shown["title"], shown["rating"]) == ("Theirs", 5)


def test_what_was_taken_out_long_ago_is_an_edit_of_what_it_was() -> None:
    """Without our mark in it, only the temp's name tells whose place it had: not the newest mirror's."""
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    FakeTool(machine.hands, SIDECAR).set(description="A lake")
    machine.scan()
    write_late = late_writer(machine, SIDECAR, title="Theirs")
    machine.edit(PHOTO, title="Ours")
    machine.edit(PHOTO, rating=5)
    machine.edit(PHOTO, rating=4)
    write_late()
    settle(machine)
    asset = assets(machine.scan(everything=True))[PHOTO]
    assert {candidate.v for candidate in asset.ledger.fields["title"]} == {"Ours", "Theirs"}
    assert (asset.document.value("rating"), asset.document.value("description")) == (4, "A lake")


def test_what_was_taken_out_is_no_edit_though_it_is_forgotten_and_its_mark_was_written_again() -> None:
    """Found by kills: in half a second four programs wrote, and the first came back out of its temp."""
    machine = prepared()
    tool = FakeTool(machine.hands, SIDECAR)
    tool.set(title="First")
    machine.touch(SIDECAR)
    late = tool.compose(title="Second")
    machine.edit(PHOTO, rating=5)
    machine.hands.put(SIDECAR, late)
    machine.touch(SIDECAR)
    for number in range(4):
        machine.pass_time(0.01)
        tool.set(description=f"{number}")
        machine.touch(SIDECAR)
    shown = settle(machine)
    assert (shown["title"], shown["rating"], shown["description"]) == ("Second", 5, "3")
    assert assets(machine.scan(everything=True))[PHOTO].document.conflicts == ()


def test_a_late_write_into_what_was_taken_out_is_read_against_that_and_not_against_its_mark() -> None:
    machine = prepared()
    tool = FakeTool(machine.hands, SIDECAR)
    tool.set(title="First")
    machine.touch(SIDECAR)
    second = tool.compose(title="Second")
    write_late = late_writer(machine, SIDECAR, description="Late")
    machine.edit(PHOTO, rating=5)
    machine.hands.put(SIDECAR, second)
    machine.touch(SIDECAR)
    write_late()
    shown = settle(machine)
    assert (shown["title"], shown["rating"], shown["description"]) == ("Second", 5, "Late")


def test_who_reads_before_and_opens_after_our_edit_does_not_replace_it() -> None:
    """Found by kills: the file that it had opened was another than the one that it had read."""
    machine = prepared()
    late = FakeTool(machine.hands, SIDECAR).compose(title="Theirs")
    machine.edit(PHOTO, title="Ours")
    write = machine.memfs.hands.opened(SIDECAR)
    machine.edit(PHOTO, rating=5)
    write(late)
    settle(machine)
    asset = assets(machine.scan(everything=True))[PHOTO]
    assert {candidate.v for candidate in asset.ledger.fields["title"]} == {"Ours", "Theirs"}


def test_a_file_we_took_out_waits_for_whoever_has_it_open() -> None:
    machine = prepared()
    write_late = late_writer(machine, SIDECAR, title="Theirs")
    machine.edit(PHOTO, rating=5)
    for _ in range(3):
        machine.pass_time(600)
        machine.scan()
    write_late()
    shown = settle(machine)
    assert (shown["title"], shown["rating"]) == ("Theirs", 5)
    assert not any(name.startswith(".kphotos-tmp") for name in machine.hands.names())


@pytest.mark.parametrize("tells_writers", [True, False])
def test_ours_that_came_out_again_waits_for_whoever_has_opened_it_meanwhile(tells_writers: bool) -> None:
    machine = prepared()
    fs = machine.memfs
    fs.tells_writers = tells_writers
    tool, late = FakeTool(machine.hands, SIDECAR, in_place=False), list[Callable[[], None]]()
    exchanges = 0

    def before(number: int, operation: str, path: str) -> None:
        nonlocal exchanges
        if (operation, path) != ("exchange", SIDECAR):
            return
        exchanges += 1
        if exchanges == 1:
            tool.set(title="Theirs")
        elif exchanges == 2:
            late.append(late_writer(machine, SIDECAR, description="Late"))

    fs.before = before
    machine.edit(PHOTO, rating=5)
    fs.before = lambda *_: None
    late[0]()
    machine.pass_time(UNSURE_SECONDS)
    shown = settle(machine)
    assert (shown["title"], shown["rating"], shown["description"]) == ("Theirs", 5, "Late")
    assert not any(name.startswith(".kphotos-tmp") for name in machine.hands.names())


def test_where_nobody_can_tell_who_has_it_open_it_waits_for_seconds() -> None:
    machine = prepared()
    machine.memfs.tells_writers = False
    write_late = late_writer(machine, SIDECAR, title="Theirs")
    machine.edit(PHOTO, rating=5)
    machine.pass_time(UNSURE_SECONDS - 1)
    machine.scan()
    write_late()
    machine.pass_time(UNSURE_SECONDS)
    shown = settle(machine)
    assert (shown["title"], shown["rating"]) == ("Theirs", 5)
    assert not any(name.startswith(".kphotos-tmp") for name in machine.hands.names())


def test_nor_does_a_share_whose_clock_is_ahead_make_it_wait_for_years() -> None:
    machine = prepared()
    machine.memfs.tells_writers = False
    machine.edit(PHOTO, rating=5)
    machine.pass_time(-10 * 365 * 86_400)
    machine.scan()
    assert not any(name.startswith(".kphotos-tmp") for name in machine.hands.names())


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_file_held_open_on_a_real_disk_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool
) -> None:
    machine = disk_machine(tmp_path)
    if not exchanges:
        monkeypatch.setattr(kernel, "renameat2", lambda *_: False)
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, title="Lake")
    late = FakeTool(machine.hands, SIDECAR).compose(title="Theirs")
    with (tmp_path / "volume" / SIDECAR).open("r+b", buffering=0) as file:
        machine.edit(PHOTO, rating=5)
        for _ in range(3):
            time.sleep(SETTLE_SECONDS)
            machine.scan(everything=True)
        file.write(late)
        file.truncate()
    for _ in range(2):  # what came is taken in, then what made room for it is cleared away
        time.sleep(2 * SETTLE_SECONDS)
        shown = assets(machine.scan(everything=True))[PHOTO].document
    assert (shown.value("title"), shown.value("rating")) == ("Theirs", 5)
    assert not any(name.startswith(".kphotos-tmp") for name in machine.hands.names())


@pytest.mark.parametrize(
    ("links", "in_place", "windows"),
    [(True, True, []), (True, False, ["rename"]), (False, True, ["rename"]), (False, False, ["rename"])],
)
def test_without_an_exchange_only_the_very_last_step_is_a_window(
    links: bool, in_place: bool, windows: list[str]
) -> None:
    lost: list[str] = []
    steps: list[str] = []
    while True:
        machine = prepared(exchanges=False)
        machine.memfs.links = links
        tool = FakeTool(machine.hands, SIDECAR, in_place=in_place)
        hit = interrupt(machine, len(steps) + 1, lambda tool=tool: tool.set(title="Theirs"), by_person)  # type: ignore[misc]
        if hit is None:
            break
        steps.append(hit)
        shown = settle(machine)
        assert shown["rating"] == 5
        if shown["title"] != "Theirs":
            lost.append(hit)
    assert lost == windows


def test_two_sessions_of_one_photo_wait_for_each_other(tmp_path: Any) -> None:
    machine = disk_machine(tmp_path)
    for name in ("A.JPG", "B.JPG"):
        machine.hands.put(name, b"1")
    machine.scan()
    failures: list[SyncError] = []

    def work(number: int) -> None:
        site = machine.site
        own = Engine(
            machine.volume, Site(site.id, f"thread{number}", site.memory, site.lock, site.clock, site.rng)
        )
        try:
            for count in range(10):
                for name in ("A.JPG", "B.JPG"):
                    own.edit(name, [Change("tags", "add", f"{number}/{count}")], "user:alice")
        except SyncError as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    for name in ("A.JPG", "B.JPG"):
        assert len(machine.engine.look(name).document.value("tags")) == 40
        assert len(machine.mirror(name)["tags"]) == 40


def test_a_second_write_in_the_same_moment_of_a_coarse_disk_is_heard_at_its_event() -> None:
    """A card with FAT counts two seconds at a time, and a rating takes no more room than another."""
    machine = simulated_machine()
    machine.memfs.granularity_ns = 2 * 10**9
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, rating=1)
    machine.pass_time(10)
    machine.scan()
    machine.pass_time(2 - machine.site.clock.now_ns() % (2 * 10**9) / 1e9)
    for rating in (3, 4):
        FakeTool(machine.hands, SIDECAR).set(rating=rating)
        machine.pass_time(0.4)
        told = assets(machine.touch(SIDECAR))
        assert told[PHOTO].document.value("rating") == rating
    machine.pass_time(10)
    machine.touch(SIDECAR)
    assert kinds(machine.touch(SIDECAR)) == ["Done"]
