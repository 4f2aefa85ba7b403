"""Static files under a directory name that is their content's hash, so that browsers may keep them for ever.

The hash covers the whole tree, because ES modules import each other by relative path: one changed module
gives all of them a new address. A wheel carries the tree as `kphotos/static`, a checkout has it at the top.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request, url_for
from werkzeug.security import safe_join

from kphotos.web.gate import anyone

_PACKAGE = Path(__file__).resolve().parent.parent
# Our own table, since the system's says what its administrator likes.
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_TEXT = frozenset(_TYPES) - {".png", ".webp", ".woff2"}
YEAR = 365 * 86400

blueprint = Blueprint("statics", __name__)


def folder(name: str) -> Path:
    """Where `static` or `templates` lies: inside the installed package, or at the top of a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def install(app: Flask) -> None:
    """Serve the tree and give templates `asset(path)`."""
    root = folder("static")
    version = fingerprint(root)
    app.config["STATIC_ROOT"], app.config["STATIC_VERSION"] = root, version
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = _asset(version)


def _asset(version: str) -> Callable[[str], str]:
    def asset(path: str) -> str:
        """The address of a static file, good for as long as no static file changes."""
        return url_for("statics.static", version=version, path=path)

    return asset


def fingerprint(root: Path) -> str:
    """12 hex digits over the names and bytes of every file below the root."""
    digest = hashlib.sha256()
    for path in sorted(found for found in root.rglob("*") if found.is_file()):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


@blueprint.get("/static/v<version>/<path:path>")
@anyone
def static(version: str, path: str) -> Response:
    """One static file; kept for ever under the present hash, asked for again under any other."""
    found = _found(path)
    packs = found.suffix in _TEXT and request.accept_encodings.quality("gzip") > 0
    data, tag = _content(found, found.stat().st_mtime_ns, packs)
    response = Response(data, mimetype=_TYPES.get(found.suffix, "application/octet-stream"))
    if found.suffix in _TEXT:
        response.vary.add("Accept-Encoding")
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(tag)
    current = version == current_app.config["STATIC_VERSION"]
    response.headers["Cache-Control"] = (
        f"public, max-age={YEAR}, immutable" if current else "public, no-cache"
    )
    return response.make_conditional(request)  # type: ignore[return-value]


def _found(path: str) -> Path:
    joined = safe_join(str(current_app.config["STATIC_ROOT"]), path)
    if joined is None or "\0" in joined or not Path(joined).is_file():
        abort(404)
    return Path(joined)


@lru_cache(maxsize=512)
def _content(path: Path, _mtime_ns: int, packs: bool) -> tuple[bytes, str]:
    """The bytes to send and their tag; the whole tree is a megabyte or two."""
    data = path.read_bytes()
    tag = hashlib.sha256(data).hexdigest()[:24]
    return (gzip.compress(data, compresslevel=9, mtime=0), f"{tag}-gz") if packs else (data, tag)
