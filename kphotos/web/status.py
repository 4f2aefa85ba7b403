"""How the service is: for whoever watches it from outside, and for the pages that wait for the index."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from kphotos import index, jobs, records
from kphotos.errors import IndexMissing, KPhotosError
from kphotos.index import query
from kphotos.index.rows import ProblemRow
from kphotos.runtime.progress import under_way
from kphotos.sidecar import intake
from kphotos.storage import volumes
from kphotos.web import progress
from kphotos.web.gate import anyone, member
from kphotos.web.here import WHOLE_SECONDS, reading, scope, settings, viewer

blueprint = Blueprint("status", __name__)


@blueprint.get("/healthz")
@anyone
def health() -> tuple[Response, int]:
    """200 {state: ready} once the index opens and the records can be read; 503 with another state before."""
    try:
        records.every(settings(), "users")
        with index.use(settings()):
            pass
    except IndexMissing:
        return jsonify({"state": "rebuilding"}), 503
    except (KPhotosError, OSError):
        return jsonify({"state": "unavailable"}), 503
    return jsonify({"state": "ready"}), 200


@blueprint.get("/api/status")
@member
def status() -> Response:
    """200 {index: {state, done}, counts, jobs, volumes}: what there is, and what is still being done.

    `index.done` counts photos of a running rebuild; `counts` (absent while there is no index) and `volumes`
    are of what the viewer may see; `jobs` counts by state, for an admin.
    """
    seen = scope()
    found: dict[str, Any] = {"index": {"state": "ready", "done": progress.so_far(settings())}}
    try:
        with reading(WHOLE_SECONDS):
            found["counts"] = query.counts(seen)
            found["volumes"] = _volumes(query.problems(seen))
    except IndexMissing:
        found["index"]["state"] = "rebuilding"
    if viewer().is_admin:
        found["jobs"] = jobs.counts(settings())
    return jsonify(found)


@blueprint.get("/api/work")
@member
def work() -> Response:
    """200 {reading, pictures}, each null or a number: what is being done just now, cheap enough to be polled.

    `reading` counts the files that a scan or rebuild has read so far (how many there are, only the disk
    knows); `pictures` is how many derivatives are still to be made. Both are an admin's: null for others.
    """
    reading = pictures = None
    if viewer().is_admin:
        steps = under_way(settings())
        reading = sum(step.done for step in steps) if steps else None
        states = jobs.counts(settings(), intake.DERIVE)
        pictures = (states["queued"] + states["running"]) or None
    return jsonify({"reading": reading, "pictures": pictures})


def _volumes(problems: list[ProblemRow]) -> list[dict[str, Any]]:
    """Each volume with the state of its root: a problem of the root itself says that it is not online."""
    troubles = {row.volume: row for row in problems if row.volume and not row.path}
    return [
        {
            "id": one.id,
            "name": one.name,
            "state": troubles[one.id].kind if one.id in troubles else "online",
            "reason": troubles[one.id].reason if one.id in troubles else None,
        }
        for one in volumes.every(settings())
        if scope().sees(one.id)
    ]
