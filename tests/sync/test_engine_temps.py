"""What lies about after a crash: our temps, another site's, torn ones; and ledgers found in them."""

from __future__ import annotations

import errno
from dataclasses import replace

import pytest

from sync.apply.temps import temp_path
from sync.engine import Engine, Later
from tests.sim.crashes import cut_short
from tests.sim.tools import FakeTool
from tests.sim.world import FakeClock
from tests.sync.machines import Machine, assets, late_writer, simulated_machine

PHOTO = "d/IMG.JPG"
SIDECAR, LEDGER = PHOTO + ".xmp", PHOTO + ".kphotos.json"


@pytest.fixture
def machine() -> Machine:
    return scanned()


def scanned() -> Machine:
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, rating=4, title="Lake")
    machine.pass_time(3)
    machine.scan()
    return machine


def lay(machine: Machine, target: str, stage: str, data: bytes, site: str = "site-1") -> str:
    """A temp as a crash leaves it."""
    path = temp_path(target, site, stage, machine.site.rng)  # type: ignore[arg-type]
    machine.hands.put(path, data)
    return path


def temps(machine: Machine) -> list[str]:
    return [name for name in machine.hands.names("d") if name.startswith(".kphotos-tmp-")]


def composed(machine: Machine, **fields: object) -> bytes:
    """What a program that had read our XMP would write."""
    return FakeTool(machine.hands, SIDECAR).compose(**fields)


@pytest.mark.parametrize("target", [SIDECAR, LEDGER])
def test_a_half_made_temp_of_ours_is_removed(machine: Machine, target: str) -> None:
    lay(machine, target, "new", b"<x:xmpm")
    machine.scan()
    assert temps(machine) == []


def test_a_ledger_found_in_a_temp_is_joined(machine: Machine) -> None:
    old = machine.hands.read(LEDGER)
    machine.edit(PHOTO, rating=5)
    newer = machine.hands.read(LEDGER)
    machine.hands.put(LEDGER, old)
    machine.restart(forget=True)
    lay(machine, LEDGER, "swap", newer)
    machine.pass_time(3)
    assert assets(machine.scan())[PHOTO].document.value("rating") == 5
    assert machine.mirror(PHOTO)["rating"] == 5
    assert temps(machine) == []


@pytest.mark.parametrize("title", ["First", "Second", "Third"])
def test_whatever_value_is_written_into_a_swapped_out_xmp_is_an_edit(machine: Machine, title: str) -> None:
    """Also one that was there before: what is in the temp now was written after all that."""
    tool = FakeTool(machine.hands, SIDECAR)
    for each in ("First", "Second"):
        tool.set(title=each)
        machine.touch(SIDECAR)
    write_late = late_writer(machine, SIDECAR, title=title)
    machine.edit(PHOTO, rating=5)
    write_late()
    for _ in range(3):
        machine.pass_time(3)
        machine.scan()
    assert machine.mirror(PHOTO) == {"rating": 5, "title": title}
    assert assets(machine.scan(everything=True))[PHOTO].document.conflicts == ()
    assert temps(machine) == []


def test_a_swapped_out_xmp_that_was_absorbed_is_not_absorbed_again_after_a_crash(machine: Machine) -> None:
    """The crash comes after the ledger, and a person has gone on since."""
    number, is_over = 0, False
    while not is_over:
        number += 1
        machine = scanned()
        for title in ("First", "Second"):
            FakeTool(machine.hands, SIDECAR).set(title=title)
            machine.touch(SIDECAR)
        write_late = late_writer(machine, SIDECAR, title="First")
        machine.edit(PHOTO, rating=5)
        write_late()
        machine.pass_time(3)
        is_over = cut_short(machine.memfs, number, machine.scan)
        machine.restart()
        machine.edit(PHOTO, title="Ours")
        for _ in range(3):
            machine.pass_time(3)
            machine.scan()
        ledger = machine.ledger(PHOTO)
        said = [line.v for line in ledger.history if line.field == "title"]
        assert [candidate.v for candidate in ledger.fields["title"]] == ["Ours"], number
        assert said[-3:] == ["Second", "First", "Ours"], number
        assert temps(machine) == []
    assert number > 10


@pytest.mark.parametrize("told_by", ["scan", "edit"])
def test_what_lies_in_a_temp_is_heard_though_the_ledger_was_set_aside_as_a_copy(
    machine: Machine, told_by: str
) -> None:
    write_late = late_writer(machine, SIDECAR, label="Red")
    machine.edit(PHOTO, rating=5)
    write_late()
    machine.pass_time(1)
    machine.hands.move(LEDGER, "d/IMG.JPG.kphotos.sync-conflict-20250101-101010-ABCDEFG.json")
    if told_by == "edit":
        machine.edit(PHOTO, title="Pond")
    for _ in range(4):
        machine.pass_time(3)
        machine.scan()
    assert machine.mirror(PHOTO)["label"] == "Red"
    assert temps(machine) == []


def test_an_edit_found_in_a_swapped_out_xmp_is_absorbed(machine: Machine) -> None:
    lay(machine, SIDECAR, "swap", composed(machine, title="Theirs"))
    machine.pass_time(3)
    assert assets(machine.scan())[PHOTO].document.value("title") == "Theirs"
    assert machine.mirror(PHOTO) == {"rating": 4, "title": "Theirs"}
    machine.pass_time(1)
    machine.scan()
    assert temps(machine) == []


def test_a_torn_temp_is_told_kept_and_blocks_the_mirror_but_not_the_ledger(machine: Machine) -> None:
    path = lay(machine, SIDECAR, "swap", b"<x:xmpmeta")
    machine.pass_time(3)
    asset = machine.edit(PHOTO, rating=1)
    assert (asset.document.value("rating"), asset.pending) == (1, True)
    assert [problem.path for problem in asset.problems] == [path]
    assert machine.mirror(PHOTO)["rating"] == 4
    assert machine.hands.read(path) == b"<x:xmpmeta"
    assert Later(path, 0.2) in machine.touch(path)
    machine.hands.remove(path)
    assert assets(machine.scan(everything=True))[PHOTO].pending is False
    assert machine.mirror(PHOTO)["rating"] == 1


def test_a_ledger_temp_that_says_nothing_is_left_alone(machine: Machine) -> None:
    path = lay(machine, LEDGER, "swap", b"{")
    machine.scan()
    assert machine.hands.read(path) == b"{"


def test_another_sites_temp_is_left_alone_for_an_hour(machine: Machine) -> None:
    for stage in ("new", "swap"):
        lay(machine, SIDECAR, stage, composed(machine, title="Theirs"), site="site-2")
    machine.pass_time(600)
    assert assets(machine.scan(everything=True))[PHOTO].document.value("title") == "Lake"
    assert len(temps(machine)) == 2
    machine.pass_time(3600)
    assert assets(machine.scan())[PHOTO].document.value("title") == "Theirs"
    machine.pass_time(1)
    machine.scan()
    assert temps(machine) == []


def test_a_temp_from_the_future_is_not_kept_for_ever(machine: Machine) -> None:
    path = lay(machine, SIDECAR, "swap", machine.hands.read(SIDECAR))
    machine.memfs.nodes[path].ctime_ns += 10**18
    machine.scan()
    assert temps(machine) == []


def test_a_temp_for_nobody_is_left_alone(machine: Machine) -> None:
    path = lay(machine, "d/gone.JPG.xmp", "swap", b"x")
    machine.pass_time(3)
    machine.scan()
    assert list(machine.touch(path)) != []
    assert machine.hands.read(path) == b"x"


def test_an_asset_is_fresh_until_somebody_writes_beside_it(machine: Machine) -> None:
    asset = machine.edit(PHOTO, rating=1)
    assert machine.engine.is_fresh(asset)
    FakeTool(machine.hands, SIDECAR).set(rating=2)
    assert not machine.engine.is_fresh(asset)
    machine.hands.put("d/b.JPG", b"b")
    bare = machine.engine.look("d/b.JPG")
    assert machine.engine.is_fresh(bare)
    FakeTool(machine.hands, "d/b.JPG.xmp").set(rating=2)
    assert not machine.engine.is_fresh(bare)
    adopted = machine.engine.look("d/b.JPG")
    assert machine.engine.is_fresh(adopted)
    machine.edit("d/b.JPG", rating=3)
    assert not machine.engine.is_fresh(adopted)


def test_two_processes_of_one_site_hear_each_other(machine: Machine) -> None:
    other = Engine(machine.volume, replace(machine.site, node="other"))
    machine.edit(PHOTO, rating=1)
    assert other.look(PHOTO).document.value("rating") == 1
    assert [type(event).__name__ for event in other.touch([SIDECAR, LEDGER])] == ["Done"]


def test_a_process_that_ends_clears_away_what_its_edits_took_out(machine: Machine) -> None:
    machine.engine.settle()
    machine.restart()
    machine.edit(PHOTO, rating=1)
    machine.hands.put("d/b.JPG", b"b")
    machine.edit("d/b.JPG", rating=1)
    machine.edit("d/b.JPG", rating=2)
    machine.hands.remove("d/b.JPG")
    assert len(temps(machine)) == 2
    machine.engine.settle()
    assert len(temps(machine)) == 1
    assert isinstance(machine.site.clock, FakeClock)
    slept = list(machine.site.clock.slept)
    machine.engine.settle()
    assert machine.site.clock.slept == slept


def test_a_temp_too_young_for_a_scan_is_looked_at_again_soon(machine: Machine) -> None:
    temp = lay(machine, SIDECAR, "swap", machine.hands.read(SIDECAR))
    later = [event for event in machine.scan() if isinstance(event, Later)]
    assert temp in [event.path for event in later]
    machine.pass_time(1)
    list(machine.engine.touch([temp]))
    assert temps(machine) == []


def test_a_temp_whose_sidecar_is_away_for_a_moment_is_looked_at_again(machine: Machine) -> None:
    data = machine.hands.read(SIDECAR)
    temp = lay(machine, SIDECAR, "swap", data)
    machine.pass_time(1)
    machine.hands.remove(SIDECAR)
    later = [event.path for event in machine.engine.touch([temp]) if isinstance(event, Later)]
    assert temp in later
    machine.hands.put(SIDECAR, data)
    list(machine.engine.touch([temp]))
    assert temps(machine) == []


def test_a_folder_that_cannot_be_listed_when_a_temp_is_touched_stops_no_round(machine: Machine) -> None:
    machine.edit(PHOTO, rating=3)
    temp = f"d/{temps(machine)[0]}"
    machine.hands.put("other/B.JPG", b"another picture")

    def before(number: int, operation: str, path: str) -> None:
        if (operation, path) == ("names", "d"):
            raise OSError(errno.EIO, "Input/output error")

    machine.memfs.before = before
    events = machine.touch(temp, "other/B.JPG")
    assert Later(temp, 0.2) in events
    assert list(assets(events)) == ["other/B.JPG"]
