"""Every mapped property: how to read it, what it would say of a value, and how to write that.

The field table names the properties of each field; this table says how each is spelt. A property
need not be able to say everything (five colours, no `rejected`): `says` gives what it would hold,
None if it cannot hold the value at all and is therefore left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from sync.codecs.xmp import dates, drawing, edit, gps, place, rdf, regions, simple, tags
from sync.codecs.xmp.names import clark, variants
from sync.core.fields import FIELDS
from sync.core.model import Value

Found = Mapping[str, Sequence[rdf.Spot]]


def _same(found: Value, wanted: Value) -> bool:
    return bool(found == wanted)


def _same_order(found: Value, wanted: Value) -> bool:
    return list(found) == list(wanted)


def _same_set(found: Value, wanted: Value) -> bool:
    return set(found) == set(wanted)


def _itself(wanted: Value) -> Value:
    return wanted


@dataclass(frozen=True, slots=True)
class Property:
    """One mapped property of XMP, or a few that are one value (a position, a place).

    `read` -> canonical value or None; `says(value of the field)` -> what this property then holds;
    `equal(found, said)`: they are the same; `fits(found, value of the field)`: it says less, but nothing
    else; `also`: goes too when the field is cleared; `empty` removes the
    values and tells whether nothing is left.
    """

    name: str
    tags: tuple[str, ...]
    read: Callable[[Found], Value]
    put: Callable[[edit.Editor, Value], None]
    says: Callable[[Value], Value] = _itself
    equal: Callable[[Value, Value], bool] = _same
    fits: Callable[[Value, Value], bool] = _same
    also: tuple[str, ...] = ()
    empty: Callable[[edit.Editor], bool] | None = None

    def clear(self, editor: edit.Editor) -> None:
        """Take the property out of the file, unless something that is no value of ours is left in it."""
        if self.empty is None or self.empty(editor):
            editor.remove(*self.tags, *self.also)

    def exact(self, found: Value, wanted: Value) -> bool:
        """Whether the property holds the field's whole value."""
        return found is not None and self.equal(found, wanted)

    def settled(self, found: Value, wanted: Value) -> bool:
        """Whether the property holds what it should hold, or cannot hold the value at all."""
        told = self.says(wanted)
        return told is None or (found is not None and self.equal(found, told))

    def peaceful(self, found: Value, wanted: Value) -> bool:
        """Whether what stands in a file contradicts nothing of the field's value."""
        return self.settled(found, wanted) or self.fits(found, wanted)


def _spots(found: Found, names: tuple[str, ...]) -> list[rdf.Spot]:
    if len(names) == 1:
        return list(found.get(names[0], ()))
    return [spot for name in names for spot in found.get(name, ())]


def _simple(
    name: str,
    parse: Callable[[str], Value],
    say: Callable[[Any], str] = str,
    *,
    says: Callable[[Value], Value] = _itself,
    fits: Callable[[Value, Value], bool] = _same,
) -> Property:
    """A property with one simple value; of several, the last that means something counts."""
    names = variants(name)

    def read(found: Found) -> Value:
        for spot in reversed(_spots(found, names)):
            text = rdf.text(spot)
            value = None if text is None else parse(text)
            if value is not None:
                return value
        return None

    return Property(
        name, names, read, lambda editor, value: editor.put_text(names, say(value)), says, fits=fits
    )


def _prose(name: str) -> Property:
    """A text in languages; its value is the default one."""
    tag = clark(name)

    def read(found: Found) -> Value:
        for spot in reversed(found.get(tag, ())):
            chosen = rdf.default(spot)
            text = None if chosen is None else rdf.text(chosen)
            value = None if text is None else simple.prose(text)
            if value is not None:
                return value
        return None

    return Property(name, (tag,), read, lambda editor, value: editor.put_language(tag, value), _itself)


def _list(
    name: str,
    kind: str,
    parse: Callable[[str], str],
    say: Callable[[str], str],
    *,
    says: Callable[[Value], Value] = tuple,
    fits: Callable[[Value, Value], bool] = tags.same_tags,
) -> Property:
    """A list in no order; its value is a tuple."""
    names = variants(name)

    def read(found: Found) -> Value:
        return tags.every(map(parse, rdf.texts(_spots(found, names)))) or None

    def put(editor: edit.Editor, value: Value) -> None:
        editor.put_items(names, kind, value, parse, say)

    return Property(name, names, read, put, says, _same_set, fits)


def _creators() -> Property:
    tag = clark("dc:creator")

    def read(found: Found) -> Value:
        names = map(simple.name, rdf.texts(_spots(found, (tag,))))
        return list(dict.fromkeys(name for name in names if name)) or None

    return Property(
        "dc:creator",
        (tag,),
        read,
        lambda editor, value: editor.put_order(tag, list(value)),
        list,
        _same_order,
    )


def _darktable_labels() -> Property:
    tag = clark("darktable:colorlabels")

    def read(found: Found) -> Value:
        numbers = (simple.whole(text) for text in rdf.texts(_spots(found, (tag,))))
        labels = (simple.DARKTABLE_LABELS.get(number) for number in numbers if number is not None)
        return next((label for label in labels if label), None)

    def put(editor: edit.Editor, value: Value) -> None:
        editor.put_order(tag, [_number(simple.DARKTABLE_LABELS, value)])

    return Property("darktable:colorlabels", (tag,), read, put, _among(simple.DARKTABLE_LABELS))


def _among(labels: Mapping[int, str]) -> Callable[[Value], Value]:
    return lambda wanted: wanted if wanted in labels.values() else None


def _number(labels: Mapping[int, str], wanted: Value) -> str:
    return next(str(number) for number, label in labels.items() if label == wanted)


_GPS = {
    name: clark(f"exif:{name}")
    for name in (
        "GPSLatitude",
        "GPSLatitudeRef",
        "GPSLongitude",
        "GPSLongitudeRef",
        "GPSAltitude",
        "GPSAltitudeRef",
    )
}
# Whoever clears a position wants none left in the file, by whatever name EXIF has for it.
_GPS_REST = tuple(
    clark(f"exif:GPS{name}")
    for name in (
        *(
            "VersionID",
            "TimeStamp",
            "DateStamp",
            "Satellites",
            "Status",
            "MeasureMode",
            "DOP",
            "SpeedRef",
            "Speed",
        ),
        *(
            "TrackRef",
            "Track",
            "ImgDirectionRef",
            "ImgDirection",
            "MapDatum",
            "DestLatitude",
            "DestLatitudeRef",
        ),
        *(
            "DestLongitude",
            "DestLongitudeRef",
            "DestBearingRef",
            "DestBearing",
            "DestDistanceRef",
            "DestDistance",
        ),
        *("ProcessingMethod", "AreaInformation", "Differential", "HPositioningError"),
    )
)


def _position() -> Property:
    def read(found: Found) -> Value:
        texts = {name: rdf.text(found[tag][-1]) or "" for name, tag in _GPS.items() if found.get(tag)}
        return gps.position(texts)

    def put(editor: edit.Editor, value: Value) -> None:
        editor.remove(_GPS["GPSLatitudeRef"], _GPS["GPSLongitudeRef"])
        editor.put_text((_GPS["GPSLatitude"],), gps.coordinate(value["lat"], "NS"))
        editor.put_text((_GPS["GPSLongitude"],), gps.coordinate(value["lon"], "EW"))
        if value.get("alt") is None:
            editor.remove(_GPS["GPSAltitude"], _GPS["GPSAltitudeRef"])
        else:
            height, ref = gps.metres(value["alt"])
            editor.put_text((_GPS["GPSAltitude"],), height)
            editor.put_text((_GPS["GPSAltitudeRef"],), ref)

    def says(wanted: Value) -> Value:
        return {"lat": wanted["lat"], "lon": wanted["lon"], "alt": wanted.get("alt")}

    return Property("exif:GPS", tuple(_GPS.values()), read, put, says, gps.same_position, also=_GPS_REST)


def _legacy_place() -> Property:
    return Property(
        "photoshop:Place",
        tuple(place.LEGACY.values()),
        place.legacy,
        place.put_legacy,
        dict,
        fits=place.same_place,
    )


def _place(name: str) -> Property:
    tag = clark(name)

    def read(found: Found) -> Value:
        return next((value for value in map(place.structured, reversed(found.get(tag, ()))) if value), None)

    def put(editor: edit.Editor, value: Value) -> None:
        place.put_structured(editor, tag, value)

    return Property(name, (tag,), read, put, dict, fits=place.same_place)


def _regions(
    name: str,
    list_tag: str | None,
    parse: Callable[[etree._Element, list[int] | None], regions.Region | None],
    put: Callable[[edit.Editor, str, list[regions.Region]], None],
) -> Property:
    tag = clark(name)
    typed = list_tag == regions.LIST

    def says(wanted: Value) -> Value:
        return [one for one in wanted if name != "MP:RegionInfo" or regions.is_face(one)]

    def equal(found: Value, wanted: Value) -> bool:
        return regions.same_regions(found, wanted, typed=typed)

    def empty(editor: edit.Editor) -> bool:
        put(editor, tag, [])
        return not any(regions.holders(spot, list_tag) for spot in editor.spots(tag))

    return Property(
        name,
        (tag,),
        lambda found: regions.read(_spots(found, (tag,)), list_tag, parse),
        lambda editor, value: put(editor, tag, value),
        says,
        equal,
        empty=empty,
    )


def _moment(name: str) -> Property:
    return _simple(name, dates.moment, dates.iso, fits=dates.same_moment)


_ROWS = (
    _prose("dc:title"),
    _simple("acdsee:caption", simple.prose),
    _prose("dc:description"),
    _prose("tiff:ImageDescription"),
    _prose("exif:UserComment"),
    _simple("acdsee:notes", simple.prose),
    _list("digiKam:TagsList", "Seq", tags.path, str),
    _list("lr:hierarchicalSubject", "Bag", tags.from_bars, tags.to_bars),
    _list("MicrosoftPhoto:LastKeywordXMP", "Bag", tags.path, str),
    _list("mediapro:CatalogSets", "Bag", tags.from_bars, tags.to_bars),
    _list("dc:subject", "Bag", tags.from_bars, tags.to_bars, says=tags.nodes, fits=tags.same_subject),
    _simple("xmp:Rating", simple.rating),
    _simple(
        "MicrosoftPhoto:Rating",
        simple.microsoft_stars,
        simple.microsoft_percent,
        says=lambda stars: max(0, stars),
    ),
    _simple("acdsee:rating", simple.rating, says=lambda stars: max(0, stars)),
    _simple("xmp:Label", simple.label),
    _darktable_labels(),
    _simple(
        "digiKam:ColorLabel",
        lambda text: simple.DIGIKAM_LABELS.get(simple.whole(text) or 0),
        lambda wanted: _number(simple.DIGIKAM_LABELS, wanted),
        says=_among(simple.DIGIKAM_LABELS),
    ),
    _simple("xmpDM:pick", simple.pick),
    _simple("digiKam:PickLabel", simple.pick_of_digikam, lambda wanted: {-1: "1", 0: "0", 1: "3"}[wanted]),
    _moment("exif:DateTimeOriginal"),
    _moment("photoshop:DateCreated"),
    _position(),
    _list("Iptc4xmpExt:PersonInImage", "Bag", simple.name, str),
    _regions("mwg-rs:Regions", regions.LIST, regions.mwg_region, drawing.put_mwg),
    _regions("MP:RegionInfo", regions.MP_LIST, regions.mp_region, drawing.put_mp),
    _regions("Iptc4xmpExt:ImageRegion", None, regions.iptc_region, drawing.put_iptc),
    _creators(),
    _simple("tiff:Artist", lambda text: simple.artists(text) or None, "; ".join, says=list),
    _prose("dc:rights"),
    _prose("tiff:Copyright"),
    _simple("tiff:Orientation", simple.orientation),
    _place("Iptc4xmpExt:LocationCreated"),
    _legacy_place(),
    _place("Iptc4xmpExt:LocationShown"),
)

PROPERTIES: Mapping[str, Property] = {row.name: row for row in _ROWS}
FIELD_OF: Mapping[str, str] = {
    name: field.name for field in FIELDS.values() for name in (*field.read, *field.write, *field.align)
}
OWNER: Mapping[str, str] = {tag: row.name for row in _ROWS for tag in (*row.tags, *row.also)}
"""Clark name -> the mapped property that it is (a part of)."""
