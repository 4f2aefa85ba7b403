"""K-Photos' own things (users, volumes, albums ...) as files: durable first, projected into the index then.

A record that cannot be parsed is kept, shown as a problem, and never overwritten. Copies that a file-sync
tool leaves in conflict are shown and never joined: add-wins would bring a revoked right back.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kphotos import db, index
from kphotos.config import Settings
from kphotos.errors import Conflict, Invalid, NotFound, Unavailable
from kphotos.index import projection
from kphotos.index import records as recorded
from kphotos.index.rows import Change, Cleared, ProblemRow, RecordRow
from kphotos.records import files
from kphotos.records.files import Record

__all__ = ["Record", "catch_up", "changes", "changes_at", "every", "is_empty", "load", "remove", "save"]

LOG = logging.getLogger(__name__)


def load(settings: Settings, kind: str, record_id: str) -> Record | None:
    """One record from disk, None if there is none; Unavailable if its file is damaged."""
    path = files.path_of(settings, kind, record_id)
    try:
        return files.read(path)
    except FileNotFoundError:
        return None
    except files.Damaged as error:
        raise Unavailable(
            f"The record {kind}/{record_id} is damaged: {error.reason}",
            code="record_damaged",
            kept="The file is kept as it is.",
        ) from error


def every(settings: Settings, kind: str) -> list[Record]:
    """Every readable record of a kind from disk, by id."""
    found = []
    for path in _paths(settings, kind):
        try:
            found.append(files.read(path))
        except FileNotFoundError:
            continue
        except files.Damaged as error:
            LOG.warning("The record %s/%s is skipped: %s", kind, path.stem, error.reason)
    return found


def is_empty(settings: Settings, kind: str) -> bool:
    """Whether there is no file at all of this kind, a damaged one included (asked before a first setup)."""
    folder = settings.storage_path / "records" / kind
    return not folder.is_dir() or not any(not path.name.startswith(".") for path in folder.iterdir())


def save(
    settings: Settings, kind: str, record_id: str, data: Mapping[str, Any], *, expect: int | None = None
) -> Record:
    """Write a record durably, then project it; the record with its new revision.

    `expect` is the revision the caller had read (0: there must be none); Conflict if it is another.
    None writes over whatever is there. Raises Invalid if the data is not JSON, Unavailable if the file
    on disk is damaged: it is never overwritten.
    """
    path = files.path_of(settings, kind, record_id)
    with db.in_turn(settings, "records"):
        before = load(settings, kind, record_id)
        revision = before.revision if before is not None else 0
        if expect is not None and expect != revision:
            raise Conflict(
                f"The record {kind}/{record_id} has changed meanwhile.", kept="Nothing was written."
            )
        record = Record(kind, record_id, revision + 1, data, before.extra if before is not None else {})
        files.write(path, _encoded(record))
        # What was written is read back: the index never holds what the disk does not.
        record = files.read(path)
        _project(settings, _rows(record))
    return record


def remove(settings: Settings, kind: str, record_id: str, *, expect: int | None = None) -> None:
    """Delete a record durably; NotFound if there is none, Conflict if it is another revision."""
    path = files.path_of(settings, kind, record_id)
    with db.in_turn(settings, "records"):
        before = load(settings, kind, record_id)
        if before is None:
            raise NotFound(f"There is no record {kind}/{record_id}.")
        if expect is not None and expect != before.revision:
            raise Conflict(
                f"The record {kind}/{record_id} has changed meanwhile.", kept="Nothing was removed."
            )
        path.unlink()
        db.sync_folder(path.parent)
        _project(settings, [RecordRow(kind, record_id)])


def changes(settings: Settings) -> Iterator[Change]:
    """Everything under records/ as it is to be projected: for a rebuild."""
    root = settings.storage_path / "records"
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if folder.is_dir() and files.KINDS.fullmatch(folder.name):
            for path in sorted(folder.iterdir()):
                if not path.name.startswith("."):
                    yield from _changes_of(path)


def catch_up(settings: Settings) -> None:
    """Project every record, and drop those whose files are gone: for a start, when files may have changed.

    Raises IndexMissing if there is no index: then a rebuild does the same.
    """
    with index.use(settings):
        known = recorded.known()
    gone = [RecordRow(kind, key) for kind, key in known if not files.path_of(settings, kind, key).exists()]
    projection.project(settings, [*changes(settings), *gone])


def changes_at(settings: Settings, place: str) -> list[Change]:
    """The same for one file, named as in `index.projection.place`: "records/users/….json"."""
    return list(_changes_of(settings.storage_path / place))


def _changes_of(path: Path) -> Iterable[Change]:
    place = f"records/{path.parent.name}/{path.name}"
    if path.suffix != ".json" or not files.IDS.fullmatch(path.stem):
        reason = "It is no record's name: perhaps a copy that a file-sync tool left in conflict."
        return [ProblemRow("", place, "foreign", reason, "The file is kept and not used.")]
    try:
        return _rows(files.read(path))
    except FileNotFoundError:
        return [RecordRow(path.parent.name, path.stem), Cleared("", place)]
    except files.Damaged as error:
        # What the index may know of it from before goes as well: a rebuild could not know it either (I2).
        return [
            RecordRow(path.parent.name, path.stem),
            ProblemRow("", place, "unreadable", error.reason, "The file is kept and not used."),
        ]


def _rows(record: Record) -> list[Change]:
    return [
        RecordRow(record.kind, record.id, record.revision, record.data),
        Cleared("", f"records/{record.kind}/{record.id}.json"),
    ]


def _project(settings: Settings, rows: Iterable[Change]) -> None:
    # The file is durable and is the truth. An index that cannot be reached now is rebuilt from it, or
    # brought up to date at the next start.
    try:
        projection.project(settings, rows)
    except Unavailable as error:
        LOG.warning("A record was saved but not yet projected: %s", error)


def _paths(settings: Settings, kind: str) -> list[Path]:
    folder = files.path_of(settings, kind, "any").parent
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.glob("*.json") if files.IDS.fullmatch(path.stem))


def _encoded(record: Record) -> bytes:
    try:
        data = files.encode(record)
        json.loads(data)
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid(
            "data", f"It cannot be written as JSON: {error}.", kept="Nothing was written."
        ) from error
    if len(data) > files.LARGEST:
        raise Invalid("data", "The record would be too large.", kept="Nothing was written.")
    return data
