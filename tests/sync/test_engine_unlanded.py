"""Mirrors that never came to lie there: killed, or refused by the disk, after the ledger was durable (I3)."""

from __future__ import annotations

import errno
from typing import Any

from sync.codecs import xmp
from tests.sim.tools import MARK
from tests.sync.machines import Machine, simulated_machine

PHOTO = "d/IMG.JPG"
SIDECAR, BY_STEM = PHOTO + ".xmp", "d/IMG.xmp"


def foreign(**content: Any) -> bytes:
    """An XMP of another program, without our mark."""
    return MARK.sub(b"", xmp.write(None, content, "none"))


def refuse_sidecars(machine: Machine) -> None:
    """From now on the disk takes every ledger, and no XMP."""

    def refuse(number: int, operation: str, path: str) -> None:
        if operation == "exchange" and path.endswith(".xmp"):
            raise OSError(errno.EACCES, "refused")

    machine.memfs.before = refuse


def test_a_mirror_that_is_wanted_no_more_and_one_that_is_make_a_ledger_that_is_read_again() -> None:
    """Two XMPs of one photo: what a person takes back stands in the one already, and not in the other."""
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    machine.hands.put(SIDECAR, foreign(title="Lake", rating=3))
    machine.hands.put(BY_STEM, foreign(rating=3))
    machine.scan()
    refuse_sidecars(machine)
    machine.edit(PHOTO, title="See")
    machine.memfs.before = lambda number, operation, path: None
    machine.edit(PHOTO, title="Lake")
    machine.pass_time(3)
    machine.scan()
    seen = machine.edit(PHOTO, rating=4)
    assert (seen.problems, seen.document.content()) == ((), {"title": "Lake", "rating": 4})
    assert len({record.id for record in machine.ledger(PHOTO).xmp}) == len(machine.ledger(PHOTO).xmp)
