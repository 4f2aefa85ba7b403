"""Every mapped property: the field table names them, this table says how each is spelt."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree

from sync.codecs.xmp import dates, drawing, edit, gps, place, rdf, regions, simple, tags
from sync.codecs.xmp.names import clark
from sync.codecs.xmp.shapes import Found, Property, all_spots, languages, one_text, same_order, unordered
from sync.core.fields import FIELDS
from sync.core.model import Value


def _creators() -> Property:
    tag = clark("dc:creator")

    def read(found: Found) -> Value:
        names = map(simple.name, rdf.texts(all_spots(found, (tag,))))
        return list(dict.fromkeys(name for name in names if name)) or None

    return Property(
        "dc:creator",
        (tag,),
        read,
        lambda editor, value: editor.put_order(tag, list(value)),
        list,
        same_order,
    )


def _darktable_labels() -> Property:
    tag = clark("darktable:colorlabels")

    def read(found: Found) -> Value:
        numbers = (simple.whole(text) for text in rdf.texts(all_spots(found, (tag,))))
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

    return Property(
        "exif:GPS",
        tuple(_GPS.values()),
        read,
        put,
        says,
        gps.same_position,
        also=_GPS_REST,
        beside=(_GPS["GPSAltitude"], _GPS["GPSAltitudeRef"]),
    )


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
        lambda found: regions.read(all_spots(found, (tag,)), list_tag, parse),
        lambda editor, value: put(editor, tag, value),
        says,
        equal,
        empty=empty,
    )


def _moment(name: str) -> Property:
    return one_text(name, dates.moment, dates.iso, fits=dates.same_moment)


_ROWS = (
    languages("dc:title"),
    one_text("acdsee:caption", simple.prose),
    languages("dc:description"),
    languages("tiff:ImageDescription"),
    languages("exif:UserComment"),
    one_text("acdsee:notes", simple.prose),
    unordered("digiKam:TagsList", "Seq", tags.path, str),
    unordered("lr:hierarchicalSubject", "Bag", tags.from_bars, tags.to_bars),
    unordered("MicrosoftPhoto:LastKeywordXMP", "Bag", tags.path, str),
    unordered("mediapro:CatalogSets", "Bag", tags.from_bars, tags.to_bars),
    unordered("dc:subject", "Bag", tags.from_bars, tags.to_bars, says=tags.nodes, fits=tags.same_subject),
    one_text("xmp:Rating", simple.rating),
    one_text(
        "MicrosoftPhoto:Rating",
        simple.microsoft_stars,
        simple.microsoft_percent,
        says=lambda stars: max(0, stars),
    ),
    one_text("acdsee:rating", simple.rating, says=lambda stars: max(0, stars)),
    one_text("xmp:Label", simple.label),
    _darktable_labels(),
    one_text(
        "digiKam:ColorLabel",
        lambda text: simple.DIGIKAM_LABELS.get(simple.whole(text) or 0),
        lambda wanted: _number(simple.DIGIKAM_LABELS, wanted),
        says=_among(simple.DIGIKAM_LABELS),
        none="0",
    ),
    one_text("xmpDM:pick", simple.pick),
    one_text("digiKam:PickLabel", simple.pick_of_digikam, lambda wanted: {-1: "1", 0: "0", 1: "3"}[wanted]),
    _moment("exif:DateTimeOriginal"),
    _moment("photoshop:DateCreated"),
    _position(),
    unordered("Iptc4xmpExt:PersonInImage", "Bag", simple.name, str),
    _regions("mwg-rs:Regions", regions.LIST, regions.mwg_region, drawing.put_mwg),
    _regions("MP:RegionInfo", regions.MP_LIST, regions.mp_region, drawing.put_mp),
    _regions("Iptc4xmpExt:ImageRegion", None, regions.iptc_region, drawing.put_iptc),
    _creators(),
    one_text("tiff:Artist", simple.artists, "; ".join, says=lambda names: simple.artists("; ".join(names))),
    languages("dc:rights"),
    languages("tiff:Copyright"),
    one_text("tiff:Orientation", simple.orientation),
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
