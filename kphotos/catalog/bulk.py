"""Bulk edits: somebody changes many photos at once, sees how far it is, and takes all of it back.

An order is durable before it is begun, and each finished group of it is: a process that is killed leaves
the rest to the next one, and a photo that was changed says so in its own history. Rights are those of each
single edit, asked anew whenever an order is gone on with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from kphotos import index, jobs
from kphotos.catalog import favourites
from kphotos.config import Settings
from kphotos.errors import Conflict, Forbidden, Invalid, KPhotosError, NotFound
from kphotos.identity import access, accounts
from kphotos.identity.access import ADMIN, Viewer
from kphotos.index import query
from kphotos.index.query import Place
from kphotos.records import bulks
from kphotos.records.bulks import Line, Log, Order
from kphotos.sidecar import bulk as sidecars
from kphotos.sidecar.bulk import Ask, Result, Shift, Undo
from kphotos.storage import volumes
from sync.core import names
from sync.core.check import check
from sync.core.fields import FIELDS
from sync.core.model import Change
from sync.errors import BadValue

KIND = "bulk"
TERMINAL = "terminal"
"""Whoever sits at this machine's command line: nobody's account, and may do what its files allow."""

PRIORITY = 10
AT_ONCE = 200
FARTHEST = 100 * 366 * 86_400
"""Seconds by which a capture time may be shifted."""

_GONE = "There is no such photo any more."
_LOOK_ONLY = "You may look at this photo, but not change it."
_KEPT = "Nothing was changed."


def order(
    settings: Settings, viewer: Viewer, changes: Sequence[Mapping[str, Any]], ids: Sequence[str]
) -> Order:
    """Write down what somebody wants of the photos with these ids, those that they see; not yet begun.

    A change is {field, op, value} of `Change`, or {field: "taken", op: "shift", value: seconds}. Invalid
    names the field that is wrong, NotFound if no photo is there.
    """
    for one in changes:
        _checked(one, viewer)
    scope = access.scope(settings, viewer)
    with index.use(settings):
        found = query.places(scope, list(dict.fromkeys(ids)))
    if not found:
        raise NotFound("There is no such photo.", kept=_KEPT)
    made = bulks.made(viewer.id, list(changes), len(found))
    bulks.save(settings, made, [place.id for place in found])
    return made


def order_undo(settings: Settings, viewer: Viewer, bulk: str) -> Order:
    """Write down that a bulk edit is to be taken back. NotFound, or Conflict while it still goes on."""
    known = seen_by(settings, viewer, bulk)
    log = bulks.log(settings, bulk)
    if log.over is None:
        raise Conflict("This edit still goes on: cancel it first.", kept=_KEPT)
    items = list(dict.fromkeys([*log.changed, *log.mine]))
    made = bulks.made(viewer.id, known.changes, len(items), undoes=bulk)
    bulks.save(settings, made, items)
    return made


def seen_by(settings: Settings, viewer: Viewer, bulk: str) -> Order:
    """An order of the viewer's own, or for an admin of anybody's; NotFound."""
    known = bulks.load(settings, bulk)
    if known.by != viewer.id and not viewer.is_admin:
        raise NotFound("There is no such edit.")
    return known


def cancel(settings: Settings, bulk: str) -> None:
    """Stop an edit after the group that it is at; one that nobody is doing is over at once."""
    bulks.cancel(settings, bulk)
    for job in jobs.page(settings, kind=KIND, limit=200):
        if job.key == bulk and job.state in ("queued", "parked"):
            jobs.cancel(settings, job.id)
            run(settings, bulk)


def run(
    settings: Settings,
    bulk: str,
    *,
    stopping: Callable[[], bool] = lambda: False,
    tell: Callable[[Log], None] = lambda log: None,
) -> Log:
    """Do what is left of an order, group by group; what has become of it.

    Stops early when it is cancelled (then it is over) or `stopping` (then it is gone on with later).
    """
    known, log = bulks.load(settings, bulk), bulks.log(settings, bulk)
    if log.over is not None:
        return log
    done = log.seen()
    left = [one for one in bulks.items(settings, bulk) if one not in done]
    work = _Work(settings, known)
    for start in range(0, len(left), AT_ONCE):
        if stopping():
            return log
        if bulks.is_cancelled(settings, bulk):
            return _over(settings, bulk, log, "cancelled")
        _add(settings, bulk, log, work.done(left[start : start + AT_ONCE]))
        tell(log)
    return _over(settings, bulk, log, "done")


def _over(settings: Settings, bulk: str, log: Log, how: str) -> Log:
    _add(settings, bulk, log, Line(over=how))
    return log


def _add(settings: Settings, bulk: str, log: Log, line: Line) -> None:
    bulks.add(settings, bulk, line)
    log.take(line)


class _Work:
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
        if self._was_mine is not None:
            ids &= self._was_mine
        elif wanted:
            editable = access.editable(self._settings, self._viewer)
            ids = {one.id for one in found if not one.favourite and not editable.sees(one.volume)}
        touched = ids - held if wanted else ids & held
        if touched:
            change = {"add": touched} if wanted else {"remove": touched}
            favourites.change_many(self._settings, self._viewer.id, **change)
        return frozenset(touched)

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
            groups = sidecars.edit_many(self._settings, opened, items, by=self._order.by, bulk=self._order.id)
            for result in (one for group in groups for one in group):
                self._note(by_path.pop(result.path), result)
        except KPhotosError as error:
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
    if by == TERMINAL:
        return Viewer(TERMINAL, "the terminal", ADMIN)
    account = accounts.get(settings, by)
    if account is None or account.disabled:
        raise Forbidden("Whoever ordered this may not sign in any more.", kept=_KEPT)
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


def _checked(one: Mapping[str, Any], viewer: Viewer) -> None:
    name, op, value = one["field"], one["op"], one.get("value")
    try:
        if op == "shift":
            if (
                name != "taken"
                or not isinstance(value, int)
                or isinstance(value, bool)
                or abs(value) > FARTHEST
            ):
                raise BadValue(str(name), "a shift is of the date taken, by whole seconds")
        elif name == favourites.FIELD:
            if op not in ("add", "remove") or value != viewer.id:
                raise BadValue(name, "favourites are each person's own")
        elif name not in FIELDS or not FIELDS[name].editable or op not in ("set", "clear", "add", "remove"):
            raise BadValue(str(name), "this cannot be changed here")
        elif op != "clear":
            check(name, value)
    except BadValue as error:
        raise Invalid(error.field, f"{error.reason[:1].upper()}{error.reason[1:]}.", kept=_KEPT) from error


def _ask(one: Mapping[str, Any]) -> Ask:
    return Shift(one["value"]) if one["op"] == "shift" else Change(one["field"], one["op"], one.get("value"))


def recent(settings: Settings, viewer: Viewer) -> Iterator[tuple[Order, Log]]:
    """The viewer's own orders (an admin's: everybody's), the newest first, with what has become of them."""
    for one in bulks.recent(settings):
        if one.by == viewer.id or viewer.is_admin:
            yield one, bulks.log(settings, one.id)
