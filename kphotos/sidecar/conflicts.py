"""Deciding what of one photo waits for a person: one durable edit that closes it everywhere.

Whoever decides names the dots that their page showed: what has changed since is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kphotos import errors
from kphotos.config import Settings
from kphotos.sidecar import edits, sites
from kphotos.sidecar.review import Row, rows
from kphotos.storage.volumes import Volume
from sync.codecs import xmp
from sync.core.model import OURS, Change, Key, Value
from sync.engine import Asset, Edited
from sync.errors import NotFound, Unreadable
from sync.ports import XMP_SUFFIX

KEPT = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Pick:
    """The choice with this number."""

    number: int


@dataclass(frozen=True, slots=True)
class Own:
    """A value of one's own; None clears."""

    value: Value


Decision = Pick | Own


class Outdated(errors.Conflict):
    """The candidates have changed since the page was made; `rows` are those of now."""

    def __init__(self, rows: tuple[Row, ...]) -> None:
        super().__init__("The values have changed since this page was made.", kept=KEPT)
        self.rows = rows


def look(settings: Settings, volume: Volume, path: str) -> tuple[Asset, tuple[Row, ...]]:
    """The photo as its files are now, and what of it waits; NotFound."""
    try:
        asset = sites.engine_of(settings, volume).look(path)
    except NotFound as error:
        raise edits.refused(error) from error
    return asset, rows(asset.ledger, asset.document.conflicts, tool=_tool(volume, asset))


def resolve(
    settings: Settings,
    volume: Volume,
    path: str,
    decisions: Mapping[Key, Decision],
    basis: Mapping[Key, Collection[str]],
    *,
    by: str | None,
) -> Edited:
    """Decide rows in one durable edit that has seen all their candidates; it closes them everywhere.

    `basis` holds the dots of each row decided on, as shown. Raises Outdated with the rows of now, and
    what `edits.edit` raises. The undo opens conflicts again; what was only dismissed stays so.
    """
    _, found = look(settings, volume, path)
    wanted = list(changes(found, decisions, basis))
    try:
        done = edits.edit(settings, volume, path, wanted, by=by)
    except errors.Conflict as error:
        if error.code != errors.Conflict.code:
            raise
        raise Outdated(look(settings, volume, path)[1]) from error
    dismissed = {row.key for row in found if not row.is_open and decisions.get(row.key) == Pick(1)}
    return Edited(done.asset, [step for step in done.undo if step.field not in dismissed])


def changes(
    found: Iterable[Row], decisions: Mapping[Key, Decision], basis: Mapping[Key, Collection[str]]
) -> Iterator[Change]:
    """The strict changes that carry decisions out; Outdated, or Invalid for what a row does not offer."""
    now = {row.key: row for row in found}
    for key, decision in decisions.items():
        if key not in now or set(basis.get(key, ())) != set(now[key].dots):
            raise Outdated(tuple(now.values()))
        row = now[key]
        value = decision.value if isinstance(decision, Own) else _picked(row, decision)
        seen = frozenset(row.dots)
        if row.element is not None:
            yield Change(row.field, "add" if value else "remove", row.element, seen, strict=True)
        elif value is None and not row.is_open and decision == Pick(1):
            yield Change(key, "remove" if row.choices[0].at is None else "clear", None, seen, strict=True)
        else:
            yield Change(key, "clear" if value is None else "set", value, seen, strict=True)


def _picked(row: Row, pick: Pick) -> Value:
    for choice in row.choices:
        if choice.number == pick.number:
            return choice.value
    raise errors.Invalid(row.key, f"There is no choice {pick.number} here.", kept=KEPT)


def _tool(volume: Volume, asset: Asset) -> str | None:
    """The program whose marks the photo's own XMP bears."""
    for path in asset.sidecars:
        if path.casefold().endswith(XMP_SUFFIX):
            try:
                told = xmp.read((volume.root / path).read_bytes()).tool
            except (OSError, Unreadable):
                continue
            if told not in (None, OURS):
                return told
    return None
