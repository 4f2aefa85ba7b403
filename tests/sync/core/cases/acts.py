"""What people do in K-Photos: each act is a step of a row."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from sync.core.model import Change, Key
from sync.errors import Conflict
from tests.sync.core.cases.house import LAPTOP, NAS, Crash, House, Step

_UNSEEN = frozenset[str]()


def _does(who: str, at: str, *changes: Change) -> Step:
    def run(house: House) -> None:
        place = house.places[at]
        house.cast[f"{who}'s undo"] = (at, place.edit(changes, who))

    return run


def _sets(values: Mapping[str, Any], seen: frozenset[str] | None = None) -> list[Change]:
    return [Change(n, "clear" if v is None else "set", v, seen) for n, v in values.items()]


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
