"""Whether a root without a marker is the volume it should be, told by some of its originals."""

from __future__ import annotations

from collections.abc import Iterator

from sync.core.brakes import Landmark, landmark_verdict
from sync.engine.hashing import hash_of
from sync.engine.values import Site, Volume
from sync.ports import FILE, Stat

_READ = 5
_LARGEST = 1 << 28


def are_there(volume: Volume, site: Site) -> bool:
    """Whether enough of the landmarks are in place; a volume that has none yet is taken as it is.

    Costs a stat for each of them until it is sure. Only in doubt are some read to their end, once.
    """
    known = len(volume.landmarks)
    met: list[tuple[Landmark, Stat]] = []
    for found in _met(volume):
        met.append(found)
        if landmark_verdict(known=known, there=len(met)) == "same":
            return True
    if known == 0:
        return True
    if landmark_verdict(known=known, there=len(met)) == "foreign":
        return False
    some = [(mark, stat) for mark, stat in met if mark.hash and mark.size <= _LARGEST][:_READ]
    return bool(some) and all(_content(volume, site, mark, stat) == mark.hash for mark, stat in some)


def _met(volume: Volume) -> Iterator[tuple[Landmark, Stat]]:
    """The landmarks that have their name and size. A disk that fails is nobody's: OSError."""
    for mark in volume.landmarks:
        try:
            stat = volume.fs.stat(mark.path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        if stat.kind == FILE and stat.size == mark.size:
            yield mark, stat


def _content(volume: Volume, site: Site, mark: Landmark, stat: Stat) -> str:
    signature, hash_ = site.memory.hashes(volume.id, [mark.path]).get(mark.path, (b"", ""))
    if signature == stat.signature():
        return hash_
    found = hash_of(volume.fs, mark.path)
    site.memory.keep_hashes(volume.id, {mark.path: (stat.signature(), found)})
    return found
