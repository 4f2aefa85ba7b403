"""What the machines do, and what befalls the disk: each act is a step of a row."""

from __future__ import annotations

from dataclasses import replace

from sync.core.identity import reissued_id
from sync.core.rollback import go_back
from tests.sync.core.cases.house import DUPLICATE, LAPTOP, House, Step, forgetful


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
