"""The originals by which a volume is known whose root carries no marker, since it may not be written."""

from __future__ import annotations

from collections.abc import Iterator

from kphotos import db
from kphotos.config import Settings
from kphotos.errors import IndexMissing
from kphotos.index import generation
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync.core import names
from sync.core.brakes import Landmark, choose_landmarks

_NEWS = 0.2
"""The share of the landmarks that must have changed before they are written down anew."""


def take(settings: Settings, volume: Volume) -> Volume:
    """After a scan that found the volume to be itself: choose them, or choose again where many have gone."""
    if volume.marked:
        return volume
    try:
        chosen = choose_landmarks(volume.id, _originals(settings, volume))
    except IndexMissing:
        return volume
    known = {one.path: one for one in volume.landmarks}
    same = sum(known.get(one.path) == one for one in chosen)
    if chosen and len(chosen) == len(known) and same >= (1 - _NEWS) * len(chosen):
        return volume
    return volumes.describe(settings, volume, chosen)


def _originals(settings: Settings, volume: Volume) -> Iterator[Landmark]:
    with generation.use(settings) as index, db.snapshot(index.database):
        sql = "SELECT path, size, hash FROM asset WHERE volume = ?"
        for path, size, hash_ in db.stream(index.database, sql, (volume.id,)):
            yield Landmark(names.unescape(path), size, hash_)
