"""Whose an XMP is that lies beside a picture: photo programs move both, and leave the ledger behind."""

from __future__ import annotations

from sync.codecs import xmp as xmps
from sync.core.model import Ledger
from sync.core.readpoint import knows_mark
from sync.engine import remember
from sync.engine.arrivals import trace_in
from sync.engine.values import Site, Volume
from sync.errors import Unreadable
from sync.ports import join
from sync.scan.see import Look
from sync.scan.seen import SeenXmp


def knows(ledger: Ledger | None, data: bytes) -> bool:
    """Whether a ledger has a record of an XMP's bytes, or has seen the mark in them."""
    if ledger is None:
        return False
    mark = _mark(data)
    return _has_written(ledger, data) or (mark is not None and knows_mark(ledger, mark))


def came_along(volume: Volume, site: Site, look: Look, seen: SeenXmp) -> bool:
    """Whether an XMP is of the picture that is there now, and not of the one that the ledger tells of.

    It is none of which the ledger has a record, and bears a mark that it has never seen, or is not the very
    file that lay there, or has a name under which the ledger knows none and none was ever seen there.
    """
    held = look.ledger.ledger
    if held is None or seen.found is None or seen.sight is None or _has_written(held, seen.found.data):
        return False
    if seen.sight.mark is not None and not knows(held, seen.found.data):
        return True
    kept = remember.unpack(site.memory.last(volume.id, join(look.folder, seen.name)))
    if kept is None:
        return all(record.file != seen.sight.file for record in held.xmp)
    was = trace_in(kept.signature)[0]
    return was not in (0, seen.found.stat.ino)


def _has_written(ledger: Ledger, data: bytes) -> bool:
    sum_ = xmps.sum(data)
    return any(record.sum == sum_ for record in ledger.xmp)


def _mark(data: bytes) -> str | None:
    try:
        return xmps.read(data).mark
    except Unreadable:
        return None
