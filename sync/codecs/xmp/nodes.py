"""Changing one value of a tree by the smallest step: what else it has (language, qualifiers, form) stays."""

from __future__ import annotations

from lxml import etree

from sync.codecs.xmp import layout, rdf
from sync.codecs.xmp.glue import unglue
from sync.codecs.xmp.names import DESCRIPTION, LANG, LI, NODE_ID, PARSE_TYPE, RESOURCE, VALUE, clark


def set_default(holder: etree._Element, spot: rdf.Spot, value: str) -> None:
    """Set the default language of a text in languages, and those that said the same."""
    items = rdf.items(spot)
    shown = rdf.default(spot)
    before = None if shown is None else rdf.text(shown)
    parted, others = unglue(before or "")
    for item in items:
        if rdf.language(item) == "x-default" or (before is not None and rdf.text(item) == before):
            set_text(item, value)
            if item.element is not None and item.element.get(LANG) is None:
                item.element.set(LANG, "x-default")
    if not any(rdf.language(item) == "x-default" for item in items):
        first = layout.new_child(holder, LI, at=0)
        first.set(LANG, "x-default")
        first.text = value
    if others and parted.strip() == value.strip():
        for tag, text in others.items():
            _add_language(holder, items, tag, text)


def _add_language(holder: etree._Element, items: list[rdf.Spot], tag: str, text: str) -> None:
    if any(rdf.language(item) == tag.lower() for item in items):
        return
    item = layout.new_child(holder, LI)
    item.set(LANG, tag)
    item.text = text


def set_text(spot: rdf.Spot, value: str) -> None:
    """Replace a simple value; its language and its qualifiers stay."""
    element = spot.element
    if element is None:
        spot.node.set(spot.tag, value)
        return
    holder = rdf.array(element)
    if holder is not None:
        _set_only(holder, value)
        return
    inner = rdf.node(element)
    qualified = None if inner is None else rdf.member(inner, VALUE)
    if qualified is not None:
        set_text(qualified, value)
        return
    clear(element)
    element.text = value


def _set_only(holder: etree._Element, value: str) -> None:
    """Make an array that stands for a simple value hold that value alone."""
    standing = [rdf.Spot(holder, str(item.tag), item) for item in rdf.elements(holder)]
    for other in standing[1:]:
        layout.drop(other)
    if standing:
        set_text(standing[0], value)
    else:
        layout.new_child(holder, LI).text = value


def clear(element: etree._Element) -> None:
    """Empty a property element, but for its language and namespaces."""
    for child in list(element):
        element.remove(child)
    element.text = None
    for name in (*rdf.own_attributes(element), PARSE_TYPE, RESOURCE, NODE_ID):
        if name in element.attrib:
            del element.attrib[name]


def put_member(holder: etree._Element, tag: str, value: str | None) -> None:
    """Set, or with None remove, a simple property of a structure."""
    spot = rdf.member(holder, tag)
    if value is None:
        if spot is not None:
            layout.drop(spot)
        return
    if spot is None and _is_shorthand(holder):
        holder.set(tag, value)
        return
    set_text(spot or rdf.Spot(holder, tag, layout.new_child(holder, tag)), value)


def _is_shorthand(holder: etree._Element) -> bool:
    """Whether a structure is an element with nothing but attributes, which can hold no children."""
    return holder.tag != DESCRIPTION and holder.get(PARSE_TYPE) != "Resource"


def roomy(holder: etree._Element) -> etree._Element:
    """The node of a structure, after giving it an rdf:Description if it could only hold attributes."""
    if not _is_shorthand(holder):
        return holder
    inner = layout.new_child(holder, DESCRIPTION)
    for name in list(rdf.own_attributes(holder)):
        inner.set(name, str(holder.attrib.pop(name)))
    return inner


def put_prose_member(holder: etree._Element, tag: str, value: str | None) -> None:
    """Set, or with None remove, a text in languages that is a property of a structure."""
    spot = rdf.member(holder, tag)
    if value is None:
        put_member(holder, tag, None)
        return
    if spot is None:
        element = layout.new_child(holder, tag)
        put_array(element, "Alt")
        spot = rdf.Spot(holder, tag, element)
    array = None if spot.element is None else rdf.array(spot.element)
    if array is None:
        set_text(spot, value)
    else:
        set_default(array, spot, value)


def put_struct(holder: etree._Element, tag: str) -> etree._Element:
    """The structure that is a property of a node, made if it is not there."""
    spot = rdf.member(holder, tag)
    inner = None if spot is None else rdf.struct(spot)
    if inner is not None:
        return inner
    if spot is not None and spot.element is None:
        layout.drop(spot)
        spot = None
    element = spot.element if spot is not None and spot.element is not None else layout.new_child(holder, tag)
    clear(element)
    element.set(PARSE_TYPE, "Resource")
    return element


def put_array(element: etree._Element, kind: str) -> etree._Element:
    """The array that is a property element's value, made if it is not there."""
    holder = rdf.array(element)
    if holder is None:
        clear(element)
        holder = etree.SubElement(element, clark(f"rdf:{kind}"))
    return holder


def new_item(holder: etree._Element) -> etree._Element:
    """A new structure at the end of an array."""
    item = layout.new_child(holder, LI)
    item.set(PARSE_TYPE, "Resource")
    return item
