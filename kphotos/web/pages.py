"""The pages people open: the timeline, and the same page with one photo open in the viewer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from kphotos.index import timeline as levels
from kphotos.storage import volumes
from kphotos.web import asset_json, assets
from kphotos.web.gate import member
from kphotos.web.here import WHOLE_SECONDS, reading, scope, settings, viewer
from sync.core.fields import FIELDS

blueprint = Blueprint("pages", __name__)
EDITABLE = tuple(row for row in FIELDS.values() if row.editable)
FIRST_BLOCK = 256


@blueprint.get("/")
@member
def timeline() -> str:
    """The timeline; `?at=YYYY-MM-DD` is the script's business."""
    return _page(None)


@blueprint.get("/photo/<asset:asset_id>")
@member
def photo(asset_id: str) -> str:
    """The timeline with one photo open, written out by the server so that a link works by itself."""
    return _page(asset_json.first_sight(assets.shown(asset_id)))


def _page(opened: dict[str, Any] | None) -> str:
    seen = scope()
    with reading(WHOLE_SECONDS):
        version, count = levels.version(seen), levels.count(seen)
    return render_template(
        "timeline/index.html",
        page="timeline",
        view="library",
        version=version,
        count=count,
        photo=opened,
        fields=EDITABLE,
        index_url=url_for("timeline.days", view="library", version=version),
        block_url=url_for("timeline.block", view="library", version=version, s=0, n=FIRST_BLOCK),
        empty=None if count else _why_empty(),
    )


def _why_empty() -> dict[str, Any]:
    """Why there is nothing to see, and the one thing to do about it."""
    seen = [one for one in volumes.every(settings()) if scope().sees(one.id)]
    if seen:
        named = ", ".join(one.name for one in seen if one.name)
        return {
            "title": "No photos yet",
            "text": f"K-Photos has found no photos in {named or 'your folders'}. As soon as there are any, "
            "they appear here by themselves.",
            "action": {"text": "Look again", "href": "/"},
        }
    if viewer().is_admin:
        return {
            "title": "No folder yet",
            "text": "Add the folder that your photos are in. Originals are only ever read.",
            "action": {"text": "Add a folder", "href": url_for("volumes.page")},
        }
    return {
        "title": "Nothing is shared with you yet",
        "text": "An administrator decides which folders you see.",
        "action": {"text": "Look again", "href": "/"},
    }
