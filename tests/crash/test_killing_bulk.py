"""The real engine, killed all through an edit of many photos: each old or new, whole; and gone on with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.codecs import ledger as ledgers
from sync.core.undo import has_done
from tests.crash.act_many import PHOTOS, act, machine_of
from tests.interop.conftest import need
from tests.sim.tools import content_of
from tests.sync.machines import assets
from tests.sync.sides import DiskHands

ROOT = Path(__file__).parents[2]
CALLS = (
    "write,pwrite64,writev,fsync,fdatasync,syncfs,rename,renameat,renameat2,link,linkat,unlink,unlinkat,"
    "mkdir,mkdirat,ftruncate,fchmod,fchown,fsetxattr"
)
DEADLY = re.compile(r"^(?:\d+ +)?(\w+)\(")
EVERY = int(os.environ.get("KILL_EVERY", "17"))
"""Each so-manieth call is one to be killed at; 1 is all of them."""


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a kill, unlike a power cut, takes nothing from the kernel."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as folder:
        yield Path(folder)


def strace(options: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """The act under strace."""
    command = ["strace", "-f", "-qq", *options, sys.executable, "-m", "tests.crash.act_many", str(folder)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def begun(folder: Path) -> Path:
    """Ten photos, every second of which was edited before."""
    volume = folder / "volume"
    volume.mkdir(parents=True)
    for photo in PHOTOS:
        (volume / photo).write_bytes(b"the picture")
    machine = machine_of(folder)
    list(machine.engine.scan())
    for photo in PHOTOS[::2]:
        machine.edit(photo, title="Old")
    machine.engine.settle()
    return folder


def check(folder: Path, *, is_told: bool) -> None:
    """Whole files now; after a start again old or new, mirrored; done again, new, and no line twice."""
    hands = DiskHands(folder / "volume")
    for name in hands.names():
        if name.endswith(".xmp"):
            assert content_of(hands.read(name))["title"] in ("Old", "New")
    machine = machine_of(folder)
    machine.pass_time(0.6)
    shown = assets(machine.scan(everything=True))
    for number, photo in enumerate(PHOTOS):
        before = {} if number % 2 else {"title": "Old"}
        content = dict(shown[photo].document.content())
        assert content in ([{"title": "New"}] if is_told else [before, {"title": "New"}])
        assert (shown[photo].problems, shown[photo].pending) == ((), False)
        assert hands.read(photo) == b"the picture"
    act(folder)
    for photo in PHOTOS:
        held = ledgers.read(hands.read(photo + ".kphotos.json"))
        assert has_done(held, "b1")
        assert sum(line.bulk == "b1" for line in held.history) == 1
        assert content_of(hands.read(photo + ".xmp")) == {"title": "New"}


def test_a_kill_all_through_it_loses_nothing_and_it_is_gone_on_with(quick: Path) -> None:
    need(None if shutil.which("strace") else "strace is not installed: apt-get install strace")
    begun(quick / "begun")
    shutil.copytree(quick / "begun", quick / "traced")
    done = strace(["-e", f"trace={CALLS}", "-o", str(quick / "log")], quick / "traced")
    assert done.stdout == "done\n", done.stderr
    found = [DEADLY.match(line) for line in (quick / "log").read_text().splitlines()]
    made = Counter(one[1] for one in found if one)
    assert made["syncfs"] == 3, made
    # One behind each `syncfs`, of the root folder: it tells what `syncfs` hides (sync/osfs/batch.py).
    assert made["fsync"] == 3, made
    kills: Counter[str] = Counter()
    for call, times in sorted(made.items()):
        for number in range(min(times, EVERY // 2 + 1), times + 1, EVERY):
            home = quick / f"{call}-{number}"
            shutil.copytree(quick / "begun", home)
            inject = f"inject={call}:signal=SIGKILL:when={number}"
            done = strace(["-e", f"trace={call}", "-e", inject, "-o", "/dev/null"], home)
            is_told = done.stdout == "done\n"
            assert is_told or done.returncode in (-9, 137), done.stderr
            check(home, is_told=is_told)
            kills[call] += not is_told
    assert kills["syncfs"] >= 1, kills
    assert kills["renameat2"] >= 1, kills
