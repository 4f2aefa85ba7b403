"""What lies in more than one place."""

from __future__ import annotations

from kphotos.index import Index, projection
from kphotos.index.duplicates import Copies, duplicates
from kphotos.index.scope import EVERYTHING, Scope
from tests.kphotos.index.rows import VOLUME, photo

ALICE = Scope(user="alice", volumes=frozenset({VOLUME}))
ONE, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64


def test_originals_of_the_same_bytes_are_told_together(bound: Index) -> None:
    projection.put(
        [
            photo("lake", hash=ONE),
            photo("IMG.sync-conflict-20240601-101112-ABCDEF7", hash=ONE),
            photo("sea", hash=OTHER),
            photo("hill"),
            photo("dale"),
        ]
    )
    paths = ((VOLUME, "IMG.sync-conflict-20240601-101112-ABCDEF7.jpg"), (VOLUME, "lake.jpg"))
    assert duplicates(ALICE) == [Copies(ONE, 1_000, paths)]


def test_the_trash_and_what_the_viewer_may_not_see_are_no_duplicates(bound: Index) -> None:
    projection.put(
        [
            photo("lake", hash=ONE),
            photo("old", hash=ONE, trashed=True),
            photo("hers", hash=ONE, volume="v2"),
            photo("his", hash=ONE, volume="v2"),
        ]
    )
    assert duplicates(ALICE) == []
    (found,) = duplicates(EVERYTHING)
    assert [path for _, path in found.places] == ["lake.jpg", "hers.jpg", "his.jpg"]


def test_no_more_than_asked_for(bound: Index) -> None:
    projection.put(photo(f"{name}{twin}", hash=f"sha256:{name * 64}") for name in "abc" for twin in "12")
    assert len(duplicates(ALICE)) == 3
    assert len(duplicates(ALICE, limit=2)) == 2
