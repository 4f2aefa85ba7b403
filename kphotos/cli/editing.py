"""`edit` and `undo`: one photo or many by their paths, through the same doors as the browser."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from kphotos.catalog import bulk
from kphotos.cli import photo
from kphotos.cli.changes import parse
from kphotos.cli.exits import FOUND, OK
from kphotos.cli.output import Output, Step
from kphotos.config import Settings
from kphotos.errors import NotFound
from kphotos.identity import accounts
from kphotos.identity.access import TERMINAL, Viewer
from kphotos.records import bulks
from kphotos.records.bulks import Line, Log
from kphotos.sidecar import bulk as sidecars
from kphotos.sidecar import edits
from kphotos.sidecar.bulk import Ask, Result, Shift
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync.core import names
from sync.core.fields import FIELDS
from sync.core.model import Change
from sync.errors import BadValue

_CHANGE = re.compile(r"[a-z_]+[+-]?=", re.DOTALL)
_SHIFT = re.compile(r"taken(?P<sign>[+-])=(?:(\d{1,5})d)?(?:(\d{1,4})h)?(?:(\d{1,4})m)?(?:(\d{1,5})s)?")
_SHOWN = 20


def add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Declare the commands of this module."""
    edit_ = commands.add_parser(
        "edit",
        parents=[common],
        help="change photos: field=value, tags+=Places/Paris, tags-=Old, taken+=1h30m; an empty value clears",
    )
    fields = ", ".join(["favourite", *(row.name for row in FIELDS.values() if row.editable)])
    edit_.add_argument(
        "words",
        nargs="+",
        metavar="PATH ... FIELD=VALUE",
        help=f"originals or folders inside a volume, then what shall be so; fields: {fields}",
    )
    edit_.add_argument("--recursive", action="store_true", help="also what is in the folders of a folder")
    edit_.add_argument("--as", dest="person", metavar="NAME", help="the account that the history shall name")
    edit_.set_defaults(run=edit)
    undo_ = commands.add_parser(
        "undo", parents=[common], help="take back an edit of many photos, where nobody has gone on from it"
    )
    undo_.add_argument("bulk", metavar="ID", help="as `edit` printed it, or a photo's history says")
    undo_.add_argument("--as", dest="person", metavar="NAME", help="the account that the history shall name")
    undo_.set_defaults(run=undo)


def edit(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Durable edits: when this returns, ledgers and XMPs are on disk; exit code 1 if any was refused."""
    paths, words = _sorted_out(arguments.words)
    person = photo.account_of(settings, arguments.person)
    asks = _asks(words, person)
    by = person or TERMINAL.id
    named = {place for path in paths for place in _photos(settings, path, recursive=arguments.recursive)}
    found = sorted(named, key=lambda one: (one[0].id, one[1]))
    is_one = len(paths) == 1 and not paths[0].is_dir() and not any(isinstance(one, Shift) for one in asks)
    if is_one:
        return _edit_one(found[0], words, settings, out, person)
    if not found:
        raise NotFound("There is no photo in there.", kept="Nothing was changed.")
    log, made = _edit_many(settings, found, asks, by, out)
    return _told(log, made, out)


def undo(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Exit code 1 if some photos have been changed since; they are listed with who did it.

    3 where all of it has been taken back already.
    """
    person = photo.account_of(settings, arguments.person)
    account = accounts.get(settings, person) if person else None
    viewer = TERMINAL
    if account is not None:
        viewer = Viewer(account.id, account.name, account.role)
    order = bulk.order_undo(settings, viewer, arguments.bulk)
    with out.progress("Taking back") as step:
        log = bulk.run(settings, order.id, tell=lambda log: step(log.done, order.total))
    return _told(log, order.id, out)


def _sorted_out(words: Sequence[str]) -> tuple[list[Path], list[str]]:
    paths = [Path(word) for word in words if not _CHANGE.match(word) or os.path.lexists(word)]
    changes = [word for word in words if Path(word) not in paths]
    if not paths or not changes:
        raise BadValue("edit", "needs a photo and what shall be so, as rating=4")
    return paths, changes


def _asks(words: Sequence[str], person: str | None) -> list[Ask]:
    shifts = [match for word in words if (match := _SHIFT.fullmatch(word)) and any(match.groups()[1:])]
    plain = [word for word in words if not any(match.string == word for match in shifts)]
    asks: list[Ask] = [*parse(plain, person=person)] if plain else []
    for match in shifts:
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
        size = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        asks.append(Shift(size if match["sign"] == "+" else -size))
    return asks


def _edit_one(
    place: tuple[Volume, str], words: Sequence[str], settings: Settings, out: Output, person: str | None
) -> int:
    volume, path = place
    changes = parse(words, person=person)
    edited = edits.edit(settings, volume, path, changes, by=person or TERMINAL.id)
    told = photo.document(edited.asset, volume.root / path)
    told["changed"] = sorted({change.field for change in changes})
    out.result(told, lambda: photo.print_document(told, photo.called(settings), out))
    return OK


def _photos(settings: Settings, path: Path, *, recursive: bool) -> Iterator[tuple[Volume, str]]:
    if not path.is_dir():
        yield volumes.at(settings, path)
        return
    root = path.expanduser().resolve()
    whole = next((one for one in volumes.every(settings) if one.root == root), None)
    volume, folder = (whole, "") if whole is not None else volumes.at(settings, root)
    for found in sidecars.photos_in(volume, folder, recursive=recursive):
        yield volume, found


def _edit_many(
    settings: Settings,
    found: Sequence[tuple[Volume, str]],
    asks: Sequence[Ask],
    by: str,
    out: Output,
) -> tuple[Log, str]:
    """Edit in this process; the order and its log make that it can be taken back, also after Ctrl-C."""
    order = bulks.made(by, [_json(one) for one in asks], len(found))
    bulks.save(settings, order, [])
    try:
        with out.progress("Writing") as step:
            _write(settings, order.id, found, asks, by, step)
    finally:
        bulks.add(settings, order.id, Line(over="done"))
    return bulks.log(settings, order.id), order.id


def _json(ask: Ask) -> dict[str, Any]:
    if isinstance(ask, Shift):
        return {"field": "taken", "op": "shift", "value": ask.seconds}
    assert isinstance(ask, Change)
    return {"field": ask.field, "op": ask.op, "value": ask.value}


def _write(
    settings: Settings,
    made: str,
    found: Sequence[tuple[Volume, str]],
    asks: Sequence[Ask],
    by: str,
    step: Step,
) -> None:
    done = 0
    for volume, places in groupby(found, key=lambda one: one[0]):
        items = [(path, asks) for _, path in places]
        for group in sidecars.edit_many(settings, volume, items, by=by, bulk=made):
            bulks.add(settings, made, _line(volume, group))
            done += len(group)
            step(done, len(found))


def _line(volume: Volume, group: Sequence[Result]) -> Line:
    well = [one for one in group if one.error is None and one.asset is not None]
    return Line(
        changed=[one.asset.id for one in well if one.is_changed and one.asset],
        unchanged=[one.asset.id for one in well if not one.is_changed and one.asset],
        refused=[
            ("", names.escape(str(volume.root / one.path)), one.error.code, one.error.message)
            for one in group
            if one.error is not None
        ],
    )


def _told(log: Log, made: str, out: Output) -> int:
    listed = [
        {"photo": name, "code": code, "message": message}
        for _, name, code, message in [*log.refused, *log.partly]
    ]
    told: dict[str, Any] = {
        "bulk": made,
        "changed": len(log.changed),
        "unchanged": len(log.unchanged),
        "refused": listed,
    }
    out.result(told, lambda: _print(told, out))
    return FOUND if listed else OK


def _print(told: dict[str, Any], out: Output) -> None:
    out.say(f"{told['changed']:,} photos changed, {told['unchanged']:,} were so already.")
    if told["refused"]:
        out.say(f"{len(told['refused']):,} were refused, or taken back only partly:")
        out.table(("photo", "why"), [(one["photo"], one["message"]) for one in told["refused"][:_SHOWN]])
    if len(told["refused"]) > _SHOWN:
        out.say(f"... and {len(told['refused']) - _SHOWN:,} more: --json lists all.")
    if told["changed"]:
        out.say(f"To take it back: kphotos undo {told['bulk']}")
