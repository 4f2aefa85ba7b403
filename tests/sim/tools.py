"""Other people's programs: they know nothing of ledgers, leave no stamps, and write as real ones do."""

from __future__ import annotations

import re
from typing import Any, Protocol

from sync.codecs import xmp
from sync.core.sources import resolve

MARK = re.compile(rb"\s*<kphotos:mark>[^<]*</kphotos:mark>|\s*kphotos:mark=\"[^\"]*\"")


class Disk(Protocol):
    """The hands that a tool writes with."""

    def put(self, path: str, data: bytes) -> None: ...
    def replace(self, path: str, data: bytes) -> None: ...
    def read(self, path: str) -> bytes: ...


class FakeTool:
    """A program that edits one XMP.

    `stale`: it writes the whole of its own database, which it filled when it was made or last told to
    `refresh`. `drops_mark`: it rewrites the file without properties that it does not know. `in_place`
    as darktable and digiKam write, else temp and rename as exiftool does.
    """

    def __init__(
        self, disk: Disk, path: str, *, stale: bool = False, drops_mark: bool = False, in_place: bool = True
    ) -> None:
        self._disk, self._path = disk, path
        self._stale, self._drops_mark, self._in_place = stale, drops_mark, in_place
        self._database: dict[str, Any] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read the file into the database."""
        try:
            self._database = content_of(self._disk.read(self._path))
        except (FileNotFoundError, KeyError):
            self._database = {}

    def set(self, **fields: Any) -> None:
        """Edit fields (None: remove) and write the file."""
        if not self._stale:
            self.refresh()
        self._write(self.compose(**fields))

    def compose(self, **fields: Any) -> bytes:
        """Edit fields in the database alone; the bytes that it would write now."""
        self._database = {k: v for k, v in {**self._database, **fields}.items() if v is not None}
        try:
            old: bytes | None = self._disk.read(self._path)
        except (FileNotFoundError, KeyError):
            old = None
        mark = (xmp.read(old).mark if old else None) or "tool"
        data = xmp.write(old, self._database, mark)
        return data if mark != "tool" and not self._drops_mark else MARK.sub(b"", data)

    def tear(self) -> None:
        """Begin to write in place and be interrupted half-way."""
        data = self.compose()
        self._disk.put(self._path, data[: len(data) // 2])

    def _write(self, data: bytes) -> None:
        if self._in_place:
            self._disk.put(self._path, data)
        else:
            self._disk.replace(self._path, data)


def content_of(data: bytes) -> dict[str, Any]:
    """What a fresh reader makes of an XMP."""
    return dict(resolve(xmp.read(data).sources))
