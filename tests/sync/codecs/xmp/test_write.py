# ruff: noqa: E501 - XML is easier to check on one line
"""What a write changes, what it adds, what it removes, and what it lets stand."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sync.codecs import xmp
from sync.codecs.xmp import writing
from sync.core.fields import FIELDS
from sync.core.sources import resolve
from sync.errors import Refused
from tests.sync.codecs.xmp.edits import EDITS, MARK
from tests.sync.codecs.xmp.judge import CORPUS
from tests.sync.codecs.xmp.sidecars import alt, bag, element, seq, sidecar


def written(body: str, content: dict[str, Any], attributes: str = "") -> str:
    """The first description's inside, after a write."""
    after = xmp.write(sidecar(body, attributes), content, MARK).decode()
    match = re.search(
        r"<rdf:Description rdf:about=\"\" ?(.*?)</rdf:Description>\n </rdf:RDF>", after, re.DOTALL
    )
    assert match
    return re.sub(r"\s*\n\s*", "", match[1].replace(f"<kphotos:mark>{MARK}</kphotos:mark>", ""))


def test_a_new_file_has_the_form_that_everybody_reads() -> None:
    data = xmp.write(None, EDITS, MARK)
    lines = data.decode().splitlines()
    assert lines[0] == '<?xml version="1.0" encoding="UTF-8"?>'
    assert lines[1].startswith('<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="K-Photos')
    assert data.endswith(b"</x:xmpmeta>\n")
    assert data.count(b"<rdf:Description") == 1
    assert b"\r" not in data
    assert not data.startswith(b"\xef\xbb\xbf")
    assert not re.search(r'<rdf:Description[^>]* (?!xmlns|rdf:about)[\w:]+="', data.decode())  # elements only
    found = xmp.read(data)
    assert (found.tool, found.mark, found.writable, found.flags) == ("K-Photos", MARK, True, ())
    assert dict(resolve(found.sources)) == EDITS
    for name, field in FIELDS.items():
        assert set(field.write) <= set(found.sources[name]), name


def test_a_new_file_says_the_same_as_the_model() -> None:
    model = xmp.read((CORPUS / "canonical-kphotos.xmp").read_bytes())
    content = resolve(model.sources)
    again = xmp.read(xmp.write(None, content, MARK))
    assert resolve(again.sources) == content


def test_the_same_content_makes_the_same_bytes() -> None:
    assert xmp.write(None, EDITS, MARK) == xmp.write(None, dict(reversed(EDITS.items())), MARK)


def test_an_empty_content_is_a_file_with_a_mark() -> None:
    found = xmp.read(xmp.write(None, {}, MARK))
    assert (found.sources, found.mark) == ({}, MARK)


def test_what_is_no_field_is_not_written() -> None:
    assert b"Alice" not in xmp.write(None, {"favourites": ["Alice"], "rating": 1}, MARK)


@pytest.mark.parametrize("missing", [None, "", (), [], {}])
def test_an_empty_value_is_an_absent_field(missing: object) -> None:
    for field in FIELDS:
        if field not in ("rating", "pick", "orientation"):
            assert xmp.agrees(xmp.read(xmp.write(None, {field: missing}, MARK)), {})


def test_an_attribute_stays_an_attribute() -> None:
    assert written("", {"rating": 2}, 'xmp:Rating="4"') == 'xmp:Rating="2">'


def test_an_element_stays_an_element() -> None:
    assert written(element("xmp:Rating", "4"), {"rating": 2}) == "><xmp:Rating>2</xmp:Rating>"


def test_an_explicit_zero_is_written() -> None:
    assert written("", {"rating": 0}) == "><xmp:Rating>0</xmp:Rating>"


def test_equal_values_keep_their_spelling() -> None:
    body = (
        element("xmp:Rating", " 4.0 ")
        + element("exif:DateTimeOriginal", "2021:06:01 12:34:56")
        + element("photoshop:DateCreated", "2021-06-01 12:34:56")
        + element("exif:GPSLatitude", "48,51,30.24N")
        + element("exif:GPSLongitude", "-2.2945")
        + bag("lr:hierarchicalSubject", " a|b ", "c")
        + seq("digiKam:TagsList", "c", "a/b")
        + bag("dc:subject", "c", "b", "a")
    )
    data = sidecar(body + element("kphotos:mark", MARK))
    content = dict(resolve(xmp.read(data).sources))
    assert xmp.write(data, content, MARK) == data


def test_only_the_default_language_and_its_equal_change() -> None:
    body = alt("dc:title", "x-default=Lake", "en=Lake", "de=See")
    assert written(body, {"title": "Pond"}) == ">" + alt("dc:title", "x-default=Pond", "en=Pond", "de=See")


def test_a_missing_default_is_put_first() -> None:
    body = alt("dc:title", "de=See", "fr=Lac")
    assert written(body, {"title": "Pond"}) == ">" + alt("dc:title", "x-default=Pond", "de=Pond", "fr=Lac")


def test_an_unmarked_item_becomes_the_default() -> None:
    body = "<dc:title><rdf:Alt><rdf:li>N</rdf:li><rdf:li xml:lang='de'>M</rdf:li></rdf:Alt></dc:title>"
    after = written(body, {"title": "P"})
    assert (
        after
        == "><dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">P</rdf:li><rdf:li xml:lang='de'>M</rdf:li></rdf:Alt></dc:title>"
    )


def test_glued_languages_come_apart_again() -> None:
    body = alt("dc:title", 'x-default=Lake, lang="de" See, lang="pt-BR" Lago')
    assert written(body, {"title": "Lake"}) == ">" + alt("dc:title", "x-default=Lake", "de=See", "pt-BR=Lago")


def test_a_new_title_over_glued_languages_is_just_that() -> None:
    body = alt("dc:title", 'x-default=Lake, lang="de" See')
    assert written(body, {"title": "Pond"}) == ">" + alt("dc:title", "x-default=Pond")


def test_plain_text_and_qualifiers_keep_their_form() -> None:
    assert written(element("dc:title", "Lake"), {"title": "Pond"}) == ">" + element("dc:title", "Pond")
    body = '<dc:title rdf:parseType="Resource"><rdf:value>Lake</rdf:value><kphotos:q>1</kphotos:q></dc:title>'
    assert written(body, {"title": "Pond"}) == ">" + body.replace("Lake", "Pond")


def test_a_list_keeps_its_kind_its_order_and_the_items_that_stand() -> None:
    body = seq("lr:hierarchicalSubject", "z", "a|b", "m")
    after = written(body + bag("dc:subject", "m"), {"tags": ("a/b", "new", "z")})
    assert seq("lr:hierarchicalSubject", "z", "a|b", "new") in after
    assert bag("dc:subject", "a", "b", "new", "z") in after
    assert seq("digiKam:TagsList", "a/b", "new", "z") in after


def test_a_plain_list_becomes_an_array_once_there_is_more_to_say() -> None:
    assert bag("dc:subject", "a", "b") in written(element("dc:subject", "a"), {"tags": ("a", "b")})
    assert bag("dc:subject", "a", "b") in written("", {"tags": ("a", "b")}, 'dc:subject="a"')


def test_a_slash_within_a_name_has_each_lists_spelling() -> None:
    after = written("", {"tags": ("a|slash/b",)})
    assert bag("lr:hierarchicalSubject", "a/slash|b") in after
    assert seq("digiKam:TagsList", "a|slash/b") in after
    assert bag("dc:subject", "a/slash", "b") in after


ALIGNED: list[tuple[str, str, dict[str, Any], str]] = [
    ("acdsee:caption", element("acdsee:caption", "x"), {"title": "T"}, element("acdsee:caption", "T")),
    ("exif:UserComment", alt("exif:UserComment", "x-default=x"), {"description": "D"}, alt("exif:UserComment", "x-default=D")),
    ("MicrosoftPhoto:Rating", element("MicrosoftPhoto:Rating", "50"), {"rating": 5}, element("MicrosoftPhoto:Rating", "99")),
    ("rejected", element("MicrosoftPhoto:Rating", "50"), {"rating": -1}, element("MicrosoftPhoto:Rating", "0")),
    ("acdsee:rating", element("acdsee:rating", "2"), {"rating": 5}, element("acdsee:rating", "5")),
    ("colorlabels", seq("darktable:colorlabels", "0", "2"), {"label": "Blue"}, seq("darktable:colorlabels", "3")),
    ("colorlabels standing", seq("darktable:colorlabels", "0", "2"), {"label": "Red"}, seq("darktable:colorlabels", "0", "2")),
    ("ColorLabel", element("digiKam:ColorLabel", "1"), {"label": "Purple"}, element("digiKam:ColorLabel", "6")),
    ("ColorLabel unsayable", element("digiKam:ColorLabel", "1"), {"label": "Approved"}, element("digiKam:ColorLabel", "1")),
    ("PickLabel", element("digiKam:PickLabel", "3"), {"pick": -1}, element("digiKam:PickLabel", "1")),
    ("PickLabel pending", element("digiKam:PickLabel", "2"), {"pick": 0}, element("digiKam:PickLabel", "2")),
    ("tiff:Artist", element("tiff:Artist", "x"), {"creator": ["A", "B"]}, element("tiff:Artist", "A; B")),
    ("tiff:Artist of a name with a semicolon", element("tiff:Artist", "x"), {"creator": ["A; B"]}, element("tiff:Artist", "A; B")),
    ("tiff:Artist unsayable", element("tiff:Artist", "x"), {"creator": [";"]}, element("tiff:Artist", "x")),
    ("ColorLabel none", element("digiKam:ColorLabel", "0"), {"label": "Red"}, element("digiKam:ColorLabel", "1")),
    ("mediapro", bag("mediapro:CatalogSets", "x"), {"tags": ("a/b",)}, bag("mediapro:CatalogSets", "a|b")),
    ("LastKeywordXMP", bag("MicrosoftPhoto:LastKeywordXMP", "x"), {"tags": ("a/b",)}, bag("MicrosoftPhoto:LastKeywordXMP", "a/b")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "content", "expected"), [pytest.param(*row[1:], id=row[0]) for row in ALIGNED]
)
def test_an_alias_that_stands_there_is_aligned(body: str, content: dict[str, Any], expected: str) -> None:
    assert expected in written(body, content)


@pytest.mark.parametrize("field", FIELDS)
def test_an_alias_that_does_not_stand_there_is_not_added(field: str) -> None:
    found = xmp.read(xmp.write(None, {field: EDITS[field]}, MARK))
    assert set(found.sources[field]) == set(FIELDS[field].write)


def test_a_cleared_position_takes_everything_of_it_along() -> None:
    body = "".join(
        element(f"exif:GPS{name}", text)
        for name, text in (
            ("Latitude", "1,0N"),
            ("Longitude", "2,0E"),
            ("TimeStamp", "x"),
            ("VersionID", "2"),
        )
    )
    assert written(body, {}) == ">"


@pytest.mark.parametrize("name", ["dc:title", "dc:subject", "dc:creator", "xmp:Rating"])
def test_a_reference_to_a_node_gives_way_to_a_value(name: str) -> None:
    content = {"title": "T", "tags": ("a",), "creator": ["A"], "rating": 4}
    assert "nodeID" not in written(f'<{name} rdf:nodeID="n"/>', content)  # Adobe rejects a file with both


def test_what_cannot_be_read_is_not_deleted() -> None:
    body = element("xmp:Rating", "four")
    assert written(body, {}) == f">{body}"
    assert written(body, {"rating": 4}) == ">" + element("xmp:Rating", "4")


RECTANGLE = '<Iptc4xmpExt:RegionBoundary Iptc4xmpExt:rbShape="{}" Iptc4xmpExt:rbUnit="relative" Iptc4xmpExt:rbX="0.45" Iptc4xmpExt:rbY="0.3" Iptc4xmpExt:rbW="0.1" Iptc4xmpExt:rbH="0.2"/>'
FACES = (
    '<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>'
    '<rdf:li><rdf:Description mwg-rs:Name="Ana" mwg-rs:Type="Face" mwg-rs:Rotation="0.5"><mwg-rs:Area stArea:x="0.5" stArea:y="0.4" stArea:w="0.1" stArea:h="0.2"/>'
    '<mwg-rs:Extensions kphotos:e="1"/></rdf:Description></rdf:li>'
    '<rdf:li><rdf:Description mwg-rs:Name="Spot"><mwg-rs:Area stArea:x="0.1" stArea:y="0.1" stArea:d="0.2"/></rdf:Description></rdf:li>'
    "</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
    '<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag>'
    '<rdf:li MPReg:PersonDisplayName="Ana" MPReg:Rectangle="0.45, 0.3, 0.1, 0.2" MPReg:PersonEmailDigest="d"/>'
    "</rdf:Bag></MPRI:Regions></MP:RegionInfo>"
    f'<Iptc4xmpExt:ImageRegion><rdf:Bag><rdf:li rdf:parseType="Resource"><Iptc4xmpExt:rId>r1</Iptc4xmpExt:rId>{RECTANGLE.format("rectangle")}</rdf:li>'
    f'<rdf:li rdf:parseType="Resource"><Iptc4xmpExt:rId>r2</Iptc4xmpExt:rId>{RECTANGLE.format("polygon")}</rdf:li></rdf:Bag></Iptc4xmpExt:ImageRegion>'
)


def test_a_renamed_face_keeps_its_other_members_in_all_three_structures() -> None:
    content = {"regions": [{"name": "Beto", "type": "Face", "area": [0.5, 0.4, 0.1, 0.2]}]}
    after = written(FACES, content)
    assert 'mwg-rs:Name="Beto" mwg-rs:Type="Face" mwg-rs:Rotation="0.5"' in after
    assert '<mwg-rs:Extensions kphotos:e="1"/>' in after
    assert (
        'MPReg:PersonDisplayName="Beto" MPReg:Rectangle="0.45, 0.3, 0.1, 0.2" MPReg:PersonEmailDigest="d"'
        in after
    )
    assert "<Iptc4xmpExt:rId>r1</Iptc4xmpExt:rId>" in after
    assert "Ana" not in after


def test_a_shape_that_is_no_box_outlives_every_edit() -> None:
    for content in ({}, {"regions": EDITS["regions"]}):
        after = written(FACES.replace("Ana", "Beto"), content)
        assert 'mwg-rs:Name="Spot"' in after
        assert "<Iptc4xmpExt:rId>r2</Iptc4xmpExt:rId>" in after
        assert "<Iptc4xmpExt:rId>r1</Iptc4xmpExt:rId>" not in after


def test_a_pet_is_no_person_for_windows() -> None:
    after = xmp.read(xmp.write(sidecar(FACES), EDITS, MARK)).sources["regions"]
    assert [region["name"] for region in after["MP:RegionInfo"]] == ["Bob"]
    assert sorted(region["name"] for region in after["Iptc4xmpExt:ImageRegion"]) == ["Bob", "Rex"]


def test_a_place_keeps_what_else_is_known_of_it() -> None:
    body = (
        '<Iptc4xmpExt:LocationCreated><rdf:Bag><rdf:li Iptc4xmpExt:City="Paris" Iptc4xmpExt:WorldRegion="Europe"/>'
        '<rdf:li Iptc4xmpExt:City="Second"/></rdf:Bag></Iptc4xmpExt:LocationCreated>'
    )
    after = written(body, {"place": {"city": "Lyon"}})
    assert (
        '<rdf:li Iptc4xmpExt:City="Lyon" Iptc4xmpExt:WorldRegion="Europe"/><rdf:li Iptc4xmpExt:City="Second"/>'
        in after
    )
    assert element("photoshop:City", "Lyon") in after


def test_new_properties_are_indented_as_their_neighbours() -> None:
    data = (CORPUS / "darktable" / "IMG_0002.JPG.xmp").read_bytes()
    after = xmp.write(data, {**resolve(xmp.read(data).sources), "title": "T"}, MARK).decode()
    assert '\n   <dc:title xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Alt>' in after
    assert after.endswith("\n  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n")


def test_a_description_of_attributes_alone_gets_room() -> None:
    data = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n  <rdf:Description rdf:about=\'\'\n   xmlns:fstop="http://www.fstopapp.com/xmp/"\n   fstop:favorite="1"/>\n </rdf:RDF>\n</x:xmpmeta>\n'
    after = xmp.write(data, {"rating": 1}, MARK)
    start = data.index(b"/>\n </rdf:RDF>")
    assert after.startswith(
        data[:start] + b'>\n   <xmp:Rating xmlns:xmp="http://ns.adobe.com/xap/1.0/">1</xmp:Rating>'
    )


def test_line_ends_and_the_byte_order_mark_are_kept() -> None:
    data = b"\xef\xbb\xbf" + sidecar("\n   " + element("xmp:Rating", "4") + "\n  ").replace(b"\n", b"\r\n")
    after = xmp.write(data, {"rating": 2}, MARK)
    assert after.startswith(b"\xef\xbb\xbf<?xml")
    assert after.count(b"\n") == after.count(b"\r\n") > 5


def test_the_mark_is_changed_where_it_stands() -> None:
    assert 'kphotos:mark="new"' in xmp.write(sidecar("", 'kphotos:mark="old"'), {}, "new").decode()
    assert b"<kphotos:mark>new</kphotos:mark>" in xmp.write(
        sidecar(element("kphotos:mark", "old")), {}, "new"
    )


def test_a_person_may_mean_the_epoch() -> None:
    content = {"taken": {"local": "1970-01-01T00:00:00", "offset": "+00:00"}}
    assert xmp.agrees(xmp.read(xmp.write(None, content, MARK)), content)


@pytest.mark.parametrize("text", ["a\x00b", "a\x01b", "\ud800", "\ufffe"])
def test_what_xml_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        xmp.write(None, {"title": text}, MARK)


@pytest.mark.parametrize(
    "text", ["a\rb", "a\r\nb", "]]>", "<!DOCTYPE x>", "&lt;", "tab\there", "a\u2028b", "a" * 70_000]
)
def test_what_looks_dangerous_is_only_text(text: str) -> None:
    content = {"title": text.replace("\r\n", "\n").replace("\r", "\n"), "people": (text.strip(),)}
    if "\r" not in text:
        assert xmp.agrees(xmp.read(xmp.write(None, content, MARK)), content)
    assert xmp.agrees(
        xmp.read(xmp.write(sidecar("", 'dc:title="x"'), {"title": content["title"]}, MARK)),
        {"title": content["title"]},
    )


def test_a_result_that_would_lose_something_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted failure: an editor that takes a neighbour along is stopped by the write's own check."""
    data = sidecar(element("xmp:Rating", "4") + element("kphotos:note", "theirs"))

    def careless(editor: Any, content: Any, mark: str) -> bool:
        editor.remove("{https://k-photos.example/ns/1.0/}note")
        return honest(editor, content, mark)

    honest = writing._edit
    monkeypatch.setattr(writing, "_edit", careless)
    with pytest.raises(Refused, match="other programs"):
        xmp.write(data, {"rating": 2}, MARK)


def test_a_result_that_says_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted failure: an editor that forgets a field is stopped as well."""
    honest = writing._edit
    monkeypatch.setattr(writing, "_edit", lambda editor, content, mark: honest(editor, {}, mark))
    with pytest.raises(Refused, match="does not say"):
        xmp.write(None, {"rating": 2}, MARK)
