"""Watches a program and all its children with strace and tells which originals it could have changed.

An original counts as touched when it is opened for writing, or named (by path or by an open file) in any call
that changes a file, its name or its times. Links do not hide it: strace prints where each descriptor leads.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

OPENING = ("open", "openat", "openat2", "creat")
CHANGING = (
    *(
        "rename",
        "renameat",
        "renameat2",
        "unlink",
        "unlinkat",
        "rmdir",
        "link",
        "linkat",
        "truncate",
        "ftruncate",
    ),
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "fallocate"),
    *("utime", "utimes", "futimesat", "utimensat", "setxattr", "lsetxattr", "fsetxattr", "removexattr"),
    *(
        "lremovexattr",
        "fremovexattr",
        "copy_file_range",
        "sendfile",
        "write",
        "pwrite64",
        "writev",
        "pwritev",
    ),
)
_CALL = re.compile(r"^(?P<pid>\d+) +(?P<call>.*)$")
_NAMED = re.compile(r"^(\w+)\((.*)$")
_RESUMED = re.compile(r"^<\.\.\. \w+ resumed>(.*)$")
_LEADS_TO = re.compile(r"<(/[^>]*)>")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_WRITES = re.compile(r"\bO_(WRONLY|RDWR|TRUNC|CREAT|APPEND)\b")


def missing() -> str | None:
    """Why nothing can be watched here, or None."""
    if shutil.which("strace") is None:
        return "not installed: strace"
    done = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return None if done.returncode == 0 else "strace may not trace processes here"


def watched(command: Sequence[str], trace: Path, environment: Mapping[str, str] = os.environ) -> int:
    """Run a command to its end under strace; its exit code, and the trace in the file given."""
    return subprocess.run(
        [*prefix(trace), *command], env=dict(environment), capture_output=True, timeout=300, check=False
    ).returncode


def prefix(trace: Path) -> list[str]:
    """What stands before a command so that it and its children are watched."""
    calls = "trace=" + ",".join(f"?{call}" for call in (*OPENING, *CHANGING))
    return ["strace", "-f", "-y", "-s", "4096", "-e", calls, "-e", "signal=none", "-o", str(trace)]


def touched(trace: Path, originals: Iterable[Path]) -> list[str]:
    """The calls that could have changed one of the originals, as strace printed them."""
    held = {os.fspath(path) for path in originals}
    return [call for call in calls(trace) if _touches(call, held)]


def calls(trace: Path) -> Iterator[str]:
    """Every call on one line: those that another process interrupted are joined again."""
    begun: dict[str, str] = {}
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        match = _CALL.match(line)
        if match is None:
            continue
        pid, call = match["pid"], match["call"]
        resumed = _RESUMED.match(call)
        if call.endswith("<unfinished ...>"):
            begun[pid] = call.removesuffix("<unfinished ...>")
        elif resumed:
            yield begun.pop(pid, "") + resumed[1]
        else:
            yield call


def _touches(call: str, held: set[str]) -> bool:
    match = _NAMED.match(call)
    if match is None:
        return False
    name, rest = match[1], match[2]
    said, _, result = rest.rpartition(" = ")
    if name in OPENING:
        writes = name == "creat" or bool(_WRITES.search(said))
        return writes and any(path in held for path in (*_LEADS_TO.findall(result), *_paths(said)))
    if name in ("write", "pwrite64", "writev", "pwritev"):
        said = said.partition(",")[0]  # what is written may well hold a name
    return name in CHANGING and any(path in held for path in _paths(said))


def _paths(said: str) -> Iterator[str]:
    """Every path that a call names: the descriptors', and the quoted ones against the folder before them."""
    folders = _LEADS_TO.findall(said)
    yield from folders
    for quoted in _QUOTED.findall(said):
        if quoted.startswith("/"):
            yield os.path.normpath(quoted)
        for folder in folders:
            yield os.path.normpath(f"{folder}/{quoted}")
