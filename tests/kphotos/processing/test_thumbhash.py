"""Our ThumbHash equals the reference implementation's, and decodes to about the picture it was made of."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from kphotos.processing.thumbhash import encode

# Made with npm's thumbhash 0.1.1 from `pattern(width, height, has_alpha, factor)`.
VECTORS = [
    (1, 1, False, 1, "030706470008f708888788708f7088f80888707ff8000000"),
    (100, 75, False, 1, "1f08060d827676576657086565546787fe6fb7bc40"),
    (75, 100, False, 2, "1ff80105003333728324513043734632fbda4b865f"),
    (64, 64, False, 3, "1ff8010f0035372640425344373655466663f3abc9af730a"),
    (100, 10, False, 1, "5d080a1982444380747768879aaf5fb098"),
    (9, 100, False, 5, "1ef805110201844404367475ffb854500c"),
    (40, 30, True, 1, "1ee885148617066666987779b7b0f509688a86786841077807"),
    (30, 40, True, 2, "60f8850c0217876048566875c7af4870a77984877867061808"),
    (100, 100, False, 7, "df0702070012234192477750373774277863d4efe684e20f"),
]


def pattern(width: int, height: int, has_alpha: bool, factor: int) -> NDArray[np.uint8]:
    y, x = np.mgrid[0:height, 0:width]
    alpha = (x + y) * 9 % 256 if has_alpha else x * 0 + 255
    planes = [x * 7 * factor + y * 3, x * x + y * 5 * factor, x * y * factor + 31]
    return np.stack([*(plane % 256 for plane in planes), alpha], axis=2).astype(np.uint8)


@pytest.mark.parametrize(("width", "height", "has_alpha", "factor", "known"), VECTORS)
def test_it_is_the_reference_implementations(
    width: int, height: int, has_alpha: bool, factor: int, known: str
) -> None:
    ours = encode(pattern(width, height, has_alpha, factor))
    if (width, height) == (1, 1):  # One pixel has no frequencies: theirs is the noise of its arithmetic.
        assert ours[:2].hex() == known[:4]
    else:
        assert ours.hex() == known


def test_it_decodes_to_about_the_picture() -> None:
    y, x = np.mgrid[0:60, 0:90]
    picture = np.stack([x * 2.8, y * 4.2, 255 - x * 2.8, x * 0 + 255], axis=2).astype(np.uint8)
    seen = decoded(encode(picture), 90, 60)
    assert np.abs(seen - picture[..., :3] / 255).mean() < 0.08
    assert np.abs(seen[:, ::-1] - picture[..., :3] / 255).mean() > 0.2


@pytest.mark.parametrize(
    "colour", [(0, 0, 0, 255), (255, 255, 255, 255), (200, 100, 50, 255), (10, 240, 20, 0)]
)
def test_one_colour_has_no_noise(colour: tuple[int, int, int, int]) -> None:
    plain = encode(np.full((10, 10, 4), colour, np.uint8))
    assert set(plain[6 if colour[3] < 255 else 5 :]) == {0}
    if colour[3]:
        assert np.allclose(decoded(plain, 4, 4), np.array(colour[:3]) / 255, atol=0.03)


def test_more_than_100_pixels_are_refused() -> None:
    for shape in ((101, 5, 4), (5, 101, 4), (0, 5, 4)):
        with pytest.raises(ValueError, match="1 to 100"):
            encode(np.zeros(shape, np.uint8))


def decoded(data: bytes, width: int, height: int) -> NDArray[np.float64]:
    """An own decoder, from the format's description; opaque hashes only."""
    head, shape = int.from_bytes(data[:3], "little"), int.from_bytes(data[3:5], "little")
    means = [(head & 63) / 63, (head >> 6 & 63) / 31.5 - 1, (head >> 12 & 63) / 31.5 - 1]
    scales = [(head >> 18 & 31) / 31, (shape >> 3 & 63) / 63, (shape >> 9 & 63) / 63]
    short, is_wide = shape & 7, shape >> 15
    across, down = max(3, 7 if is_wide else short), max(3, short if is_wide else 7)
    nibbles = iter([half for byte in data[5:] for half in (byte & 15, byte >> 4)])
    y, x = (np.arange(height) + 0.5) / height, (np.arange(width) + 0.5) / width
    planes = []
    for mean, scale, (nx, ny) in zip(means, scales, [(across, down), (3, 3), (3, 3)], strict=True):
        plane = np.full((height, width), mean)
        boost = 1.0 if nx == across and not planes else 1.25
        for cy in range(ny):
            for cx in range(nx):
                if (cx or cy) and cx * ny < nx * (ny - cy):
                    level = (next(nibbles) / 7.5 - 1) * scale * boost
                    plane += level * 2 * np.outer(np.cos(math.pi * cy * y), np.cos(math.pi * cx * x))
        planes.append(plane)
    light, p, q = planes
    blue = light - 2 / 3 * p
    red = (3 * light - blue + q) / 2
    return np.clip(np.stack([red, red - q, blue], axis=2), 0, 1)
