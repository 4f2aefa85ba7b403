"""The power goes while K-Photos is busy: nothing acknowledged is lost or torn; a missing fsync shows."""

from __future__ import annotations

import pytest

from tests.faults import disks, power


@pytest.fixture(autouse=True, scope="module")
def a_disk_to_cut() -> None:
    if reason := disks.no_power_cut():
        pytest.skip(reason)


@pytest.mark.slow
def test_power_cuts_lose_nothing_that_was_acknowledged() -> None:
    told = power.run(4, seed=1)
    assert told["violations"] == []
    assert told["edits"]["tried"] > told["edits"]["acknowledged"] >= 4


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "shows"), [("file", "torn"), ("folder", "I3")])
def test_an_fsync_left_out_is_found(fault: str, shows: str) -> None:
    told = power.run(25, seed=1, fault=fault)
    assert any(shows in one for one in told["violations"]), told
