"""What goes into the index: one frozen value per thing that was seen, plain types only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class AssetRow:
    """One original as it is now believed; replaces whatever the index had of its id and its path.

    `fields` holds the resolved content by field name (`sync.core.fields.FIELDS`), the embedded layer
    included; `document` is what the API shows beside it (JSON values). `width` and `height` are those
    of the stored picture. A value the index cannot hold (a number beyond 64 bits, NaN) becomes NULL.
    `review` names what waits for a person: fields in conflict, then those with a value that a tool put
    back, each with a "~" before it; parted by spaces. In the trash nothing waits.
    """

    id: str
    volume: str
    path: str  # escaped text
    kind: str  # photo, raw or video
    size: int
    mtime_ns: int
    hash: str | None = None
    width: int | None = None
    height: int | None = None
    duration: int | None = None
    taken_source: str | None = None
    make: str | None = None
    model: str | None = None
    lens: str | None = None
    exposure_time: float | None = None
    f_number: float | None = None
    iso: int | None = None
    focal_length: float | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict)
    favourites: frozenset[str] = frozenset()
    conflicts: int = 0
    review: str | None = None
    trashed: bool = False
    has_ledger: bool = False
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no original at this path any more."""

    volume: str
    path: str


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """Something is wrong with a path; `reason` and `kept` are sentences."""

    volume: str
    path: str
    kind: str
    reason: str
    kept: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """A path has no problem any more (of this kind, or of any but those in `but`)."""

    volume: str
    path: str
    kind: str | None = None
    but: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What decoding told of the original with this content hash; sizes of the stored picture."""

    hash: str
    width: int | None = None
    height: int | None = None
    duration: int | None = None
    thumbhash: bytes | None = None
    phash: str | None = None
    has_thumb: bool = False


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One of K-Photos' own records; `data` None means that its file is gone."""

    kind: str
    id: str
    revision: int = 0
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Rival:
    """An id under which the index has `old`, a volume and an escaped path, and is about to have `new`.

    Mostly a photo was moved. If both are there the index, of which the id is the key, shows only one.
    """

    id: str
    old: tuple[str, str]
    new: tuple[str, str]


Change = AssetRow | Gone | ProblemRow | Cleared | Facts | RecordRow
