"""Safe reading of XML: nothing outside the bytes is ever opened, nothing in them expands.

expat looks first and refuses a DOCTYPE, so no entity can be declared when lxml builds the tree.
`collect_ids=False` must never be given together with `resolve_entities=False`: that pair makes
lxml open files that a sidecar names. What is not well-formed is unreadable, except three faults
that other tools leave behind and exiftool reads: those are read, but never written back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NoReturn
from xml.parsers import expat

from lxml import etree

from sync.codecs.xmp.decode import decode
from sync.codecs.xmp.names import RDF
from sync.errors import Unreadable

DEEPEST = 64  # elements inside one another

_SAFE: dict[str, Any] = {
    "resolve_entities": "internal",
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "strip_cdata": False,
    "encoding": "utf-8",
}
_PARSER = etree.XMLParser(recover=False, **_SAFE)
# Only for text that expat has found well-formed: what is left to recover from are prefixes.
_LENIENT = etree.XMLParser(recover=True, **_SAFE)

_CONTROL = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]));"
)
_REPLACEMENT = "\ufffd".encode()
_PACKET = re.compile(rb"^\s*(?:<\?xpacket[^>]*\?>\s*)+$")
_JUNK = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]
_BAD_TOKENS = frozenset(
    expat.errors.codes[name]
    for name in (expat.errors.XML_ERROR_INVALID_TOKEN, expat.errors.XML_ERROR_BAD_CHAR_REF)
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A sidecar's tree: `rdf` is its rdf:RDF, `refusal` the reason why it must not be rewritten."""

    root: etree._Element
    rdf: etree._Element
    body: bytes
    bom: bytes
    refusal: str | None


def parse(data: bytes) -> Parsed:
    """The tree of a sidecar. Raises Unreadable with what is wrong, in words for a person."""
    decoded = decode(data)
    body, refusal = _well_formed(decoded.body)
    if decoded.guessed:
        refusal = "the text is not valid UTF-8, so its encoding had to be guessed"
    try:
        root = etree.fromstring(body, _PARSER)
    except etree.XMLSyntaxError:
        # expat checks no prefixes, so an unbound or clashing one is all that lxml can object to.
        refusal = refusal or "a name has a prefix that is not bound to a namespace"
        try:
            root = etree.fromstring(body, _LENIENT)
        except etree.XMLSyntaxError as error:
            raise Unreadable(f"not well-formed XML: {error.msg}") from error
        if root is None:  # recovered from what lxml limits and expat does not: nothing at all
            raise Unreadable("it is XML, but not XMP: a name in it is too long") from None
    return Parsed(root, _rdf(root), body, decoded.bom, refusal)


def scan(body: bytes) -> None:
    """Raises Unreadable for a DOCTYPE and expat's error for anything not well-formed."""
    parser = expat.ParserCreate("UTF-8")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.Parse(body, True)


def _refuse_doctype(*_: object) -> NoReturn:
    raise Unreadable("it has a DOCTYPE, which may hide references to other files")


def _well_formed(body: bytes) -> tuple[bytes, str | None]:
    """The text as it can be parsed, and the refusal that repairing it in memory entails."""
    try:
        scan(body)
    except expat.ExpatError as error:
        if error.code == _JUNK:
            _, end = bounds(body)
            scan_again(body[:end])
            return body[:end], "something follows after the end of the XMP"
        if error.code in _BAD_TOKENS and _CONTROL.search(body):
            body = _CONTROL.sub(_REPLACEMENT, body)
            scan_again(body)
            return body, "the text contains control characters"
        raise Unreadable(_reason(body, error)) from error
    return body, None


def scan_again(body: bytes) -> None:
    """As `scan`, for a text already mended once: what is still wrong makes it unreadable."""
    try:
        scan(body)
    except expat.ExpatError as error:
        raise Unreadable(_reason(body, error)) from error


def _reason(body: bytes, error: expat.ExpatError) -> str:
    if _PACKET.match(body):
        return "it holds only the header of an XMP packet: the tool has not finished writing it"
    if b"<" not in body:
        return "it is not XML"
    if error.code in (
        expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION],
        expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
    ):
        return f"it is cut off in line {error.lineno}"
    return f"it is not well-formed XML: {expat.ErrorString(error.code)} in line {error.lineno}"


def bounds(body: bytes) -> tuple[int, int]:
    """Where the root element begins and ends in the text, in bytes."""
    parser = expat.ParserCreate("UTF-8")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    depth = 0
    begin = end = -1

    def opened(_name: str, _attributes: object) -> None:
        nonlocal depth, begin
        if begin < 0:
            begin = parser.CurrentByteIndex
        depth += 1

    def closed(_name: str) -> None:
        nonlocal depth, end
        depth -= 1
        if depth == 0 and end < 0:
            end = parser.CurrentByteIndex

    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        if end < 0:
            raise Unreadable("it has no complete root element") from None
    if body.startswith(b"</", end):  # expat stands before an end tag, but behind an empty element
        end = body.index(b">", end) + 1
    return begin, end


def _rdf(root: etree._Element) -> etree._Element:
    if root.tag == RDF:
        return root
    for child in root:
        if child.tag == RDF:
            return child
    raise Unreadable("it is XML, but not XMP: it has no rdf:RDF")
