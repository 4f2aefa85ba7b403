"""What the originals of assets say themselves: by our own reader, and by exiftool where it knows more."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from kphotos.storage import alongside, exiftool
from kphotos.storage.embedded import Embedded
from kphotos.storage.volumes import Volume
from sync.engine import Asset


def embedded_of(volume: Volume, assets: Sequence[Asset]) -> list[Embedded]:
    """What the originals of assets say themselves."""
    return completed(volume, assets, alongside.read_all(paths_of(volume, assets)))


def paths_of(volume: Volume, assets: Iterable[Asset]) -> list[bytes]:
    """Where the originals of assets lie."""
    root = os.fsencode(volume.root)
    return [os.path.join(root, os.fsencode(asset.path)) for asset in assets]  # noqa: PTH118 - bytes


def completed(volume: Volume, assets: Sequence[Asset], found: list[Embedded]) -> list[Embedded]:
    """What was found, and what exiftool finds in the kinds of files of which it knows more."""
    rest = [number for number, one in enumerate(found) if not one.complete]
    if rest and exiftool.available() is None:
        paths = [os.fsdecode(path) for path in paths_of(volume, [assets[n] for n in rest])]
        for number, one in zip(rest, _tool().read(paths), strict=True):
            found[number] = one
    return found


_running: list[exiftool.Exiftool] = []


def _tool() -> exiftool.Exiftool:
    """One exiftool per process, started when the first file needs it."""
    if not _running:
        _running.append(exiftool.Exiftool())
    return _running[0]
