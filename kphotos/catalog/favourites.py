"""Favourites, each person's own: in the asset's ledger by edit right, else in the person's own record.

Nobody who may only look has anything written beside the original. A record names assets by id; that of
an asset without a ledger follows from its volume and path, and its first ledger takes it over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set

from kphotos import records
from kphotos.config import Settings
from kphotos.errors import Conflict
from kphotos.index.query import AssetView
from kphotos.index.records import FAVOURITES, favourites_in
from sync.core.model import Change

FIELD = "favourites"
_ATTEMPTS = 20
_NONE: frozenset[str] = frozenset()


def change(
    settings: Settings, user: str, asset: AssetView, changes: Sequence[Change], *, may_edit: bool
) -> tuple[list[Change], list[Change]]:
    """Do what belongs into the user's own record; (what is left for the ledger, what takes it back).

    `asset` is as the user sees it, and `changes` name no other person. What is left for the ledger of one
    who may not edit takes their own mark out again, which they made while they still might.
    """
    left: list[Change] = []
    undo: list[Change] = []
    for one in changes:
        if one.field != FIELD or (one.op == "add" and may_edit):
            left.append(one)
        elif one.op == "add":
            if not asset.favourite and add(settings, user, asset.id):
                undo.append(Change(FIELD, "remove", user))
        elif remove(settings, user, asset.id):
            undo.append(Change(FIELD, "add", user))
            left += [one] if may_edit else []
        elif may_edit or asset.favourite:
            left.append(one)
    return left, undo


def add(settings: Settings, user: str, asset: str) -> bool:
    """Durably remember that an asset is a favourite of the user's; False if their record says so already."""
    return _change(settings, user, lambda assets: assets | {asset})


def remove(settings: Settings, user: str, asset: str) -> bool:
    """Durably forget it; False if the user's record does not say so."""
    return _change(settings, user, lambda assets: assets - {asset})


def change_many(settings: Settings, user: str, *, add: Set[str] = _NONE, remove: Set[str] = _NONE) -> bool:
    """Add and remove many assets in one write of the user's record; False if it says all that already."""
    return _change(settings, user, lambda assets: assets - remove | add)


def held(settings: Settings, user: str) -> frozenset[str]:
    """The assets in the user's own record."""
    known = records.load(settings, FAVOURITES, user)
    return favourites_in(known.data) if known is not None else frozenset()


def _change(settings: Settings, user: str, change: Callable[[frozenset[str]], frozenset[str]]) -> bool:
    for _ in range(_ATTEMPTS):
        known = records.load(settings, FAVOURITES, user)
        data = dict(known.data) if known is not None else {}
        before = favourites_in(data)
        after = change(before)
        if after == before:
            return False
        data["assets"] = sorted(after)
        try:
            records.save(settings, FAVOURITES, user, data, expect=known.revision if known else 0)
        except Conflict:
            continue  # Another page of the same person was quicker: go on from what it wrote.
        return True
    raise Conflict("Your favourites are being changed elsewhere: try again.", kept="Nothing was changed.")
