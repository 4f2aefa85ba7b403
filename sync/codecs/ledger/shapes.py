"""What the parts of a ledger are made of, checked: objects, lists, texts, dots, and what nobody knows yet."""

from __future__ import annotations

import re
from typing import Any

from sync.codecs.ledger.strict import shallow
from sync.core.dots import FORM, is_dot
from sync.core.model import Value
from sync.errors import Unreadable

_DOTS = re.compile(rf"(?:{FORM.pattern}\n)*")
_TEXT = frozenset({str, type(None)})
Json = dict[str, Any]


def bad(what: str) -> Unreadable:
    """Return the refusal of a part that has not its form."""
    return Unreadable(f"the ledger's {what} has not the form it should have")


def members(raw: Value, what: str) -> Json:
    """Return an object, or refuse."""
    if type(raw) is not dict:
        raise bad(what)
    return raw


def items(raw: Value, what: str) -> list[Any]:
    """Return a list, or refuse."""
    if type(raw) is not list:
        raise bad(what)
    return raw


def text(raw: Value, what: str) -> str | None:
    """Return a text or None, or refuse."""
    if raw is not None and type(raw) is not str:
        raise bad(what)
    return raw


def are_texts(*raw: Value) -> bool:
    """Whether each is a text or None."""
    return all(map(_TEXT.__contains__, map(type, raw)))


def are_dots(raw: list[Any]) -> bool:
    """Whether each is a dot: one look at all, since most of a ledger is dots."""
    try:
        lines = "\n".join([*raw, ""])
    except TypeError:
        return False
    return _DOTS.fullmatch(lines) is not None and lines.count("\n") == len(raw)


def dot(raw: Value, what: str) -> str:
    """Return a dot, or refuse."""
    if type(raw) is not str or not is_dot(raw):
        raise bad(what)
    return raw


def rest(raw: Json, known: frozenset[str]) -> Json:
    """Return the members that this K-Photos does not know, which are kept."""
    if raw.keys() <= known:
        return {}
    extra = {name: value for name, value in raw.items() if name not in known}
    shallow(extra)
    return extra
