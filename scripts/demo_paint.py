"""Brushes for the demo library: skies, ridges, water, trees, light; numpy and Pillow only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Plane = NDArray[np.floating[Any]]  # (height, width): a mask 0 ... 1, or noise
Canvas = NDArray[np.floating[Any]]  # (height, width, 3): sRGB, 0 ... 1
Colour = tuple[float, float, float]
Rng = np.random.Generator

# From the zenith to the horizon.
SKIES: dict[str, tuple[Colour, Colour, Colour]] = {
    "day": ((0.16, 0.40, 0.74), (0.42, 0.66, 0.90), (0.83, 0.91, 0.96)),
    "clear": ((0.10, 0.33, 0.66), (0.30, 0.58, 0.84), (0.70, 0.84, 0.92)),
    "golden": ((0.27, 0.38, 0.60), (0.78, 0.66, 0.60), (1.00, 0.80, 0.50)),
    "sunset": ((0.14, 0.14, 0.36), (0.62, 0.30, 0.44), (1.00, 0.58, 0.28)),
    "ember": ((0.10, 0.08, 0.20), (0.55, 0.16, 0.20), (0.98, 0.50, 0.20)),
    "dawn": ((0.42, 0.54, 0.76), (0.84, 0.72, 0.80), (1.00, 0.87, 0.76)),
    "blue": ((0.03, 0.07, 0.20), (0.12, 0.23, 0.44), (0.62, 0.54, 0.56)),
    "mist": ((0.62, 0.68, 0.72), (0.76, 0.80, 0.81), (0.88, 0.89, 0.87)),
    "storm": ((0.20, 0.25, 0.30), (0.38, 0.44, 0.48), (0.70, 0.70, 0.64)),
    "night": ((0.01, 0.015, 0.05), (0.03, 0.05, 0.13), (0.09, 0.13, 0.24)),
}


def noise(rng: Rng, height: int, width: int, cell: float, octaves: int = 4, stretch: float = 1.0) -> Plane:
    """Smooth noise, 0 ... 1; the largest blobs are `cell` of the height across, `stretch` times wider."""
    size = (max(2, width // 2), max(2, height // 2))
    total, weight = np.zeros((size[1], size[0]), np.float32), 0.0
    for octave in range(octaves):
        blob = height * cell / 2**octave
        grid = rng.random((int(height / blob) + 2, int(width / blob / stretch) + 2), np.float32)
        layer = Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC)
        total += np.asarray(layer) / 2**octave
        weight += 0.5**octave
    return np.asarray(
        Image.fromarray(total / np.float32(weight)).resize((width, height), Image.Resampling.BILINEAR)
    )


def profile(rng: Rng, width: int, bumps: float, octaves: int = 6, roughness: float = 0.5) -> Plane:
    """The outline of a ridge along the width: noise of one dimension, about -1 ... 1."""
    at = np.linspace(0, 1, width, dtype=np.float32)
    total = np.zeros(width, np.float32)
    for octave in range(octaves):
        points = rng.uniform(-1, 1, int(bumps * 2**octave) + 2)
        total += np.interp(at, np.linspace(0, 1, len(points)), points).astype(np.float32) * roughness**octave
    return total / 1.6


def rows(height: int) -> Plane:
    return np.linspace(0, 1, height, dtype=np.float32)[:, None]


def columns(width: int) -> Plane:
    return np.linspace(0, 1, width, dtype=np.float32)[None, :]


def smooth(plane: Plane, low: float, high: float) -> Plane:
    """0 below `low`, 1 above `high`, an S between."""
    t: Plane = np.clip((plane - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def aside(plane: Plane, pixels: int) -> Plane:
    """The plane moved to the right; its left edge fills what that leaves."""
    moved: Plane = np.pad(plane[:, :-pixels], ((0, 0), (pixels, 0)), mode="edge")
    return moved


def over(canvas: Canvas, colour: Colour | Canvas, mask: Plane) -> Canvas:
    """`colour` laid over the canvas where the mask is."""
    return canvas + (np.asarray(colour, np.float32) - canvas) * mask[..., None]


def blend(one: Colour, other: Colour, share: float) -> Colour:
    mixed = [a + (b - a) * share for a, b in zip(one, other)]
    return mixed[0], mixed[1], mixed[2]


def sky(rng: Rng, height: int, width: int, name: str, horizon: float, clouds: float | None = None) -> Canvas:
    """A sky down to `horizon` (0 ... 1 from the top), with sun for the warm ones, and clouds mostly."""
    top, middle, low = (np.array(colour, np.float32) for colour in SKIES[name])
    t = np.clip(rows(height) / horizon, 0, 1)[..., None]
    canvas: Canvas = np.where(
        t < 0.6, top + (middle - top) * (t / 0.6), middle + (low - middle) * ((t - 0.6) / 0.4)
    )
    canvas = np.repeat(canvas, width, axis=1)
    if name in ("golden", "sunset", "ember", "dawn"):
        canvas = _sun(rng, canvas, horizon)
    amount = rng.uniform(0, 0.75) if clouds is None else clouds
    if name != "night" and amount > 0.12:
        canvas = _clouds(rng, canvas, name, horizon, amount)
    return canvas


def _sun(rng: Rng, canvas: Canvas, horizon: float) -> Canvas:
    height, width = canvas.shape[:2]
    x, y = rng.uniform(0.2, 0.8), horizon - rng.uniform(0.02, 0.22)
    far = np.hypot((columns(width) - x) * width / height, rows(height) - y)
    canvas = canvas + np.exp(-far / 0.28)[..., None] * np.array((0.42, 0.25, 0.06), np.float32)
    return over(canvas, (1.0, 0.95, 0.80), smooth(-far, -0.045, -0.032))


def _clouds(rng: Rng, canvas: Canvas, name: str, horizon: float, amount: float) -> Canvas:
    height, width = canvas.shape[:2]
    puffs = noise(rng, height, width, rng.uniform(0.25, 0.5), 6, stretch=rng.uniform(1.6, 4.0))
    edge = 0.66 - 0.22 * amount
    mask = smooth(puffs, edge, edge + 0.20) * np.clip(1.15 - rows(height) / horizon, 0, 1) ** 0.5
    _, middle, low = SKIES[name]
    lit = blend(low, (1.0, 1.0, 1.0), 0.55 if name in ("day", "clear", "mist") else 0.12)
    shade = blend(middle, low, 0.45)
    thick = smooth(puffs, edge + 0.05, edge + 0.30)[..., None]
    colours = np.array(lit, np.float32) * (1 - thick * 0.6) + np.array(shade, np.float32) * thick * 0.6
    return over(canvas, colours, mask * 0.85)


def ridge(
    canvas: Canvas, outline: Plane, colour: Colour, haze: Colour, rng: Rng, relief: float = 0.10
) -> Canvas:
    """A hill: all below `outline` (0 ... 1 from the top), lit from the left, fading into haze at its foot."""
    height, width = canvas.shape[:2]
    below = (rows(height) - outline[None, :]) * height
    mask = np.clip(below, 0, 1)
    lumps = noise(rng, height, width, 0.16, 5, stretch=1.4)
    light = (lumps - aside(lumps, 4)) * 14 * relief + (lumps - 0.5) * relief
    depth = np.clip(below / (height * 0.30), 0, 1)[..., None]
    body = np.array(colour, np.float32) * (1 + light[..., None] * 2)
    body = body + (np.array(haze, np.float32) - body) * depth * 0.45
    return over(canvas, body, mask)


def ranges(
    rng: Rng,
    canvas: Canvas,
    near: Colour,
    haze: Colour,
    first: float,
    last: float,
    count: int,
    bumps: float,
    rough: float = 0.5,
    tall: float = 0.13,
) -> Canvas:
    """Range behind range, the far ones the colour of the air."""
    width = canvas.shape[1]
    for number in range(count):
        share = number / max(1, count - 1)
        base = first + (last - first) * share**1.3
        outline = base - profile(rng, width, bumps * (0.7 + share), 7, rough) * tall * (1 - 0.45 * share)
        colour = blend(haze, near, 0.18 + 0.82 * share**1.2)
        canvas = ridge(canvas, outline, colour, blend(haze, colour, 0.35), rng, 0.03 + 0.09 * share)
    return canvas


def water(rng: Rng, canvas: Canvas, shore: float, tint: Colour, rough: float = 1.0) -> Canvas:
    """Everything below `shore` becomes the mirror of what is above, in waves."""
    height, width = canvas.shape[:2]
    line = int(shore * height)
    depth = height - line
    t = np.linspace(0, 1, depth, dtype=np.float32)[:, None]
    waves = noise(rng, depth, width, 0.10, 4, stretch=9) - 0.5
    fine = noise(rng, depth, width, 0.03, 2, stretch=7) - 0.5
    shift = (waves * 50 + fine * 26) * (0.15 + t) * rough
    source = np.clip(line - 1 - t * min(line - 1, depth * 1.1) - shift, 0, line - 1).astype(np.intp)
    mirrored = canvas[source, np.broadcast_to(np.arange(width), source.shape)]
    strength = 0.25 + 0.5 * t[..., None] * rough
    lit = mirrored * (1 + (fine * 0.5 + waves * 0.25)[..., None] * rough)
    out = canvas.copy()
    out[line:] = lit + (np.array(tint, np.float32) - lit) * np.clip(strength, 0, 0.8)
    return out


def drawn(height: int, width: int, shapes: Callable[[ImageDraw.ImageDraw], None], blur: float = 0.8) -> Plane:
    """A mask of whatever `shapes` draws in white."""
    image = Image.new("L", (width, height))
    shapes(ImageDraw.Draw(image))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(blur)), np.float32) / 255


def pines(rng: Rng, canvas: Canvas, outline: Plane, colour: Colour, tall: float, haze: Colour) -> Canvas:
    """A line of conifers along `outline`, and the dark wood below it."""
    height, width = canvas.shape[:2]

    def draw(pen: ImageDraw.ImageDraw) -> None:
        x = -5.0
        while x < width + 5:
            foot = float(outline[int(np.clip(x, 0, width - 1))]) * height + 6
            top = foot - tall * height * rng.uniform(0.45, 1.15)
            half = (foot - top) * rng.uniform(0.16, 0.24)
            for tier in range(5):
                share = tier / 5
                y = top + (foot - top) * share
                reach = half * (0.30 + 0.70 * (tier + 1) / 5)
                pen.polygon(
                    [(x, y - 3), (x - reach, y + (foot - top) * 0.27), (x + reach, y + (foot - top) * 0.27)],
                    255,
                )
            x += half * rng.uniform(0.5, 1.7) + 1
        pen.polygon(
            [(0, height), *((i, outline[i] * height) for i in range(0, width, 4)), (width, height)], 255
        )

    fade = np.clip((rows(height) - float(outline.mean())) / 0.35, 0, 1)[..., None]
    body = (
        np.array(colour, np.float32)
        + (np.array(haze, np.float32) - np.array(colour, np.float32)) * fade * 0.6
    )
    return over(canvas, np.broadcast_to(body, canvas.shape), drawn(height, width, draw))


def bokeh(
    rng: Rng, height: int, width: int, colours: Sequence[Colour], spots: int, low: float, high: float
) -> Canvas:
    """A background out of focus: a soft gradient and round lights."""
    top, bottom = np.array(colours[0], np.float32), np.array(colours[1], np.float32)
    wash = (rows(height) * 0.6 + noise(rng, height, width, 0.7, 2) * 0.6 - 0.1)[..., None]
    canvas: Canvas = top + (bottom - top) * wash
    for colour in colours[2:]:
        spots_at = [
            (rng.uniform(0, width), rng.uniform(0, height), rng.uniform(low, high) * height)
            for _ in range(spots)
        ]

        def draw(pen: ImageDraw.ImageDraw, at: list[tuple[float, float, float]] = spots_at) -> None:
            for x, y, r in at:
                pen.ellipse((x - r, y - r, x + r, y + r), int(rng.uniform(50, 170)))

        canvas = over(canvas, colour, drawn(height, width, draw, 3.5) * 0.8)
    return canvas
