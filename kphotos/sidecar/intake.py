"""What the engine sees becomes rows of the index, and work for the jobs.

Why an older sight can never stay in the index over a newer one, without a lock around every
projection: whoever projects looks again afterwards (`Engine.is_fresh`), and repeats if somebody wrote
in between. The last writer's own projection comes after its write, so the last state always arrives.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, takewhile

from kphotos import db, jobs
from kphotos.config import Settings
from kphotos.errors import IndexMissing, Unavailable
from kphotos.index import generation, projection
from kphotos.index.rows import Change, Cleared, Facts, Gone, Rival
from kphotos.sidecar import layers, missing, originals, rivals, sites, troubles
from kphotos.storage import alongside
from kphotos.storage.derivatives import Derivatives
from kphotos.storage.embedded import Embedded
from kphotos.storage.facts import Facts as Known
from kphotos.storage.volumes import Volume
from sync.core import names
from sync.engine import Asset, Done, Engine, Event, Later, Root, Seen, Trouble
from sync.engine import Cleared as Over
from sync.engine import Gone as Lost
from sync.errors import NotFound as NoOriginal

LOG = logging.getLogger(__name__)
DERIVE = "derive"
_BATCH = 200
_TOGETHER = 25  # batches in one transaction, of an index that nobody waits for
_REPEATS = 5
_GONE_SECONDS = 2.0  # until a photo that went away while it was looked at is looked at again
Tell = Callable[[int], None]


@dataclass(slots=True)
class Tally:
    """What one round came to; `root` is the state the volume was found in."""

    seen: int = 0
    gone: int = 0
    problems: int = 0
    root: Root | None = None
    later: list[Later] = field(default_factory=list)


def take(settings: Settings, volume: Volume, events: Iterable[Event], tell: Tell | None = None) -> Tally:
    """Bring one round of the engine into the index; the derivatives it wants are enqueued.

    `tell` hears the number of assets seen so far, batch by batch.
    """
    engine = sites.engine_of(settings, volume)
    tally = Tally()
    for assets, changes in _batches(settings, volume, events, tally):
        told = _displaced(settings, changes)
        projection.project(settings, changes)
        _repeat_stale(settings, volume, engine, assets)
        for other, asset in rivals.of(settings, told):
            project(settings, other, asset)
        jobs.enqueue_many(settings, DERIVE, wanting(settings, assets))
        if tell is not None:
            tell(tally.seen)
    if tally.root is not None and tally.root.state != "offline":
        missing.keep(settings, sites.site_id(settings), volume.id, tally.root.paths)
    return tally


def fill(settings: Settings, volume: Volume, events: Iterable[Event], tell: Tell | None = None) -> Tally:
    """Bring a round into the bound index, which nobody reads yet: what changes meanwhile is replayed.

    The round is never asked for what comes after `Done`: the engine shall go on to tell the index that
    is read of whatever it has seen here first.
    """
    tally = Tally()
    untold = takewhile(lambda event: not isinstance(event, Done), events)
    batches = _batches(settings, volume, untold, tally, anew=True)
    for first in batches:
        with projection.at_once():
            for _, changes in chain([first], islice(batches, _TOGETHER - 1)):
                told = projection.displaced(changes)
                projection.apply(changes)
                for other, asset in rivals.of(settings, told):
                    projection.apply(changes_of(settings, other, [asset]))
                if tell is not None:
                    tell(tally.seen)
    return tally


def _displaced(settings: Settings, changes: Iterable[Change]) -> list[Rival]:
    """Who is about to lose the id by which the index that is read shows them."""
    try:
        with generation.use(settings):
            return projection.displaced(changes)
    except IndexMissing:
        return []


def project(settings: Settings, volume: Volume, asset: Asset) -> Asset:
    """Bring one asset into the index, as it is now; the asset that is there then."""
    engine = sites.engine_of(settings, volume)
    for _ in range(_REPEATS):
        try:
            projection.project(settings, changes_of(settings, volume, [asset]))
        except Unavailable as error:
            if not isinstance(error, IndexMissing) and error.code != db.FULL:
                raise
            # The disk has it, which is what counts: the scan or rebuild to come reads it there.
            return asset
        if engine.is_fresh(asset):
            break
        asset = engine.look(asset.path)
    return asset


def project_many(settings: Settings, volume: Volume, assets: Sequence[Asset]) -> None:
    """Bring assets into the index as they are now, all at once."""
    try:
        projection.project(settings, changes_of(settings, volume, assets))
    except Unavailable as error:
        if not isinstance(error, IndexMissing) and error.code != db.FULL:
            raise
        return  # As for one: the scan or rebuild to come reads the disk.
    _repeat_stale(settings, volume, sites.engine_of(settings, volume), assets)


def changes_of(settings: Settings, volume: Volume, assets: Sequence[Asset]) -> Iterator[Change]:
    """Rows, facts and problems of assets as they were just looked at."""
    return _changes(settings, assets, originals.embedded_of(volume, assets), anew=False)


def _changes(
    settings: Settings, assets: Sequence[Asset], embeddeds: Sequence[Embedded], *, anew: bool
) -> Iterator[Change]:
    store = store_of(settings)
    for asset, found in zip(assets, embeddeds, strict=True):
        troubles.log(asset)
        known = store.facts(asset.original.hash) if asset.original.hash is not None else None
        if known is not None:
            yield facts_row(known)
        yield layers.row_of(asset, found)
        if not anew:
            yield from troubles.cleared(asset)
        yield from troubles.rows(asset, found.problem or (known.problem if known is not None else None))


def look_again(settings: Settings, volume: Volume, path: str) -> list[Change]:
    """The changes that make the index agree with the disk on one path, whatever lies there now.

    Of the root itself each scan tells, and the watcher.
    """
    engine = sites.engine_of(settings, volume)
    try:
        return list(changes_of(settings, volume, [engine.look(path)])) if path else []
    except NoOriginal:
        # It is gone, away with its disk, or never was a photo.
        untold = takewhile(lambda event: not isinstance(event, Done), engine.touch([path]))
        return [change for _, changes in _batches(settings, volume, untold, Tally()) for change in changes]


def wanting(settings: Settings, assets: Iterable[Asset]) -> list[tuple[str, dict[str, str]]]:
    """The jobs, as (key, ids), for assets whose derivatives are still to be made."""
    store = store_of(settings)
    return [
        (asset.id, {"asset": asset.id})
        for asset in assets
        if asset.original.hash is None or store.facts(asset.original.hash) is None
    ]


def _batches(
    settings: Settings, volume: Volume, events: Iterable[Event], tally: Tally, *, anew: bool = False
) -> Iterator[tuple[list[Asset], list[Change]]]:
    """A round cut into batches; the originals of one are read while the next is gathered.

    All are committed before the event after `Done` is asked for: that one tells the engine to remember what
    it has told.
    """
    with alongside.Reader() as reader:
        waiting: deque[_Batch] = deque()
        for batch in _gathered(volume, events, tally):
            batch.answer = reader.ask(originals.paths_of(volume, batch.assets))
            waiting.append(batch)
            while len(waiting) > (0 if batch.is_last else 1):
                ready = waiting.popleft()
                found = originals.completed(volume, ready.assets, ready.answer())
                assets, found = (ready.assets, found) if anew else _still_there(ready.assets, found, tally)
                yield assets, [*ready.others, *_changes(settings, assets, found, anew=anew)]


def _still_there(
    assets: Sequence[Asset], found: Sequence[Embedded], tally: Tally
) -> tuple[list[Asset], list[Embedded]]:
    """Those that are left; who went away meanwhile, perhaps with its disk, is looked at again soon."""
    both = list(zip(assets, found, strict=True))
    tally.later += [Later(asset.path, _GONE_SECONDS) for asset, one in both if one == alongside.GONE]
    there = [(asset, one) for asset, one in both if one != alongside.GONE]
    return [asset for asset, _ in there], [one for _, one in there]


@dataclass(slots=True)
class _Batch:
    """Some assets, and what else was told among them; `is_last`: what follows must find all committed."""

    assets: list[Asset] = field(default_factory=list)
    others: list[Change] = field(default_factory=list)
    is_last: bool = False
    answer: alongside.Answer = list


def _gathered(volume: Volume, events: Iterable[Event], tally: Tally) -> Iterator[_Batch]:
    batch = _Batch()
    for event in events:
        if isinstance(event, Seen):
            tally.seen += 1
            tally.problems += len(event.asset.problems)
            batch.assets.append(event.asset)
        else:
            batch.others += _other(volume, event, tally)
        batch.is_last = isinstance(event, Done)
        if len(batch.assets) >= _BATCH or batch.is_last:
            yield batch
            batch = _Batch()
    batch.is_last = True
    yield batch


def _other(volume: Volume, event: Event, tally: Tally) -> list[Change]:
    if isinstance(event, Lost):
        tally.gone += 1
        return _lost(volume, event.path)
    if isinstance(event, Trouble):
        tally.problems += 1
        return [troubles.row(volume.id, event.problem)]
    if isinstance(event, Over):
        return [Cleared(volume.id, names.escape(event.path))]
    if isinstance(event, Later):
        tally.later.append(event)
    if isinstance(event, Root):
        tally.root = event
        return troubles.of_root(volume.id, event)
    return []


def _lost(volume: Volume, path: str) -> list[Change]:
    return [Gone(volume.id, names.escape(path)), *troubles.over(volume, path)]


def _repeat_stale(settings: Settings, volume: Volume, engine: Engine, assets: Iterable[Asset]) -> None:
    for asset in assets:
        if not engine.is_fresh(asset):
            try:
                project(settings, volume, engine.look(asset.path))
            except NoOriginal:
                LOG.debug("An original went away while it was looked at; the next round says so.")


def store_of(settings: Settings) -> Derivatives:
    """Where derivatives and facts are kept."""
    return Derivatives(settings.storage_path / "derivatives")


def facts_row(known: Known) -> Facts:
    """What the derivative job found out, as the index keeps it."""
    return Facts(
        hash=known.hash,
        width=known.width,
        height=known.height,
        thumbhash=known.thumbhash,
        phash=known.phash,
        has_thumb=known.problem is None,
    )
