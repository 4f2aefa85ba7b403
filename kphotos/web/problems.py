"""What could not be read or agreed on: each path, why, and what was kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, url_for

from kphotos.index import query
from kphotos.index.rows import ProblemRow
from kphotos.storage import volumes
from kphotos.web import parse
from kphotos.web.gate import admin
from kphotos.web.here import reading, scope, settings
from kphotos.web.wording import sentence

blueprint = Blueprint("problems", __name__)
PAGE = 100
MOST = 10_000
TITLES = {
    "unreadable": "The file cannot be read",
    "original-changed": "The original is another picture now",
    "newer-schema": "Written by a newer K-Photos",
    "foreign": "Two programs wrote different things",
    "rollback": "An older sidecar had come back",
    "name": "A name that some systems cannot hold",
    "special-file": "Not a picture at all",
    "ambiguous": "It is not clear what belongs to what",
    "orphaned": "Sidecars without their photo",
    "left-behind": "Sidecars stayed behind when the photo moved",
    "overlay": "Edits from when the folder was read-only wait",
    "offline": "The volume is not connected",
    "halted": "Many photos are missing at once",
    "disk-away": "A disk inside the volume is not connected",
    "watch": "Changes may be noticed late",
}


@blueprint.get("/api/problems")
@admin
def problems() -> Response:
    """200 {problems: [{path, volume, kind, title, reason, kept}], count, next: offset or null}."""
    start = parse.number("from", 0, high=MOST)
    found = _all()
    later = start + PAGE if start + PAGE < len(found) else None
    return jsonify({"problems": found[start : start + PAGE], "count": len(found), "next": later})


@blueprint.get("/problems")
@admin
def page() -> str:
    """The same for people, a hundred at a time."""
    start = parse.number("from", 0, high=MOST)
    found = _all()
    return render_template(
        "problems/problems.html",
        page="problems",
        problems=found[start : start + PAGE],
        count=len(found),
        earlier=_address(max(0, start - PAGE)) if start else None,
        later=_address(start + PAGE) if start + PAGE < len(found) else None,
    )


def _all() -> list[dict[str, Any]]:
    with reading():
        rows = query.problems(scope(), MOST)
    names = {volume.id: volume.name for volume in volumes.every(settings())}
    return [_told(row, names) for row in rows]


def _told(row: ProblemRow, names: dict[str, str]) -> dict[str, Any]:
    return {
        "path": row.path,
        "volume": names.get(row.volume, "K-Photos' own folder" if not row.volume else row.volume),
        "kind": row.kind,
        "title": TITLES.get(row.kind, row.kind),
        "reason": sentence(row.reason),
        "kept": sentence(row.kept),
    }


def _address(start: int) -> str:
    return f"{url_for('problems.page')}?from={start}"
