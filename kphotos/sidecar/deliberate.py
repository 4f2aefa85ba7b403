"""What a person says of a photo's sidecars as a whole: they are not its own; the older ledger shall stand."""

from __future__ import annotations

from kphotos import errors
from kphotos.config import Settings
from kphotos.sidecar import edits, intake, sites
from kphotos.storage.volumes import Volume
from sync.engine import Asset
from sync.errors import Refused, SyncError


def disown(settings: Settings, volume: Volume, path: str) -> Asset:
    """Set the sidecars of another picture aside (renamed, never deleted), so that the photo can have its own.

    Raises Conflict if they are its own, and what `edits.edit` raises.
    """
    try:
        asset = sites.engine_of(settings, volume).disown(path)
    except SyncError as error:
        raise _refused(error) from error
    return intake.project(settings, volume, asset)


def adopt_disk(settings: Settings, volume: Volume, path: str, *, by: str | None) -> Asset:
    """Let the older ledger that was put back beside the photo stand, though a newer one is known here.

    Raises Conflict where nothing newer is known, and what `edits.edit` raises.
    """
    try:
        asset = sites.engine_of(settings, volume).adopt_disk(path, by)
    except SyncError as error:
        raise _refused(error) from error
    return intake.project(settings, volume, asset)


def _refused(error: SyncError) -> errors.KPhotosError:
    refused = edits.refused(error)
    if isinstance(error, Refused):
        return errors.Conflict(refused.message, code="nothing_to_do", kept="Nothing was changed.")
    return refused
