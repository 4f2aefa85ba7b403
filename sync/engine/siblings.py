"""Originals of one stem that this site has hashed: they were there, though they may be gone by now."""

from __future__ import annotations

from sync.engine.values import Site, Volume
from sync.pairing.names import KINDS, kind_of
from sync.ports import XMP_SUFFIX, join, split


def of_stem(volume: Volume, site: Site, folder: str, stem: str) -> set[str]:
    """Their names in a folder."""
    endings = [ending for kind in KINDS for ending in (kind, kind.upper())]
    paths = [join(folder, f"{stem}.{ending}") for ending in endings]
    return {split(found)[1] for found in site.memory.hashes(volume.id, paths)}


def was_ones_own(volume: Volume, site: Site, path: str) -> bool:
    """Whether an original was there whose own XMP this is: it is no copy of another's then."""
    folder, name = split(path)
    base = name[: -len(XMP_SUFFIX)]
    if kind_of(base) is not None:
        return bool(site.memory.hashes(volume.id, [join(folder, base)]))
    return bool(of_stem(volume, site, folder, base))
