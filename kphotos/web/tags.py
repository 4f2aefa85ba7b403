"""Tags that exist, for autocomplete."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from kphotos.index import query
from kphotos.web import parse
from kphotos.web.gate import member
from kphotos.web.here import reading, scope

blueprint = Blueprint("tags", __name__)


@blueprint.get("/api/tags")
@member
def tags() -> Response:
    """Tags the viewer sees that begin with `prefix`: 200 {tags: [{path, count}]}, most used first."""
    prefix = parse.text("prefix")
    with reading():
        found = query.tags(scope(), prefix)
    return jsonify({"tags": [{"path": path, "count": count} for path, count in found]})
