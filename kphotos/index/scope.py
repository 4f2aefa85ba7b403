"""Who is looking and which volumes they may see: every query about assets takes a scope first."""

from __future__ import annotations

from dataclasses import dataclass

import peewee

from kphotos.index.tables import Asset


@dataclass(frozen=True, slots=True)
class Scope:
    """A viewer's field of view. `volumes` None means every volume; `user` "" is nobody in particular."""

    user: str
    volumes: frozenset[str] | None = frozenset()

    def sees(self, volume: str) -> bool:
        """Whether assets of this volume are visible at all."""
        return self.volumes is None or volume in self.volumes

    def where(self) -> peewee.Expression:
        """The condition on `Asset` that leaves exactly what the viewer may see."""
        if self.volumes is None:
            return Asset.volume.is_null(False)
        return Asset.volume.in_(sorted(self.volumes))

    def key(self) -> str:
        """A text equal for scopes that see the same assets, whoever looks."""
        return "*" if self.volumes is None else "\n".join(sorted(self.volumes))


EVERYTHING = Scope(user="", volumes=None)
"""For our own work (rebuild, digest, jobs), never for a viewer."""
