"""Read a whole volume again, bytes of originals included, and tell what is not as it should be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sync.core.model import Problem
from sync.engine.folder import compare
from sync.engine.root import require_root
from sync.engine.rounds import Rounds
from sync.engine.values import Asset
from sync.errors import Offline
from sync.ports import FS
from sync.scan.seen import why
from sync.scan.walk import walk

_NOTHING_CHANGED = "Nothing was changed."
_CHUNK = 1 << 20


def verify(rounds: Rounds) -> Iterator[Problem]:
    """Everything wrong on a volume, in order of paths; reads only."""
    fs = rounds.volume.fs
    try:
        require_root(rounds.volume, rounds.site)
    except Offline as error:
        yield Problem("", "offline", error.reason, _NOTHING_CHANGED)
        return
    for listing in walk(fs, {}):
        if listing.error is not None:
            yield Problem(listing.folder, "unreadable", why(listing.error), _NOTHING_CHANGED)
            continue
        difference = compare(listing, None, everything=True)
        yield from difference.odd
        for group in difference.groups:
            stat = difference.entries[group.original].stat
            asset, is_at_rest = rounds.examine(listing.folder, group, stat)
            yield from asset.problems
            if not is_at_rest and not asset.problems:
                yield Problem(
                    asset.path,
                    "pending",
                    "A sidecar does not say yet what the ledger does.",
                    _NOTHING_CHANGED,
                )
            yield from _check_bytes(fs, asset)


def hash_of(fs: FS, path: str) -> str:
    """The content hash of an original, read to its end."""
    digest = hashlib.sha256()
    with fs.open(path) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"


def _check_bytes(fs: FS, asset: Asset) -> Iterator[Problem]:
    known = asset.ledger.asset.hash if asset.ledger.asset else None
    if known is None:
        return
    try:
        found = hash_of(fs, asset.path)
    except OSError as error:
        yield Problem(asset.path, "unreadable", why(error), _NOTHING_CHANGED)
        return
    if found != known:
        reason = "The file's bytes are not those it had when its ledger was written."
        yield Problem(asset.path, "original-changed", reason, _NOTHING_CHANGED)
