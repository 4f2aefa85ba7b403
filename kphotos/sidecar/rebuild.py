"""Make the index again from what lies on disk, while people go on reading and editing.

A new generation is filled beside the one that is read. Whoever edits meanwhile notes the place
(`runtime.rebuilds`); those places are read once more before the swap and after it, and the rebuild is
over only in the transaction that finds none left. A volume that is offline keeps the rows it had.
"""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from kphotos import records
from kphotos.config import Settings
from kphotos.errors import IndexMissing, NotFound
from kphotos.index import carry, generation, projection
from kphotos.index.rows import Change
from kphotos.runtime import rebuilds
from kphotos.sidecar import intake, sites
from kphotos.storage import volumes
from sync.core import names

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """How far a rebuild is: assets done in all, and the volume being read."""

    volume: str
    assets: int


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild came to. `carried` names the offline volumes whose rows were taken over as they
    were; `lost` those of which there was nothing to take over."""

    generation: str
    assets: int = 0
    problems: int = 0
    seconds: float = 0.0
    carried: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


Progress = Callable[[Step], None]


def rebuild(settings: Settings, progress: Progress | None = None) -> Rebuilt:
    """Replace the index by one made from disk. Raises Unavailable if another rebuild runs."""
    begun = time.monotonic()
    with generation.rebuilding(settings) as name:
        done = Rebuilt(name)
        with generation.opened(settings, name), _rarely_collected():
            fill(settings, done, progress)
        generation.finish(settings, name, partial(_replay, settings))
    done.seconds = time.monotonic() - begun
    return done


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Let Python look for cycles rarely: what is read here has none, and looking is a sixth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def begin(settings: Settings) -> None:
    """Make an index with the records alone, which a scan then fills while people look."""
    with generation.rebuilding(settings) as name:
        with generation.opened(settings, name):
            projection.apply(records.changes(settings))
        generation.finish(settings, name, partial(_replay, settings))


def fill(
    settings: Settings, done: Rebuilt, progress: Progress | None = None, *, is_spare: bool = False
) -> None:
    """Bring all records and all volumes into the bound, empty generation; a spare one is never read."""
    engine_of = sites.bystander if is_spare else sites.engine_of
    projection.apply(records.changes(settings))
    for volume in volumes.every(settings):
        tell = _teller(progress, volume.name, done.assets)
        tally = intake.fill(settings, volume, engine_of(settings, volume).scan(everything=True), tell)
        done.assets += tally.seen
        done.problems += tally.problems
        carry.health(settings, volume.id)
        if tally.root is not None and (tally.root.state != "online" or tally.root.away):
            _carry(settings, volume, done)


def _teller(progress: Progress | None, volume: str, before: int) -> Callable[[int], None] | None:
    return None if progress is None else lambda seen: progress(Step(volume, before + seen))


def _carry(settings: Settings, volume: volumes.Volume, done: Rebuilt) -> None:
    """Take over what cannot be read now: all of an offline volume, of another what a scan did not find."""
    try:
        done.assets += carry.over(settings, volume.id)
        done.carried.append(volume.name)
    except IndexMissing:
        LOG.warning("The volume %s is offline and no older index tells of it.", volume.name)
        done.lost.append(volume.name)


def _replay(settings: Settings, places: list[rebuilds.Place]) -> None:
    projection.apply(change for place in places for change in _again(settings, place))


def _again(settings: Settings, place: rebuilds.Place) -> list[Change]:
    volume, path = place
    if not volume:
        head, _, name = path.partition("/")
        if head == "records":
            return records.changes_at(settings, path)
        known = intake.store_of(settings).facts(name)
        return [intake.facts_row(known)] if known is not None else []
    try:
        return intake.look_again(settings, volumes.get(settings, volume), names.unescape(path))
    except NotFound:
        return []
