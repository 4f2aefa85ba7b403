"""Photos copied with their sidecars to a second disk are other photos; moved there, they are the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kphotos import db, index
from kphotos.index import query
from kphotos.index.scope import EVERYTHING
from kphotos.sidecar import edits, intake, rebuild, sites, verify
from kphotos.sidecar.observed import MODELS
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync.core.model import Change
from tests.kphotos.sidecar.conftest import Library

SIDECARS = ("lake.jpg", "lake.jpg.xmp", "lake.jpg.kphotos.json")


def scan(library: Library, volume: Volume) -> None:
    intake.take(library.settings, volume, sites.engine_of(library.settings, volume).scan())


def id_at(library: Library, volume: Volume) -> str:
    with index.use(library.settings):
        return query.asset_at(EVERYTHING, volume.id, "lake.jpg").id


def second(library: Library, root: Path) -> Volume:
    """A second volume, with another photo in it."""
    (root / "there").mkdir(parents=True)
    shutil.copy2(library.root / "Trip" / "sea.jpg", root / "there")
    other = sites.add(library.settings, root)
    scan(library, other)
    return other


def copied(library: Library, root: Path) -> Volume:
    """The same, with a copy of one of the first's with its sidecars."""
    other = second(library, root)
    for name in SIDECARS:
        shutil.copy2(library.root / name, root)
    scan(library, other)
    return other


def test_a_copy_on_a_second_disk_hides_no_photo_of_the_first(library: Library, tmp_path: Path) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    first = id_at(library, library.volume)
    other = copied(library, tmp_path / "other")
    with index.use(library.settings):
        assert query.counts(EVERYTHING)["assets"] == 4
    copy = id_at(library, other)
    assert id_at(library, library.volume) == first != copy
    assert verify.verify(library.settings).differences == []
    edits.edit(library.settings, other, "lake.jpg", [Change("title", "set", "Copy")], by="alice")
    assert (id_at(library, library.volume), id_at(library, other)) == (first, copy)
    assert library.value("lake.jpg", "title") == "Lake"


def test_the_copy_stays_another_photo_when_the_first_is_away_or_gone(
    library: Library, tmp_path: Path
) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    library.root.rename(tmp_path / "unplugged")
    other = copied_from(library, tmp_path / "unplugged", tmp_path / "other")
    copy = id_at(library, other)
    assert copy != id_at(library, library.volume)
    (tmp_path / "unplugged").rename(library.root)
    for name in SIDECARS:
        (library.root / name).unlink()
    library.scan()
    assert id_at(library, other) == copy
    rebuild.rebuild(library.settings)
    assert id_at(library, other) == copy


def copied_from(library: Library, root: Path, to: Path) -> Volume:
    other = sites.add(library.settings, made(to))
    for name in SIDECARS:
        shutil.copy2(root / name, to)
    scan(library, other)
    return other


def made(root: Path) -> Path:
    root.mkdir()
    return root


def test_a_photo_moved_to_a_second_disk_with_its_sidecars_is_the_same(
    library: Library, tmp_path: Path
) -> None:
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    first = id_at(library, library.volume)
    other = second(library, tmp_path / "other")
    for name in SIDECARS:
        shutil.move(library.root / name, other.root)
    scan(library, other)
    library.scan()
    assert id_at(library, other) == first
    assert verify.verify(library.settings).differences == []


def test_a_new_photo_under_the_name_of_one_that_moved_to_a_second_disk_is_another(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kphotos.sidecar.elsewhere._FRESH_SECONDS", 0.0)
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    first = id_at(library, library.volume)
    other = second(library, tmp_path / "other")
    for name in SIDECARS:
        shutil.move(library.root / name, tmp_path / "other" / name)
    library.scan()
    scan(library, other)
    shutil.copy(library.root / "Trip" / "sea.jpg", library.root / "lake.jpg")
    library.scan()
    new = id_at(library, library.volume)
    assert id_at(library, other) == first != new
    assert verify.verify(library.settings).differences == []
    rebuild.rebuild(library.settings)
    assert (id_at(library, other), id_at(library, library.volume)) == (first, new)


def filed_away(library: Library, root: Path) -> tuple[Volume, str]:
    """A second volume to which an edited photo has been moved, which nobody has seen yet; and its id."""
    library.edit("lake.jpg", Change("title", "set", "Lake"))
    first = id_at(library, library.volume)
    other = second(library, root)
    for name in SIDECARS:
        shutil.move(library.root / name, root / name)
    library.scan()
    return other, first


def take_its_name(library: Library) -> None:
    shutil.copy(library.root / "Trip" / "sea.jpg", library.root / "lake.jpg")
    library.scan()


def both_are_shown(library: Library, other: Volume, first: str) -> None:
    with index.use(library.settings):
        assert query.counts(EVERYTHING)["assets"] == 4
    assert id_at(library, other) == first != id_at(library, library.volume)


def test_a_disk_that_is_looked_at_late_hides_none_that_took_the_name_meanwhile(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kphotos.sidecar.elsewhere._FRESH_SECONDS", 0.0)
    other, first = filed_away(library, tmp_path / "other")
    take_its_name(library)
    scan(library, other)
    both_are_shown(library, other, first)
    library.scan()
    assert verify.verify(library.settings).differences == []
    rebuild.rebuild(library.settings)
    both_are_shown(library, other, first)


@pytest.mark.parametrize("order", [1, -1], ids=["the new one first", "the old one first"])
def test_a_rebuild_without_memory_shows_both(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: int
) -> None:
    monkeypatch.setattr("kphotos.sidecar.elsewhere._FRESH_SECONDS", 0.0)
    other, first = filed_away(library, tmp_path / "other")
    scan(library, other)
    take_its_name(library)
    forget(library)
    every = sorted(volumes.every(library.settings), key=lambda one: one.id != library.volume.id)
    monkeypatch.setattr(volumes, "every", lambda settings: every[::order])
    for _ in range(2):
        rebuild.rebuild(library.settings)
        both_are_shown(library, other, first)
        assert verify.verify(library.settings).differences == []


def forget(library: Library) -> None:
    """Lose all that was observed, as if somebody had deleted it."""
    with db.state(library.settings, "observed", MODELS) as database, db.writing(database):
        for table in ("folder", "sidecar", "original"):
            db.run(database, f"DELETE FROM {table}")
