"""Whether an asset's id is another volume's: somebody copied photos with their sidecars to a second disk."""

from __future__ import annotations

import time
from collections.abc import Callable

from kphotos.config import Settings
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync.engine import Engine

_FRESH_SECONDS = 5.0


class Elsewhere:
    """Asks all volumes but one; which there are is read now and then, for a scan asks for each photo."""

    def __init__(self, settings: Settings, own: str, engine_of: Callable[[Settings, Volume], Engine]) -> None:
        self._settings, self._own, self._engine_of = settings, own, engine_of
        self._others: list[Volume] = []
        self._read_at = -_FRESH_SECONDS

    def __call__(self, asset_id: str) -> bool:
        """Whether an original of another volume has the id, or had it when its disk was last there."""
        if time.monotonic() - self._read_at >= _FRESH_SECONDS:
            found = volumes.every(self._settings)
            self._others = [volume for volume in found if volume.id != self._own]
            self._read_at = time.monotonic()
        return any(self._engine_of(self._settings, other).holds(asset_id) for other in self._others)
