"""How the service is: for whoever watches it from outside, and for the pages that wait for the index."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from kphotos import index, records
from kphotos.errors import IndexMissing, KPhotosError
from kphotos.index import query
from kphotos.web.gate import anyone, member
from kphotos.web.here import scope, settings

blueprint = Blueprint("status", __name__)


@blueprint.get("/healthz")
@anyone
def health() -> tuple[Response, int]:
    """200 {state: ready} once the index opens and the records can be read; 503 with another state before."""
    try:
        records.every(settings(), "users")
        index.current(settings())
    except IndexMissing:
        return jsonify({"state": "rebuilding"}), 503
    except (KPhotosError, OSError):
        return jsonify({"state": "unavailable"}), 503
    return jsonify({"state": "ready"}), 200


@blueprint.get("/api/status")
@member
def status() -> Response:
    """200 {index: {state}, counts}: what there is of what the viewer may see, and whether it is all there."""
    found: dict[str, Any] = {"index": {"state": "ready"}}
    try:
        with index.use(settings()):
            found["counts"] = query.counts(scope())
    except IndexMissing:
        found["index"]["state"] = "rebuilding"
    return jsonify(found)
