"""What a sidecar says besides the fields that K-Photos keeps: nobody merges it, so nobody may drop it.

That is more than the properties of other programs: a mapped property holds translations, qualifiers,
places after the first, shapes that are no box and members of a region that no field of ours has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sync.codecs.xmp import place, regions, strict
from sync.codecs.xmp.names import ARRAYS, MARK, VALUE, clark
from sync.codecs.xmp.parse import parse
from sync.codecs.xmp.properties import FIELD_OF, OWNER, PROPERTIES
from sync.core.fields import FIELDS
from sync.errors import SyncError

_DEFAULT = ("", "x-default")
_FIRST_ONLY = frozenset(map(clark, ("darktable:colorlabels", "Iptc4xmpExt:LocationCreated")))
_SHAPES = frozenset((regions.AREA, regions.MP_RECTANGLE, regions.IPTC_BOUNDARY))
_MEMBERS = _SHAPES.union(
    (VALUE, regions.LIST, regions.NAME, regions.TYPE, regions.APPLIED, regions.MP_LIST, regions.MP_NAME),
    (regions.X, regions.Y, regions.W, regions.H, regions.AREA_UNIT),
    (regions.DIM_W, regions.DIM_H, regions.DIM_UNIT),
    (regions.IPTC_NAME, regions.IPTC_SHAPE, regions.IPTC_UNIT, *regions.IPTC_BOX),
    place.STRUCT.values(),
)
"""Members of structures that are read into a field's value."""
_REGION = frozenset((regions.NAME, regions.TYPE, regions.MP_NAME, regions.IPTC_NAME))


def covers(main: bytes | None, copy: bytes) -> bool:
    """Whether all that a copy says beyond the mapped fields stands alike in the main file (None: no file).

    Texts in languages that are nobody's default belong to it. False where either cannot be compared.
    """
    try:
        theirs = _foreign(copy)
        return not theirs or (main is not None and theirs <= _foreign(main))
    except SyncError:
        return False


def _foreign(data: bytes) -> set[tuple[str, object]]:
    said: set[tuple[str, object]] = set()
    for name, statement in strict.statements(parse(data).body).items():
        tag = _clark(name)
        if _is_mapped(tag):
            said.update((name, item) for item in _beyond(tag, statement))
        else:
            said.add((name, statement))
    return said


def _clark(name: str) -> str:
    uri, _, local = name.rpartition(" ")
    return f"{{{uri}}}{local}"


def _is_mapped(tag: str) -> bool:
    """Whether a main file is given what a copy says there: some properties are read and never written."""
    owner = OWNER.get(tag)
    if owner is None:
        return tag == MARK
    field = FIELDS[FIELD_OF[owner]]
    return tag in PROPERTIES[owner].tags and owner in (*field.write, *field.align)


def _beyond(tag: str, statement: strict.Statement) -> Iterator[object]:
    """What a mapped property says besides the value that is read from it."""
    kind, said = _parts(statement)
    if kind == "struct":
        for name, inner in said:
            yield from _beyond(tag, inner) if _clark(name) in _MEMBERS else [(name, inner)]
    elif kind == "array":
        for at, item in enumerate(said):
            if not _is_read(item) or (at and tag in _FIRST_ONLY):
                yield item


def _is_read(item: strict.Statement) -> bool:
    """Whether all that an item of a list says goes into a value."""
    kind, said = _parts(item)
    if kind == "array":
        return all(map(_is_read, said))
    if kind != "struct":
        return kind != "text" or item[2] in _DEFAULT
    members = {_clark(name): inner for name, inner in said}
    is_pixels = any(
        str(members[unit][1]).lower() == "pixel"
        for unit in (regions.AREA_UNIT, regions.IPTC_UNIT)
        if unit in members
    )
    is_shapeless = not _REGION.isdisjoint(members) and _SHAPES.isdisjoint(members)
    return (
        members.keys() <= _MEMBERS
        and not is_pixels
        and not is_shapeless
        and all(map(_is_read, members.values()))
    )


def _parts(statement: strict.Statement) -> tuple[str, Any]:
    """The kind of a statement, all arrays being one, and what it holds."""
    kind = str(statement[0])
    return ("array" if clark(f"rdf:{kind}") in ARRAYS else kind), statement[1]
