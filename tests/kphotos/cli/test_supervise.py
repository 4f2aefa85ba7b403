"""The supervisor with real processes: restarts, ends all of them, leaves none behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kphotos.cli import supervise
from kphotos.cli.exits import OK, UNAVAILABLE
from kphotos.cli.supervise import Part, Supervisor, ending

ROOT = Path(__file__).parents[3]


def part(name: str, code: str) -> Part:
    return Part(name, (sys.executable, "-c", code))


def sleeper(name: str, note: Path) -> Part:
    return part(
        name, f"import os, time; open({str(note)!r}, 'a').write(f'{{os.getpid()}}\\n'); time.sleep(60)"
    )


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def pids(note: Path) -> list[int]:
    return [int(line) for line in note.read_text().splitlines()] if note.exists() else []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def when(true: Callable[[], bool], act: Callable[[], object]) -> threading.Thread:
    """Do something from another thread once a condition holds: the supervisor needs the main one."""

    def wait() -> None:
        until(true)
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "PAUSES", (0.05, 0.1))
    monkeypatch.setattr(supervise, "TICK", 0.02)


@pytest.mark.usefixtures("quick")
def test_a_part_that_dies_is_started_again_and_that_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    note = tmp_path / "pids"
    supervisor = Supervisor([sleeper("worker", note)], said.append, lambda: True)
    killer = when(lambda: len(pids(note)) == 1, lambda: os.kill(pids(note)[0], signal.SIGKILL))
    ender = when(lambda: len(pids(note)) == 2, supervisor.stop)
    assert supervisor.run() == OK
    killer.join()
    ender.join()
    assert said == ["worker was killed by SIGKILL; it is started again in 0.05 s"]
    assert not any(alive(pid) for pid in pids(note))


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_part(tmp_path: Path, number: signal.Signals) -> None:
    notes = [tmp_path / name for name in ("web", "watch", "work")]
    said: list[str] = []
    supervisor = Supervisor([sleeper(note.name, note) for note in notes], said.append, lambda: True)
    ender = when(lambda: all(map(pids, notes)), lambda: os.kill(os.getpid(), number))
    assert supervisor.run() == OK
    ender.join()
    assert said == []  # none had to be killed
    assert not any(alive(pids(note)[0]) for note in notes)


def test_a_signal_ends_it_whatever_it_interrupts() -> None:
    """Without a pause between its turns nearly every signal falls into the midst of one."""
    busy = (
        "import sys; from kphotos.cli import supervise; supervise.TICK = 0.0;"
        "sys.exit(supervise.Supervisor([], print, lambda: print('turning', flush=True) or True).run())"
    )
    for turn in range(12):
        with subprocess.Popen([sys.executable, "-c", busy], cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(turn / 1000)
            process.send_signal(signal.SIGTERM)
            try:
                assert process.wait(10) == OK
            finally:
                process.kill()


@pytest.mark.usefixtures("quick")
def test_a_part_that_ignores_the_request_is_killed_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "PATIENCE", 0.2)
    said: list[str] = []
    note = tmp_path / "pid"
    deaf = part(
        "deaf",
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)",
    )
    supervisor = Supervisor([deaf], said.append, lambda: True)
    ender = when(lambda: bool(pids(note)), supervisor.stop)
    assert supervisor.run() == OK
    ender.join()
    assert said == ["deaf did not end within 0.2 s and is killed; nothing is lost"]
    assert not alive(pids(note)[0])


@pytest.mark.usefixtures("quick")
def test_what_a_restart_cannot_mend_ends_everything_with_its_code(tmp_path: Path) -> None:
    said: list[str] = []
    note = tmp_path / "pid"
    other = sleeper("watch", note)
    # The second part gives up only when the first one surely runs.
    refused = part(
        "web", f"import os, sys, time\nwhile not os.path.exists({str(note)!r}): time.sleep(.01)\nsys.exit(3)"
    )
    assert Supervisor([other, refused], said.append, lambda: True).run() == UNAVAILABLE
    assert said == ["web cannot run, so everything stops; the reason stands above"]
    assert not any(alive(pid) for pid in pids(note))


@pytest.mark.usefixtures("quick")
def test_ready_is_asked_until_it_holds_and_never_again(tmp_path: Path) -> None:
    answers = [True, False, False]
    note = tmp_path / "pid"
    # A fourth question would raise IndexError out of `run`.
    supervisor = Supervisor([sleeper("web", note)], lambda _: None, lambda: answers.pop())
    ender = when(lambda: bool(pids(note)) and not answers, lambda: (time.sleep(0.1), supervisor.stop()))
    assert supervisor.run() == OK
    ender.join()


def test_children_end_when_the_supervisor_is_killed_outright(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    child = (
        "import os, time; from kphotos.cli.supervise import hold_lifeline; hold_lifeline();"
        f"open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    )
    parent = (
        "import sys; from kphotos.cli.supervise import Part, Supervisor;"
        f"Supervisor([Part('child', (sys.executable, '-c', {child!r}))], print, lambda: True).run()"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT)
    until(lambda: bool(pids(note)))
    supervisor.kill()
    supervisor.wait()
    until(lambda: not alive(pids(note)[0]))


@pytest.mark.parametrize(
    ("code", "words"),
    [(1, "ended with code 1"), (-11, "was killed by SIGSEGV"), (-60, "was killed by signal 60")],
)
def test_an_ending_is_told_in_words(code: int, words: str) -> None:
    assert ending(code) == words
