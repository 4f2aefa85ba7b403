"""How far this machine's clock is ahead of the disk's, which on a shared folder is another machine's.

A file is told to have changed by its times, and those are of the disk's clock: what was written just now
looks old to a clock that is ahead, though the next write of the same moment may leave the same times. What
the engine writes itself shows both clocks at once; the time that it takes only makes files count as young for
longer, as a clock that is behind does. The limit: whoever has written nothing there since his memory was
lost, or since his clock was set forward, or may not write at all, takes both clocks to be alike.
"""

from __future__ import annotations

import struct

from sync.engine.values import Site, Volume
from sync.ports import Stat
from sync.scan.snapshot import RACY_NS

_KEY = "//ahead"  # no path in a volume begins with a slash
_KEPT = struct.Struct("<qq")
_ALIKE = (0, 0)
_NOTHING_NS = 500_000_000
"""Less than this is what a write takes."""


class Ahead:
    """What is known of the two clocks; kept in the site's memory."""

    def __init__(self, volume: Volume, site: Site) -> None:
        self._volume, self._site = volume, site
        self._known: tuple[int, int] | None = None

    def ns(self) -> int:
        """Nanoseconds, 0 where nothing is known: then both clocks are taken to be alike.

        What was found at a time that is yet to come was found by a clock that has been set back since, and
        is forgotten.
        """
        ahead, at = self._read()
        if at > self._site.clock.now_ns():
            self._site.memory.keep(self._volume.id, {_KEY: None})
            ahead, _ = self._known = _ALIKE
        return ahead

    def note(self, stat: Stat) -> dict[str, bytes | None]:
        """Compare the clocks by a file that has just been written; what is to be kept, if that is news.

        More is believed at once, for the difference is never more than was found, and less only where it
        is so much less that the clock must have been set. A ctime of 0 stands for one that is not known.
        """
        if stat.ctime_ns == 0:
            return {}
        now = self._site.clock.now_ns()
        ahead = max(now - stat.ctime_ns, 0)
        ahead = ahead if ahead > _NOTHING_NS else 0
        known = self.ns()
        if known - RACY_NS <= ahead <= known:
            return {}
        self._known = ahead, now
        return {_KEY: _KEPT.pack(ahead, now) if ahead else None}

    def keep(self, stat: Stat) -> None:
        """The same, kept at once."""
        if news := self.note(stat):
            self._site.memory.keep(self._volume.id, news)

    def _read(self) -> tuple[int, int]:
        if self._known is None:
            kept = self._site.memory.last(self._volume.id, _KEY)
            self._known = _ALIKE if kept is None or len(kept) != _KEPT.size else _KEPT.unpack(kept)
        return self._known
