"""The audit log: one JSON line per event in records/audit.jsonl, appended durably, never rewritten."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from typing import Any

from kphotos import db
from kphotos.config import Settings


def append(settings: Settings, event: str, by: str | None, **details: Any) -> None:
    """Write one event: a dotted name, the user's id (None: nobody signed in), and plain JSON details."""
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    line = json.dumps({"at": moment, "event": event, "by": by, **details}, sort_keys=True)
    path = settings.storage_path / "records" / "audit.jsonl"
    with db.in_turn(settings, "records"):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        fresh = not path.exists()
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "rb+", buffering=0) as file:
            # A crash may have cut the last line off: it stays as it is, and the next one stands alone.
            torn = file.seek(0, os.SEEK_END) > 0 and os.pread(file.fileno(), 1, file.tell() - 1) != b"\n"
            file.write((b"\n" if torn else b"") + line.encode("ascii") + b"\n")
            os.fsync(file.fileno())
        if fresh:
            db.sync_folder(path.parent)


def entries(settings: Settings) -> Iterator[dict[str, Any]]:
    """Every readable event, oldest first."""
    path = settings.storage_path / "records" / "audit.jsonl"
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict):
                yield entry
