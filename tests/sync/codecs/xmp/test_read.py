"""Every form a field comes in, from every program known to write it, reads as one value."""

# ruff: noqa: E501 - XML is easier to check on one line

from __future__ import annotations

from typing import Any

import pytest

from sync.codecs import ledger as ledgers
from sync.codecs import xmp
from sync.core.absorb import adopt
from sync.core.model import Sight
from tests.sync.codecs.xmp.sidecars import alt, bag, element, packet, seq, sidecar

MOMENT = {"local": "2021-06-01T12:34:56.121", "offset": "+02:00"}
ANA = {"name": "Ana", "type": "Face", "area": [0.5, 0.4, 0.1, 0.2]}
BARE = {"local": "2021-06-01T12:34:56.121", "offset": None}


def value(body: str, field: str, name: str, *, attributes: str = "") -> Any:
    """What one property of one field reads as."""
    return xmp.read(sidecar(body, attributes)).sources.get(field, {}).get(name)


TEXTS = {
    "languages": alt("dc:title", "x-default=Lake", "de=See"),
    "default not first": alt("dc:title", "de=See", "x-default=Lake"),
    "language tag in capitals": alt("dc:title", "de=See", "X-Default=Lake"),
    "unmarked item": "<dc:title><rdf:Alt><rdf:li>Lake</rdf:li></rdf:Alt></dc:title>",
    "no default: the first": alt("dc:title", "en=Lake", "de=See"),
    "plain text, as Apple writes": element("dc:title", "Lake"),
    "a Bag instead": bag("dc:title", "Lake"),
    "a Seq instead": seq("dc:title", "Lake"),
    "CDATA": "<dc:title><![CDATA[Lake]]></dc:title>",
    "a comment within": "<dc:title>La<!-- x -->ke</dc:title>",
    "a processing instruction within": "<dc:title>La<?x y?>ke</dc:title>",
    "with a qualifier": '<dc:title rdf:parseType="Resource"><rdf:value>Lake</rdf:value><kphotos:q>1</kphotos:q></dc:title>',
    "with a qualifier, as attributes": '<dc:title rdf:value="Lake" kphotos:q="1"/>',
    "with a qualifier, as a description": '<dc:title><rdf:Description rdf:value="Lake" kphotos:q="1"/></dc:title>',
    "with character references": element("dc:title", "&#x4c;a&#107;e"),
}


@pytest.mark.parametrize("form", TEXTS)
def test_a_text_reads_in_every_form(form: str) -> None:
    assert value(TEXTS[form], "title", "dc:title") == "Lake"


def test_a_text_reads_as_an_attribute() -> None:
    assert value("", "title", "dc:title", attributes='dc:title="Lake"') == "Lake"


@pytest.mark.parametrize(
    "form", [element("dc:title", " \n "), "<dc:title/>", "<dc:title><rdf:Alt/></dc:title>"]
)
def test_a_blank_text_says_nothing(form: str) -> None:
    assert "title" not in xmp.read(sidecar(form)).sources


def test_texts_compare_in_nfc() -> None:
    assert value(element("dc:title", "Jose\u0301"), "title", "dc:title") == "José"


ALIASES: list[tuple[str, str, str, Any]] = [
    ("title", "acdsee:caption", element("acdsee:caption", "Lake"), "Lake"),
    ("description", "dc:description", alt("dc:description", "x-default=A lake"), "A lake"),
    ("description", "tiff:ImageDescription", alt("tiff:ImageDescription", "x-default=A lake"), "A lake"),
    ("description", "exif:UserComment", alt("exif:UserComment", "x-default=A lake"), "A lake"),
    ("description", "acdsee:notes", element("acdsee:notes", "A lake"), "A lake"),
    ("copyright", "dc:rights", alt("dc:rights", "x-default=© Ana"), "© Ana"),
    ("copyright", "tiff:Copyright", alt("tiff:Copyright", "x-default=© Ana"), "© Ana"),
    ("creator", "dc:creator", seq("dc:creator", "Ana", "Beto"), ["Ana", "Beto"]),
    ("creator", "tiff:Artist", element("tiff:Artist", "Ana; Beto"), ["Ana", "Beto"]),
    ("tags", "digiKam:TagsList", seq("digiKam:TagsList", "places/Paris", "flat"), ("flat", "places/Paris")),
    ("tags", "lr:hierarchicalSubject", bag("lr:hierarchicalSubject", "places|Paris"), ("places/Paris",)),
    ("tags", "lr:hierarchicalSubject", bag("lr:hierarchicalSubject", "a/b|c", " |x| "), ("a|b/c", "x")),
    ("tags", "mediapro:CatalogSets", bag("mediapro:CatalogSets", "places|Paris"), ("places/Paris",)),
    (
        "tags",
        "MicrosoftPhoto:LastKeywordXMP",
        bag("MicrosoftPhoto:LastKeywordXMP", "places/Paris"),
        ("places/Paris",),
    ),
    ("tags", "dc:subject", bag("dc:subject", "places", "one, two", ""), ("one, two", "places")),
    ("tags", "dc:subject", seq("dc:subject", "places", "Paris"), ("Paris", "places")),
    ("tags", "dc:subject", element("dc:subject", "one, two"), ("one, two",)),
    ("tags", "dc:subject", bag("dc:subject", "AC/DC", "a|b"), ("AC|DC", "a/b")),
    ("rating", "xmp:Rating", element("xmp:Rating", "4"), 4),
    ("rating", "xmp:Rating", element("xmp:Rating", " 4.0 "), 4),
    ("rating", "xmp:Rating", element("xmp:Rating", "3.5"), 3),
    ("rating", "xmp:Rating", element("xmp:Rating", "7"), 5),
    ("rating", "xmp:Rating", element("xmp:Rating", "-9"), -1),
    ("rating", "xmp:Rating", element("xmp:Rating", "0"), 0),
    ("rating", "xmp:Rating", element("xmp:Rating", "four"), None),
    ("rating", "xmp:Rating", element("xmp:Rating", ""), None),
    *[
        ("rating", "MicrosoftPhoto:Rating", element("MicrosoftPhoto:Rating", str(percent)), stars)
        for percent, stars in (
            (0, 0), (1, 1), (12, 1), (13, 2), (25, 2), (37, 2), (38, 3), (50, 3), (62, 3), (75, 4), (87, 4), (88, 5), (99, 5),
        )
    ],
    ("rating", "acdsee:rating", element("acdsee:rating", "2"), 2),
    ("label", "xmp:Label", element("xmp:Label", "red"), "Red"),
    ("label", "xmp:Label", element("xmp:Label", "Approved"), "Approved"),
    ("label", "darktable:colorlabels", seq("darktable:colorlabels", "2", "4"), "Green"),
    ("label", "darktable:colorlabels", "<darktable:colorlabels><rdf:Seq/></darktable:colorlabels>", None),
    *[
        ("label", "digiKam:ColorLabel", element("digiKam:ColorLabel", str(number)), label)
        for number, label in enumerate(
            [None, "Red", "Orange", "Yellow", "Green", "Blue", "Purple", "Gray", "Black", "White", None]
        )
    ],
    ("pick", "xmpDM:pick", element("xmpDM:pick", "1"), 1),
    ("pick", "xmpDM:pick", element("xmpDM:pick", "-1"), -1),
    *[
        ("pick", "digiKam:PickLabel", element("digiKam:PickLabel", str(number)), pick)
        for number, pick in enumerate([0, -1, 0, 1, None])
    ],
    ("taken", "exif:DateTimeOriginal", element("exif:DateTimeOriginal", "2021-06-01T12:34:56.121+02:00"), MOMENT),
    ("taken", "exif:DateTimeOriginal", element("exif:DateTimeOriginal", "2021:06:01 12:34:56.121"), BARE),
    ("taken", "photoshop:DateCreated", element("photoshop:DateCreated", "2021-06-01"), {"local": "2021-06-01", "offset": None}),
    ("orientation", "tiff:Orientation", element("tiff:Orientation", "6"), 6),
    ("orientation", "tiff:Orientation", element("tiff:Orientation", "9"), None),
    ("people", "Iptc4xmpExt:PersonInImage", bag("Iptc4xmpExt:PersonInImage", "Bob", "Ana"), ("Ana", "Bob")),
    (
        "place",
        "photoshop:Place",
        element("photoshop:City", "Paris") + element("Iptc4xmpCore:CountryCode", "FR"),
        {"city": "Paris", "code": "FR"},
    ),
    *[
        ("place", f"Iptc4xmpExt:{name}", f"<Iptc4xmpExt:{name}><rdf:Bag>{item}</rdf:Bag></Iptc4xmpExt:{name}>", {"city": "Paris"})
        for name in ("LocationCreated", "LocationShown")
        for item in (
            '<rdf:li rdf:parseType="Resource"><Iptc4xmpExt:City>Paris</Iptc4xmpExt:City></rdf:li>',
            '<rdf:li Iptc4xmpExt:City="Paris"/>',
            '<rdf:li><rdf:Description Iptc4xmpExt:City="Paris"/></rdf:li>',
        )
    ],
]  # fmt: skip


@pytest.mark.parametrize(("field", "name", "body", "expected"), ALIASES)
def test_each_spelling_of_a_field_reads_as_its_value(
    field: str, name: str, body: str, expected: object
) -> None:
    assert value(body, field, name) == expected


def test_both_of_microsofts_namespaces_are_one() -> None:
    old = sidecar('<m:Rating xmlns:m="http://ns.microsoft.com/photo/1.0">75</m:Rating>')
    assert xmp.read(old).sources == {"rating": {"MicrosoftPhoto:Rating": 4}}


def test_what_cannot_be_read_is_flagged_not_dropped() -> None:
    found = xmp.read(sidecar(element("xmp:Rating", "four")))
    assert found.flags == ("xmp:Rating says nothing that can be read",)
    assert found.writable


@pytest.mark.parametrize(
    ("left", "is_told"),
    [
        (("GPSLatitudeRef", "GPSLongitudeRef"), True),  # darktable, at the import of Apple's decimal degrees
        (("GPSAltitude", "GPSAltitudeRef"), False),  # a person cleared latitude and longitude
        ((), False),
    ],
)
def test_a_position_of_which_the_hemispheres_are_left_is_there_and_says_nothing(
    left: tuple[str, ...], is_told: bool
) -> None:
    texts = {"GPSLatitudeRef": "N", "GPSLongitudeRef": "W", "GPSAltitude": "636/10", "GPSAltitudeRef": "0"}
    found = xmp.read(sidecar("".join(element(f"exif:{name}", texts[name]) for name in left)))
    assert found.illegible == (("exif:GPS",) if is_told else ())
    assert "gps" not in found.sources


POSITIONS = [
    ("48,51.504N", "2,17.67W", "", "", 48.8584, -2.2945),
    ("48,51.504000N", "2,17.670000W", "", "", 48.8584, -2.2945),
    ("48,51,30.24N", "2,17,40.2W", "", "", 48.8584, -2.2945),
    ("48.8584", "2.2945", "N", "W", 48.8584, -2.2945),
    ("48.8584", "-2.2945", "", "", 48.8584, -2.2945),
    ("48.8584", "-2.2945", "N", "W", 48.8584, -2.2945),
    ("22,57.114960S", "43,12.629220W", "", "", -22.951916, -43.210487),
]


@pytest.mark.parametrize(("lat", "lon", "lat_ref", "lon_ref", "north", "east"), POSITIONS)
def test_a_position_reads_in_every_form(
    lat: str, lon: str, lat_ref: str, lon_ref: str, north: float, east: float
) -> None:
    body = element("exif:GPSLatitude", lat) + element("exif:GPSLongitude", lon)
    body += element("exif:GPSLatitudeRef", lat_ref) if lat_ref else ""
    body += element("exif:GPSLongitudeRef", lon_ref) if lon_ref else ""
    assert value(body, "gps", "exif:GPS") == {"lat": north, "lon": east, "alt": None}


@pytest.mark.parametrize(
    ("height", "ref", "metres"),
    [
        ("355/10", "0", 35.5),
        ("355/10", "1", -35.5),
        ("63.63179", "0", 63.6),
        ("1/0", "0", None),
        ("high", "0", None),
    ],
)
def test_an_altitude_reads_in_every_form(height: str, ref: str, metres: float | None) -> None:
    body = element("exif:GPSLatitude", "1,0N") + element("exif:GPSLongitude", "2,0E")
    body += element("exif:GPSAltitude", height) + element("exif:GPSAltitudeRef", ref)
    assert value(body, "gps", "exif:GPS")["alt"] == metres


@pytest.mark.parametrize(
    ("lat", "lon"), [("91,0N", "0,0E"), ("1,60N", "0,0E"), ("north", "0,0E"), ("nan", "1"), ("1", "")]
)
def test_half_or_impossible_positions_are_none(lat: str, lon: str) -> None:
    assert (
        value(element("exif:GPSLatitude", lat) + element("exif:GPSLongitude", lon), "gps", "exif:GPS") is None
    )


AREA = 'stArea:x="0.5" stArea:y="0.4" stArea:w="0.1" stArea:h="0.2" stArea:unit="normalized"'
MEMBERS = "".join(
    f"<stArea:{name}>{text}</stArea:{name}>"
    for name, text in (("x", "0.5"), ("y", "0.4"), ("w", "0.1"), ("h", "0.2"))
)
REGIONS = {
    "attributes all the way": f'<rdf:li><rdf:Description mwg-rs:Name="Ana" mwg-rs:Type="Face"><mwg-rs:Area {AREA}/></rdf:Description></rdf:li>',
    "elements all the way": f'<rdf:li rdf:parseType="Resource"><mwg-rs:Name>Ana</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type><mwg-rs:Area rdf:parseType="Resource">{MEMBERS}</mwg-rs:Area></rdf:li>',
    "no type": f'<rdf:li><rdf:Description mwg-rs:Name="Ana"><mwg-rs:Area {AREA}/></rdf:Description></rdf:li>',
    "area as a description": f'<rdf:li rdf:parseType="Resource"><mwg-rs:Name>Ana</mwg-rs:Name><mwg-rs:Area><rdf:Description {AREA}/></mwg-rs:Area></rdf:li>',
}


@pytest.mark.parametrize("form", REGIONS)
def test_a_face_reads_in_every_form(form: str) -> None:
    body = f'<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>{REGIONS[form]}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>'
    assert value(body, "regions", "mwg-rs:Regions") == [ANA]


def test_faces_read_from_all_three_structures() -> None:
    body = (
        '<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag>'
        '<rdf:li MPReg:PersonDisplayName="Ana" MPReg:Rectangle="0.45, 0.3, 0.1, 0.2"/>'
        "</rdf:Bag></MPRI:Regions></MP:RegionInfo>"
        '<Iptc4xmpExt:ImageRegion><rdf:Bag><rdf:li rdf:parseType="Resource"><Iptc4xmpExt:Name><rdf:Alt>'
        '<rdf:li xml:lang="x-default">Ana</rdf:li></rdf:Alt></Iptc4xmpExt:Name>'
        '<Iptc4xmpExt:RegionBoundary Iptc4xmpExt:rbShape="rectangle" Iptc4xmpExt:rbUnit="relative" '
        'Iptc4xmpExt:rbX="0.45" Iptc4xmpExt:rbY="0.3" Iptc4xmpExt:rbW="0.1" Iptc4xmpExt:rbH="0.2"/></rdf:li>'
        "</rdf:Bag></Iptc4xmpExt:ImageRegion>"
    )
    assert xmp.read(sidecar(body)).sources["regions"] == {
        "MP:RegionInfo": [ANA],
        "Iptc4xmpExt:ImageRegion": [ANA],
    }


def test_pixel_boxes_are_measured_on_the_picture_they_were_drawn_on() -> None:
    body = (
        '<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="1600" stDim:h="1200" stDim:unit="pixel"/>'
        '<mwg-rs:RegionList><rdf:Bag><rdf:li><rdf:Description mwg-rs:Name="Ana"><mwg-rs:Area stArea:x="800" stArea:y="480" '
        'stArea:w="160" stArea:h="240" stArea:unit="pixel"/></rdf:Description></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>'
    )
    assert value(body, "regions", "mwg-rs:Regions") == [{**ANA, "applied": [1600, 1200]}]


@pytest.mark.parametrize("wide", ["1e300", "0", "nan", "1e9"])
def test_a_picture_of_no_possible_size_is_not_what_a_box_was_drawn_on(wide: str) -> None:
    body = (
        '<mwg-rs:Regions rdf:parseType="Resource">'
        f'<mwg-rs:AppliedToDimensions stDim:w="{wide}" stDim:h="1200" stDim:unit="pixel"/>'
        '<mwg-rs:RegionList><rdf:Bag><rdf:li><rdf:Description mwg-rs:Name="Ana"><mwg-rs:Area stArea:x="0.5" '
        'stArea:y="0.4" stArea:w="0.1" stArea:h="0.2"/></rdf:Description></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>'
    )
    assert value(body, "regions", "mwg-rs:Regions") == [ANA]


def test_a_ledger_of_faces_drawn_on_a_picture_of_any_size_is_read_again() -> None:
    body = (
        '<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="1e40" stDim:h="1200"/>'
        '<mwg-rs:RegionList><rdf:Bag><rdf:li><rdf:Description mwg-rs:Name="Ana"><mwg-rs:Area stArea:x="0.5" stArea:y="0.4" '
        'stArea:w="0.1" stArea:h="0.2"/></rdf:Description></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>'
    )
    found = xmp.read(sidecar(body)).sources
    held = adopt(Sight("a.jpg.xmp", "main", None, found, "sum"), "0" * 32, full=True)
    assert ledgers.read(ledgers.write(held)) == held
    assert found["regions"] == {"mwg-rs:Regions": [ANA]}


@pytest.mark.parametrize("bad", ["nan", "-0.1", "0", "", "9e99", "0.0000004"])
def test_a_box_of_no_size_is_no_region(bad: str) -> None:
    body = (
        '<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag><rdf:li><rdf:Description><mwg-rs:Area '
        f'stArea:x="0.5" stArea:y="0.4" stArea:w="{bad}" stArea:h="0.2"/></rdf:Description></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>'
    )
    assert value(body, "regions", "mwg-rs:Regions") is None


def test_all_descriptions_of_any_about_are_one_picture() -> None:
    first, second = element("xmp:Rating", "4"), element("xmp:Label", "Red")
    joined = '</rdf:Description><rdf:Description rdf:about="">'
    for about in ('rdf:about=""', "", 'rdf:about="uuid:1"', 'rdf:ID="x"', 'about=""'):
        data = sidecar(first + joined + second).replace(b'rdf:about=""', about.encode(), 1)
        assert xmp.read(data).sources == {"rating": {"xmp:Rating": 4}, "label": {"xmp:Label": "Red"}}
        assert xmp.read(data).writable


def test_another_things_node_is_not_the_picture() -> None:
    node = '</rdf:Description><rdf:Description rdf:nodeID="other"><xmp:Rating>1</xmp:Rating>'
    assert xmp.read(sidecar(element("xmp:Rating", "4") + node)).sources == {"rating": {"xmp:Rating": 4}}


def test_our_mark_is_read_as_element_and_as_attribute() -> None:
    assert xmp.read(sidecar(element("kphotos:mark", "m1"))).mark == "m1"
    assert xmp.read(sidecar("", 'kphotos:mark="m1"')).mark == "m1"
    assert xmp.read(sidecar("")).mark is None


APPLE = packet(
    "XMP Core 6.0.0",
    element("exif:GPSLongitude", "8.541694")
    + element("exif:GPSLongitudeRef", "E")
    + element("exif:GPSHPositioningError", "4.7")
    + element("exif:GPSLatitude", "47.376887")
    + element("exif:GPSLatitudeRef", "N")
    + element("exif:GPSTimeStamp", "2024-02-03T04:05:06Z")
    + element("dc:title", "Limmat")
    + element("dc:description", "At the river")
    + seq("dc:subject", "Swan", "Bridge")
    + element("photoshop:DateCreated", "2024-02-03T05:05:06+01:00"),
)


def test_an_export_as_apple_photos_writes_it() -> None:
    found = xmp.read(APPLE)
    assert found.tool == "Apple Photos"
    assert found.sources == {
        "title": {"dc:title": "Limmat"},
        "description": {"dc:description": "At the river"},
        "tags": {"dc:subject": ("Bridge", "Swan")},
        "gps": {"exif:GPS": {"lat": 47.376887, "lon": 8.541694, "alt": None}},
        "taken": {"photoshop:DateCreated": {"local": "2024-02-03T05:05:06", "offset": "+01:00"}},
    }


def test_an_edit_of_apples_position_leaves_no_stale_ref() -> None:
    content = {"title": "Limmat", "gps": {"lat": -1.5, "lon": -2.25, "alt": None}}
    after = xmp.write(APPLE, content, "m1")
    assert b"GPSLatitudeRef" not in after
    assert b"GPSLongitudeRef" not in after
    assert b"<exif:GPSLatitude>1,30.000000S</exif:GPSLatitude>" in after
    assert b"GPSTimeStamp" in after  # the time of the fix is not the position


TOOLS = [
    ("K-Photos 1", "", "K-Photos"),
    ("Image::ExifTool 12.57", "", "exiftool"),
    ("XMP Core 4.4.0-Exiv2", element("darktable:xmp_version", "5"), "darktable"),
    ("XMP Core 4.4.0-Exiv2", "", "exiv2"),
    ("XMP Core 4.4.0-Exiv2", element("tiff:NativeDigest", "256"), "geeqie"),
    ("Adobe XMP Core 5.6-c148", element("xmp:CreatorTool", "Adobe Photoshop Lightroom Classic 12"), "Lightroom"),
    ("Adobe XMP Core 5.6-c148", element("xmp:CreatorTool", "ELE-L29"), "Adobe"),
    ("XMP Core 5.4.0", "", "Apple Photos"),
    ("", "", None),
]  # fmt: skip


@pytest.mark.parametrize(("toolkit", "body", "tool"), TOOLS)
def test_the_tool_is_known_by_its_marks(toolkit: str, body: str, tool: str | None) -> None:
    assert xmp.read(packet(toolkit, body)).tool == tool


def test_sum_names_the_bytes() -> None:
    assert xmp.sum(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
