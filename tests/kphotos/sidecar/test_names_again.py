"""A new photo under a name that an edited one had before it was filed away: the library shows both."""

from __future__ import annotations

from sync.core.model import Change
from tests.kphotos.sidecar.conftest import Library


def test_the_one_that_was_filed_away_stays_in_the_library_under_its_id(library: Library) -> None:
    before = library.edit("Trip/sea.jpg", Change("title", "set", "Sea")).asset.id
    (library.root / "Archive").mkdir()
    for end in ("", ".xmp", ".kphotos.json"):
        (library.root / f"Trip/sea.jpg{end}").rename(library.root / f"Archive/sea.jpg{end}")
    library.scan()
    (library.root / "Trip/sea.jpg").write_bytes((library.root / "lake.jpg").read_bytes())
    for _ in range(2):
        library.scan()
        assert library.view("Archive/sea.jpg").id == before
        assert library.view("Trip/sea.jpg").id != before
    library.edit("Trip/sea.jpg", Change("title", "set", "Another"))
    assert library.value("Archive/sea.jpg", "title") == "Sea"
    assert library.value("Trip/sea.jpg", "title") == "Another"
