"""What other programs do to the sidecar: each act is a step of a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sync.core.fields import FIELDS
from tests.sync.core.cases.house import LAPTOP, House, Place, Step
from tests.sync.core.cases.sidecars import Xmp, composed

_FIELD_OF = {source: name for name, held in FIELDS.items() for source in held.read}


def file(tool: str = "exiftool", at: str = LAPTOP, **content: Any) -> Step:
    """A program makes the file anew, without our mark."""
    return lambda house: _write(house.places[at], Xmp(composed(content), None, tool))


def exiftool(at: str = LAPTOP, **edits: Any) -> Step:
    """Reads the file, writes its edits, keeps our mark."""
    return lambda house: _rewrite(house.places[at], "exiftool", edits)


def plain(at: str = LAPTOP, **edits: Any) -> Step:
    """The same by an editor that keeps nothing it does not know."""
    return lambda house: _rewrite(house.places[at], "a plain editor", edits, drops=True)


def opens(at: str = LAPTOP) -> Step:
    """Darktable reads the file into its library."""

    def run(house: House) -> None:
        xmp = house.places[at].xmp
        house.cast[f"library on {at}"] = xmp.content if xmp else {}

    return run


def saves(at: str = LAPTOP, **edits: Any) -> Step:
    """Darktable writes all of its library, which may be old, with some values changed; None clears."""

    def run(house: House) -> None:
        library = house.cast[f"library on {at}"]
        library.update(edits)
        place = house.places[at]
        mark = place.xmp.mark if place.xmp else None
        _write(place, Xmp(composed(_present(library)), mark, "darktable"))

    return run


def digikam(at: str = LAPTOP, **content: Any) -> Step:
    """With reading off: it writes what its own database says, and nothing of anybody else's."""
    return lambda house: _write(house.places[at], Xmp(composed(content), None, "digiKam"))


def writes(tool: str, properties: Mapping[str, Any], *without: str, at: str = LAPTOP) -> Step:
    """A program that keeps our mark writes just these properties, and drops some; all others it keeps."""
    return lambda house: _put(house.places[at], house.places[at].xmp, tool, properties, without)


def reads(at: str = LAPTOP) -> Step:
    """A program reads the file, and will write later."""

    def run(house: House) -> None:
        house.cast[f"read on {at}"] = house.places[at].xmp

    return run


def writes_late(tool: str, properties: Mapping[str, Any], *without: str, at: str = LAPTOP) -> Step:
    """It writes now, over whatever has come since, what it had read with these properties, mark and all."""
    return lambda house: _put(house.places[at], house.cast[f"read on {at}"], tool, properties, without)


def garbles(tool: str, source: str) -> Step:
    """A program writes something into one property that nobody can read."""

    def run(house: House) -> None:
        place = house.places[LAPTOP]
        writes(tool, {}, *FIELDS[_FIELD_OF[source]].read)(house)
        assert place.xmp
        place.xmp = replace(place.xmp, illegible=(source,))

    return run


def _rewrite(place: Place, tool: str, edits: Mapping[str, Any], *, drops: bool = False) -> None:
    old = place.xmp.sources if place.xmp else {}
    mark = None if drops or place.xmp is None else place.xmp.mark
    _write(place, Xmp(composed(_present(edits), old, fields=tuple(edits)), mark, tool))


def _put(
    place: Place, read: Xmp | None, tool: str, properties: Mapping[str, Any], without: Sequence[str]
) -> None:
    old = read.sources if read else {}
    found = {n: {p: v for p, v in held.items() if p not in without} for n, held in old.items()}
    for source, value in properties.items():
        found.setdefault(_FIELD_OF[source], {})[source] = value
    _write(place, Xmp({n: held for n, held in found.items() if held}, read.mark if read else None, tool))


def _write(place: Place, xmp: Xmp) -> None:
    edition = place.house.tick()
    place.xmp = replace(xmp, edition=edition)
    place.touched("xmp")


def _present(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value not in (None, [], ())}
