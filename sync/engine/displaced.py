"""Originals that took the place of others: two names swapped, or an old name given to a new photo.

The other is known again by inode, size and mtime where it is now. Only what has a ledger of a known content
is moved: that tells whose it is, so that nothing is mixed up if all this is interrupted and done again.
"""

from __future__ import annotations

from sync.engine.arrivals import Arrivals, Trace, trace_in, trace_of
from sync.engine.finding import find_group
from sync.engine.values import Asset, Site, Volume
from sync.errors import NotFound
from sync.pairing import Group
from sync.ports import join, split
from sync.scan.seen import see_ledger


class Displaced:
    """What a round met where something else had been."""

    def __init__(self, volume: Volume, site: Site) -> None:
        self._volume, self._site = volume, site
        self._was: dict[str, Trace] = {}
        self._now = Arrivals()

    def note(self, asset: Asset, before: Trace) -> None:
        """An original is at a path that had this trace before."""
        trace = trace_of(asset)
        if trace is not None and before[0] and trace[0] != before[0]:
            self._now.add(asset, by_hash=False)
            self._was[asset.path] = before

    def pairs(self, arrivals: Arrivals) -> dict[str, str]:
        """Old path -> new path of sidecars that can go there, whether or not others have to go first.

        From then on `arrivals` knows the originals at paths of others as well.
        """
        known = dict(arrivals.by_trace)
        if not self._was or not self._volume.writable:
            return {}
        found = {path: self._found(trace, arrivals) for path, trace in self._was.items()}
        for trace, path in self._now.by_trace.items():
            arrivals.by_trace[trace] = path if known.get(trace, path) == path else None
        pairs = {old: new for old, new in found.items() if new and self._is_of(old, new)}
        while blocked := [old for old, new in pairs.items() if new not in pairs and self._has_own(new)]:
            for old in blocked:
                del pairs[old]
        return pairs

    def _found(self, trace: Trace, arrivals: Arrivals) -> str | None:
        places = {at for by in (arrivals.by_trace, self._now.by_trace) if trace in by for at in (by[trace],)}
        return places.pop() if len(places) == 1 else None

    def _is_of(self, old: str, new: str) -> bool:
        """Whether the ledger at a path was written for the original that was there and is elsewhere now."""
        group = self._group(old)
        held = see_ledger(self._volume.fs, join(split(old)[0], group.own_ledger)).ledger
        hash_ = held.asset.hash if held and held.asset else None
        known = self._site.memory.hashes(self._volume.id, [old, new]).values()
        return hash_ is not None and any(
            content == hash_ and trace_in(signature) == self._was[old] for signature, content in known
        )

    def _has_own(self, path: str) -> bool:
        group = self._group(path)
        return bool(group.xmps or group.ledger)

    def _group(self, path: str) -> Group:
        try:
            return find_group(self._volume, path)[0]
        except NotFound:
            return Group(path, "photo")
