"""A file, or one part of it, as an answer: ranges, validators and names that no client can bend.

The bytes go out through the server's own file wrapper, so a slow reader of a large original holds no worker
thread.
"""

from __future__ import annotations

import io
import re
import unicodedata
from typing import BinaryIO, cast
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import is_resource_modified, quote_etag
from werkzeug.wsgi import wrap_file

CHUNK = 64 * 1024
# What browsers may show inline. Anything else is a download: nothing a person stored is ever run as a page.
INLINE = {
    "avif": "image/avif", "bmp": "image/bmp", "gif": "image/gif", "heic": "image/heic", "heif": "image/heif",
    "jpe": "image/jpeg", "jpeg": "image/jpeg", "jpg": "image/jpeg", "m4v": "video/mp4", "mov":
    "video/quicktime", "mp4": "video/mp4", "png": "image/png", "tif": "image/tiff", "tiff": "image/tiff",
    "webm": "video/webm", "webp": "image/webp", }  # fmt: skip


def send(file: BinaryIO, size: int, etag: str, kind: str) -> Response:
    """The whole file, one range of it (206), nothing because the client has it (304), or 416.

    `file` is closed when the answer has been sent, or here when nothing will be.
    """
    if not is_resource_modified(request.environ, etag=quote_etag(etag), ignore_if_range=True):
        file.close()
        return _headed(Response(status=304), etag)
    try:
        start, stop = _span(size, etag)
    except RequestedRangeNotSatisfiable:
        file.close()
        raise
    body = wrap_file(request.environ, cast(BinaryIO, Window(file, start, stop)), CHUNK)
    response = Response(body, 200 if stop - start == size else 206, mimetype=kind, direct_passthrough=True)
    response.content_length = stop - start
    if response.status_code == 206:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return _headed(response, etag)


def _headed(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _span(size: int, etag: str) -> tuple[int, int]:
    """First byte and one past the last of what was asked for; the whole unless one good range is asked."""
    if "Range" not in request.headers or request.method == "HEAD":
        return 0, size
    condition = request.if_range
    if "If-Range" in request.headers and (condition is None or condition.etag != etag):
        return 0, size  # the client's part is of other bytes, so it gets them all
    asked = request.range
    if asked is None or asked.units != "bytes":
        return 0, size  # what cannot be read as a range is no range (RFC 9110, 14.2)
    first, beyond = asked.ranges[0]
    start, stop = (max(0, size + first), size) if first < 0 else (first, min(beyond or size, size))
    if len(asked.ranges) > 1 or start >= stop:
        raise RequestedRangeNotSatisfiable(length=size)
    return start, stop


class Window(io.RawIOBase):
    """A part of a file that looks like a whole one, so that no reader can go past its end."""

    def __init__(self, file: BinaryIO, start: int, stop: int) -> None:
        super().__init__()
        self._file, self._start, self._stop = file, start, stop
        file.seek(start)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell() - self._start

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.tell(), io.SEEK_END: self._stop - self._start}[whence]
        self._file.seek(self._start + max(0, base + offset))
        return self.tell()

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._stop - self._file.tell())
        return self._file.read(left if size < 0 else min(size, left))

    def close(self) -> None:
        self._file.close()
        super().close()


def kind_of(name: str) -> str | None:
    """The media type under which a browser may show a file of this name; None: download it."""
    return INLINE.get(name.rpartition(".")[2].lower())


def disposition(name: str, *, inline: bool) -> str:
    """A Content-Disposition for any name a disk can hold (RFC 6266 with RFC 8187's extended form)."""
    shown = "".join(char if char.isprintable() and char not in '"\\/' else "_" for char in name) or "original"
    plain = unicodedata.normalize("NFKD", shown).encode("ascii", "replace").decode()
    plain = re.sub(r"[^\w. ()+,=@-]", "_", plain)
    extended = quote(shown.encode("utf-8", "replace"), safe="")
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{extended}"
