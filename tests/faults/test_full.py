"""A disk that runs full: edits are refused before they are begun, browsing goes on, and it mends itself."""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kphotos import db, jobs, tasks
from kphotos.config import Settings, from_env
from kphotos.errors import Unavailable
from kphotos.runtime import room
from kphotos.sidecar import edits, intake, sites, watching
from kphotos.storage.volumes import Volume
from sync.codecs import ledger as ledgers
from sync.core.identity import derived_id
from sync.core.values import text
from tests.faults import disks
from tests.kphotos.web.conftest import Browser, alice, app, as_alice, quick_hashes, sign_in
from tests.photos import jpeg
from tests.sim.oracles import Book

__all__ = ["alice", "app", "as_alice", "quick_hashes", "sign_in"]
PHOTOS = ("a.jpg", "b.jpg")
CYCLES = int(os.environ.get("KPHOTOS_FULL_CYCLES", "6"))
"""A hundred were run once; a few tell as much each day."""


@pytest.fixture(params=["one disk", "a disk of its own"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """The home and the folder of photos: on one small disk, or the home alone on a larger one."""
    if reason := disks.no_tmpfs():
        pytest.skip(reason)
    with contextlib.ExitStack() as stack:
        is_one = request.param == "one disk"
        # The logs of the databases grow to some megabytes each before they are folded in.
        options: dict[str, int | str] = {"size": "32m" if is_one else "8m", "nr_inodes": 400}
        small = stack.enter_context(disks.tmpfs(tmp_path / "small", **options))
        home = small / "home" if is_one else tmp_path / "home"
        (small / "photos").mkdir()
        yield home, small / "photos"


@pytest.fixture
def settings(library: tuple[Path, Path]) -> Iterator[Settings]:
    found = from_env({}, storage_path=library[0], dotenv=None)
    watching.ensure_index(found)
    yield found
    db.forget(str(found.storage_path))


@pytest.fixture
def volume(settings: Settings, library: tuple[Path, Path]) -> Volume:
    for name in PHOTOS:
        jpeg(library[1] / name, taken="2024-06-28T10:01:00")
    found = sites.add(settings, library[1])
    look_over(settings, found)
    return found


def look_over(settings: Settings, volume: Volume) -> None:
    intake.take(settings, volume, sites.engine_of(settings, volume).scan())


class Filler:
    """Another program's files, which leave so many bytes or inodes free."""

    def __init__(self, disk: Path) -> None:
        self._folder = disk / "other"
        self._folder.mkdir()

    def leave(self, size: int) -> None:
        """All but so many bytes; with 0 nothing at all is left."""
        with (self._folder / "large").open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"\0" * (1 << 16)):
                pass
        with (self._folder / "large").open("r+b") as file:
            file.truncate(max(file.seek(0, 2) - size, 0))

    def leave_inodes(self, count: int) -> None:
        """All but so many inodes."""
        with contextlib.suppress(OSError):
            for number in range(10_000):
                (self._folder / str(number)).touch()
        for path in sorted(self._folder.iterdir())[:count]:
            path.unlink()

    def free(self) -> None:
        """Whoever filled the disk has seen it."""
        for path in self._folder.iterdir():
            path.unlink()


@pytest.mark.slow
@pytest.mark.parametrize("what", ["bytes", "inodes"])
def test_a_full_disk_refuses_whole_edits_and_shows_the_timeline(
    settings: Settings, volume: Volume, as_alice: Browser, what: str
) -> None:
    rng, filler = random.Random(1), Filler(volume.root.parent)
    books = {name: Book() for name in PHOTOS}
    refused = 0
    for cycle in range(CYCLES):
        if what == "bytes":
            filler.leave(rng.choice((0, 0, 4096, 20_000, 1 << 20, 1_100_000)))
        else:
            filler.leave_inodes(rng.choice((0, 1, 2, 3, 5, 17, 18)))
        for name in PHOTOS:
            refused += edit(as_alice, volume, books[name], name, f"full {cycle}") == 507
        assert as_alice.get("/api/timeline/version").status_code == 200
        assert as_alice.get("/").status_code == 200
        shown = as_alice.get(f"/api/assets/{derived_id(volume.id, name)}")
        assert shown.status_code == 200
        filler.free()
        for name in PHOTOS:
            assert edit(as_alice, volume, books[name], name, f"free {cycle}") == 200
    assert refused > CYCLES / 2
    look_over(settings, volume)
    for name, book in books.items():
        book.judge(ledgers.read((volume.root / f"{name}.kphotos.json").read_bytes()))


def edit(browser: Browser, volume: Volume, book: Book, name: str, title: str) -> int:
    """Set the title over all that is there; the status: done and in the book, or refused as a whole."""
    url, before = f"/api/assets/{derived_id(volume.id, name)}", files(volume)
    change = {"field": "title", "op": "set", "value": title}
    answer = browser.send("PATCH", url, {"changes": [change]})
    assert answer.status_code in (200, 507), answer.text
    if answer.status_code == 200:
        book.wrote("title", text(title), frozenset(range(len(book.lines))))
    else:
        assert answer.json is not None
        assert (answer.json["error"]["code"], answer.json["error"]["kept"]) == (
            "disk_full",
            "Nothing was changed.",
        )
        assert files(volume) == before
    return answer.status_code


@pytest.mark.parametrize("library", ["one disk"], indirect=True)
def test_thumbnails_wait_for_room_and_are_made_then(settings: Settings, volume: Volume) -> None:
    filler, bench = Filler(volume.root.parent), tasks.Bench(settings)
    filler.leave(100_000)
    try:
        bench.drain()
        states = jobs.counts(settings)
        assert (states["queued"], states["parked"], states["done"]) == (len(PHOTOS), 0, 0)
        filler.free()
        bench.drain()
        assert jobs.counts(settings)["done"] == len(PHOTOS)
    finally:
        bench.close()


def files(volume: Volume) -> dict[str, bytes]:
    """What lies in the folder, temps of earlier edits apart."""
    found = (path for path in volume.root.iterdir() if path.is_file() and "-swap-" not in path.name)
    return {path.name: path.read_bytes() for path in found}


def test_an_edit_that_is_refused_half_done_is_seen(
    settings: Settings, volume: Volume, as_alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*words: object) -> None:
        raise Unavailable("The disk is full.", code=db.FULL, kept="Nothing was changed.")

    monkeypatch.setattr(intake, "project", refuse)
    # As if what the index refuses after the disk has it were a refusal of the edit.
    monkeypatch.setattr(edits, "told_later", lambda *_: contextlib.nullcontext())
    with pytest.raises(AssertionError):
        edit(as_alice, volume, Book(), PHOTOS[0], "Lake")


@pytest.mark.parametrize("library", ["one disk"], indirect=True)
def test_the_ballast_goes_when_the_disk_runs_full_and_comes_back(settings: Settings, volume: Volume) -> None:
    filler = Filler(volume.root.parent)
    assert room.tend(settings)
    before = (settings.storage_path / "ballast").stat().st_blocks * 512
    filler.leave(0)
    assert not room.tend(settings)
    assert not room.tend(settings), "what it left is for others"
    assert room._room(settings.storage_path)[0] >= before > 0
    filler.free()
    assert room.tend(settings)
