"""Settings for a command, and one supervisor per home."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kphotos.cli import homes
from kphotos.config import Settings
from kphotos.errors import Unavailable


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without settings to stand in, and a checkout elsewhere."""
    monkeypatch.delenv("STORAGE_PATH", raising=False)
    checkout = tmp_path / "checkout"
    (checkout / "scripts").mkdir(parents=True)
    (checkout / "scripts" / "start").touch()
    (checkout / "pyproject.toml").touch()
    monkeypatch.setattr(homes, "CHECKOUT", checkout)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    return checkout


def test_a_checkouts_home_is_the_same_from_every_folder(clean: Path) -> None:
    assert homes.settings().storage_path == clean / "data"


def test_the_environment_chooses_another_home(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORAGE_PATH", "mine")
    assert homes.settings().storage_path == Path.cwd() / "mine"


def test_the_env_file_of_the_checkout_counts_in_every_folder(clean: Path) -> None:
    (clean / ".env").write_text("PORT=8123\n")
    assert homes.settings().port == 8123
    assert homes.settings().storage_path == clean / "data"


def test_an_env_file_where_one_stands_comes_first(clean: Path) -> None:
    (clean / ".env").write_text("PORT=8123\n")
    Path(".env").write_text(f"PORT=8124\nSTORAGE_PATH={Path.cwd()}/there\n")
    assert homes.settings().port == 8124
    assert homes.settings().storage_path == Path.cwd() / "there"


def test_an_installed_package_keeps_to_the_present_folder(clean: Path) -> None:
    (clean / "pyproject.toml").unlink()
    assert homes.settings().storage_path == Path.cwd() / "data"


def test_a_second_holder_is_refused_with_the_process_of_the_first(clean: Path) -> None:
    home = homes.settings()
    with homes.alone(home, "start", "K-Photos"):
        with pytest.raises(Unavailable, match=rf"K-Photos already runs on .*process {os.getpid()}\)"):
            homes.alone(home, "start", "K-Photos").__enter__()
        with homes.alone(home, "watch", "The engine"):
            pass
    with homes.alone(home, "start", "K-Photos"):
        pass


def test_a_killed_holder_leaves_the_home_free(clean: Path) -> None:
    home: Settings = homes.settings()
    code = (
        "import fcntl, os, sys, time; file = open(sys.argv[1], 'a'); fcntl.flock(file, fcntl.LOCK_EX);"
        "print('held', flush=True); time.sleep(60)"
    )
    with homes.alone(home, "start", "K-Photos"):
        pass
    path = home.storage_path / "locks" / "start.lock"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(Unavailable):
            homes.alone(home, "start", "K-Photos").__enter__()
        other.kill()
    with homes.alone(home, "start", "K-Photos"):
        pass
