"""Questions about K-Photos' own records: users, volumes and whatever else lies under records/."""

from __future__ import annotations

import json
from typing import Any

from kphotos import db
from kphotos.errors import NotFound
from kphotos.index.records import name_key
from kphotos.index.tables import Record, User, Volume


def record(kind: str, id: str) -> dict[str, Any]:  # noqa: A002 - it is the record's id
    """One record's data; NotFound if there is none."""
    found = db.rows(Record.select(Record.data).where(Record.kind == kind, Record.id == id))
    if not found:
        raise NotFound(f"There is no such record of {kind}.")
    data: dict[str, Any] = json.loads(found[0][0])
    return data


def records(kind: str) -> dict[str, dict[str, Any]]:
    """Every record of a kind, by id."""
    query = Record.select(Record.id, Record.data).where(Record.kind == kind).order_by(Record.id)
    return {row[0]: json.loads(row[1]) for row in db.rows(query)}


def known() -> list[tuple[str, str]]:
    """Kind and id of every record that the index has."""
    query = Record.select(Record.kind, Record.id).order_by(Record.kind, Record.id)
    return [(row[0], row[1]) for row in db.rows(query)]


def user_ids(name: str) -> list[str]:
    """The accounts with this name, case folded; more than one only if files were copied by hand."""
    return [
        row[0] for row in db.rows(User.select(User.id).where(User.key == name_key(name)).order_by(User.id))
    ]


def user_count() -> int:
    """How many accounts there are: none means that the first one is still to be made."""
    return User.select().count()


def volume_ids() -> frozenset[str]:
    """Every registered volume."""
    return frozenset(row[0] for row in db.rows(Volume.select(Volume.id)))
