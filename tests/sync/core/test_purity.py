"""The core decides and nothing else: it opens no file, reads no clock, draws no random number (I12)."""

from __future__ import annotations

import ast
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import sync.core
from sync.core.edit import inverse
from sync.core.merge import join
from sync.core.model import Change, Ledger
from sync.core.show import show
from tests.sync.core.world import ASSET, Program, World

FORBIDDEN = frozenset(
    (
        *(
            "asyncio",
            "ctypes",
            "datetime",
            "glob",
            "io",
            "locale",
            "logging",
            "multiprocessing",
            "os",
            "pathlib",
        ),
        *(
            "random",
            "secrets",
            "shutil",
            "socket",
            "sqlite3",
            "subprocess",
            "sys",
            "tempfile",
            "threading",
            "time",
        ),
        "uuid",
    )
)
_watching: list[str] = []
_is_on = False


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if _is_on and event in (
        "open",
        "os.listdir",
        "os.scandir",
        "socket.connect",
        "subprocess.Popen",
        "os.rename",
    ):
        _watching.append(f"{event} {args[:1]}")


sys.addaudithook(_hook)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Whatever reaches for the disk, a clock or chance while a test runs."""
    global _is_on

    def forbid(name: str) -> Callable[..., Any]:
        def called(*_: Any, **__: Any) -> Any:
            _watching.append(name)
            return 0

        return called

    for name in ("time", "time_ns", "monotonic", "perf_counter", "sleep"):
        monkeypatch.setattr(time, name, forbid(f"time.{name}"))
    for name in ("random", "getrandbits", "randbytes"):
        monkeypatch.setattr(random, name, forbid(f"random.{name}"))
    _watching.clear()
    _is_on = True
    yield _watching
    _is_on = False


def _a_whole_life() -> None:
    world, program = World(), Program()
    world.edit(Change("title", "set", "Lake"), Change("tags", "add", ["Places/Paris"]))
    program.read(world)
    world.edit(Change("taken", "set", {"local": "2021-06-01", "offset": None}))
    program.write(world, rating=3, tags=["x"])
    world.scan()
    assert world.ledger
    assert inverse(Ledger(ASSET), world.ledger, [Change("title", "set", "Lake")])
    show(join(world.ledger, Ledger(ASSET)))


def test_a_whole_life_of_a_ledger_touches_nothing(watched: list[str]) -> None:
    _a_whole_life()
    assert watched == []


def test_the_watch_would_see_it(watched: list[str]) -> None:
    with Path(__file__).open():
        pass
    time.time()
    assert len(watched) == 2


def _imports(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.module == "datetime" and {alias.name for alias in node.names} == {"date"}:
                continue  # a calendar, as long as nobody asks it for today
            names.add((node.module or "").partition(".")[0])
    return names


def test_no_module_of_the_core_imports_a_way_out() -> None:
    folder = Path(sync.core.__file__).parent
    for path in folder.glob("*.py"):
        source = path.read_text()
        assert not _imports(source) & FORBIDDEN, path.name
        assert ".today(" not in source, path.name
        assert "open(" not in source.replace("is_open(", ""), path.name


def test_an_import_of_a_clock_would_be_seen() -> None:
    assert _imports("from time import time") & FORBIDDEN
    assert _imports("import os.path") & FORBIDDEN
    assert _imports("from datetime import date, datetime") & FORBIDDEN
