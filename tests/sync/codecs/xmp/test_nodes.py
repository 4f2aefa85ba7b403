# ruff: noqa: E501 - XML is easier to check on one line
"""The smallest step on each odd form that a value can stand in."""

from __future__ import annotations

import pytest
from lxml import etree

from sync.codecs import xmp
from sync.codecs.xmp import layout, nodes, rdf
from sync.codecs.xmp.names import clark
from tests.sync.codecs.xmp.edits import MARK
from tests.sync.codecs.xmp.judge import assert_foreign_survives
from tests.sync.codecs.xmp.sidecars import element, sidecar

ANA = {"name": "Ana", "type": "Face", "area": [0.5, 0.4, 0.1, 0.2]}
BETO = {"name": "Beto", "type": "Face", "area": [0.2, 0.3, 0.1, 0.1]}
BOUNDARY = '<Iptc4xmpExt:RegionBoundary Iptc4xmpExt:rbShape="rectangle" Iptc4xmpExt:rbUnit="relative" Iptc4xmpExt:rbX="0.45" Iptc4xmpExt:rbY="0.3" Iptc4xmpExt:rbW="0.1" Iptc4xmpExt:rbH="0.2"/>'
NAMED = {
    "plain": element("Iptc4xmpExt:Name", "Ana"),
    "languages": '<Iptc4xmpExt:Name><rdf:Alt><rdf:li xml:lang="x-default">Ana</rdf:li><rdf:li xml:lang="de">Anna</rdf:li></rdf:Alt></Iptc4xmpExt:Name>',
    "none": "",
}


def described(body: str) -> etree._Element:
    """The first description of a sidecar, as a tree."""
    root = etree.fromstring(sidecar(body))
    found = root.find(f".//{clark('rdf:Description')}")
    assert found is not None
    return found


@pytest.mark.parametrize("form", NAMED)
def test_a_name_in_an_image_region_changes_in_its_form(form: str) -> None:
    region = f'<rdf:li rdf:parseType="Resource">{NAMED[form]}{BOUNDARY}</rdf:li>'
    data = sidecar(f"<Iptc4xmpExt:ImageRegion><rdf:Bag>{region}</rdf:Bag></Iptc4xmpExt:ImageRegion>")
    for name in ("Beto", ""):
        content = {"regions": [{**ANA, "name": name}]}
        after = xmp.write(data, content, MARK)
        assert xmp.agrees(xmp.read(after), content)
        if form == "languages" and name:
            assert b'<rdf:li xml:lang="de">Anna</rdf:li>' in after


SHORTHAND = (
    '<MP:RegionInfo><rdf:Description><MPRI:Regions><rdf:Bag><rdf:li MPReg:Rectangle="0.45, 0.3, 0.1, 0.2"/></rdf:Bag></MPRI:Regions></rdf:Description></MP:RegionInfo>',
    '<MP:RegionInfo rdf:parseType="Resource"/>',
    '<MP:RegionInfo MPRI:DateRegionsValid="2020"/>',
    '<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions/></MP:RegionInfo>',
    '<MP:RegionInfo MPRI:Regions="odd"/>',
    "<MP:RegionInfo>odd</MP:RegionInfo>",
)


@pytest.mark.parametrize("body", SHORTHAND)
def test_faces_find_room_in_whatever_stands_there(body: str) -> None:
    data = sidecar(body)
    content = {"regions": [ANA, BETO]}
    after = xmp.write(data, content, MARK)
    assert xmp.agrees(xmp.read(after), content)
    assert_foreign_survives(data, after)


def test_a_region_of_attributes_alone_gets_room_for_its_area() -> None:
    body = (
        '<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>'
        '<rdf:li><rdf:Description mwg-rs:Name="Ana"><mwg-rs:Area stArea:x="0.5" stArea:y="0.4" stArea:w="0.1" stArea:h="0.2"/></rdf:Description></rdf:li>'
        "</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"
    )
    moved = {"regions": [{**ANA, "area": [0.6, 0.5, 0.2, 0.3]}]}
    assert xmp.agrees(xmp.read(xmp.write(sidecar(body), moved, MARK)), moved)


def test_a_simple_value_that_stands_in_an_array_stays_in_it() -> None:
    for items in ("<rdf:li>4</rdf:li><rdf:li>5</rdf:li>", ""):
        data = sidecar(f"<xmp:Rating><rdf:Bag>{items}</rdf:Bag></xmp:Rating>")
        assert b"<xmp:Rating><rdf:Bag><rdf:li>2</rdf:li></rdf:Bag></xmp:Rating>" in xmp.write(
            data, {"rating": 2}, MARK
        )


def test_a_uri_or_a_structure_gives_way_to_text() -> None:
    for body in (
        '<xmp:Rating rdf:resource="urn:4"/>',
        '<xmp:Rating kphotos:a="4"/>',
        '<xmp:Rating rdf:parseType="Resource"/>',
    ):
        assert b"<xmp:Rating>2</xmp:Rating>" in xmp.write(sidecar(body), {"rating": 2}, MARK)


def test_a_place_as_an_attribute_gives_way_to_a_structure() -> None:
    content = {"place": {"city": "Paris"}}
    after = xmp.write(sidecar("", 'Iptc4xmpExt:LocationCreated="Paris"'), content, MARK)
    assert xmp.agrees(xmp.read(after), content)


def test_a_member_of_attributes_alone_is_set_as_an_attribute() -> None:
    holder = described('<kphotos:s kphotos:a="1"/>')[0]
    nodes.put_member(holder, clark("kphotos:b"), "2")
    assert holder.get(clark("kphotos:b")) == "2"
    nodes.put_member(holder, clark("kphotos:a"), None)
    assert holder.get(clark("kphotos:a")) is None


def test_dropping_an_element_drops_its_line_and_no_other() -> None:
    for body, expected in (
        ("\n   <xmp:Rating>1</xmp:Rating>\n  ", "\n  "),
        (
            "\n   <xmp:Rating>1</xmp:Rating>\n   <xmp:Label>x</xmp:Label>\n  ",
            "\n   <xmp:Label>x</xmp:Label>\n  ",
        ),
        (
            "\n   <xmp:Label>x</xmp:Label>\n   <xmp:Rating>1</xmp:Rating>\n  ",
            "\n   <xmp:Label>x</xmp:Label>\n  ",
        ),
        ("<xmp:Rating>1</xmp:Rating>tail<xmp:Label>x</xmp:Label>", "tail<xmp:Label>x</xmp:Label>"),
    ):
        holder = described(body)
        spot = rdf.member(holder, clark("xmp:Rating"))
        assert spot is not None
        layout.drop(spot)
        inside = etree.tostring(holder).decode().partition(">")[2].rpartition("</rdf:Description>")[0]
        assert inside == expected
