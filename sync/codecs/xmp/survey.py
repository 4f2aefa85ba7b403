"""One walk over a sidecar's RDF: where each mapped property stands, and why it must not be rewritten.

Adobe's toolkit, which darktable, digiKam, exiv2 and Lightroom read with, rejects a whole file for any
of these defects and then replaces it by an empty one. Such a file is read, but not made "valid" by us.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from sync.codecs.xmp import rdf
from sync.codecs.xmp.names import (
    ABOUT,
    ARRAYS,
    DESCRIPTION,
    LANG,
    LI,
    NODE_ID,
    PARSE_TYPE,
    RDF,
    RDF_PREFIX,
    XML_PREFIX,
)
from sync.codecs.xmp.parse import DEEPEST
from sync.errors import Unreadable

MOST = 100_000  # elements and attributes

_PLAIN_ABOUT = frozenset({"about", "ID"})  # old RDF had them without a prefix
_SYNTAX = (RDF_PREFIX, XML_PREFIX)
_NUMBERED = f"{RDF_PREFIX}_"
_LANGUAGE = [LANG]


@dataclass(slots=True)
class Survey:
    """What one walk found: `found` is Clark name -> spots, `home` the description for new properties."""

    found: dict[str, list[rdf.Spot]] = field(default_factory=dict)
    home: etree._Element | None = None
    refusal: str | None = None
    nodes: int = 0

    def refuse(self, reason: str) -> None:
        """Remember the first defect."""
        self.refusal = self.refusal or reason


def survey(tree: etree._Element) -> Survey:
    """Walk an rdf:RDF. Raises Unreadable for what is nested or numerous beyond any use."""
    seen = Survey()
    if next(tree.itersiblings(RDF), None) is not None:
        seen.refuse("it has more than one rdf:RDF")
    abouts = set()
    names: set[str] = set()
    for description in rdf.elements(tree):
        if description.tag != DESCRIPTION:
            seen.refuse(f"it has a typed node, {_short(str(description.tag))}, instead of rdf:Description")
        if description.get(NODE_ID) is not None:
            _properties(seen, description, set(), 1)  # another thing's properties, not the picture's
            continue
        abouts.add(description.get(ABOUT) or description.get("about") or "")
        if seen.home is None:
            seen.home = description
        _note(seen, description)
        _properties(seen, description, names, 1)
    if len(abouts - {""}) > 1:
        seen.refuse("it describes several things (rdf:about differs)")
    return seen


def _note(seen: Survey, description: etree._Element) -> None:
    """Remember where each property of the picture stands."""
    for name in map(str, description.attrib):
        if name[0] == "{" and not name.startswith(_SYNTAX):
            seen.found.setdefault(name, []).append(rdf.Spot(description, name, None))
    for child in rdf.elements(description):
        tag = str(child.tag)
        seen.found.setdefault(tag, []).append(rdf.Spot(description, tag, child))


def _properties(seen: Survey, holder: etree._Element, names: set[str], depth: int) -> None:
    """The properties of one node: its attributes, then its children; `names` are those it has already."""
    if depth > DEEPEST:
        raise Unreadable(f"it is nested deeper than {DEEPEST} elements")
    seen.nodes += len(holder.attrib) + len(holder)
    if seen.nodes > MOST:
        raise Unreadable(f"it has more than {MOST} elements and attributes")
    for name in map(str, holder.attrib):
        if name.startswith(_SYNTAX) or name in _PLAIN_ABOUT:
            continue
        if name in names or name[0] != "{":
            seen.refuse(_fault(name))
        names.add(name)
    text = holder.text
    for child in rdf.elements(holder):
        if text and not text.isspace():
            seen.refuse(f"there is text among the properties of {_short(str(holder.tag))}")
        text = child.tail
        name = str(child.tag)
        if name in names or name[0] != "{":
            seen.refuse(_fault(name))
        names.add(name)
        if len(child) or child.attrib:
            _value(seen, child, depth + 1)


def _fault(name: str) -> str:
    if name[0] != "{":
        return f"the property {name} has no namespace"
    return f"the property {_short(name)} stands there twice"


def _value(seen: Survey, element: etree._Element, depth: int) -> None:
    """The value of one property element."""
    kind = element.get(PARSE_TYPE)
    if kind == "Resource":
        _properties(seen, element, set(), depth)
        return
    if kind is not None:
        seen.refuse(f'it has an rdf:parseType="{kind}"')
        return
    values = list(rdf.elements(element))
    if not values:
        if element.attrib.keys() != _LANGUAGE:
            _properties(seen, element, set(), depth)
        return
    inner = values[0]
    if len(values) > 1 or (element.text and not element.text.isspace()):
        seen.refuse(f"the property {_short(str(element.tag))} has more than one value")
    if inner.tag in ARRAYS:
        _items(seen, inner, depth + 1)
        return
    if inner.tag != DESCRIPTION:
        seen.refuse(f"it has a typed node, {_short(str(inner.tag))}, instead of rdf:Description")
    _properties(seen, inner, set(), depth + 1)


def _items(seen: Survey, holder: etree._Element, depth: int) -> None:
    seen.nodes += len(holder)
    if depth > DEEPEST or seen.nodes > MOST:
        _properties(seen, holder, set(), depth)  # raises
    for item in rdf.elements(holder):
        if item.tag != LI and not str(item.tag).startswith(_NUMBERED):
            seen.refuse(f"an array holds {_short(str(item.tag))}")
        if len(item) or item.attrib:
            _value(seen, item, depth + 1)


def _short(tag: str) -> str:
    return tag.rpartition("}")[2]
