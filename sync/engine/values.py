"""What goes into the engine and what comes out: volume and site, assets, events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sync.codecs.takeout import Takeout
from sync.core.brakes import Landmark
from sync.core.model import Change, Document, Ledger, Problem
from sync.errors import SyncError
from sync.ports import FS, Clock, Lock, Memory, Rng, Stat


@dataclass(frozen=True, slots=True)
class Volume:
    """A folder of originals. `overlay` holds the ledgers that cannot lie beside them.

    `id` is the uuid in the root's marker. Not `writable`: nothing is written below the root, ledgers
    go to the overlay, and there are no mirrors. `marked`: the root has carried the marker before; one
    that never has is known by its `landmarks`. `mounts` tells the folders, as paths, in which another
    filesystem is mounted just now. `elsewhere` tells whether an original of another volume has an asset's id.
    """

    id: str
    fs: FS
    overlay: FS | None = None
    writable: bool = True
    marked: bool = False
    landmarks: tuple[Landmark, ...] = ()
    mounts: Callable[[], frozenset[str]] = frozenset
    elsewhere: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """This installation. `node` is random at each start of a process: no two processes share one.

    `host` is what people call the machine; it is written down beside the marker, for those who share it.
    """

    id: str
    node: str
    memory: Memory
    lock: Lock
    clock: Clock
    rng: Rng
    host: str = ""


@dataclass(frozen=True, slots=True)
class Original:
    """One photo, RAW or video ("photo", "raw", "video"). `hash` is None until a job has hashed it."""

    path: str
    kind: str
    stat: Stat
    hash: str | None = None


Version = tuple[int, int, int]
"""Inode, size and mtime of a sidecar."""

Sighting = tuple[bool, str, Version | None]
"""Whether it lies on the volume itself (and not in the overlay), its path, its version or None for none."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One original with all that is known of it.

    Without a ledger `id` is derived from volume and path, and `ledger` is what its XMP alone comes to.
    `pending`: an XMP does not say yet what the ledger does. `sidecars` are paths, as is a problem's.
    `takeout`: what Google Takeout's JSON says, which is a layer of its own and in no ledger.
    `again`: seconds after which it is to be looked at once more though nothing may have changed by then.
    `owns_stem`: an XMP by its stem is this one's, or would be if it lay there.
    """

    volume: str
    path: str
    id: str
    original: Original
    ledger: Ledger
    has_ledger: bool
    document: Document
    sidecars: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    pending: bool = False
    sighted: tuple[Sighting, ...] = ()
    again: float | None = None
    takeout: Takeout | None = None
    owns_stem: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """The asset after a person's edit, and the changes that take it back."""

    asset: Asset
    undo: list[Change] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one photo of a bulk edit: `asset` as it is now, or why nothing was changed.

    `is_changed`: the edit made a difference. `was_done`: this very bulk edit had been made here before.
    """

    path: str
    asset: Asset | None = None
    refused: SyncError | None = None
    is_changed: bool = False
    was_done: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """An asset is so; its `problems` are all that there are with its files now."""

    asset: Asset


@dataclass(frozen=True, slots=True)
class Gone:
    """The original at this path is no longer there. Its sidecars, if any, were left alone."""

    path: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something is wrong with a path that is no asset: a pipe, a link, a folder, an ambiguous XMP."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Cleared:
    """What was wrong with this path that is no asset is over."""

    path: str


@dataclass(frozen=True, slots=True)
class Root:
    """The state of the volume's root: "online", "offline" or "halted", and why.

    Offline: nothing was looked at. Halted: everything was, save that `gone` originals are missing,
    which is so many that a person has to confirm it first (`Engine.scan(confirmed=gone)`). `away` more
    lie on disks that are usually mounted inside of the volume and are not now; they are confirmed with
    them. `paths` are all these.
    """

    state: str
    reason: str = ""
    gone: int = 0
    away: int = 0
    paths: tuple[str, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Later:
    """A sidecar could not be read, perhaps because it is being written: touch the path again then."""

    path: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Done:
    """The last event of a round. Commit what came before, and then ask for the next event: only then
    does the engine remember that it has told of it."""

    assets: int
    files: int


Event = Seen | Gone | Trouble | Cleared | Root | Later | Done
