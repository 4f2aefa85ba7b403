"""One full scan of a volume, brought into the index, told to the pages, and its root remembered."""

from __future__ import annotations

from kphotos.config import Settings
from kphotos.runtime import watches
from kphotos.sidecar import intake, landmarks, sites
from kphotos.sidecar.intake import Tally, Tell
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync.engine import Root


def scan(
    settings: Settings,
    volume: Volume,
    *,
    confirmed: int = 0,
    sidecars: bool = False,
    everything: bool = False,
    tell: Tell | None = None,
) -> tuple[Volume, Tally]:
    """Look at all of a volume; the volume as it is known from now on, and what the scan came to.

    `confirmed` originals are really gone; with `sidecars` all of them are read again, with `everything` all
    there is. `tell` hears the number of assets seen.
    """
    engine = sites.engine_of(settings, volume)
    events = engine.scan(confirmed=confirmed, sidecars=sidecars, everything=everything)
    tally = intake.take(settings, volume, events, tell)
    if tally.root is not None:
        report(settings, volume, tally.root)
        if tally.root.state == "online":
            volume = identified(settings, volume)
    return volume, tally


def report(settings: Settings, volume: Volume, root: Root) -> None:
    """Let pages know when the volume was looked at, and how its root was found."""
    told: dict[str, int | str] = {"root": root.state, "gone": root.gone, "away": root.away}
    watches.tell(settings, volume.id, scanned_ms=watches.now_ms(), **told)


def identified(settings: Settings, volume: Volume) -> Volume:
    """The volume whose root has just been found to be its own: marked by now, or known by landmarks."""
    if volume.writable and not volume.marked:
        return volumes.mark(settings, volume)
    return landmarks.take(settings, volume)
