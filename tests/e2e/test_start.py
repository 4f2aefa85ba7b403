"""`kphotos start` as a person runs it: ready, one per home, parts that die come back, all of it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import house as houses
from tests.e2e.house import House, until


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    base = tmp_path_factory.mktemp("start")
    library = houses.small_library(base / "Pictures", 4)
    with houses.started(library, base / "home") as running:
        yield running


def is_ready(house: House) -> bool:
    try:
        with urllib.request.urlopen(f"{house.address}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_it_says_where_it_answers_once_it_does(house: House) -> None:
    until(lambda: house.address in house.log.read_text())
    assert "create the first account" in house.log.read_text()


def test_three_parts_run(house: House) -> None:
    assert set(house.processes()) == {"serve", "watch", "work"}


def test_a_second_one_on_the_same_home_is_refused(house: House) -> None:
    done = house.cli("start", "--json")
    assert done.returncode == 3
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "already_running"
    assert f"process {house.process.pid}" in error["message"]
    assert is_ready(house)


def test_a_taken_port_is_said_before_anything_starts(house: House, tmp_path: Path) -> None:
    port = house.address.rpartition(":")[2]
    command = [sys.executable, "-m", "kphotos", "start"]
    environment = houses.environment(tmp_path / "other", PORT=port)
    done = subprocess.run(
        command, cwd=houses.ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert f"Port {port} is taken" in done.stderr


@pytest.mark.parametrize("name", ["serve", "watch", "work"])
def test_a_part_that_is_killed_comes_back_and_that_is_said(house: House, name: str) -> None:
    before = house.processes()
    os.kill(before[name], signal.SIGKILL)
    until(lambda: house.processes().get(name, before[name]) != before[name])
    until(lambda: is_ready(house))
    assert f"{name} was killed by SIGKILL; it is started again" in house.log.read_text()
    others = {other: pid for other, pid in before.items() if other != name}
    assert {other: house.processes()[other] for other in others} == others


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_of_it_and_nothing_has_to_be_killed(tmp_path: Path, number: signal.Signals) -> None:
    library = houses.small_library(tmp_path / "Pictures", 1)
    with houses.started(library, tmp_path / "home") as house:
        pids = house.processes()
        house.process.send_signal(number)
        assert house.process.wait(60) == 0
        assert "did not end" not in house.log.read_text()
        assert [name for name, pid in pids.items() if alive(pid)] == []
        assert "Traceback" not in house.log.read_text()


def test_nothing_survives_a_killed_supervisor(tmp_path: Path) -> None:
    library = houses.small_library(tmp_path / "Pictures", 1)
    with houses.started(library, tmp_path / "home") as house:
        pids = house.processes()
        house.process.kill()
        house.process.wait()
        until(lambda: not any(alive(pid) for pid in pids.values()))


@pytest.mark.parametrize(
    ("setting", "value"),
    [("PORT", "0"), ("DATABASE_URL", "mysql://x"), ("JWT_SECRET", "secret"), ("LOG_LEVEL", "loud")],
)
def test_a_bad_setting_is_named_and_nothing_starts(tmp_path: Path, setting: str, value: str) -> None:
    command = [sys.executable, "-m", "kphotos", "start", "--json"]
    environment = houses.environment(tmp_path / "home", **{setting: value})
    done = subprocess.run(
        command, cwd=houses.ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 2
    assert setting in json.loads(done.stdout)["error"]["message"]
    assert "Traceback" not in done.stderr
