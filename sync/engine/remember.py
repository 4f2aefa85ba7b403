"""What this site last saw at a sidecar's path, packed for the port `Memory`.

One byte of form, the 32 bytes of the file's signature, then of a ledger its bytes, of an XMP the hint
that absorbing asks for. Whatever cannot be read back counts as never seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sync.codecs import ledger as ledgers
from sync.core.model import Ledger
from sync.engine.values import Site, Volume
from sync.errors import SyncError
from sync.ports import Found, Stat
from sync.scan.see import Glance, Look
from sync.scan.snapshot import is_racy

_FORM = b"1"
_SIGNATURE_ENDS = 33


@dataclass(frozen=True, slots=True)
class Remembered:
    """The signature of a sidecar as last seen, and what it held."""

    signature: bytes
    held: bytes


def pack(stat: Stat, held: bytes) -> bytes:
    """What is kept of a sidecar."""
    return _FORM + stat.signature() + held


def pack_read(found: Found, held: bytes, now_ns: int) -> bytes:
    """The same of one that was read; on a disk whose times are coarse the next event has it read again."""
    stat = found.stat
    return pack(stat._replace(ctime_ns=0) if is_racy(stat, now_ns) else stat, held)


def unpack(blob: bytes | None) -> Remembered | None:
    """What was kept of a sidecar."""
    if blob is None or blob[:1] != _FORM or len(blob) < _SIGNATURE_ENDS:
        return None
    return Remembered(blob[1:_SIGNATURE_ENDS], blob[_SIGNATURE_ENDS:])


def hint(volume: Volume, site: Site, path: str) -> Mapping[str, str] | None:
    """What this site last saw in an XMP, as the hashes of its keys; None if it does not know."""
    kept = unpack(site.memory.last(volume.id, path))
    try:
        has = json.loads(kept.held) if kept else None
    except ValueError:
        return None
    return has if isinstance(has, dict) else None


def other_ledger(volume: Volume, site: Site, look: Look | Glance) -> Ledger | None:
    """The ledger that this site last saw, where it is not the one that lies there now."""
    if look.ledger.found is None and look.ledger.error is None:
        return None
    kept = unpack(site.memory.last(volume.id, look.ledger.path))
    if kept is None or (look.ledger.found is not None and kept.held == look.ledger.found.data):
        return None
    try:
        return ledgers.read(kept.held)
    except SyncError:
        return None
