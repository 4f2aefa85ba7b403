"""The one table of metadata fields: codec, merge, search, forms and API all read it.

Property names are XMP's own prefixed names; `NAMESPACES` binds the prefixes. `read` is in order of
preference at first sight of a file; later on, the property that changed wins (see `core.sources`).
`write` is what every mirror carries; `align` is rewritten only where a file has it already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

NAMESPACES: Mapping[str, str] = MappingProxyType(
    {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "x": "adobe:ns:meta/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "xmpDM": "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
        "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "lr": "http://ns.adobe.com/lightroom/1.0/",
        "tiff": "http://ns.adobe.com/tiff/1.0/",
        "exif": "http://ns.adobe.com/exif/1.0/",
        "photoshop": "http://ns.adobe.com/photoshop/1.0/",
        "digiKam": "http://www.digikam.org/ns/1.0/",
        "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
        "MP": "http://ns.microsoft.com/photo/1.2/",
        "MPRI": "http://ns.microsoft.com/photo/1.2/t/RegionInfo#",
        "MPReg": "http://ns.microsoft.com/photo/1.2/t/Region#",
        "mediapro": "http://ns.iview-multimedia.com/mediapro/1.0/",
        "acdsee": "http://ns.acdsee.com/iptc/1.0/",
        "darktable": "http://darktable.sf.net/",
        "fstop": "http://www.fstopapp.com/xmp/",
        "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
        "stArea": "http://ns.adobe.com/xmp/sType/Area#",
        "stDim": "http://ns.adobe.com/xap/1.0/sType/Dimensions#",
        "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
        "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "kphotos": "https://k-photos.example/ns/1.0/",
    }
)


class Kind(StrEnum):
    """The shape of a field's value, as JSON."""

    TEXT = "text"  # str, NFC
    INTEGER = "integer"  # int
    CHOICE = "choice"  # str out of `choices`
    MOMENT = "moment"  # {"local": "2021-06-01T12:34:56.121", "offset": "+02:00" | None}
    POSITION = "position"  # {"lat": deg, "lon": deg, "alt": metres | None}; WGS 84
    NAMES = "names"  # list[str]: an ordered list of people, one register
    PLACE = "place"  # {"city"?, "state"?, "country"?, "code"?, "location"?}: str
    SET = "set"  # list[str], sorted; each element merges on its own
    REGIONS = "regions"  # list of region structs; each merges on its own


class Rule(StrEnum):
    """What two concurrent, different edits of the field come to."""

    ASK = "ask"  # both stay candidates: a conflict for a person
    NEWEST = "newest"  # both stay in the ledger, the newest is shown, nobody is asked
    UNION = "union"  # add wins, per element
    REGIONS = "regions"  # add wins per region; area newest, name asks


@dataclass(frozen=True, slots=True)
class Field:
    """One row: a metadata field, how it merges, and the XMP properties that carry it."""

    name: str
    kind: Kind
    rule: Rule
    label: str
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    align: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    lowest: int | None = None
    highest: int | None = None
    editable: bool = True
    searchable: bool = False
    longest: int = 65_536  # characters of one text accepted from a person


_ROWS = (
    Field(
        "title",
        Kind.TEXT,
        Rule.ASK,
        "Title",
        read=("dc:title", "acdsee:caption"),
        write=("dc:title",),
        align=("acdsee:caption",),
        searchable=True,
        longest=2_000,
    ),
    Field(
        "description",
        Kind.TEXT,
        Rule.ASK,
        "Description",
        read=("dc:description", "tiff:ImageDescription", "exif:UserComment", "acdsee:notes"),
        write=("dc:description", "tiff:ImageDescription"),
        align=("exif:UserComment", "acdsee:notes"),
        searchable=True,
    ),
    Field(
        "tags",
        Kind.SET,
        Rule.UNION,
        "Tags",
        read=(
            "digiKam:TagsList",
            "lr:hierarchicalSubject",
            "MicrosoftPhoto:LastKeywordXMP",
            "mediapro:CatalogSets",
            "dc:subject",
        ),
        write=("dc:subject", "lr:hierarchicalSubject", "digiKam:TagsList"),
        align=("MicrosoftPhoto:LastKeywordXMP", "mediapro:CatalogSets"),
        searchable=True,
        longest=512,
    ),
    Field(
        "rating",
        Kind.INTEGER,
        Rule.NEWEST,
        "Rating",
        read=("xmp:Rating", "MicrosoftPhoto:Rating", "acdsee:rating"),
        write=("xmp:Rating",),
        align=("MicrosoftPhoto:Rating", "acdsee:rating"),
        lowest=-1,
        highest=5,
        searchable=True,
    ),
    Field(
        "label",
        Kind.CHOICE,
        Rule.NEWEST,
        "Colour label",
        read=("xmp:Label", "darktable:colorlabels", "digiKam:ColorLabel"),
        write=("xmp:Label",),
        align=("darktable:colorlabels", "digiKam:ColorLabel"),
        choices=("Red", "Yellow", "Green", "Blue", "Purple"),
        searchable=True,
    ),
    Field(
        "pick",
        Kind.INTEGER,
        Rule.NEWEST,
        "Pick",
        read=("xmpDM:pick", "digiKam:PickLabel"),
        write=("xmpDM:pick",),
        align=("digiKam:PickLabel",),
        lowest=-1,
        highest=1,
        searchable=True,
    ),
    Field(
        "taken",
        Kind.MOMENT,
        Rule.ASK,
        "Date taken",
        read=("exif:DateTimeOriginal", "photoshop:DateCreated"),
        write=("exif:DateTimeOriginal", "photoshop:DateCreated"),
        searchable=True,
    ),
    Field(
        "gps",
        Kind.POSITION,
        Rule.ASK,
        "Position",
        read=("exif:GPS",),
        write=("exif:GPS",),
        searchable=True,
    ),
    Field(
        "people",
        Kind.SET,
        Rule.UNION,
        "People",
        read=("Iptc4xmpExt:PersonInImage",),
        write=("Iptc4xmpExt:PersonInImage",),
        searchable=True,
        longest=512,
    ),
    Field(
        "regions",
        Kind.REGIONS,
        Rule.REGIONS,
        "Faces",
        read=("mwg-rs:Regions", "MP:RegionInfo", "Iptc4xmpExt:ImageRegion"),
        write=("mwg-rs:Regions",),
        align=("MP:RegionInfo", "Iptc4xmpExt:ImageRegion"),
        editable=False,
    ),
    Field(
        "creator",
        Kind.NAMES,
        Rule.ASK,
        "Creator",
        read=("dc:creator", "tiff:Artist"),
        write=("dc:creator",),
        align=("tiff:Artist",),
        searchable=True,
        longest=512,
    ),
    Field(
        "copyright",
        Kind.TEXT,
        Rule.ASK,
        "Copyright",
        read=("dc:rights", "tiff:Copyright"),
        write=("dc:rights",),
        align=("tiff:Copyright",),
        longest=2_000,
    ),
    Field(
        "orientation",
        Kind.INTEGER,
        Rule.ASK,
        "Orientation",
        read=("tiff:Orientation",),
        write=("tiff:Orientation",),
        lowest=1,
        highest=8,
    ),
    Field(
        "place",
        Kind.PLACE,
        Rule.ASK,
        "Place",
        read=("Iptc4xmpExt:LocationCreated", "photoshop:Place", "Iptc4xmpExt:LocationShown"),
        write=("photoshop:Place", "Iptc4xmpExt:LocationCreated"),
        searchable=True,
    ),
)

FIELDS: Mapping[str, Field] = MappingProxyType({row.name: row for row in _ROWS})
