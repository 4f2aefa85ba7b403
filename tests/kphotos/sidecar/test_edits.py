"""A person's edit: durable beside the original, in the index at once, refused without loss."""

from __future__ import annotations

import json
import shutil

import pytest

from kphotos import errors
from kphotos.sidecar import sites
from sync.codecs import xmp
from sync.core.model import Change
from tests.kphotos.sidecar.conftest import Library
from tests.photos import jpeg


def test_an_edit_is_beside_the_original_and_in_the_index_when_it_returns(library: Library) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"), Change("tags", "add", ["Places/Paris"]))
    ledger = json.loads((library.root / "lake.jpg.kphotos.json").read_bytes())
    assert ledger["fields"]["title"][0]["v"] == "Lake"
    assert b"Lake" in (library.root / "lake.jpg.xmp").read_bytes()
    assert library.value("lake.jpg", "title") == "Lake"
    assert library.value("lake.jpg", "tags") == ["Places/Paris"]
    assert library.hashes() == library.originals


def test_a_folder_merely_looked_at_gets_its_marker_and_nothing_else(library: Library) -> None:
    found = sorted(path.relative_to(library.root).parts[0] for path in library.root.rglob("*"))
    assert set(found) == {".kphotos", "Trip", "lake.jpg"}
    assert [path.name for path in (library.root / "Trip").iterdir()] == ["sea.jpg"]


def test_what_the_original_says_shows_beneath_what_people_say(library: Library) -> None:
    before = library.view("Trip/sea.jpg").document["fields"]
    assert (before["description"]["value"], before["description"]["source"]) == ("The sea", "embedded")
    assert before["rating"]["value"] == 3
    library.edit("Trip/sea.jpg", Change("rating", "set", 5))
    after = library.view("Trip/sea.jpg").document["fields"]
    assert (after["rating"]["value"], after["rating"]["source"]) == (5, "people")
    assert after["description"]["source"] == "embedded"


def test_a_zone_that_a_tool_dropped_while_copying_the_original_is_kept(library: Library) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    xmp = library.root / "lake.jpg.xmp"
    copied = b"<exif:DateTimeOriginal>2021:06:01 12:34:56</exif:DateTimeOriginal></rdf:Description>"
    added = xmp.read_bytes().replace(b"</rdf:Description>", copied)
    if b"xmlns:exif" not in added:
        added = added.replace(
            b"<rdf:Description ", b'<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" ', 1
        )
    xmp.write_bytes(added)
    library.scan()
    told = library.view("lake.jpg").document["fields"]["taken"]
    assert told["value"] == {"local": "2021-06-01T12:34:56", "offset": "+02:00"}
    assert told["source"] == "embedded"
    changed = {"local": "2021-06-02T12:34:56", "offset": "+02:00"}
    library.edit("lake.jpg", Change("taken", "set", changed, seen=frozenset(told["dots"])))
    assert library.view("lake.jpg").document["fields"]["taken"]["conflict"] is False


def test_a_clear_hides_what_the_original_says(library: Library) -> None:
    library.edit("Trip/sea.jpg", Change("description", "clear"))
    assert library.value("Trip/sea.jpg", "description") is None


def test_undo_brings_the_former_value_back(library: Library) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    done = library.edit("lake.jpg", Change("title", "set", "See"))
    library.edit("lake.jpg", *done.undo)
    assert library.value("lake.jpg", "title") == "Lake"


def test_an_undo_refuses_what_has_changed_since(library: Library) -> None:
    done = library.edit("lake.jpg", Change("title", "set", "Lake"))
    library.edit("lake.jpg", Change("title", "set", "Sea"), by="bob")
    with pytest.raises(errors.Conflict):
        library.edit("lake.jpg", *done.undo)
    assert library.value("lake.jpg", "title") == "Sea"


def test_a_tag_added_to_those_the_original_embeds_hides_none_of_them(library: Library) -> None:
    packet = _packet("<dc:subject><rdf:Bag><rdf:li>old</rdf:li><rdf:li>older</rdf:li></rdf:Bag></dc:subject>")
    jpeg(library.root / "tagged.jpg", xmp=packet)
    library.scan()
    assert library.value("tagged.jpg", "tags") == ["old", "older"]
    library.edit("tagged.jpg", Change("tags", "add", ["new"], seen=frozenset()))
    assert library.value("tagged.jpg", "tags") == ["new", "old", "older"]
    library.edit("tagged.jpg", Change("tags", "remove", ["new", "old", "older"]))
    assert library.value("tagged.jpg", "tags") in (None, [])


@pytest.fixture
def tagged(library: Library) -> Library:
    """With a photo that embeds tags of its own, and nothing beside it."""
    embedded = xmp.write(None, {"tags": ["Sea", "Boats"]}, "0mbxsteqw00-a")
    jpeg(library.root / "old.jpg", text="o", xmp=embedded)
    library.scan()
    return library


ALL_GONE = {
    "remove": Change("tags", "remove", ["Sea", "Boats"]),
    "clear": Change("tags", "clear"),
    "set": Change("tags", "set", []),
}


@pytest.mark.parametrize("how", ALL_GONE)
def test_tags_of_the_original_that_somebody_takes_out_are_gone_for_good(tagged: Library, how: str) -> None:
    tagged.edit("old.jpg", ALL_GONE[how])
    assert tagged.value("old.jpg", "tags") is None
    for number in range(70):  # more than the history keeps lines of
        tagged.edit("old.jpg", Change("rating", "set", number % 5))
    assert tagged.value("old.jpg", "tags") is None
    tagged.edit("old.jpg", Change("tags", "add", ["Lake"]))
    assert tagged.value("old.jpg", "tags") == ["Lake"]


@pytest.mark.parametrize(
    "change",
    [
        *ALL_GONE.values(),
        Change("tags", "add", ["Lake"]),
        Change("tags", "remove", ["Sea"]),
        Change("tags", "set", ["Lake"]),
    ],
    ids=lambda change: f"{change.op} {change.value}",
)
def test_an_undo_leaves_the_tags_that_the_original_has(tagged: Library, change: Change) -> None:
    done = tagged.edit("old.jpg", change)
    tagged.edit("old.jpg", *done.undo)
    assert tagged.value("old.jpg", "tags") == ["Boats", "Sea"]


def test_a_bad_value_is_refused_by_name_and_nothing_changes(library: Library) -> None:
    with pytest.raises(errors.Invalid) as refused:
        library.edit("lake.jpg", Change("rating", "set", 9))
    assert refused.value.field == "rating"
    assert refused.value.kept
    assert not (library.root / "lake.jpg.kphotos.json").exists()


def test_an_edit_beside_a_torn_ledger_is_refused_and_the_ledger_left(library: Library) -> None:
    ledger = library.root / "lake.jpg.kphotos.json"
    ledger.write_bytes(b'{"kphotos": 1, "id"')
    with pytest.raises(errors.Conflict) as refused:
        library.edit("lake.jpg", Change("rating", "set", 2))
    assert refused.value.code == "sidecar_unreadable"
    assert ledger.read_bytes() == b'{"kphotos": 1, "id"'


def test_an_edit_of_what_is_gone_is_not_found(library: Library) -> None:
    (library.root / "lake.jpg").unlink()
    with pytest.raises(errors.NotFound):
        library.edit("lake.jpg", Change("rating", "set", 2))


def test_an_edit_while_the_volume_is_away_is_refused_as_offline(library: Library) -> None:
    library.root.rename(library.root.with_name("elsewhere"))
    library.root.mkdir()
    with pytest.raises(errors.Unavailable):
        library.edit("lake.jpg", Change("rating", "set", 2))
    assert list(library.root.iterdir()) == []


def test_a_copied_home_on_another_machine_is_another_site(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sites.site_id(library.settings)
    assert sites.site_id(library.settings) == first
    monkeypatch.setattr(sites, "_machine", lambda: "another")
    assert sites.site_id(library.settings) != first


def test_a_read_only_volume_is_edited_in_the_overlay(library: Library) -> None:
    shutil.rmtree(library.root / ".kphotos")
    volume = type(library.volume)(library.volume.id, "Read-only", library.root, writable=False)
    library.volume = volume
    library.edit("lake.jpg", Change("title", "set", "Kept at home"))
    assert not (library.root / "lake.jpg.kphotos.json").exists()
    overlay = library.settings.storage_path / "overlay" / volume.id
    assert [path.name for path in overlay.rglob("*.json")] == ["lake.jpg.kphotos.json"]
    assert library.value("lake.jpg", "title") == "Kept at home"


def _packet(inner: str) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"{inner}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()
