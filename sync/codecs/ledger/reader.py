"""From the JSON of a ledger to the `Ledger`: every part checked, unknown members kept beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sync.codecs.ledger.strict import parse, shallow
from sync.core.fields import FIELDS
from sync.core.identity import is_id
from sync.core.model import SCHEMA, Candidate, Fingerprint, Ledger, Membership, Past, Record, Region, Value
from sync.core.values import kept
from sync.errors import NewerSchema, Unreadable

_DOT = re.compile(r"[0-9a-z]{11}-[0-9a-z]{1,40}")
_DOTS = re.compile(r"(?:[0-9a-z]{11}-[0-9a-z]{1,40}\n)*")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_Json = dict[str, Any]


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


def _bad(what: str) -> Unreadable:
    return Unreadable(f"the ledger's {what} has not the form it should have")


def _object(raw: Value, what: str) -> _Json:
    if type(raw) is not dict:
        raise _bad(what)
    return raw


def _list(raw: Value, what: str) -> list[Any]:
    if type(raw) is not list:
        raise _bad(what)
    return raw


def _text(raw: Value, what: str) -> str | None:
    if raw is not None and type(raw) is not str:
        raise _bad(what)
    return raw


def _at(raw: Value, what: str) -> str:
    if type(raw) is not str or not _DOT.fullmatch(raw):
        raise _bad(what)
    return raw


def _rest(raw: _Json, known: frozenset[str]) -> _Json:
    if raw.keys() <= known:
        return {}
    extra = {name: value for name, value in raw.items() if name not in known}
    shallow(extra)
    return extra


def _seen(met: list[str]) -> frozenset[str]:
    """Check all dots at once; what stands has been seen, even where a hand-made ledger forgot to say so."""
    try:
        lines = "\n".join([*met, ""])
    except TypeError:
        raise _bad("list of dots") from None
    if not _DOTS.fullmatch(lines) or lines.count("\n") != len(met):
        raise _bad("list of dots")
    return frozenset(met)


def _asset(raw: Value, met: list[str]) -> Fingerprint | None:
    if raw is None:
        return None
    asset = _object(raw, "asset")
    digest, size = asset.get("hash"), asset.get("size")
    if (
        type(size) is not int
        or size < 0
        or not (digest is None or _HASH.fullmatch(_text(digest, "hash") or ""))
    ):
        raise _bad("asset")
    return Fingerprint(digest, size, _rest(asset, frozenset({"hash", "size"})))


def _id(raw: Value, met: list[str]) -> str:
    if type(raw) is not str or not is_id(raw):
        raise _bad("id")
    return raw


_CANDIDATE = frozenset({"v", "at", "from", "by", "via"})


def _candidates(raw: Value, met: list[str], name: str) -> tuple[Candidate, ...]:
    made = [_candidate(item, met, name) for item in _list(raw, name)]
    if len(made) > 1:
        made.sort(key=lambda candidate: candidate.at)
        if len({candidate.at for candidate in made}) < len(made):
            raise _bad(name)
    return tuple(made)


def _candidate(raw: Value, met: list[str], name: str) -> Candidate:
    if type(raw) is not dict or "v" not in raw:
        raise _bad(name)
    value: Value = raw["v"]
    was, at = raw.get("from"), raw.get("at", "")
    if value is not None and name in FIELDS:
        value = kept(name, value)
        if value is None:
            raise _bad(name)
    elif type(value) in (dict, list):
        shallow(value)
    if type(was) in (dict, list):
        shallow(was)
    met.append(at)
    return Candidate(
        value, at, was, _text(raw.get("by"), name), _text(raw.get("via"), name), _rest(raw, _CANDIDATE)
    )


def _fields(raw: Value, met: list[str]) -> dict[str, tuple[Candidate, ...]]:
    held = {name: _candidates(item, met, name) for name, item in _object(raw, "fields").items()}
    return held if all(held.values()) else {name: item for name, item in held.items() if item}


def _dots(raw: Value, met: list[str]) -> tuple[str, ...]:
    dots = _list(raw, "dots")
    met.extend(dots)
    if len(dots) == 1:
        return (dots[0],)
    return tuple(sorted({_at(at, "dots") for at in dots}))


def _sets(raw: Value, met: list[str]) -> dict[str, dict[str, tuple[str, ...]]]:
    held: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, elements in _object(raw, "sets").items():
        standing = {key: dots for key, item in _object(elements, name).items() if (dots := _dots(item, met))}
        if standing:
            held[name] = standing
    return held


def _albums(raw: Value, met: list[str]) -> dict[str, Membership]:
    return {name: _membership(_object(item, "album"), met) for name, item in _object(raw, "albums").items()}


def _membership(raw: _Json, met: list[str]) -> Membership:
    return Membership(
        _dots(raw.get("at", []), met),
        _text(raw.get("title"), "album") or "",
        _candidates(raw.get("pos", []), met, "position"),
        _rest(raw, frozenset({"at", "title", "pos"})),
    )


def _regions(raw: Value, met: list[str]) -> dict[str, Region]:
    return {name: _region(_object(item, "region"), met) for name, item in _object(raw, "regions").items()}


def _region(raw: _Json, met: list[str]) -> Region:
    """Read one region: any list of candidates is a register, whatever else there is is kept."""
    registers = {
        name: item
        for name, item in raw.items()
        if name != "at" and type(item) is list and item and all(type(c) is dict and "at" in c for c in item)
    }
    members = {name: _candidates(item, met, f"region's {name}") for name, item in registers.items()}
    return Region(_dots(raw.get("at", []), met), members, _rest(raw, frozenset({"at", *members})))


def _trash(raw: Value, met: list[str]) -> tuple[Candidate, ...]:
    return _candidates(raw, met, "trash")


def _stale(raw: Value, met: list[str]) -> dict[str, dict[str, Value]]:
    shallow(raw)
    held = {key: _object(entries, "stale") for key, entries in _object(raw, "stale").items() if entries}
    for entries in held.values():
        met.extend(entries)
    return held


_RECORD = frozenset({"id", "file", "mark", "has", "src", "from", "by", "site", "sum"})


def _records(raw: Value, met: list[str]) -> tuple[Record, ...]:
    made = [_record(item, met) for item in _list(raw, "xmp")]
    made.sort(key=lambda record: record.id)
    if len({record.id for record in made}) < len(made):
        raise _bad("xmp")
    return tuple(made)


def _record(raw: Value, met: list[str]) -> Record:
    record = _object(raw, "xmp")
    name, file, by = record.get("id"), record.get("file"), record.get("by")
    has, src = record.get("has", {}), record.get("src", {})
    if type(file) is not str or by not in ("us", "tool") or not (_is_texts(has) and _is_texts(src)):
        raise _bad("xmp")
    met.append(_at(name, "xmp"))
    mark, source, site, total = (_text(record.get(part), "xmp") for part in ("mark", "from", "site", "sum"))
    return Record(_at(name, "xmp"), file, mark, has, src, source, by, site, total, _rest(record, _RECORD))


def _is_texts(raw: Value) -> bool:
    return type(raw) is dict and all(type(value) is str for value in raw.values())


_PAST = frozenset({"at", "field", "from", "to", "by", "via", "note", "bulk", "before"})


def _history(raw: Value, met: list[str]) -> tuple[Past, ...]:
    made = [_past(item) for item in _list(raw, "history")]
    made.sort(key=lambda line: (line.at, line.field))
    return tuple(made)


def _past(raw: Value) -> Past:
    line = _object(raw, "history")
    field, was, to = line.get("field"), line.get("from"), line.get("to")
    if type(field) is not str:
        raise _bad("history")
    if type(was) in (dict, list) or type(to) in (dict, list):
        shallow([was, to])
    by, via, note, bulk = (_text(line.get(part), "history") for part in ("by", "via", "note", "bulk"))
    before = tuple(_list(line.get("before", []), "history"))
    shallow(list(before))
    return Past(
        _at(line.get("at"), "history"), field, was, to, by, via, note, _rest(line, _PAST), bulk, before
    )


def _plain(raw: Value, met: list[str]) -> list[Any]:
    return _list(raw, "seen")


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
    "xmp": _records,
    "history": _history,
}
