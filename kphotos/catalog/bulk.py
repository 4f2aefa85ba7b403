"""Bulk edits: somebody changes many photos at once, sees how far it is, and takes all of it back.

An order is durable before it is begun, and each finished group of it is: a process that is killed leaves
the rest to the next one, and a photo that was changed says so in its own history. Rights are those of each
single edit, asked anew whenever an order is gone on with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kphotos import index, jobs
from kphotos.catalog import favourites
from kphotos.catalog.bulk_work import Work
from kphotos.config import Settings
from kphotos.errors import Conflict, Invalid, NotFound
from kphotos.identity import access, accounts
from kphotos.identity.access import TERMINAL, Viewer
from kphotos.index import query
from kphotos.records import bulks
from kphotos.records.bulks import Line, Log, Order
from sync.core.check import check
from sync.core.fields import FIELDS
from sync.errors import BadValue

KIND = "bulk"
PRIORITY = 10
AT_ONCE = 200
FARTHEST = 100 * 366 * 86_400
"""Seconds by which a capture time may be shifted."""

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
    """Write down that a bulk edit is to be taken back, where it has not been yet.

    NotFound, or Conflict: while it still goes on, and `taken_back` where all of it is, or is about to be.
    """
    known = seen_by(settings, viewer, bulk)
    log = bulks.log(settings, bulk)
    if log.over is None:
        raise Conflict("This edit still goes on: cancel it first.", kept=_KEPT)
    orders = list(bulks.recent(settings, bulks.KEPT))
    _refuse_twice_at_once(settings, bulk, orders)
    done = dict.fromkeys([*log.changed, *log.mine])
    back = _taken_back(settings, bulk, orders)
    items = [one for one in done if one not in back]
    if done and not items:
        raise Conflict(_already(settings, bulk, orders), code="taken_back", kept=_KEPT)
    made = bulks.made(viewer.id, known.changes, len(items), undoes=bulk)
    bulks.save(settings, made, items)
    return made


def _refuse_twice_at_once(settings: Settings, bulk: str, orders: Sequence[Order]) -> None:
    open_ = {
        job.key for job in jobs.page(settings, kind=KIND, limit=200) if job.state in ("queued", "running")
    }
    if any(one.undoes == bulk and one.id in open_ for one in orders):
        raise Conflict("This edit is being taken back just now.", code="taken_back", kept=_KEPT)


def _taken_back(settings: Settings, bulk: str, orders: Sequence[Order]) -> set[str]:
    """The photos on which a bulk edit has been taken back whole, and that not taken back in turn."""
    found: set[str] = set()
    for one in orders:
        if one.undoes == bulk:
            log = bulks.log(settings, one.id)
            partly = {told[0] for told in log.partly}
            found |= {*log.changed, *log.unchanged} - partly - _taken_back(settings, one.id, orders)
    return found


def _already(settings: Settings, bulk: str, orders: Sequence[Order]) -> str:
    last = next(one for one in orders if one.undoes == bulk)
    people = {TERMINAL.id: TERMINAL.name, **{one.id: one.name for one in accounts.everyone(settings)}}
    who = f"by {people[last.by]} " if last.by in people else ""
    when = datetime.fromtimestamp(last.made_ms / 1000, UTC).astimezone()
    return f"It has been taken back already, {who}on {when:%Y-%m-%d}."


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
    work = Work(settings, known)
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


def recent(settings: Settings, viewer: Viewer) -> Iterator[tuple[Order, Log]]:
    """The viewer's own orders (an admin's: everybody's), the newest first, with what has become of them."""
    for one in bulks.recent(settings):
        if one.by == viewer.id or viewer.is_admin:
            yield one, bulks.log(settings, one.id)
