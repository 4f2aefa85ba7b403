"""Which program wrote a sidecar, as far as its marks tell."""

from __future__ import annotations

from collections.abc import Container, Mapping

from lxml import etree

from sync.codecs.xmp import rdf
from sync.codecs.xmp.names import TOOLKIT, clark
from sync.core.model import OURS

_CREATOR = clark("xmp:CreatorTool")
_CREATORS = (
    "Lightroom",
    "Photoshop",
    "Bridge",
    "Capture One",
    "digiKam",
    "darktable",
    "Picasa",
    "Windows Photo Gallery",
)
_DARKTABLE = (clark("darktable:xmp_version"), clark("darktable:import_timestamp"))
_GEEQIE = (clark("tiff:NativeDigest"), clark("exif:NativeDigest"))
_DIGIKAM = tuple(
    clark(name)
    for name in (
        "digiKam:TagsList",
        "digiKam:PickLabel",
        "digiKam:ColorLabel",
        "acdsee:rating",
        "MicrosoftPhoto:Rating",
    )
)


def tool(root: etree._Element, found: Mapping[str, list[rdf.Spot]], body: bytes) -> str | None:
    """The program's name ("darktable", "digiKam", "exiftool", "K-Photos" ...), None if nothing tells.

    Programs on exiv2 share its toolkit string: darktable alone writes no packet header, geeqie leaves
    digests of what it copied, digiKam its own properties.
    """
    toolkit = str(root.get(TOOLKIT, ""))
    if toolkit.startswith("K-Photos"):
        return OURS
    if "ExifTool" in toolkit:
        return "exiftool"
    if "Exiv2" in toolkit:
        return _on_exiv2(found, body)
    creator = _creator(found)
    if creator:
        return creator
    if toolkit.startswith("Adobe XMP Core"):
        return "Adobe"
    return "Apple Photos" if toolkit.startswith("XMP Core") else None


def _on_exiv2(found: Container[str], body: bytes) -> str:
    packet = b"<?xpacket" in body[:200]
    if not packet and any(name in found for name in _DARKTABLE):
        return "darktable"
    if any(name in found for name in _GEEQIE):
        return "geeqie"
    return "digiKam" if packet and any(name in found for name in _DIGIKAM) else "exiv2"


def _creator(found: Mapping[str, list[rdf.Spot]]) -> str | None:
    spots = found.get(_CREATOR)
    text = (rdf.text(spots[-1]) or "") if spots else ""
    return next((name for name in _CREATORS if name in text), None)
