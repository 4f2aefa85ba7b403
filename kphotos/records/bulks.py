"""Bulk edits as files: an order that is written once, and a log to which each finished group is added.

`bulks/<id>.json` says who wanted what, `bulks/<id>.ids` of which photos, `bulks/<id>.log` what has become of
them, a line for each group, durable before anybody is told. What no line says is still to be done, by
whichever process.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kphotos import db
from kphotos.config import Settings
from kphotos.errors import NotFound
from kphotos.records import files

KEPT = 200
"""Orders kept, the newest; what they did stays in the photos' histories."""

_CANCELLED = ".cancel"


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants of many photos (`total`). `changes` are JSON as the API takes them.

    `by` is an account's id, or what stands for the terminal. `undoes` is the bulk edit that this takes back.
    """

    id: str
    by: str
    made_ms: int
    changes: Sequence[Mapping[str, Any]]
    total: int
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What has become of one group: ids of assets; `refused` are (id, name, code, sentence).

    `mine`: those whose change went into the person's own record. `partly` are as `refused`, of photos of
    which only some fields could be taken back. `over`: nothing more is done, "done" or "cancelled".
    """

    changed: Sequence[str] = ()
    unchanged: Sequence[str] = ()
    refused: Sequence[Sequence[str]] = ()
    partly: Sequence[Sequence[str]] = ()
    mine: Sequence[str] = ()
    over: str | None = None


@dataclass(slots=True)
class Log:
    """All lines of an order's log, joined."""

    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[Sequence[str]] = field(default_factory=list)
    partly: list[Sequence[str]] = field(default_factory=list)
    mine: list[str] = field(default_factory=list)
    over: str | None = None

    @property
    def done(self) -> int:
        """How many photos have been dealt with."""
        return len(self.changed) + len(self.unchanged) + len(self.refused)

    def take(self, line: Line) -> None:
        """Go on by one line."""
        for name in ("changed", "unchanged", "refused", "partly", "mine"):
            getattr(self, name).extend(getattr(line, name))
        self.over = line.over or self.over

    def seen(self) -> set[str]:
        """The assets that have been dealt with."""
        return {*self.changed, *self.unchanged, *(one[0] for one in self.refused)}


def new_id() -> str:
    """The id of a new bulk edit: 16 hex digits."""
    return secrets.token_hex(8)


def save(settings: Settings, order: Order, items: Sequence[str]) -> None:
    """Write an order and the ids of its assets, durably; the oldest are forgotten beyond `KEPT`."""
    path = _path(settings, order.id)
    files.write(path.with_suffix(".ids"), "".join(f"{item}\n" for item in items).encode())
    files.write(path, json.dumps(asdict(order), ensure_ascii=False).encode())
    for path in _orders(settings)[KEPT:]:
        for suffix in (".json", ".ids", ".log", _CANCELLED):
            path.with_suffix(suffix).unlink(missing_ok=True)


def load(settings: Settings, bulk: str) -> Order:
    """An order; NotFound for one that never was, or is long ago."""
    if files.IDS.fullmatch(bulk) is None:
        raise NotFound("There is no such edit.")
    try:
        return Order(**json.loads(_path(settings, bulk).read_bytes()))
    except (FileNotFoundError, ValueError, TypeError) as error:
        raise NotFound("There is no such edit any more.") from error


def items(settings: Settings, bulk: str) -> list[str]:
    """The ids of the assets that an order is for."""
    return _path(settings, bulk).with_suffix(".ids").read_text(encoding="ascii").split()


def recent(settings: Settings, most: int = 50) -> Iterator[Order]:
    """Orders, the newest first."""
    for path in _orders(settings)[:most]:
        try:
            yield load(settings, path.stem)
        except NotFound:
            continue


def add(settings: Settings, bulk: str, line: Line) -> None:
    """Add a line to a log, durably."""
    told = {name: value for name, value in asdict(line).items() if value}
    path = _path(settings, bulk).with_suffix(".log")
    is_new = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        # A line that a power cut left half is ended here, and is no line.
        file.write(b"\n" + json.dumps(told, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        db.sync_folder(path.parent)


def log(settings: Settings, bulk: str) -> Log:
    """What has become of an order so far."""
    found = Log()
    try:
        data = _path(settings, bulk).with_suffix(".log").read_bytes()
    except FileNotFoundError:
        return found
    for raw in data.splitlines():
        try:
            line = Line(**json.loads(raw))
        except (ValueError, TypeError):
            continue
        found.take(line)
    # Whoever took over from a process that was not dead after all may have said the same.
    found.changed, found.unchanged, found.mine = (
        list(dict.fromkeys(ids)) for ids in (found.changed, found.unchanged, found.mine)
    )
    found.refused, found.partly = (
        list({(one[0], one[1]): one for one in listed}.values()) for listed in (found.refused, found.partly)
    )
    return found


def cancel(settings: Settings, bulk: str) -> None:
    """Let whoever does it stop after the group that it is at."""
    _path(settings, bulk).with_suffix(_CANCELLED).touch(mode=0o600)


def is_cancelled(settings: Settings, bulk: str) -> bool:
    """Whether somebody has asked for that."""
    return _path(settings, bulk).with_suffix(_CANCELLED).exists()


def made(by: str, changes: Sequence[Mapping[str, Any]], total: int, undoes: str | None = None) -> Order:
    """A new order, not yet saved."""
    return Order(new_id(), by, time.time_ns() // 1_000_000, changes, total, undoes)


def _path(settings: Settings, bulk: str) -> Path:
    return settings.storage_path / "bulks" / f"{bulk}.json"


def _orders(settings: Settings) -> list[Path]:
    folder = settings.storage_path / "bulks"
    found = (
        [path for path in folder.glob("*.json") if not path.name.startswith(".")] if folder.is_dir() else []
    )
    return sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True)
