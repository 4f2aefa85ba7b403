"""What a ledger knows of before: the contents that its XMPs had, and its history."""

from __future__ import annotations

from sync.codecs.ledger.shapes import bad, dot, items, members, rest, text
from sync.codecs.ledger.strict import shallow
from sync.core.draft import history_order
from sync.core.model import Past, Record, Value

_RECORD = frozenset({"id", "file", "mark", "has", "src", "from", "by", "site", "sum"})


def records(raw: Value, met: list[str]) -> tuple[Record, ...]:
    """Read the known contents of XMPs."""
    made = [_record(item, met) for item in items(raw, "xmp")]
    made.sort(key=lambda record: record.id)
    if len({record.id for record in made}) < len(made):
        raise bad("xmp")
    return tuple(made)


def _record(raw: Value, met: list[str]) -> Record:
    record = members(raw, "xmp")
    name, file, by = record.get("id"), record.get("file"), record.get("by")
    has, src = record.get("has", {}), record.get("src", {})
    if type(file) is not str or by not in ("us", "tool") or not (_is_texts(has) and _is_texts(src)):
        raise bad("xmp")
    met.append(dot(name, "xmp"))
    mark, source, site, total = (text(record.get(part), "xmp") for part in ("mark", "from", "site", "sum"))
    return Record(dot(name, "xmp"), file, mark, has, src, source, by, site, total, rest(record, _RECORD))


def _is_texts(raw: Value) -> bool:
    return type(raw) is dict and all(type(value) is str for value in raw.values())


_PAST = frozenset({"at", "field", "from", "to", "by", "via", "note", "bulk", "before"})


def history(raw: Value, met: list[str]) -> tuple[Past, ...]:
    """Read the lines of the history."""
    made = [_past(item) for item in items(raw, "history")]
    return tuple(sorted(made, key=history_order))


def _past(raw: Value) -> Past:
    line = members(raw, "history")
    field, was, to = line.get("field"), line.get("from"), line.get("to")
    if type(field) is not str:
        raise bad("history")
    if type(was) in (dict, list) or type(to) in (dict, list):
        shallow([was, to])
    by, via, note, bulk = (text(line.get(part), "history") for part in ("by", "via", "note", "bulk"))
    before = tuple(items(line.get("before", []), "history"))
    shallow(list(before))
    return Past(
        dot(line.get("at"), "history"), field, was, to, by, via, note, rest(line, _PAST), bulk, before
    )
