"""Strict reading of what a request says: JSON and numbers, refused with a reason rather than guessed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from flask import abort, request

from kphotos.errors import Invalid

DEEPEST = 32
LARGEST = 2**63 - 1


def body(
    members: Mapping[str, type], *, required: Collection[str] | None = None, limit: int = 2**20
) -> dict[str, Any]:
    """The JSON object that was sent: only the named members, each of its type.

    Raises Invalid naming the member; 415 for another media type, 413 beyond `limit` bytes. All members
    are required unless `required` names fewer.
    """
    if request.mimetype != "application/json" or request.content_encoding:
        abort(415)
    request.max_content_length = limit
    found = json_value(request.get_data(cache=False))
    if not isinstance(found, dict):
        raise Invalid("body", "The body must be a JSON object.")
    if strange := sorted(found.keys() - members.keys()):
        raise Invalid(strange[0][:64], "There is no such member here.")
    for name in members if required is None else required:
        if name not in found:
            raise Invalid(name, "This member is missing.")
    for name, value in found.items():
        _typed(name, value, members[name])
    return found


def _typed(name: str, value: Any, wanted: type) -> None:
    if wanted is not object and (
        not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool)
    ):
        raise Invalid(name, f"This must be {_WORDS[wanted]}.")


_WORDS = {str: "a text", int: "a whole number", bool: "true or false", list: "a list", dict: "an object"}


def json_value(data: bytes) -> Any:
    """One JSON value out of bytes; refuses what JSON readers disagree about.

    Twins of a member, NaN and infinities, integers beyond 64 bits, unpaired surrogates, nesting beyond
    `DEEPEST` and anything that is not UTF-8 are Invalid("body").
    """
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer
        )
        if _depth(value) > DEEPEST:
            raise Invalid("body", f"The JSON is nested deeper than {DEEPEST} levels.")
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Invalid("body", "The body is not valid JSON.") from error
    return value


def _depth(value: Any) -> int:
    """How deep lists and objects nest, walked level by level so that no depth can exhaust the stack."""
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, (list, dict))]:
        depth += 1
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
    return depth


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Invalid("body", "A member of the JSON is there twice.")
    return found


def _constant(name: str) -> NoReturn:
    raise Invalid("body", f"{name} is not a number in JSON.")


def _integer(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) > LARGEST:
        raise Invalid("body", "A number is too large.")
    return int(digits)


def number(name: str, default: int | None = None, *, low: int = 0, high: int = LARGEST) -> int:
    """A whole number out of the query string, within bounds; Invalid otherwise."""
    text = request.args.get(name)
    if text is None:
        if default is None:
            raise Invalid(name, "This number is missing.")
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 20 and low <= int(text) <= high):
        raise Invalid(name, f"This must be a whole number from {low} to {high}.")
    return int(text)


def text(name: str, default: str = "", *, longest: int = 512) -> str:
    """A text out of the query string, not longer than `longest` characters and without control characters."""
    value = request.args.get(name, default)
    if len(value) > longest or any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise Invalid(name, f"This must be a text of at most {longest} characters.")
    return value
