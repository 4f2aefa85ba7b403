"""What the engine sees arrives in the index: new, changed, gone, odd; never an older state over a newer."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from kphotos import index, jobs
from kphotos.index import digest, query
from kphotos.index.rows import Cleared
from kphotos.index.scope import EVERYTHING
from kphotos.sidecar import intake, rebuild, sites, verify
from kphotos.storage import alongside
from kphotos.storage.facts import Facts as Known
from sync.codecs import xmp as xmps
from sync.core.model import Change
from sync.engine import Done, Event
from tests.kphotos.sidecar.conftest import Library
from tests.photos import jpeg


def _problems(library: Library) -> dict[str, str]:
    with index.use(library.settings):
        return {row.path: row.kind for row in query.problems(EVERYTHING)}


def test_each_photo_without_derivatives_gets_a_job(library: Library) -> None:
    wanted = {job.key for job in jobs.page(library.settings, kind=intake.DERIVE)}
    assert wanted == {library.view("lake.jpg").id, library.view("Trip/sea.jpg").id}


def test_a_photo_that_is_removed_leaves_the_index_and_its_sidecars_stay(library: Library) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    (library.root / "lake.jpg").unlink()
    assert library.scan().gone == 1
    with index.use(library.settings):
        assert query.counts(EVERYTHING)["assets"] == 1
    assert (library.root / "lake.jpg.kphotos.json").exists()


@pytest.mark.parametrize("batch", [1, 2, 3, 4, 200])
def test_all_is_in_the_index_before_the_engine_remembers_it(
    library: Library, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_BATCH", batch)
    for number in range(4):
        jpeg(library.root / f"new {number}.jpg")
    seen: list[int] = []

    def events() -> Iterator[Event]:
        for event in sites.engine_of(library.settings, library.volume).scan():
            yield event
            if isinstance(event, Done):
                with index.use(library.settings):
                    seen.append(query.counts(EVERYTHING)["assets"])

    intake.take(library.settings, library.volume, events())
    assert seen == [6]


def test_originals_read_by_another_process_come_out_the_same(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        jpeg(library.root / f"new {number}.jpg", taken=f"2021-06-0{number + 1}T12:34:56")
    library.scan()
    with index.use(library.settings):
        before = digest.digest()
    monkeypatch.setattr(intake, "_BATCH", 2)
    monkeypatch.setattr(alongside, "WORTH_IT", 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    rebuild.rebuild(library.settings)
    with index.use(library.settings):
        assert digest.digest() == before


def test_bad_input_is_a_problem_with_path_and_reason_and_the_rest_works(library: Library) -> None:
    (library.root / "text.jpg").write_text("not a picture")
    (library.root / "cut.jpg").write_bytes((library.root / "lake.jpg").read_bytes()[:200])
    os.mkfifo(library.root / "pipe.jpg")
    (library.root / "lake.jpg.xmp").write_bytes(b"")
    jpeg(os.fsdecode(os.fsencode(library.root) + b"/bad\xff\nname.jpg"))
    library.scan()
    found = _problems(library)
    assert found["text.jpg"] == found["cut.jpg"] == found["lake.jpg.xmp"] == "unreadable"
    assert found["pipe.jpg"] == "special-file"
    assert found[r"bad\xff\x0aname.jpg"] == "name"
    assert (library.root / "lake.jpg.xmp").read_bytes() == b""
    with index.use(library.settings):
        assert query.counts(EVERYTHING)["assets"] == 5
        assert query.asset_at(EVERYTHING, library.volume.id, r"bad\xff\x0aname.jpg").kind == "photo"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("line\nbreak.jpg", "line break"),
        (os.fsdecode(b"bytes\xff.jpg"), "not UTF-8"),
        ("two words é.jpg", None),
    ],
)
def test_a_name_that_other_programs_stumble_over_is_told_until_it_is_mended(
    library: Library, name: str, reason: str | None
) -> None:
    odd = jpeg(library.root / name)
    library.scan()
    with index.use(library.settings):
        told = [row.reason for row in query.problems(EVERYTHING)]
    assert len(told) == (reason is not None)
    assert all(reason in one for one in told if reason)
    odd.rename(library.root / "plain.jpg")
    library.scan()
    assert _problems(library) == {}


def test_the_problems_of_a_file_that_went_away_are_not_replayed(library: Library) -> None:
    changes = intake.look_again(library.settings, library.volume, "away.jpg")
    assert Cleared(library.volume.id, "away.jpg") in changes


def test_a_problem_that_is_mended_is_shown_no_more(library: Library) -> None:
    (library.root / "text.jpg").write_text("not a picture")
    library.scan()
    assert "text.jpg" in _problems(library)
    (library.root / "text.jpg").write_bytes((library.root / "lake.jpg").read_bytes())
    library.scan()
    assert "text.jpg" not in _problems(library)


def test_a_sidecar_that_is_mended_or_removed_is_a_problem_no_more(library: Library) -> None:
    for name in ("lake.jpg.xmp", "Trip/sea.jpg.xmp"):
        (library.root / name).write_bytes(b"<x:xmpmeta")
    library.scan()
    assert set(_problems(library)) == {"lake.jpg.xmp", "Trip/sea.jpg.xmp"}
    (library.root / "lake.jpg.xmp").unlink()
    xmp = xmps.write(None, {"rating": 2}, "0mwrr9fr500-0adbbc9f")
    (library.root / "Trip/sea.jpg.xmp").write_bytes(xmp)
    library.scan()
    assert _problems(library) == {}
    assert library.value("Trip/sea.jpg", "rating") == 2


def test_what_the_decoder_found_is_a_problem_also_after_a_rebuild(library: Library) -> None:
    engine = sites.engine_of(library.settings, library.volume)
    stat = engine.look("lake.jpg").original.stat
    content = f"sha256:{library.originals['lake.jpg']}"
    facts = Known(hash=content, size=stat.size, problem="cut off")
    intake.store_of(library.settings).put(content, "facts", facts.to_json())
    engine.hashed("lake.jpg", stat.signature(), content)
    intake.project(library.settings, library.volume, engine.look("lake.jpg"))
    assert _problems(library) == {"lake.jpg": "unreadable"}
    rebuild.rebuild(library.settings)
    assert _problems(library) == {"lake.jpg": "unreadable"}


def test_an_emptied_root_changes_no_row(library: Library) -> None:
    away = library.root.rename(library.root.with_name("unplugged"))
    library.root.mkdir()
    tally = library.scan()
    assert tally.root is not None
    assert (tally.root.state, tally.gone) == ("offline", 0)
    assert _problems(library)[""] == "offline"
    assert library.view("lake.jpg").name == "lake.jpg"
    library.root.rmdir()
    away.rename(library.root)
    library.scan()
    assert _problems(library) == {}


def test_an_older_sight_never_stays_over_a_newer_edit(library: Library) -> None:
    """A scan that read before an edit and projects after it: the edit must be in the index at the end."""
    jpeg(library.root / "new.jpg")
    engine = sites.engine_of(library.settings, library.volume)
    events = list(engine.scan())
    library.edit("new.jpg", Change("title", "set", "Newer"))
    intake.take(library.settings, library.volume, events)
    assert library.value("new.jpg", "title") == "Newer"


def test_a_further_scan_writes_nothing(library: Library) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    library.scan()
    before = {path: path.stat().st_mtime_ns for path in library.root.rglob("*")}
    library.scan()
    assert {path: path.stat().st_mtime_ns for path in library.root.rglob("*")} == before


def _touch(library: Library, *paths: str) -> None:
    events = sites.engine_of(library.settings, library.volume).touch(paths)
    intake.take(library.settings, library.volume, events)


def test_a_look_at_the_jpeg_takes_nothing_back_that_was_told_of_the_raw_beside_it(library: Library) -> None:
    (library.root / "IMG.CR3").write_bytes(b"raw")
    jpeg(library.root / "IMG.jpg")
    (library.root / "IMG.xmp").write_bytes(b"<x:xmpmeta")
    library.scan()
    assert _problems(library)["IMG.xmp"] == "unreadable"
    os.utime(library.root / "IMG.jpg", (1, 1))
    _touch(library, "IMG.jpg")
    assert _problems(library)["IMG.xmp"] == "unreadable"


def test_a_sidecar_that_may_be_of_several_photos_stays_told_when_one_is_looked_at(library: Library) -> None:
    for name in ("pond.jpg", "pond.png"):
        jpeg(library.root / name)
    (library.root / "pond.xmp").write_bytes(xmps.write(None, {"rating": 2}, "0mwrr9fr500-0adbbc9f"))
    library.scan()
    assert _problems(library)["pond.xmp"] == "ambiguous"
    os.utime(library.root / "pond.png", (1, 1))
    _touch(library, "pond.png")
    assert _problems(library)["pond.xmp"] == "ambiguous"


def test_a_photo_that_went_away_takes_along_what_was_told_of_its_sidecars(library: Library) -> None:
    for name in ("lake.xmp", "Trip/sea.jpg.xmp"):
        (library.root / name).write_bytes(b"<x:xmpmeta")
    library.scan()
    assert set(_problems(library)) == {"lake.xmp", "Trip/sea.jpg.xmp"}
    for name in ("lake.xmp", "lake.jpg", "Trip/sea.jpg.xmp", "Trip/sea.jpg"):
        (library.root / name).unlink()
    library.scan(confirmed=2)
    assert _problems(library) == {}


@pytest.mark.parametrize("told_by", ["scan", "touch"])
def test_what_a_removed_photo_left_there_is_listed_until_it_is_back(library: Library, told_by: str) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    (library.root / "lake.jpg").rename(library.root / "put by")
    library.scan() if told_by == "scan" else _touch(library, "lake.jpg")
    assert _problems(library) == {"lake.jpg.kphotos.json": "orphaned"}
    assert verify.verify(library.settings).differences == []
    (library.root / "put by").rename(library.root / "lake.jpg")
    library.scan() if told_by == "scan" else _touch(library, "lake.jpg")
    assert _problems(library) == {}
    assert verify.verify(library.settings).differences == []


def test_a_photo_that_goes_away_while_it_is_looked_at_is_as_it_was_until_it_is_looked_at_again(
    library: Library,
) -> None:
    before = library.view("lake.jpg")
    os.utime(library.root / "lake.jpg", (1, 1))

    def events() -> Iterator[Event]:
        for event in sites.engine_of(library.settings, library.volume).touch(["lake.jpg", "Trip/sea.jpg"]):
            if isinstance(event, Done):  # the disk goes after the engine's look, before the header is read
                (library.root / "lake.jpg").rename(library.root / "away")
            yield event

    tally = intake.take(library.settings, library.volume, events())
    assert [later.path for later in tally.later] == ["lake.jpg"]
    assert (library.view("lake.jpg"), _problems(library)) == (before, {})
    (library.root / "away").rename(library.root / "lake.jpg")
    _touch(library, *[later.path for later in tally.later])
    assert library.view("lake.jpg").width == before.width


@pytest.mark.parametrize("told_by", ["scan", "touch"])
def test_what_took_a_photos_name_and_is_none_is_listed(library: Library, told_by: str) -> None:
    (library.root / "lake.jpg").unlink()
    os.mkfifo(library.root / "lake.jpg")
    library.scan() if told_by == "scan" else _touch(library, "lake.jpg")
    assert _problems(library) == {"lake.jpg": "special-file"}
    (library.root / "lake.jpg").unlink()
    library.scan() if told_by == "scan" else _touch(library, "lake.jpg")
    assert _problems(library) == {}
