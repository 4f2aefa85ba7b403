"""The demo library's motifs, each painted from a seed: `paint(motif, seed, size)`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from demo_land import alps, beach, dunes, forest, lake, meadow, mountains, sea
from demo_life import coffee, flowers, people, portrait
from demo_paint import Canvas, Rng, columns, rows, smooth
from demo_sky import balloons, city, night
from PIL import Image, ImageFilter

Motif = Callable[[Rng, int, int], Canvas]
_PAINTED = 660  # pixels on the longer side; the rest is interpolated, and hidden by grain
MOTIFS: dict[str, Motif] = {
    motif.__name__: motif
    for module in (
        (mountains, alps, lake, sea, beach, forest, dunes, meadow),
        (night, city, balloons),
        (flowers, people, portrait, coffee),
    )
    for motif in module
}


def paint(motif: str, seed: int, size: tuple[int, int]) -> Image.Image:
    """The motif as an RGB picture of `size` (width, height); the same for the same arguments."""
    rng = np.random.default_rng([seed, sum(motif.encode())])
    scale = min(1.0, _PAINTED / max(size))
    width, height = round(size[0] * scale), round(size[1] * scale)
    canvas = MOTIFS[motif](rng, height, width)
    return _developed(rng, canvas, size)


def _developed(rng: Rng, canvas: Canvas, size: tuple[int, int]) -> Image.Image:
    """As a camera would hand it over: exposure, tone curve, vignette, grain."""
    height, width = canvas.shape[:2]
    canvas = np.clip(canvas * np.float32(rng.uniform(0.94, 1.06)), 0, 1)
    canvas = canvas + (smooth(canvas, 0, 1) - canvas) * np.float32(rng.uniform(0.15, 0.5))
    far = (columns(width) - 0.5) ** 2 + (rows(height) - 0.5) ** 2
    canvas = canvas * (1 - far * np.float32(rng.uniform(0.15, 0.45)))[..., None]
    image = Image.fromarray((np.clip(canvas, 0, 1) * 255 + 0.5).astype(np.uint8))
    image = image.filter(ImageFilter.UnsharpMask(1.0, 70, 2)).resize(size, Image.Resampling.BICUBIC)
    pixels = np.asarray(image, np.int16)
    tile = (rng.standard_normal((256, 256, 1)) * rng.uniform(1.5, 4.5)).astype(np.int16)
    grain = np.tile(tile, (size[1] // 256 + 1, size[0] // 256 + 1, 1))[: size[1], : size[0]]
    return Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))
