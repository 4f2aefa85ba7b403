"""Places: the five legacy properties, and the structure of Iptc4xmpExt, as one value.

`{"city", "state", "country", "code", "location"}`, each text and only if it is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sync.codecs.xmp import edit, nodes, rdf
from sync.codecs.xmp.names import clark
from sync.core.values import canonical

LEGACY = {
    "city": clark("photoshop:City"),
    "state": clark("photoshop:State"),
    "country": clark("photoshop:Country"),
    "code": clark("Iptc4xmpCore:CountryCode"),
    "location": clark("Iptc4xmpCore:Location"),
}
STRUCT = {
    "city": clark("Iptc4xmpExt:City"),
    "state": clark("Iptc4xmpExt:ProvinceState"),
    "country": clark("Iptc4xmpExt:CountryName"),
    "code": clark("Iptc4xmpExt:CountryCode"),
    "location": clark("Iptc4xmpExt:Sublocation"),
}


def legacy(found: Mapping[str, Sequence[rdf.Spot]]) -> dict[str, str] | None:
    """The place in photoshop:* and Iptc4xmpCore:*."""
    texts = {part: rdf.text(found[tag][-1]) for part, tag in LEGACY.items() if found.get(tag)}
    return _filled(texts)


def structured(spot: rdf.Spot) -> dict[str, str] | None:
    """The first place of Iptc4xmpExt:LocationCreated or LocationShown."""
    first = next(iter(rdf.items(spot)), None)
    holder = None if first is None else rdf.struct(first)
    if holder is None:
        return None
    members = {part: rdf.member(holder, tag) for part, tag in STRUCT.items()}
    return _filled({part: rdf.text(member) for part, member in members.items() if member is not None})


def put_legacy(editor: edit.Editor, wanted: Mapping[str, str]) -> None:
    """Write the legacy properties."""
    for part, tag in LEGACY.items():
        if wanted.get(part):
            editor.put_text((tag,), wanted[part])
        else:
            editor.remove(tag)


def put_structured(editor: edit.Editor, tag: str, wanted: Mapping[str, str]) -> None:
    """Write the first place of a location property; what else it says of that place stays."""
    for spot in editor.spots(tag) or [editor.add(tag)]:
        first = next(iter(rdf.items(spot)), None) if spot.element is not None else None
        holder = None if first is None else rdf.struct(first)
        if holder is None:
            if spot.element is None:
                editor.remove(tag)
                spot = editor.add(tag)
            assert spot.element is not None
            holder = nodes.new_item(nodes.put_array(spot.element, "Bag"))
        for part, name in STRUCT.items():
            nodes.put_member(holder, name, wanted.get(part) or None)


def same_place(found: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether what is found says nothing that is not wanted; it may say less."""
    return all(wanted.get(part) == text for part, text in found.items())


def _filled(texts: Mapping[str, str | None]) -> dict[str, str] | None:
    held: dict[str, str] | None = canonical("place", texts)
    return held
