"""What was found out about an original's content, once: the facts kept beside its derivatives."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, fields
from types import UnionType
from typing import Self, get_args, get_type_hints

MAKER = 1  # Raise it when derivatives come out differently: older facts then count as missing.


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts of one content.

    Sizes are those of the stored picture: turned by the orientation of its EXIF they are as shown. Thumbhash
    and perceptual hashes are of the picture as shown.
    """

    hash: str  # "sha256:..."
    size: int  # bytes
    width: int | None = None
    height: int | None = None
    thumbhash: bytes | None = None
    phash: str | None = None  # 16 hex digits
    dhash: str | None = None
    colour: str | None = None  # "#rrggbb", the one that covers most
    problem: str | None = None  # why there is no picture: the end of the sentence "The file is ..."
    maker: int = MAKER

    def to_json(self) -> bytes:
        """Canonical JSON; the thumbhash as base64."""
        told = asdict(self)
        if self.thumbhash is not None:
            told["thumbhash"] = base64.b64encode(self.thumbhash).decode()
        return json.dumps(told, sort_keys=True, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def from_json(cls, data: bytes) -> Self | None:
        """None for anything that this version would not have written: it is then simply made again."""
        try:
            told = json.loads(data)
            if told.get("thumbhash") is not None:
                told["thumbhash"] = base64.b64decode(told["thumbhash"], validate=True)
            found = cls(**{name: told[name] for name in _TYPES})
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        fits = all(isinstance(getattr(found, name), kinds) for name, kinds in _TYPES.items())
        return found if fits and found.maker == MAKER else None


def _types() -> dict[str, tuple[type, ...]]:
    hints = get_type_hints(Facts)
    return {
        row.name: get_args(hints[row.name]) if isinstance(hints[row.name], UnionType) else (hints[row.name],)
        for row in fields(Facts)
    }


_TYPES = _types()
