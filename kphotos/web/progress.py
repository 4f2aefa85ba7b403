"""How far a rebuild of the index is, for whoever has to wait for it."""

from __future__ import annotations

from kphotos import index
from kphotos.config import Settings
from kphotos.errors import KPhotosError
from kphotos.index.tables import Asset
from kphotos.runtime import rebuilds


def so_far(settings: Settings) -> int:
    """The number of photos in the generation that is being filled; 0 if none is."""
    try:
        generation = rebuilds.running(settings)
        if generation is None:
            return 0
        with index.opened(settings, generation):
            return int(Asset.select().count())
    except KPhotosError:
        return 0  # It was swapped in or given up at this very moment; the page asks again anyway.
