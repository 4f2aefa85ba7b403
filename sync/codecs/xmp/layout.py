"""Putting elements into a tree and taking them out without disturbing how the file is laid out."""

from __future__ import annotations

from lxml import etree

from sync.codecs.xmp import rdf
from sync.codecs.xmp.names import PREFIXES
from sync.core.fields import NAMESPACES

# A structure declares what its members will need once, not each member for itself.
_COMPANIONS = {"mwg-rs": ("stArea", "stDim"), "MP": ("MPRI", "MPReg")}


def new_child(parent: etree._Element, tag: str, at: int | None = None) -> etree._Element:
    """A new element within `parent`, on a line of its own where its neighbours have theirs."""
    uri = tag[1:].partition("}")[0]
    prefix = PREFIXES.get(uri)
    bound = parent.nsmap
    wanted = () if prefix is None else (prefix, *_COMPANIONS.get(prefix, ()))
    nsmap = {each: NAMESPACES[each] for each in wanted if NAMESPACES[each] not in bound.values()} or None
    last = parent[-1] if len(parent) else None
    child = etree.SubElement(parent, tag, nsmap=nsmap)
    if at == 0 and last is not None:
        child.tail = parent.text
        parent.insert(0, child)
    elif last is not None:
        child.tail, last.tail = last.tail, parent.text if _blank(parent.text) else last.tail
    elif _blank(parent.text) and "\n" in (parent.text or ""):
        child.tail = parent.text
    else:
        indent = _indent(parent)
        parent.text, child.tail = (indent + " ", indent) if indent else (None, None)
    return child


def _indent(element: etree._Element) -> str:
    """The line break and blanks before an element's own tag, empty where it shares a line."""
    before = element.getprevious()
    above = element.getparent()
    text = before.tail if before is not None else None if above is None else above.text
    if not text or not _blank(text) or "\n" not in text:
        return ""
    return text[text.rindex("\n") :]


def _blank(text: str | None) -> bool:
    return not text or not text.strip()


def drop(spot: rdf.Spot) -> None:
    """Take a property out of its node, or an item out of its array, with the line it stood on."""
    element = spot.element
    if element is None:
        if spot.tag in spot.node.attrib:
            del spot.node.attrib[spot.tag]
        return
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    tail = element.tail or ""
    kept = (parent.text if before is None else before.tail) or ""
    if tail.strip():
        kept += tail
    elif element.getnext() is None:
        kept = tail  # the indentation of the closing tag moves up
    if before is None:
        parent.text = kept or None
    else:
        before.tail = kept or None
    parent.remove(element)
