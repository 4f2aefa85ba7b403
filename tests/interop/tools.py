"""The two readers of XMP that most programs stand on: exiftool (vendored) and exiv2 (darktable, digiKam)."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

EXIFTOOL = Path(__file__).parents[2] / "scripts/web/node_modules/exiftool-vendored.pl/bin/exiftool"


def no_exiftool() -> str | None:
    """Why exiftool cannot run here, or None."""
    if shutil.which("perl") is None:
        return "not installed: perl (for exiftool)"
    return None if EXIFTOOL.is_file() else "exiftool is not vendored: run scripts/setup --tests"


def no_exiv2() -> str | None:
    """Why exiv2 cannot run here, or None."""
    return None if shutil.which("exiv2") else "not installed: exiv2"


def exiftool(*words: str) -> str:
    """Run the vendored exiftool without any configuration; AssertionError with its words if it fails."""
    command = ["perl", str(EXIFTOOL), "-config", "", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def exiftool_reads(path: Path) -> dict[str, Any]:
    """Every XMP tag with its group, numbers as numbers."""
    told: dict[str, Any] = json.loads(exiftool("-json", "-n", "-G1", "-struct", "-XMP:all", str(path)))[0]
    return told


def exiv2(*words: str) -> str:
    """Run exiv2; AssertionError with its words if it fails."""
    done = subprocess.run(["exiv2", *words], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def exiv2_reads(path: Path) -> dict[str, str]:
    """Every XMP property that exiv2 finds, as its text."""
    lines = exiv2("-PXkv", str(path)).splitlines()
    return {
        words[0]: words[1] if len(words) > 1 else ""
        for words in (line.split(None, 1) for line in lines)
        if words
    }
