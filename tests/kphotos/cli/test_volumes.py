"""The terminal tells of the folders and does with them what the page does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kphotos.cli import main
from kphotos.cli.exits import FOUND, OK, UNAVAILABLE
from kphotos.config import from_env
from kphotos.storage import volumes
from sync.core.brakes import Landmark
from tests.photos import jpeg


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    monkeypatch.setenv("STORAGE_PATH", str(tmp_path / "home"))
    folder = tmp_path / "Pictures"
    jpeg(folder / "lake.jpg", size=(64, 48))
    for number in range(60):
        (folder / "many").mkdir(exist_ok=True)
        (folder / "many" / f"{number:02}.jpg").write_bytes((folder / "lake.jpg").read_bytes())
    assert main(["scan", str(folder)]) == OK
    capsys.readouterr()
    return folder


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_list_says_how_each_is_and_what_is_gone(
    library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = told(capsys, "volume", "list")
    (volume,) = found["volumes"]
    assert (code, volume["name"], volume["state"], volume["photos"]) == (OK, "Pictures", "online", 61)
    for path in (library / "many").iterdir():
        path.unlink()
    main(["scan"])
    capsys.readouterr()
    assert told(capsys, "volume", "list")[0] == UNAVAILABLE
    code, found = told(capsys, "volume", "gone", str(library))
    assert (code, found["count"], found["paths"][0]) == (FOUND, 60, "many/00.jpg")
    main(["scan", "--confirm", "60"])
    capsys.readouterr()
    assert told(capsys, "volume", "gone", "Pictures") == (OK, {"count": 0, "paths": []})
    assert main(["volume", "gone", "Pictures"]) == OK
    assert "Nothing is missing." in capsys.readouterr().out


def test_a_machine_is_retired_and_counts_again(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = library / ".kphotos" / "sites"
    (place / "0badcafe.json").write_text(json.dumps({"kphotos": 1, "site": "x", "host": "old laptop"}))
    assert main(["volume", "list"]) == OK
    assert "old laptop" in capsys.readouterr().out
    assert told(capsys, "volume", "retire", "Pictures", "0badcafe")[0] == OK
    assert (place / "0badcafe.retired.json").exists()
    assert main(["volume", "list"]) == OK
    assert "retired on" in capsys.readouterr().out
    assert told(capsys, "volume", "recall", "Pictures", "0badcafe")[0] == OK
    assert not (place / "0badcafe.retired.json").exists()
    assert told(capsys, "volume", "retire", "Pictures", "00000000")[0] == UNAVAILABLE


def test_hands_off_and_on_again(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "volume", "read-only", "Pictures")[0] == OK
    assert told(capsys, "volume", "list")[1]["volumes"][0]["writable"] is False
    photo = str(library / "lake.jpg")
    assert main(["edit", photo, "title=Lake"]) == OK
    capsys.readouterr()
    assert not (library / "lake.jpg.xmp").exists()
    assert told(capsys, "volume", "writable", "Pictures")[0] == OK
    main(["scan"])
    capsys.readouterr()
    assert b"Lake" in (library / "lake.jpg.xmp").read_bytes()


def test_a_foreign_folder_is_accepted(
    library: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert told(capsys, "volume", "accept", "Pictures")[0] == UNAVAILABLE
    settings = from_env()
    (volume,) = volumes.every(settings)
    (library / ".kphotos" / "volume.json").unlink()
    volumes.describe(settings, volume, [Landmark("elsewhere.jpg", 7)])
    record = settings.storage_path / "records" / "volumes" / f"{volume.id}.json"
    record.write_text(
        record.read_text()
        .replace('"marked": true', '"marked": false')
        .replace('"writable": true', '"hands_off": true')
    )
    assert told(capsys, "scan")[1]["volumes"][0]["state"] == "offline"
    assert told(capsys, "volume", "accept", "Pictures")[0] == OK
    assert told(capsys, "scan")[1]["volumes"][0]["state"] == "online"


def test_a_volume_is_removed_and_no_file_is(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(library.rglob("*"))
    assert told(capsys, "volume", "remove", str(library))[0] == OK
    assert told(capsys, "volume", "list") == (OK, {"volumes": []})
    assert sorted(library.rglob("*")) == before
    assert told(capsys, "volume", "remove", str(library))[0] == UNAVAILABLE
