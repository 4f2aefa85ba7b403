"""One photo with all that is known of it, and every change of it: through the sidecar's one door."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from kphotos import index
from kphotos.errors import NotFound
from kphotos.identity import access
from kphotos.index import query
from kphotos.storage import volumes
from kphotos.web import asset_json
from kphotos.web.gate import member
from kphotos.web.here import scope, settings, viewer

blueprint = Blueprint("assets", __name__)


@blueprint.get("/api/assets/<asset:asset_id>")
@member
def asset(asset_id: str) -> Response:
    """200: the asset (see `asset_json.full`); 404 for what is not there and for what is not the viewer's."""
    return jsonify(shown(asset_id))


def shown(asset_id: str) -> dict[str, Any]:
    """The asset as the viewer may see it; NotFound."""
    with index.use(settings()):
        view = query.asset(scope(), asset_id)
    try:
        name = volumes.get(settings(), view.volume).name
    except NotFound:
        name = ""
    can_edit = access.can_edit(settings(), viewer(), view.volume)
    return asset_json.full(view, volume_name=name, can_edit=can_edit)
