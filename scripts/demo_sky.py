"""The demo library's skies with something before them: stars, towers, balloons."""

from __future__ import annotations

from functools import partial

import numpy as np
from demo_paint import (
    SKIES,
    Canvas,
    Colour,
    Plane,
    Rng,
    blend,
    bokeh,
    columns,
    drawn,
    noise,
    over,
    pines,
    profile,
    ranges,
    rows,
    sky,
    smooth,
    water,
)
from PIL import Image, ImageDraw, ImageFilter


def night(rng: Rng, height: int, width: int) -> Canvas:
    """Stars, often the Milky Way or northern lights, over a dark ridge."""
    canvas = sky(rng, height, width, "night", 0.85)
    kind = rng.random()
    if kind < 0.4:
        canvas = _milky_way(rng, canvas)
    elif kind < 0.8:
        canvas = _aurora(rng, canvas)
    stars = np.zeros((height, width), np.float32)
    count = height * width // 900
    stars[rng.integers(0, height, count), rng.integers(0, width, count)] = rng.random(count) ** 6 * 2.2 + 0.18
    dots = Image.fromarray(np.clip(stars * 110, 0, 255).astype(np.uint8))
    glow = np.asarray(dots.filter(ImageFilter.GaussianBlur(0.7)), np.float32) / 110 * 2.2
    canvas = canvas + glow[..., None] * np.array((0.92, 0.95, 1.0), np.float32)
    if kind >= 0.8:
        x, y, r = rng.uniform(0.2, 0.8), rng.uniform(0.15, 0.4), rng.uniform(0.025, 0.05)
        far = np.hypot((columns(width) - x) * width / height, rows(height) - y)
        canvas = canvas + np.exp(-far / 0.10)[..., None] * np.array((0.26, 0.28, 0.36), np.float32)
        canvas = over(canvas, (0.96, 0.95, 0.88), smooth(-far, -r, -r + 0.005))
    base = rng.uniform(0.70, 0.85)
    if rng.random() < 0.45:
        canvas = ranges(
            rng, canvas, (0.010, 0.016, 0.035), (0.06, 0.09, 0.16), base - 0.12, base - 0.03, 2, 3, 0.5, 0.15
        )
        return water(rng, canvas, base, (0.01, 0.03, 0.07), 0.5)
    canvas = ranges(
        rng, canvas, (0.008, 0.012, 0.03), (0.06, 0.09, 0.16), base - 0.06, base + 0.06, 3, 3, 0.5, 0.13
    )
    return pines(
        rng, canvas, 0.96 - profile(rng, width, 3) * 0.04, (0.004, 0.008, 0.012), 0.16, (0.01, 0.02, 0.02)
    )


def _milky_way(rng: Rng, canvas: Canvas) -> Canvas:
    height, width = canvas.shape[:2]
    tilt = rng.uniform(-1.2, 1.2)
    across = (rows(height) - 0.4) - tilt * (columns(width) - 0.5)
    across = across + (noise(rng, height, width, 0.4, 3) - 0.5) * 0.22
    band: Plane = np.exp(-((across / 0.16) ** 2))
    dust = smooth(noise(rng, height, width, 0.18, 6), 0.36, 0.62)
    outer: Canvas = (band * (0.25 + 0.75 * dust))[..., None] * np.array((0.34, 0.30, 0.40), np.float32)
    core: Canvas = (np.exp(-((across / 0.06) ** 2)) * dust)[..., None] * np.array(
        (0.26, 0.20, 0.18), np.float32
    )
    return canvas + outer + core


def _aurora(rng: Rng, canvas: Canvas) -> Canvas:
    height, width = canvas.shape[:2]
    for _ in range(int(rng.integers(2, 4))):
        foot = rng.uniform(0.40, 0.66) + profile(rng, width, 2, 3) * 0.14
        knots = np.arange(0, width + 8, 8)
        rays = np.interp(np.arange(width), knots, rng.random(len(knots))).astype(np.float32)
        up = foot[None, :] - rows(height)
        body = np.where(up > 0, np.exp(-up / (0.10 + 0.14 * rays[None, :])), np.exp(up / 0.018))
        body = body * (0.35 + 0.65 * rays[None, :]) * smooth(noise(rng, height, width, 0.8, 2), 0.25, 0.65)
        canvas = canvas + body[..., None] * np.array((0.10, 0.70, 0.38), np.float32)
        violet = np.where(up > 0.08, np.exp(-(up - 0.08) / 0.16), 0) * rays[None, :]
        canvas = canvas + violet[..., None] * np.array((0.20, 0.05, 0.26), np.float32)
    return canvas


def city(rng: Rng, height: int, width: int) -> Canvas:
    """A skyline at dusk, often over water."""
    name = str(rng.choice(["blue", "sunset", "ember", "golden", "blue"]))
    base = rng.uniform(0.66, 0.78)
    canvas = sky(rng, height, width, name, base)
    lights: Colour = (1.0, 0.82, 0.50)
    for share in (0.0, 0.5, 1.0):
        shade = blend(SKIES[name][1], (0.03, 0.04, 0.08), 0.35 + 0.6 * share)
        towers: list[tuple[float, float, float]] = []
        x = -10.0
        while x < width:
            wide = rng.uniform(0.025, 0.07) * width * (1 if width > height else 1.6)
            towers.append(
                (x, base * height - rng.gamma(2.2, 0.055) * height * (1.35 - 0.5 * share) - 8, wide)
            )
            x += wide * rng.uniform(0.75, 1.2)
        mask = drawn(height, width, partial(_towers, towers=towers, foot=base * height), 0.5)
        canvas = over(canvas, shade, mask)
        panes = (rng.random((height // 7 + 1, width // 6 + 1)) < 0.10 + 0.16 * share).astype(np.float32)
        grid = np.kron(panes, np.pad(np.ones((3, 3), np.float32), ((2, 2), (1, 2))))[:height, :width]
        canvas = over(canvas, lights, grid * (mask > 0.98) * (0.35 + 0.6 * share))
    if rng.random() < 0.75:
        return water(rng, canvas, base, blend(SKIES[name][0], (0.02, 0.04, 0.09), 0.5), 0.9)
    canvas = over(
        canvas, (0.03, 0.03, 0.05), np.broadcast_to(smooth(rows(height), base, base + 0.005), (height, width))
    )
    return (
        canvas
        + bokeh(rng, height, width, [(0, 0, 0), (0, 0, 0), lights, (0.9, 0.3, 0.2)], 26, 0.006, 0.016)
        * smooth(rows(height), base + 0.02, base + 0.06)[..., None]
    )


def _towers(pen: ImageDraw.ImageDraw, towers: list[tuple[float, float, float]], foot: float) -> None:
    for number, (x, top, wide) in enumerate(towers):
        pen.rectangle((x, top, x + wide, foot), 255)
        if number % 4 == 1:
            pen.rectangle((x + wide * 0.2, top - wide * 0.25, x + wide * 0.8, top), 255)
        if number % 5 == 2:
            pen.polygon([(x + wide * 0.42, top), (x + wide * 0.5, top - wide), (x + wide * 0.58, top)], 255)


def balloons(rng: Rng, height: int, width: int) -> Canvas:
    name = str(rng.choice(["dawn", "golden", "day"]))
    canvas = sky(rng, height, width, name, 0.7, clouds=0.3)
    canvas = ranges(rng, canvas, (0.42, 0.28, 0.22), SKIES[name][2], 0.70, 0.92, 4, 5, 0.55, 0.10)
    spots = sorted(float(rng.gamma(2.2, 0.022) + 0.018) for _ in range(int(rng.integers(6, 15))))
    for r in spots:
        canvas = _balloon(
            rng, canvas, rng.uniform(0.05, 0.95), rng.uniform(0.12, 0.62), min(r, 0.16), SKIES[name][2]
        )
    return canvas


def _balloon(rng: Rng, whole: Canvas, x: float, y: float, r: float, haze: Colour) -> Canvas:
    height, width = whole.shape[:2]
    colours: list[Colour] = [
        (0.86, 0.20, 0.18),
        (0.96, 0.70, 0.18),
        (0.16, 0.42, 0.66),
        (0.95, 0.92, 0.86),
        (0.20, 0.52, 0.42),
        (0.50, 0.24, 0.52),
    ]
    near = min(1.0, 0.45 + r * 7)
    one, two = (np.array(blend(haze, colours[int(n)], near), np.float32) for n in rng.permutation(6)[:2])
    top, left = max(0, int((y - 1.2 * r) * height)), max(0, int(x * width - 1.2 * r * height))
    window = np.s_[top : int((y + 1.8 * r) * height) + 2, left : int(x * width + 1.2 * r * height) + 2]
    canvas = whole[window]
    dx = ((columns(width) - x) * width / height / r)[:, window[1]]
    dy = ((rows(height) - y) / r)[window[0]]
    squeeze = np.where(dy > 0.2, 1 + np.clip(dy - 0.2, 0, 1.2) * 0.75, 1.0)
    inside = np.hypot(dx * squeeze, dy * np.where(dy > 0, 0.80, 1.0))
    round_ = np.clip(1 - (dx * squeeze) ** 2, 0.02, 1) ** 0.5
    gores = np.sin(np.arcsin(np.clip(dx * squeeze, -1, 1)) * 6 + rng.uniform(0, 3))
    body = np.where((gores > 0)[..., None], one, two) * (0.62 + 0.45 * round_ - 0.18 * dx)[..., None]
    canvas = over(
        canvas, body.astype(np.float32), smooth(1 - inside, -0.4 / (r * height), 0.6 / (r * height))
    )
    basket = smooth(0.11 - np.abs(dx), -0.02, 0.02) * smooth(0.09 - np.abs(dy - 1.52), -0.02, 0.02)
    whole[window] = over(canvas, (0.28, 0.18, 0.10), basket)
    return whole
