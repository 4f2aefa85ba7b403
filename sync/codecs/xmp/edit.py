"""Giving a sidecar's properties new values: each stays where and as it stands, as far as it can.

An attribute stays an attribute, an array keeps its kind, its languages and the items that stand; new
properties are elements (PhotoPrism sees no attributes), indented as their neighbours are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from lxml import etree

from sync.codecs.xmp import layout, nodes, rdf
from sync.codecs.xmp.names import DESCRIPTION, LI, clark


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
                layout.drop(spot)

    def add(self, tag: str) -> rdf.Spot:
        """A new, empty element for a property, in the description that is home."""
        home = self._home
        if home is None:
            home = self._home = layout.new_child(self._tree, DESCRIPTION)
            home.set(clark("rdf:about"), "")
        spot = rdf.Spot(home, tag, layout.new_child(home, tag))
        self.found.setdefault(tag, []).append(spot)
        return spot

    def put_text(self, tags: tuple[str, ...], value: str) -> None:
        """Give a simple property its value, under whichever of its names it stands."""
        for spot in self.spots(*tags) or [self.add(tags[0])]:
            nodes.set_text(spot, value)

    def put_language(self, tag: str, value: str) -> None:
        """Set the default language of a text, and the languages that said the same as it did."""
        for spot in self.spots(tag) or [self._language_array(tag)]:
            holder = None if spot.element is None else rdf.array(spot.element)
            if holder is None:
                nodes.set_text(spot, value)
            else:
                nodes.set_default(holder, spot, value)

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
                layout.new_child(holder, LI).text = say(value)
            for item in superfluous:
                layout.drop(item)

    def put_order(self, tag: str, values: list[str]) -> None:
        """Make an ordered list hold exactly `values` in this order."""
        for spot in self.spots(tag) or [self.add(tag)]:
            holder = None if spot.element is None else rdf.array(spot.element)
            if holder is None:
                holder = self._array_instead(spot, "Seq")
            standing = list(rdf.elements(holder))
            for item, value in zip(standing, values, strict=False):
                nodes.set_text(rdf.Spot(holder, str(item.tag), item), value)
            for item in standing[len(values) :]:
                layout.drop(rdf.Spot(holder, str(item.tag), item))
            for value in values[len(standing) :]:
                layout.new_child(holder, LI).text = value

    def _array_instead(self, spot: rdf.Spot, kind: str) -> etree._Element:
        """An empty array where a list property had plain text, or stood as an attribute."""
        element = spot.element
        if element is None:
            layout.drop(spot)
            self.found[spot.tag].remove(spot)
            element = self.add(spot.tag).element
            assert element is not None
        nodes.clear(element)
        return etree.SubElement(element, clark(f"rdf:{kind}"))
