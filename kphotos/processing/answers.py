"""What the decoder's process answers; both sides of it read this, so it imports no decoder."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TypedDict, cast

_BYTES = frozenset(("thumb", "preview", "thumbhash"))


class Undecodable(Exception):
    """There is no picture to be had; the text ends the sentence "The file is ..."."""


class Made(TypedDict, total=False):
    """What came of one picture. Sizes are as shown; the hashes belong to what is shown, too."""

    width: int
    height: int
    thumb: bytes
    preview: bytes
    thumbhash: bytes
    phash: str
    dhash: str
    colour: str


def packed(made: Made) -> dict[str, object]:
    """As JSON can carry it: bytes become base64."""
    return {name: base64.b64encode(v).decode() if isinstance(v, bytes) else v for name, v in made.items()}


def unpacked(told: Mapping[str, object]) -> Made:
    """The inverse of `packed`; raises ValueError for what no decoder of ours would say."""
    if not all(name in Made.__annotations__ for name in told):
        raise ValueError("unknown members")
    return cast(Made, {name: _bytes(v) if name in _BYTES else v for name, v in told.items()})


def _bytes(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError("no base64")
    return base64.b64decode(value, validate=True)
