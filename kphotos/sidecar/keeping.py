"""What an admin is told of the volumes, and does about them: look again, confirm, accept, retire.

Nothing here scans: a wish is written down, and the process that watches does it at its next turn.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass

from kphotos.config import Settings
from kphotos.errors import Conflict, Forbidden, Invalid, KPhotosError, NotFound, Unavailable
from kphotos.index import generation, query
from kphotos.index.query import Sketch
from kphotos.index.scope import EVERYTHING
from kphotos.runtime import progress, watches
from kphotos.runtime.watches import Watched
from kphotos.sidecar import missing, sites
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync import errors as sync
from sync.apply.temps import site_digest
from sync.engine import Sharer

_KEPT = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Standing:
    """A volume and how it is.

    `state` is "online", "offline" or "halted" as the last scan found it, `reason` a sentence or "".
    `photos` in the index; `missing` of them are not where they were and not believed to be gone. Bytes
    `free` of `total` are None where the disk cannot be asked. `reading` counts the files that a running
    scan has read, None when none runs; `is_asked`: one is to begin. `sharers` is empty where nobody
    else is.
    """

    volume: Volume
    state: str
    reason: str
    photos: int
    missing: int
    watched: Watched
    free: int | None = None
    total: int | None = None
    reading: int | None = None
    is_asked: bool = False
    sharers: tuple[Sharer, ...] = ()


def standings(settings: Settings) -> list[Standing]:
    """All volumes as they are, by name; raises IndexMissing while there is no index."""
    with generation.use(settings):
        told = {row.volume: row for row in query.roots(EVERYTHING)}
        photos = query.by_volume(EVERYTHING)
    known, wishes = watches.every(settings), watches.asked(settings)
    reading = {step.name: step.done for step in progress.under_way(settings)}
    found = []
    for volume in volumes.every(settings):
        row = told.get(volume.id)
        state = row.kind if row is not None else "online"
        free, total = _space(volume) if state != "offline" else (None, None)
        found.append(
            Standing(
                volume,
                state,
                row.reason if row is not None else "",
                photos.get(volume.id, 0),
                missing.count(settings, sites.site_id(settings), volume.id),
                known.get(volume.id, Watched(volume.id)),
                free,
                total,
                reading.get(f"scan:{volume.id}"),
                volume.id in wishes,
                _sharers(settings, volume) if state != "offline" else (),
            )
        )
    return found


def standing(settings: Settings, volume: str) -> Standing:
    """One volume as it is; NotFound, IndexMissing."""
    for found in standings(settings):
        if found.volume.id == volume:
            return found
    raise NotFound("There is no such volume.")


def gone(
    settings: Settings, volume: Volume, start: int, limit: int
) -> tuple[int, list[tuple[str, Sketch | None]]]:
    """How many originals are missing, and some of them by path, each with what the index has of it."""
    site = sites.site_id(settings)
    paths = missing.page(settings, site, volume.id, start, limit)
    with generation.use(settings):
        known = query.sketches(EVERYTHING, volume.id, paths)
    return missing.count(settings, site, volume.id), [(path, known.get(path)) for path in paths]


def look_again(settings: Settings, volume: Volume) -> None:
    """Wish for a scan."""
    watches.ask(settings, volume.id)


def confirm(settings: Settings, volume: Volume, count: int) -> None:
    """Believe that so many missing originals are gone; Conflict if it is another number by now."""
    found = missing.count(settings, sites.site_id(settings), volume.id)
    if found == 0:
        raise Conflict("No photo of this volume is missing.", code="nothing_missing", kept=_KEPT)
    if found != count:
        raise Conflict(f"{found} photos are missing, not {count}.", code="count_changed", kept=_KEPT)
    watches.ask(settings, volume.id, count)


def accept(settings: Settings, volume: Volume) -> None:
    """Take a root without a marker for this volume's, whatever other files are in it by now."""
    if volume.marked:
        raise Conflict(
            "This folder is known by its marker: only the disk that carries it is this volume.",
            code="marked",
            kept=_KEPT,
        )
    volumes.describe(settings, volume, ())
    watches.ask(settings, volume.id)


def retire(settings: Settings, volume: Volume, site: str) -> None:
    """Count no more on a machine that is gone for good; it comes back by itself if it is not."""
    _with_engine(settings, volume, site, is_retired=True)


def recall(settings: Settings, volume: Volume, site: str) -> None:
    """Count on a retired machine again."""
    _with_engine(settings, volume, site, is_retired=False)


def own_site(settings: Settings) -> str:
    """The digest by which this installation is known in a volume."""
    return site_digest(sites.site_id(settings))


def is_watched(settings: Settings) -> bool:
    """Whether the watching process of this home runs: it holds its lock as long as it does."""
    try:
        descriptor = os.open(settings.storage_path / "locks" / "watch.lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _with_engine(settings: Settings, volume: Volume, site: str, *, is_retired: bool) -> None:
    engine = sites.engine_of(settings, volume)
    try:
        (engine.retire if is_retired else engine.recall)(site)
    except sync.NotFound as error:
        raise NotFound("No such machine uses this volume.") from error
    except sync.Refused as error:
        raise Invalid("site", "This machine is here: it cannot be retired.", kept=_KEPT) from error
    except sync.ReadOnly as error:
        raise Forbidden(
            "The folder cannot be written, so the other machines could not be told.",
            code="read_only",
            kept=_KEPT,
        ) from error
    except sync.Offline as error:
        raise Unavailable(
            f"The volume is offline: {error.reason}.", code="volume_offline", kept=_KEPT
        ) from error


def _sharers(settings: Settings, volume: Volume) -> tuple[Sharer, ...]:
    with suppress(sync.SyncError, KPhotosError, OSError):
        found = sites.engine_of(settings, volume).sharers()
        return tuple(found) if len(found) > 1 else ()
    return ()


def _space(volume: Volume) -> tuple[int | None, int | None]:
    try:
        usage = shutil.disk_usage(volume.root)
    except OSError:
        return None, None
    return usage.free, usage.total
