"""The demo library's near things: flowers, people, coffee."""

from __future__ import annotations

import math

import numpy as np
from demo_land import meadow, mountains, sea
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
    profile,
    rows,
    sky,
    smooth,
    water,
)
from demo_sky import city
from PIL import Image, ImageDraw, ImageFilter

_CLOTHS: tuple[Colour, ...] = (
    (0.20, 0.32, 0.50),
    (0.72, 0.24, 0.22),
    (0.90, 0.84, 0.74),
    (0.22, 0.40, 0.34),
    (0.92, 0.70, 0.26),
    (0.30, 0.28, 0.30),
)


def flowers(rng: Rng, height: int, width: int) -> Canvas:
    """One or several blossoms before a background out of focus."""
    green: list[Colour] = [(0.16, 0.30, 0.12), (0.42, 0.56, 0.22)]
    light: list[Colour] = [(0.90, 0.92, 0.60), (0.55, 0.75, 0.40), (0.98, 0.80, 0.85)]
    canvas = bokeh(rng, height, width, [*green, *light], 14, 0.03, 0.11)
    hue: Colour = [
        (0.93, 0.30, 0.45),
        (0.98, 0.72, 0.12),
        (0.62, 0.40, 0.86),
        (0.96, 0.94, 0.92),
        (0.95, 0.42, 0.14),
        (0.36, 0.46, 0.92),
        (0.98, 0.60, 0.74),
    ][int(rng.integers(7))]
    blossoms = [(rng.uniform(0.32, 0.68), rng.uniform(0.36, 0.58), rng.uniform(0.24, 0.36))]
    blossoms += [
        (rng.uniform(0.0, 1.0), rng.uniform(0.25, 0.95), rng.uniform(0.07, 0.17))
        for _ in range(int(rng.integers(1, 5)))
    ]
    for x, y, size in sorted(blossoms, key=lambda b: b[2]):
        canvas = _blossom(rng, canvas, x, y, size, hue)
    return canvas


def _blossom(rng: Rng, canvas: Canvas, x: float, y: float, size: float, hue: Colour) -> Canvas:
    height, width = canvas.shape[:2]
    bend = rng.uniform(-0.1, 0.1)
    stem = np.abs((columns(width) - x - bend * (rows(height) - y) ** 2 * 2) * width / height)
    canvas = over(
        canvas,
        (0.22, 0.42, 0.14),
        smooth(-stem, -size * 0.055, -size * 0.03) * smooth(rows(height), y, y + 0.01),
    )
    dx, dy = (columns(width) - x) * width / height, (rows(height) - y) * rng.uniform(1.0, 1.35)
    far, angle = np.hypot(dx, dy) / size, np.arctan2(dy, dx)
    petals = int(rng.integers(5, 14))
    for ring, reach in enumerate((1.0, 0.74)):
        turn = rng.uniform(0, math.tau)
        wave = np.abs(np.cos(angle * petals / 2 + turn)) ** 0.55
        edge = reach * (0.58 + 0.42 * wave)
        veins = 0.035 * np.cos(angle * petals * 9 + far * 6)
        light = 0.62 + 0.42 * far / reach + 0.20 * wave - 0.12 * np.sin(angle + 0.8) + veins + 0.10 * ring
        soft = 0.02 + 0.05 * (0.3 - size) * (size < 0.2) * 6
        canvas = over(
            canvas,
            np.array(hue, np.float32) * np.clip(light, 0, 1.25)[..., None],
            smooth(edge - far, -soft, soft),
        )
    seeds = (
        np.array((0.86, 0.62, 0.12), np.float32)
        if hue[1] < 0.7 or hue[2] > 0.5
        else np.array((0.30, 0.16, 0.06), np.float32)
    )
    bumps = 0.8 + 0.5 * noise(rng, height, width, 0.02, 2)
    return over(
        canvas,
        seeds * bumps[..., None] * np.clip(1.25 - far, 0, 1)[..., None],
        smooth(0.24 - far, -0.02, 0.02),
    )


def people(rng: Rng, height: int, width: int) -> Canvas:
    """Figures against the light, on a shore or a hill."""
    name = str(rng.choice(["sunset", "golden", "ember", "dawn"]))
    ground = rng.uniform(0.72, 0.82)
    canvas = sky(rng, height, width, name, ground)
    if rng.random() < 0.6:
        canvas = water(rng, canvas, ground - 0.12, blend(SKIES[name][0], (0.05, 0.08, 0.14), 0.5), 0.8)
    dark = blend((0.03, 0.02, 0.04), SKIES[name][0], 0.12)
    line = ground - profile(rng, width, 1.2, 4, 0.4) * 0.03
    canvas = over(canvas, dark, np.clip((rows(height) - line[None, :]) * height, 0, 1))
    count, centre = int(rng.integers(1, 5)), rng.uniform(0.3, 0.7)
    figures = [
        (
            centre + (n - count / 2) * rng.uniform(0.05, 0.08),
            rng.uniform(0.19, 0.23) * rng.choice([1.0, 1.0, 0.62]),
        )
        for n in range(count)
    ]

    def draw(pen: ImageDraw.ImageDraw) -> None:
        for x, tall in figures:
            foot = float(line[int(np.clip(x, 0, 0.999) * width)]) * height * 2 + 4
            _figure(pen, rng, x * width * 2, foot, tall * height * 2)

    mask = Image.fromarray((drawn(height * 2, width * 2, draw, 0.8) * 255).astype(np.uint8))
    return over(
        canvas, dark, np.asarray(mask.resize((width, height), Image.Resampling.BOX), np.float32) / 255
    )


def _figure(pen: ImageDraw.ImageDraw, rng: Rng, x: float, foot: float, tall: float) -> None:
    """A person standing: long dress or coat and trousers, arms down or one raised a little."""

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x + u * tall, foot - v * tall) for u, v in points]

    def limb(*points: tuple[float, float], thick: float) -> None:
        path = at(*points)
        pen.line(path, 255, max(1, round(thick * tall)), joint="curve")
        for px, py in (path[0], path[-1]):
            r = thick * tall / 2
            pen.ellipse((px - r, py - r, px + r, py + r), 255)

    pen.ellipse((*at((-0.052, 0.995))[0], *at((0.052, 0.865))[0]), 255)
    limb((0, 0.90), (0, 0.80), thick=0.05)
    if rng.random() < 0.5:
        pen.ellipse((*at((-0.062, 1.0))[0], *at((0.062, 0.89))[0]), 255)
        limb((-0.035, 0.93), (-0.05, 0.80), thick=0.05)
        pen.polygon(
            at((-0.085, 0.82), (0.085, 0.82), (0.06, 0.60), (0.15, 0.20), (-0.15, 0.20), (-0.06, 0.60)), 255
        )
        limb((-0.035, 0.25), (-0.04, 0.02), thick=0.045)
        limb((0.035, 0.25), (0.045, 0.02), thick=0.045)
    else:
        pen.polygon(at((-0.115, 0.81), (0.115, 0.81), (0.10, 0.42), (-0.10, 0.42)), 255)
        limb((-0.055, 0.45), (-0.05 - rng.uniform(0, 0.04), 0.02), thick=0.075)
        limb((0.055, 0.45), (0.05 + rng.uniform(0, 0.04), 0.02), thick=0.075)
    limb((-0.09, 0.79), (-0.14, 0.60), (-0.13, 0.44), thick=0.048)
    limb((0.09, 0.79), (0.14, 0.60), (0.15, float(rng.choice([0.44, 0.44, 0.52]))), thick=0.048)


def portrait(rng: Rng, height: int, width: int) -> Canvas:
    """Somebody from behind, looking out over a view that lies out of focus."""
    view = (mountains, sea, city, bokeh_lights, meadow)[int(rng.integers(5))](rng, height, width)
    image = Image.fromarray((np.clip(view, 0, 1) * 255).astype(np.uint8))
    blurred = image.filter(ImageFilter.GaussianBlur(height / 75))
    canvas: Canvas = np.asarray(blurred, np.float32) / 255
    hair: Colour = [(0.10, 0.07, 0.06), (0.28, 0.17, 0.10), (0.72, 0.54, 0.30), (0.46, 0.18, 0.08)][
        int(rng.integers(4))
    ]
    skin: Colour = [(0.86, 0.66, 0.54), (0.70, 0.48, 0.36), (0.46, 0.30, 0.22)][int(rng.integers(3))]
    cloth: Colour = _CLOTHS[int(rng.integers(len(_CLOTHS)))]
    r = rng.uniform(0.13, 0.16) * min(1.0, width / height * 1.15)
    dx, dy = (
        (columns(width) - rng.uniform(0.34, 0.66)) * width / height / r,
        (rows(height) - rng.uniform(0.46, 0.54)) / r,
    )
    side, soft = (1 if rng.random() < 0.5 else -1), 2.5 / (r * height)
    rim = np.clip(0.62 + 0.20 * dx * side + 0.55 * np.clip(np.abs(dx) - 0.62, 0, 1) - 0.05 * dy, 0.25, 1.5)[
        ..., None
    ]

    def lay(canvas: Canvas, colour: Colour | Canvas, inside: Plane) -> Canvas:
        body = np.array(colour, np.float32) * rim
        return over(canvas, body.astype(np.float32), smooth(inside.astype(np.float32), -soft, soft))

    knit = (0.9 + 0.2 * noise(rng, height, width, 0.015, 2))[..., None]
    canvas = lay(canvas, skin, np.minimum(0.40 - np.abs(dx), np.minimum(dy, 2.0 - dy)))
    slope = 1.42 + 0.22 * np.abs(dx) ** 1.5 + 0.5 * np.clip(np.abs(dx) - 1.55, 0, 2) ** 2
    canvas = lay(
        canvas, np.array(cloth, np.float32) * knit, np.minimum(dy - slope, 2.15 + 0.06 * dy - np.abs(dx))
    )
    strands = noise(rng, width, height, 0.03, 4, stretch=12).T[..., None]
    mane = np.array(hair, np.float32) * (0.65 + 0.8 * strands)
    style = rng.random()
    head = 1 - (dx / 0.80) ** 2 - ((dy + 0.02) / 1.02) ** 2
    if style < 0.45:
        fall = 0.82 + 0.10 * np.sin(dy * 1.6 + dx) + 0.10 * np.clip(dy, 0, 2)
        canvas = lay(
            canvas, mane, np.minimum(fall - np.abs(dx), np.minimum(dy + 0.1, 2.3 - dy - 0.3 * dx * dx))
        )
    elif style < 0.7:
        canvas = lay(canvas, mane, 1 - (dx / 0.40) ** 2 - ((dy + 1.12) / 0.36) ** 2)
    canvas = lay(canvas, mane, head)
    if style > 0.85:
        canvas = lay(canvas, (0.86, 0.74, 0.52), 1 - (dx / 1.55) ** 2 - ((dy + 0.30) / 0.26) ** 2)
        canvas = lay(
            canvas,
            (0.82, 0.69, 0.46),
            np.minimum(1 - (dx / 0.78) ** 2 - ((dy + 0.42) / 0.74) ** 2, -0.22 - dy),
        )
    return canvas


def bokeh_lights(rng: Rng, height: int, width: int) -> Canvas:
    """An evening street, all of it out of focus."""
    walls: list[Colour] = [
        (0.05, 0.08, 0.18),
        (0.22, 0.16, 0.22),
        (0.98, 0.66, 0.30),
        (0.40, 0.62, 0.92),
        (0.90, 0.30, 0.28),
    ]
    return bokeh(rng, height, width, walls, 12, 0.02, 0.06)


def coffee(rng: Rng, height: int, width: int) -> Canvas:
    """A cup on a wooden table, from above."""
    grain = noise(rng, height, width, 0.06, 5, stretch=14)
    boards = smooth(np.abs(((rows(height) * 4 + 0.3) % 1) - 0.5), 0.0, 0.012)
    wood: Colour = [(0.50, 0.33, 0.20), (0.72, 0.56, 0.40), (0.32, 0.22, 0.16)][int(rng.integers(3))]
    canvas = np.array(wood, np.float32) * ((0.72 + 0.56 * grain) * (0.45 + 0.55 * boards))[..., None]
    window = smooth(np.sin((columns(width) * 1.4 + rows(height) * 0.9 + rng.uniform(0, 1)) * 3.0), -0.3, 0.6)
    canvas = canvas * (0.74 + 0.44 * window)[..., None]
    x, y, r = (
        rng.uniform(0.35, 0.65),
        rng.uniform(0.4, 0.6),
        rng.uniform(0.22, 0.28) * min(1.0, width / height),
    )
    dx, dy = (columns(width) - x) * width / height / r, (rows(height) - y) / r
    far, soft = np.hypot(dx, dy), 2.0 / (r * height)
    canvas = over(canvas, (0.05, 0.03, 0.02), np.clip(1.5 - np.hypot(dx - 0.22, dy - 0.26), 0, 0.5) * 1.1)
    china: Colour = [(0.95, 0.94, 0.92), (0.30, 0.42, 0.50), (0.86, 0.74, 0.62)][int(rng.integers(3))]
    for radius, gain in ((1.50, 0.96), (1.42, 1.0), (1.0, 0.78), (0.96, 1.04), (0.88, 0.70)):
        body = np.array(china, np.float32) * np.clip(gain * (0.94 - 0.10 * dx - 0.10 * dy), 0, 1.1)[..., None]
        canvas = over(canvas, body.astype(np.float32), smooth(radius - far, -soft, soft))
    crema = (
        np.array((0.52, 0.30, 0.14), np.float32)
        * (0.85 + 0.3 * noise(rng, height, width, 0.05, 4))[..., None]
    )
    canvas = over(canvas, crema, smooth(0.84 - far, -soft, soft))
    u, v = dx / 0.62, (dy + 0.06) / 0.62
    heart = (u**2 + v**2 - 0.55) ** 3 + u**2 * (v * 1.0) ** 3
    rings = 0.5 + 0.5 * np.cos(np.hypot(u, v) * 16)
    milk = smooth(-heart.astype(np.float32), -0.01, 0.03) * (0.66 + 0.34 * rings)
    return over(canvas, (0.96, 0.88, 0.76), milk * smooth(0.82 - far, -soft, soft))
