"""Volumes in the words and shapes of their pages and of the API: pure rearranging."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from flask import url_for

from kphotos.config import Settings
from kphotos.index.query import Sketch
from kphotos.index.rows import ProblemRow
from kphotos.sidecar import keeping
from kphotos.sidecar.keeping import Standing
from kphotos.web.wording import sentence
from sync.core.names import escape


def told(settings: Settings, standing: Standing) -> dict[str, Any]:
    """{id, name, path, writable, hands_off, state, reason, code, photos, missing, away, free, total, watch:
    {state, reason, lost}, scanned, reading, asked, sites: [{id, host, seen, retired, here}]}; bytes, ISO
    moments or null.

    `hands_off`: an admin wants nothing to be written there. `code` tells reasons apart: "foreign" may be
    accepted. `away` of the `missing` are on disks that are usually mounted inside of the volume. `lost` says
    how often the kernel dropped events since the watch began.
    """
    volume, watched = standing.volume, standing.watched
    return {
        "id": volume.id,
        "name": volume.name,
        "path": escape(str(volume.root)),
        "writable": volume.writable,
        "hands_off": volume.hands_off,
        "state": standing.state,
        "code": _code(standing),
        "reason": sentence(standing.reason) if standing.reason else None,
        "photos": standing.photos,
        "missing": standing.missing,
        "away": watched.away if standing.missing else 0,
        "free": standing.free,
        "total": standing.total,
        "watch": {
            "state": watched.state or "stopped",
            "reason": watched.reason or None,
            "lost": watched.lost,
        },
        "scanned": moment(watched.scanned_ms),
        "reading": standing.reading,
        "asked": standing.is_asked,
        "sites": [
            {
                "id": one.digest,
                "host": one.host or None,
                "seen": one.seen or None,
                "retired": one.retired or None,
                "here": one.digest == keeping.own_site(settings),
            }
            for one in standing.sharers
        ],
    }


def photo(path: str, sketch: Sketch | None) -> dict[str, Any]:
    """{path, folder, name, id, thumb_url} of an original that is missing."""
    folder, _, name = path.rpartition("/")
    thumb = None
    if sketch is not None and sketch.has_thumb and sketch.hash is not None:
        key = sketch.hash.removeprefix("sha256:")[:16]
        thumb = url_for("media.thumb", asset_id=sketch.id, v=key)
    return {
        "path": path,
        "folder": folder,
        "name": name,
        "id": sketch.id if sketch is not None else None,
        "thumb_url": thumb,
    }


def by_folder(found: Sequence[tuple[str, Sketch | None]]) -> list[dict[str, Any]]:
    """Missing originals of one page, folder by folder."""
    photos = [photo(path, sketch) for path, sketch in found]
    groups = groupby(photos, key=lambda one: str(one["folder"]))
    return [{"folder": folder, "photos": list(some)} for folder, some in groups]


def notice(row: ProblemRow, name: str, *, is_admin: bool) -> dict[str, Any]:
    """{id, state, text, action: {text, href} or null} of a volume that is not online."""
    if row.kind == "halted":
        text = (
            f"Many photos of {name} are missing at once. Nothing was removed; they are shown from the index."
        )
        action = {"text": "See what is missing", "href": url_for("volumes.missing", volume_id=row.volume)}
    else:
        text = f"{name} is not connected. Its photos are shown as they were; changes to them cannot be saved."
        action = {"text": "Storage", "href": url_for("volumes.page")}
    return {"id": row.volume, "state": row.kind, "text": text, "action": action if is_admin else None}


def moment(ms: int) -> str | None:
    """A moment in ms since 1970 as ISO 8601 in UTC; None for 0."""
    if not ms:
        return None
    return datetime.fromtimestamp(ms // 1000, UTC).isoformat().replace("+00:00", "Z")


def _code(standing: Standing) -> str | None:
    if standing.state != "offline":
        return None
    return "foreign" if "other files" in standing.reason else "offline"
