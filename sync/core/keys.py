"""Content taken apart into keys, each of which merges on its own, and short hashes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sync.core.fields import FIELDS, Kind
from sync.core.model import Content, Key, Value
from sync.core.values import digest

STANDS = "1"
"""The short hash of what has no value but to be there: an element of a set, a region."""

SET_FIELDS = frozenset(name for name, row in FIELDS.items() if row.kind is Kind.SET)


def keyed(content: Content) -> dict[Key, Value]:
    """Return key -> value of a content whose regions have ids."""
    values: dict[Key, Value] = {}
    for name, value in content.items():
        if value is None:
            continue
        if name in SET_FIELDS:
            for element in value:
                values[f"{name}/{element}"] = True
        elif name == "regions":
            for region in value:
                values.update(of_region(region["id"], region))
        else:
            values[name] = value
    return values


def of_region(name: str, region: Mapping[str, Value]) -> dict[Key, Value]:
    """Return key -> value of one region: that it stands, and each member."""
    values: dict[Key, Value] = {f"regions/{name}": True}
    values.update((f"regions/{name}/{part}", held) for part, held in region.items() if part != "id")
    return values


def hashed(values: Mapping[Key, Value]) -> dict[Key, str]:
    """Return key -> short hash, the form in which records keep contents."""
    return {key: STANDS if value is True else digest(value) for key, value in values.items()}


def pack(has: Mapping[Key, str]) -> bytes:
    """Return the bytes in which a memory keeps what was last seen at a path."""
    return json.dumps(dict(has), sort_keys=True, separators=(",", ":")).encode()


def unpack(data: bytes) -> dict[Key, str] | None:
    """Return what `pack` was given, None where a memory holds something else."""
    try:
        has = json.loads(data)
    except ValueError:
        return None
    return has if isinstance(has, dict) and all(isinstance(held, str) for held in has.values()) else None


def field_of(key: Key) -> str:
    """Return the field that a key belongs to."""
    return key.partition("/")[0]
