"""Volumes: the folders of originals that K-Photos knows, each a durable record.

A volume's id is the one in its own marker file where it can have one, so that a drive keeps its identity at
another mount point and under another K-Photos. A folder that was never writable is known by fifty of its
originals, which its record lists. Whether it may be written follows the disk, unless an admin forbids it. A
removed volume's record stays, since what was edited in the overlay lies under its id.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kphotos import records
from kphotos.config import Settings
from kphotos.errors import Invalid, NotFound
from sync.core import names
from sync.core.brakes import Landmark, marker_id
from sync.core.model import NOTHING
from sync.pairing.names import is_ignored, is_temp
from sync.ports import OWN_FOLDER

KIND = "volumes"
MARKER = "volume.json"


@dataclass(frozen=True, slots=True)
class Volume:
    """One folder of originals; `writable` says whether sidecars may be written beside them.

    `marked`: its root has carried our marker. One that never has is known by `landmarks`. `hands_off`:
    an admin wants nothing to be written there, whatever the disk allows.
    """

    id: str
    name: str
    root: Path
    writable: bool
    marked: bool = field(default=False, compare=False)
    landmarks: tuple[Landmark, ...] = field(default=(), compare=False)
    hands_off: bool = False


def register(settings: Settings, root: Path, *, name: str | None = None) -> Volume:
    """Know a folder from now on; known already, the record is returned (its root mended if it moved).

    Raises Invalid if there is no such folder, it lies inside STORAGE_PATH's own bookkeeping, or in another
    volume or around one: each photo is shown once.
    """
    root = root.expanduser().resolve()
    if not root.is_dir():
        raise Invalid("folder", f"There is no folder {os.fspath(root)!r}.", kept="Nothing was registered.")
    _refuse_own(settings, root)
    marked = _marked(root)
    known = every(settings)
    same = next((volume for volume in known if volume.root == root and marked in (None, volume.id)), None)
    if same is not None:
        return same
    removed = next((one for one in _removed(settings) if one.id == marked or one.root == root), None)
    if removed is not None and marked in (None, removed.id):
        # It comes back as it was: what was edited while it was read-only lies under its id.
        return _save(settings, replace(removed, root=root, writable=os.access(root, os.W_OK)))
    former = next((volume for volume in known if volume.id == marked), None)
    _refuse_nested(root, [volume for volume in known if volume is not former])
    if former is None:
        name = name or root.name or "Photos"
        return _save(settings, Volume(marked or uuid.uuid4().hex, name, root, os.access(root, os.W_OK)))
    if _marked(former.root) == marked:
        raise Invalid(
            "folder",
            f"{os.fspath(root)!r} carries the marker of {os.fspath(former.root)!r}: it is a copy of it.",
            kept="Nothing was registered. Delete its .kphotos folder to make it a volume of its own.",
        )
    return _save(settings, replace(former, root=root))


def every(settings: Settings) -> list[Volume]:
    """All volumes, by name."""
    told = [record for record in records.every(settings, KIND) if not is_removed(record.data)]
    found = [_of(record.id, record.data) for record in told]
    return sorted(found, key=lambda volume: (volume.name, volume.id))


def is_removed(data: Any) -> bool:
    """Whether a volume's record only remembers what it was called, for when it is added again."""
    return isinstance(data, dict) and data.get("removed") is True


def get(settings: Settings, volume_id: str) -> Volume:
    """One volume; NotFound."""
    record = records.load(settings, KIND, volume_id)
    if record is None or is_removed(record.data):
        raise NotFound("There is no such volume.")
    return _of(record.id, record.data)


def remove(settings: Settings, volume: Volume) -> None:
    """Know a folder no more. Nothing in it is touched, nor what the overlay holds of it."""
    _save(settings, volume, removed=True)


def follow_disk(settings: Settings, volume: Volume) -> Volume:
    """The volume as its disk allows now: mounted writable or read-only; saved where that is new.

    A root that is empty or not there says nothing, nor one without the marker that it should carry. Whether
    a disk that may be written is the volume's own, the engine finds out before it writes.
    """
    may_write = os.access(volume.root, os.W_OK) and not volume.hands_off
    if may_write == volume.writable or not _has_content(volume.root):
        return volume
    if volume.marked and _marked(volume.root) != volume.id:
        return volume
    now = _as_it_is(settings, volume)
    if now is None or now.hands_off != volume.hands_off:
        return volume
    return _save(settings, replace(now, writable=may_write))


def mark(settings: Settings, volume: Volume) -> Volume:
    """Remember that the root carries the marker, without which it is not believed from now on."""
    now = None if volume.marked else _as_it_is(settings, volume)
    return volume if now is None else _save(settings, replace(now, marked=True, landmarks=()))


def describe(settings: Settings, volume: Volume, landmarks: Sequence[Landmark]) -> Volume:
    """Remember by which originals a root without a marker is known; none: it is taken as it is next time."""
    now = None if tuple(landmarks) == volume.landmarks else _as_it_is(settings, volume)
    return volume if now is None else _save(settings, replace(now, landmarks=tuple(landmarks)))


def _as_it_is(settings: Settings, volume: Volume) -> Volume | None:
    """The volume by its record, None if it has been removed.

    A scan may take an hour. What it has found out shall not take back what an admin has said meanwhile.
    """
    try:
        return get(settings, volume.id)
    except NotFound:
        return None


def keep_off(settings: Settings, volume: Volume, *, hands_off: bool) -> Volume:
    """Let nothing be written in a folder, or allow it again."""
    saved = _save(settings, replace(volume, hands_off=hands_off))
    return follow_disk(settings, saved)


def at(settings: Settings, path: Path) -> tuple[Volume, str]:
    """The volume that a path on disk lies in, and the path inside of it; NotFound.

    Links and `..` in its folders are followed first; the photo itself, if it is a link, stays one.
    """
    absolute = path.expanduser().absolute()
    located = absolute.parent.resolve() / absolute.name
    for volume in sorted(every(settings), key=lambda one: -len(one.root.parts)):
        if located.is_relative_to(volume.root) and located != volume.root and located.name != "..":
            return volume, located.relative_to(volume.root).as_posix()
    raise NotFound(f"{os.fspath(path)!r} is in no volume that K-Photos knows.")


def _of(volume_id: str, data: Any) -> Volume:
    told = data if isinstance(data, dict) else NOTHING
    root = Path(names.unescape(str(told.get("root", ""))))
    writable = told.get("writable") is True
    marks = told.get("landmarks")
    return Volume(
        volume_id,
        str(told.get("name", root.name)),
        root,
        writable,
        told.get("marked") is True,
        tuple(_landmark(one) for one in marks) if isinstance(marks, list) else (),
        told.get("hands_off") is True,
    )


def _landmark(told: Any) -> Landmark:
    parts = [*told, None, None, None] if isinstance(told, list) else [None] * 3
    size, hash_ = parts[1], parts[2]
    return Landmark(
        names.unescape(str(parts[0])),
        size if isinstance(size, int) else -1,
        hash_ if isinstance(hash_, str) else None,
    )


def _removed(settings: Settings) -> list[Volume]:
    told = [record for record in records.every(settings, KIND) if is_removed(record.data)]
    return [_of(record.id, record.data) for record in told]


def _save(settings: Settings, volume: Volume, *, removed: bool = False) -> Volume:
    known = records.load(settings, KIND, volume.id)
    data = dict(known.data) if known is not None else {}
    data |= {
        "name": volume.name,
        "root": names.escape(os.fspath(volume.root)),
        "writable": volume.writable,
        "marked": volume.marked,
        "landmarks": [[names.escape(one.path), one.size, one.hash] for one in volume.landmarks],
    }
    for flag, is_set in (("removed", removed), ("hands_off", volume.hands_off)):
        data.pop(flag, None)
        data |= {flag: True} if is_set else {}
    records.save(settings, KIND, volume.id, data, expect=known.revision if known is not None else None)
    return volume


def _has_content(root: Path) -> bool:
    try:
        return any(not is_ignored(path.name) and not is_temp(path.name) for path in root.iterdir())
    except OSError:
        return False


def _refuse_own(settings: Settings, root: Path) -> None:
    home = settings.storage_path
    taken = ("records", "overlay", "derivatives", "index", "locks", "bulks", OWN_FOLDER)
    inside = root.relative_to(home).parts[:1] if root.is_relative_to(home) else None
    if inside == () or (inside and inside[0] in taken):
        raise Invalid("folder", f"{os.fspath(root)!r} is K-Photos' own home.", kept="Nothing was registered.")


def _refuse_nested(root: Path, others: Sequence[Volume]) -> None:
    for other in others:
        if root.is_relative_to(other.root):
            reason = f"{os.fspath(root)!r} lies in the volume {other.name}, which shows its photos already."
        elif other.root.is_relative_to(root):
            reason = f"{os.fspath(root)!r} contains the volume {other.name}: remove that one first."
        else:
            continue
        raise Invalid("folder", reason, kept="Nothing was registered.")


def _marked(root: Path) -> str | None:
    """The id in a root's own marker, None where there is none that says one."""
    try:
        return marker_id((root / OWN_FOLDER / MARKER).read_bytes())
    except OSError:
        return None
