"""The brakes, asked before anything is written or taken for gone: absence is not deletion (I10).

A root counts only while its marker says that it is the volume it should be. And a scan that finds too
much gone is not believed until an admin says so: it looks the same as a disk that came back half empty.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

FEW = 50
"""Up to this many originals may vanish in one scan, whatever share of the volume they are."""

SHARE = 0.05
"""Up to this share of a volume's originals may vanish in one scan."""


LANDMARKS = 50
"""So many originals tell a root that carries no marker from another disk at the same place."""


@dataclass(frozen=True, slots=True)
class Landmark:
    """An original by which a root is known: its path, its size in bytes, its content hash once known."""

    path: str
    size: int
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class Online:
    """The root is the volume it should be; what is not there is gone."""


@dataclass(frozen=True, slots=True)
class Offline:
    """Serve from the index, write nothing, take nothing for gone; `reason` is a sentence for people."""

    reason: str


@dataclass(frozen=True, slots=True)
class Halted:
    """So much is gone that an admin has to confirm it: nothing is taken for gone until then."""

    gone: int
    known: int

    @property
    def reason(self) -> str:
        """The sentence for people."""
        return f"{self.gone} of {self.known} originals are gone at once; confirm that this was meant"


@dataclass(frozen=True, slots=True)
class Root:
    """What was seen of a volume's root: its names, the marker's bytes, and any error on the way.

    `names` and `marker` are None where they could not be had; `error` says why, in words. `marked`: the
    volume carries a marker, or has before (one that was always read-only never does; then `fingerprint`
    must hold: whether enough of its landmarks are there).
    """

    names: Collection[str] | None
    marker: bytes | None
    error: str | None = None
    marked: bool = True
    fingerprint: bool = True


def root_verdict(root: Root, volume: str) -> Online | Offline:
    """Tell whether the root is that of this volume."""
    if root.error is not None:
        return Offline(f"the folder cannot be read: {root.error}")
    if root.names is None:
        return Offline("the folder is not there")
    if not root.names:
        return Offline("the folder is empty")
    if not root.marked:
        return Online() if root.fingerprint else Offline("the folder holds other files than this volume's")
    if root.marker is None:
        return Offline("the folder has lost the marker .kphotos/volume.json")
    found = marker_id(root.marker)
    if found is None:
        return Offline("the marker .kphotos/volume.json cannot be read")
    return Online() if found == volume else Offline("the folder is another volume")


def choose_landmarks(volume: str, originals: Iterable[Landmark]) -> tuple[Landmark, ...]:
    """Return the landmarks among a volume's originals: spread over all of it, and the same at each choice."""

    def place(one: Landmark) -> bytes:
        return sha256(f"{volume}\0{one.path}".encode("utf-8", "surrogateescape")).digest()

    return tuple(sorted(heapq.nsmallest(LANDMARKS, originals, key=place), key=lambda one: one.path))


def landmark_verdict(*, known: int, there: int) -> Literal["same", "doubt", "foreign"]:
    """Tell whose a root is in which `there` of `known` landmarks have their name and size.

    Half of them may have been deleted since. Another camera's card has some of the same names, with
    other sizes; an old copy of the volume has a share of them, and then only content decides.
    """
    if 2 * there >= known:
        return "same"
    return "doubt" if 10 * there >= known and there else "foreign"


def scan_verdict(*, gone: int, known: int, confirmed: int = 0) -> Online | Halted:
    """Tell whether a scan is believed that misses `gone` of `known` originals; `confirmed` are meant."""
    if gone > confirmed and gone > FEW and gone > SHARE * known:
        return Halted(gone, known)
    return Online()


def marker_id(data: bytes) -> str | None:
    """Return the volume's id out of a marker's bytes, None if they are no marker."""
    try:
        marker = json.loads(data)
    except (ValueError, RecursionError):
        return None
    found = marker.get("id") if isinstance(marker, dict) else None
    return found if isinstance(found, str) and found else None


def marker_bytes(volume: str) -> bytes:
    """Return the marker of a volume."""
    return (json.dumps({"id": volume, "kphotos": 1}, indent=1, sort_keys=True) + "\n").encode()
