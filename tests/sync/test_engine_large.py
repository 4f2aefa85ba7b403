"""A ledger too large to be read again is not written: what lies there stays as good as it was."""

from __future__ import annotations

import pytest

from sync.codecs.ledger import LARGEST
from sync.core.model import Change
from sync.errors import Refused
from tests.sync.machines import ALICE, Machine, assets
from tests.sync.test_engine_race import PHOTO, SIDECAR, prepared

LEDGER = PHOTO + ".kphotos.json"
LONG = '"' * 4_300_000
"""Twice as long in a ledger, which says of a changed text what it was too: one change is too much."""


def describe(machine: Machine, plain: bytes, text: str) -> None:
    """Another program writes a description into the XMP."""
    head, _, tail = plain.rpartition(b"</rdf:Description>")
    description = f'<rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt>'
    dc = "http://purl.org/dc/elements/1.1/"
    written = f'<dc:description xmlns:dc="{dc}">{description}</dc:description></rdf:Description>'
    machine.hands.put(SIDECAR, head + written.encode() + tail)
    machine.pass_time(5)


@pytest.fixture
def machine() -> Machine:
    machine = prepared()
    plain = machine.hands.read(SIDECAR)
    describe(machine, plain, LONG)
    assert assets(machine.touch(SIDECAR))[PHOTO].problems == ()
    describe(machine, plain, LONG + "!")
    return machine


def test_what_is_too_much_for_a_ledger_is_a_problem_and_nothing_is_written(machine: Machine) -> None:
    before = machine.memfs.contents()
    (asset,) = assets(machine.touch(SIDECAR)).values()
    assert [problem.kind for problem in asset.problems] == ["refused"]
    assert "larger than 16 MiB" in asset.problems[0].reason
    assert (asset.pending, asset.document.value("description")) == (True, LONG + "!")
    assert machine.memfs.contents() == before
    assert machine.ledger(PHOTO).fields["description"][0].v == LONG


def test_a_persons_edit_that_would_write_it_is_refused_and_nothing_is_written(machine: Machine) -> None:
    before = machine.memfs.contents()
    with pytest.raises(Refused, match="larger than 16 MiB"):
        machine.edit(PHOTO, rating=3)
    ((outcome,),) = machine.engine.edit_many([(PHOTO, [Change("rating", "set", 3, bulk="b")])], ALICE, "b")
    assert isinstance(outcome.refused, Refused)
    assert machine.memfs.contents() == before


def test_the_originals_hash_waits_for_a_ledger_that_can_be_written(machine: Machine) -> None:
    before, signature = machine.memfs.contents(), machine.memfs.stat(PHOTO).signature()
    asset = machine.engine.hashed(PHOTO, signature, "sha256:" + "a" * 64)
    assert asset is not None
    assert asset.document.value("description") == LONG + "!"
    assert machine.memfs.contents() == before


def test_with_a_shorter_text_all_is_well_again(machine: Machine) -> None:
    machine.touch(SIDECAR)
    machine.hands.put(SIDECAR, machine.hands.read(SIDECAR).replace(LONG.encode(), b"Short"))
    machine.pass_time(700)
    asset = assets(machine.scan())[PHOTO]
    assert (asset.problems, asset.pending) == ((), False)
    assert machine.edit(PHOTO, rating=3).document.value("description") == "Short!"
    assert len(machine.hands.read(LEDGER)) <= LARGEST
