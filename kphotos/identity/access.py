"""Who may see and change what: the one place that turns an account and the volumes' records into rights.

An admin sees and edits everything. Everybody who is signed in sees a volume unless its record lists
`viewers`; only those whom the record lists as `editors` may also change what is said of its photos. Both
lists hold ids of accounts, and an editor is always a viewer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kphotos import records
from kphotos.config import Settings
from kphotos.index.scope import Scope

ADMIN = "admin"
MEMBER = "member"
ROLES = (ADMIN, MEMBER)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is looking, as far as rights go."""

    id: str
    name: str
    role: str

    @property
    def is_admin(self) -> bool:
        """Whether nothing is closed to them."""
        return self.role == ADMIN


TERMINAL = Viewer("terminal", "the terminal", ADMIN)
"""Whoever sits at this machine's command line: nobody's account, and may do what its files allow."""


def scope(settings: Settings, viewer: Viewer) -> Scope:
    """The volumes whose assets the viewer may know of; every query about assets takes it first."""
    if viewer.is_admin:
        return Scope(user=viewer.id, volumes=None)
    found = records.every(settings, "volumes")
    return Scope(user=viewer.id, volumes=frozenset(one.id for one in found if sees(viewer, one.data)))


def editable(settings: Settings, viewer: Viewer) -> Scope:
    """The volumes in which the viewer may change what is said of the assets."""
    if viewer.is_admin:
        return Scope(user=viewer.id, volumes=None)
    found = records.every(settings, "volumes")
    return Scope(user=viewer.id, volumes=frozenset(one.id for one in found if edits(viewer, one.data)))


def can_edit(settings: Settings, viewer: Viewer, volume: str) -> bool:
    """Whether the viewer may change what is said of the assets in a volume."""
    if viewer.is_admin:
        return True
    record = records.load(settings, "volumes", volume)
    return record is not None and edits(viewer, record.data)


def sees(viewer: Viewer, volume: Mapping[str, Any]) -> bool:
    """The rule for seeing, on the record of one volume."""
    listed = volume.get("viewers")
    return viewer.is_admin or not isinstance(listed, list) or viewer.id in listed or edits(viewer, volume)


def edits(viewer: Viewer, volume: Mapping[str, Any]) -> bool:
    """The rule for changing, on the record of one volume."""
    listed = volume.get("editors")
    return viewer.is_admin or (isinstance(listed, list) and viewer.id in listed)
