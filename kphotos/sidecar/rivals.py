"""Originals that were told of by the id of another: each is looked at again, so that the index shows both.

An engine sees to that in its own volume, and asks the others for the ids that ledgers hold. Of an original
without a ledger no other volume knows by which id it goes: that of its name, which may be in the ledger of
the one that had the name before, and was filed away to another disk.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence

from kphotos.config import Settings
from kphotos.index.rows import Rival
from kphotos.sidecar import sites
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync.core import names
from sync.engine import Asset
from sync.errors import SyncError

Place = tuple[str, str]


def of(settings: Settings, told: Sequence[Rival]) -> Iterator[tuple[Volume, Asset]]:
    """Both of each two that are there at once, as they are to be told of; none where one was merely moved."""
    there = {volume.id: volume for volume in volumes.every(settings)} if told else {}
    for rival in told:
        if _is_there(there, rival.old):
            for place in (rival.old, rival.new):
                yield from _again(settings, there, place, rival.id)


def _is_there(there: Mapping[str, Volume], place: Place) -> bool:
    volume, path = place
    return volume in there and os.path.lexists(there[volume].root / names.unescape(path))


def _again(
    settings: Settings, there: Mapping[str, Volume], place: Place, asset_id: str
) -> Iterator[tuple[Volume, Asset]]:
    volume, path = place
    asset = None
    # One that is gone again, or whose disk is away: the scan to come tells of it.
    with contextlib.suppress(SyncError, OSError, KeyError):
        asset = sites.engine_of(settings, there[volume]).look_at_rival(names.unescape(path), asset_id)
    if asset is not None:
        yield there[volume], asset
