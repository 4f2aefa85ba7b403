"""Faces and other areas: three structures of three makers, read into one form.

A region is `{"name", "type", "area": [x, y, w, h]}`: centre and size, 0 to 1 of the *stored* picture,
6 decimals; `"applied": [w, h]` in pixels where the file says for which picture it was drawn. A region
whose shape has no such form (circle, polygon, a point) is nobody's value here: it is kept as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from lxml import etree

from sync.codecs.xmp import rdf
from sync.codecs.xmp.names import clark
from sync.codecs.xmp.simple import name

Region = dict[str, Any]

LIST, NAME, TYPE, AREA = (clark(f"mwg-rs:{each}") for each in ("RegionList", "Name", "Type", "Area"))
APPLIED = clark("mwg-rs:AppliedToDimensions")
X, Y, W, H, AREA_UNIT, DIAMETER = (clark(f"stArea:{each}") for each in ("x", "y", "w", "h", "unit", "d"))
DIM_W, DIM_H, DIM_UNIT = (clark(f"stDim:{each}") for each in ("w", "h", "unit"))
MP_LIST, MP_NAME, MP_RECTANGLE = (
    clark("MPRI:Regions"),
    clark("MPReg:PersonDisplayName"),
    clark("MPReg:Rectangle"),
)
IPTC_NAME, IPTC_BOUNDARY = clark("Iptc4xmpExt:Name"), clark("Iptc4xmpExt:RegionBoundary")
IPTC_SHAPE, IPTC_UNIT = clark("Iptc4xmpExt:rbShape"), clark("Iptc4xmpExt:rbUnit")
IPTC_BOX = tuple(clark(f"Iptc4xmpExt:{each}") for each in ("rbX", "rbY", "rbW", "rbH"))

FACE = "Face"
_MANY = 100  # regions, beyond which a pair of lists is no longer searched for near ones
_LARGEST = 1_000_000  # pixels of a side: what is more is no picture's, and digits that no ledger is read with
_NEAR = 0.002  # tools print a box with three decimals and more


def value(holder: etree._Element, tag: str) -> str:
    """The text of a node's property, empty where there is none."""
    spot = rdf.member(holder, tag)
    return "" if spot is None else (rdf.text(spot) or "")


def number(text: str) -> float | None:
    """A finite decimal number, or None."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def box(x: float | None, y: float | None, w: float | None, h: float | None) -> list[float] | None:
    """Centre and size, if that is a box that lies at least partly in the picture."""
    if x is None or y is None or w is None or h is None:
        return None
    x, y, w, h = (round(length, 6) + 0.0 for length in (x, y, w, h))
    if not (-1 <= x <= 2 and -1 <= y <= 2 and 0 < w <= 2 and 0 < h <= 2):
        return None
    return [x, y, w, h]


def holders(spot: rdf.Spot, list_tag: str | None) -> list[etree._Element]:
    """The nodes in a property that are regions, in the file's order."""
    if list_tag is not None:
        outer = rdf.struct(spot)
        inner = None if outer is None else rdf.member(outer, list_tag)
        if inner is None:
            return []
        spot = inner
    found = (rdf.struct(item) for item in rdf.items(spot))
    return [holder for holder in found if holder is not None]


def mwg_region(holder: etree._Element, applied: list[int] | None) -> Region | None:
    """One region of mwg-rs:RegionList; `stArea` has the centre."""
    spot = rdf.member(holder, AREA)
    area = None if spot is None else rdf.struct(spot)
    if area is None or value(area, DIAMETER):
        return None
    x, y, w, h = (number(value(area, tag)) for tag in (X, Y, W, H))
    if value(area, AREA_UNIT).lower() == "pixel":
        if applied is None:
            return None
        wide, high = applied
        x, y, w, h = _over(x, wide), _over(y, high), _over(w, wide), _over(h, high)
    found = box(x, y, w, h)
    if found is None:
        return None
    region: Region = {
        "name": name(value(holder, NAME)),
        "type": value(holder, TYPE).strip() or FACE,
        "area": found,
    }
    return region if applied is None else {**region, "applied": applied}


def mp_region(holder: etree._Element, _applied: list[int] | None = None) -> Region | None:
    """One region of MP:RegionInfo; its rectangle has the top left corner."""
    parts = [number(part) for part in value(holder, MP_RECTANGLE).split(",")]
    if len(parts) != 4:
        return None
    return _from_corner(value(holder, MP_NAME), *parts)


def iptc_region(holder: etree._Element, _applied: list[int] | None = None) -> Region | None:
    """One region of Iptc4xmpExt:ImageRegion, if it is a rectangle relative to the picture."""
    spot = rdf.member(holder, IPTC_BOUNDARY)
    boundary = None if spot is None else rdf.struct(spot)
    if (
        boundary is None
        or value(boundary, IPTC_SHAPE) != "rectangle"
        or value(boundary, IPTC_UNIT) != "relative"
    ):
        return None
    return _from_corner(iptc_name(holder), *(number(value(boundary, tag)) for tag in IPTC_BOX))


def iptc_name(holder: etree._Element) -> str:
    """The name of an ImageRegion, which comes in languages."""
    spot = rdf.member(holder, IPTC_NAME)
    chosen = None if spot is None else rdf.default(spot)
    return "" if chosen is None else (rdf.text(chosen) or "")


def _from_corner(text: str, *corner: float | None) -> Region | None:
    x, y, w, h = corner
    if x is None or y is None or w is None or h is None:
        return None
    area = box(x + w / 2, y + h / 2, w, h)
    return None if area is None else {"name": name(text), "type": FACE, "area": area}


def applied(spot: rdf.Spot) -> list[int] | None:
    """Pixels of the picture that mwg-rs regions were drawn on."""
    outer = rdf.struct(spot)
    inner = None if outer is None else rdf.member(outer, APPLIED)
    node = None if inner is None else rdf.struct(inner)
    if node is None:
        return None
    w, h = number(value(node, DIM_W)), number(value(node, DIM_H))
    if w is None or h is None or not (1 <= w <= _LARGEST and 1 <= h <= _LARGEST):
        return None
    if value(node, DIM_UNIT).lower() not in ("", "pixel"):
        return None
    return [int(w), int(h)]


def read(
    spots: Sequence[rdf.Spot],
    list_tag: str | None,
    parse: Callable[[etree._Element, list[int] | None], Region | None],
) -> list[Region] | None:
    """The regions of every occurrence of a property, or None where there is none we can express."""
    found: list[Region] = []
    for spot in spots:
        drawn_on = applied(spot) if list_tag == LIST else None
        parsed = (parse(holder, drawn_on) for holder in holders(spot, list_tag))
        found.extend(region for region in parsed if region is not None)
    return found or None


def same(one: Region, other: Region, *, typed: bool = True) -> bool:
    """Whether two regions are one: same name, same type (if both structures have types), same box."""
    return (
        one["name"] == other["name"]
        and (not typed or one.get("type", FACE) == other.get("type", FACE))
        and same_box(one["area"], other["area"])
    )


def is_face(region: Region) -> bool:
    """Whether a region is a person's face, the only thing that MP:RegionInfo has."""
    return bool(region.get("type", FACE) == FACE)


def same_box(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two boxes differ by no more than printing them costs."""
    return all(abs(a - b) <= _NEAR for a, b in zip(one, other, strict=True))


def same_regions(found: Sequence[Region], wanted: Sequence[Region], *, typed: bool = True) -> bool:
    """Whether two lists hold the same regions, in any order."""
    if len(found) != len(wanted):
        return False
    left = list(wanted)
    if len(left) > _MANY:  # then only the order that both were printed in is worth the time
        pairs = zip(sorted(found, key=_exactly), sorted(left, key=_exactly), strict=True)
        return all(same(one, other, typed=typed) for one, other in pairs)
    for region in found:
        match = next((index for index, other in enumerate(left) if same(region, other, typed=typed)), None)
        if match is None:
            return False
        del left[match]
    return True


def pair(found: Sequence[Region | None], wanted: Sequence[Region]) -> list[int | None]:
    """For each region wanted the index of the one found that it edits: the same, its box, or its name."""
    taken: list[int | None] = [None] * len(wanted)
    free = {index: region for index, region in enumerate(found) if region is not None}
    _claim(taken, wanted, free, _exactly)
    if len(free) <= _MANY:
        for at, region in enumerate(wanted):
            if taken[at] is None:
                near = [index for index, one in free.items() if same_box(one["area"], region["area"])]
                namesakes = [index for index in near if free[index]["name"] == region["name"]]
                for index in (namesakes or near)[:1]:
                    taken[at] = index
                    del free[index]
    _claim(taken, wanted, free, lambda region: region["name"] or None)
    return taken


def _claim(
    taken: list[int | None],
    wanted: Sequence[Region],
    free: dict[int, Region],
    key: Callable[[Region], Hashable],
) -> None:
    """Give regions wanted the free ones with the same key, in order; a key of None matches nothing."""
    by_key: dict[Hashable, list[int]] = {}
    for index in reversed(free):
        by_key.setdefault(key(free[index]), []).append(index)
    for at, region in enumerate(wanted):
        candidates = by_key.get(key(region))
        if taken[at] is None and candidates and key(region) is not None:
            index = candidates.pop()
            taken[at] = index
            del free[index]


def _exactly(region: Region) -> tuple[str, ...]:
    return (region["name"], *(f"{length:.4f}" for length in region["area"]))


def _over(length: float | None, whole: int) -> float | None:
    return None if length is None else length / whole
