"""Pictures: derivatives made from originals, and the originals themselves, only ever opened for reading.

Everything is private to who may see it. The address of a derivative carries the first 16 digits of its
content's hash, so a browser may keep it; nobody else's cache may. What does not exist, what is not the
viewer's and what cannot be decoded (`unreadable`) or has not been made yet (`not_ready`, and is made next)
are all 404.
"""

from __future__ import annotations

import errno
import os
from typing import BinaryIO

from flask import Blueprint, Response, request

from kphotos import index, jobs
from kphotos.errors import NotFound
from kphotos.index import query
from kphotos.index.query import AssetView
from kphotos.sidecar import intake
from kphotos.storage import volumes
from kphotos.storage.derivatives import Derivatives, Kind
from kphotos.web import ranges
from kphotos.web.gate import member
from kphotos.web.here import scope, settings
from sync.core import names
from sync.osfs import OsFS

blueprint = Blueprint("media", __name__)
FRESH = "private, max-age=3600, immutable, no-transform"
ASK_AGAIN = "private, no-cache, no-transform"


@blueprint.get("/media/<asset:asset_id>/thumb")
@member
def thumb(asset_id: str) -> Response:
    """The grid's picture, WebP; 404 `not_ready` until it is made."""
    return _derivative(asset_id, "thumb")


@blueprint.get("/media/<asset:asset_id>/preview")
@member
def preview(asset_id: str) -> Response:
    """The viewer's picture, WebP; 404 `not_ready` until it is made."""
    return _derivative(asset_id, "preview")


@blueprint.get("/media/<asset:asset_id>/original")
@member
def original(asset_id: str) -> Response:
    """The original's own bytes, whole or in ranges; shown if browsers can show it safely, else a download."""
    view = _seen(asset_id)
    path = names.unescape(view.path)
    file = _open(view, path)
    status = os.fstat(file.fileno())
    kind = ranges.kind_of(path)
    tag = f"o-{status.st_ino:x}-{status.st_size:x}-{status.st_mtime_ns:x}-{status.st_ctime_ns:x}"
    response = ranges.send(file, status.st_size, tag, kind or "application/octet-stream")
    response.headers["Cache-Control"] = ASK_AGAIN
    name = path.rpartition("/")[2]
    response.headers["Content-Disposition"] = ranges.disposition(name, inline=kind is not None)
    return response


def _derivative(asset_id: str, kind: Kind) -> Response:
    view = _seen(asset_id)
    store = Derivatives(settings().storage_path / "derivatives")
    file = store.open(view.hash, kind) if view.hash is not None else None
    if view.hash is None or file is None:
        raise _missing(store, view)
    key = view.hash.removeprefix("sha256:")[:16]
    response = ranges.send(file, os.fstat(file.fileno()).st_size, f"{kind}-{key}", "image/webp")
    response.headers["Cache-Control"] = FRESH if request.args.get("v") == key else ASK_AGAIN
    return response


def _missing(store: Derivatives, view: AssetView) -> NotFound:
    """Why there is no such derivative; one that can be made is made next, since somebody looks at it."""
    facts = store.facts(view.hash) if view.hash is not None else None
    if facts is not None and facts.problem is not None:
        return NotFound("This file cannot be shown as a picture.", code="unreadable")
    jobs.enqueue(settings(), intake.DERIVE, view.id, priority=1, asset=view.id)
    return NotFound("This picture has not been made yet.", code="not_ready")


def _seen(asset_id: str) -> AssetView:
    with index.use(settings()):
        return query.asset(scope(), asset_id)


def _open(view: AssetView, path: str) -> BinaryIO:
    try:
        return OsFS(volumes.get(settings(), view.volume).root).open(path)
    except OSError as error:
        if error.errno not in _NOT_THERE:
            raise
        raise NotFound("The original is not at its place just now.", code="original_missing") from error


# A link, a folder or a FIFO at the original's place is no original either.
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EINVAL, errno.EISDIR, errno.ENXIO, errno.EACCES)
