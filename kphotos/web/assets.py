"""One photo with all that is known of it, and every change of it: through the sidecars' one door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify

from kphotos.catalog import favourites
from kphotos.errors import Forbidden, NotFound, Unavailable
from kphotos.identity import access, accounts
from kphotos.index import query
from kphotos.index.query import AssetView
from kphotos.sidecar import edits
from kphotos.sidecar.replaced import Shown
from kphotos.storage import volumes
from kphotos.web import asset_json, changes, parse
from kphotos.web.gate import member
from kphotos.web.here import reading, scope, settings, viewer
from sync.core import names
from sync.core.model import Change

blueprint = Blueprint("assets", __name__)


@blueprint.get("/api/assets/<asset:asset_id>")
@member
def asset(asset_id: str) -> Response:
    """200: the asset (see `asset_json.full`); 404 for what is not there and for what is not the viewer's."""
    return jsonify(shown(asset_id))


@blueprint.patch("/api/assets/<asset:asset_id>")
@member
def change(asset_id: str) -> Response:
    """Change fields: 200 {asset, undo: [changes]}, durable on disk when it is said.

    Body {changes: [{field, op: set|clear|add|remove, value, seen: [dots], strict}]}: `seen` are the field's
    dots that the page showed. Whoever may only look may still change `favourites`, their own. 400
    `invalid_value` names the field, 403 `forbidden`, 409 `conflict` (only for `strict`), 423 `read_only`,
    404 `replaced` where another file took its place, 503 `volume_offline` or `busy`, 507 `disk_full`.
    Nothing is changed then.
    """
    asked = changes.from_json(parse.body({"changes": list})["changes"], viewer().id)
    return _edited(asset_id, asked)


@blueprint.put("/api/assets/<asset:asset_id>/favourite")
@member
def like(asset_id: str) -> Response:
    """Make the photo a favourite of the viewer's, whether or not they may edit: 200 as PATCH."""
    return _edited(asset_id, [Change("favourites", "add", viewer().id)])


@blueprint.delete("/api/assets/<asset:asset_id>/favourite")
@member
def unlike(asset_id: str) -> Response:
    """Take the photo from the viewer's favourites: 200 as PATCH."""
    return _edited(asset_id, [Change("favourites", "remove", viewer().id)])


def _edited(asset_id: str, asked: Sequence[Change]) -> Response:
    view, user = _seen(asset_id), viewer()
    may_edit = access.can_edit(settings(), user, view.volume)
    if not may_edit and any(one.field != favourites.FIELD for one in asked):
        raise Forbidden("You may look at this photo, but not change it.", kept="Nothing was changed.")
    left, undo = favourites.change(settings(), user.id, view, asked, may_edit=may_edit)
    if left:
        volume, shown_ = volumes.get(settings(), view.volume), Shown(view.size, view.mtime_ns)
        done = edits.edit(settings(), volume, names.unescape(view.path), left, by=user.id, shown=shown_)
        asset_id, undo = done.asset.id, [*done.undo, *undo]
    try:
        told: dict[str, Any] | None = shown(asset_id)
    except Unavailable:
        told = None  # The edit lasts all the same; the page asks again when the index is back.
    return jsonify({"asset": told, "undo": [changes.to_json(one) for one in undo]})


def shown(asset_id: str) -> dict[str, Any]:
    """The asset as the viewer may see it; NotFound."""
    view = _seen(asset_id)
    try:
        volume_name = volumes.get(settings(), view.volume).name
    except NotFound:
        volume_name = ""
    return asset_json.full(
        view,
        viewer=viewer().id,
        volume_name=volume_name,
        can_edit=access.can_edit(settings(), viewer(), view.volume),
        people={account.id: account.name for account in accounts.everyone(settings())},
    )


def _seen(asset_id: str) -> AssetView:
    with reading():
        return query.asset(scope(), asset_id)
