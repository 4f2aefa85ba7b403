"""Many photos changed at once: few in the request, many by a worker; each such edit is taken back whole."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from kphotos import jobs
from kphotos.catalog import bulk
from kphotos.catalog.favourites import FIELD
from kphotos.errors import Invalid
from kphotos.identity import accounts
from kphotos.index import timeline
from kphotos.records import bulks
from kphotos.records.bulks import Log, Order
from kphotos.web import parse
from kphotos.web.changes import MOST as MOST_CHANGES
from kphotos.web.gate import member
from kphotos.web.here import WHOLE_SECONDS, reading, scope, settings, viewer

blueprint = Blueprint("bulk", __name__)
MOST_IDS = 10_000
SHOWN = 200
_KEPT = "Nothing was changed."


@blueprint.post("/api/bulk")
@member
def change() -> tuple[Response, int]:
    """Change many photos: 200 {edit} when it is done, 202 {edit} when a worker does it.

    Body {changes: [{field, op: set|clear|add|remove, value}], ids: [asset]}, or instead of the ids view,
    version and ranges [[first, one past the last]]: ordinals of the timeline of that version, 409
    `stale_version` if they hold no longer. {field: taken, op: shift, value: seconds} moves the date and keeps
    its zone; `favourites` are the viewer's own. `edit` is as below: what cannot be done to one photo is
    listed there, and stops no other.
    """
    found = parse.body(
        {"changes": list, "ids": list, "view": str, "version": str, "ranges": list}, required=("changes",)
    )
    order = bulk.order(settings(), viewer(), _changes(found["changes"]), _ids(found))
    return _begun(order)


@blueprint.get("/api/bulk")
@member
def recent() -> Response:
    """200 {edits}: the latest bulk edits of the viewer (an admin's: of everybody), the newest first."""
    people = {one.id: one.name for one in accounts.everyone(settings())}
    states = _states()
    found = list(bulk.recent(settings(), viewer()))
    undone = {order.undoes: order.id for order, _ in found if order.undoes is not None}
    told = [_told(order, log, states, people, undone.get(order.id), most=0) for order, log in found]
    return jsonify({"edits": told})


@blueprint.get("/api/bulk/<bulk_id>")
@member
def one(bulk_id: str) -> Response:
    """200 {edit: {id, state, by, made_ms, changes, undoes, undone_by, total, done, changed, unchanged,
    refused, partly, listed}}; 404 for another's.

    `state` is waiting, working, done, cancelled or stopped (a worker gave it up). The numbers are of photos.
    `listed` are the first 200 {asset, name, code, message} that were refused, or taken back only partly.
    """
    return jsonify({"edit": _shown(bulk.seen_by(settings(), viewer(), bulk_id))})


@blueprint.post("/api/bulk/<bulk_id>/undo")
@member
def undo(bulk_id: str) -> tuple[Response, int]:
    """Take back a bulk edit where it still stands: 200 or 202 as `POST /api/bulk`; 404; 409 while it goes on.

    409 `taken_back` where all of it has been taken back, or is about to be. What somebody has changed since
    stays, and is listed with who did.
    """
    return _begun(bulk.order_undo(settings(), viewer(), bulk_id))


@blueprint.post("/api/bulk/<bulk_id>/resume")
@member
def resume(bulk_id: str) -> tuple[Response, int]:
    """Let a worker go on with an edit that was stopped: 202 {edit}; 404."""
    order = bulk.seen_by(settings(), viewer(), bulk_id)
    jobs.revive(settings(), bulk.KIND, order.id, bulk=order.id)
    return jsonify({"edit": _shown(order)}), 202


@blueprint.delete("/api/bulk/<bulk_id>")
@member
def cancel(bulk_id: str) -> Response:
    """Stop a bulk edit after the group of photos that it is at: 200 {edit}; what is done stays done."""
    order = bulk.seen_by(settings(), viewer(), bulk_id)
    bulk.cancel(settings(), order.id)
    return jsonify({"edit": _shown(order)})


def _begun(order: Order) -> tuple[Response, int]:
    if order.total <= bulk.AT_ONCE:
        bulk.run(settings(), order.id)
        return jsonify({"edit": _shown(order)}), 200
    jobs.enqueue(settings(), bulk.KIND, order.id, priority=bulk.PRIORITY, bulk=order.id)
    return jsonify({"edit": _shown(order)}), 202


def _shown(order: Order) -> dict[str, Any]:
    people = {one.id: one.name for one in accounts.everyone(settings())}
    undone = next((one.id for one in bulks.recent(settings()) if one.undoes == order.id), None)
    return _told(order, bulks.log(settings(), order.id), _states(), people, undone)


def _told(
    order: Order,
    log: Log,
    states: dict[str, str],
    people: dict[str, str],
    undone: str | None,
    *,
    most: int = SHOWN,
) -> dict[str, Any]:
    return {
        "id": order.id,
        "state": log.over or states.get(order.id, "stopped"),
        "by": people.get(order.by),
        "made_ms": order.made_ms,
        "changes": [dict(one) for one in order.changes],
        "undoes": order.undoes,
        "undone_by": undone,
        "total": order.total,
        "done": log.done,
        "changed": len(log.changed),
        "unchanged": len(log.unchanged),
        "refused": len(log.refused),
        "partly": len(log.partly),
        "listed": [
            {"asset": asset, "name": name, "code": code, "message": message}
            for asset, name, code, message in [*log.refused, *log.partly][:most]
        ],
    }


_WORDS = {"queued": "waiting", "running": "working"}


def _states() -> dict[str, str]:
    """The states of the orders that a worker has to do, by id."""
    found = jobs.page(settings(), kind=bulk.KIND, limit=200)
    return {job.key: _WORDS.get(job.state, "stopped") for job in reversed(found)}


def _changes(found: list[Any]) -> list[dict[str, Any]]:
    if not 1 <= len(found) <= MOST_CHANGES:
        raise Invalid("changes", f"One request holds 1 to {MOST_CHANGES} changes.", kept=_KEPT)
    for told in found:
        if not isinstance(told, dict) or not {"field", "op"} <= told.keys() <= {"field", "op", "value"}:
            raise Invalid("changes", "A change has field and op, and may have value.", kept=_KEPT)
        if not isinstance(told["field"], str) or not isinstance(told["op"], str):
            raise Invalid("changes", "field and op are texts.", kept=_KEPT)
    return [{"value": viewer().id, **one} if one["field"] == FIELD else one for one in found]


def _ids(found: dict[str, Any]) -> list[str]:
    if ("ids" in found) == ("ranges" in found):
        raise Invalid("ids", "Say which photos: either ids, or ranges with a version.", kept=_KEPT)
    if "ids" in found:
        ids: list[Any] = found["ids"]
        if not 1 <= len(ids) <= MOST_IDS or not all(isinstance(one, str) and len(one) <= 64 for one in ids):
            raise Invalid("ids", f"This must be 1 to {MOST_IDS} ids of photos.", kept=_KEPT)
        return ids
    with reading(WHOLE_SECONDS):
        return timeline.ids(
            scope(), found.get("view", "library"), found.get("version", ""), _ranges(found["ranges"])
        )


def _ranges(found: list[Any]) -> list[tuple[int, int]]:
    for told in found:
        if not isinstance(told, list) or len(told) != 2 or not all(type(one) is int for one in told):
            raise Invalid("ranges", "A range is [first, one past the last].", kept=_KEPT)
    if not found:
        raise Invalid("ranges", "No photo is selected.", kept=_KEPT)
    return [(first, beyond) for first, beyond in found]
