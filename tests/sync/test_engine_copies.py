"""Conflict copies beside sidecars: taken in, and removed only when nothing of them would be lost."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sync.codecs import ledger as ledgers
from sync.codecs import xmp
from sync.core.edit import edit
from sync.core.model import Change, Ledger
from tests.sim.memfs import MemFS
from tests.sim.tools import MARK
from tests.sync.machines import ALICE, Machine, assets, disk_machine, simulated_machine

PHOTO = "d/IMG.JPG"
SIDECAR, LEDGER = PHOTO + ".xmp", PHOTO + ".kphotos.json"
SAFE = [
    ".sync-conflict-20250102-030405-ABCDEFG",
    ".sync-conflict-20250102-030405",
    " (conflicted copy 2025-01-02 030405)",
    " (conflicted copy Ana 2025-01-02 030405)",
    "_conflict-20250102-030405",
    "-conflict-Ana-20250102-030405",
    " (Bob's conflicted copy 2025-01-02)",
    " (Bob’s conflicted copy 2025-01-02 (1))",
    " (Conflicted copy)",
    " (Case Conflict)",
    " (Case Conflict 2)",
    " (Unicode Encoding Conflict)",
    " (Selective Sync Conflict 1)",
    " (SFConflict bob@example.org 2025-01-02-03-04-05)",
    "_nas_Jan-02-2025-0304_Conflict",
    "_nas_Jan-02-2025-0304_CaseConflict_2",
    ".Conflict",
    ".Conflict.Conflict1",
]
WEAK = [
    "-LAPTOP",
    "-DESKTOP-7A-2",
    " (1)",
    "_conf(1)",
    "[Conflict]",
    " 2",
    " copy",
    " copy 3",
    ".conflict1",
    " (copy: conflict 2 on 2025-01-02)",
    " (conflict_on_2025-01-02)",
    " (conflicting copy 2025-01-02)",
]
ADA = "0mb3k9q2f00-other"


def machine_with(**fields: Any) -> Machine:
    machine = simulated_machine()
    machine.hands.put(PHOTO, b"the picture")
    if fields:
        machine.edit(PHOTO, **fields)
    machine.pass_time(5)
    machine.scan()
    return machine


def edited(ledger: Ledger, **fields: Any) -> bytes:
    """The ledger as another site would have it, that has made an edit of its own."""
    changes = [Change(name, "set", value) for name, value in fields.items()]
    return ledgers.write(edit(ledger, changes, now_ms=1_760_000_000_000, node="other", by="user:bob"))


def name_of(path: str, tag: str) -> str:
    """Where a sync tool puts its tag: before the last extension."""
    stem, _, extension = path.rpartition(".")
    return f"{stem}{tag}.{extension}"


def settled(machine: Machine) -> Any:
    """The asset after the machine has come to rest; that it has is checked."""
    machine.pass_time(5)
    machine.scan()
    machine.pass_time(5)
    machine.scan()
    fs = machine.memfs
    fs.writes.clear()
    asset = assets(machine.scan(everything=True))[PHOTO]
    assert fs.writes == []
    return asset


def foreign_xmp(content: dict[str, Any], more: str = "") -> bytes:
    data = MARK.sub(b"", xmp.write(None, content, "none"))
    return data.replace(b'rdf:about=""', b'rdf:about="" xmlns:ns="http://example.org/" ' + more.encode(), 1)


@pytest.mark.parametrize("tag", [*SAFE, *WEAK])
def test_a_copy_of_a_ledger_is_joined_and_goes(tag: str) -> None:
    machine = machine_with(title="Lake", rating=1)
    copy = name_of(LEDGER, tag)
    machine.hands.put(copy, edited(machine.ledger(PHOTO), rating=4))
    asset = settled(machine)
    assert asset.document.content() == {"title": "Lake", "rating": 4}
    assert machine.mirror(PHOTO) == {"title": "Lake", "rating": 4}
    assert copy.removeprefix("d/") not in machine.hands.names("d")
    assert asset.problems == ()


@pytest.mark.parametrize("tag", [*SAFE, *WEAK])
def test_a_copy_of_an_xmp_is_absorbed_and_goes(tag: str) -> None:
    machine = machine_with(title="Lake", rating=1)
    copy = name_of(SIDECAR, tag)
    there = machine.hands.read(SIDECAR)
    mark = xmp.read(there).mark
    assert mark
    machine.hands.put(copy, xmp.write(there, {"title": "Lake", "rating": 1, "label": "Red"}, mark))
    asset = settled(machine)
    assert asset.document.content() == {"title": "Lake", "rating": 1, "label": "Red"}
    assert machine.mirror(PHOTO) == asset.document.content()
    assert copy.removeprefix("d/") not in machine.hands.names("d")
    assert asset.problems == ()


@pytest.mark.parametrize("tag", WEAK)
@pytest.mark.parametrize("of", [SIDECAR, LEDGER], ids=["XMP", "ledger"])
def test_a_doubtful_name_without_proof_is_told_and_left(tag: str, of: str) -> None:
    machine = machine_with(title="Lake", rating=1)
    other = foreign_xmp({"title": "Sea", "description": "Boats"})
    if of == LEDGER:
        other = edited(Ledger("f" * 32), title="Sea")
    copy = name_of(of, tag)
    machine.hands.put(copy, other)
    asset = settled(machine)
    assert asset.document.content() == {"title": "Lake", "rating": 1}
    assert machine.hands.read(copy) == other
    assert [(problem.path, problem.kind) for problem in asset.problems] == [(copy, "ambiguous")]


@pytest.mark.parametrize(("others", "is_copy"), [({"label": "Red"}, True), ({"rating": 5}, False)])
def test_what_is_alike_proves_a_doubtful_name_only_if_it_is_most_of_what_both_say(
    others: dict[str, Any], is_copy: bool
) -> None:
    machine = machine_with(title="Lake", rating=1, creator=["Ana"], copyright="Ana")
    copy = name_of(SIDECAR, " (1)")
    there = {"title": "Sea", "creator": ["Ana"], "copyright": "Ana", **others}
    machine.hands.put(copy, foreign_xmp(there))
    asset = settled(machine)
    assert (copy.removeprefix("d/") not in machine.hands.names("d")) == is_copy
    assert ([problem.kind for problem in asset.problems] == ["ambiguous"]) == (not is_copy)


@pytest.mark.parametrize("tag", WEAK)
def test_a_doubtful_name_beside_nothing_is_nobodys(tag: str) -> None:
    machine = machine_with()
    copy = name_of(SIDECAR, tag)
    machine.hands.put(copy, foreign_xmp({"title": "Lake"}))
    asset = settled(machine)
    assert (dict(asset.document.fields), asset.problems, asset.has_ledger) == ({}, (), False)
    assert copy.removeprefix("d/") in machine.hands.names("d")


def test_two_unmarked_xmps_that_say_mostly_the_same_are_of_one_picture() -> None:
    machine = machine_with()
    machine.hands.put(SIDECAR, foreign_xmp({"title": "Lake", "rating": 3, "creator": ["Ana"]}))
    machine.hands.put(name_of(SIDECAR, " (1)"), foreign_xmp({"title": "Lake", "rating": 3, "label": "Red"}))
    asset = settled(machine)
    assert asset.document.content() == {"title": "Lake", "rating": 3, "creator": ["Ana"], "label": "Red"}
    assert machine.hands.names("d") == ["IMG.JPG", "IMG.JPG.kphotos.json", "IMG.JPG.xmp"]


def test_a_copy_with_foreign_data_is_absorbed_and_kept() -> None:
    machine = machine_with(title="Lake")
    copy = name_of(SIDECAR, SAFE[0])
    theirs = foreign_xmp({"title": "Lake", "label": "Red"}, 'ns:history="much"')
    machine.hands.put(copy, theirs)
    asset = settled(machine)
    assert asset.document.value("label") == "Red"
    assert machine.hands.read(copy) == theirs
    assert [(problem.path, problem.kind) for problem in asset.problems] == [(copy, "foreign")]
    machine.edit(PHOTO, title="Sea")
    assert settled(machine).document.content() == {"title": "Sea", "label": "Red"}


def test_a_copy_whose_foreign_data_stands_in_the_main_file_goes() -> None:
    machine = machine_with()
    machine.hands.put(SIDECAR, foreign_xmp({"title": "Lake"}, 'ns:history="much"'))
    machine.hands.put(name_of(SIDECAR, SAFE[0]), foreign_xmp({"rating": 4}, 'ns:history="much"'))
    asset = settled(machine)
    assert asset.document.content() == {"title": "Lake", "rating": 4}
    assert machine.hands.names("d") == ["IMG.JPG", "IMG.JPG.kphotos.json", "IMG.JPG.xmp"]
    assert b"much" in machine.hands.read(SIDECAR)


def test_a_translation_that_only_the_copy_has_is_not_thrown_away() -> None:
    machine = machine_with(title="Lake")
    there = machine.hands.read(SIDECAR)
    more = there.replace(b"</rdf:Alt>", b'<rdf:li xml:lang="de">See</rdf:li></rdf:Alt>', 1)
    assert more != there
    copy = name_of(SIDECAR, SAFE[0])
    machine.hands.put(copy, more)
    assert [problem.kind for problem in settled(machine).problems] == ["foreign"]
    assert machine.hands.read(copy) == more


@pytest.mark.parametrize("of", [SIDECAR, LEDGER], ids=["XMP", "ledger"])
@pytest.mark.parametrize(
    "data", [b"", b"<x:xmpmeta", b'{"kphotos": 1'], ids=["empty", "torn XMP", "torn JSON"]
)
def test_a_torn_copy_is_kept_told_and_blocks_nothing(of: str, data: bytes) -> None:
    machine = machine_with(title="Lake")
    copy = name_of(of, SAFE[0])
    machine.hands.put(copy, data)
    asset = machine.edit(PHOTO, title="Sea")
    assert (asset.pending, machine.mirror(PHOTO)) == (False, {"title": "Sea"})
    asset = settled(machine)
    assert machine.hands.read(copy) == data
    assert [(problem.path, problem.kind) for problem in asset.problems] == [(copy, "unreadable")]
    assert not asset.pending


def test_a_ledger_copy_of_another_picture_is_left() -> None:
    machine = machine_with(title="Lake")
    other = simulated_machine()
    other.hands.put(PHOTO, b"another and longer picture")
    other.edit(PHOTO, title="Sea")
    copy = name_of(LEDGER, SAFE[0])
    machine.hands.put(copy, other.hands.read(LEDGER))
    asset = settled(machine)
    assert asset.document.value("title") == "Lake"
    assert [problem.kind for problem in asset.problems] == ["original-changed"]
    assert copy.removeprefix("d/") in machine.hands.names("d")


def test_a_copy_alone_is_waited_with_until_the_main_file_had_time_to_come() -> None:
    machine = machine_with()
    other = simulated_machine()
    other.hands.put(PHOTO, b"the picture")
    other.edit(PHOTO, title="Lake")
    machine.hands.put(name_of(LEDGER, SAFE[0]), other.hands.read(LEDGER))
    asset = assets(machine.scan())[PHOTO]
    assert (asset.document.value("title"), asset.pending) == ("Lake", True)
    assert "IMG.JPG.kphotos.json" not in machine.hands.names("d")
    asset = settled(machine)
    assert (asset.document.value("title"), asset.pending) == ("Lake", False)
    assert machine.hands.names("d") == ["IMG.JPG", "IMG.JPG.kphotos.json", "IMG.JPG.xmp"]


def test_the_watcher_finds_a_copy_by_its_name_alone() -> None:
    machine = machine_with(title="Lake", rating=1)
    mark = xmp.read(machine.hands.read(SIDECAR)).mark
    assert mark
    for tag in ("-LAPTOP", " (1)"):
        machine.hands.move(SIDECAR, "d/IMG.xmp") if "d/IMG.xmp" not in machine.fs.nodes else None  # type: ignore[attr-defined]
        copy = name_of("d/IMG.xmp", tag)
        machine.hands.put(copy, xmp.write(machine.hands.read("d/IMG.xmp"), {"title": tag, "rating": 1}, mark))
        machine.pass_time(3)
        assert assets(machine.touch(copy))[PHOTO].document.value("title") == tag
        assert copy.removeprefix("d/") not in machine.hands.names("d")


def test_on_a_read_only_volume_copies_are_taken_in_and_left() -> None:
    machine = machine_with()
    machine.hands.put(SIDECAR, foreign_xmp({"title": "Lake"}))
    machine.hands.put(name_of(SIDECAR, SAFE[0]), foreign_xmp({"rating": 4}))
    before = machine.hands.names("d")
    overlay = MemFS(machine.site.clock)  # type: ignore[arg-type]
    overlay.make_folder = overlay.hands.folder  # type: ignore[method-assign]
    machine.volume = replace(machine.volume, overlay=overlay, writable=False)
    machine.restart()
    asset = settled(machine)
    assert (asset.document.content(), asset.problems) == ({"title": "Lake", "rating": 4}, ())
    assert machine.hands.names("d") == before


def test_a_copy_of_an_original_is_a_photo_of_its_own() -> None:
    machine = machine_with(title="Lake")
    copy = "d/IMG.sync-conflict-20250102-030405-ABCDEFG.JPG"
    machine.hands.put(copy, b"the picture")
    machine.pass_time(5)
    seen = assets(machine.scan(everything=True))
    assert sorted(seen) == ["d/IMG.JPG", copy]
    assert machine.hands.read(copy) == b"the picture"


@pytest.mark.parametrize("is_bulk", [False, True])
def test_an_acknowledged_edit_is_not_refused_because_the_copies_cannot_be_cleared_away(is_bulk: bool) -> None:
    machine = machine_with(rating=4)
    copy = f"{PHOTO}.kphotos{SAFE[0]}.json"
    machine.hands.put(copy, machine.hands.read(LEDGER))
    syncs = iter(range(1, 99))

    def before(number: int, operation: str, path: str) -> None:
        # First the ledger's name is made durable, then the XMP's, then what copies say of others.
        if (operation, path) == ("sync_folder", "d") and next(syncs) == 3:
            raise OSError(errno.EIO, "Input/output error")

    machine.memfs.before = before
    if is_bulk:
        ((outcome,),) = machine.engine.edit_many([(PHOTO, [Change("rating", "set", 1)])], ALICE)
        assert outcome.refused is None
    else:
        machine.edit(PHOTO, rating=1)
    assert next(syncs) > 3
    assert machine.ledger(PHOTO).fields["rating"][0].v == 1
    assert copy in machine.memfs.contents()
    machine.pass_time(3)
    assert assets(machine.scan())[PHOTO].problems == ()
    assert copy not in machine.memfs.contents()


def test_on_a_real_disk_too(tmp_path: Path) -> None:
    machine = disk_machine(tmp_path)
    machine.hands.put(PHOTO, b"the picture")
    machine.edit(PHOTO, title="Lake")
    there = machine.hands.read(SIDECAR)
    mark = xmp.read(there).mark
    assert mark
    machine.hands.put(name_of(SIDECAR, SAFE[0]), xmp.write(there, {"title": "Lake", "label": "Red"}, mark))
    machine.hands.put(name_of(LEDGER, SAFE[0]), edited(machine.ledger(PHOTO), rating=4))
    asset = assets(machine.scan())[PHOTO]
    assert (asset.document.content(), asset.problems) == ({"title": "Lake", "label": "Red", "rating": 4}, ())
    machine.pass_time(0.6)
    machine.engine.settle()
    machine.scan(everything=True)
    assert machine.hands.names("d") == ["IMG.JPG", "IMG.JPG.kphotos.json", "IMG.JPG.xmp"]


@pytest.mark.parametrize("tag", SAFE)
def test_beside_a_copy_of_the_photo_a_copied_xmp_may_be_that_pictures_and_is_left_alone(tag: str) -> None:
    machine = machine_with(title="Lake", rating=1)
    machine.hands.put(name_of(PHOTO, tag), b"another picture")
    copy = name_of(SIDECAR, tag)
    there = foreign_xmp({"title": "Sea"})
    machine.hands.put(copy, there)
    asset = settled(machine)
    assert asset.document.content() == {"title": "Lake", "rating": 1}
    assert machine.hands.read(copy) == there
    assert [(problem.path, problem.kind) for problem in asset.problems] == [(copy, "ambiguous")]


def test_what_the_ledger_knows_is_a_copy_of_its_own_whatever_lies_beside_it() -> None:
    machine = machine_with(title="Lake", rating=1)
    there = machine.hands.read(SIDECAR)
    machine.hands.put(name_of(PHOTO, SAFE[0]), b"another picture")
    copy = name_of(SIDECAR, SAFE[1])
    machine.hands.put(copy, xmp.write(there, {"title": "Lake", "label": "Red"}, xmp.read(there).mark or ""))
    asset = settled(machine)
    assert asset.document.content() == {"title": "Lake", "label": "Red"}
    assert copy.removeprefix("d/") not in machine.hands.names("d")


def test_it_is_no_longer_in_doubt_when_the_other_picture_is_gone() -> None:
    machine = machine_with(title="Lake")
    machine.hands.put(name_of(PHOTO, SAFE[0]), b"another picture")
    machine.hands.put(name_of(SIDECAR, SAFE[0]), foreign_xmp({"label": "Red"}))
    assert settled(machine).problems
    machine.hands.remove(name_of(PHOTO, SAFE[0]))
    asset = settled(machine)
    assert (asset.document.value("label"), asset.problems) == ("Red", ())


def test_of_two_pictures_xmps_the_one_that_the_ledger_knows_is_its_own_though_it_is_the_copy() -> None:
    machine = machine_with(title="Lake", rating=1)
    machine.hands.move(SIDECAR, name_of(SIDECAR, SAFE[0]))
    machine.hands.put(name_of(PHOTO, SAFE[0]), b"another picture")
    there = foreign_xmp({"title": "Sea", "rating": 5})
    machine.hands.put(SIDECAR, there)
    asset = settled(machine)
    assert asset.document.content() == {"title": "Lake", "rating": 1}
    assert machine.hands.read(SIDECAR) == there
    assert [(problem.path, problem.kind) for problem in asset.problems] == [(SIDECAR, "ambiguous")]
