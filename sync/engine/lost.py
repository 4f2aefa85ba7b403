"""Originals that moved while a scan ran, so that it met them twice or not at all: later they are known again.

Met twice: the place from which one is gone now is searched for its trace among all that was known before.
Not at all: the trace of one that is gone is remembered until an original with it turns up.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence

from sync.engine.arrivals import Arrivals, Trace
from sync.engine.values import Site, Volume
from sync.pairing.names import kind_of
from sync.ports import FILE, Entry, join
from sync.scan.snapshot import unpack

_KEY = "//gone"  # no path in a volume begins with a slash
_MOST = 1000
_FEW = 64
_MASK = (1 << 64) - 1


def recall(
    volume: Volume,
    known: Mapping[str, bytes],
    fresh: Mapping[str, bytes | None],
    gone: Mapping[str, Sequence[Entry]],
    arrivals: Arrivals,
) -> None:
    """Let those that are gone be found where a scan had met them before it was known that they are gone.

    `known` are the snapshots from before this scan, `fresh` those of it, None for a folder that is gone.
    """
    wanted = {(one.ino, one.size, one.mtime_ns) for ones in gone.values() for one in ones if one.ino}
    wanted -= arrivals.by_trace.keys()
    needles = [struct.pack("<3Q", *(number & _MASK for number in trace)) for trace in wanted]
    for folder, blob in known.items() if wanted else ():
        # Of a large library nearly every folder ends here.
        if fresh.get(folder, b"") is None or not (
            len(needles) > _FEW or any(needle in blob for needle in needles)
        ):
            continue
        away = {entry.name for entry in gone.get(folder, ())}
        for entry in unpack(blob):
            trace = entry.ino, entry.size, entry.mtime_ns
            is_one = trace in wanted and entry.kind == FILE and kind_of(entry.name)
            if is_one and entry.name not in away and _is_there(volume, join(folder, entry.name), trace):
                path = join(folder, entry.name)
                arrivals.by_trace[trace] = None if trace in arrivals.by_trace else path


def _is_there(volume: Volume, path: str, trace: Trace) -> bool:
    try:
        stat = volume.fs.stat(path)
    except OSError:
        return False
    return (stat.ino, stat.size, stat.mtime_ns) == trace


def lost(volume: Volume, site: Site) -> dict[str, Trace]:
    """Where originals were that are gone and left something behind, with their traces; the oldest first."""
    kept = site.memory.last(volume.id, _KEY)
    try:
        return {path: (ino, size, mtime) for path, (ino, size, mtime) in json.loads(kept or b"{}").items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def keep(volume: Volume, site: Site, changes: Mapping[str, Trace | None]) -> None:
    """Remember those that are gone, and forget others (None). Only so many are kept, the newest."""
    if not changes:
        return
    was = lost(volume, site)
    now = {path: trace for path, trace in was.items() if path not in changes}
    now |= {path: trace for path, trace in changes.items() if trace is not None}
    if now != was:
        newest = dict([*now.items()][-_MOST:])
        site.memory.keep(volume.id, {_KEY: json.dumps(newest).encode() if newest else None})
