"""How a record lies on disk: one canonical JSON file, written whole and durably, never half."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kphotos import db
from kphotos.config import Settings
from kphotos.errors import Invalid

FORMAT = 1
LARGEST = 8 * 2**20
KINDS = re.compile(r"[a-z]{1,32}")
IDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_OWN = ("kphotos", "kind", "id", "revision", "data")


@dataclass(frozen=True, slots=True)
class Record:
    """One of K-Photos' own things; `revision` counts its saves from 1."""

    kind: str
    id: str
    revision: int
    data: Mapping[str, Any]
    extra: Mapping[str, Any] = field(default_factory=dict)


class Damaged(Exception):
    """The file is no record; `reason` is a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def path_of(settings: Settings, kind: str, record_id: str) -> Path:
    """The file of a record; Invalid if kind or id could not be a file's name."""
    if not KINDS.fullmatch(kind):
        raise Invalid("kind", f"{kind!r} is no kind of record.")
    if not IDS.fullmatch(record_id):
        raise Invalid("id", "An id has 1 to 64 letters, digits, hyphens or underscores.")
    return settings.storage_path / "records" / kind / f"{record_id}.json"


def read(path: Path) -> Record:
    """Parse a record; FileNotFoundError, or Damaged if it is anything else than a record of this name."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Damaged(f"It cannot be read: {error.strerror}.") from error
    if len(raw) > LARGEST:
        raise Damaged(f"It is larger than {LARGEST} bytes.")
    try:
        told = json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Damaged(f"It is not JSON: {error}.") from error
    return _checked(told, path)


def _checked(told: Any, path: Path) -> Record:
    if not isinstance(told, dict) or not isinstance(told.get("data"), dict):
        raise Damaged("It is JSON, but no record.")
    if not isinstance(told.get("kphotos"), int) or told["kphotos"] > FORMAT:
        raise Damaged("It was written by a newer K-Photos, or not by K-Photos.")
    if (told.get("kind"), told.get("id")) != (path.parent.name, path.stem):
        raise Damaged("It is a copy of another record: kind or id differ from its name.")
    revision = told.get("revision")
    if not isinstance(revision, int) or not 1 <= revision < 2**53:
        raise Damaged("Its revision is no count.")
    extra = {name: value for name, value in told.items() if name not in _OWN}
    return Record(path.parent.name, path.stem, revision, told["data"], extra)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def encode(record: Record) -> bytes:
    """The one form in which a record is written: sorted, indented, UTF-8, a newline at the end."""
    told = dict(record.extra) | {
        "kphotos": FORMAT,
        "kind": record.kind,
        "id": record.id,
        "revision": record.revision,
        "data": record.data,
    }
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
    return text.encode("utf-8") + b"\n"


def write(path: Path, data: bytes) -> None:
    """Replace a file: a power cut leaves the old content before this returns, the new one after."""
    _make_folder(path.parent)
    temp = path.with_name(f".{path.name}-{secrets.token_hex(6)}")
    try:
        descriptor = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temp.replace(path)
    except BaseException:
        temp.unlink(missing_ok=True)
        raise
    db.sync_folder(path.parent)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    db.sync_folder(folder.parent)
