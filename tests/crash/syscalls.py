"""The real engine under strace: killed at each call that changes the disk, or told that the call failed.

A run without a fault says which calls there are; then each of them, or each n-th, is the one.
"""

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
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kphotos import records
from kphotos.config import from_env
from sync.codecs import ledger as ledgers
from sync.codecs import xmp
from tests.crash.act import REFUSED
from tests.crash.scenarios import LEDGER, PHOTO, SCENARIOS, SIDECAR, begin, check, machine_of
from tests.progress import ProgressBar
from tests.sim.tools import FakeTool, content_of
from tests.sync.machines import assets
from tests.sync.sides import DiskHands

ROOT = Path(__file__).parents[2]
CALLS = (
    "write,pwrite64,writev,fsync,fdatasync,syncfs,rename,renameat,renameat2,link,linkat,unlink,unlinkat,"
    "mkdir,mkdirat,ftruncate,fchmod,fchown,fsetxattr"
)
FAILING = "openat2,fsync,renameat2,unlinkat,mkdirat"
"""Calls that hardly anybody but the engine makes; a `write` or `openat` is chosen by what it names."""
ERRORS = ("ENOSPC", "EIO", "EDQUOT", "EROFS", "EACCES", "EMFILE", "ESTALE")
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\(")
_OURS = re.compile(r"\.kphotos-tmp-|kphotos\.json|\.xmp|kphotos\": ?1|<x:xmpmeta|<\?xpacket|rdf:RDF")


def strace(options: list[str], name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The act under strace."""
    command = ["strace", "-f", "-qq", *options, sys.executable, "-m", "tests.crash.act", name, str(folder)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def begun(folder: Path, name: str) -> Path:
    """A photo that was edited before, or a record; before an absorption another program has saved."""
    if name in SCENARIOS:
        begin(folder, SCENARIOS[name])
        return folder
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
NAMES = (*ACTS, *SCENARIOS)


def judge(folder: Path, name: str, *, is_told: bool) -> None:
    """AssertionError unless what lies there is as it may be after a run that did or did not say "done"."""
    if name in SCENARIOS:
        check(folder, SCENARIOS[name], is_told=is_told)
    else:
        ACTS[name](folder, ["New"] if is_told or name == "absorb" else ["Old", "New"])


def kill_everywhere(folder: Path, name: str, *, every: int = 1) -> Counter[str]:
    """Kill before each (or each n-th) call of each kind, and judge; how often it was killed at which."""
    made = Counter(call for call, _ in _traced(folder, name, CALLS))
    kills: Counter[str] = Counter()
    for call, times in sorted(made.items()):
        for number in range(1, times + 1, every):
            with _copied(folder, f"{call}-{number}") as home:
                inject = f"inject={call}:signal=SIGKILL:when={number}"
                done = strace(["-e", f"trace={call}", "-e", inject, "-o", "/dev/null"], name, home)
                is_told = done.stdout == "done\n"
                assert is_told or done.returncode in (-9, 137), done.stderr
                judge(home, name, is_told=is_told)
                kills[call] += not is_told
    return kills


def fail_everywhere(folder: Path, name: str, error: str, *, every: int = 1, first: int = 0) -> Counter[str]:
    """Let each (or each n-th) call fail: a clean refusal, nothing damaged, the next try works."""
    met: Counter[str] = Counter()
    calls = _traced(folder, name, f"{FAILING},write,openat")
    numbers: Counter[str] = Counter()
    points: list[tuple[str, int]] = []
    for call, line in calls:
        numbers[call] += 1
        if call in FAILING.split(",") or _OURS.search(line):
            points.append((call, numbers[call]))
    for call, number in points[first::every]:
        with _copied(folder, f"{error}-{call}-{number}") as home:
            inject = f"inject={call}:error={error}:when={number}"
            done = strace(["-e", f"trace={call}", "-e", inject, "-o", "/dev/null"], name, home)
            is_told = done.stdout == "done\n"
            is_clean = done.returncode == REFUSED or (name == "record" and "OSError" in done.stderr)
            assert is_told or is_clean, f"{error} at {call} {number}: {done.stderr[-800:]}"
            judge(home, name, is_told=is_told)
            met[f"{call}: {'done all the same' if is_told else 'refused'}"] += 1
    return met


def _traced(folder: Path, name: str, calls: str) -> list[tuple[str, str]]:
    """Every call of a run without a fault, in order, as (its name, the line)."""
    if not (folder / "begun").exists():
        begun(folder / "begun", name)
    with _copied(folder, "traced") as home:
        options = ["-s", "200", "-e", f"trace={calls}", "-o", str(folder / "log")]
        done = strace(options, name, home)
        assert done.stdout == "done\n", done.stderr
    lines = (folder / "log").read_text(errors="replace").splitlines()
    return [(found[1], line) for line in lines if (found := _CALL.match(line))]


@contextmanager
def _copied(folder: Path, name: str) -> Iterator[Path]:
    home = folder / name
    shutil.copytree(folder / "begun", home)
    yield home
    shutil.rmtree(home)


@contextmanager
def quick_folder(otherwise: Path | None = None) -> Iterator[Path]:
    """A folder in memory where there is one: a kill, unlike a power cut, takes nothing from the kernel."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else otherwise) as folder:
        yield Path(folder)


def run(seed: int, *, every: int = 1, show: bool = False) -> dict[str, Any]:
    """Every act killed at every call, and every error at every call of every act; JSON."""
    violations: list[str] = []
    kills: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    jobs = [(name, error) for name in NAMES for error in (None, *(ERRORS if name != "record" else ()))]
    with ProgressBar("acts under strace", len(jobs), show=show) as bar:
        for number, (name, error) in enumerate(jobs, 1):
            with quick_folder() as folder:
                try:
                    if error is None:
                        kills.update(kill_everywhere(folder, name, every=every))
                    else:
                        first = (seed + number) % every
                        found = fail_everywhere(folder, name, error, every=every, first=first)
                        errors.update({f"{error} {what}": many for what, many in found.items()})
                except AssertionError as wrong:
                    violations.append(f"{name}, {error or 'killed'}: {wrong}"[:600])
            bar.tell(number)
    return {
        "acts": list(NAMES),
        "killed at": dict(sorted(kills.items())),
        "errors": dict(sorted(errors.items())),
        "points": kills.total() + errors.total(),
        "violations": violations,
    }
