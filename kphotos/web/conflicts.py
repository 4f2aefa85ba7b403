"""What waits for a person: the list, one photo with its values side by side, and the decision.

Only those who may edit a volume see what waits in it. The same as pages, as a form that needs no script,
and as JSON.
"""

from __future__ import annotations

import peewee
from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from kphotos.errors import Forbidden, Invalid, KPhotosError
from kphotos.identity import access, accounts
from kphotos.index import query
from kphotos.index.query import AssetView
from kphotos.sidecar import conflicts
from kphotos.sidecar.conflicts import Outdated
from kphotos.sidecar.review import Row, told
from kphotos.storage import volumes
from kphotos.web import changes, conflict_forms, conflict_pages, parse
from kphotos.web.gate import member
from kphotos.web.here import reading, scope, settings, viewer
from sync.core import names
from sync.engine import Edited

blueprint = Blueprint("conflicts", __name__)
FIRST = 12
PAGE = 60
MOST = 1_000_000


@blueprint.get("/api/conflicts")
@member
def groups() -> Response:
    """200 {groups: [{review, fields, put_back, count, photos: [{id, name, path, volume}]}], count}.

    `fields` are in conflict, `put_back` have a value that a program put back. With `group` (a `review`) only
    that one, 60 photos from `from` on; otherwise the first 12 of each.
    """
    found = _groups()
    return jsonify(
        {
            "groups": [conflict_pages.group_told(review, count, photos) for review, count, photos in found],
            "count": sum(count for _, count, _ in found),
        }
    )


@blueprint.get("/api/conflicts/<asset:asset_id>")
@member
def rows(asset_id: str) -> Response:
    """200 {id, name, path, rows: [see `review.told`]}; 403 for who may look but not edit, else 404."""
    view = _seen(asset_id)
    _, found = conflicts.look(settings(), volumes.get(settings(), view.volume), names.unescape(view.path))
    return jsonify(
        {"id": view.id, "name": view.name, "path": view.path, "rows": [told(row) for row in found]}
    )


@blueprint.post("/api/conflicts/<asset:asset_id>")
@member
def decide(asset_id: str) -> Response:
    """Decide rows in one durable edit: 200 {rows: those left, undo: [changes], next: address of the next}.

    Body {choices: {key: number or {value}}, seen: {key: [dots]}}: `seen` are the row's dots that the page
    showed. 409 `conflict` with the `rows` of now if they have changed; else as PATCH of an asset.
    """
    view = _seen(asset_id)
    body = parse.body({"choices": dict, "seen": dict})
    following = _next(asset_id)
    try:
        done = _resolve(view, *conflict_forms.from_json(body["choices"], body["seen"]))
    except Outdated as error:
        told_ = {"code": error.code, "message": error.message, "kept": error.kept}
        response = jsonify({"error": told_, "rows": [told(row) for row in error.rows]})
        response.status_code = 409
        return response
    left = _look(view)
    undo = (
        [] if any("/" in step.field for step in done.undo) else [changes.to_json(step) for step in done.undo]
    )
    return jsonify({"rows": [told(row) for row in left], "undo": undo, "next": following})


@blueprint.get("/conflicts")
@member
def page() -> str:
    """What waits, grouped by what it waits for; `?group=` shows one group in full."""
    found, start = _groups(), parse.number("from", 0, high=MOST)
    shown = [conflict_pages.group_shown(review, count, photos) for review, count, photos in found]
    group = request.args.get("group")
    more = group is not None and bool(found) and start + PAGE < found[0][1]
    return render_template(
        "conflicts/list.html",
        page="conflicts",
        groups=shown,
        group=group,
        count=sum(count for _, count, _ in found),
        may_edit=viewer().is_admin or bool(access.editable(settings(), viewer()).volumes),
        earlier=_address(group, max(0, start - PAGE)) if group and start else None,
        later=_address(group, start + PAGE) if group and more else None,
    )


@blueprint.get("/conflicts/<asset:asset_id>")
@member
def photo(asset_id: str) -> str:
    """One photo: its values side by side, as a form."""
    return _photo(_seen(asset_id))


@blueprint.post("/conflicts/<asset:asset_id>")
@member
def submit(asset_id: str) -> AnyResponse | tuple[str, int]:
    """The form: on to the next photo (303), or the page as it is now with the reason (400, 409)."""
    view = _seen(asset_id)
    following = _next(asset_id)
    try:
        _resolve(view, *conflict_forms.from_form(request.form))
    except Outdated as error:
        return _photo(view, refused=error.message), 409
    except Invalid as error:
        return _photo(view, refused=error.message), 400
    if "only" in request.form and _look(view):
        return redirect(url_for("conflicts.photo", asset_id=asset_id), 303)
    return redirect(following or url_for("conflicts.page"), 303)


def waiting() -> int | None:
    """How many photos wait for the viewer, for the navigation; None for who may edit nothing.

    Pages that say that the index cannot answer have a navigation too, so it never fails.
    """
    scope_ = access.editable(settings(), viewer())
    if scope_.volumes is not None and not scope_.volumes:
        return None
    try:
        with reading():
            return query.review_count(scope_)
    except (KPhotosError, peewee.PeeweeException):
        return 0


def _groups() -> list[tuple[str, int, list[query.Review]]]:
    scope_, group = access.editable(settings(), viewer()), parse.text("group")
    start, limit = (parse.number("from", 0, high=MOST), PAGE) if group else (0, FIRST)
    with reading():
        found = [(review, count) for review, count in query.reviews(scope_) if group in ("", review)]
        return [(review, count, query.reviewed(scope_, review, start, limit)) for review, count in found]


def _seen(asset_id: str) -> AssetView:
    """The asset, which the viewer must be allowed to edit."""
    with reading():
        view = query.asset(scope(), asset_id)
    if not access.can_edit(settings(), viewer(), view.volume):
        raise Forbidden("You may look at this photo, but not change it.", kept=conflicts.KEPT)
    return view


def _look(view: AssetView) -> tuple[Row, ...]:
    return conflicts.look(settings(), volumes.get(settings(), view.volume), names.unescape(view.path))[1]


def _resolve(
    view: AssetView, decisions: dict[str, conflicts.Decision], basis: dict[str, list[str]]
) -> Edited:
    volume = volumes.get(settings(), view.volume)
    path = names.unescape(view.path)
    return conflicts.resolve(settings(), volume, path, decisions, basis, by=viewer().id)


def _photo(view: AssetView, refused: str | None = None) -> str:
    volume = volumes.get(settings(), view.volume)
    asset, found = conflicts.look(settings(), volume, names.unescape(view.path))
    people = {account.id: account.name for account in accounts.everyone(settings())}
    ids = _ids()
    here = ids.index(view.id) + 1 if view.id in ids else 0
    return render_template(
        "conflicts/photo.html",
        page="conflicts",
        photo=conflict_pages.photo_shown(view, volume, [names.escape(path) for path in asset.sidecars]),
        rows=[conflict_pages.row_shown(row, place, people) for place, row in enumerate(found)],
        refused=refused,
        here=here,
        total=len(ids),
        previous=_of(ids[here - 2]) if here > 1 else None,
        following=_of(ids[here]) if 0 < here < len(ids) else None,
    )


def _ids() -> list[str]:
    with reading():
        return query.review_ids(access.editable(settings(), viewer()))


def _next(asset_id: str) -> str | None:
    """Where to go on after this photo: the next that waits, the first after the last."""
    ids = _ids()
    others = ids[ids.index(asset_id) + 1 :] + ids[: ids.index(asset_id)] if asset_id in ids else ids
    return _of(others[0]) if others else None


def _of(asset_id: str) -> str:
    return url_for("conflicts.photo", asset_id=asset_id)


def _address(group: str, start: int) -> str:
    return url_for("conflicts.page", group=group, **{"from": start})  # type: ignore[arg-type]
