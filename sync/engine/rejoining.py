"""Sidecars left behind of a photo that lives on elsewhere with others of its own, as one and the same.

On a volume that several sites share, one edits a photo while another moves it with its sidecars: the
sync tool brings the new place, takes the picture from the old one and keeps there what was edited. Both tell
of one photo, as a file and its conflict copy do: that is what they become.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sync.core.model import Ledger
from sync.engine.leftovers import Left
from sync.engine.packing import content_of, ledger_at
from sync.engine.values import Site, Volume
from sync.engine.whose import knows
from sync.ports import LEDGER_SUFFIX, XMP_SUFFIX, join, split
from sync.scan.seen import LARGEST_XMP, see_ledger

_TAG = ".sync-conflict-%Y%m%d-%H%M%S-KPHOTOS"
_SECOND = 10**9
_YEAR_2100 = 4_102_444_800


def is_one(volume: Volume, old: str, new: str, hash_: str | None, left: Left) -> bool:
    """Whether what is left at `old` was written for the very asset that has a ledger at `new`.

    The picture being the same does not tell: somebody may have edited two copies of it apart.
    """
    fs, at = ledger_at(volume, new)
    there = see_ledger(fs, at)
    if not volume.writable or fs is not volume.fs or hash_ is None or content_of(there) != hash_:
        return False
    if left.ledger is None:
        return there.ledger is not None and _knows_all(volume, there.ledger, old, left)
    fs, at = ledger_at(volume, old)
    held = see_ledger(fs, at)
    if fs is not volume.fs or held.ledger is None or there.ledger is None:
        return False
    return held.ledger.id == there.ledger.id and content_of(held) in (None, hash_)


def as_copies(volume: Volume, site: Site, old: str, new: str, left: Left) -> None:
    """Rename what is left to conflict copies of what lies at `new`. OSError.

    The ledger goes last: without it nothing tells whose an XMP is of which the other ledger does not know.
    """
    folder = split(old)[0]
    ledger = (left.ledger,) if left.ledger else ()
    for name in (*left.xmps, *ledger):
        _rename(volume, join(folder, name), new, LEDGER_SUFFIX if name in ledger else XMP_SUFFIX)
        for at in (split(new)[0], folder):
            volume.fs.sync_folder(at)
        site.memory.keep(volume.id, {join(folder, name): None})


def _knows_all(volume: Volume, ledger: Ledger, old: str, left: Left) -> bool:
    folder = split(old)[0]
    return all(knows(ledger, volume.fs.read(join(folder, name), LARGEST_XMP).data) for name in left.xmps)


def _rename(volume: Volume, path: str, new: str, suffix: str) -> None:
    """By the file's own date, so that two sites which both do it come to one name."""
    seconds = max(0, min(volume.fs.stat(path).mtime_ns // _SECOND, _YEAR_2100))
    stem, _, extension = (new + suffix).rpartition(".")
    while True:
        tag = datetime.fromtimestamp(seconds, UTC).strftime(_TAG)
        try:
            volume.fs.rename(path, f"{stem}{tag}.{extension}", replace=False)
        except FileExistsError:
            seconds += 1
        else:
            return
