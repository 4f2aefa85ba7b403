"""Mirrors that never came to lie there: killed, or refused by the disk, after the ledger was durable (I3)."""

from __future__ import annotations

import errno
from dataclasses import replace
from typing import Any

import pytest

from sync.codecs import xmp
from sync.core.fields import NAMESPACES
from sync.core.model import Ledger
from sync.engine import writing
from sync.errors import Refused
from tests.sim.memfs import Crash
from tests.sim.tools import MARK
from tests.sync.machines import Machine, simulated_machine

PHOTO = "d/IMG.JPG"
SIDECAR, BY_STEM = PHOTO + ".xmp", "d/IMG.xmp"


SPARSE = {
    "photoshop:DateCreated": "<photoshop:DateCreated>2021-06-01T12:34:56</photoshop:DateCreated>",
    "tiff:ImageDescription": "<tiff:ImageDescription>A lake</tiff:ImageDescription>",
    "tiff:Artist": "<tiff:Artist>Ann</tiff:Artist>",
    "MicrosoftPhoto:Rating": "<MicrosoftPhoto:Rating>75</MicrosoftPhoto:Rating>",
    "digiKam:ColorLabel": "<digiKam:ColorLabel>1</digiKam:ColorLabel>",
    "two labels": "<xmp:Label>Red</xmp:Label><digiKam:ColorLabel>4</digiKam:ColorLabel>",
    "two ratings": "<xmp:Rating>2</xmp:Rating><MicrosoftPhoto:Rating>99</MicrosoftPhoto:Rating>",
}
"""What programs write into one of the properties that a field has, or leave unlike in two of them."""


def sparse(body: str) -> bytes:
    """An XMP of another program that says no more than this."""
    bound = "".join(
        f' xmlns:{prefix}="{NAMESPACES[prefix]}"'
        for prefix in ("xmp", "tiff", "photoshop", "MicrosoftPhoto", "digiKam")
    )
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{NAMESPACES["rdf"]}">'
        f'<rdf:Description rdf:about=""{bound}>{body}</rdf:Description></rdf:RDF></x:xmpmeta>'
    ).encode()


def foreign(**content: Any) -> bytes:
    """An XMP of another program, without our mark."""
    return MARK.sub(b"", xmp.write(None, content, "none"))


def die_before_the_sidecar(number: int, operation: str, path: str) -> None:
    if operation == "exchange" and path.endswith(".xmp"):
        raise Crash


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


@pytest.mark.parametrize("forget", [False, True], ids=["memory kept", "memory lost"])
@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "refused"])
@pytest.mark.parametrize("said", SPARSE)
def test_what_stood_in_one_property_alone_is_not_cleared_by_a_mirror_that_never_came(
    said: str, is_killed: bool, forget: bool
) -> None:
    """The mirror was to write the field's other properties too: nobody has taken those out of the file."""
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    machine.hands.put(SIDECAR, sparse(SPARSE[said]))
    machine.scan()
    before = dict(machine.engine.look(PHOTO).document.content())
    assert len(before) == 1
    if is_killed:
        machine.memfs.before = die_before_the_sidecar
        with pytest.raises(Crash):
            machine.edit(PHOTO, title="Lake")
    else:
        refuse_sidecars(machine)
        machine.edit(PHOTO, title="Lake")
    machine.memfs.before = lambda number, operation, path: None
    machine.restart(forget=forget)
    machine.pass_time(3)
    machine.scan()
    seen = machine.engine.look(PHOTO)
    assert seen.document.content() == machine.mirror(PHOTO) == {**before, "title": "Lake"}


def test_what_a_program_adds_to_what_a_mirror_never_replaced_is_all_that_it_did() -> None:
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    machine.hands.put(SIDECAR, sparse(SPARSE["photoshop:DateCreated"]))
    machine.scan()
    before = dict(machine.engine.look(PHOTO).document.content())
    refuse_sidecars(machine)
    machine.edit(PHOTO, title="Lake")
    machine.memfs.before = lambda number, operation, path: None
    machine.hands.put(SIDECAR, sparse(SPARSE["photoshop:DateCreated"] + "<xmp:Rating>4</xmp:Rating>"))
    machine.pass_time(3)
    machine.scan()
    now = {**before, "title": "Lake", "rating": 4}
    assert machine.engine.look(PHOTO).document.content() == machine.mirror(PHOTO) == now


def test_a_return_to_what_lay_there_before_is_listed_with_its_value() -> None:
    """Two mirrors, of which the second never landed; a program goes back behind the first."""
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    machine.hands.put(SIDECAR, foreign(label="Green", copyright="Ann"))
    machine.scan()
    machine.edit(PHOTO, label="Red")
    refuse_sidecars(machine)
    machine.edit(PHOTO, copyright="Bob")
    machine.memfs.before = lambda number, operation, path: None
    machine.hands.put(SIDECAR, foreign(label="Green", copyright="Ann"))
    machine.restart(forget=True)
    machine.pass_time(3)
    machine.scan()
    ledger = machine.ledger(PHOTO)
    known = [candidate.v for candidate in ledger.fields["label"]] + [*ledger.stale.get("label", {}).values()]
    assert {"Red", "Green"} <= set(known)
    assert "Bob" in [candidate.v for candidate in ledger.fields["copyright"]]


def test_a_ledger_that_could_not_be_read_again_is_never_put_in_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever slip of the rules makes one: the edit is refused, and all that was said before stays."""
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, title="Lake")
    before = machine.memfs.contents()

    def twice(ledger: Ledger, *_: object) -> Ledger:
        return replace(ledger, xmp=ledger.xmp * 2)

    monkeypatch.setattr(writing, "seal", twice)
    with pytest.raises(Refused, match="could not be read again"):
        machine.edit(PHOTO, title="See")
    assert machine.memfs.contents() == before
    monkeypatch.undo()
    assert machine.edit(PHOTO, rating=3).document.content() == {"title": "Lake", "rating": 3}
