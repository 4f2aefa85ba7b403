"""The latest lines of a photo's history, for people in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kphotos.cli import photo
from kphotos.cli.output import Output
from sync.core.draft import FAVOURITES, SETS
from sync.core.fields import FIELDS

SHOWN = 10
_LONGEST = 60
_LABELS = {FAVOURITES: "Favourite", "albums": "Album", "trash": "Trash"}


def print_history(lines: Sequence[Mapping[str, Any]], people: Mapping[str, str], out: Output) -> None:
    """The newest first, and how many more there are; `lines` as `show --json` has them, the oldest first."""
    if not lines:
        return
    newest = list(reversed(lines))[:SHOWN]
    rows = [
        (photo.when_text(line["at"]), photo.who_text(line, people), what_text(line, people), _bulk(line))
        for line in newest
    ]
    heads = ("when", "who", "what", "edit of many")
    width = len(heads) if any(row[-1] for row in rows) else len(heads) - 1
    out.say("\nhistory, the newest first")
    out.table(heads[:width], (row[:width] for row in rows))
    if len(lines) > SHOWN:
        out.say(f"... and {len(lines) - SHOWN:,} more: --json lists all.")


def what_text(line: Mapping[str, Any], people: Mapping[str, str]) -> str:
    """What one line says: field, from what to what, and what a repair notes."""
    name, _, element = line["field"].partition("/")
    label = FIELDS[name].label if name in FIELDS else _LABELS.get(name, name)
    was, now, note = line["from"], line["to"], line.get("note")
    if name == "*":
        return str(note)
    if name == FAVOURITES:
        element = people.get(element, element)
    what = f"{label} “{element}”" if element else label
    if note and was is None and now is None:
        return f"{what}: {note}"
    if name in SETS:
        done = f"{what} {'removed' if now is None else 'added'}"
    else:
        done = f"{what}: {_value(was)} → {_value(now)}"
    return f"{done} ({note})" if note else done


def _value(value: Any) -> str:
    if value is None:
        return "(nothing)"
    text = " ".join(photo.value_text(value).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _bulk(line: Mapping[str, Any]) -> str:
    return line.get("bulk") or ""
