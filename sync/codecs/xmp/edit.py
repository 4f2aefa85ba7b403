"""Changing a sidecar's tree by the smallest step: what a property has is kept, only its value moves.

An attribute stays an attribute, an array keeps its kind, its languages and the items that stand; new
properties are elements (PhotoPrism sees no attributes), indented as their neighbours are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from lxml import etree

from sync.codecs.xmp import rdf
from sync.codecs.xmp.glue import unglue
from sync.codecs.xmp.names import DESCRIPTION, LANG, LI, PARSE_TYPE, PREFIXES, RESOURCE, VALUE, clark
from sync.core.fields import NAMESPACES

# A structure declares what its members will need once, not each member for itself.
_COMPANIONS = {"mwg-rs": ("stArea", "stDim"), "MP": ("MPRI", "MPReg")}


class Editor:
    """One rdf:RDF being edited; `found` is where properties stand, `home` the description for new ones."""

    def __init__(
        self, tree: etree._Element, found: Mapping[str, list[rdf.Spot]], home: etree._Element | None
    ) -> None:
        self._tree = tree
        self.found = {tag: list(spots) for tag, spots in found.items()}
        self._home = home

    def spots(self, *tags: str) -> list[rdf.Spot]:
        """Where the properties stand now."""
        return [spot for tag in tags for spot in self.found.get(tag, ())]

    def remove(self, *tags: str) -> None:
        """Remove properties, wherever they stand."""
        for tag in tags:
            for spot in self.found.pop(tag, ()):
                drop(spot)

    def add(self, tag: str) -> rdf.Spot:
        """A new, empty element for a property, in the description that is home."""
        home = self._home
        if home is None:
            home = self._home = new_child(self._tree, DESCRIPTION)
            home.set(clark("rdf:about"), "")
        spot = rdf.Spot(home, tag, new_child(home, tag))
        self.found.setdefault(tag, []).append(spot)
        return spot

    def put_text(self, tags: tuple[str, ...], value: str) -> None:
        """Give a simple property its value, under whichever of its names it stands."""
        for spot in self.spots(*tags) or [self.add(tags[0])]:
            set_text(spot, value)

    def put_language(self, tag: str, value: str) -> None:
        """Set the default language of a text, and the languages that said the same as it did."""
        for spot in self.spots(tag) or [self._language_array(tag)]:
            holder = None if spot.element is None else rdf.array(spot.element)
            if holder is None:
                set_text(spot, value)
            else:
                set_default(holder, spot, value)

    def _language_array(self, tag: str) -> rdf.Spot:
        spot = self.add(tag)
        assert spot.element is not None
        etree.SubElement(spot.element, clark("rdf:Alt"))
        return spot

    def put_items(
        self,
        tags: tuple[str, ...],
        kind: str,
        values: Iterable[str],
        parse: Callable[[str], str],
        say: Callable[[str], str],
    ) -> None:
        """Make a list hold exactly `values`: items that stand stay as they are, in their order.

        `parse` makes an item's text a value, `say` is its inverse; `kind` is for a list not yet there.
        """
        values = list(values)
        for spot in self.spots(*tags) or [self.add(tags[0])]:
            holder = None if spot.element is None else rdf.array(spot.element)
            if holder is None:
                holder = self._array_instead(spot, kind)
            missing = dict.fromkeys(values)
            superfluous = []
            for item in rdf.items(rdf.Spot(spot.node, spot.tag, holder.getparent())):
                text = rdf.text(item)
                value = None if text is None else parse(text)
                if value in missing:
                    del missing[value]
                elif value is not None:
                    superfluous.append(item)
            for value in missing:  # before the others go: the list's layout is copied from them
                new_child(holder, LI).text = say(value)
            for item in superfluous:
                drop(item)

    def put_order(self, tag: str, values: list[str]) -> None:
        """Make an ordered list hold exactly `values` in this order."""
        for spot in self.spots(tag) or [self.add(tag)]:
            holder = None if spot.element is None else rdf.array(spot.element)
            if holder is None:
                holder = self._array_instead(spot, "Seq")
            standing = list(rdf.elements(holder))
            for item, value in zip(standing, values, strict=False):
                set_text(rdf.Spot(holder, str(item.tag), item), value)
            for item in standing[len(values) :]:
                drop(rdf.Spot(holder, str(item.tag), item))
            for value in values[len(standing) :]:
                new_child(holder, LI).text = value

    def _array_instead(self, spot: rdf.Spot, kind: str) -> etree._Element:
        """An empty array where a list property had plain text, or stood as an attribute."""
        element = spot.element
        if element is None:
            drop(spot)
            self.found[spot.tag].remove(spot)
            element = self.add(spot.tag).element
            assert element is not None
        clear(element)
        return etree.SubElement(element, clark(f"rdf:{kind}"))


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
        first = new_child(holder, LI, at=0)
        first.set(LANG, "x-default")
        first.text = value
    if others and parted.strip() == value.strip():
        for tag, text in others.items():
            _add_language(holder, items, tag, text)


def _add_language(holder: etree._Element, items: list[rdf.Spot], tag: str, text: str) -> None:
    if any(rdf.language(item) == tag.lower() for item in items):
        return
    item = new_child(holder, LI)
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
        drop(other)
    if standing:
        set_text(standing[0], value)
    else:
        new_child(holder, LI).text = value


def clear(element: etree._Element) -> None:
    """Empty a property element, but for its language and namespaces."""
    for child in list(element):
        element.remove(child)
    element.text = None
    for name in (*rdf.own_attributes(element), PARSE_TYPE, RESOURCE):
        if name in element.attrib:
            del element.attrib[name]


def put_member(holder: etree._Element, tag: str, value: str | None) -> None:
    """Set, or with None remove, a simple property of a structure."""
    spot = rdf.member(holder, tag)
    if value is None:
        if spot is not None:
            drop(spot)
        return
    if spot is None and _is_shorthand(holder):
        holder.set(tag, value)
        return
    set_text(spot or rdf.Spot(holder, tag, new_child(holder, tag)), value)


def _is_shorthand(holder: etree._Element) -> bool:
    """Whether a structure is an element with nothing but attributes, which can hold no children."""
    return holder.tag != DESCRIPTION and holder.get(PARSE_TYPE) != "Resource"


def roomy(holder: etree._Element) -> etree._Element:
    """The node of a structure, after giving it an rdf:Description if it could only hold attributes."""
    if not _is_shorthand(holder):
        return holder
    inner = new_child(holder, DESCRIPTION)
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
        element = new_child(holder, tag)
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
        drop(spot)
        spot = None
    element = spot.element if spot is not None and spot.element is not None else new_child(holder, tag)
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
    item = new_child(holder, LI)
    item.set(PARSE_TYPE, "Resource")
    return item


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
