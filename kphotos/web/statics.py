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

from flask import Blueprint, Flask, Response, current_app, request, send_from_directory, url_for

from kphotos.web.gate import anyone

_PACKAGE = Path(__file__).resolve().parent.parent
_TEXT = frozenset({".js", ".css", ".svg", ".json", ".webmanifest", ".map", ".txt"})
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
    root: Path = current_app.config["STATIC_ROOT"]
    current = version == current_app.config["STATIC_VERSION"]
    response = send_from_directory(root, path, conditional=True, max_age=YEAR if current else 0)
    response.headers["Cache-Control"] = (
        f"public, max-age={YEAR}, immutable" if current else "public, no-cache"
    )
    return _compressed(response, root / path)


def _compressed(response: Response, path: Path) -> Response:
    if path.suffix not in _TEXT or response.status_code != 200:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") > 0:
        response.direct_passthrough = False
        response.set_data(_gzipped(path, path.stat().st_mtime_ns))
        response.headers["Content-Encoding"] = "gzip"
        response.headers["ETag"] = f'"{response.get_etag()[0]}-gz"'
    return response


@lru_cache(maxsize=512)
def _gzipped(path: Path, _mtime_ns: int) -> bytes:
    return gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)
