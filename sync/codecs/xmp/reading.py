"""Reading a sidecar: bytes -> every mapped property's value, our mark, and whether it may be rewritten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from sync.codecs.xmp import rdf
from sync.codecs.xmp.names import MARK
from sync.codecs.xmp.parse import parse
from sync.codecs.xmp.properties import FIELD_OF, OWNER, PROPERTIES
from sync.codecs.xmp.survey import survey
from sync.codecs.xmp.tool import tool
from sync.core.fields import FIELDS
from sync.core.model import Content, Sources, Value


@dataclass(frozen=True, slots=True)
class Xmp:
    """One sidecar as it stands.

    `sources` is field -> XMP property -> canonical value, for each mapped property that says something;
    positions and places are one property each, "exif:GPS" and "photoshop:Place". `flags` are sentences
    on what was met and could not be read, which is in `illegible` by property. Unless `writable`,
    `refusal` says why it must stay as it is.
    """

    sources: Sources
    mark: str | None = None
    tool: str | None = None
    flags: tuple[str, ...] = ()
    refusal: str | None = None
    illegible: tuple[str, ...] = ()

    @property
    def writable(self) -> bool:
        """Whether `write` would edit this file."""
        return self.refusal is None


def read(data: bytes) -> Xmp:
    """Read a sidecar. Raises Unreadable(reason) for what is not XMP: empty, cut off, not XML, too big."""
    parsed = parse(data)
    seen = survey(parsed.rdf)
    sources, illegible = values(seen.found)
    flags = tuple(f"{name} says nothing that can be read" for name in illegible)
    refusal = parsed.refusal or seen.refusal
    if refusal:
        flags = (*flags, refusal)
    mark = next((rdf.text(spot) for spot in reversed(seen.found.get(MARK, []))), None)
    return Xmp(sources, mark or None, tool(parsed.root, seen.found, parsed.body), flags, refusal, illegible)


def values(found: Mapping[str, list[rdf.Spot]]) -> tuple[Sources, tuple[str, ...]]:
    """The value of each mapped property found, by field; and the names of those that say nothing legible."""
    sources: dict[str, dict[str, Value]] = {}
    unread = []
    for name in dict.fromkeys(OWNER[tag] for tag in found if tag in OWNER):
        value = PROPERTIES[name].read(found)
        if value is not None:
            sources.setdefault(FIELD_OF[name], {})[name] = value
        elif _is_illegible(name, found):
            unread.append(name)
    return sources, tuple(unread)


def _is_illegible(name: str, found: Mapping[str, list[rdf.Spot]]) -> bool:
    """Whether a property without a value says something."""
    said = (rdf.text(spot) for tag in _telling(name) for spot in found.get(tag, ()))
    return any(said) and not PROPERTIES[name].denies(found)


def _telling(name: str) -> Iterator[str]:
    row = PROPERTIES[name]
    return (tag for tag in row.tags if tag not in row.beside)


def agrees(xmp: Xmp, content: Content) -> bool:
    """Whether there is nothing to write: for each field some property says exactly its value and no
    mapped one contradicts it; of an absent field no property says anything.

    Missing aliases are no reason to rewrite another tool's file; they are added when it is written.
    """
    return all(_agrees(xmp.sources.get(name, {}), name, content.get(name)) for name in FIELDS)


def _agrees(found: Mapping[str, Value], name: str, wanted: Value) -> bool:
    if is_absent(wanted):
        return not found
    kept = {*FIELDS[name].write, *FIELDS[name].align}
    exact = any(PROPERTIES[each].exact(value, wanted) for each, value in found.items())
    return exact and all(
        PROPERTIES[each].peaceful(value, wanted) for each, value in found.items() if each in kept
    )


def is_absent(value: Value) -> bool:
    """Whether a field's value means that it has none (0 is a rating)."""
    return value is None or value == "" or (isinstance(value, list | tuple | dict) and not value)


def sum(data: bytes) -> str:  # noqa: A001 - the contract's word for it
    """The sha256 of a sidecar's bytes, in hex."""
    return sha256(data).hexdigest()
