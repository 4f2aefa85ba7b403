"""The README against the code: commands parse, settings are the real ones, every named test exists."""

from __future__ import annotations

import ast
import re
import shlex
import sys
from pathlib import Path

import pytest

from kphotos.cli import parser
from kphotos.cli.exits import MEANINGS
from kphotos.config import SETTINGS
from tests.scripts.test_bench_table import TOLD

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import bench_table  # noqa: E402 - the scripts are no package

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def settings_table() -> str:
    rows = [f"| `{row.name}` | {row.default} | {row.meaning} |" for row in SETTINGS]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def commands(text: str) -> list[str]:
    """Every `kphotos ...`, in a block or between backticks, without the path before it."""
    return re.findall(r"(?:^ {4}|`)(?:\.venv/bin/)?kphotos ([^`\n]+)", text, re.MULTILINE)


def scripts(text: str) -> set[str]:
    return set(re.findall(r"\bscripts/[a-z_]+(?:\.py)?", text))


def proofs(text: str) -> list[tuple[str, str]]:
    return re.findall(r"`(tests/[\w/.]+)::(\w+)`", text)


def is_test(path: str, name: str) -> bool:
    file = ROOT / path
    if not file.is_file():
        return False
    if file.suffix != ".py":
        return name in file.read_text(encoding="utf-8")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return any(
        isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name for node in ast.walk(tree)
    )


def test_the_settings_table_is_the_settings() -> None:
    between = README.split("<!-- settings -->")[1].split("<!-- /settings -->")[0].strip()
    assert between == settings_table()


def test_every_command_in_the_readme_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    found = commands(README)
    assert len(found) > 8
    for command in found:
        words = shlex.split(re.sub(r"\[[A-Z .]+\]", "", command))
        try:
            parser().parse_args(words)
        except SystemExit:
            pytest.fail(f"kphotos {command}: {capsys.readouterr().err}")


def test_every_command_there_is_stands_in_the_readme() -> None:
    told = {command.split()[0] for command in commands(README)}
    assert told == {
        "start",
        "serve",
        "watch",
        "work",
        "scan",
        "rebuild",
        "verify",
        "show",
        "edit",
        "undo",
        "conflicts",
        "adopt-disk",
        "disown",
        "problems",
        "volume",
        "user",
    }


def test_the_exit_codes_are_the_ones_of_the_code() -> None:
    told = {int(code): text for code, text in re.findall(r"^\| (\d+) \| (.+) \|$", README, re.MULTILINE)}
    assert told == MEANINGS


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_script_that_is_named_exists(text: str) -> None:
    found = scripts(text)
    assert found
    assert {name for name in found if not (ROOT / name).is_file()} == set()


def test_every_promise_names_a_test_that_exists() -> None:
    found = proofs(README)
    assert len(found) >= 10
    assert [proof for proof in found if not is_test(*proof)] == []
    assert not is_test("tests/test_readme.py", "test_that_nobody_wrote")


def test_every_row_of_promises_has_its_test() -> None:
    table = README.split("## Promises")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| promise")]
    assert [row for row in rows if not proofs(row)] == []


def test_every_figure_is_there_in_the_form_that_one_command_gives_it() -> None:
    told = part("figures")
    assert told.startswith("`scripts/bench --write` on ")
    assert forms(told) == forms(bench_table.figures(TOLD))
    assert forms(told.replace("photos a second", "photos")) != forms(bench_table.figures(TOLD))


def test_nothing_was_lost_that_anybody_tried_to_lose() -> None:
    lost = re.findall(r"lost: (\d+)", part("proofs"))
    assert lost
    assert set(lost) == {"0"}


def test_the_tests_of_the_engine_take_its_branches() -> None:
    (taken,) = re.findall(r"([\d.]+)% of the branches taken", part("proofs"))
    assert float(taken) >= 95


def part(mark: str) -> str:
    """What stands between two marks."""
    return README.split(f"<!-- {mark} -->\n")[1].split(f"<!-- /{mark} -->")[0]


def forms(text: str) -> list[str]:
    """The rows of a table without their numbers."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [re.sub(r"\d[\d.,]*", "N", row) for row in rows]


def test_every_picture_and_file_that_is_linked_exists() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_layers_of_the_tests_are_the_ones_that_run() -> None:
    source = (ROOT / "scripts/layers.py").read_text(encoding="utf-8")
    ran = re.findall(r'Layer\(\s*"(\w+)",\s*"([^"]+)"', source)
    told = re.findall(r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", CONTRIBUTING, re.MULTILINE)
    assert ran
    assert told == ran
