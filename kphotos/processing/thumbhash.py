"""ThumbHash: a whole picture, very blurred, in some 25 bytes.

The format is Evan Wallace's (https://evanw.github.io/thumbhash/): a DCT of lightness (l), two colour
differences (p, q) and alpha (a), the low frequencies kept in 4 bits each.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Channel = NDArray[np.float64]
LARGEST = 100  # pixels a side


def encode(rgba: NDArray[np.uint8]) -> bytes:
    """The hash of an array of shape (height, width, 4), at most 100 x 100."""
    height, width = rgba.shape[:2]
    if max(height, width) > LARGEST or min(height, width) < 1:
        raise ValueError(f"a thumbhash is made of 1 to {LARGEST} pixels a side")
    alpha = rgba[..., 3] / 255.0
    has_alpha = bool(alpha.min() < 1)
    weights = alpha / (alpha.sum() or 1.0)
    mean = (rgba[..., :3] / 255.0 * weights[..., None]).sum(axis=(0, 1))
    red, green, blue = np.moveaxis(
        mean * (1 - alpha[..., None]) + rgba[..., :3] / 255.0 * alpha[..., None], 2, 0
    )

    limit = 5 if has_alpha else 7  # Room for the alpha channel is taken from lightness.
    across, down = (max(1, _round(limit * side / max(width, height))) for side in (width, height))
    channels = [
        _low_frequencies((red + green + blue) / 3, max(3, across), max(3, down)),
        _low_frequencies((red + green) / 2 - blue, 3, 3),
        _low_frequencies(red - green, 3, 3),
    ]
    (light, light_scale, _), (p, p_scale, _), (q, q_scale, _) = channels
    wide = bool(width > height)
    head = _round(63 * light) | _round(31.5 + 31.5 * p) << 6 | _round(31.5 + 31.5 * q) << 12
    head |= _round(31 * light_scale) << 18 | has_alpha << 23
    shape = (down if wide else across) | _round(63 * p_scale) << 3 | _round(63 * q_scale) << 9 | wide << 15
    out = head.to_bytes(3, "little") + shape.to_bytes(2, "little")
    if has_alpha:
        channels.append(_low_frequencies(alpha, 5, 5))
        out += bytes([_round(15 * channels[3][0]) | _round(15 * channels[3][1]) << 4])
    nibbles = [_round(15 * level) for _, _, levels in channels for level in levels]
    nibbles += [0] * (len(nibbles) % 2)
    return out + bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2]))


def _low_frequencies(channel: Channel, across: int, down: int) -> tuple[float, float, list[float]]:
    """(mean, scale, levels 0 ... 1 of the other frequencies of the triangle nearest to it)."""
    height, width = channel.shape
    rows = np.cos(np.pi / height * np.outer(np.arange(down), np.arange(height) + 0.5))
    columns = np.cos(np.pi / width * np.outer(np.arange(across), np.arange(width) + 0.5))
    found = rows @ channel @ columns.T / (width * height)
    kept = [found[y, x] for y in range(down) for x in range(across) if x * down < across * (down - y)]
    scale = float(max((abs(level) for level in kept[1:]), default=0.0))
    if scale < 1e-9:  # Of one colour: what is left is the noise of the arithmetic.
        return float(kept[0]), 0.0, [0.0] * len(kept[1:])
    return float(kept[0]), scale, [0.5 + 0.5 / scale * level for level in kept[1:]]


def _round(number: float) -> int:
    """Half upwards, as the format's own code does; Python rounds to even."""
    return int(np.floor(number + 0.5))
