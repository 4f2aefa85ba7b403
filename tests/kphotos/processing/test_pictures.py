"""What is made of one picture: upright, in sRGB, the right size, nothing inside that tells on anybody."""

from __future__ import annotations

import math
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from kphotos.processing import pictures
from kphotos.processing.answers import Made, Undecodable
from kphotos.storage.derivatives import KINDS, Kind

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 180, 60), (40, 60, 220), (250, 250, 250)


def quarters(size: tuple[int, int] = (600, 400)) -> Image.Image:
    """Red, green / blue, white: every turn of it looks different."""
    image = Image.new("RGB", size, WHITE)
    w, h = size[0] // 2, size[1] // 2
    for colour, corner in ((RED, (0, 0)), (GREEN, (w, 0)), (BLUE, (0, h))):
        image.paste(colour, (*corner, corner[0] + w, corner[1] + h))
    return image


def made(
    image: Image.Image,
    kind: str = "JPEG",
    orientation: int = 1,
    wanted: Sequence[Kind] = KINDS,
    **options: Any,
) -> Made:
    with BytesIO() as file:
        image.save(file, kind, **options)
        file.seek(0)
        return pictures.make(file, wanted, orientation)


def corners(data: bytes) -> list[tuple[int, ...]]:
    image = Image.open(BytesIO(data)).convert("RGB")
    w, h = image.size
    spots = [(w // 8, h // 8), (w - w // 8, h // 8), (w // 8, h - h // 8), (w - w // 8, h - h // 8)]
    seen = [image.getpixel(spot) for spot in spots]
    return [min((RED, GREEN, BLUE, WHITE), key=lambda c, p=pixel: math.dist(c, p)) for pixel in seen]


SHOWN = {
    1: [RED, GREEN, BLUE, WHITE],
    2: [GREEN, RED, WHITE, BLUE],
    3: [WHITE, BLUE, GREEN, RED],
    4: [BLUE, WHITE, RED, GREEN],
    5: [RED, BLUE, GREEN, WHITE],
    6: [BLUE, RED, WHITE, GREEN],
    7: [WHITE, GREEN, BLUE, RED],
    8: [GREEN, WHITE, RED, BLUE],
}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_shown_upright(orientation: int) -> None:
    found = made(quarters(), orientation=orientation)
    assert (found["width"], found["height"]) == ((600, 400) if orientation < 5 else (400, 600))
    for kind in ("thumb", "preview"):
        assert corners(found[kind]) == SHOWN[orientation]


def test_pillow_agrees_on_every_orientation() -> None:
    for orientation, expected in SHOWN.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        file = BytesIO()
        quarters().save(file, "JPEG", exif=exif)
        turned = BytesIO()
        ImageOps.exif_transpose(Image.open(file)).save(turned, "PNG")
        assert corners(turned.getvalue()) == expected


def test_a_tiff_that_pillow_turns_itself_is_not_turned_twice() -> None:
    found = made(quarters(), "TIFF", orientation=6, tiffinfo={0x0112: 6})
    assert (found["width"], found["height"]) == (400, 600)
    assert corners(found["preview"]) == SHOWN[6]


@pytest.mark.parametrize(
    ("size", "thumb", "preview"),
    [
        ((6000, 4000), (480, 320), (1440, 960)),
        ((4000, 6000), (213, 320), (960, 1440)),
        ((4000, 4000), (320, 320), (1440, 1440)),
        ((8000, 1000), (2048, 256), (4096, 512)),
        ((6000, 1500), (1280, 320), (2880, 720)),
        ((1000, 8000), (40, 320), (512, 4096)),
        ((200, 100), (200, 100), (200, 100)),
        ((1, 1), (1, 1), (1, 1)),
        ((60_000, 1), (2048, 1), (4096, 1)),
    ],
)
def test_sizes(size: tuple[int, int], thumb: tuple[int, int], preview: tuple[int, int]) -> None:
    assert pictures.thumb_size(*size) == thumb
    assert pictures.preview_size(*size) == preview


def test_the_pictures_made_have_these_sizes() -> None:
    found = made(quarters((3000, 2000)))
    assert Image.open(BytesIO(found["thumb"])).size == (480, 320)
    assert Image.open(BytesIO(found["preview"])).size == (1440, 960)


def test_jpegs_are_decoded_at_a_smaller_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    resizable = pictures._resizable
    monkeypatch.setattr(pictures, "_resizable", lambda image: sizes.append(image.size) or resizable(image))
    made(quarters((6000, 4000)), quality=60)
    assert sizes == [(1500, 1000)]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_nothing_of_the_originals_metadata_is_inside(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret caption"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 30.0)
    options: dict[str, Any] = {"exif": exif, "icc_profile": _srgb()}
    if kind != "TIFF":
        options["xmp"] = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>a secret packet</x:xmpmeta>"
    found = made(quarters(), kind, **options)
    for name in ("thumb", "preview"):
        data = found[name]
        assert b"secret" not in data
        assert not any(chunk in data for chunk in (b"EXIF", b"XMP ", b"ICCP"))


def test_another_colour_space_becomes_srgb() -> None:
    """A profile with red and green changed over: honoured, the red quarter is shown green."""
    swapped = _swapped_profile()
    found = made(quarters(), icc_profile=swapped)
    assert corners(found["preview"])[0] == GREEN
    assert corners(made(quarters())["preview"])[0] == RED


@pytest.mark.parametrize("profile", [b"nonsense", b"\0" * 128, b"x" * 5_000_000])
def test_a_broken_profile_counts_as_none(profile: bytes) -> None:
    assert corners(made(quarters(), "TIFF", icc_profile=profile)["preview"]) == SHOWN[1]


RAMP = np.tile(np.linspace(0, 65_535, 64), (48, 1))
LAB = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
SMALL = quarters((64, 48))


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        *((SMALL.convert(mode), "PNG") for mode in ("1", "L", "LA", "P", "RGB", "RGBA")),
        *((SMALL.convert(mode), "TIFF") for mode in ("CMYK", "YCbCr")),
        (ImageCms.applyTransform(SMALL, LAB), "TIFF"),
        (Image.fromarray(RAMP.astype(np.uint16)), "PNG"),
        (Image.fromarray(RAMP.astype(np.int32)), "TIFF"),
        (Image.fromarray(RAMP.astype(np.float32)), "TIFF"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.mode,
)
def test_every_mode_becomes_a_picture(image: Image.Image, kind: str) -> None:
    seen = np.asarray(Image.open(BytesIO(made(image, kind)["thumb"])).convert("L"))
    assert seen.std() > 20


def test_transparency_is_kept() -> None:
    image = quarters((64, 48)).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize((64, 48)))
    thumb = Image.open(BytesIO(made(image, "PNG")["thumb"]))
    assert thumb.mode == "RGBA"
    assert thumb.getchannel("A").getextrema() != (255, 255)


def test_only_the_first_frame_counts() -> None:
    frames = [Image.new("RGB", (32, 32), colour) for colour in (BLUE, RED, GREEN)]
    for kind in ("GIF", "WEBP", "TIFF", "PNG"):
        found = made(frames[0], kind, save_all=True, append_images=frames[1:])
        assert corners(found["thumb"])[0] == BLUE


def test_the_facts_say_what_is_seen() -> None:
    found = made(Image.new("RGB", (300, 200), (40, 60, 220)), "PNG")
    assert found["colour"] == "#283cdc"
    assert len(found["phash"]) == len(found["dhash"]) == 16
    assert 5 < len(found["thumbhash"]) < 40
    again = made(quarters((3000, 2000)))
    smaller = made(quarters((900, 600)))
    assert bin(int(again["dhash"], 16) ^ int(smaller["dhash"], 16)).count("1") <= 4


def test_only_what_is_wanted_is_made() -> None:
    assert set(made(quarters(), wanted=("thumb",))) == {"width", "height", "thumb"}
    assert "preview" not in made(quarters(), wanted=("thumb", "facts"))


@pytest.mark.parametrize("kind", ["EPS", "PCX", "ICO", "PPM", "TGA", "JPEG2000", "PDF"])
def test_kinds_that_are_not_on_the_list_are_not_opened(kind: str) -> None:
    with pytest.raises(Undecodable, match="not a picture"):
        made(quarters((64, 48)), kind)


def test_too_many_pixels_are_refused_before_they_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_PIXELS_AT_ONCE", 600 * 400 - 1)
    with pytest.raises(Undecodable, match="too large"):
        made(quarters(), "PNG")
    assert made(quarters(), "JPEG")


def test_a_cut_picture_raises(tmp_path: Path) -> None:
    file = BytesIO()
    quarters((1000, 800)).save(file, "JPEG")
    with pytest.raises(OSError, match="truncated"):
        pictures.make(BytesIO(file.getvalue()[:-2000]), KINDS, 1)


def _srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _swapped_profile() -> bytes:
    """sRGB with the colorants of red and green changed over."""
    profile = bytearray(_srgb())
    red, green = profile.index(b"rXYZ", 128), profile.index(b"gXYZ", 128)
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)
