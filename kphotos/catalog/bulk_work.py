"""A bulk edit on its way: group by group, each photo written beside it or in one's own record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from kphotos import index
from kphotos.catalog import favourites
from kphotos.config import Settings
from kphotos.errors import Forbidden, KPhotosError, Unavailable
from kphotos.identity import access, accounts
from kphotos.identity.access import TERMINAL, Viewer
from kphotos.index import query
from kphotos.index.query import Place
from kphotos.records import bulks
from kphotos.records.bulks import Line, Order
from kphotos.sidecar import bulk as sidecars
from kphotos.sidecar.bulk import Ask, Result, Shift, Undo
from kphotos.sidecar.replaced import Shown
from kphotos.storage import volumes
from sync.core import names
from sync.core.model import Change

_GONE = "There is no such photo any more."
_LOOK_ONLY = "You may look at this photo, but not change it."
_LEFT = "Whoever ordered this may not sign in any more."


class Work:
    """An order on its way, with the rights that whoever ordered it has now."""

    def __init__(self, settings: Settings, known: Order) -> None:
        self._settings, self._order = settings, known
        self._viewer = _viewer(settings, known.by)
        self._asks = [] if known.undoes is not None else [_ask(one) for one in known.changes]
        self._people = {one.id: one.name for one in accounts.everyone(settings)}
        self._wanted = _wanted_favourite(settings, known)
        self._was_mine = (
            frozenset(bulks.log(settings, known.undoes).mine) if known.undoes is not None else None
        )
        self._begun = frozenset(bulks.log(settings, known.id).mine)
        self._begin()

    def _begin(self) -> None:
        self._changed: list[str] = []
        self._unchanged: list[str] = []
        self._refused: list[tuple[str, str, str, str]] = []
        self._partly: list[tuple[str, str, str, str]] = []
        self._mine: frozenset[str] = frozenset()

    def done(self, ids: Sequence[str]) -> Line:
        """Change the photos of one group; what has become of them."""
        self._begin()
        with index.use(self._settings):
            found = query.places(access.scope(self._settings, self._viewer), ids)
        there = {place.id for place in found}
        self._refused += [(one, "", "not_found", _GONE) for one in ids if one not in there]
        self._mine = self._in_own_record(found)
        for volume, places in groupby(found, key=lambda place: place.volume):
            self._in_volume(volume, list(places))
        return Line(self._changed, self._unchanged, self._refused, self._partly, sorted(self._mine))

    def _in_own_record(self, found: Sequence[Place]) -> frozenset[str]:
        """Favourites that are kept in the person's own record: of photos that they may not change."""
        wanted = self._wanted
        if wanted is None:
            return frozenset()
        ids, held = {place.id for place in found}, favourites.held(self._settings, self._viewer.id)
        begun = ids & self._begun
        if self._was_mine is not None:
            ids &= self._was_mine
        elif wanted:
            editable = access.editable(self._settings, self._viewer)
            ids = {one.id for one in found if not one.favourite and not editable.sees(one.volume)}
        touched = ids - held if wanted else ids & held
        if touched:
            # Said before it is done: a record does not tell whoever goes on after a kill whose doing it was.
            bulks.add(self._settings, self._order.id, Line(mine=sorted(touched)))
            change = {"add": touched} if wanted else {"remove": touched}
            favourites.change_many(self._settings, self._viewer.id, **change)
        return frozenset(touched | begun)

    def _in_volume(self, volume: str, places: Sequence[Place]) -> None:
        may_edit = access.can_edit(self._settings, self._viewer, volume)
        by_path: dict[str, Place] = {}
        items: list[tuple[str, Sequence[Ask]]] = []
        for place in places:
            if asks := self._asked(place, may_edit=may_edit):
                by_path[names.unescape(place.path)] = place
                items.append((names.unescape(place.path), asks))
            else:
                self._left_alone(place, may_edit=may_edit)
        try:
            opened = volumes.get(self._settings, volume)
            # What is taken back stands in the photo's own history, whatever has become of the file.
            seen = by_path if self._order.undoes is None else {}
            shown = {path: Shown(place.size, place.mtime_ns) for path, place in seen.items()}
            groups = sidecars.edit_many(
                self._settings, opened, items, by=self._order.by, bulk=self._order.id, shown=shown
            )
            for result in (one for group in groups for one in group):
                self._note(by_path.pop(result.path), result)
        except KPhotosError as error:
            if isinstance(error, Unavailable) and error.code == Unavailable.code:
                # The database is away, which is no refusal: some may be changed, as their histories say.
                raise
            for place in by_path.values():
                self._refuse(place, error)

    def _asked(self, place: Place, *, may_edit: bool) -> Sequence[Ask]:
        """What is to be written beside the photo; where one may only look, the own mark may be taken out."""
        if self._order.undoes is not None:
            return [Undo(self._order.undoes, self._people)] if may_edit else []
        if may_edit:
            return self._asks
        own = [one for one in self._asks if isinstance(one, Change) and one.field == favourites.FIELD]
        if len(own) < len(self._asks):
            return []
        return [one for one in own if one.op == "remove" and place.favourite and place.id not in self._mine]

    def _left_alone(self, place: Place, *, may_edit: bool) -> None:
        if place.id in self._mine:
            self._changed.append(place.id)
        elif not may_edit and any(one["field"] != favourites.FIELD for one in self._order.changes):
            self._refuse(place, Forbidden(_LOOK_ONLY))
        else:
            self._unchanged.append(place.id)

    def _note(self, place: Place, result: Result) -> None:
        if result.error is not None and place.id not in self._mine:
            self._refuse(place, result.error)
        elif result.is_changed or place.id in self._mine:
            self._changed.append(place.id)
            if result.left is not None:
                self._partly.append((place.id, place.name, "conflict", result.left))
        else:
            self._unchanged.append(place.id)

    def _refuse(self, place: Place, error: KPhotosError) -> None:
        self._refused.append((place.id, place.name, error.code, error.message))


def _viewer(settings: Settings, by: str) -> Viewer:
    """Whoever ordered it, with the rights that they have now; Forbidden for one who has left."""
    if by == TERMINAL.id:
        return TERMINAL
    account = accounts.get(settings, by)
    if account is None or account.disabled:
        raise Forbidden(_LEFT, kept="Nothing was changed.")
    return Viewer(account.id, account.name, account.role)


def _wanted_favourite(settings: Settings, order: Order) -> bool | None:
    """Whether photos are to become favourites (or to cease to be), None where that is not the question."""
    ops = [one["op"] for one in order.changes if one["field"] == favourites.FIELD]
    if not ops:
        return None
    wanted = ops[-1] == "add"
    depth, at = 0, order
    while at.undoes is not None:
        depth, at = depth + 1, bulks.load(settings, at.undoes)
    return wanted if depth % 2 == 0 else not wanted


def _ask(one: Mapping[str, Any]) -> Ask:
    return Shift(one["value"]) if one["op"] == "shift" else Change(one["field"], one["op"], one.get("value"))
