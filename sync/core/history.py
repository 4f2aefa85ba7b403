"""What the lines of a ledger's history tell of contents that its records have forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from sync.core.fields import FIELDS
from sync.core.keys import field_of, hashed
from sync.core.model import Key, Past, Record


def forgotten(
    lines: Iterable[Past], newer: Record, older: Record | None
) -> list[tuple[str, Mapping[Key, str]]]:
    """The contents that an XMP had between two records of it, each with the dot of the edit that ended it.

    The newest first. Each is what it was before one more edit, so far as the history goes back; of a long
    text it has only the beginning, whose hash is then another.
    """
    after = older.id if older else ""
    told = [line for line in lines if after < line.at < newer.id and not line.note]
    told = [line for line in told if field_of(line.field) in FIELDS]
    has = dict(newer.has)
    contents: list[tuple[str, Mapping[Key, str]]] = []
    for at, edit in groupby(sorted(told, key=lambda line: line.at, reverse=True), key=lambda line: line.at):
        for line in edit:
            has.pop(line.field, None)
            if line.was is not None:
                has |= hashed({line.field: line.was})
        contents.append((at, dict(has)))
    return contents
