"""The demo library's landscapes: mountains, water, woods, fields, sand."""

from __future__ import annotations

import math

import numpy as np
from demo_paint import (
    SKIES,
    Canvas,
    Colour,
    Plane,
    Rng,
    aside,
    blend,
    columns,
    drawn,
    noise,
    over,
    pines,
    profile,
    ranges,
    ridge,
    rows,
    sky,
    smooth,
    water,
)
from PIL import ImageDraw


def mountains(rng: Rng, height: int, width: int) -> Canvas:
    name = str(rng.choice(["day", "clear", "golden", "dawn", "sunset", "mist"]))
    horizon = rng.uniform(0.50, 0.62)
    canvas = sky(rng, height, width, name, horizon)
    near = blend((0.05, 0.13, 0.11), SKIES[name][0], 0.15)
    return ranges(
        rng, canvas, near, SKIES[name][2], horizon - 0.10, 0.92, int(rng.integers(4, 7)), 4, 0.55, 0.17
    )


def alps(rng: Rng, height: int, width: int) -> Canvas:
    """Snowy peaks over a dark wood."""
    name = str(rng.choice(["clear", "day", "dawn", "golden"]))
    canvas = sky(rng, height, width, name, 0.6, clouds=rng.uniform(0, 0.5))
    haze = SKIES[name][2]
    outline = 0.42 - profile(rng, width, 3, 8, 0.58) * 0.30
    canvas = ridge(canvas, outline, (0.42, 0.47, 0.56), haze, rng, 0.22)
    snow = noise(rng, height, width, 0.10, 5) - (rows(height) - outline[None, :]) * 2.2
    below = np.clip((rows(height) - outline[None, :]) * height, 0, 1)
    warm: Colour = (1.0, 0.93, 0.88) if name in ("dawn", "golden") else (0.96, 0.97, 1.0)
    relief = noise(rng, height, width, 0.09, 5)
    lit = np.array(warm, np.float32) * (0.90 + 1.6 * (relief - aside(relief, 3)))[..., None]
    canvas = over(canvas, lit, smooth(snow, 0.10, 0.34) * below)
    canvas = ranges(
        rng, canvas, (0.10, 0.20, 0.16), blend(haze, (0.35, 0.48, 0.5), 0.6), 0.66, 0.80, 2, 4, 0.5, 0.08
    )
    return pines(
        rng, canvas, 0.86 - profile(rng, width, 3) * 0.05, (0.03, 0.09, 0.07), 0.13, (0.12, 0.20, 0.15)
    )


def lake(rng: Rng, height: int, width: int) -> Canvas:
    name = str(rng.choice(["day", "dawn", "golden", "clear", "sunset"]))
    shore = rng.uniform(0.54, 0.64)
    canvas = sky(rng, height, width, name, shore)
    canvas = ranges(
        rng, canvas, (0.09, 0.19, 0.18), SKIES[name][2], shore - 0.16, shore - 0.03, 4, 4, 0.55, 0.15
    )
    if rng.random() < 0.6:
        line = shore - 0.012 - np.abs(profile(rng, width, 4)) * 0.02
        canvas = pines(rng, canvas, line.astype(np.float32), (0.03, 0.09, 0.08), 0.10, (0.05, 0.10, 0.09))
    return water(rng, canvas, shore, blend(SKIES[name][0], (0.02, 0.10, 0.14), 0.5), rng.uniform(0.25, 0.8))


def sea(rng: Rng, height: int, width: int) -> Canvas:
    name = str(rng.choice(["sunset", "golden", "ember", "dawn", "day", "storm"]))
    shore = rng.uniform(0.42, 0.60)
    canvas = sky(rng, height, width, name, shore)
    if rng.random() < 0.5:
        canvas = ranges(
            rng,
            canvas,
            blend((0.06, 0.09, 0.14), SKIES[name][1], 0.3),
            SKIES[name][2],
            shore - 0.02,
            shore,
            2,
            2,
            0.5,
            0.09,
        )
    canvas = water(rng, canvas, shore, blend(SKIES[name][0], (0.02, 0.16, 0.22), 0.6), 1.0)
    if rng.random() < 0.55:
        canvas = _sails(rng, canvas, shore)
    return canvas


def _sails(rng: Rng, canvas: Canvas, shore: float) -> Canvas:
    height, width = canvas.shape[:2]
    boats = [
        (rng.uniform(0.1, 0.9) * width, rng.uniform(0.03, 0.12) * height)
        for _ in range(int(rng.integers(1, 4)))
    ]

    def hulls(pen: ImageDraw.ImageDraw) -> None:
        for x, tall in boats:
            y = shore * height + tall * 0.30
            pen.polygon(
                [
                    (x - tall * 0.34, y - tall * 0.10),
                    (x + tall * 0.38, y - tall * 0.10),
                    (x + tall * 0.26, y),
                    (x - tall * 0.26, y),
                ],
                255,
            )

    def sails(pen: ImageDraw.ImageDraw) -> None:
        for x, tall in boats:
            y = shore * height + tall * 0.16
            pen.polygon([(x, y - tall), (x, y), (x + tall * 0.36, y)], 255)
            pen.polygon([(x - tall * 0.04, y - tall * 0.85), (x - tall * 0.04, y), (x - tall * 0.28, y)], 220)

    canvas = over(canvas, (0.97, 0.95, 0.92), drawn(height, width, sails, 0.7) * 0.92)
    return over(canvas, (0.12, 0.10, 0.12), drawn(height, width, hulls, 0.7))


def beach(rng: Rng, height: int, width: int) -> Canvas:
    """The shore from above: deep water, shallows, foam, sand."""
    coast = rng.uniform(0.35, 0.6) + profile(rng, width, 2, 4) * 0.12
    from_coast = rows(height) - coast[None, :] + (noise(rng, height, width, 0.12, 4) - 0.5) * 0.10
    deep, shallow = np.array((0.02, 0.33, 0.47), np.float32), np.array((0.30, 0.80, 0.76), np.float32)
    t = smooth(from_coast, -0.50, -0.02)[..., None]
    ripples = (noise(rng, height, width, 0.05, 4, 2.0) - 0.5)[..., None]
    canvas = (deep + (shallow - deep) * t) * (1 + ripples * 0.22)
    sand = (
        np.array((0.93, 0.83, 0.67), np.float32)
        * (1 + (noise(rng, height, width, 0.02, 3) - 0.5) * 0.10)[..., None]
    )
    wet = np.array((0.74, 0.62, 0.47), np.float32)
    dry = smooth(from_coast, 0.04, 0.13)[..., None]
    canvas = over(canvas, wet + (sand - wet) * dry, smooth(from_coast, -0.02, 0.01))
    for offset, strong in ((0.0, 0.95), (-0.075, 0.55), (-0.15, 0.3)):
        lace = noise(rng, height, width, 0.06, 5)
        foam = np.exp(-(((from_coast - offset + (lace - 0.5) * 0.05) / 0.012) ** 2))
        canvas = over(canvas, (1.0, 1.0, 0.99), foam * strong * smooth(lace, 0.25, 0.55))
    if rng.random() < 0.7:
        canvas = _parasols(rng, canvas, coast)
    return canvas


def _parasols(rng: Rng, canvas: Canvas, coast: Plane) -> Canvas:
    height, width = canvas.shape[:2]
    colours: list[Colour] = [(0.92, 0.30, 0.26), (0.98, 0.78, 0.25), (0.20, 0.50, 0.72), (0.96, 0.95, 0.92)]
    for _ in range(int(rng.integers(4, 12))):
        x, r = rng.uniform(0.05, 0.95) * width, rng.uniform(0.014, 0.022) * height
        y = min(0.97, float(coast[int(x)]) + rng.uniform(0.16, 0.4)) * height
        box = (x - r, y - r, x + r, y + r)
        shade = (x - r + r * 0.9, y - r + r * 0.7, x + r * 1.9, y + r * 1.7)
        canvas = over(canvas, (0.30, 0.24, 0.20), _disc(height, width, shade, 1.6) * 0.47)
        canvas = over(canvas, colours[int(rng.integers(4))], _disc(height, width, box, 0.8))
    return canvas


def _disc(height: int, width: int, box: tuple[float, float, float, float], blur: float) -> Plane:
    return drawn(height, width, lambda pen: pen.ellipse(box, 255), blur)


def forest(rng: Rng, height: int, width: int) -> Canvas:
    """Rows of conifers in fog."""
    tone: Colour = [(0.10, 0.22, 0.20), (0.10, 0.18, 0.26), (0.26, 0.17, 0.10), (0.08, 0.20, 0.12)][
        int(rng.integers(4))
    ]
    fog = SKIES[str(rng.choice(["mist", "dawn", "mist", "golden"]))][2]
    canvas = sky(rng, height, width, "mist", 0.7, clouds=0.0) * 0.4 + np.array(fog, np.float32) * 0.6
    count = int(rng.integers(5, 8))
    for number in range(count):
        share = number / (count - 1)
        outline = 0.26 + 0.62 * share - profile(rng, width, 2 + 2 * share, 5) * 0.10
        colour = blend(fog, blend(tone, (0.01, 0.03, 0.03), share * 0.6), 0.14 + 0.86 * share)
        canvas = pines(rng, canvas, outline, colour, 0.07 + 0.17 * share, fog)
    return canvas


def dunes(rng: Rng, height: int, width: int) -> Canvas:
    name = str(rng.choice(["clear", "golden", "sunset", "day"]))
    canvas = sky(rng, height, width, name, 0.5, clouds=0.0)
    sand: Colour = [(0.90, 0.55, 0.28), (0.86, 0.62, 0.38), (0.80, 0.42, 0.22)][int(rng.integers(3))]
    count = int(rng.integers(3, 6))
    for number in range(count):
        share = number / max(1, count - 1)
        outline = 0.40 + 0.45 * share - profile(rng, width, 1.5 + share, 3, 0.35) * (0.16 - 0.04 * share)
        mask = np.clip((rows(height) - outline[None, :]) * height, 0, 1)
        slope = np.gradient(np.convolve(np.pad(outline, 20, mode="edge"), np.ones(41) / 41, "valid")) * width
        ripples = (
            np.sin((rows(height) * 260 + noise(rng, height, width, 0.3, 3) * 60) * (1.4 - share * 0.8)) * 0.02
        )
        light = (
            0.78
            + np.clip(slope[None, :] * 0.35, -0.42, 0.30)
            + ripples
            + (rows(height) - outline[None, :]) * -0.25
        )
        body = np.array(blend(SKIES[name][2], sand, 0.72 + 0.28 * share), np.float32) * light[..., None]
        canvas = over(canvas, body.astype(np.float32), mask)
    return canvas


def meadow(rng: Rng, height: int, width: int) -> Canvas:
    """A field in rows of colour towards the hills: lavender, tulips, rape."""
    name = str(rng.choice(["day", "golden", "dawn", "sunset"]))
    horizon = rng.uniform(0.36, 0.48)
    canvas = sky(rng, height, width, name, horizon)
    canvas = ranges(rng, canvas, (0.20, 0.30, 0.26), SKIES[name][2], horizon - 0.04, horizon, 3, 3, 0.5, 0.08)
    hue: Colour = [(0.50, 0.34, 0.72), (0.92, 0.78, 0.16), (0.86, 0.24, 0.26), (0.90, 0.50, 0.66)][
        int(rng.integers(4))
    ]
    t = np.clip((rows(height) - horizon) / (1 - horizon), 1e-3, 1)
    vanish = rng.uniform(0.3, 0.7)
    lanes = np.cos((columns(width) - vanish) / t * rng.uniform(16, 26) * width / height)
    tufts = noise(rng, height, width, 0.03, 3, 1.6)
    bloom = smooth(lanes + (tufts - 0.5) * 1.6, -0.35, 0.35)[..., None]
    leaf = np.array((0.20, 0.30, 0.13), np.float32)
    body = leaf + (np.array(hue, np.float32) - leaf) * bloom
    body = body * (0.60 + 0.75 * tufts)[..., None]
    far = (1 - t)[..., None] ** 4
    body = body + (np.array(blend(hue, SKIES[name][2], 0.5), np.float32) - body) * far * 0.7
    canvas = over(
        canvas, body, np.broadcast_to(smooth(rows(height), horizon, horizon + 0.004), (height, width))
    )
    if rng.random() < 0.5:
        canvas = _tree(rng, canvas, rng.uniform(0.2, 0.8), horizon + 0.03, rng.uniform(0.10, 0.2))
    return canvas


def _tree(rng: Rng, canvas: Canvas, x: float, foot: float, tall: float) -> Canvas:
    height, width = canvas.shape[:2]
    cx, top, r = x * width, (foot - tall) * height, tall * height

    def draw(pen: ImageDraw.ImageDraw) -> None:
        pen.polygon(
            [(cx - r * 0.03, foot * height), (cx + r * 0.03, foot * height), (cx, top + r * 0.3)], 255
        )
        for _ in range(60):
            a, d, rr = rng.uniform(0, math.tau), rng.random() ** 0.5 * r * 0.34, rng.uniform(0.06, 0.15) * r
            px, py = cx + math.cos(a) * d * 1.15, top + r * 0.36 + math.sin(a) * d
            pen.ellipse((px - rr, py - rr, px + rr, py + rr), 255)

    mask = drawn(height, width, draw, 0.8)
    lit = (
        0.7 + 0.9 * (mask - np.roll(mask, -int(r * 0.08), axis=1)) + 0.5 * noise(rng, height, width, 0.02, 2)
    )
    return over(canvas, np.array((0.11, 0.19, 0.08), np.float32) * lit[..., None], mask)
