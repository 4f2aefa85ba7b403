"""Many photos edited by their paths, refused in part, taken back by an id."""

from __future__ import annotations

from pathlib import Path

import pytest

from kphotos.cli import main
from kphotos.cli.exits import FOUND, OK, UNAVAILABLE, USAGE
from tests.kphotos.cli.conftest import Told
from tests.photos import jpeg


@pytest.fixture
def library(home: Path, tmp_path: Path) -> Path:
    """Two photos in a folder, one below it, one left out by a rule."""
    folder = tmp_path / "Pictures"
    for name in ("IMG_1.JPG", "IMG_2.JPG", "Trip/IMG_3.JPG", "Left/IMG_4.JPG"):
        jpeg(folder / name, taken="2024-06-01T10:00:00", offset="+02:00")
    (folder / ".kphotosignore").write_text("Left/\n")
    main(["scan", str(folder)])
    return folder


def tagged(library: Path) -> list[str]:
    return sorted(path.name[:5] for path in library.rglob("*.xmp") if b"Sea" in path.read_bytes())


def test_a_folder_is_the_photos_in_it_and_recursive_those_below(library: Path, told: Told) -> None:
    code, document = told("edit", library, "tags+=Sea")
    assert (code, document["changed"], document["refused"]) == (OK, 2, [])
    assert tagged(library) == ["IMG_1", "IMG_2"]
    code, document = told("edit", "--recursive", library, "tags+=Sea")
    assert (document["changed"], document["unchanged"]) == (1, 2)
    assert tagged(library) == ["IMG_1", "IMG_2", "IMG_3"]
    assert told("edit", library / "Trip", "rating=3")[1]["changed"] == 1


def test_several_are_taken_back_by_the_id_save_where_somebody_went_on(library: Path, told: Told) -> None:
    _, document = told("edit", library / "IMG_1.JPG", library / "IMG_2.JPG", "title=Lake", "tags+=Sea")
    told("edit", library / "IMG_2.JPG", "title=See")
    code, undone = told("undo", document["bulk"])
    assert (code, undone["changed"]) == (FOUND, 2)
    assert [one["photo"] for one in undone["refused"]] == ["IMG_2.JPG"]
    assert "Title has been changed since" in undone["refused"][0]["message"]
    assert tagged(library) == []
    assert told("show", library / "IMG_2.JPG")[1]["fields"]["title"]["value"] == "See"
    assert told("undo", "0" * 16)[0] == UNAVAILABLE


def test_what_is_taken_back_already_is_said_once_not_photo_by_photo(library: Path, told: Told) -> None:
    made = told("edit", library, "tags+=Sea")[1]["bulk"]
    assert told("undo", made)[0] == OK
    code, document = told("undo", made)
    assert (code, document["error"]["code"]) == (UNAVAILABLE, "taken_back")
    assert "taken back already, by the terminal on 2" in document["error"]["message"]


def test_one_that_cannot_be_edited_is_listed_and_the_others_are(library: Path, told: Told) -> None:
    (library / "IMG_1.JPG.kphotos.json").write_text("{")
    code, document = told("edit", library, "tags+=Sea")
    assert (code, document["changed"]) == (FOUND, 1)
    assert document["refused"][0]["photo"].endswith("Pictures/IMG_1.JPG")
    assert tagged(library) == ["IMG_2"]


def test_dates_are_shifted_also_of_one(library: Path, told: Told) -> None:
    assert told("edit", library / "IMG_1.JPG", "taken-=1d2h30m")[1]["changed"] == 1
    shown = told("show", library / "IMG_1.JPG")[1]["fields"]["taken"]["value"]
    assert shown == {"local": "2024-05-31T07:30:00", "offset": "+02:00"}


def test_what_is_wrong_is_said_before_anything_is_written(library: Path, told: Told) -> None:
    for words in ([library, "rating=9"], ["rating=3"], [library], [library, "taken+=soon"]):
        assert told("edit", *words)[0] == USAGE
    assert told("edit", library / "none.JPG", library / "IMG_1.JPG", "rating=3")[0] == FOUND
    (library / "Empty").mkdir()
    assert told("edit", library / "Empty", "rating=3")[0] == UNAVAILABLE


def test_people_are_told_how_to_take_it_back(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["edit", str(library), "tags+=Sea"]) == OK
    assert "kphotos undo " in capsys.readouterr().out
