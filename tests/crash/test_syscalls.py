"""The real engine, killed at each call that changes the disk: old or new, whole; what was said is kept."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kphotos import records
from kphotos.config import from_env
from sync.codecs import ledger as ledgers
from sync.codecs import xmp
from tests.crash.act import LEDGER, PHOTO, SIDECAR, act, machine_of
from tests.interop.conftest import need
from tests.sim.tools import FakeTool, content_of
from tests.sync.machines import assets
from tests.sync.sides import DiskHands

ROOT = Path(__file__).parents[2]
CALLS = (
    "write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,"
    "mkdir,mkdirat,ftruncate,fchmod,fchown,fsetxattr"
)
DEADLY = re.compile(r"^(?:\d+ +)?(\w+)\(")


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a kill, unlike a power cut, takes nothing from the kernel."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as folder:
        yield Path(folder)


def strace(options: list[str], name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The act under strace."""
    command = [
        "strace",
        "-f",
        "-qq",
        *options,
        sys.executable,
        "-m",
        "tests.crash.act",
        name,
        str(folder),
    ]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def begun(folder: Path, name: str) -> Path:
    """A photo that was edited before, or a record; before an absorption another program has saved."""
    volume = folder / "volume"
    volume.mkdir(parents=True)
    (volume / PHOTO).write_bytes(b"the picture")
    machine = machine_of(folder)
    list(machine.engine.scan())
    machine.edit(PHOTO, title="Old", rating=1)
    machine.engine.settle()
    if name == "absorb":
        FakeTool(DiskHands(volume), SIDECAR).set(title="New")
    if name == "record":
        settings = from_env({"STORAGE_PATH": str(folder / "home")}, dotenv=None)
        records.save(settings, "album", "a1", {"title": "Old"})
    return folder


def check_sidecars(folder: Path, allowed: list[str]) -> None:
    """Whole files now (I9); after a start again one of the titles, mirrored, and all is at rest (I3, I7)."""
    hands = DiskHands(folder / "volume")
    ledgers.read(hands.read(LEDGER))
    assert content_of(hands.read(SIDECAR))["title"] in ("Old", "New")
    machine = machine_of(folder)
    machine.pass_time(0.6)
    shown = assets(machine.scan(everything=True))[PHOTO]
    assert shown.document.content() == {"title": shown.document.value("title"), "rating": 1}
    assert shown.document.value("title") in allowed
    assert (shown.problems, shown.pending, shown.document.conflicts) == ((), False, ())
    assert machine.mirror(PHOTO) == shown.document.content()
    machine.pass_time(0.6)
    machine.scan(everything=True)
    rest = {name: hands.read(name) for name in (LEDGER, SIDECAR, PHOTO)}
    assert rest[PHOTO] == b"the picture"
    machine.scan(everything=True)
    assert {name: hands.read(name) for name in rest} == rest
    assert [name for name in hands.names() if name.startswith(".kphotos-tmp-")] == []
    assert xmp.read(rest[SIDECAR]).mark


def check_record(folder: Path, allowed: list[str]) -> None:
    """The record, old or new, and room for the next save."""
    settings = from_env({"STORAGE_PATH": str(folder / "home")}, dotenv=None)
    held = records.load(settings, "album", "a1")
    assert held is not None
    assert held.data["title"] in allowed
    assert records.save(settings, "album", "a1", {"title": "Next"}).revision == held.revision + 1
    json.loads((folder / "home/records/album/a1.json").read_text())


ACTS: dict[str, Callable[[Path, list[str]], None]] = {
    "edit": check_sidecars,
    "absorb": check_sidecars,
    "record": check_record,
}


def kill_everywhere(folder: Path, name: str, *, every: int = 1) -> Counter[str]:
    """Kill before each (or each n-th) call of each kind, and check; how often it was killed at which."""
    begun(folder / "begun", name)
    shutil.copytree(folder / "begun", folder / "traced")
    done = strace(["-e", f"trace={CALLS}", "-o", str(folder / "log")], name, folder / "traced")
    assert done.stdout == "done\n", done.stderr
    lines = (folder / "log").read_text().splitlines()
    made = Counter(found[1] for line in lines if (found := DEADLY.match(line)))
    kills: Counter[str] = Counter()
    for call, times in sorted(made.items()):
        for number in range(1, times + 1, every):
            home = folder / f"{call}-{number}"
            shutil.copytree(folder / "begun", home)
            inject = f"inject={call}:signal=SIGKILL:when={number}"
            done = strace(["-e", f"trace={call}", "-e", inject, "-o", "/dev/null"], name, home)
            is_told = done.stdout == "done\n"
            assert is_told or done.returncode in (-9, 137), done.stderr
            allowed = ["New"] if is_told or name == "absorb" else ["Old", "New"]
            ACTS[name](home, allowed)
            kills[call] += not is_told
    return kills


@pytest.mark.parametrize("name", ACTS)
def test_a_kill_at_any_call_leaves_old_or_new_and_acknowledged_is_new(name: str, quick: Path) -> None:
    need(None if shutil.which("strace") else "strace is not installed: apt-get install strace")
    kills = kill_everywhere(quick, name, every=2)
    assert kills["fsync"] >= 1, kills
    assert kills["renameat2"] + kills["rename"] >= 1, kills
    act(name, begun(quick / "again", name))
    ACTS[name](quick / "again", ["New"])


def test_a_torn_ledger_would_be_seen(tmp_path: Path) -> None:
    begun(tmp_path / "home", "edit")
    ledger = tmp_path / "home/volume" / LEDGER
    ledger.write_bytes(ledger.read_bytes()[:100])
    with pytest.raises(Exception, match="JSON"):
        check_sidecars(tmp_path / "home", ["Old"])
