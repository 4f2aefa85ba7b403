"""The content hash of an original, by which it is known wherever it lies."""

from __future__ import annotations

import hashlib

from sync.ports import FS

_CHUNK = 1 << 20


def hash_of(fs: FS, path: str) -> str:
    """The original read to its end: "sha256:" and 64 hexadecimal digits; OSError where it cannot be."""
    digest = hashlib.sha256()
    with fs.open(path) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"
