"""Clark names of XMP: the field table's prefixed names made into what lxml and expat speak."""

from __future__ import annotations

from sync.core.fields import NAMESPACES

XML = "http://www.w3.org/XML/1998/namespace"
KPHOTOS = NAMESPACES["kphotos"]
RDF_PREFIX = f"{{{NAMESPACES['rdf']}}}"
XML_PREFIX = f"{{{XML}}}"

# exiftool writes Microsoft's URI without the final slash, exiv2 and digiKam with it: one property.
_OTHER_URIS = {"MicrosoftPhoto": ("http://ns.microsoft.com/photo/1.0",)}


def clark(name: str) -> str:
    """`dc:title` -> `{http://purl.org/dc/elements/1.1/}title`."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def variants(name: str) -> tuple[str, ...]:
    """Every Clark name under which tools write a property; the first is the one we write."""
    prefix, _, local = name.partition(":")
    return (clark(name), *(f"{{{uri}}}{local}" for uri in _OTHER_URIS.get(prefix, ())))


RDF = clark("rdf:RDF")
DESCRIPTION = clark("rdf:Description")
LI = clark("rdf:li")
VALUE = clark("rdf:value")
ABOUT = clark("rdf:about")
NODE_ID = clark("rdf:nodeID")
RESOURCE = clark("rdf:resource")
PARSE_TYPE = clark("rdf:parseType")
ARRAYS = frozenset(clark(f"rdf:{kind}") for kind in ("Alt", "Bag", "Seq"))
LANG = f"{XML_PREFIX}lang"
MARK = clark("kphotos:mark")
TOOLKIT = clark("x:xmptk")

PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}
