"""Reading originals in a second process: the same answers, and nothing hangs on that process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kphotos.storage import alongside
from kphotos.storage.alongside import Reader, read_all
from tests.e2e.house import children
from tests.photos import jpeg
from tests.pictures import CASES, DAMAGED, write


def readers(pid: int) -> list[int]:
    """Those of a process's children that read originals: other tests may have left it others."""
    return [child for child in children(pid) if b"alongside" in Path(f"/proc/{child}/cmdline").read_bytes()]


@pytest.fixture
def paths(tmp_path: Path) -> list[bytes]:
    """Every kind of picture the tests know, one under no proper name, one that is gone."""
    damaged = {name: data for name, (data, _) in DAMAGED.items()}
    made = [os.fsencode(path) for path in write(tmp_path, CASES | damaged)]
    odd = os.path.join(os.fsencode(tmp_path), b"bad\xff\nname.jpg")
    jpeg(os.fsdecode(odd), taken="2021-06-01T12:34:56")
    return [*made, odd, os.fsencode(tmp_path / "gone.jpg")]


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alongside, "WORTH_IT", 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})


def test_the_other_process_says_the_same(paths: list[bytes], soon: None) -> None:
    with Reader() as reader:
        first, second = reader.ask(paths), reader.ask(paths[:1])
        assert first() == read_all(paths)
        assert second() == read_all(paths[:1])
        assert len(readers(os.getpid())) == 1
    assert readers(os.getpid()) == []
    assert any(one.xmp for one in read_all(paths)), "no packet went over the line"


def test_a_question_larger_than_a_pipe_is_answered(paths: list[bytes], soon: None) -> None:
    with Reader() as reader:
        answers = [reader.ask(paths * 200) for _ in range(2)]
        assert [len(answer()) for answer in answers] == [len(paths) * 200] * 2


def test_a_child_that_is_killed_costs_no_answer(
    paths: list[bytes], soon: None, caplog: pytest.LogCaptureFixture
) -> None:
    with Reader() as reader:
        assert reader.ask(paths)() == read_all(paths)
        (child,) = readers(os.getpid())
        os.kill(child, signal.SIGKILL)
        answers = [reader.ask(paths) for _ in range(3)]
        assert [answer() for answer in answers] == [read_all(paths)] * 3
    assert len(caplog.records) == 1


def test_for_few_originals_nobody_is_started(paths: list[bytes]) -> None:
    with Reader() as reader:
        assert reader.ask(paths)() == read_all(paths)
        assert readers(os.getpid()) == []


def test_who_gives_up_in_the_middle_leaves_no_child_behind(
    paths: list[bytes], soon: None, caplog: pytest.LogCaptureFixture
) -> None:
    with Reader() as reader:
        for _ in range(3):
            reader.ask(paths)
    assert readers(os.getpid()) == []
    assert caplog.records == []


def test_who_is_killed_leaves_no_child_behind(tmp_path: Path) -> None:
    script = (
        "import os, time; from kphotos.storage import alongside; alongside.WORTH_IT = 1;"
        "os.sched_getaffinity = lambda _: {0, 1};"
        "reader = alongside.Reader(); reader.ask([b'/none'])(); print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        (child,) = readers(parent.pid)
        parent.kill()
    until = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not Path(f"/proc/{child}").exists()
