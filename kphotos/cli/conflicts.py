"""`conflicts list | show | resolve`: what waits for a person, decided from the terminal."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kphotos import index
from kphotos.cli import changes, photo
from kphotos.cli.exits import FOUND, OK
from kphotos.cli.output import Output
from kphotos.config import Settings
from kphotos.errors import Invalid
from kphotos.identity.access import TERMINAL
from kphotos.index import query
from kphotos.index.scope import EVERYTHING
from kphotos.sidecar import conflicts
from kphotos.sidecar.conflicts import Decision, Own, Pick
from kphotos.sidecar.review import Choice, Row, told
from kphotos.sidecar.suggesting import Suggestion
from kphotos.storage import volumes
from sync.core.fields import FIELDS
from sync.core.names import escape

_SIDES = {"agreed": "agreed before", "people": "K-Photos", "file": "the file"}
_REASONS = {
    "zone": "the only one with a time zone",
    "time": "tells the time too",
    "altitude": "the same place, with its altitude",
    "contains": "contains the others",
}
_WORD = re.compile(r"(?P<key>[a-z]+(?:/[^=]+)?)=(?:@(?P<number>[0-9]{1,3})|(?P<value>.*))", re.DOTALL)


def add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Declare the commands of this module."""
    group = commands.add_parser(
        "conflicts", parents=[common], help="where two programs disagree: list, show, resolve"
    )
    actions = group.add_subparsers(required=True, metavar="ACTION", title="actions")
    list_ = actions.add_parser("list", parents=[common], help="every photo that waits for a person")
    list_.set_defaults(run=list_conflicts)
    show_ = actions.add_parser("show", parents=[common], help="the values of one photo, each with its number")
    show_.set_defaults(run=show)
    resolve_ = actions.add_parser(
        "resolve", parents=[common], help="decide: title=@2 takes a listed value, title=Lake one of your own"
    )
    resolve_.set_defaults(run=resolve)
    for one in (show_, resolve_):
        one.add_argument("path", type=Path, metavar="PATH", help="the original, inside a volume")
    resolve_.add_argument(
        "choices", nargs="+", metavar="FIELD=@N|VALUE", help="@1, @2 … as `show` numbers them"
    )
    resolve_.add_argument(
        "--as", dest="person", metavar="NAME", help="the account that the history shall name"
    )


def list_conflicts(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Exit code 1 if anything waits."""
    names = {volume.id: volume for volume in volumes.every(settings)}
    with index.use(settings):
        groups = query.reviews(EVERYTHING)
        found = [one for review, count in groups for one in query.reviewed(EVERYTHING, review, limit=count)]
    listed = [
        {
            "id": one.id,
            "volume": one.volume,
            "path": one.path,
            "fields": _open(one.review),
            "put_back": _back(one.review),
        }
        for one in found
    ]
    rows = [
        (names[one.volume].name if one.volume in names else one.volume, one.path, _signature(one.review))
        for one in found
    ]
    out.result(
        {"conflicts": listed, "count": len(found)},
        lambda: out.table(("volume", "path", "what"), rows) if rows else out.say("All in step."),
    )
    return FOUND if found else OK


def show(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Read ledger and XMP now; writes nothing. Exit code 1 if anything waits."""
    volume, path = volumes.at(settings, arguments.path)
    _, rows = conflicts.look(settings, volume, path)
    document = {"path": escape(path), "volume": volume.id, "rows": [told(row) for row in rows]}
    out.result(document, lambda: _print(rows, photo.called(settings), out))
    return FOUND if rows else OK


def resolve(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """One durable edit; exit code 1 if something of the photo still waits, 3 if it changed meanwhile."""
    person = photo.account_of(settings, arguments.person)
    volume, path = volumes.at(settings, arguments.path)
    _, rows = conflicts.look(settings, volume, path)
    decisions = decided(arguments.choices, rows)
    basis = {row.key: row.dots for row in rows}
    by = person or TERMINAL.id
    done = conflicts.resolve(settings, volume, path, decisions, basis, by=by)
    _, left = conflicts.look(settings, volume, path)
    fields = done.asset.document.fields
    document = {
        "path": escape(path),
        "resolved": {key: fields[key].value if key in fields else None for key in sorted(decisions)},
        "rows": [told(row) for row in left],
    }
    out.result(document, lambda: _print_done(sorted(decisions), left, photo.called(settings), out))
    return FOUND if left else OK


def decided(words: Iterable[str], rows: Iterable[Row]) -> dict[str, Decision]:
    """What `field=@N` and `field=value` decide; Invalid names what cannot be."""
    open_ = {row.key for row in rows}
    found: dict[str, Decision] = {}
    for word in words:
        match = _WORD.fullmatch(word)
        if match is None:
            raise Invalid(word, "A choice looks like title=@2 or title=Lake.", kept=conflicts.KEPT)
        key = match["key"]
        if key not in open_ or key in found:
            why = (
                "is decided twice"
                if key in found
                else f"does not wait here: {', '.join(sorted(open_)) or 'nothing does'}"
            )
            raise Invalid(key, f"{key} {why}.", kept=conflicts.KEPT)
        found[key] = Pick(int(match["number"])) if match["number"] else Own(_own(key, match["value"]))
    return found


def _own(key: str, text: str) -> Any:
    if key in FIELDS:
        return changes.parse([f"{key}={text}"])[0].value
    if key.startswith("regions/"):
        return text
    raise Invalid(
        key, f"Of {key} one of the listed values is taken: write {key}=@1 or {key}=@2.", kept=conflicts.KEPT
    )


def _open(review: str) -> list[str]:
    return [name for name in review.split() if not name.startswith("~")]


def _back(review: str) -> list[str]:
    return [name[1:] for name in review.split() if name.startswith("~")]


def _signature(review: str) -> str:
    open_, back = (", ".join(FIELDS[name].label for name in part(review)) for part in (_open, _back))
    return "; ".join(
        part for part in (open_ and f"{open_}: differs", back and f"{back}: put back, not taken") if part
    )


def _print(rows: tuple[Row, ...], people: Mapping[str, str], out: Output) -> None:
    if not rows:
        out.say("All in step.")
        return
    out.table(("field", "", "value", "in", "who"), (cells for row in rows for cells in _cells(row, people)))
    for row in rows:
        if row.suggestion is not None:
            out.say(f"{row.key}=@{row.suggestion.number} is suggested: {_reason(row.suggestion)}.")


def _cells(row: Row, people: Mapping[str, str]) -> Iterable[tuple[str, ...]]:
    for place, one in enumerate(row.choices):
        name = row.key if place == 0 else ""
        where = "put back, not taken" if one.is_stale else _SIDES[one.side]
        yield name, f"@{one.number}", value_text(row, one), where, _who(one, people)


def value_text(row: Row, choice: Choice) -> str:
    """A choice's value for people."""
    if row.element is not None:
        return "there" if choice.value else "not there"
    if choice.value is None:
        return "(nothing)"
    return photo.value_text(choice.value)


def _who(one: Choice, people: Mapping[str, str]) -> str:
    by = one.via or people.get(one.by or "", one.by or "")
    when = photo.when_text(one.at) if one.at else ""
    return ", ".join(part for part in (by, when) if part)


def _reason(suggestion: Suggestion) -> str:
    if suggestion.newer_ms is None:
        return _REASONS[suggestion.reason]
    minutes = suggestion.newer_ms // 60_000
    days, hours = minutes // 1440, minutes // 60
    return "newer by " + (f"{days} d" if days else f"{hours} h" if hours else f"{minutes} min")


def _print_done(keys: list[str], left: tuple[Row, ...], people: Mapping[str, str], out: Output) -> None:
    out.say(f"Decided: {', '.join(keys)}. It is in ledger and XMP.")
    if left:
        _print(left, people, out)
