"""Runs the tests layer by layer and prints the seconds of each; scripts/test has done the set-up before.

Every layer runs even after another has failed, so that one run shows everything. The engine's layer measures
the coverage of `sync`, branches included, and fails below the floor that pyproject.toml sets. Measuring makes
a test three times as slow: those that go through very many cases run in a layer of their own, unmeasured.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
LIMIT = 15 * 60
PYTEST = (str(BIN / "python"), "-m", "pytest", "-q", "--durations=15")
# Files go to the workers whole: fixtures for a module (a Postgres, a library) are made once.
TWO_AT_ONCE = ("-n", "2", "--dist", "loadfile")


@dataclass(frozen=True, slots=True)
class Layer:
    """A part of the tests: what it shows, for the table, and the command that runs it."""

    name: str
    shows: str
    command: tuple[str, ...]


LAYERS = (
    Layer(
        "check", "floors, lint, format, types, JavaScript's unit tests", (str(ROOT / "scripts" / "check"),)
    ),
    Layer(
        "house",
        "the repository itself; README against code",
        (*PYTEST, "tests/test_house.py", "tests/test_readme.py"),
    ),
    Layer(
        "engine",
        "sync: laws, tables, every behaviour; coverage",
        (
            *PYTEST,
            *TWO_AT_ONCE,
            *("-m", "not slow"),
            "--cov=sync",
            "--cov-branch",
            "--cov-report=term:skip-covered",
            f"--cov-report=json:{ROOT / 'build' / 'coverage.json'}",
            "tests/sync",
        ),
    ),
    Layer(
        "simulation",
        "a crash or refusal at every file operation, random histories, planted faults",
        (*PYTEST, *TWO_AT_ONCE, *("-m", "slow"), "tests/sync", "tests/sim", "tests/scripts/test_simulate.py"),
    ),
    Layer(
        "application",
        "kphotos on SQLite and Postgres; killed at each system call, power cut, full disk",
        (*PYTEST, *TWO_AT_ONCE, "tests/kphotos", "tests/crash", "tests/faults"),
    ),
    Layer(
        "interop",
        "the real darktable, exiftool and exiv2; two machines over Syncthing",
        (*PYTEST, *TWO_AT_ONCE, "tests/interop"),
    ),
    Layer("journey", "a person's way through it in a real Chromium", (*PYTEST, "tests/e2e")),
)


def run(layer: Layer) -> tuple[bool, float]:
    """One layer with its output passing through: (passed, seconds)."""
    print(f"\n== {layer.name}: {layer.shows}", flush=True)
    begun = monotonic()
    there = [word for word in layer.command if not word.startswith("tests/") or (ROOT / word).exists()]
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(there, cwd=ROOT, env=environment, check=False)
    return done.returncode == 0, monotonic() - begun


def main(names: list[str]) -> int:
    """Run the layers named, or all; 0 when each of them passed."""
    if "--list" in names:
        print("\n".join(f"{layer.name:12} {layer.shows}" for layer in LAYERS))
        return 0
    unknown = set(names) - {layer.name for layer in LAYERS}
    if unknown:
        print(
            f"scripts/test: no layer named {', '.join(sorted(unknown))}; --list names them", file=sys.stderr
        )
        return 2
    results = [(layer, *run(layer)) for layer in LAYERS if not names or layer.name in names]
    print()
    for layer, passed, seconds in results:
        print(f"  {'ok    ' if passed else 'FAILED'}  {layer.name:12} {seconds:6.1f} s   {layer.shows}")
    total = sum(seconds for _, _, seconds in results)
    print(f"  {'':6}  {'in all':12} {total:6.1f} s   (set-up apart; at most {LIMIT // 60} min on 2 cores)")
    if total > LIMIT:
        print("  This is over the limit: make a test quicker, or move it to scripts/simulate.")
    return 0 if all(passed for _, passed, _ in results) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
