"""The house itself: what the repository may hold, and the rules of style that no linter knows.

Each rule is a function over given files, so that a planted offender shows that the rule can fail.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

TOP_LEVEL = {
    *("kphotos", "sync", "templates", "static", "tests", "scripts"),
    *("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"),
}
LONGEST_ROOM = 400
LONGEST_TABLE_OF_CASES = 800  # tests, which are read one case at a time
LONGEST_FUNCTION = 60
# Names that lead nowhere: what stands in such a room could stand in any other.
EMPTY_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "managers",
    "service",
    "services",
    "impl",
    "common",
    "misc",
}
# Dots in brackets: or this very file would name the hosts.
REGISTRIES = re.compile("registry[.](npmjs|yarnpkg)|files[.]pythonhosted|pypi[.]org/simple")
TRACES_OF_OTHERS = re.compile(r"node_modules/|(^|/)vendor/|\.min\.(js|css)$|(^|/)third[_-]?party/")

Texts = Mapping[str, str]


@lru_cache
def tracked() -> tuple[str, ...]:
    """Every tracked path that is still there; outside a clone there is nobody to ask."""
    done = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git clone, so nobody knows which files belong to it")
    return tuple(name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file())


@lru_cache
def texts() -> Texts:
    found = {}
    for name in tracked():
        try:
            found[name] = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def packed(tree: Iterable[str]) -> set[str]:
    """Where a wheel carries the files of the tree: code as it is, what the pages need inside kphotos."""
    moved = {
        "static": "kphotos/static",
        "templates": "kphotos/templates",
        "kphotos": "kphotos",
        "sync": "sync",
    }
    tops = ((top, name) for name in tree for top in [name.partition("/")[0]] if top in moved)
    return {moved[top] + name.removeprefix(top) for top, name in tops}


def stray_names(names: Iterable[str]) -> list[str]:
    tops = {name.split("/")[0] for name in names}
    return sorted(top for top in tops if top not in TOP_LEVEL and not top.startswith("."))


def naming_a_registry(files: Texts) -> list[str]:
    return sorted(name for name, text in files.items() if REGISTRIES.search(text))


def of_others(names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if TRACES_OF_OTHERS.search(name))


def too_long(files: Texts) -> list[str]:
    code = (name for name in files if name.endswith((".py", ".js", ".mjs", ".css", ".sh")))
    lines = {name: files[name].count("\n") for name in code}
    limits = {name: LONGEST_TABLE_OF_CASES if name.startswith("tests/") else LONGEST_ROOM for name in lines}
    return sorted(f"{name}: {lines[name]}" for name in lines if lines[name] > limits[name])


def long_functions(files: Texts) -> list[str]:
    return [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in parsed(files)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]


def late_imports(files: Texts) -> list[str]:
    return [
        f"{name}:{inner.lineno}"
        for name, tree in parsed(files)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def undescribed(files: Texts) -> list[str]:
    return [name for name, tree in parsed(files) if files[name].strip() and not ast.get_docstring(tree)]


def empty_names(names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if EMPTY_NAMES & {*Path(name).parts[:-1], Path(name).stem})


def foreign_privates(files: Texts) -> list[str]:
    """`from other.module import _private`: what is private may change without a word."""
    return [
        f"{name}:{node.lineno} {alias.name}"
        for name, tree in parsed(files)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]


def parsed(files: Texts) -> list[tuple[str, ast.Module]]:
    """The application and the engine; tests may do what reads best there."""
    ours = (
        name for name in files if name.endswith(".py") and name.startswith(("kphotos/", "sync/", "scripts/"))
    )
    return [(name, ast.parse(files[name])) for name in sorted(ours)]


def test_only_the_known_names_stand_at_the_top() -> None:
    assert stray_names(tracked()) == []
    assert stray_names(["docs/a.md", "kphotos/a.py", ".ci/run"]) == ["docs"]


def test_no_file_names_a_registrys_host() -> None:
    assert naming_a_registry(texts()) == []
    assert naming_a_registry({"a.lock": "https://registry" + ".npmjs.org/x"}) == ["a.lock"]


def test_the_browsers_lock_says_no_place_to_download_from() -> None:
    lock = json.loads((ROOT / "scripts/web/package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if "integrity" not in package] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock", "requirements-node.lock"])
def test_every_python_package_is_pinned_with_its_hash(lock: str) -> None:
    text = (ROOT / "scripts" / lock).read_text().replace("\\\n", "")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines
    assert [
        line for line in lines if not re.fullmatch(r"[a-z0-9.-]+==\S+(\s+--hash=sha256:[0-9a-f]{64})+", line)
    ] == []


def test_the_locks_hold_every_pin_of_pyproject() -> None:
    pins = re.findall(
        r'^  "([a-z-]+)(?:\[\w+\])?==([\w.]+)",$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    held = (ROOT / "scripts/requirements-test.lock").read_text()
    assert len(pins) > 20
    assert [f"{name}=={version}" for name, version in pins if f"{name}=={version} " not in held] == []


def test_a_wheel_carries_all_that_the_pages_need_and_nothing_else(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    carried = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    vendor = {str(path.relative_to(ROOT)) for path in (ROOT / "static/vendor").rglob("*") if path.is_file()}
    assert vendor, "scripts/setup puts there what the pages take from others"
    assert packed({*tracked(), *vendor}) - carried == set()
    assert {name.split("/")[0] for name in carried} == {"kphotos", "sync"}
    assert packed(["static/js/a.js", "tests/a.py", "sync/a.py"]) == {"kphotos/static/js/a.js", "sync/a.py"}


def test_nobody_elses_code_is_tracked() -> None:
    assert of_others(tracked()) == []
    assert of_others(["static/vendor/a.js", "static/js/vendors.js"]) == ["static/vendor/a.js"]


def test_no_room_is_too_long() -> None:
    assert too_long(texts()) == []
    assert too_long({"kphotos/a.py": "x\n" * 401, "b.md": "x\n" * 999}) == ["kphotos/a.py: 401"]


def test_no_function_is_too_long() -> None:
    assert long_functions(texts()) == []
    assert long_functions({"sync/a.py": "def f():\n" + "    x\n" * 60}) == ["sync/a.py:1 f"]


def test_imports_stand_at_the_top_of_the_room() -> None:
    assert late_imports(texts()) == []
    assert late_imports({"sync/a.py": "def f():\n    import os\n"}) == ["sync/a.py:2"]


def test_each_room_says_what_it_is() -> None:
    assert undescribed(texts()) == []
    assert undescribed({"sync/a.py": "x = 1\n", "sync/b.py": ""}) == ["sync/a.py"]


def test_no_name_leads_nowhere() -> None:
    code = [name for name in tracked() if name.endswith((".py", ".js", ".mjs", ".css"))]
    assert empty_names(code) == []
    assert empty_names(["kphotos/utils.py", "sync/helpers/a.py", "sync/merge.py"]) == [
        "kphotos/utils.py",
        "sync/helpers/a.py",
    ]


def test_nobody_imports_what_is_private_elsewhere() -> None:
    assert foreign_privates(texts()) == []
    assert foreign_privates({"sync/a.py": "from sync.b import _c, d\n"}) == ["sync/a.py:1 _c"]


def test_what_a_person_runs_can_be_run() -> None:
    for name in (".ci/run", *(f"scripts/{name}" for name in ("setup", "start", "test", "check", "bench"))):
        assert (ROOT / name).stat().st_mode & 0o111 == 0o111, f"{name} is not executable"


def test_the_build_machine_runs_the_very_command_that_people_run() -> None:
    lines = [
        line for line in (ROOT / ".ci/run").read_text().splitlines() if line and not line.startswith("#")
    ]
    assert lines == ['exec "$(dirname -- "$0")/../scripts/test"']
