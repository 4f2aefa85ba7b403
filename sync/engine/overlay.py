"""A volume that was read-only and may be written now: its ledgers go from the overlay to their places.

Nothing is moved in one step. The round that looks at the original joins the overlay's ledger with what lies
beside it and writes that there, as it does with a conflict copy; here the overlay's is removed, under the
group's lock, once all of it is found in what is durably in place. A crash anywhere leaves it twice, never
not at all, and twice comes to the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sync.core.merge import join as join_ledgers
from sync.core.model import Ledger
from sync.engine.finding import Place, find_group, keeps_ledger_beside, read_over
from sync.engine.values import Site, Volume
from sync.errors import NotFound, SyncError
from sync.pairing import Group
from sync.pairing.names import kind_of
from sync.ports import FILE, FOLDER, FS, LEDGER_SUFFIX, join, split
from sync.scan.seen import see_ledger


def waiting(volume: Volume) -> dict[str, frozenset[str]]:
    """Names of originals, by folder, whose ledgers in the overlay belong beside them; none if read-only."""
    if volume.overlay is None or not volume.writable:
        return {}
    found: dict[str, set[str]] = {}
    for path in _ledgers(volume.overlay):
        folder, name = split(path)
        original = name.removesuffix(LEDGER_SUFFIX)
        kind = kind_of(original)
        if kind is not None and keeps_ledger_beside(volume, Group(original, kind)):
            found.setdefault(folder, set()).add(original)
    return {folder: frozenset(names) for folder, names in found.items()}


def is_used(volume: Volume) -> bool:
    """Whether there is anything in the overlay at all: mostly not, and then nobody looks for each photo."""
    if volume.overlay is None:
        return False
    try:
        return bool(volume.overlay.names(""))
    except OSError:
        return True


def put_away(volume: Volume, site: Site, path: str) -> bool:
    """Remove an original's ledger from the overlay if all of it is durable in its place; whether it went.

    Where it is not (yet), or anything stands in the way, nothing is removed and the next scan comes again.
    """
    try:
        with site.lock.hold([Place.of(path).key(volume.id)]):
            return _put_away(volume, path)
    except (SyncError, OSError):
        return False


def _put_away(volume: Volume, path: str) -> bool:
    folder = split(path)[0]
    try:
        group, stat, _ = find_group(volume, path)
    except NotFound:
        return False
    over = read_over(volume, folder, group)
    if volume.overlay is None or over is None or over.ledger is None or over.found is None:
        return False
    if over.ledger.asset and over.ledger.asset.size != stat.size:
        return False
    # The name in place may be as young as the process that was killed after the rename: make it last.
    volume.fs.sync_folder(folder)
    beside = see_ledger(volume.fs, join(folder, group.own_ledger)).ledger
    if beside is None or not holds(beside, over.ledger):
        return False
    if volume.overlay.stat(over.path) != over.found.stat:
        return False
    volume.overlay.remove(over.path)
    volume.overlay.sync_folder(folder)
    return True


def holds(beside: Ledger, over: Ledger) -> bool:
    """Whether one ledger has all of another; by whose id the picture goes is no matter."""
    joined = join_ledgers(beside, over)
    return replace(joined, id=beside.id, asset=beside.asset) == beside


def _ledgers(fs: FS, folder: str = "") -> Iterator[str]:
    try:
        entries = fs.entries(folder)
    except OSError:
        return  # what cannot be listed stays, and the next scan comes again
    for entry in sorted(entries):
        path = join(folder, entry.name)
        if entry.kind == FOLDER:
            yield from _ledgers(fs, path)
        elif entry.kind == FILE and entry.name.endswith(LEDGER_SUFFIX):
            yield path
