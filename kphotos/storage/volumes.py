"""Volumes: the folders of originals that K-Photos knows, each a durable record.

A volume's id is the one in its own marker file where it can have one, so that a drive keeps its
identity at another mount point and under another K-Photos.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kphotos import records
from kphotos.config import Settings
from kphotos.errors import Invalid, NotFound
from sync.core import names
from sync.core.brakes import marker_id
from sync.core.model import NOTHING
from sync.ports import OWN_FOLDER

KIND = "volumes"
MARKER = "volume.json"


@dataclass(frozen=True, slots=True)
class Volume:
    """One folder of originals; `writable` says whether sidecars may be written beside them."""

    id: str
    name: str
    root: Path
    writable: bool


def register(settings: Settings, root: Path, *, name: str | None = None) -> Volume:
    """Know a folder from now on; known already, the record is returned (its root mended if it moved).

    Raises Invalid if there is no such folder or it lies inside STORAGE_PATH's own bookkeeping.
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
    former = next((volume for volume in known if volume.id == marked), None)
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
    found = [_of(record.id, record.data) for record in records.every(settings, KIND)]
    return sorted(found, key=lambda volume: (volume.name, volume.id))


def get(settings: Settings, volume_id: str) -> Volume:
    """One volume; NotFound."""
    record = records.load(settings, KIND, volume_id)
    if record is None:
        raise NotFound("There is no such volume.")
    return _of(record.id, record.data)


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
    return Volume(volume_id, str(told.get("name", root.name)), root, told.get("writable") is True)


def _save(settings: Settings, volume: Volume) -> Volume:
    known = records.load(settings, KIND, volume.id)
    data = dict(known.data) if known is not None else {}
    data |= {"name": volume.name, "root": names.escape(os.fspath(volume.root)), "writable": volume.writable}
    records.save(settings, KIND, volume.id, data, expect=known.revision if known is not None else None)
    return volume


def _refuse_own(settings: Settings, root: Path) -> None:
    home = settings.storage_path
    taken = ("records", "overlay", "derivatives", "index", "locks", OWN_FOLDER)
    inside = root.relative_to(home).parts[:1] if root.is_relative_to(home) else None
    if inside == () or (inside and inside[0] in taken):
        raise Invalid("folder", f"{os.fspath(root)!r} is K-Photos' own home.", kept="Nothing was registered.")


def _marked(root: Path) -> str | None:
    """The id in a root's own marker, None where there is none that says one."""
    try:
        return marker_id((root / OWN_FOLDER / MARKER).read_bytes())
    except OSError:
        return None
