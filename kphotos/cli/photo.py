"""`show`: one photo by its path on disk."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kphotos.cli import history
from kphotos.cli.exits import FOUND, OK
from kphotos.cli.output import Output
from kphotos.config import Settings
from kphotos.errors import NotFound
from kphotos.identity import accounts
from kphotos.identity.access import TERMINAL
from kphotos.sidecar import layers, sites
from kphotos.storage import embedded, volumes
from sync.core import names
from sync.core.dots import FIRST_SIGHT, millis
from sync.core.fields import FIELDS
from sync.engine import Asset

SOURCES = {
    "people": "K-Photos",
    "tool": "sidecar",
    "takeout": "Google Takeout",
    "embedded": "the file itself",
    "none": "",
}


def add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Declare the commands of this module."""
    show_ = commands.add_parser(
        "show",
        parents=[common],
        help="what K-Photos believes of one photo, each value with its source; writes nothing",
    )
    show_.add_argument("path", type=Path, metavar="PATH", help="the original, inside a volume")
    show_.set_defaults(run=show)


def show(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Read original and sidecars now, not the index; exit code 1 if the photo has problems or conflicts."""
    volume, path = volumes.at(settings, arguments.path)
    asset = sites.engine_of(settings, volume).look(path)
    told = document(asset, volume.root / path)

    def people() -> None:
        print_document(told, called(settings), out)
        history.print_history(told["history"], called(settings), out)

    out.result(told, people)
    return FOUND if told["problems"] or told["conflicts"] else OK


def document(asset: Asset, original: Path) -> dict[str, Any]:
    """The asset as `show --json` prints it: fields with value, source, who, by which program, when."""
    row = layers.row_of(asset, embedded.read(original))
    return {
        "id": asset.id,
        "volume": asset.volume,
        "path": names.escape(asset.path),
        "kind": row.kind,
        "size": row.size,
        "width": row.width,
        "height": row.height,
        "fields": row.document["fields"],
        "favourites": sorted(row.favourites),
        "conflicts": sorted(asset.document.conflicts),
        "sidecars": [names.escape(path) for path in asset.sidecars],
        "takeout": row.document.get("takeout", []),
        "history": layers.history(asset),
        "problems": [
            {"path": names.escape(one.path), "kind": one.kind, "reason": one.reason, "kept": one.kept}
            for one in asset.problems
        ],
        "pending": asset.pending,
    }


def value_text(value: Any) -> str:
    """A field's value for people."""
    if isinstance(value, Mapping):
        if "local" in value:
            return f"{value['local']}{value.get('offset') or '  (zone unknown)'}"
        if "lat" in value:
            height = value.get("alt")
            return f"{value['lat']}, {value['lon']}" + ("" if height is None else f", {height} m")
        return ", ".join(str(part) for part in value.values())
    if isinstance(value, list | tuple):
        return ", ".join(
            part if isinstance(part, str) else json.dumps(part, ensure_ascii=False) for part in value
        )
    return "(cleared)" if value is None else str(value)


def called(settings: Settings) -> dict[str, str]:
    """What to call whoever the history names: accounts by id, and the terminal."""
    return {TERMINAL.id: TERMINAL.name, **{one.id: one.name for one in accounts.everyone(settings)}}


def print_document(told: Mapping[str, Any], people: Mapping[str, str], out: Output) -> None:
    """The same for people."""
    size = f"{told['width']} × {told['height']}, " if told["width"] else ""
    out.say(f"{told['path']}  ({told['kind']}, {size}{told['size']:,} bytes)\n")
    rows = []
    for name, field in told["fields"].items():
        mark = "conflict: " if field["conflict"] else ""
        shown = mark + value_text(field["value"])
        rows.append((FIELDS[name].label, shown, SOURCES[field["source"]], who_text(field, people)))
        for other in field.get("candidates", []):
            if other["at"] != field.get("at"):
                rows.append(("", f"  or: {value_text(other['value'])}", "", who_text(other, people)))
    out.table(("field", "value", "said by", "who"), rows)
    for path in told["sidecars"]:
        out.say(f"sidecar  {path}")
    if told["takeout"]:
        out.say(f"takeout  was {', '.join(told['takeout'])} at Google")
    for problem in told["problems"]:
        out.say(f"problem  {problem['path']}: {problem['reason']}  {problem['kept']}")
    if told["pending"]:
        out.say("pending  the XMP will be written as soon as it can be")


def when_text(at: str) -> str:
    """When a dot was made, by this machine's clock; nothing of what was found at first sight."""
    if at.startswith(FIRST_SIGHT):
        return ""
    return f"{datetime.fromtimestamp(millis(at) / 1000, UTC).astimezone():%Y-%m-%d %H:%M}"


def who_text(said: Mapping[str, Any], people: Mapping[str, str]) -> str:
    """Who said it, and through which program."""
    who = people.get(said.get("by") or "", "")
    return " ".join(part for part in (who, said.get("via") and f"through {said['via']}") if part)


def account_of(settings: Settings, name: str | None) -> str | None:
    """The id of the account with this name, None where no name is given; NotFound."""
    if name is None:
        return None
    account = accounts.named(settings, name)
    if account is None:
        raise NotFound(f"There is no account named {name!r}.")
    return account.id
