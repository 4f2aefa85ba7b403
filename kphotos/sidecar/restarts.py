"""After a restart of the machine the index may lack its newest rows: everything is looked at once more.

Index and `observed` are written without waiting for the disk, each for itself. When the power fails, what was
seen may still be remembered while the row that tells of it is gone, and a scan would then find nothing new. A
kill of K-Photos alone takes nothing from either.
"""

from __future__ import annotations

from kphotos.config import Settings
from kphotos.sidecar import sites
from kphotos.sidecar.observed import Observed
from kphotos.storage.volumes import Volume
from sync.osfs.machine import boot

_KEY = "//boot"  # no path in a volume begins with a slash


def is_first_scan(settings: Settings, volume: Volume) -> bool:
    """Whether no scan of the volume has come to its end since the machine was started."""
    return _memory(settings).last(volume.id, _KEY) != boot().encode()


def scanned(settings: Settings, volume: Volume) -> None:
    """A scan of everything has found the volume online and is in the index."""
    _memory(settings).keep(volume.id, {_KEY: boot().encode()})


def _memory(settings: Settings) -> Observed:
    return Observed(settings, sites.site_id(settings))
