"""`problems` tells of originals that lie there more than once, conflict copies too; they are no problem."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kphotos.cli import main
from kphotos.cli.exits import OK
from kphotos.config import from_env
from kphotos.sidecar import intake, sites
from kphotos.storage import volumes
from sync.engine import hash_of
from sync.osfs import OsFS
from tests.photos import jpeg

COPY = "IMG_1.sync-conflict-20240601-101112-ABCDEF7.JPG"


def test_copies_of_an_original_are_told_and_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STORAGE_PATH", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "Pictures"
    for number in (1, 2):
        jpeg(folder / f"IMG_{number}.JPG", taken=f"2024-06-0{number}T10:00:00")
    shutil.copy(folder / "IMG_1.JPG", folder / COPY)
    main(["scan", str(folder)])
    settings = from_env()
    (volume,) = volumes.every(settings)
    engine, disk = sites.engine_of(settings, volume), OsFS(folder)
    for name in ("IMG_1.JPG", "IMG_2.JPG", COPY):
        asset = engine.hashed(name, disk.stat(name).signature(), hash_of(disk, name))
        assert asset is not None
        intake.project(settings, volume, asset)
    capsys.readouterr()
    assert main(["problems", "--json"]) == OK
    (found,) = json.loads(capsys.readouterr().out)["duplicates"]
    assert [place["path"] for place in found["places"]] == ["IMG_1.JPG", COPY]
    assert main(["problems"]) == OK
    printed = capsys.readouterr().out
    assert "No problems." in printed
    assert COPY in printed
    assert "IMG_2.JPG" not in printed
    assert (folder / COPY).exists()
