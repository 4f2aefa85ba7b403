"""What the tests of the command share: a home of its own, and a command that answers in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kphotos.cli import main
from sync.engine import rounds, temps

Told = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """K-Photos' own folder in an empty one; no setting from outside."""
    for name in ("PORT", "HOST", "DATABASE_URL", "QUEUE_URL", "JWT_SECRET", "PUBLIC_URL", "LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STORAGE_PATH", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command that edits waits for what others may be writing just then: here nobody is."""
    for room in (rounds, temps):
        monkeypatch.setattr(room, "SETTLE_SECONDS", 0.02)


@pytest.fixture
def told(home: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """Run a command with --json: (exit code, the one document on stdout)."""

    def run(*words: object) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = main([*map(str, words), "--json"])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, json.loads(out)

    return run
