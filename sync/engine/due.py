"""What is owed from earlier rounds and can be gone on with: where its original is, and where it lies.

Set aside or in another's way it is known by the content that its ledger names. Where no original is, all that
lies there is the one's that was there last, though it has no ledger, or was never hashed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sync.engine import owed
from sync.engine.arrivals import Trace
from sync.engine.aside import bases_aside, is_aside
from sync.engine.finding import find_group
from sync.engine.following import Following
from sync.engine.leftovers import NOTHING, Left, left_for_sure
from sync.engine.owed import Owed
from sync.engine.packing import content_of
from sync.engine.rounds import Rounds
from sync.engine.values import Volume
from sync.errors import NotFound, SyncError
from sync.pairing import Group
from sync.ports import LEDGER_SUFFIX, join, split
from sync.scan.seen import see_ledger


@dataclass(frozen=True, slots=True)
class Way:
    """What is owed to an original, and where it lies; `steps`: there it is in the way of another's."""

    owed: Owed
    source: str
    steps: bool


class Due:
    """One round's view of what earlier ones could not bring to its original."""

    def __init__(self, rounds: Rounds, following: Following) -> None:
        self._volume, self._site, self._behind = rounds.volume, rounds.site, rounds.behind
        self._following = following
        self._owed = owed.owed(self._volume, self._site)
        self._aside: dict[str, list[str]] = {}
        self._left: dict[str, Mapping[str, Left]] = {}

    def ways(self, found: Callable[[Trace], str | None]) -> dict[str, Way]:
        """By the path that the original had, if it is where it was then or `found` tells where it was met.

        What is owed no more, because it lies with its original or nowhere, is forgotten.
        """
        ways: dict[str, Way] = {}
        over: list[str] = []
        for old, one in self._owed.items():
            new = next((path for path in (old, one.new) if self._is_at(path, one)), None)
            new = new or found(one.trace)
            try:
                source = self._source(old, one.hash)
            except (SyncError, OSError):
                continue
            if source is None or source == new:
                over.append(old)
                for path in {old, one.new}:
                    self._behind.forget(path)
            elif new is not None:
                steps = source == old and group_at(self._volume, old) is not None
                ways[old] = Way(replace(one, new=new), source, steps)
        owed.keep(self._volume, self._site, dict.fromkeys(over))
        return ways

    def _is_at(self, path: str, one: Owed) -> bool:
        try:
            stat = self._volume.fs.stat(path)
        except OSError:
            return False
        signature, hash_ = self._site.memory.hashes(self._volume.id, [path]).get(path, (b"", None))
        if one.hash is not None and signature == stat.signature():
            return hash_ == one.hash
        return (stat.ino, stat.size, stat.mtime_ns) == one.trace

    def _source(self, old: str, hash_: str | None) -> str | None:
        """Where the sidecars lie: at the path itself or set aside there. Raises where that is in doubt."""
        folder, name = split(old)
        if folder not in self._aside:
            self._aside[folder] = [one for one in self._volume.fs.names(folder) if is_aside(one)]
        contents: list[str | None] = []
        for base in (name, *bases_aside(name, self._aside[folder])):
            held = see_ledger(self._volume.fs, join(folder, base + LEDGER_SUFFIX))
            if held.error is not None:
                raise held.error
            contents.append(content_of(held))
            if hash_ is not None and contents[-1] == hash_:
                return join(folder, base)
        is_others = None not in (hash_, contents[0])
        return old if not is_others and self._is_left(folder, name) else None

    def _is_left(self, folder: str, name: str) -> bool:
        """Whether anything lies there for one that is gone; OSError."""
        if folder not in self._left:
            owed_here = [own for at, own in map(split, self._owed) if at == folder]
            self._left[folder] = left_for_sure(self._volume, folder, owed_here)
        left = self._left[folder].get(name, NOTHING)
        return bool(self._following.with_overlay(join(folder, name), left))


def group_at(volume: Volume, path: str) -> Group | None:
    """The group of the original at a path, if there is one."""
    try:
        return find_group(volume, path)[0]
    except NotFound:
        return None
