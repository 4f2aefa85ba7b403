"""Stamps: the name and the place in time of one edit.

A dot is 9 characters of base-36 milliseconds, 2 of a counter, `-`, and the node: random at each process
start with a digest of the photo's path, or a hash for edits that several sites must name alike. Dots
compare as text. Time in them chooses only what is shown first; which edit replaced which is never decided
by it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from hashlib import sha256

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LATEST_MS = 36**9 - 1
FORM = re.compile(r"[0-9a-z]{11}-[0-9a-z]{1,40}")
FIRST_SIGHT = "0" * 9
"""The time of whatever was found in a file before K-Photos had any history of it."""


def dot(ms: int, node: str, counter: int = 0) -> str:
    """Name an edit: `ms` since 1970 (clamped into 9 digits), `counter` below 1296."""
    return f"{_base36(min(max(ms, 0), LATEST_MS), 9)}{_base36(counter, 2)}-{node}"


def is_dot(text: str) -> bool:
    """Tell whether a text has the form of a dot, as whoever reads one out of another's file has to ask."""
    return FORM.fullmatch(text) is not None


def millis(at: str) -> int:
    """Return the dot's milliseconds since 1970, as its writer's clock had them."""
    return int(at[:9], 36)


def following(known: Collection[str], now_ms: int, node: str) -> str:
    """Name an edit made now by somebody who knows these dots: later than all, whatever the clock says.

    A ledger at the end of time (a clock gone mad) falls back on the counter, which keeps dots unique.
    """
    newest = max(known, default="")
    if not newest:
        return dot(now_ms, node)
    ms = millis(newest)
    if ms < LATEST_MS:
        return dot(max(now_ms, ms + 1), node)
    counter = int(newest[9:11], 36) + 1
    if counter < 1296:
        return dot(ms, node, counter)
    # Who names one after another knows but the last of them: it must not come out again.
    return dot(ms, hashed_node(node, newest, str(len(known))), 1295)


def hashed_node(*parts: str) -> str:
    """Return a node that everyone derives alike from the same text parts."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _base36(number: int, width: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text.rjust(width, "0")
