"""`kphotos conflicts`: what waits is listed with numbers, decided by number or value, refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from kphotos.cli import main
from kphotos.cli.exits import FOUND, OK, UNAVAILABLE, USAGE
from kphotos.config import from_env
from kphotos.sidecar import edits
from kphotos.storage import volumes
from sync.core.model import Change
from tests import darktable
from tests.kphotos.cli.conftest import Told
from tests.photos import jpeg


@pytest.fixture
def photo(home: Path, tmp_path: Path, told: Told) -> Path:
    """A photo that Alice and darktable titled at the same time; darktable has put back a rating too."""
    lake = tmp_path / "Pictures" / "lake.jpg"
    jpeg(lake, taken="2024-06-01T10:00:00")
    told("scan", lake.parent)
    told("edit", lake, "title=Lake")
    dots = told("show", lake)[1]["fields"]["title"]["dots"]
    darktable.writes(lake, title="Harbour", tags=("Boat",))
    told("scan")
    told("edit", lake, "rating=4")
    settings = from_env({}, storage_path=tmp_path / "home", dotenv=None)
    volume, path = volumes.at(settings, lake)
    edits.edit(settings, volume, path, [Change("title", "set", "Sea", frozenset(dots))], by="terminal")
    darktable.writes(lake, title="Harbour", tags=("Boat", "Jetty"))
    told("scan")
    return lake


def test_what_waits_is_listed_with_code_1(photo: Path, told: Told) -> None:
    code, document = told("conflicts", "list")
    assert (code, document["count"]) == (FOUND, 1)
    (one,) = document["conflicts"]
    assert (one["path"], one["fields"], one["put_back"]) == ("lake.jpg", ["title"], ["rating"])


def test_one_photo_is_shown_with_every_value_numbered(
    photo: Path, told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    code, document = told("conflicts", "show", photo)
    assert code == FOUND
    title, rating = document["rows"]
    assert [(one["number"], one["value"], one["side"]) for one in title["choices"]] == [
        (1, "Lake", "agreed"),
        (2, "Sea", "people"),
        (3, "Harbour", "file"),
    ]
    assert [(one["value"], one["stale"]) for one in rating["choices"]] == [(4, False), (None, True)]
    assert main(["conflicts", "show", str(photo)]) == FOUND
    words = capsys.readouterr().out
    for said in (
        "@3",
        "Harbour",
        "darktable",
        "the terminal",
        "put back, not taken",
        "(nothing)",
        "agreed before",
    ):
        assert said in words


def test_show_tells_each_value_once_with_the_name_of_who_said_it(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["show", str(photo)])
    values = capsys.readouterr().out.partition("history, the newest first")[0]
    lines = [line.split() for line in values.splitlines()]
    assert [line[-2:] for line in lines if "Sea" in line] == [["the", "terminal"]]
    assert [line[-2:] for line in lines if "Harbour" in line] == [["through", "darktable"]]


def test_decided_by_number_and_by_value_it_waits_no_more(photo: Path, told: Told) -> None:
    code, document = told("conflicts", "resolve", photo, "title=@3")
    assert (code, document["resolved"]) == (FOUND, {"title": "Harbour"})
    assert [row["key"] for row in document["rows"]] == ["rating"]
    code, document = told("conflicts", "resolve", photo, "rating=@1")
    assert (code, document["rows"]) == (OK, [])
    assert told("conflicts", "list")[1] == {"conflicts": [], "count": 0}
    assert told("conflicts", "show", photo)[0] == OK
    shown = told("show", photo)[1]["fields"]
    assert (shown["title"]["value"], shown["rating"]["value"]) == ("Harbour", 4)


def test_a_value_of_ones_own_is_read_as_an_edit_is(photo: Path, told: Told) -> None:
    code, document = told("conflicts", "resolve", photo, "title=Sea = Harbour", "rating=3")
    assert (code, document["resolved"]) == (OK, {"title": "Sea = Harbour", "rating": 3})


@pytest.mark.parametrize(
    "words",
    [["title"], ["title=@9"], ["title=@0"], ["title=@2", "title=@3"], ["label=@1"], ["rating=many"],
     ["rating=@1", "no=@1"]],
)  # fmt: skip
def test_what_cannot_be_decided_changes_nothing(photo: Path, told: Told, words: list[str]) -> None:
    before = photo.with_name("lake.jpg.kphotos.json").read_bytes()
    code, document = told("conflicts", "resolve", photo, *words)
    assert code == USAGE
    assert document["error"]["kept"] == "Nothing was changed."
    assert photo.with_name("lake.jpg.kphotos.json").read_bytes() == before


def test_a_photo_that_is_not_there_is_said(photo: Path, told: Told) -> None:
    assert told("conflicts", "show", photo.with_name("none.jpg"))[0] == UNAVAILABLE


def test_in_a_library_in_step_there_is_nothing_to_list(
    photo: Path, told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    told("conflicts", "resolve", photo, "title=@1", "rating=@2")
    assert main(["conflicts", "list"]) == OK
    assert capsys.readouterr().out == "All in step.\n"
