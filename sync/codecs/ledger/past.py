"""What a ledger knows of before: the contents that its XMPs had, and its history."""

from __future__ import annotations

from sync.codecs.ledger.shapes import are_dots, are_texts, bad, dot, items, members, rest
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
    name, file, by = dot(record.get("id"), "xmp"), record.get("file"), record.get("by")
    has, src = record.get("has", {}), record.get("src", {})
    if type(file) is not str or by not in ("us", "tool") or not (_is_texts(has) and _is_texts(src)):
        raise bad("xmp")
    met.append(name)
    mark, source = record.get("mark"), record.get("from")
    site, total = record.get("site"), record.get("sum")
    if not are_texts(mark, source, site, total):
        raise bad("xmp")
    return Record(name, file, mark, has, src, source, by, site, total, rest(record, _RECORD))


def _is_texts(raw: Value) -> bool:
    return type(raw) is dict and all(type(value) is str for value in raw.values())


_PAST = frozenset({"at", "field", "from", "to", "by", "via", "note", "bulk", "before", "of"})


def history(raw: Value, met: list[str]) -> tuple[Past, ...]:
    """Read the lines of the history."""
    made = [_past(item) for item in items(raw, "history")]
    if not are_dots([line.at for line in made]):
        raise bad("history")
    return tuple(sorted(made, key=history_order))


def _past(raw: Value) -> Past:
    line = members(raw, "history")
    at, field, was, to = line.get("at", ""), line.get("field"), line.get("from"), line.get("to")
    by, via, note, bulk = line.get("by"), line.get("via"), line.get("note"), line.get("bulk")
    of = line.get("of")
    if type(field) is not str or not are_texts(by, via, note, bulk) or type(of) not in (int, type(None)):
        raise bad("history")
    if type(was) in (dict, list) or type(to) in (dict, list):
        shallow([was, to])
    before = items(line["before"], "history") if "before" in line else []
    shallow(before)
    return Past(at, field, was, to, by, via, note, rest(line, _PAST), bulk, tuple(before), of)
