"""Rows of a volume that is offline are taken over into the new generation, and of no other volume."""

from __future__ import annotations

import pytest

from kphotos import index
from kphotos.config import Settings
from kphotos.errors import IndexMissing
from kphotos.index import carry, generation, projection
from kphotos.index.digest import digest
from kphotos.index.rows import Facts, ProblemRow, RecordRow
from tests.kphotos.index.rows import VOLUME, photo
from tests.kphotos.index.test_projection import CONTENT, FULL

OFFLINE = [
    FULL,
    photo("b", "2020-01-01"),
    ProblemRow(VOLUME, "b.jpg", "foreign", "Two differ.", "Both are kept."),
]
ONLINE = [
    photo("c", volume="v2", fields={"tags": ["Lake"], "people": ["Ana"]}, favourites=frozenset({"alice"}))
]


def test_all_of_one_volume_and_nothing_else_is_carried_over(ready: Settings) -> None:
    spoken_of_elsewhere = RecordRow("favourites", "charlie", 1, {"assets": [FULL.id]})
    projection.project(
        ready, [*OFFLINE, *ONLINE, spoken_of_elsewhere, Facts(CONTENT, has_thumb=True, thumbhash=b"\0\xff")]
    )
    name = generation.create(ready)
    with index.opened(ready, name):
        assert carry.over(ready, VOLUME) == 2
        carried = digest()
    other = generation.create(ready)
    with index.opened(ready, other):
        projection.apply(OFFLINE)
        assert digest() == carried


def test_without_an_index_there_is_nothing_to_carry(settings: Settings) -> None:
    name = generation.create(settings)
    with index.opened(settings, name), pytest.raises(IndexMissing):
        carry.over(settings, VOLUME)


def test_what_was_read_anew_keeps_nothing_that_the_older_index_says_of_it(ready: Settings) -> None:
    """Of a volume of which a part cannot be read, the rest is as the disk says."""
    old = photo(
        "b", "2020-01-01", fields={"tags": ["Old"], "people": ["Ana"]}, favourites=frozenset({"alice"})
    )
    projection.project(ready, [*OFFLINE, old, ProblemRow(VOLUME, "", "offline", "It was away.", "Nothing.")])
    new = [photo("b", "2020-01-01", fields={"tags": ["New"]})]
    name = generation.create(ready)
    with index.opened(ready, name):
        projection.apply(new)
        carry.over(ready, VOLUME)
        carried = digest()
    other = generation.create(ready)
    with index.opened(ready, other):
        projection.apply([FULL, *new])
        assert digest() == carried
