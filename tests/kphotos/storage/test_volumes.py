"""A folder becomes a volume once, keeps its identity when it moves, and is never taken for another."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from kphotos.config import Settings, from_env
from kphotos.errors import Invalid, NotFound
from kphotos.sidecar import sites
from kphotos.storage import volumes
from tests.photos import jpeg


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return from_env({}, storage_path=tmp_path / "home", dotenv=None)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    jpeg(folder / "lake.jpg")
    return folder


def test_a_folder_is_registered_once(settings: Settings, root: Path) -> None:
    first = sites.add(settings, root)
    assert sites.add(settings, root) == first
    assert volumes.every(settings) == [first]
    assert volumes.get(settings, first.id).root == root


def test_a_folder_that_moved_is_the_same_volume(settings: Settings, root: Path, tmp_path: Path) -> None:
    first = sites.add(settings, root)
    moved = root.rename(tmp_path / "moved")
    again = sites.add(settings, moved)
    assert (again.id, again.root) == (first.id, moved)
    assert len(volumes.every(settings)) == 1


def test_a_second_home_knows_the_folder_by_the_same_id(
    settings: Settings, root: Path, tmp_path: Path
) -> None:
    first = sites.add(settings, root)
    other = from_env({}, storage_path=tmp_path / "other", dotenv=None)
    again = sites.add(other, root)
    assert again.id == first.id
    assert [event for event in sites.engine_of(other, again).scan() if "offline" in repr(event)] == []


def test_a_copy_of_a_volume_is_refused_and_named(settings: Settings, root: Path, tmp_path: Path) -> None:
    sites.add(settings, root)
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    with pytest.raises(Invalid) as refused:
        sites.add(settings, copy)
    assert os.fspath(root) in refused.value.message
    assert refused.value.kept


@pytest.mark.parametrize("inside", ["", "records", "index/deeper"])
def test_our_own_home_is_no_volume(settings: Settings, inside: str) -> None:
    folder = settings.storage_path / inside
    folder.mkdir(parents=True, exist_ok=True)
    with pytest.raises(Invalid):
        volumes.register(settings, folder)


def test_uploads_and_a_demo_below_the_home_may_be_volumes(settings: Settings) -> None:
    folder = settings.storage_path / "demo"
    folder.mkdir()
    assert volumes.register(settings, folder).root == folder


def test_what_is_no_folder_is_refused(settings: Settings, root: Path) -> None:
    with pytest.raises(Invalid):
        volumes.register(settings, root / "lake.jpg")
    assert volumes.every(settings) == []


def test_a_path_on_disk_is_found_in_its_volume(settings: Settings, root: Path) -> None:
    volume = sites.add(settings, root)
    odd = root / os.fsdecode(b"od\xffd")
    assert volumes.at(settings, odd / "x.jpg") == (volume, "od\udcffd/x.jpg")
    with pytest.raises(NotFound):
        volumes.at(settings, root.parent / "elsewhere.jpg")


def test_a_path_is_the_same_however_it_goes_about(settings: Settings, root: Path, tmp_path: Path) -> None:
    volume = sites.add(settings, root)
    (root / "2024").mkdir()
    (tmp_path / "link").symlink_to(root)
    for path in (
        root / "2024" / ".." / "lake.jpg",
        root / ".." / root.name / "lake.jpg",
        tmp_path / "link" / "lake.jpg",
    ):
        assert volumes.at(settings, path) == (volume, "lake.jpg")


@pytest.mark.parametrize("words", ["..", "2024/../..", "../elsewhere.jpg", "lake.jpg/../../lake.jpg"])
def test_no_path_leads_out_of_its_volume(words: str, settings: Settings, root: Path) -> None:
    sites.add(settings, root)
    with pytest.raises(NotFound):
        volumes.at(settings, root / words)


def test_a_volume_in_another_or_around_one_is_refused(settings: Settings, root: Path, tmp_path: Path) -> None:
    first = sites.add(settings, root)
    jpeg(root / "Trip" / "sea.jpg")
    for folder in (root / "Trip", tmp_path):
        with pytest.raises(Invalid) as refused:
            sites.add(settings, folder)
        assert first.name in refused.value.message
    assert volumes.every(settings) == [first]


def test_our_own_home_in_a_volume_shows_none_of_its_pictures(root: Path) -> None:
    settings = from_env({}, storage_path=root / "home", dotenv=None)
    volume = sites.add(settings, root)
    jpeg(settings.storage_path / "derivatives" / "ab" / "thumb.jpg")
    seen = [event for event in sites.engine_of(settings, volume).scan() if "Seen" in type(event).__name__]
    assert [event.asset.path for event in seen] == ["lake.jpg"]  # type: ignore[union-attr]


def test_a_removed_volume_comes_back_as_itself(settings: Settings, root: Path) -> None:
    first = sites.add(settings, root)
    volumes.remove(settings, first)
    assert volumes.every(settings) == []
    with pytest.raises(NotFound):
        volumes.get(settings, first.id)
    assert sites.add(settings, root) == first


def test_another_disk_where_a_removed_volume_was_is_another_volume(settings: Settings, root: Path) -> None:
    first = sites.add(settings, root)
    volumes.remove(settings, first)
    (root / ".kphotos" / "volume.json").write_text('{"id": "0123", "kphotos": 1}')
    assert sites.add(settings, root).id == "0123"
