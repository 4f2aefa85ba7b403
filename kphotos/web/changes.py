"""A person's changes of one photo as JSON, there and back; decides what may be changed from a page."""

from __future__ import annotations

from typing import Any

from kphotos.catalog.favourites import FIELD as FAVOURITES
from kphotos.errors import Invalid
from sync.core.fields import FIELDS
from sync.core.model import Change

MOST = 100
_MEMBERS = {"field", "op", "value", "seen", "strict"}
_OPS = ("set", "clear", "add", "remove")
_KEPT = "Nothing was changed."


def from_json(found: list[Any], viewer: str) -> list[Change]:
    """The changes of a request; Invalid names the first member that is wrong.

    Editable fields only, and of the favourites only the viewer's own (an undo of theirs says so).
    """
    if not 1 <= len(found) <= MOST:
        raise Invalid("changes", f"One request holds 1 to {MOST} changes.", kept=_KEPT)
    return [_change(one, viewer) for one in found]


def _change(told: Any, viewer: str) -> Change:
    if not isinstance(told, dict) or not {"field", "op"} <= told.keys() <= _MEMBERS:
        raise Invalid("changes", "A change has field and op, and may have value, seen, strict.", kept=_KEPT)
    field, op, strict = told["field"], told["op"], told.get("strict", False)
    if not isinstance(field, str) or not _may_change(field, op, told.get("value"), viewer):
        raise Invalid(str(field)[:64], "This cannot be changed here.", kept=_KEPT)
    if op not in _OPS or not isinstance(strict, bool):
        raise Invalid(field, f"op is one of {', '.join(_OPS)}; strict is true or false.", kept=_KEPT)
    return Change(field, op, told.get("value"), _seen(field, told.get("seen")), strict)


def _may_change(field: str, op: Any, value: Any, viewer: str) -> bool:
    if field == FAVOURITES:
        # To set or clear this set would be to speak for everybody else.
        return op in ("add", "remove") and value in (viewer, [viewer])
    return field in FIELDS and FIELDS[field].editable


def _seen(field: str, dots: Any) -> frozenset[str] | None:
    if dots is None:
        return None
    if not isinstance(dots, list) or not all(isinstance(dot, str) and len(dot) <= 64 for dot in dots):
        raise Invalid(field, "seen is the list of dots that the page showed.", kept=_KEPT)
    return frozenset(dots)


def to_json(change: Change) -> dict[str, Any]:
    """A change as the page sends it back to undo."""
    told = {"field": change.field, "op": change.op, "value": change.value, "strict": change.strict}
    return told if change.seen is None else {**told, "seen": sorted(change.seen)}
