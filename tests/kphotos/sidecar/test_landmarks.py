"""A folder that may not be written is known by what is in it, turned writable and back, never confused."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from kphotos import records
from kphotos.sidecar import landmarks, removing, scanning
from kphotos.storage import volumes
from sync.core.brakes import Landmark
from sync.core.model import Change
from tests.kphotos.sidecar.conftest import Library
from tests.photos import jpeg


def read_only(library: Library) -> Library:
    """The folder as one that was never writable: no marker, nothing of ours in it."""
    shutil.rmtree(library.root / ".kphotos")
    library.volume = volumes.keep_off(
        library.settings, replace(library.volume, marked=False, writable=True), hands_off=True
    )
    library.scan()
    library.volume = scanning.identified(library.settings, library.volume)
    return library


def test_the_originals_of_a_read_only_volume_become_its_landmarks(library: Library) -> None:
    volume = read_only(library).volume
    sizes = {name: (library.root / name).stat().st_size for name in ("Trip/sea.jpg", "lake.jpg")}
    assert volume.landmarks == tuple(Landmark(path, size) for path, size in sizes.items())
    assert volumes.get(library.settings, volume.id).landmarks == volume.landmarks
    assert scanning.identified(library.settings, volume) is volume


def test_a_marked_volume_needs_none(library: Library) -> None:
    assert landmarks.take(library.settings, library.volume).landmarks == ()


def test_another_disk_there_is_offline_and_changes_no_row(library: Library) -> None:
    read_only(library)
    for path in (library.root / "Trip", library.root / "lake.jpg"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    jpeg(library.root / "lake.jpg", size=(32, 32))
    tally = library.scan()
    assert tally.root is not None
    assert (tally.root.state, tally.gone) == ("offline", 0)
    assert "other files" in tally.root.reason
    assert library.view("Trip/sea.jpg").name == "sea.jpg"


def test_taken_as_it_is_it_is_online_again(library: Library) -> None:
    read_only(library)
    shutil.rmtree(library.root / "Trip")
    (library.root / "lake.jpg").unlink()
    jpeg(library.root / "lake.jpg", size=(32, 32))
    library.volume = volumes.describe(library.settings, library.volume, ())
    tally = library.scan()
    assert (tally.root and tally.root.state, tally.gone) == ("online", 1)


def test_edits_made_read_only_move_in_when_the_disk_may_be_written(library: Library) -> None:
    read_only(library)
    library.edit("lake.jpg", Change("title", "set", "Kept at home"))
    assert not list(library.root.rglob("*.kphotos.json"))
    library.volume = volumes.keep_off(library.settings, library.volume, hands_off=False)
    assert library.volume.writable
    library.scan()
    assert (library.root / "lake.jpg.kphotos.json").exists()
    assert b"Kept at home" in (library.root / "lake.jpg.xmp").read_bytes()
    assert scanning.identified(library.settings, library.volume).marked
    overlay = library.settings.storage_path / "overlay" / library.volume.id
    assert [path for path in overlay.rglob("*") if path.is_file()] == []
    assert library.value("lake.jpg", "title") == "Kept at home"
    assert library.hashes() == library.originals


def test_and_back_again_all_of_it_is_seen(library: Library) -> None:
    library.edit("lake.jpg", Change("title", "set", "Beside"))
    library.volume = scanning.identified(library.settings, library.volume)
    library.volume = volumes.keep_off(library.settings, library.volume, hands_off=True)
    before = {path: path.read_bytes() for path in library.root.rglob("*") if path.is_file()}
    library.scan()
    assert library.value("lake.jpg", "title") == "Beside"
    library.edit("lake.jpg", Change("rating", "set", 3))
    library.scan()
    assert (library.value("lake.jpg", "title"), library.value("lake.jpg", "rating")) == ("Beside", 3)
    assert {path: path.read_bytes() for path in library.root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("wrecked", ["unmounted", "another disk"])
def test_a_root_that_is_not_itself_is_never_taken_for_turned(library: Library, wrecked: str) -> None:
    library.volume = scanning.identified(library.settings, library.volume)
    shutil.rmtree(library.root)
    library.root.mkdir(mode=0o755)
    if wrecked == "another disk":
        jpeg(library.root / "other.jpg")
    wanted = volumes.keep_off(library.settings, library.volume, hands_off=True)
    assert wanted.writable
    tally = library.scan()
    assert tally.root is not None
    assert tally.root.state == "offline"


def test_a_damaged_list_of_landmarks_is_none_that_fits(library: Library) -> None:
    told = {"root": "/x", "landmarks": [[], 5, ["a.jpg", "big", 3], ["b.jpg", 7, "sha256:0"]]}
    records.save(library.settings, "volumes", "a", told)
    found = volumes.get(library.settings, "a")
    assert [one.size for one in found.landmarks] == [-1, -1, -1, 7]


def test_a_scan_that_ends_late_takes_back_nothing_that_an_admin_has_said_meanwhile(library: Library) -> None:
    settings, before = library.settings, read_only(library).volume
    before = volumes.describe(settings, before, ())
    # The disk itself may not be written, and an admin forbids it for good.
    mounted = volumes.keep_off(settings, before, hands_off=False)
    mounted = replace(mounted, writable=False)
    volumes.keep_off(settings, mounted, hands_off=True)
    scanning.identified(settings, mounted)
    assert volumes.get(settings, before.id).hands_off
    removing.remove(settings, before)
    volumes.describe(settings, mounted, [Landmark("lake.jpg", 1)])
    volumes.mark(settings, mounted)
    volumes.follow_disk(settings, mounted)
    assert volumes.every(settings) == []
