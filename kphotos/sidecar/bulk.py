"""Many photos of one volume changed at once: durable in groups, each group then brought into the index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from kphotos import errors
from kphotos.config import Settings
from kphotos.runtime import room
from kphotos.sidecar import intake, layers, originals, replaced, sites
from kphotos.sidecar.beneath import beneath
from kphotos.sidecar.edits import refused, told_later
from kphotos.sidecar.replaced import Shown
from kphotos.storage.volumes import Volume
from sync import errors as refusals
from sync.core.draft import SETS
from sync.core.fields import FIELDS
from sync.core.keys import field_of
from sync.core.model import Change, Content
from sync.core.undo import Since, undo_of
from sync.engine import Asset, Wanted
from sync.osfs import OsFS
from sync.pairing.names import kind_of
from sync.ports import FILE, join
from sync.scan.walk import rules_for, walk

_KEPT = "Nothing was changed."
NOT_SHOWN: Mapping[str, Shown] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Shift:
    """Move the capture time by seconds; its zone stays as it is."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back what a bulk edit did, where that still stands; `people` are names by account's id."""

    bulk: str
    people: Mapping[str, str] = field(default_factory=dict)


class Replaced(refusals.Conflict):
    """Another file lies there than the one that whoever ordered this was shown."""


Ask = Change | Shift | Undo


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one photo: as it is now, or why nothing was changed. `left`: what stays of an undo."""

    path: str
    asset: Asset | None = None
    error: errors.KPhotosError | None = None
    is_changed: bool = False
    left: str | None = None


def photos_in(volume: Volume, folder: str, *, recursive: bool) -> Iterator[str]:
    """The paths of the originals in a folder of a volume (and below it) that are not left out by a rule."""
    fs = OsFS(volume.root)
    rules = rules_for(fs, folder)
    for listing in walk(fs, {}, folder, rules) if rules is not None else ():
        for entry in listing.wanted():
            if entry.kind == FILE and kind_of(entry.name) is not None:
                yield join(listing.folder, entry.name)
        if not recursive:
            return


def edit_many(
    settings: Settings,
    volume: Volume,
    items: Sequence[tuple[str, Sequence[Ask]]],
    *,
    by: str,
    bulk: str | None,
    shown: Mapping[str, Shown] = NOT_SHOWN,
) -> Iterator[list[Result]]:
    """Change many photos; each group of results is durable on disk and in the index when it is given.

    An item is a path and what is asked for it; a photo in whose history `bulk` stands is not changed again.
    What cannot be done to one photo is its `error`, such as that it is not the file that was `shown`.
    Raises what `edits.edit` does of a whole volume.
    """
    left: dict[str, str] = {}
    room.require(settings)
    wanted = [(path, _wanted(volume, asks, bulk, left, shown.get(path))) for path, asks in items]
    try:
        for group in sites.engine_of(settings, volume).edit_many(wanted, by, bulk):
            with told_later(settings, volume):
                intake.project_many(settings, volume, [one.asset for one in group if one.asset is not None])
            for one in group:
                if isinstance(one.refused, Replaced):
                    with suppress(refusals.SyncError):
                        replaced.tell(settings, volume, one.path)
            yield [
                Result(
                    one.path,
                    one.asset,
                    refused(one.refused) if one.refused is not None else None,
                    one.is_changed or one.was_done,
                    left.get(one.path),
                )
                for one in group
            ]
    except refusals.SyncError as error:
        raise refused(error) from error


def _wanted(
    volume: Volume, asks: Sequence[Ask], bulk: str | None, left: dict[str, str], shown: Shown | None
) -> Wanted:
    """The changes of one photo, by what it is under the lock."""

    def changes(asset: Asset) -> list[Change]:
        stat = asset.original.stat
        if shown is not None and replaced.is_replaced(shown, stat.size, stat.mtime_ns):
            raise Replaced(replaced.REASON)
        below = _once(lambda: _below(volume, asset))
        found: list[Change] = []
        for ask in asks:
            if isinstance(ask, Shift):
                found.append(_shifted(asset, below, ask))
            elif isinstance(ask, Undo):
                found += _undoing(asset, ask, bulk, left)
            else:
                found += [*_lifting(asset, below, ask), ask]
        return [
            replace(one, bulk=bulk) if one.seen is not _LIFTED else replace(one, seen=None) for one in found
        ]

    return changes


_LIFTED = frozenset({"lifted"})


def _lifting(asset: Asset, below: Callable[[], Content], ask: Change) -> list[Change]:
    """A set that so far only the original itself has, before it is changed (see `edits`).

    It is no part of the bulk edit, which is taken back without it: what the original says stays to be seen.
    """
    if ask.field not in SETS & FIELDS.keys():
        return []
    if not layers.is_bare(asset, ask.field) or not below().get(ask.field):
        return []
    return [Change(ask.field, "add", list(below()[ask.field]), _LIFTED)]


def _shifted(asset: Asset, below: Callable[[], Content], ask: Shift) -> Change:
    shown = asset.document.fields.get("taken")
    taken: Any = shown.value if shown is not None else below().get("taken")
    try:
        moved = datetime.fromisoformat(taken["local"]) + timedelta(seconds=ask.seconds)
    except (TypeError, KeyError):
        raise refusals.BadValue("taken", "it has no date that could be shifted") from None
    except (ValueError, OverflowError):
        raise refusals.BadValue("taken", "its date is not exact enough to be shifted") from None
    if "T" not in taken["local"]:
        raise refusals.BadValue("taken", "its date has no time of day that could be shifted")
    return Change("taken", "set", {**taken, "local": _written(moved)})


def _written(moment: datetime) -> str:
    return (
        moment.isoformat(timespec="microseconds").rstrip("0").rstrip(".")
        if moment.microsecond
        else moment.isoformat()
    )


def _undoing(asset: Asset, ask: Undo, bulk: str | None, left: dict[str, str]) -> Sequence[Change]:
    found = undo_of(asset.ledger, ask.bulk, under=bulk)
    if found.refused:
        left[asset.path] = " ".join(_since(one, ask.people) for one in found.refused)
        if not found.changes:
            raise refusals.Conflict(left[asset.path])
    elif not found.changes:
        raise refusals.Conflict("its history does not tell of this edit any more")
    return found.changes


def _since(since: Since, people: Mapping[str, str]) -> str:
    row = FIELDS.get(field_of(since.key))
    name = row.label if row is not None else "Favourite"
    element = since.key.partition("/")[2] if row is not None and "/" in since.key else ""
    what = f"{name} “{element}”" if element else name
    who = people.get(since.by or "") or since.via
    return f"{what} has been changed since, by {who}." if who else f"{what} has been changed since."


def _below(volume: Volume, asset: Asset) -> Content:
    told = beneath(originals.embedded_of(volume, [asset])[0], asset.takeout)
    return {name: value for name, (value, _) in told.items()}


def _once(read: Callable[[], Content]) -> Callable[[], Content]:
    """What lies beneath the sidecars, read at most once and only if somebody asks."""
    found: list[Content] = []

    def content() -> Content:
        if not found:
            found.append(read())
        return found[0]

    return content
