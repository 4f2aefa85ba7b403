"""The originals that a round met at new places, by what makes them known again."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sync.engine.leftovers import Left
from sync.engine.values import Asset
from sync.ports import Entry, Stat, split

Trace = tuple[int, int, int]
"""Inode, size and mtime: what a rename leaves as it was."""


@dataclass(slots=True)
class Arrivals:
    """Originals met at paths where none was before; one of which there are two alike is nobody's heir.

    `gone` are the names of those that are not where they were, by folder; `left` what lies there for them.
    `occupied` are originals beside which another's sidecars lie that could not leave yet.
    """

    by_trace: dict[Trace, str | None] = field(default_factory=dict)
    by_hash: dict[str, str | None] = field(default_factory=dict)
    gone: dict[str, set[str]] = field(default_factory=dict)
    left: dict[str, Mapping[str, Left]] = field(default_factory=dict)
    occupied: set[str] = field(default_factory=set)

    def add(self, asset: Asset, *, by_hash: bool = True) -> None:
        """Take note of an original at a new path."""
        hash_ = asset.original.hash
        if trace := trace_of(asset):
            self.by_trace[trace] = None if trace in self.by_trace else asset.path
        if hash_ and by_hash:
            self.by_hash[hash_] = None if hash_ in self.by_hash else asset.path

    def miss(self, paths: Iterable[str]) -> None:
        """Take note of originals that are gone, all of them before the first is followed."""
        for path in paths:
            folder, name = split(path)
            self.gone.setdefault(folder, set()).add(name)

    def of(self, entry: Entry | None, signature: bytes, hash_: str | None) -> str | None:
        """Where an original is now that is gone from where it had this entry, signature and hash."""
        new = self.by_trace.get((entry.ino, entry.size, entry.mtime_ns)) if entry else None
        if new is None and signature:
            new = next((at for trace, at in self.by_trace.items() if _is_of(trace, signature)), None)
        return new or (self.by_hash.get(hash_) if hash_ else None)


def trace_of(asset: Asset) -> Trace | None:
    """What makes an original known again without a look at its bytes; None where inodes do not last."""
    stat = asset.original.stat
    return (stat.ino, stat.size, stat.mtime_ns) if stat.ino else None


def trace_in(signature: bytes) -> Trace:
    """The trace that a signature was made of."""
    ino, size, mtime, _ = struct.unpack("<4Q", signature)
    return ino, size, mtime


def _is_of(trace: Trace, signature: bytes) -> bool:
    return Stat(0, *trace, 0).signature()[:24] == signature[:24]
