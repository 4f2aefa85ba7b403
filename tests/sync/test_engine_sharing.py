"""Who shares a volume: sites say machine and day; one that is gone for good is retired, not forgotten."""

from __future__ import annotations

import errno
import json
from dataclasses import replace

import pytest

from sync.apply.temps import site_digest
from sync.engine import Engine, Later
from sync.engine.sharing import users
from sync.errors import NotFound, ReadOnly, Refused
from tests.sim.crashes import cut_short
from tests.sim.tools import MARK
from tests.sync.machines import Machine, assets, simulated_machine
from tests.sync.test_engine_sites import LEDGER, PHOTO, SIDECAR, carry, two, writes

SITES = ".kphotos/sites/"
WEEK = 7 * 86_400.0


def digest(machine: Machine) -> str:
    return site_digest(machine.site.id)


def alone() -> tuple[Machine, Machine]:
    """The same, of which the first has retired the second, that has stopped."""
    here, there = two()
    here.engine.retire(digest(there))
    here.restart()
    return here, there


def test_a_site_says_its_machine_and_when_it_was_last_here() -> None:
    here, there = two()
    mine = next(one for one in here.engine.sharers() if one.digest == digest(here))
    assert (mine.host, mine.seen, mine.retired) == ("", "2025-06-15", "")
    assert {one.digest for one in here.engine.sharers()} == {digest(here), digest(there)}


def test_it_says_so_again_once_a_week_and_writes_nothing_in_between() -> None:
    here, _ = two()
    here.pass_time(3)
    writes(here).clear()
    here.scan()
    assert writes(here) == []
    here.pass_time(WEEK)
    here.scan()
    path = f"{SITES}{digest(here)}.json"
    assert {at.rpartition(".json")[0] + ".json" for _, at in writes(here)} == {path}
    assert json.loads(here.hands.read(path))["seen"] == "2025-06-22"
    writes(here).clear()
    here.scan()
    assert writes(here) == []


def test_a_file_of_an_older_k_photos_is_a_site_like_any_other() -> None:
    here, there = two()
    told = json.dumps({"kphotos": 1, "site": there.site.id}).encode()
    here.hands.replace(f"{SITES}{digest(there)}.json", told)
    theirs = next(one for one in here.engine.sharers() if one.digest == digest(there))
    assert (theirs.host, theirs.seen, theirs.retired) == ("", "", "")


@pytest.mark.parametrize("damage", [b"", b"[]", b"{" * 100_000, b"\xff"])
def test_a_damaged_file_counts_and_says_nothing(damage: bytes) -> None:
    here, there = two()
    here.hands.replace(f"{SITES}{digest(there)}.json", damage)
    assert len(here.engine.sharers()) == 2


def test_a_retired_site_is_counted_no_more_and_still_listed() -> None:
    here, there = alone()
    assert users(here.volume) == ({digest(here)}, {digest(there)})
    assert {one.digest: one.retired for one in here.engine.sharers()} == {
        digest(here): "",
        digest(there): "2025-06-15",
    }
    writes(here).clear()
    here.scan()
    assert writes(here) == []


def test_who_is_here_cannot_be_retired_and_who_was_never_there_neither() -> None:
    here, _ = two()
    with pytest.raises(Refused):
        here.engine.retire(digest(here))
    with pytest.raises(NotFound):
        here.engine.retire("00000000")
    here.hands.put("d/x.retired.json", b"{}")
    for name in ("00000000", "../../d/x", ""):
        with pytest.raises(NotFound):
            here.engine.recall(name)
    assert here.hands.read("d/x.retired.json") == b"{}"
    here.volume = replace(here.volume, writable=False)
    with pytest.raises(ReadOnly):
        here.restart().retire("00000000")


def test_a_retirement_is_taken_back_by_a_person_or_by_the_site_that_returns() -> None:
    here, there = alone()
    here.engine.recall(digest(there))
    assert users(here.volume)[1] == frozenset()
    here.engine.recall(digest(there))
    here, there = alone()
    carry(here, there, SITES)
    there.restart()
    there.scan()
    assert users(there.volume) == ({digest(here), digest(there)}, frozenset())


def test_a_retirement_and_its_end_outlast_a_power_cut() -> None:
    here, there = two()
    here.memfs.durable_nodes = dict(here.memfs.nodes)
    here.engine.retire(digest(there))
    here.memfs.power_cut()
    assert users(here.volume)[1] == {digest(there)}
    here.engine.recall(digest(there))
    here.memfs.power_cut()
    assert users(here.volume)[1] == frozenset()


def test_once_alone_an_unmarked_edit_replaces_what_it_was_made_on() -> None:
    """What several sites have to ask about, one that is alone knows: its own last mirror was read."""
    asked = {}
    for is_retired, (here, _) in ((False, two()), (True, alone())):
        here.edit(PHOTO, title="Lake")
        here.pass_time(3)
        here.scan()
        unmark(here, b">Lake<", b">Pond<")
        here.pass_time(3)
        asked[is_retired] = bool(assets(here.scan())[PHOTO].document.conflicts)
    assert asked == {False: True, True: False}


def unmark(machine: Machine, old: bytes, new: bytes) -> None:
    """A program edits the XMP and drops our mark."""
    machine.hands.replace(SIDECAR, MARK.sub(b"", machine.hands.read(SIDECAR).replace(old, new)))


def test_what_a_returning_site_has_written_is_waited_for_all_the_same() -> None:
    """Its XMP comes first: the mark in it is nobody's here, so its ledger must be on its way."""
    here, there = two()
    there.edit(PHOTO, title="Lake", tags=("a", "b"))
    there.pass_time(3)
    there.scan()
    carry(there, here, PHOTO)
    here.pass_time(3)
    here.scan()
    here.engine.retire(digest(there))
    here.restart()
    there.edit(PHOTO, title="Sea", tags=("a",))
    carry(there, here, SIDECAR)
    here.pass_time(3)
    events = here.scan()
    (later,) = [event.seconds for event in events if isinstance(event, Later)]
    assert 590 < later < 600
    assert assets(events)[PHOTO].document.content() == {"title": "Lake", "tags": ("a", "b")}
    carry(there, here, LEDGER)
    here.pass_time(3)
    asset = assets(here.scan())[PHOTO]
    assert asset.document.content() == {"title": "Sea", "tags": ("a",)}
    assert asset.document.conflicts == ()


def test_without_the_wait_its_removal_would_be_read_as_an_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant: who is alone by retirement takes an unseen mark for a tool's."""
    monkeypatch.setattr("sync.engine.deciding._is_seen", lambda look, mark: True)
    with pytest.raises((AssertionError, ValueError)):
        test_what_a_returning_site_has_written_is_waited_for_all_the_same()


@pytest.mark.parametrize("is_known", [True, False], ids=["known before", "never known"])
def test_a_disk_that_does_not_tell_who_is_there_does_not_make_a_site_alone(is_known: bool) -> None:
    """The other's mirror is there and its ledger is not: taken for one's own, it would clear the title."""
    here, there = two()
    here.edit(PHOTO, title="Lake")
    there.edit(PHOTO, description="At dawn")
    carry(there, here, SIDECAR)
    if not is_known:
        here.restart()

    def refuse(number: int, operation: str, path: str) -> None:
        if (operation, path) == ("names", ".kphotos/sites"):
            raise OSError(errno.EIO, "Input/output error")

    here.memfs.before = refuse
    here.touch(SIDECAR)
    assert here.engine.look(PHOTO).document.value("title") == "Lake"
    assert here.engine.sharers() == []


def refusing(machine: Machine, refused: str, *, times: int = 99) -> list[int]:
    """A disk that refuses an operation in the sites' folder; how often it has."""
    count = [0]

    def before(number: int, operation: str, path: str) -> None:
        if operation == refused and f"{path}/".startswith(SITES) and count[0] < times:
            count[0] += 1
            raise OSError(errno.EACCES, "Permission denied")

    machine.memfs.before = before
    return count


def alive(machine: Machine) -> None:
    machine.memfs.before = lambda *_: None


def test_a_disk_that_refuses_a_sites_name_is_not_littered() -> None:
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, rating=1)
    machine.hands.remove(f"{SITES}{digest(machine)}.json")
    count = refusing(machine, "rename")
    for rating in range(1, 5):
        machine.edit(PHOTO, rating=rating)
    assert count[0] >= 4
    assert machine.hands.names(SITES[:-1]) == []
    alive(machine)
    machine.edit(PHOTO, rating=2)
    assert machine.hands.names(SITES[:-1]) == [f"{digest(machine)}.json"]


def test_a_renewal_that_the_disk_refuses_leaves_what_there_was() -> None:
    here, _ = two()
    before = here.hands.names(SITES[:-1])
    here.pass_time(WEEK)
    count = refusing(here, "rename")
    here.scan()
    assert count[0] == 1
    assert here.hands.names(SITES[:-1]) == before


@pytest.mark.parametrize("is_renewal", [False, True])
def test_what_a_killed_process_left_is_swept_when_its_site_next_writes_itself_down(is_renewal: bool) -> None:
    number, is_over = 0, False
    while not is_over:
        number += 1
        here, there = two()
        names = here.hands.names(SITES[:-1])
        theirs = f"{digest(there)}.json.0123abcd"
        here.hands.put(f"{SITES}{theirs}", b"{}")
        if is_renewal:
            here.pass_time(WEEK)
        else:
            here.hands.remove(f"{SITES}{digest(here)}.json")
        is_over = cut_short(here.fs, number, here.scan)
        here.restart()
        here.scan()
        here.pass_time(WEEK)
        here.scan()
        assert here.hands.names(SITES[:-1]) == sorted([*names, theirs]), number
    assert number > 10


def test_two_processes_of_a_site_may_sweep_each_others() -> None:
    """The other has written the site down and swept while this one's temp waited for its name."""
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    other = [Engine(machine.volume, replace(machine.site, node="other"))]

    def before(number: int, operation: str, path: str) -> None:
        if operation == "rename" and path == f"{SITES}{digest(machine)}.json" and other:
            machine.memfs.before = lambda *_: None
            list(other.pop().scan())

    machine.memfs.before = before
    machine.edit(PHOTO, rating=1)
    assert not other
    assert machine.hands.names(SITES[:-1]) == [f"{digest(machine)}.json"]


def test_what_a_person_asks_for_again_lasts_though_the_disk_refused_to_sync_it_before() -> None:
    here, there = two()
    here.memfs.durable_nodes = dict(here.memfs.nodes)
    count = refusing(here, "sync_folder", times=1)
    with pytest.raises(ReadOnly):
        here.engine.retire(digest(there))
    here.engine.retire(digest(there))
    here.memfs.power_cut()
    assert users(here.volume)[1] == {digest(there)}
    count = refusing(here, "sync_folder", times=1)
    with pytest.raises(ReadOnly):
        here.engine.recall(digest(there))
    here.engine.recall(digest(there))
    here.memfs.power_cut()
    assert users(here.volume)[1] == frozenset()
    assert count == [1]
