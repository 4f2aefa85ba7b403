"""The timeline on its three levels: counts per day, one byte of shape per photo, blocks of details.

`view` names what is looked at (`library`, `favourites`); `version` is what the first answer gave. Bytes are
described in `kphotos.index.timeline`. A version whose ordinals no longer hold is 409 `stale_version`.
"""

from __future__ import annotations

import gzip
import hashlib

from flask import Blueprint, Response, jsonify, request

from kphotos.index import timeline as levels
from kphotos.web import parse
from kphotos.web.gate import member
from kphotos.web.here import WHOLE_SECONDS, reading, scope

blueprint = Blueprint("timeline", __name__)
_WORTH_PACKING = 1024


@blueprint.get("/api/timeline/version")
@member
def version() -> Response:
    """Polled each second: 200 {version, count} or 304."""
    seen, view = scope(), parse.text("view", "library")
    with reading(WHOLE_SECONDS):
        found = levels.version(seen, view)
        response = jsonify({"version": found, "count": levels.count(seen, view)})
    return _kept(response, response.get_data())


@blueprint.get("/api/timeline/index")
@member
def days() -> Response:
    """Level 0: binary days and counts; header X-Version names the version they belong to."""
    seen, view = scope(), parse.text("view", "library")
    with reading(WHOLE_SECONDS):
        asked = parse.text("version") or levels.version(seen, view)
        return _binary(levels.l0(seen, view, asked), asked)


@blueprint.get("/api/timeline/ratios")
@member
def ratios() -> Response:
    """Level 1: one byte of width to height per photo."""
    seen, view, asked = scope(), parse.text("view", "library"), parse.text("version")
    with reading(WHOLE_SECONDS):
        return _binary(levels.ratios(seen, view, asked), asked)


@blueprint.get("/api/timeline/block")
@member
def block() -> Response:
    """Level 2: what the grid needs of `n` (at most 512) photos from ordinal `s`."""
    seen, view, asked = scope(), parse.text("view", "library"), parse.text("version")
    start = parse.number("s", high=2**31)
    number = parse.number("n", 256, low=1, high=levels.LARGEST_BLOCK)
    with reading(WHOLE_SECONDS):
        return _binary(levels.block(seen, view, asked, start, number), asked)


def _binary(data: bytes, asked: str) -> Response:
    packed = len(data) >= _WORTH_PACKING and request.accept_encodings.quality("gzip") > 0
    response = Response(
        gzip.compress(data, 1, mtime=0) if packed else data, mimetype="application/octet-stream"
    )
    response.vary.add("Accept-Encoding")
    response.headers["X-Version"] = asked
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return _kept(response, data)


def _kept(response: Response, data: bytes) -> Response:
    """Let the browser keep the answer and ask again, by a tag of what it says."""
    packed = "-gz" if response.content_encoding else ""
    response.set_etag(hashlib.sha256(data).hexdigest()[:24] + packed)
    response.headers["Cache-Control"] = "private, no-cache"
    return response.make_conditional(request)  # type: ignore[return-value]
