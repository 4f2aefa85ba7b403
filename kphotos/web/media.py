"""Pictures: derivatives made from originals, and the originals themselves, only ever opened for reading.

Everything is private to who may see it. The address of a derivative carries the first 16 digits of its
content's hash, so a browser may keep it; nobody else's cache may. What does not exist and what is not the
viewer's are the same 404. A derivative that has not been made yet is made next, and answered by an empty 202
until then; one that can never be made, since its original cannot be decoded, by an empty 204. Neither is an
error: a page that asks for it must not fill its console.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from typing import BinaryIO

from flask import Blueprint, Response, request

from kphotos import jobs
from kphotos.errors import NotFound
from kphotos.index import query
from kphotos.sidecar import intake
from kphotos.storage import volumes
from kphotos.storage.derivatives import Derivatives, Kind
from kphotos.web import ranges
from kphotos.web.gate import member
from kphotos.web.here import reading, scope, settings
from sync.core import names
from sync.osfs import OsFS

blueprint = Blueprint("media", __name__)
FRESH = "private, max-age=3600, immutable, no-transform"
ASK_AGAIN = "private, no-cache, no-transform"
RETRY_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """What a picture's address leads to; no more than that, since a page asks a hundred times."""

    id: str
    volume: str
    path: str
    hash: str | None


@blueprint.get("/media/<asset:asset_id>/thumb")
@member
def thumb(asset_id: str) -> Response:
    """The grid's picture, WebP; 202 until it is made, 204 if it never can be."""
    return _derivative(asset_id, "thumb")


@blueprint.get("/media/<asset:asset_id>/preview")
@member
def preview(asset_id: str) -> Response:
    """The viewer's picture, WebP; 202 until it is made, 204 if it never can be."""
    return _derivative(asset_id, "preview")


@blueprint.get("/media/<asset:asset_id>/original")
@member
def original(asset_id: str) -> Response:
    """The original's own bytes, whole or in ranges; shown if browsers can show it safely, else a download."""
    seen = _seen(asset_id)
    path = names.unescape(seen.path)
    file = _open(seen, path)
    status = os.fstat(file.fileno())
    kind = ranges.kind_of(path)
    tag = f"o-{status.st_ino:x}-{status.st_size:x}-{status.st_mtime_ns:x}-{status.st_ctime_ns:x}"
    response = ranges.send(file, status.st_size, tag, kind or "application/octet-stream")
    response.headers["Cache-Control"] = ASK_AGAIN
    name = path.rpartition("/")[2]
    response.headers["Content-Disposition"] = ranges.disposition(name, inline=kind is not None)
    return response


def _derivative(asset_id: str, kind: Kind) -> Response:
    seen = _seen(asset_id)
    store = Derivatives(settings().storage_path / "derivatives")
    file = store.open(seen.hash, kind) if seen.hash is not None else None
    if seen.hash is None or file is None:
        return _missing(store, seen)
    key, status = seen.hash.removeprefix("sha256:")[:16], os.fstat(file.fileno())
    tag = f"{kind}-{key}-{status.st_size:x}-{status.st_mtime_ns:x}"
    response = ranges.send(file, status.st_size, tag, "image/webp")
    response.headers["Cache-Control"] = FRESH if request.args.get("v") == key else ASK_AGAIN
    return response


def _missing(store: Derivatives, seen: Seen) -> Response:
    """An empty answer; what can be made is made next, since somebody looks at it."""
    facts = store.facts(seen.hash) if seen.hash is not None else None
    never = facts is not None and facts.problem is not None
    response = Response(status=204 if never else 202)
    del response.headers["Content-Type"]
    response.headers["Cache-Control"] = "no-store"
    if not never:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        jobs.enqueue(settings(), intake.DERIVE, seen.id, priority=1, asset=seen.id)
    return response


def _seen(asset_id: str) -> Seen:
    seen = scope()
    with reading():
        found = query.source(seen, asset_id)
    if found is None:
        raise NotFound("There is no such photo.")
    return Seen(*found)


def _open(seen: Seen, path: str) -> BinaryIO:
    try:
        return OsFS(volumes.get(settings(), seen.volume).root).open(path)
    except OSError as error:
        if error.errno not in _NOT_THERE:
            raise
        raise NotFound("The original is not at its place just now.", code="original_missing") from error


# A link, a folder or a FIFO at the original's place is no original either.
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EINVAL, errno.EISDIR, errno.ENXIO, errno.EACCES)
