"""What this site last saw at a sidecar's path, packed for the port `Memory`.

One byte of form, the 32 bytes of the file's signature, then of a ledger its bytes, of an XMP the hint
that absorbing asks for. Whatever cannot be read back counts as never seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from sync.ports import Stat

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


def unpack(blob: bytes | None) -> Remembered | None:
    """What was kept of a sidecar."""
    if blob is None or blob[:1] != _FORM or len(blob) < _SIGNATURE_ENDS:
        return None
    return Remembered(blob[1:_SIGNATURE_ENDS], blob[_SIGNATURE_ENDS:])
