"""Check the promises on this very library: originals unchanged (I1), index equal to disk (I2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kphotos import db
from kphotos.config import Settings
from kphotos.errors import Unavailable
from kphotos.index import digest, generation, store
from kphotos.index.tables import Asset
from kphotos.sidecar import rebuild, sites
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync import engine
from sync.core import names
from sync.errors import SyncError
from sync.osfs import OsFS


@dataclass(frozen=True, slots=True)
class Difference:
    """One broken promise: the invariant, where, and what was found."""

    invariant: str
    place: str
    reason: str


@dataclass(slots=True)
class Verdict:
    """`originals` hashed and compared; `digests` of each table as it is and as rebuilt."""

    originals: int = 0
    unhashed: int = 0
    live: dict[str, str] = field(default_factory=dict)
    rebuilt: dict[str, str] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)


Tell = Callable[[str, int, int | None], None]


def verify(settings: Settings, tell: Tell | None = None) -> Verdict:
    """Hash every original whose hash is known, rebuild into a spare generation, compare. Changes nothing.

    `tell` hears (step, done, total). Raises IndexMissing if there is no index to compare, and
    Unavailable while a rebuild runs.
    """
    with db.only_one(settings, "rebuild") as alone:
        if not alone:
            raise Unavailable("The index is being rebuilt: verify it afterwards.", code="rebuilding")
        return _verified(settings, tell)


def _verified(settings: Settings, tell: Tell | None) -> Verdict:
    verdict = Verdict()
    say = tell or (lambda step, done, total: None)
    verdict.differences += _originals(settings, verdict, say)
    verdict.differences += _index(settings, verdict, say)
    return verdict


def _originals(settings: Settings, verdict: Verdict, say: Tell) -> Iterator[Difference]:
    columns = (Asset.volume, Asset.path, Asset.hash, Asset.has_ledger)
    with generation.use(settings):
        known = db.rows(Asset.select(*columns).order_by(Asset.volume, Asset.path))
    there = {volume.id: volume for volume in volumes.every(settings)}
    disks = {key: OsFS(volume.root) for key, volume in there.items()}
    for number, (volume, path, expected, has_ledger) in enumerate(known):
        say("originals", number, len(known))
        if expected is None and has_ledger and volume in there:
            expected = _in_ledger(settings, there[volume], names.unescape(path))
        if expected is None:
            verdict.unhashed += 1
            continue
        found = _hash(disks[volume], names.unescape(path)) if volume in disks else None
        if found is None:
            continue  # Absence is not a change (I10); the scan speaks of what is gone.
        verdict.originals += 1
        if found != expected:
            yield Difference("I1", path, f"the original's bytes are not those that were hashed ({found})")


def _in_ledger(settings: Settings, volume: Volume, path: str) -> str | None:
    """The hash that the ledger holds: it outlasts the index and all that was observed."""
    try:
        asset = sites.engine_of(settings, volume).look(path).ledger.asset
    except SyncError:
        return None
    return asset.hash if asset is not None else None


def _index(settings: Settings, verdict: Verdict, say: Tell) -> Iterator[Difference]:
    spare = generation.create(settings)
    try:
        with generation.use(settings):
            verdict.live = dict(digest.digest())
        with generation.opened(settings, spare):
            told = rebuild.Rebuilt(spare)
            rebuild.fill(settings, told, lambda step: say("index", step.assets, None), is_spare=True)
            verdict.rebuilt = dict(digest.digest())
    finally:
        store.of(settings).drop(spare)
    for table, live in verdict.live.items():
        if verdict.rebuilt.get(table) != live:
            yield Difference("I2", table, "the index differs from what lies on disk: run `kphotos rebuild`")


def _hash(disk: OsFS, path: str) -> str | None:
    try:
        return engine.hash_of(disk, path)
    except OSError:
        return None
