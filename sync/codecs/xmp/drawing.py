"""Writing regions into the three structures, each region into the very element it was read from.

Members that we do not know (rotation, extensions, roles, e-mail hashes) stay; so do regions whose
shape we cannot express, and the order of the list.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lxml import etree

from sync.codecs.xmp import edit, layout, nodes, rdf, regions
from sync.codecs.xmp.regions import Region

_Write = Callable[[etree._Element, Region], None]
_Parse = Callable[[etree._Element, list[int] | None], Region | None]


def put_mwg(editor: edit.Editor, tag: str, wanted: Sequence[Region]) -> None:
    """Write mwg-rs:Regions; the size of the picture they are on is written if the regions tell it."""
    for spot in editor.spots(tag) or [editor.add(tag)]:
        outer = _outer(spot)
        drawn_on = regions.applied(spot)
        size: Any = next((region["applied"] for region in wanted if region.get("applied")), None)
        if size is not None and drawn_on is None:
            dimensions = nodes.put_struct(outer, regions.APPLIED)
            for name, text in (
                (regions.DIM_W, f"{size[0]}"),
                (regions.DIM_H, f"{size[1]}"),
                (regions.DIM_UNIT, "pixel"),
            ):
                nodes.put_member(dimensions, name, text)
        _put_list(_array(outer, regions.LIST), wanted, regions.mwg_region, _draw_mwg, drawn_on)


def put_mp(editor: edit.Editor, tag: str, wanted: Sequence[Region]) -> None:
    """Write MP:RegionInfo."""
    for spot in editor.spots(tag) or [editor.add(tag)]:
        holder = _array(_outer(spot), regions.MP_LIST)
        _put_list(holder, wanted, regions.mp_region, _draw_mp, None)


def put_iptc(editor: edit.Editor, tag: str, wanted: Sequence[Region]) -> None:
    """Write Iptc4xmpExt:ImageRegion."""
    for spot in editor.spots(tag) or [editor.add(tag)]:
        assert spot.element is not None
        _put_list(nodes.put_array(spot.element, "Bag"), wanted, regions.iptc_region, _draw_iptc, None)


def _outer(spot: rdf.Spot) -> etree._Element:
    inner = rdf.struct(spot)
    return nodes.put_struct(spot.node, spot.tag) if inner is None else nodes.roomy(inner)


def _array(outer: etree._Element, tag: str) -> etree._Element:
    spot = rdf.member(outer, tag)
    if spot is not None and spot.element is None:
        layout.drop(spot)
        spot = None
    element = spot.element if spot is not None and spot.element is not None else layout.new_child(outer, tag)
    return nodes.put_array(element, "Bag")


def _put_list(
    holder: etree._Element,
    wanted: Sequence[Region],
    parse: _Parse,
    write: _Write,
    drawn_on: list[int] | None,
) -> None:
    items = list(rdf.elements(holder))
    standing = [rdf.node(item) for item in items]
    found = [None if node is None else parse(node, drawn_on) for node in standing]
    pairs = regions.pair(found, wanted)
    kept = set(pairs)
    for index, item in enumerate(items):
        if found[index] is not None and index not in kept:
            layout.drop(rdf.Spot(holder, str(item.tag), item))
    for region, at in zip(wanted, pairs, strict=True):
        node = None if at is None else standing[at]
        before = None if at is None else found[at]
        if node is None:
            write(nodes.new_item(holder), region)
        elif before is not None and not regions.same(before, region):
            write(nodes.roomy(node), region)


def _draw_mwg(node: etree._Element, region: Region) -> None:
    nodes.put_member(node, regions.NAME, region["name"] or None)
    nodes.put_member(node, regions.TYPE, region.get("type", regions.FACE))
    area = nodes.put_struct(node, regions.AREA)
    for tag, length in zip((regions.X, regions.Y, regions.W, regions.H), region["area"], strict=True):
        nodes.put_member(area, tag, _decimal(length))
    nodes.put_member(area, regions.AREA_UNIT, "normalized")


def _draw_mp(node: etree._Element, region: Region) -> None:
    nodes.put_member(node, regions.MP_NAME, region["name"] or None)
    nodes.put_member(node, regions.MP_RECTANGLE, ", ".join(map(_decimal, _corner(region))))


def _draw_iptc(node: etree._Element, region: Region) -> None:
    if regions.iptc_name(node) != region["name"]:
        nodes.put_prose_member(node, regions.IPTC_NAME, region["name"] or None)
    boundary = nodes.put_struct(node, regions.IPTC_BOUNDARY)
    nodes.put_member(boundary, regions.IPTC_SHAPE, "rectangle")
    nodes.put_member(boundary, regions.IPTC_UNIT, "relative")
    for tag, length in zip(regions.IPTC_BOX, _corner(region), strict=True):
        nodes.put_member(boundary, tag, _decimal(length))


def _corner(region: Region) -> list[float]:
    x, y, w, h = region["area"]
    return [x - w / 2, y - h / 2, w, h]


def _decimal(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
