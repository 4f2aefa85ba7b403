"""The engine over both sides of its ports: what a person and other programs do to a folder of photos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sync.codecs import xmp
from sync.core.model import Change
from sync.core.plan import plan
from sync.engine import Cleared, Done, Event, Gone, Later, Root, Seen, Trouble, begin, hash_of
from sync.engine.assets import first_sight, group_of, here
from sync.engine.finding import find_group, read_group
from sync.errors import BadValue, Conflict, NewerSchema, NotFound, Offline, Refused, Unreadable
from tests.sim.tools import MARK, FakeTool
from tests.sync.machines import ALICE, Machine, assets, disk_machine, kinds, simulated_machine

PHOTO = "IMG.JPG"
SIDECAR, LEDGER = PHOTO + ".xmp", PHOTO + ".kphotos.json"


@pytest.fixture(params=["disk", "memory", "memory without exchange"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    if request.param == "disk":
        made = disk_machine(tmp_path)
    else:
        made = simulated_machine(exchanges=request.param == "memory")
    made.hands.put(PHOTO, b"the picture")
    return made


def new_xmp(**content: Any) -> bytes:
    """An XMP as a program without marks writes it."""
    return MARK.sub(b"", xmp.write(None, content, "none"))


# First sight.


def test_an_original_without_sidecars_is_told_with_its_derived_id(machine: Machine) -> None:
    events = machine.scan()
    asset = assets(events)[PHOTO]
    assert (asset.original.kind, asset.has_ledger, asset.pending, asset.problems) == (
        "photo",
        False,
        False,
        (),
    )
    assert len(asset.id) == 32
    assert kinds(events)[-2:] == ["Root", "Done"]


def test_looking_at_a_folder_writes_nothing_but_the_volumes_own_marker(machine: Machine) -> None:
    machine.hands.put("a/b.CR3", b"raw")
    machine.hands.put("a/b.xmp", new_xmp(rating=3))
    machine.scan()
    machine.engine.look("a/b.CR3")
    assert machine.hands.names() == [".kphotos", PHOTO, "a"]
    assert machine.hands.names("a") == ["b.CR3", "b.xmp"]
    assert machine.hands.names(".kphotos") == ["sites", "volume.json"]


def test_an_xmp_without_a_ledger_is_adopted_alike_at_every_look(machine: Machine) -> None:
    machine.hands.put(SIDECAR, new_xmp(rating=3, title="Lake", tags=("Places/Paris",)))
    first = assets(machine.scan())[PHOTO]
    machine.restart(forget=True)
    again = assets(machine.scan())[PHOTO]
    assert first.document == again.document == machine.engine.look(PHOTO).document
    assert first.document.value("rating") == 3
    assert first.ledger == again.ledger


def test_the_short_way_of_first_sight_comes_to_what_the_plan_does(machine: Machine) -> None:
    machine.hands.put(SIDECAR, new_xmp(rating=3, title="Lake", tags=("Places/Paris",)))
    group, stat, _ = find_group(machine.volume, PHOTO)
    look = read_group(machine.volume, "", group, stat)
    short = first_sight(machine.volume, look, None)
    long = plan(group_of(machine.volume, machine.site, look), here(machine.site, PHOTO, single=True))
    assert short is not None
    assert (short.ledger, short.document, long.steps) == (long.ledger, long.document, ())


def test_both_names_of_a_sidecar_are_read_and_kept_alike(machine: Machine) -> None:
    machine.hands.put(SIDECAR, new_xmp(title="Lake"))
    machine.hands.put("IMG.xmp", new_xmp(rating=2))
    assert assets(machine.scan())[PHOTO].document.content() == {"title": "Lake", "rating": 2}
    machine.edit(PHOTO, rating=5)
    assert machine.mirror(PHOTO)["rating"] == 5
    assert xmp.read(machine.hands.read("IMG.xmp")).sources["title"]["dc:title"] == "Lake"
    assert xmp.read(machine.hands.read("IMG.xmp")).sources["rating"]["xmp:Rating"] == 5


def test_a_shared_sidecar_is_the_raws_and_is_not_doubled(machine: Machine) -> None:
    machine.hands.put("IMG.CR3", b"raw")
    machine.hands.put("IMG.xmp", new_xmp(rating=2))
    seen = assets(machine.scan())
    assert seen["IMG.CR3"].document.value("rating") == 2
    assert seen[PHOTO].document.value("rating") is None
    machine.edit("IMG.CR3", rating=4)
    assert "IMG.CR3.xmp" not in machine.hands.names()


# Edits.


def test_an_edit_makes_an_xmp_and_a_ledger_beside_the_original(machine: Machine) -> None:
    machine.scan()
    asset = machine.edit(PHOTO, rating=4, title="Lake")
    assert asset.document.content() == {"rating": 4, "title": "Lake"}
    assert (asset.has_ledger, asset.pending, asset.problems) == (True, False, ())
    assert asset.sidecars == (SIDECAR, LEDGER)
    assert machine.mirror(PHOTO) == {"rating": 4, "title": "Lake"}
    assert machine.ledger(PHOTO).id == asset.id
    assert machine.hands.read(PHOTO) == b"the picture"


def test_the_id_of_an_asset_stays_when_it_gets_a_ledger(machine: Machine) -> None:
    before = assets(machine.scan())[PHOTO].id
    assert machine.edit(PHOTO, rating=4).id == before == machine.engine.look(PHOTO).id


def test_an_edit_that_changes_nothing_writes_nothing(machine: Machine) -> None:
    machine.edit(PHOTO, rating=4)
    before = machine.hands.read(SIDECAR), machine.hands.read(LEDGER)
    edited = machine.engine.edit(PHOTO, [Change("rating", "set", 4)], ALICE)
    assert edited.undo == []
    assert (machine.hands.read(SIDECAR), machine.hands.read(LEDGER)) == before


def test_undo_takes_an_edit_back_and_refuses_what_has_since_changed(machine: Machine) -> None:
    machine.edit(PHOTO, rating=4)
    undo = machine.engine.edit(PHOTO, [Change("rating", "set", 5)], ALICE).undo
    assert machine.engine.edit(PHOTO, undo, ALICE).asset.document.value("rating") == 4
    undo = machine.engine.edit(PHOTO, [Change("rating", "set", 1)], ALICE).undo
    machine.edit(PHOTO, rating=2)
    with pytest.raises(Conflict):
        machine.engine.edit(PHOTO, undo, ALICE)
    assert machine.mirror(PHOTO)["rating"] == 2


def test_a_bad_value_changes_nothing_at_all(machine: Machine) -> None:
    with pytest.raises(BadValue):
        machine.edit(PHOTO, title="Lake", rating=17)
    assert machine.hands.names() in ([PHOTO], [".kphotos", PHOTO])


@pytest.mark.parametrize("path", ["gone.JPG", "gone/IMG.JPG", "../IMG.JPG", "", SIDECAR, "/etc/passwd"])
def test_what_is_no_original_cannot_be_edited(machine: Machine, path: str) -> None:
    machine.scan()
    with pytest.raises(NotFound):
        machine.edit(path, rating=1)
    with pytest.raises(NotFound):
        machine.engine.look(path)


def test_a_favourite_makes_a_ledger_and_no_xmp(machine: Machine) -> None:
    asset = machine.engine.edit(PHOTO, [Change("favourites", "add", "alice")], ALICE).asset
    assert asset.document.favourites == {"alice"}
    assert SIDECAR not in machine.hands.names()
    assert kinds(machine.scan())[-1] == "Done"
    assert SIDECAR not in machine.hands.names()


def test_an_edit_reaches_an_existing_xmp_and_leaves_what_is_not_ours(machine: Machine) -> None:
    foreign = new_xmp(title="Lake").replace(
        b"<dc:title>", b'<crs:Tint xmlns:crs="http://x/">7</crs:Tint><dc:title>'
    )
    machine.hands.put(SIDECAR, foreign)
    machine.edit(PHOTO, rating=4)
    assert b"7</crs:Tint>" in machine.hands.read(SIDECAR)
    assert machine.mirror(PHOTO) == {"title": "Lake", "rating": 4}


# At rest.


def test_at_rest_a_further_scan_and_our_own_echo_write_and_tell_nothing(machine: Machine) -> None:
    machine.hands.put("b.JPG", b"b")
    machine.hands.put("b.JPG.xmp", new_xmp(rating=2))
    machine.edit(PHOTO, rating=4)
    machine.pass_time(2.5)
    machine.scan()
    before = [machine.hands.read(name) for name in (SIDECAR, LEDGER)]
    assert kinds(machine.touch(SIDECAR, LEDGER)) == ["Done"]
    assert kinds(machine.scan()) == ["Root", "Done"]
    assert kinds(machine.scan(everything=True)) == ["Seen", "Seen", "Root", "Done"]
    machine.restart(forget=True)
    assert set(assets(machine.scan())) == {PHOTO, "b.JPG"}
    assert [machine.hands.read(name) for name in (SIDECAR, LEDGER)] == before


def test_swapped_out_sidecars_are_cleared_away_after_a_second_look(machine: Machine) -> None:
    machine.edit(PHOTO, rating=4)
    machine.edit(PHOTO, rating=5)
    machine.pass_time(0.6)
    machine.scan()
    assert machine.hands.names() == [".kphotos", PHOTO, LEDGER, SIDECAR]


def test_what_was_told_but_not_committed_is_told_again(machine: Machine) -> None:
    machine.scan()
    machine.pass_time(2.5)
    machine.scan()
    machine.hands.put("new.JPG", b"new")
    for event in machine.engine.scan():
        if isinstance(event, Seen):
            break  # the application dies before it commits
    machine.restart()
    assert "new.JPG" in assets(machine.scan())


# Other programs.


@pytest.mark.parametrize("in_place", [True, False])
@pytest.mark.parametrize("drops_mark", [True, False])
def test_another_programs_edit_is_taken_in_and_its_file_left_alone(
    machine: Machine, in_place: bool, drops_mark: bool
) -> None:
    machine.edit(PHOTO, rating=4, title="Lake")
    FakeTool(machine.hands, SIDECAR, in_place=in_place, drops_mark=drops_mark).set(rating=2)
    theirs = machine.hands.read(SIDECAR)
    (seen, _) = machine.touch(SIDECAR)
    assert isinstance(seen, Seen)
    assert seen.asset.document.content() == {"rating": 2, "title": "Lake"}
    assert machine.hands.read(SIDECAR) == theirs
    assert machine.engine.look(PHOTO).document.value("rating") == 2
    assert kinds(machine.touch(SIDECAR)) == ["Done"]


def test_a_program_that_leaves_our_stamp_is_not_taken_for_us(machine: Machine) -> None:
    machine.edit(PHOTO, title="Lake")
    machine.pass_time(3)
    machine.scan()
    tool = FakeTool(machine.hands, SIDECAR)
    tool.set(title="Sea")
    assert xmp.read(machine.hands.read(SIDECAR)).tool == "K-Photos"
    machine.touch(SIDECAR)
    line = machine.ledger(PHOTO).history[-1]
    assert (line.v, line.via) == ("Sea", "another program")


def test_a_removal_by_another_program_is_a_removal(machine: Machine) -> None:
    machine.edit(PHOTO, rating=4, title="Lake")
    FakeTool(machine.hands, SIDECAR).set(title=None)
    machine.touch(SIDECAR)
    assert machine.engine.look(PHOTO).document.content() == {"rating": 4}


def test_a_stale_program_cannot_silently_take_back_our_edit(machine: Machine) -> None:
    machine.edit(PHOTO, title="Lake", rating=1)
    tool = FakeTool(machine.hands, SIDECAR, stale=True)
    tool.set(rating=2)
    machine.touch(SIDECAR)
    machine.edit(PHOTO, title="Sea")
    tool.set(rating=3)
    machine.touch(SIDECAR)
    assert machine.engine.look(PHOTO).document.content() == {"title": "Sea", "rating": 3}
    assert machine.mirror(PHOTO) == {"title": "Sea", "rating": 3}


def test_a_missing_xmp_is_rewritten_and_not_read_as_cleared(machine: Machine) -> None:
    machine.edit(PHOTO, rating=4)
    machine.hands.remove(SIDECAR)
    events = machine.touch(SIDECAR)
    assert [type(event) for event in events] == [Cleared, Later, Done]
    for _ in range(2):
        events = machine.touch(PHOTO if SIDECAR in machine.hands.names() else SIDECAR)
    assert machine.mirror(PHOTO) == {"rating": 4}
    machine.hands.remove(SIDECAR)
    assert assets(machine.scan())[PHOTO].document.value("rating") == 4
    assert machine.mirror(PHOTO) == {"rating": 4}


def test_a_new_photo_a_changed_one_and_a_deleted_one_are_told(machine: Machine) -> None:
    machine.scan()
    machine.hands.put("new.JPG", b"new")
    assert list(assets(machine.touch("new.JPG"))) == ["new.JPG"]
    machine.hands.put("new.JPG", b"rewritten")
    assert assets(machine.touch("new.JPG"))["new.JPG"].original.stat.size == 9
    machine.hands.remove("new.JPG")
    assert Gone("new.JPG") in machine.touch("new.JPG")
    assert "new.JPG" not in assets(machine.scan())


def test_a_deleted_photo_leaves_its_sidecars_and_heals_when_it_is_back(machine: Machine) -> None:
    machine.edit(PHOTO, rating=4)
    machine.scan()
    machine.hands.move(PHOTO, "elsewhere.bin")
    assert Gone(PHOTO) in machine.scan()
    assert {SIDECAR, LEDGER} <= set(machine.hands.names())
    machine.hands.move("elsewhere.bin", PHOTO)
    assert assets(machine.scan())[PHOTO].document.value("rating") == 4


def test_a_moved_folder_takes_its_sidecars_along(machine: Machine) -> None:
    machine.hands.put("old/a.JPG", b"a")
    machine.edit("old/a.JPG", rating=3)
    machine.scan()
    machine.hands.move("old", "new")
    events = machine.touch("old", "new")
    assert assets(events)["new/a.JPG"].document.value("rating") == 3
    assert Gone("old/a.JPG") in events


def test_a_touched_folder_is_looked_at_and_nothing_else(machine: Machine) -> None:
    machine.scan()
    for path in ("d/a.JPG", "d/e/b.JPG", "d/.kphotosignore", "d/secret/c.JPG"):
        machine.hands.put(path, b"secret/" if path.endswith("ignore") else b"1")
    machine.hands.put("f/x.JPG", b"x")
    assert set(assets(machine.touch("d"))) == {"d/a.JPG", "d/e/b.JPG"}
    assert assets(machine.touch("d/secret", "@eaDir", "d/notes")) == {}
    assert "f/x.JPG" in assets(machine.scan())
    machine.hands.remove("d/e")
    assert Gone("d/e/b.JPG") in machine.touch("d/e")
    machine.hands.put("album.JPG/in.JPG", b"1")
    assert set(assets(machine.touch("album.JPG"))) == {"album.JPG/in.JPG"}
    assert "album.JPG/in.JPG" in assets(machine.touch(*(f"new{n}" for n in range(40)), "album.JPG/in.JPG"))


def copy_with_sidecars(machine: Machine, folder: str) -> None:
    for name in (PHOTO, SIDECAR, LEDGER):
        machine.hands.put(f"{folder}/{name}", machine.hands.read(name))


@pytest.mark.parametrize("folder", ["a copy", "z copy"])
@pytest.mark.parametrize("forget", [False, True])
def test_a_copied_folder_is_other_assets_with_the_same_metadata(
    machine: Machine, folder: str, forget: bool
) -> None:
    first = machine.edit(PHOTO, rating=4).id
    machine.scan()
    copy_with_sidecars(machine, folder)
    if forget:
        machine.restart(forget=True)
    seen = assets(machine.scan(everything=True))
    copy = seen[f"{folder}/{PHOTO}"]
    assert seen[PHOTO].id == first != copy.id
    assert copy.document.value("rating") == 4
    assert machine.engine.look(copy.path).id == copy.id
    edited = machine.edit(copy.path, rating=5)
    assert edited.id == copy.id == machine.ledger(copy.path).id
    assert machine.engine.look(PHOTO).document.value("rating") == 4
    machine.restart(forget=True)
    again = assets(machine.scan(everything=True))
    assert (again[PHOTO].id, again[copy.path].id) == (first, copy.id)


def test_an_id_is_held_from_the_first_edit_on(machine: Machine) -> None:
    first = machine.edit(PHOTO, rating=4).id
    copy_with_sidecars(machine, "a copy")
    paths = [f"a copy/{name}" for name in (PHOTO, SIDECAR, LEDGER)]
    (copy,) = assets(machine.touch(*paths)).values()
    assert machine.engine.look(PHOTO).id == first != copy.id


@pytest.mark.parametrize("told_by", ["scan", "touch"])
@pytest.mark.parametrize("way", ["removed", "moved"])
def test_when_the_first_of_two_copies_is_gone_live_ids_are_those_of_a_rebuild(
    machine: Machine, way: str, told_by: str
) -> None:
    first = machine.edit(PHOTO, rating=4).id
    machine.scan()
    copy_with_sidecars(machine, "copy")
    index: dict[str, str] = {}

    def take(events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Seen):
                index[event.asset.path] = event.asset.id
            elif isinstance(event, Gone):
                index.pop(event.path, None)

    take(machine.scan(everything=True))
    machine.pass_time(3)
    take(machine.scan())
    assert index[f"copy/{PHOTO}"] != index[PHOTO] == first
    paths = [PHOTO, SIDECAR, LEDGER]
    for path in list(paths):
        if way == "moved":
            machine.hands.move(path, f"moved/{path}")
            paths.append(f"moved/{path}")
        else:
            machine.hands.remove(path)
    take(machine.scan() if told_by == "scan" else machine.touch(*paths))
    take(machine.scan())
    machine.restart()
    assert index == {path: asset.id for path, asset in assets(machine.scan(everything=True)).items()}
    assert index[f"{'copy' if way == 'removed' else 'moved'}/{PHOTO}"] == first


def test_a_moved_original_keeps_its_id(machine: Machine) -> None:
    first = machine.edit(PHOTO, rating=4).id
    machine.scan()
    for name in (PHOTO, SIDECAR, LEDGER):
        machine.hands.move(name, f"moved/{name}")
    assert assets(machine.scan())[f"moved/{PHOTO}"].id == first


def test_a_reused_name_does_not_inherit_another_photos_metadata(machine: Machine) -> None:
    machine.edit(PHOTO, rating=4)
    machine.hands.replace(PHOTO, b"quite another picture")
    asset = assets(machine.scan())[PHOTO]
    assert asset.document.content() == {}
    assert [problem.kind for problem in asset.problems] == ["original-changed"]
    with pytest.raises(Refused):
        machine.edit(PHOTO, rating=1)
    assert machine.ledger(PHOTO).fields["rating"][0].v == 4


# Bad input.


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"<?xpacket begin='\xef\xbb\xbf' id='W5M0MpCehiHzreSzNTczkc9d'?>",
        b"<x:xmpmeta",
        b"\0" * 54,
        b"not XML at all",
    ],
)
def test_an_illegible_xmp_is_told_kept_and_does_not_hinder_an_edit(machine: Machine, bad: bytes) -> None:
    machine.edit(PHOTO, rating=4)
    machine.hands.put(SIDECAR, bad)
    asset = machine.edit(PHOTO, rating=5)
    assert (asset.document.value("rating"), asset.pending) == (5, True)
    assert [(problem.path, problem.kind) for problem in asset.problems] == [(SIDECAR, "unreadable")]
    assert machine.hands.read(SIDECAR) == bad
    assert machine.ledger(PHOTO).fields["rating"][0].v == 5
    machine.scan()
    assert machine.hands.read(SIDECAR) == bad
    FakeTool(machine.hands, "other.xmp").set(rating=1, title="Theirs")
    machine.hands.put(SIDECAR, machine.hands.read("other.xmp"))
    asset = assets(machine.scan())[PHOTO]
    assert (asset.pending, asset.problems) == (False, ())
    assert machine.mirror(PHOTO)["title"] == "Theirs"


def test_a_sidecar_being_written_is_asked_for_again_before_it_is_a_problem(machine: Machine) -> None:
    machine.edit(PHOTO, rating=4)
    machine.scan()
    tool = FakeTool(machine.hands, SIDECAR)
    tool.tear()
    waits = []
    for _ in range(5):
        (event, _done) = machine.touch(SIDECAR)
        assert isinstance(event, Later)
        waits.append(event.seconds)
    assert waits == [0.2, 0.5, 1.0, 2.0, 5.0]
    (event, _done) = machine.touch(SIDECAR)
    assert isinstance(event, Seen)
    assert [problem.kind for problem in event.asset.problems] == ["unreadable"]
    assert event.asset.document.value("rating") == 4


@pytest.mark.parametrize(
    ("bad", "error"), [(b"", Unreadable), (b"{", Unreadable), (b'{"kphotos": 99}\n', NewerSchema)]
)
def test_a_bad_or_newer_ledger_refuses_edits_and_is_never_overwritten(
    machine: Machine, bad: bytes, error: type[Exception]
) -> None:
    before = machine.edit(PHOTO, rating=4)
    machine.hands.put(LEDGER, bad)
    with pytest.raises(error):
        machine.edit(PHOTO, rating=5)
    asset = assets(machine.scan())[PHOTO]
    assert asset.id == before.id
    assert asset.document.value("rating") == 4
    assert [problem.path for problem in asset.problems] == [LEDGER]
    assert machine.hands.read(LEDGER) == bad
    assert machine.mirror(PHOTO) == {"rating": 4}


def test_a_linked_or_piped_sidecar_is_a_problem_and_is_not_followed(machine: Machine) -> None:
    machine.hands.special(SIDECAR, link=True)
    asset = machine.edit(PHOTO, rating=5)
    assert asset.pending
    assert [problem.path for problem in asset.problems] == [SIDECAR]
    assert machine.ledger(PHOTO).fields["rating"][0].v == 5


def test_a_pipe_named_like_a_photo_is_told_and_cleared(machine: Machine) -> None:
    machine.hands.special("pipe.jpg")
    troubles = [event.problem for event in machine.scan() if isinstance(event, Trouble)]
    assert [(problem.path, problem.kind) for problem in troubles] == [("pipe.jpg", "special-file")]
    assert [type(event) for event in machine.touch("pipe.jpg")] == [Trouble, Gone, Done]
    machine.hands.remove("pipe.jpg")
    assert Cleared("pipe.jpg") in machine.scan()


def test_an_ambiguous_sidecar_is_told_and_neither_read_nor_written(machine: Machine) -> None:
    machine.hands.put("IMG.PNG", b"png")
    machine.hands.put("IMG.xmp", new_xmp(rating=2))
    (trouble,) = [event.problem for event in machine.scan() if isinstance(event, Trouble)]
    assert (trouble.path, trouble.kind) == ("IMG.xmp", "ambiguous")
    machine.edit(PHOTO, rating=5)
    assert xmp.read(machine.hands.read("IMG.xmp")).sources["rating"]["xmp:Rating"] == 2


@pytest.mark.parametrize(
    "name",
    [
        "two\nlines.jpg",
        "caf\udce9.jpg",
        " -Comment=x.jpg",
        "a\\b'\".jpg",
        "e\u0301.jpg",
        "\u00e9.jpg",
        "x" * 251 + ".jpg",
    ],
)
def test_hostile_names_just_work(machine: Machine, name: str) -> None:
    path = f"f\n\udcff/{name}"
    machine.hands.put(path, b"1")
    assert path in assets(machine.scan())
    if len(name) > 200:
        return
    assert machine.edit(path, rating=3).pending is False
    assert machine.engine.look(path).document.value("rating") == 3
    FakeTool(machine.hands, path + ".xmp").set(rating=1)
    assert assets(machine.touch(path + ".xmp"))[path].document.value("rating") == 1


def test_twins_but_for_normalisation_or_case_are_never_merged(machine: Machine) -> None:
    for number, name in enumerate(["e\u0301.jpg", "\u00e9.jpg", "A.jpg", "a.jpg"], 1):
        machine.hands.put(name, b"%d" % number)
        machine.edit(name, rating=number)
    seen = assets(machine.scan())
    assert [seen[n].document.value("rating") for n in ("e\u0301.jpg", "\u00e9.jpg", "A.jpg", "a.jpg")] == [
        1,
        2,
        3,
        4,
    ]


def test_conflict_copies_are_neither_photos_nor_overwritten(machine: Machine) -> None:
    machine.edit(PHOTO, rating=4)
    copies = [
        "IMG.JPG.sync-conflict-20240601-101112-ABCDEF7.xmp",
        "IMG.JPG.kphotos.sync-conflict-20240601-101112.json",
    ]
    for copy in copies:
        machine.hands.put(copy, b"theirs")
    machine.edit(PHOTO, rating=5)
    asset = assets(machine.scan())[PHOTO]
    assert set(copies) <= set(asset.sidecars)
    assert [machine.hands.read(copy) for copy in copies] == [b"theirs", b"theirs"]


def test_what_a_person_ignores_is_not_in_the_library(machine: Machine) -> None:
    machine.hands.put(".kphotosignore", b"*.png\nprivate/\n")
    for path in ("a.png", "private/a.jpg", "shown/a.jpg", "hidden/.nomedia", "hidden/a.jpg", "@eaDir/a.jpg"):
        machine.hands.put(path, b"1")
    assert set(assets(machine.scan())) == {PHOTO, "shown/a.jpg"}
    assert "a.png" not in assets(machine.touch("a.png", "private/a.jpg", "hidden/a.jpg"))
    machine.hands.put(".kphotosignore", b"")
    assert {"a.png", "private/a.jpg"} <= set(assets(machine.touch(".kphotosignore")))
    machine.hands.put("private/.nomedia", b"")
    assert Gone("private/a.jpg") in machine.scan()


# The brakes.


def test_a_root_gone_empty_foreign_or_unmarked_changes_nothing(machine: Machine) -> None:
    machine.edit(PHOTO, rating=4)
    machine.scan()
    marker = machine.hands.read(".kphotos/volume.json")
    machine.hands.put("kept/x.JPG", b"x")
    for change in ("foreign", "illegible", "unmarked", "emptied"):
        if change == "foreign":
            machine.hands.put(".kphotos/volume.json", marker.replace(b"volume-1", b"volume-2"))
        elif change == "illegible":
            machine.hands.put(".kphotos/volume.json", b"")
        elif change == "unmarked":
            machine.hands.remove(".kphotos")
        else:
            for name in machine.hands.names():
                machine.hands.remove(name)
        before = machine.hands.names()
        assert kinds(machine.scan()) == ["Root"], change
        assert kinds(machine.touch(PHOTO)) == ["Root"], change
        with pytest.raises(Offline):
            machine.edit(PHOTO, rating=1)
        assert machine.hands.names() == before


def test_an_empty_root_never_seen_is_no_library_until_it_is_begun(machine: Machine) -> None:
    machine.hands.remove(PHOTO)
    assert kinds(machine.scan()) == ["Root"]
    begin(machine.volume, machine.site)
    begin(machine.volume, machine.site)
    assert kinds(machine.scan()) == ["Root", "Done"]


def test_a_mass_vanishing_is_halted_until_it_is_confirmed(machine: Machine) -> None:
    for number in range(60):
        machine.hands.put(f"d/{number}.JPG", b"%d" % number)
    machine.scan()
    for number in range(55):
        machine.hands.remove(f"d/{number}.JPG")
    for _ in range(2):
        events = machine.scan()
        assert [e for e in events if isinstance(e, Gone | Root)] == [
            Root("halted", "55 of 61 originals are gone at once; confirm that this was meant", 55)
        ]
    assert "Gone" not in kinds(machine.touch(*(f"d/{number}.JPG" for number in range(55))))
    assert kinds(machine.scan(confirmed=55)).count("Gone") == 55
    assert "Gone" not in kinds(machine.scan())


def test_a_renamed_folder_of_many_photos_halts_nothing(machine: Machine) -> None:
    for number in range(60):
        machine.hands.put(f"d/{number}.JPG", b"%d" % number)
    machine.scan()
    machine.hands.move("d", "e")
    events = machine.scan()
    assert kinds(events).count("Gone") == 60 == sum(path.startswith("e/") for path in assets(events))


# Known hashes.


def test_a_hash_is_told_and_kept_in_the_ledger(machine: Machine) -> None:
    asset = machine.edit(PHOTO, rating=4)
    hash_ = hash_of(machine.fs, PHOTO)
    hashed = machine.engine.hashed(PHOTO, asset.original.stat.signature(), hash_)
    assert hashed is not None
    assert hashed.original.hash == hash_ == assets(machine.scan(everything=True))[PHOTO].original.hash
    assert machine.ledger(PHOTO).asset.hash == hash_  # type: ignore[union-attr]
    assert machine.engine.hashed(PHOTO, b"of an older file", hash_) is None


def test_another_picture_of_the_same_size_is_known_by_its_hash(machine: Machine) -> None:
    stat = machine.edit(PHOTO, rating=4).original.stat
    machine.engine.hashed(PHOTO, stat.signature(), hash_of(machine.fs, PHOTO))
    machine.hands.replace(PHOTO, b"THE PICTURE")
    stat = machine.fs.stat(PHOTO)
    asset = machine.engine.hashed(PHOTO, stat.signature(), hash_of(machine.fs, PHOTO))
    assert asset is not None
    assert [problem.kind for problem in asset.problems] == ["original-changed"]


def test_an_older_ledger_put_back_loses_nothing(machine: Machine) -> None:
    machine.edit(PHOTO, rating=4)
    old = machine.hands.read(LEDGER)
    machine.edit(PHOTO, rating=5, title="Lake")
    machine.hands.put(LEDGER, old)
    asset = assets(machine.touch(LEDGER))[PHOTO]
    assert asset.document.content() == {"rating": 5, "title": "Lake"}
    assert machine.ledger(PHOTO).fields["title"][0].v == "Lake"
