"""`verify` tells the truth: silent on a sound library, loud about each planted breach."""

from __future__ import annotations

import os

from kphotos import db, index
from kphotos.sidecar import intake, rebuild, sites, verify
from kphotos.sidecar.observed import Observed
from sync.core.model import Change
from tests.kphotos.sidecar.conftest import Library


def _hash(library: Library, path: str) -> None:
    engine = sites.engine_of(library.settings, library.volume)
    stat = engine.look(path).original.stat
    engine.hashed(path, stat.signature(), f"sha256:{library.originals[path.rpartition('/')[2]]}")
    intake.project(library.settings, library.volume, engine.look(path))


def test_a_sound_library_has_no_differences(library: Library) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    _hash(library, "lake.jpg")
    verdict = verify.verify(library.settings)
    assert verdict.differences == []
    assert (verdict.originals, verdict.unhashed) == (1, 1)
    assert verdict.live == verdict.rebuilt


def test_a_changed_original_is_told(library: Library) -> None:
    _hash(library, "lake.jpg")
    with (library.root / "lake.jpg").open("ab") as file:
        file.write(b"rot")
    found = verify.verify(library.settings).differences
    assert [(one.invariant, one.place) for one in found if one.invariant == "I1"] == [("I1", "lake.jpg")]


def test_with_index_and_memory_lost_the_ledger_still_knows_the_bytes(library: Library) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    _hash(library, "lake.jpg")
    seen = Observed(library.settings, sites.site_id(library.settings))
    seen.keep_hashes(library.volume.id, {"lake.jpg": None})
    rebuild.rebuild(library.settings)
    assert library.view("lake.jpg").hash is None
    assert verify.verify(library.settings).originals == 1
    whole = (library.root / "lake.jpg").read_bytes()
    (library.root / "lake.jpg").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    found = verify.verify(library.settings).differences
    assert ("I1", "lake.jpg") in [(one.invariant, one.place) for one in found]


def test_what_took_an_originals_name_is_not_waited_for(library: Library) -> None:
    _hash(library, "lake.jpg")
    (library.root / "lake.jpg").unlink()
    os.mkfifo(library.root / "lake.jpg")
    assert verify.verify(library.settings).originals == 0


def test_an_index_that_says_something_else_is_told(library: Library) -> None:
    with index.use(library.settings) as bound, db.writing(bound.database):
        db.run(bound.database, "UPDATE asset SET rating = 1 WHERE path = 'lake.jpg'")
    found = verify.verify(library.settings).differences
    assert ("I2", "asset") in [(one.invariant, one.place) for one in found]


def test_verify_hides_nothing_from_the_live_index(library: Library) -> None:
    """What verify is the first to see must still be told to the index by the next scan."""
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    library.scan()
    xmp = library.root / "lake.jpg.xmp"
    xmp.write_bytes(xmp.read_bytes().replace(b">Lake<", b">Pond<"))
    verify.verify(library.settings)
    library.scan()
    assert library.value("lake.jpg", "title") == "Pond"


def test_what_a_program_wrote_and_verify_saw_first_is_still_brought_into_the_index(library: Library) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    xmp = library.root / "lake.jpg.xmp"
    xmp.write_bytes(xmp.read_bytes().replace(b"Lake", b"Pond"))
    verify.verify(library.settings)
    touched = ("lake.jpg.xmp", "lake.jpg.kphotos.json")
    events = sites.engine_of(library.settings, library.volume).touch(touched)
    intake.take(library.settings, library.volume, events)
    assert library.value("lake.jpg", "title") == "Pond"
    assert verify.verify(library.settings).differences == []
