"""Pages that were made from what the engine had only looked at: their stamps are nobody else's."""

from __future__ import annotations

from sync.core.model import Change
from tests.sim.tools import FakeTool
from tests.sync.machines import ALICE, Machine, simulated_machine

PHOTO = "d/IMG.JPG"


def title_from(machine: Machine, seen: frozenset[str], value: str) -> None:
    machine.engine.edit(PHOTO, [Change("title", "set", value, seen)], ALICE)


def seen_on(machine: Machine) -> frozenset[str]:
    """What a page shows that is made now, without anything being written."""
    return frozenset(machine.engine.look(PHOTO).document.fields["title"].dots)


def test_the_stamp_of_what_was_only_looked_at_is_no_later_edits() -> None:
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, title="Lake")
    machine.engine.settle()
    before = machine.hands.read(PHOTO + ".xmp")
    first = seen_on(machine)
    FakeTool(machine.hands, PHOTO + ".xmp").set(title="Sea")
    second = seen_on(machine)
    machine.hands.put(PHOTO + ".xmp", before)  # the program takes it back before anybody has taken it in

    title_from(machine, first, "Alice's")
    title_from(machine, second, "Bob's")

    values = {candidate.v for candidate in machine.ledger(PHOTO).fields["title"]}
    assert values == {"Alice's", "Bob's"}
