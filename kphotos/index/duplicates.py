"""Originals of the same bytes: told, and never removed; one of them may be a sync tool's conflict copy."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import peewee

from kphotos import db
from kphotos.index.scope import Scope
from kphotos.index.tables import Asset


@dataclass(frozen=True, slots=True)
class Copies:
    """One content ("sha256:..."), its bytes, and everywhere it lies: (volume, escaped path) in order."""

    hash: str
    size: int
    places: tuple[tuple[str, str], ...]


def duplicates(scope: Scope, limit: int = 1_000) -> list[Copies]:
    """Contents that the viewer sees more than once, what is in the trash left out; by the first place.

    Only what has been hashed is compared, so that a library which is still being read has fewer.
    """
    seen = scope.where() & (Asset.trashed == 0) & Asset.hash.is_null(False)
    twice = Asset.select(Asset.hash).where(seen).group_by(Asset.hash).having(peewee.fn.COUNT(Asset.id) > 1)
    query = (
        Asset.select(Asset.hash, Asset.size, Asset.volume, Asset.path)
        .where(seen & Asset.hash.in_(twice.limit(limit)))
        .order_by(Asset.hash, Asset.volume, Asset.path)
    )
    found = [
        Copies(hash_, size, tuple((volume, path) for _, _, volume, path in rows))
        for (hash_, size), rows in groupby(db.rows(query), key=lambda row: (row[0], row[1]))
    ]
    return sorted(found, key=lambda copies: copies.places)
