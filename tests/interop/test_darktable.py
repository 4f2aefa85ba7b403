"""The real darktable beside the engine: what it harms without anybody's wish, what it means, what is old."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sync.codecs import xmp
from sync.core.model import Change
from sync.engine import Asset
from tests.photos import jpeg
from tests.sim.tools import MARK
from tests.sync.machines import ALICE, assets, disk_machine

pytestmark = pytest.mark.interop

PHOTO = "IMG_1.JPG"
CORPUS = Path(__file__).parents[1] / "corpus" / "xmp"
Darktable = Callable[..., dict[str, Any]]


class Beside:
    """A folder with one K-Photos and one darktable, which remembers from run to run."""

    def __init__(self, base: Path, darktable: Darktable) -> None:
        self.machine, self.scratch, self._darktable = disk_machine(base), base / "darktable", darktable
        self.folder = base / "volume"
        self.scratch.mkdir()
        self.sidecar = self.folder / f"{PHOTO}.xmp"
        jpeg(self.folder / PHOTO, taken="2021-06-01T12:34:56")
        self.machine.scan()

    def theirs(self, *edits: tuple[str, str], photo: str = PHOTO, **options: Any) -> dict[str, Any]:
        """What darktable knows after its edits; with `look=False` it goes by its memory."""
        done = [(photo, key, value) for key, value in edits]
        catalogue = str(self.scratch / "library.db")
        return self._darktable(self.scratch, self.folder, done, catalogue=catalogue, **options)

    def tag(self, op: Any, tag: str) -> None:
        """Alice adds or removes a tag, seeing all there is."""
        self.machine.engine.edit(PHOTO, [Change("tags", op, [tag])], ALICE)

    def ours(self, photo: str = PHOTO) -> Asset:
        """What we make of it now; looked at once more, it stays so."""
        self.machine.scan(everything=True)
        self.machine.engine.settle()
        asset = assets(self.machine.scan(everything=True))[photo]
        files = {path: path.read_bytes() for path in self.folder.glob("IMG*")}
        self.machine.scan(everything=True)
        assert files == {path: path.read_bytes() for path in self.folder.glob("IMG*")}, "not at rest"
        return asset

    def said(self, name: str) -> dict[str, Any]:
        """What the sidecar says of a field, property by property."""
        return dict(xmp.read(self.sidecar.read_bytes()).sources.get(name, {}))


@pytest.fixture
def beside(tmp_path: Path, darktable: Darktable) -> Beside:
    return Beside(tmp_path, darktable)


def test_an_import_into_darktable_changes_nothing_and_is_repaired(beside: Beside) -> None:
    beside.sidecar.write_bytes((CORPUS / "full-input.xmp").read_bytes())
    beside.machine.scan()
    beside.machine.edit(PHOTO, label="Blue")
    before = beside.ours().document.content()
    languages = beside.sidecar.read_text().count("xml:lang=")
    beside.theirs(writes="on import")
    harmed = beside.sidecar.read_text()
    assert 'lang="pt-BR"' in harmed.replace("&quot;", '"'), "this darktable glues no languages"
    assert harmed.count("xml:lang=") < languages

    asset = beside.ours()
    assert asset.document.content() == before
    assert (asset.document.conflicts, asset.ledger.stale) == ((), {})
    assert beside.sidecar.read_text().count("xml:lang=") == languages
    assert {past.note for past in asset.ledger.history if past.note} >= {
        "kept the languages apart",
        "kept the creators apart",
        "kept the tags whole that have a comma",
    }


APPLE = """<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 6.0.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/">
   <exif:GPSLatitude>47.675403333333335</exif:GPSLatitude><exif:GPSLatitudeRef>N</exif:GPSLatitudeRef>
   <exif:GPSLongitude>122.31739166666667</exif:GPSLongitude><exif:GPSLongitudeRef>W</exif:GPSLongitudeRef>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""


def test_a_position_in_decimal_degrees_that_darktable_cannot_read_is_kept(beside: Beside) -> None:
    beside.sidecar.write_text(APPLE)
    beside.machine.scan()
    beside.machine.engine.edit(PHOTO, [Change("favourites", "add", [ALICE])], ALICE)
    assert beside.sidecar.read_text() == APPLE, "what agrees was written anew"
    beside.theirs(("rating", "4"), writes="on import")
    assert "gps" not in xmp.read(beside.sidecar.read_bytes()).sources, "this darktable can read it"
    asset = beside.ours()
    assert asset.document.value("rating") == 4
    assert asset.document.value("gps") == {"lat": 47.675403, "lon": -122.317392, "alt": None}
    assert any(past.field == "gps" and past.via == "darktable" for past in asset.ledger.history)
    assert "122,19.0435" in beside.sidecar.read_text()  # in the form that darktable reads too


def test_one_star_that_darktable_gives_to_everything_is_no_rating(beside: Beside) -> None:
    beside.machine.edit(PHOTO, title="Lake")
    beside.theirs(("tag+", "Rain"), writes="on import", stars=1)
    assert beside.said("rating")["xmp:Rating"] == 1, "this darktable gives no star"
    document = beside.ours().document
    assert (document.value("rating"), document.value("tags")) == (None, ("Rain",))
    beside.theirs(("rating", "2"))
    assert beside.ours().document.value("rating") == 2
    beside.theirs(("rating", "1"))
    assert beside.ours().document.value("rating") == 1, "a star that somebody gave is one"


def test_a_label_of_darktable_counts_although_it_leaves_ours_standing(beside: Beside) -> None:
    beside.machine.edit(PHOTO, label="Red")
    beside.theirs(("label", "green"))
    assert beside.said("label")["xmp:Label"] == "Red", "this darktable writes xmp:Label"
    assert beside.ours().document.value("label") == "Green"
    assert beside.said("label")["xmp:Label"] == "Green"
    seen = beside.theirs(writes="never")[PHOTO]
    assert seen["labels"] == ["green"]


def test_a_darktable_that_goes_by_its_memory_keeps_ours_and_gets_its_new_edit(beside: Beside) -> None:
    beside.theirs(("rating", "2"), ("title", "Old"), ("tag+", "Before"))
    beside.ours()
    beside.machine.edit(PHOTO, rating=5, title="New")
    beside.tag("add", "Ours")
    beside.theirs(("tag+", "After"), look=False)
    assert beside.said("title")["dc:title"] == "Old", "its memory was not old, so nothing is shown"

    asset = beside.ours()
    assert (asset.document.value("rating"), asset.document.value("title")) == (5, "New")
    assert asset.document.value("tags") == ("After", "Before", "Ours")
    assert {"rating", "title"} <= asset.ledger.stale.keys()
    assert beside.said("title")["dc:title"] == "New"

    beside.theirs(("title", "Theirs"), ("tag-", "Ours"))
    asset = beside.ours()
    assert asset.document.value("title") == "Theirs", "it had read ours, so this is an edit"
    assert asset.document.value("tags") == ("After", "Before")
    assert "title" not in asset.ledger.stale
    beside.theirs(("title", "New"))
    asset = beside.ours()
    assert asset.document.value("title") == "New", "to return to an earlier value is an edit too"
    beside.theirs(("tag+", "Ours"))
    asset = beside.ours()
    assert asset.document.value("tags") == ("After", "Before", "Ours")
    assert asset.document.conflicts == ()


def test_two_edits_taken_back_in_one_write_look_old_and_are_listed(beside: Beside) -> None:
    beside.theirs(("title", "Old"))
    beside.ours()
    beside.machine.edit(PHOTO, title="New", rating=5)
    beside.theirs(("title", "Theirs"), ("rating", "3"))
    assert beside.ours().document.value("title") == "Theirs"
    beside.theirs(("title", "New"), ("rating", "5"))
    asset = beside.ours()
    assert asset.document.value("title") == "Theirs"
    assert asset.ledger.stale.keys() == {"rating", "title"}, "a person is asked"


def test_a_sidecar_that_darktable_writes_anew_from_memory_takes_nothing_back(beside: Beside) -> None:
    beside.theirs(("rating", "2"), ("title", "Old"))
    beside.ours()
    beside.machine.edit(PHOTO, title="New")
    beside.sidecar.unlink()
    beside.theirs(("rating", "4"), look=False)
    assert MARK.search(beside.sidecar.read_bytes()) is None, "the mark is gone"
    document = beside.ours().document
    assert (document.value("rating"), document.value("title")) == (4, "New")
    assert beside.said("title")["dc:title"] == "New"


def test_edits_within_one_second_and_with_an_older_date_are_all_seen(beside: Beside) -> None:
    beside.theirs(("title", "One"))
    long_ago = beside.sidecar.stat().st_mtime_ns - 3600 * 10**9
    assert beside.ours().document.value("title") == "One"
    beside.machine.edit(PHOTO, rating=3)
    beside.theirs(("title", "Two"))
    os.utime(beside.sidecar, ns=(long_ago, long_ago))
    document = beside.ours().document
    assert (document.value("title"), document.value("rating")) == ("Two", 3)


def test_darktable_will_notice_an_edit_made_right_after_its_own(beside: Beside) -> None:
    beside.theirs(("title", "One"))
    with closing(sqlite3.connect(beside.scratch / "library.db")) as library:
        ((wrote,),) = library.execute("SELECT write_timestamp FROM images").fetchall()
    assert int(beside.sidecar.stat().st_mtime) <= wrote, "it would load its own sidecar again"
    beside.machine.edit(PHOTO, rating=3)
    # Its later versions ask for more than two seconds, this one for more than none.
    assert int(beside.sidecar.stat().st_mtime) > wrote + 2


def test_a_photo_named_like_a_darktable_duplicate_of_another_keeps_its_own(beside: Beside) -> None:
    twin = "IMG_1_01.JPG"
    jpeg(beside.folder / twin, taken="2022-06-01T12:34:56")
    beside.machine.scan()
    beside.machine.edit(PHOTO, title="The first")
    beside.machine.edit(twin, title="The other")
    beside.theirs(("rating", "4"), photo=twin)
    beside.theirs(("rating", "2"))
    first, other = beside.ours(PHOTO).document, beside.ours(twin).document
    assert (first.value("title"), first.value("rating")) == ("The first", 2)
    assert (other.value("title"), other.value("rating")) == ("The other", 4)
