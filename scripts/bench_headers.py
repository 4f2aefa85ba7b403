"""Headers of JPEGs per second on one core: K-Photos' own reader beside Pillow's on the same files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from PIL import ExifTags, Image

from kphotos.storage.embedded import read

_ROUNDS = 5


def headers(library: Path, most: int) -> dict[str, Any]:
    """Size and EXIF of up to `most` photos by each, the disk's cache warm: the median of five rounds."""
    photos = sorted(library.rglob("*.JPG"))[:most]
    ours, pillows = _seconds(read, photos), _seconds(_by_pillow, photos)
    return {
        "photos": len(photos),
        "headers_per_second": round(len(photos) / ours),
        "baseline": "Pillow: open, and read the same three directories",
        "baseline_per_second": round(len(photos) / pillows),
        "baseline_takes_times_the_seconds": round(pillows / ours, 1),
    }


def _by_pillow(path: Path) -> object:
    with Image.open(path) as image:
        exif = image.getexif()
        inner = [exif.get_ifd(part) for part in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)]
        return image.size, dict(exif), inner


def _seconds(step: Callable[[Path], object], photos: list[Path]) -> float:
    """CPU seconds of one round."""
    took = []
    for _ in range(_ROUNDS):
        begun = process_time()
        for path in photos:
            step(path)
        took.append(process_time() - begun)
    return median(took)
