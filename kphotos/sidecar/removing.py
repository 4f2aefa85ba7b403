"""A volume is no more K-Photos' business: its rows go, its files stay as they are, every one of them.

The record remembers what the volume was called and the overlay keeps what was edited while it was read-only:
added again, it is as it was.
"""

from __future__ import annotations

from contextlib import suppress

from kphotos import db
from kphotos.config import Settings
from kphotos.errors import IndexMissing
from kphotos.index import generation, projection, query
from kphotos.index.rows import Change, Cleared, Gone
from kphotos.index.scope import Scope
from kphotos.runtime import watches
from kphotos.sidecar import missing, sites
from kphotos.sidecar.observed import Observed
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume

_MOST = 100_000


def remove(settings: Settings, volume: Volume) -> None:
    """Show nothing of a volume any more. No file is touched, neither in its folder nor in the overlay."""
    volumes.remove(settings, volume)
    forget(settings, volume.id)


def forget(settings: Settings, volume: str) -> None:
    """Drop a removed volume's rows; whoever was still scanning it may have told of some meanwhile."""
    with suppress(IndexMissing):
        projection.project(settings, _rows(settings, volume))
    watches.forget(settings, volume)
    site = sites.site_id(settings)
    missing.keep(settings, site, volume, ())
    seen = Observed(settings, site)
    # What was seen of its folders goes, so that it is looked at anew if it is added again.
    seen.save_folders(volume, dict.fromkeys(seen.folders(volume)))


def _rows(settings: Settings, volume: str) -> list[Change]:
    with generation.use(settings) as index:
        found = db.run(index.database, "SELECT path FROM asset WHERE volume = ?", (volume,)).fetchall()
        told = query.problems(Scope(user="", volumes=frozenset({volume})), _MOST)
    return [*(Gone(volume, path) for (path,) in found), *(Cleared(volume, one.path) for one in told)]
