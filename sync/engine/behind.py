"""What did not follow an original to its new place: told at each look at it, as long as it lies where it was.

The folders do not show whose it is, so it is remembered; that a photo is looked at again, hashed or edited
is no reason to tell of it no more.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace

from sync.core.model import Problem
from sync.engine.arrivals import Trace
from sync.engine.values import Asset, Site, Volume
from sync.ports import FS

_KEY = "//behind"  # no path in a volume begins with a slash
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Stayed:
    """Which files stayed, why and how they are kept, and the trace of the original that they are of."""

    trace: Trace
    files: tuple[str, ...]
    kind: str
    reason: str
    kept: str


class Behind:
    """What stayed behind in a volume, by the path of the original that it could not follow."""

    def __init__(self, volume: Volume, site: Site) -> None:
        self._volume, self._site = volume, site
        self._stayed: dict[str, Stayed] = {}
        self._new: dict[str, Stayed | None] = {}

    def read(self) -> None:
        """Know what any process has remembered until now, and this one since."""
        self._stayed = _apply(self._kept(), self._new)

    def told(self, asset: Asset) -> Asset:
        """The asset, with the problem that something of it lies elsewhere if that is so."""
        stayed = self._stayed.get(asset.path)
        if stayed is None or not self._is_of(asset.path, stayed) or not self._lies(stayed):
            return asset
        problem = Problem(asset.path, stayed.kind, stayed.reason, stayed.kept)
        return replace(asset, problems=(*asset.problems, problem))

    def note(self, path: str, files: Iterable[str], problem: Problem | None) -> None:
        """Something stayed there, or without a problem: nothing does any more. `keep` makes it last."""
        if problem is None and path not in self._stayed:
            return
        self._new[path] = None
        with contextlib.suppress(OSError):
            if problem is not None:
                said = problem.kind, problem.reason, problem.kept
                self._new[path] = Stayed(self._trace(path), tuple(files), *said)
        self._stayed = _apply(self._stayed, self._new)

    def forget(self, path: str) -> None:
        """Nothing of an original stays anywhere; without a problem it is told of at the end of the round."""
        if path in self._stayed:
            self._new[path] = replace(self._stayed[path], files=())
            self._stayed = _apply(self._stayed, self._new)

    def keep(self) -> None:
        """Let the site's memory keep what was noted; the newest, if it is too much."""
        if self._new:
            was = self._kept()
            self._stayed, self._new = dict([*_apply(was, self._new).items()][-_MOST:]), {}
            if self._stayed != was:
                told = {path: astuple(one) for path, one in self._stayed.items()}
                self._site.memory.keep(self._volume.id, {_KEY: json.dumps(told).encode() if told else None})

    def over(self, arrivals: Mapping[Trace, str | None]) -> list[str]:
        """Originals of which something else is to be told from now on, at the end of a round.

        What stayed is gone from where it was, or the original has moved on to where the round met it.
        """
        paths: list[str] = []
        self.read()
        for path, stayed in [*self._stayed.items()]:
            new = path if self._is_of(path, stayed) else arrivals.get(stayed.trace)
            if not self._lies(stayed):
                self._new[path] = None
                paths.append(path)
            elif new is not None and new != path:
                self._new |= {path: None, new: stayed}
                paths.append(new)
        self.keep()
        return paths

    def _kept(self) -> dict[str, Stayed]:
        kept = self._site.memory.last(self._volume.id, _KEY)
        try:
            found = json.loads(kept or b"{}").items()
            return {
                path: Stayed((ino, size, mtime), tuple(files), kind, reason, kept)
                for path, ((ino, size, mtime), files, kind, reason, kept) in found
            }
        except (ValueError, TypeError, AttributeError):
            return {}

    def _trace(self, path: str) -> Trace:
        stat = self._volume.fs.stat(path)
        return stat.ino, stat.size, stat.mtime_ns

    def _is_of(self, path: str, stayed: Stayed) -> bool:
        with contextlib.suppress(OSError):
            return self._trace(path) == stayed.trace
        return False

    def _lies(self, stayed: Stayed) -> bool:
        places = [fs for fs in (self._volume.fs, self._volume.overlay) if fs is not None]
        return any(_may_lie(fs, path) for fs in places for path in stayed.files)


def _apply(was: Mapping[str, Stayed], new: Mapping[str, Stayed | None]) -> dict[str, Stayed]:
    kept = {path: one for path, one in was.items() if path not in new}
    return kept | {path: one for path, one in new.items() if one is not None}


def _may_lie(fs: FS, path: str) -> bool:
    """Whether a file is there; one that the disk does not tell of may be."""
    try:
        fs.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
