"""From the JSON of a ledger to the `Ledger`: every part checked, unknown members kept beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sync.codecs.ledger.past import history, records
from sync.codecs.ledger.shapes import Json, are_dots, are_texts, bad, dot, items, members, rest, text
from sync.codecs.ledger.strict import parse, shallow
from sync.core.albums import titled
from sync.core.draft import SETS
from sync.core.fields import FIELDS
from sync.core.identity import is_id
from sync.core.model import SCHEMA, Candidate, Fingerprint, Ledger, Membership, Region, Value
from sync.core.regions import part_in_form
from sync.core.values import kept
from sync.errors import NewerSchema, Unreadable

_HASH = re.compile(r"sha256:[0-9a-f]{64}")


def read(data: bytes) -> Ledger:
    """Return the ledger in a file's bytes; raises Unreadable with the reason, or NewerSchema."""
    top = parse(data)
    schema = top.pop("kphotos", None)
    if type(schema) is not int or schema < 1:
        raise Unreadable("the ledger does not say which schema it has")
    if schema > SCHEMA:
        raise NewerSchema(schema)
    met: list[str] = []
    held = {name: part(top.pop(name), met) for name, part in _PARTS.items() if name in top}
    if "id" not in held:
        raise Unreadable("the ledger has no id")
    shallow(top)
    met.extend(held.pop("seen", ()))
    return Ledger(seen=_seen(met), extra=top, schema=schema, **held)


def _seen(met: list[str]) -> frozenset[str]:
    """Check all dots at once; what stands has been seen, even where a hand-made ledger forgot to say so."""
    if not are_dots(met):
        raise bad("list of dots")
    return frozenset(met)


def _asset(raw: Value, met: list[str]) -> Fingerprint | None:
    if raw is None:
        return None
    asset = members(raw, "asset")
    digest, size = asset.get("hash"), asset.get("size")
    if (
        type(size) is not int
        or size < 0
        or not (digest is None or _HASH.fullmatch(text(digest, "hash") or ""))
    ):
        raise bad("asset")
    return Fingerprint(digest, size, rest(asset, frozenset({"hash", "size"})))


def _id(raw: Value, met: list[str]) -> str:
    if type(raw) is not str or not is_id(raw):
        raise bad("id")
    return raw


_CANDIDATE = frozenset({"v", "at", "from", "by", "via"})


def _candidates(raw: Value, met: list[str], name: str) -> tuple[Candidate, ...]:
    made = [_candidate(item, met, name) for item in items(raw, name)]
    if len(made) > 1:
        made.sort(key=lambda candidate: candidate.at)
        if len({candidate.at for candidate in made}) < len(made):
            raise bad(name)
    return tuple(made)


def _candidate(raw: Value, met: list[str], name: str) -> Candidate:
    if type(raw) is not dict or "v" not in raw:
        raise bad(name)
    value: Value = raw["v"]
    was, at = raw.get("from"), raw.get("at", "")
    if value is not None and name in FIELDS:
        value = kept(name, value)
        if value is None:
            raise bad(name)
    elif type(value) in (dict, list):
        shallow(value)
    if type(was) in (dict, list):
        shallow(was)
    by, via = raw.get("by"), raw.get("via")
    if type(at) is not str or not are_texts(by, via):
        raise bad(name)
    met.append(at)
    return Candidate(value, at, was, by, via, rest(raw, _CANDIDATE))


_OF_PARTS = SETS | {"regions"}  # what has a place of its own, since its parts merge each on its own


def _fields(raw: Value, met: list[str]) -> dict[str, tuple[Candidate, ...]]:
    held = {name: _candidates(item, met, name) for name, item in members(raw, "fields").items()}
    if not _OF_PARTS.isdisjoint(held):
        raise bad("fields")
    return held if all(held.values()) else {name: item for name, item in held.items() if item}


def _dots(raw: Value, met: list[str]) -> tuple[str, ...]:
    dots = items(raw, "dots")
    met.extend(dots)
    if len(dots) == 1 and type(dots[0]) is str:
        return (dots[0],)
    return tuple(sorted({dot(at, "dots") for at in dots}))


def _sets(raw: Value, met: list[str]) -> dict[str, dict[str, tuple[str, ...]]]:
    held: dict[str, dict[str, tuple[str, ...]]] = {}
    if any(name in FIELDS and name not in SETS for name in members(raw, "sets")):
        raise bad("sets")
    for name, elements in members(raw, "sets").items():
        standing = {key: dots for key, item in members(elements, name).items() if (dots := _dots(item, met))}
        if standing:
            held[name] = standing
    return held


def _albums(raw: Value, met: list[str]) -> dict[str, Membership]:
    return {name: _membership(members(item, "album"), met) for name, item in members(raw, "albums").items()}


def _membership(raw: Json, met: list[str]) -> Membership:
    title, others = text(raw.get("title"), "album") or "", members(raw.get("titles", {}), "album")
    said = {
        at: _candidate(others[at], met, "album") if at in others else Candidate(title, at)
        for at in _dots(raw.get("at", []), met)
    }
    if not all(type(one.v) is str for one in said.values()):
        raise bad("album")
    pos = _candidates(raw.get("pos", []), met, "position")
    return titled(said, pos, rest(raw, frozenset({"at", "title", "pos", "titles"})))


def _regions(raw: Value, met: list[str]) -> dict[str, Region]:
    if any(not name or "/" in name for name in members(raw, "regions")):
        raise bad("regions")
    return {name: _region(members(item, "region"), met) for name, item in members(raw, "regions").items()}


def _region(raw: Json, met: list[str]) -> Region:
    """Read one region: any list of candidates is a register, whatever else there is is kept."""
    registers = {
        name: item
        for name, item in raw.items()
        if name != "at" and type(item) is list and item and all(type(c) is dict and "at" in c for c in item)
    }
    members = {name: _formed(name, _candidates(item, met, "region")) for name, item in registers.items()}
    return Region(_dots(raw.get("at", []), met), members, rest(raw, frozenset({"at", *members})))


def _formed(name: str, held: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Let what a region says of itself come in its form, or refuse it: it is drawn, compared and written."""
    formed = tuple(c if c.v is None else replace(c, v=part_in_form(name, c.v)) for c in held)
    if any(now.v is None and c.v is not None for now, c in zip(formed, held, strict=True)):
        raise bad("region")
    return formed


def _trash(raw: Value, met: list[str]) -> tuple[Candidate, ...]:
    held = _candidates(raw, met, "trash")
    if not are_texts(*(candidate.v for candidate in held)):
        raise bad("trash")
    return held


def _stale(raw: Value, met: list[str]) -> dict[str, dict[str, Value]]:
    shallow(raw)
    held = {key: members(entries, "stale") for key, entries in members(raw, "stale").items() if entries}
    for entries in held.values():
        met.extend(entries)
    return held


def _plain(raw: Value, met: list[str]) -> list[Any]:
    return items(raw, "seen")


_PARTS: Mapping[str, Callable[[Value, list[str]], Any]] = {
    "id": _id,
    "asset": _asset,
    "seen": _plain,
    "fields": _fields,
    "sets": _sets,
    "albums": _albums,
    "regions": _regions,
    "trash": _trash,
    "stale": _stale,
    "xmp": records,
    "history": history,
}
