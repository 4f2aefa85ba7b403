"""The real engine, killed at each call that changes the disk: old or new, whole; what was said is kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.act import act
from tests.crash.scenarios import LEDGER, SCENARIOS
from tests.crash.syscalls import (
    ACTS,
    ERRORS,
    begun,
    check_sidecars,
    fail_everywhere,
    judge,
    kill_everywhere,
    quick_folder,
)
from tests.interop.conftest import need


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    need(None if shutil.which("strace") else "strace is not installed: apt-get install strace")
    with quick_folder(tmp_path) as folder:
        yield folder


@pytest.mark.parametrize("name", ACTS)
def test_a_kill_at_any_call_leaves_old_or_new_and_acknowledged_is_new(name: str, quick: Path) -> None:
    kills = kill_everywhere(quick, name, every=2)
    assert kills["fsync"] >= 1, kills
    assert kills["renameat2"] + kills["rename"] >= 1, kills
    act(name, begun(quick / "again", name))
    judge(quick / "again", name, is_told=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_so_does_a_kill_in_whatever_touches_more_files(name: str, quick: Path) -> None:
    kills = kill_everywhere(quick, name, every=5)
    assert kills.total() >= 4, kills
    act(name, begun(quick / "again", name))
    judge(quick / "again", name, is_told=True)


@pytest.mark.slow
@pytest.mark.parametrize(("number", "error"), list(enumerate(ERRORS)))
def test_an_error_of_any_call_is_a_whole_refusal_and_the_next_try_works(
    number: int, error: str, quick: Path
) -> None:
    met = fail_everywhere(quick, "edit", error, every=6, first=number % 6)
    assert met.total() >= 2, met


def test_a_torn_ledger_would_be_seen(tmp_path: Path) -> None:
    begun(tmp_path / "home", "edit")
    ledger = tmp_path / "home/volume" / LEDGER
    ledger.write_bytes(ledger.read_bytes()[:100])
    with pytest.raises(Exception, match="JSON"):
        check_sidecars(tmp_path / "home", ["Old"])


def test_sidecars_that_did_not_follow_would_be_seen(tmp_path: Path) -> None:
    begun(tmp_path / "home", "disown")
    with pytest.raises(AssertionError):
        judge(tmp_path / "home", "copies", is_told=True)
