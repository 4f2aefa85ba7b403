"""What the cast can do: each act is a step of a row."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sync.core.fields import FIELDS
from sync.core.identity import reissued_id
from sync.core.model import Change, Key
from sync.core.rollback import go_back
from sync.errors import Conflict
from tests.sync.core.cases.house import (
    DUPLICATE,
    LAPTOP,
    NAS,
    Crash,
    House,
    Place,
    Step,
    Xmp,
    composed,
    forgetful,
)

LAKE, SEE, SEA, POND = "Lake", "See", "Sea", "Pond"
PARIS, ROME, FLAT = "Places/Paris", "Places/Rome", "beach"
NOON = {"local": "2021-06-01T12:00:00.5", "offset": "+02:00"}
NOON_WITHOUT = {"local": "2021-06-01T12:00:00.5", "offset": None}
ONE = {"local": "2021-06-01T13:00:00", "offset": None}
PORT = {"lat": 1.0, "lon": 2.0, "alt": None}
PIER = {"lat": 1.0, "lon": 2.5, "alt": None}
_FIELD_OF = {source: name for name, held in FIELDS.items() for source in held.read}
_UNSEEN = frozenset[str]()


def _does(who: str, at: str, *changes: Change) -> Step:
    def run(house: House) -> None:
        place = house.places[at]
        house.cast[f"{who}'s undo"] = (at, place.edit(changes, who))

    return run


def _sets(values: Mapping[str, Any], seen: frozenset[str] | None = None) -> list[Change]:
    return [Change(n, "clear" if v is None else "set", v, seen) for n, v in values.items()]


# People.


def alice(at: str = LAPTOP, **values: Any) -> Step:
    """Alice says so in K-Photos; None clears."""
    return _does("alice", at, *_sets(values))


def bob(at: str = NAS, **values: Any) -> Step:
    """So does Bob, on the NAS."""
    return _does("bob", at, *_sets(values))


def adds(*tags: str, at: str = LAPTOP) -> Step:
    """Tags are added."""
    return _does("alice" if at == LAPTOP else "bob", at, Change("tags", "add", list(tags)))


def removes(*tags: str, at: str = LAPTOP) -> Step:
    """Tags are removed."""
    return _does("alice" if at == LAPTOP else "bob", at, Change("tags", "remove", list(tags)))


def unsets(name: str, at: str = LAPTOP) -> Step:
    """K-Photos shall say nothing of a field any more, so that what is beneath shows."""
    return _does("alice", at, Change(name, "remove"))


def trashes(at: str = LAPTOP) -> Step:
    """Into the trash."""
    return _does("alice" if at == LAPTOP else "bob", at, Change("trash", "set", "trashed"))


def restores(at: str = LAPTOP) -> Step:
    """Out of it again."""
    return _does("alice" if at == LAPTOP else "bob", at, Change("trash", "clear"))


def likes(who: str, at: str = LAPTOP) -> Step:
    """A favourite of this person."""
    return _does(who, at, Change("favourites", "add", who))


def unlikes(who: str, at: str = LAPTOP) -> Step:
    """A favourite no longer."""
    return _does(who, at, Change("favourites", "remove", who))


def joins(album: str, pos: str | None = None, title: str = "Italy", at: str = LAPTOP) -> Step:
    """Into an album, or to another place in it."""
    value = {"id": album, "title": title, "pos": pos}
    return _does("alice" if at == LAPTOP else "bob", at, Change("albums", "add", value))


def leaves(album: str, at: str = LAPTOP) -> Step:
    """Out of an album."""
    return _does("alice" if at == LAPTOP else "bob", at, Change("albums", "remove", album))


def names_face(name: str, at: str = LAPTOP) -> Step:
    """The first face of the photo gets a name."""

    def run(house: House) -> None:
        place = house.places[at]
        region = min(place.decide().ledger.regions)
        _does("alice" if at == LAPTOP else "bob", at, Change(f"regions/{region}/name", "set", name))(house)

    return run


def looks(who: str = "alice", at: str = LAPTOP) -> Step:
    """A page is opened, from which a later `clicks` is made."""

    def run(house: House) -> None:
        house.cast[f"{who}'s page"] = at, house.places[at].page()

    return run


def clicks(who: str = "alice", **values: Any) -> Step:
    """An edit from the page that was opened, however long ago; of tags: those to remove."""

    def run(house: House) -> None:
        at, page = house.cast[f"{who}'s page"]
        dots = {
            name: frozenset(page.fields[name].dots) if name in page.fields else _UNSEEN for name in values
        }
        changes = [
            Change(n, "remove", list(v), dots[n])
            if n == "tags"
            else Change(n, "clear" if v is None else "set", v, dots[n])
            for n, v in values.items()
        ]
        _does(who, at, *changes)(house)

    return run


def chooses(key: Key, value: Any, at: str = LAPTOP) -> Step:
    """An open question is decided, on a page that shows all of it."""

    def run(house: House) -> None:
        page = house.places[at].page()
        seen = frozenset(page.fields[key].dots)
        _does("alice", at, Change(key, "clear" if value is None else "set", value, seen, strict=True))(house)

    return run


def dismisses(tag: str, *, takes: bool) -> Step:
    """A tag that an old database put back, or lacked, is taken as it says, or not."""

    def run(house: House) -> None:
        place = house.places[LAPTOP]
        ledger = place.decide().ledger
        seen = frozenset((*ledger.stale[f"tags/{tag}"], *ledger.sets.get("tags", {}).get(tag, ())))
        _does("alice", LAPTOP, Change("tags", "add" if takes else "remove", tag, seen, strict=True))(house)

    return run


def undoes(who: str = "alice") -> Step:
    """The last edit of this person is taken back."""

    def run(house: House) -> None:
        at, changes = house.cast[f"{who}'s undo"]
        _does(who, at, *changes)(house)

    return run


def is_refused(step: Step) -> Step:
    """K-Photos refuses, for it has been changed since."""

    def run(house: House) -> None:
        refused = False
        try:
            step(house)
        except Conflict:
            refused = True
        assert refused, "it was not refused"

    return run


def crashing(where: str, **values: Any) -> Step:
    """Alice's edit, and the process dies: "between" is after the ledger and before the XMP."""

    def run(house: House) -> None:
        place = house.places[LAPTOP]
        place.crash = where
        with contextlib.suppress(Crash):
            place.edit(_sets(values), "alice")
            raise AssertionError("it did not crash")
        place.crash = ""
        place.restart()

    return run


# Programs.


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

    def run(house: House) -> None:
        place = house.places[at]
        old = place.xmp.sources if place.xmp else {}
        found = {n: {p: v for p, v in held.items() if p not in without} for n, held in old.items()}
        for source, value in properties.items():
            found.setdefault(_FIELD_OF[source], {})[source] = value
        mark = place.xmp.mark if place.xmp else None
        _write(place, Xmp({n: held for n, held in found.items() if held}, mark, tool))

    return run


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


def _write(place: Place, xmp: Xmp) -> None:
    edition = place.house.tick()
    place.xmp = replace(xmp, edition=edition)
    place.touched("xmp")


def _present(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value not in (None, [], ())}


# The machines, and what befalls the disk.


def scan(house: House) -> None:
    """Every machine looks."""
    for place in house.places.values():
        place.scan()


def rests(house: House) -> None:
    """All that was begun comes to its end."""
    house.rest()


def carries(house: House) -> None:
    """The sync tool runs, and nobody looks."""
    house.carry()


def forgets(house: House) -> None:
    """The index is deleted, and with it what was last seen."""
    for place in house.places.values():
        place.hint = place.remembered = None


def deletes(house: House) -> None:
    """The sidecar is deleted."""
    house.places[LAPTOP].xmp = None


def keeps(name: str) -> Step:
    """Somebody makes a backup of the sidecars."""

    def run(house: House) -> None:
        place = house.places[LAPTOP]
        house.cast[f"backup {name}"] = place.ledger, place.xmp

    return run


def puts_back(name: str, *, ledger: bool = True, xmp: bool = False) -> Step:
    """Somebody puts it back: the ledger, the XMP, or both."""

    def run(house: House) -> None:
        place, (old_ledger, old_xmp) = house.places[LAPTOP], house.cast[f"backup {name}"]
        if ledger:
            place.ledger = old_ledger
            place.touched("ledger")
        if xmp:
            place.xmp = old_xmp
            place.touched("xmp")

    return run


def copies_folder(house: House) -> None:
    """Somebody copies the folder, sidecars and all; the original keeps the id."""
    place = house.places[LAPTOP]
    assert place.ledger
    twin = forgetful(place)
    twin.name, twin.own_id = DUPLICATE, reissued_id(place.ledger.id, "volume", "copy/IMG_1.JPG")
    twin.writes = 0
    house.places[DUPLICATE] = twin


def adopts_disk(house: House) -> None:
    """Alice says that the older ledger shall stand."""
    place = house.places[LAPTOP]
    assert place.ledger
    assert place.remembered
    now = house.tick()
    place.ledger = go_back(place.ledger, place.remembered, now_ms=now, node=place.node, by="alice")
    place.remembered = place.ledger
    place.writes += 1
    place.touched("ledger")


def copy_of(name: str, what: str = "xmp") -> Step:
    """What a backup holds turns up as a conflict copy."""

    def run(house: House) -> None:
        ledger, xmp = house.cast[f"backup {name}"]
        for place in house.places.values():
            place.copies[f"{what}.sync-conflict-{name}"] = ledger if what == "ledger" else xmp

    return run


def loses_records(house: House) -> None:
    """The ledger no longer knows any content of the XMP."""
    for place in house.places.values():
        assert place.ledger
        place.ledger = place.remembered = replace(place.ledger, xmp=())


def clock(years: int) -> Step:
    """The clock is put on or back."""
    return lambda house: setattr(house, "now", house.now + years * 31_536_000_000)


def several(*steps: Step) -> Step:
    """One thing after another, where a row begins with more than one."""

    def run(house: House) -> None:
        for step in steps:
            step(house)

    return run
