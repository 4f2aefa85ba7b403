"""Reading access to RDF/XML: one view of a property, whichever syntactic form it has.

A *node* is an element that properties hang on, as attributes or children: an rdf:Description, a
`parseType="Resource"` element, or an element with nothing but attributes. A *spot* is where one
property stands on its node.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from sync.codecs.xmp.names import (
    ARRAYS,
    LANG,
    PARSE_TYPE,
    RDF_PREFIX,
    RESOURCE,
    VALUE,
    XML_PREFIX,
)


class Spot(NamedTuple):
    """One property: the element that is its value, or None where it is an attribute of `node`."""

    node: etree._Element
    tag: str
    element: etree._Element | None


def elements(parent: etree._Element) -> Iterator[etree._Element]:
    """Children that are elements: comments and processing instructions are nobody's values."""
    return parent.iterchildren("*")


def own_attributes(element: etree._Element) -> Iterator[str]:
    """Names of attributes that are properties (rdf:value included), not syntax."""
    for name in map(str, element.attrib):
        if name == VALUE or not name.startswith((RDF_PREFIX, XML_PREFIX)):
            yield name


def node(element: etree._Element) -> etree._Element | None:
    """The node that is a property element's value, or None when its value is text or an array."""
    if element.get(PARSE_TYPE) == "Resource":
        return element
    inner = next(elements(element), None)
    if inner is not None:
        return None if inner.tag in ARRAYS else inner
    return element if next(own_attributes(element), None) else None


def array(element: etree._Element) -> etree._Element | None:
    """The rdf:Alt, rdf:Bag or rdf:Seq that is a property element's value."""
    inner = next(elements(element), None)
    return inner if inner is not None and inner.tag in ARRAYS else None


def items(spot: Spot) -> list[Spot]:
    """The members of an array; a property without an array is a list of itself."""
    holder = None if spot.element is None else array(spot.element)
    if holder is None:
        return [spot]
    return [Spot(holder, str(item.tag), item) for item in elements(holder)]


def member(holder: etree._Element, tag: str) -> Spot | None:
    """The property `tag` of a node."""
    if tag in holder.attrib:
        return Spot(holder, tag, None)
    child = next(holder.iterchildren(tag), None)
    return None if child is None else Spot(holder, tag, child)


def struct(spot: Spot) -> etree._Element | None:
    """The node that is a property's value."""
    return None if spot.element is None else node(spot.element)


def plain(element: etree._Element) -> str:
    """The text of an element, comments left out."""
    if not len(element):
        return element.text or ""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def text(spot: Spot) -> str | None:
    """The simple value of a property: text, URI, the rdf:value of a qualified one, an array's first.

    None where the value is a structure.
    """
    element = spot.element
    if element is None:
        return str(spot.node.get(spot.tag))
    if not len(element) and element.attrib.keys() in ([], [LANG]):  # nearly all of them
        return element.text or ""
    uri = element.get(RESOURCE)
    if uri is not None:
        return str(uri)
    holder = array(element)
    if holder is not None:
        first = next(elements(holder), None)
        return None if first is None else text(Spot(holder, str(first.tag), first))
    inner = node(element)
    if inner is None:
        return plain(element)
    value = member(inner, VALUE)
    return None if value is None else text(value)


def language(spot: Spot) -> str:
    """The language of an item in lower case; an unmarked item counts as the default."""
    found = None if spot.element is None else spot.element.get(LANG)
    return str(found).lower() if found else "x-default"


def default(spot: Spot) -> Spot | None:
    """Of the languages of a text the one to show: `x-default`, or else the first."""
    choices = items(spot)
    return next((item for item in choices if language(item) == "x-default"), choices[0] if choices else None)


def texts(spots: list[Spot]) -> list[str]:
    """Every simple value in every occurrence of a list property."""
    found = (text(item) for spot in spots for item in items(spot))
    return [value for value in found if value is not None]
