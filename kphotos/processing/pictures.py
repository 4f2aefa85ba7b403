"""Makes the derivatives of one picture: open, shrink, turn upright, bring to sRGB, describe.

Runs in the decoder's process only.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Sequence
from typing import BinaryIO

import imagehash
import numpy as np
import PIL
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, PngImagePlugin, UnidentifiedImageError

from kphotos.processing import thumbhash
from kphotos.processing.answers import Made, Undecodable
from kphotos.storage import exif
from kphotos.storage.derivatives import Kind

OLDEST_PILLOW = (13, 0)  # CVE-2026-112403 and others before it
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF", "BMP")
THUMB_HEIGHT, THUMB_WIDEST = 320, 2048
PREVIEW_SIDE, PREVIEW_LONGEST = 1440, 4096
MOST_PIXELS = 200_000_000
MOST_PIXELS_AT_ONCE = 100_000_000  # of kinds that cannot be decoded at a smaller scale, as JPEG can
_LARGEST_PROFILE = 4 * 1024 * 1024
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.createProfile("sRGB")


def harden() -> None:
    """Pillow's safe settings, for the whole process; none but a Pillow without the known holes will do."""
    if tuple(map(int, PIL.__version__.split(".")[:2])) < OLDEST_PILLOW:
        raise RuntimeError(f"Pillow {PIL.__version__} has known holes: at least 13.0 is needed")
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    PngImagePlugin.MAX_TEXT_CHUNK = _LARGEST_PROFILE  # Its 1 MB would refuse pictures with a large profile.
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def make(file: BinaryIO, wanted: Sequence[Kind], orientation: int) -> Made:
    """The wanted derivatives of the picture in `file`, turned as EXIF's `orientation` says.

    Raises Undecodable, or whatever Pillow raises.
    """
    with _opened(file) as picture:
        orientation = _left_to_turn(picture, orientation)
        width, height = _as_shown(picture.size, orientation)
        size = preview_size(width, height) if "preview" in wanted else thumb_size(width, height)
        shown = _shrunk(picture, _as_shown(size, orientation))
    if orientation in _TURNS:
        shown = shown.transpose(_TURNS[orientation])
    thumb = _resized(shown, thumb_size(width, height))
    made = Made(width=width, height=height)
    if "preview" in wanted:
        made["preview"] = _webp(shown, method=2)
    if "thumb" in wanted:
        made["thumb"] = _webp(thumb, method=4)
    if "facts" in wanted:
        made.update(_described(thumb))
    return made


def preview_size(width: int, height: int) -> tuple[int, int]:
    """1440 on the longer side; a panorama keeps 720 on the shorter one, up to 4096. It never grows."""
    scale = max(PREVIEW_SIDE / max(width, height), PREVIEW_SIDE / 2 / min(width, height))
    return _scaled(width, height, min(1.0, scale, PREVIEW_LONGEST / max(width, height)))


def thumb_size(width: int, height: int) -> tuple[int, int]:
    """320 high, at most 2048 wide. It never grows."""
    return _scaled(width, height, min(1.0, THUMB_HEIGHT / height, THUMB_WIDEST / width))


def _scaled(width: int, height: int, scale: float) -> tuple[int, int]:
    return max(1, round(width * scale)), max(1, round(height * scale))


def _as_shown(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Width and height changed over where the picture lies on its side; its own inverse."""
    return (size[1], size[0]) if orientation >= 5 else size


def _opened(file: BinaryIO) -> Image.Image:
    try:
        picture = Image.open(file, formats=FORMATS)
    except UnidentifiedImageError as error:
        raise Undecodable("not a picture, or one that cannot be decoded yet") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Undecodable(f"too large: more than {MOST_PIXELS // 1_000_000} megapixels") from error
    pixels = picture.width * picture.height
    if picture.format not in ("JPEG", "MPO") and pixels > MOST_PIXELS_AT_ONCE:
        raise Undecodable(f"too large: more than {MOST_PIXELS_AT_ONCE // 1_000_000} megapixels")
    return picture


def _left_to_turn(picture: Image.Image, orientation: int) -> int:
    """Pillow turns TIFFs upright itself, and knows AVIF's own turning, which our header reader does not."""
    if picture.format == "TIFF":
        return 1
    if picture.format == "AVIF":
        return exif.orientation(picture.getexif().get(0x0112))
    return orientation


def _shrunk(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The first frame at that size, in sRGB, as RGB or RGBA, without any metadata.

    `draft` lets libjpeg decode at 1/2, 1/4 or 1/8. `thumbnail` would call it too, but with twice the size.
    """
    profile = picture.info.get("icc_profile")
    picture.draft(None, size)
    shrunk = _resized(_resizable(picture), size)
    shrunk.info.clear()
    return _in_srgb(shrunk, profile if isinstance(profile, bytes) else b"")


def _resizable(picture: Image.Image) -> Image.Image:
    """The pixels in a mode that can be interpolated."""
    if picture.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(picture).astype(np.uint16) >> 8).astype(np.uint8))
    if picture.mode in ("I", "F"):
        return _levelled(np.asarray(picture, dtype=np.float64))
    if picture.mode in ("LA", "PA") or (picture.mode == "P" and "transparency" in picture.info):
        return picture.convert("RGBA")
    if picture.mode in ("RGB", "RGBA", "L", "CMYK"):
        return picture if "transparency" not in picture.info else picture.convert("RGBA")
    return picture.convert("RGB")


def _levelled(levels: NDArray[np.float64]) -> Image.Image:
    """Numbers of an unknown range, spread over black to white."""
    finite = np.nan_to_num(levels, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(finite.min()), float(finite.max())
    return Image.fromarray(((finite - low) / ((high - low) or 1.0) * 255).astype(np.uint8))


def _resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    return picture if picture.size == size else picture.resize(size, Image.Resampling.LANCZOS)


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Colours as meant; a profile that is broken, huge or for another kind of pixels counts as none."""
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    colours = picture.convert("RGB") if alpha else picture
    if 0 < len(profile) <= _LARGEST_PROFILE:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(colours, source, _SRGB, outputMode="RGB")
            colours = converted or colours
    colours = colours.convert("RGB")
    if alpha is not None and np.asarray(alpha).min() < 255:
        colours.putalpha(alpha)
    colours.info.clear()
    return colours


def _webp(picture: Image.Image, method: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=80, method=method, exif=b"", xmp=b"", icc_profile=b"")
    return out.getvalue()


def _described(shown: Image.Image) -> Made:
    side = thumbhash.LARGEST
    small = shown.convert("RGBA")
    small.thumbnail((side, side), Image.Resampling.BOX)
    flat = Image.new("RGB", shown.size, "white")
    flat.paste(shown, mask=shown.getchannel("A") if shown.mode == "RGBA" else None)
    return Made(
        thumbhash=thumbhash.encode(np.asarray(small)),
        phash=str(imagehash.phash(flat)),
        dhash=str(imagehash.dhash(flat)),
        colour=_colour(flat),
    )


def _colour(flat: Image.Image) -> str:
    """The colour that covers most."""
    pixels = np.asarray(flat.resize((32, 32), Image.Resampling.BOX).quantize(6).convert("RGB"))
    colours, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    most: bytes = colours[counts.argmax()].tobytes()
    return f"#{most.hex()}"
