"""What a person says of sidecars as a whole reaches the index with the disk, and refusals change nothing."""

from __future__ import annotations

import pytest

from kphotos import errors
from kphotos.sidecar import deliberate
from sync.core.model import Change
from tests.kphotos.sidecar.conftest import Library
from tests.photos import jpeg

PHOTO = "lake.jpg"


def test_the_older_ledger_that_was_put_back_stands_in_the_index_too(library: Library) -> None:
    library.edit(PHOTO, Change("title", "set", "Lake"))
    ledger = library.root / f"{PHOTO}.kphotos.json"
    older = ledger.read_bytes()
    library.edit(PHOTO, Change("title", "set", "See"))
    ledger.write_bytes(older)
    deliberate.adopt_disk(library.settings, library.volume, PHOTO, by="alice")
    assert library.value(PHOTO, "title") == "Lake"
    library.scan()
    assert library.value(PHOTO, "title") == "Lake"
    (line,) = (one for one in library.view(PHOTO).document["history"] if one.get("note"))
    assert (line["by"], line["from"], line["to"]) == ("alice", "See", "Lake")


def test_that_the_newer_was_brought_back_stands_in_the_log_longer_than_on_the_page(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    library.edit(PHOTO, Change("title", "set", "Lake"))
    ledger = library.root / f"{PHOTO}.kphotos.json"
    older = ledger.read_bytes()
    library.edit(PHOTO, Change("title", "set", "See"))
    ledger.write_bytes(older)
    library.scan()
    library.scan()
    assert library.value(PHOTO, "title") == "See"
    (record,) = (one for one in caplog.records if "rollback" in one.getMessage())
    assert (record.levelname, ledger.name in record.getMessage()) == ("WARNING", True)


def test_another_pictures_sidecars_are_set_aside(library: Library) -> None:
    library.edit(PHOTO, Change("title", "set", "Lake"))
    jpeg(library.root / PHOTO, taken="2023-01-01T10:00:00", text="quite another picture")
    library.scan()
    with pytest.raises(errors.Conflict):
        library.edit(PHOTO, Change("title", "set", "Pond"))
    deliberate.disown(library.settings, library.volume, PHOTO)
    assert library.value(PHOTO, "title") is None
    assert len(list(library.root.glob("lake.jpg.orphan-*"))) == 2
    library.edit(PHOTO, Change("title", "set", "Pond"))
    assert library.value(PHOTO, "title") == "Pond"


def test_where_there_is_nothing_to_do_it_is_refused_in_a_sentence(library: Library) -> None:
    library.edit(PHOTO, Change("title", "set", "Lake"))
    before = library.view(PHOTO).document
    with pytest.raises(errors.Conflict, match="Nothing newer is known") as refused:
        deliberate.adopt_disk(library.settings, library.volume, PHOTO, by=None)
    assert refused.value.code == "nothing_to_do"
    with pytest.raises(errors.Conflict):
        deliberate.disown(library.settings, library.volume, PHOTO)
    with pytest.raises(errors.NotFound):
        deliberate.disown(library.settings, library.volume, "none.jpg")
    assert library.view(PHOTO).document == before
