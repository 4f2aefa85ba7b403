"""One row of the table, and the test that every row is put to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.codecs import ledger as codec
from sync.core.merge import join
from sync.core.model import Key, Ledger
from sync.core.show import open_candidates, show, winner
from tests.sync.core.cases.house import House, Place, Step, forgetful, values_of


@dataclass(frozen=True, slots=True)
class Row:
    """A story of one sentence: how it begins, what happens, and what must hold when all is at rest.

    `value`: what is shown of these fields, of others nothing is said unless none is named. `candidates`:
    what a person has to choose from, by field; their keys are the `conflicts` unless those are given.
    `beside`: other values that stand without anybody being asked. `notes`: what the history says of
    repairs. `was`: what it says that the last edit of a field replaced. `has_ledger`: whether there was
    anything to say at all. `of_copy`: what the photo in the copied folder shows.
    """

    id: str
    story: str
    start: Step
    happens: tuple[Step, ...]
    value: Mapping[str, Any] = field(default_factory=dict)
    candidates: Mapping[Key, set[Any]] = field(default_factory=dict)
    conflicts: tuple[Key, ...] | None = None
    beside: Mapping[str, list[Any]] = field(default_factory=dict)
    stale: Mapping[Key, set[Any]] = field(default_factory=dict)
    trashed: bool = False
    favourites: Collection[str] = ()
    albums: Mapping[str, tuple[str, Any]] = field(default_factory=dict)
    faces: list[tuple[str, list[float]]] | None = None
    notes: Collection[str] = ()
    was: Mapping[Key, Any] = field(default_factory=dict)
    has_ledger: bool = True
    of_copy: Mapping[str, Any] = field(default_factory=dict)
    is_replicated: bool = False


def nothing(house: House) -> None:
    """There is a photo, and nothing beside it."""


def row(id_: str, story: str, start: Step, *happens: Step, **holds: Any) -> Row:
    """A row on one machine."""
    return Row(id_, story, start, happens, **holds)


def among(id_: str, story: str, start: Step, *happens: Step, **holds: Any) -> Row:
    """A row on the laptop and the NAS, between which a sync tool carries files."""
    return Row(id_, story, start, happens, is_replicated=True, **holds)


def check(held: Row) -> None:
    """Let a row happen; AssertionError where anything does not hold."""
    house = House(held.is_replicated)
    held.start(house)
    if held.is_replicated:
        house.rest()
    for step in held.happens:
        step(house)
    house.rest()
    places = list(house.places.values())
    for place in places:
        assert not place.copies, "a conflict copy is left"
        _check_place(held, place)
        writes = place.writes
        place.scan()
        assert place.writes == writes, "a further scan wrote"
    for place in places:
        is_own = place.own_id is None or place.writes == 0
        assert place.ledger is None or is_own or place.ledger.id == place.own_id, "two photos of one id"
    one, *others = (
        codec.write(place.ledger) if place.ledger else b"" for place in places if not place.own_id
    )
    assert all(other == one for other in others), "the ledgers differ"


def _check_place(held: Row, place: Place) -> None:
    page, ledger = place.page(), place.ledger
    value = held.of_copy if place.own_id else held.value
    assert values_of(page, value) == value
    assert value or not page.content(), page.content()
    assert (ledger is not None) == held.has_ledger
    assert (page.trashed, page.favourites) == (held.trashed, set(held.favourites))
    _check_ledger(held, ledger or place.decide().ledger)
    conflicts = tuple(sorted(held.candidates)) if held.conflicts is None else held.conflicts
    assert page.conflicts == conflicts
    assert forgetful(place).page() == page, "who has only the disk sees something else (I2)"
    if place.xmp is not None and ledger is not None:
        shown = page.content()
        assert {name for name in shown if name != "regions"} == place.xmp.content.keys() - {"regions"}


def _check_ledger(held: Row, ledger: Ledger) -> None:
    registers = {**ledger.fields, **_names_of_regions(ledger)}
    several = {key: {_plain(c.v) for c in open_candidates(key, live)} for key, live in registers.items()}
    assert {key: values for key, values in several.items() if values} == held.candidates
    for name, values in held.beside.items():
        assert [c.v for c in ledger.fields[name]] == values
    stale = {key: {_plain(v) for v in entries.values()} for key, entries in ledger.stale.items()}
    assert stale == held.stale
    albums = {
        name: (in_.title, winner(in_.pos).v if in_.pos else None) for name, in_ in ledger.albums.items()
    }
    assert albums == held.albums
    if held.faces is not None:
        found = show(ledger).value("regions") or []
        assert sorted((face["name"], face["area"]) for face in found) == sorted(held.faces)
    assert {line.note for line in ledger.history if line.note} == set(held.notes)
    assert {key: [ln.was for ln in ledger.history if ln.field == key][-1] for key in held.was} == held.was
    for line in ledger.history:
        assert line.at in ledger.seen, "a line of the history that is of no edit"
        assert line.by or line.via, f"nobody did {line}"
    assert join(ledger, ledger) == ledger
    assert codec.read(codec.write(ledger)) == ledger


def _names_of_regions(ledger: Ledger) -> dict[str, Any]:
    return {
        f"regions/{name}/name": region.members.get("name", ())
        for name, region in ledger.regions.items()
        if region.at
    }


def _plain(value: Any) -> Any:
    """A value that can stand in a set."""
    if isinstance(value, Mapping):
        return tuple(sorted((name, _plain(held)) for name, held in value.items()))
    return tuple(value) if isinstance(value, list) else value
