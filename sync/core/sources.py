"""What one XMP says, out of all the properties that say the same thing: the property that changed wins.

Every field stands in several properties, and each program edits its own and leaves the others stale. So
a record keeps a short hash of each property, and the next look asks which of them changed. A hash has
tails, parted by `~`: those of the poorer forms in which known programs leave the value, which are no
edits, and for dc:subject what `tags.tails` says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sync.core import tags
from sync.core.fields import FIELDS, Field, Kind
from sync.core.keys import SET_FIELDS, field_of, hashed, keyed, of_region
from sync.core.model import Content, Key, Ledger, Record, Sources, Value
from sync.core.regions import identify
from sync.core.tools import CUT_TAGS, FLAT_TAGS, does, garbled, is_from_nothing, note_of, poorer, richer
from sync.core.values import digest

_ANY_REMOVAL = frozenset({"label", "pick"})
"""Fields of which each program has its own property, so that any of them gone is a clear."""

_FIELD_OF: Mapping[str, str] = {source: row.name for row in FIELDS.values() for source in row.read}

Repair = tuple[str, str]
"""A field, and what people are told of a known harm that was not taken for an edit."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One content: the short hash of every key, the values of those that may be new, and the repairs.

    `kept` are keys that the file does not say and that stay as they were: no trace of what was read.
    """

    has: Mapping[Key, str]
    values: Mapping[Key, Value]
    repaired: tuple[Repair, ...] = ()
    kept: frozenset[Key] = frozenset()


def resolve(sources: Sources, record: Record | None = None, tool: str | None = None) -> Content:
    """Return the fields that an XMP holds.

    Without a record: by order of preference. With one: only the fields of which a property changed
    since, None for those that were cleared.
    """
    if record is None or not record.src:
        content = {name: _at_first_sight(FIELDS[name], properties) for name, properties in sources.items()}
        return {name: value for name, value in content.items() if value is not None}
    return _changed(sources, record, tool, [])


def read(
    sources: Sources,
    record: Record | None,
    ledger: Ledger | None,
    tool: str | None = None,
    illegible: Collection[str] = (),
) -> Reading:
    """Return what an XMP holds, key by key, judged against one known content of it (None: none known).

    `illegible`: properties that are there and say nothing.
    """
    if record is None or not record.src:
        values = _keyed(resolve(sources), ledger)
        return Reading({**_of_a_later_one(record), **hashed(values)}, values)
    repaired: list[Repair] = []
    changed = _changed(sources, record, tool, repaired)
    for name in [name for name, value in changed.items() if value is None]:
        harm = garbled(name)
        if harm is not None and any(source in illegible for source in FIELDS[name].read):
            del changed[name]
            repaired.append((name, harm.note))
    values = _keyed(changed, ledger)
    has = {key: held for key, held in record.has.items() if field_of(key) not in changed}
    has.update(hashed(values))
    if "regions" in changed:
        _fill_regions(has, record)
    return Reading(has, values, tuple(repaired))


def properties(sources: Sources, has: Mapping[Key, str]) -> dict[str, str]:
    """Return the short hash of every property with its tails, as a record keeps them."""
    src: dict[str, str] = {}
    for name, found in sources.items():
        row = FIELDS[name]
        for source, value in found.items():
            if value is not None:
                src[source] = "~".join([_hash(row, value), *(digest(form) for form in poorer(name, value))])
    if tags.FLAT in src:
        held = [key[5:] for key in has if key.startswith("tags/")]
        src[tags.FLAT] = "~".join([src[tags.FLAT], *tags.tails(held, sources["tags"])])
    return src


def told(sources: Sources, has: Mapping[Key, str], ledger: Ledger) -> dict[Key, Value]:
    """Return the values of a known content, as far as some property still says them."""
    values: dict[Key, Value] = {}
    for name, properties in sources.items():
        for value in properties.values():
            said = _keyed({name: value}, ledger)
            held = hashed(said)
            values |= {key: said[key] for key in said if has.get(key) == held[key]}
    return values


def nearest(sources: Sources, records: Sequence[Record]) -> Record:
    """Return the content from which the fewest properties differ; of several, the first."""
    known = [record for record in records if record.src] or records
    return min(known, key=lambda record: _differing(properties(sources, record.has), record.src))


def _differing(now: Mapping[str, str], then: Mapping[str, str]) -> int:
    return sum(now.get(name, "").split("~")[0] != then.get(name, "").split("~")[0] for name in {*now, *then})


def _at_first_sight(row: Field, found: Mapping[str, Value]) -> Value:
    if row.name == "tags":
        return tags.at_first_sight(found) or None
    return next((found[source] for source in row.read if found.get(source) is not None), None)


def _keyed(content: Content, ledger: Ledger | None) -> dict[Key, Value]:
    regions = content.get("regions")
    if regions is None:
        return keyed(content)
    values = keyed({name: value for name, value in content.items() if name != "regions"})
    for name, region in identify(regions, ledger).items():
        values.update(of_region(name, region))
    return values


def _of_a_later_one(record: Record | None) -> dict[Key, str]:
    """What only a later K-Photos knows: no file that this one reads says it, and so none has cleared it."""
    known = record.has if record else {}
    return {key: held for key, held in known.items() if field_of(key) not in FIELDS}


def _fill_regions(has: dict[Key, str], record: Record) -> None:
    """Not every property can say every member of a region: what it does not say is as it was."""
    for key, held in record.has.items():
        name, _, member = key.removeprefix("regions/").partition("/")
        if member and key not in has and f"regions/{name}" in has:
            has[key] = held


def _changed(sources: Sources, record: Record, tool: str | None, repaired: list[Repair]) -> dict[str, Value]:
    changed: dict[str, Value] = {}
    for name in _fields(sources, record):
        found = sources.get(name, {})
        if name == "tags":
            value, is_new = _changed_tags(found, record, tool, repaired)
        else:
            value, is_new = _changed_field(FIELDS[name], found, record, tool, repaired)
        if is_new:
            changed[name] = value
    return changed


def _fields(sources: Sources, record: Record) -> Iterator[str]:
    """The fields that have a property now, or had one then."""
    yield from sources
    gone = {_FIELD_OF[source] for source in record.src if source in _FIELD_OF}
    yield from sorted(gone.difference(sources))


def _changed_field(
    row: Field, found: Mapping[str, Value], record: Record, tool: str | None, repaired: list[Repair]
) -> tuple[Value, bool]:
    present = [source for source in row.read if found.get(source) is not None]
    for source in present:
        value = found[source]
        if _is_known(row, source, value, record, repaired):
            continue
        harm = None if _is_held(row, record) else is_from_nothing(row.name, value, tool)
        if harm is None:
            return value, True
        repaired.append((row.name, harm.note))
    gone = [source for source in row.read if source in record.src and source not in present]
    if gone and _is_held(row, record):
        return None, not present or row.name in _ANY_REMOVAL or row.write[0] in gone
    return None, False


def _is_held(row: Field, record: Record) -> bool:
    if row.name in SET_FIELDS or row.kind is Kind.REGIONS:
        return any(key.startswith(f"{row.name}/") for key in record.has)
    return row.name in record.has


def _is_known(row: Field, source: str, value: Value, record: Record, repaired: list[Repair]) -> bool:
    """Tell whether a property says nothing new: as it was, as the field was, or a poorer form of either."""
    now = _hash(row, value)
    then = record.src.get(source, "")
    if now == then or now == record.has.get(row.name):
        return True
    head, *tails = then.split("~")
    if now == head:
        return True
    before = richer(row.name, value)
    is_stuck = before != value and _hash(row, before) in (head, record.has.get(row.name))
    if not is_stuck and now not in tails and not any(now in _field_tails(p, row, record) for p in row.read):
        return False
    repaired.append((row.name, note_of(row.name)))
    return True


def _field_tails(source: str, row: Field, record: Record) -> list[str]:
    """The poorer forms of the field's own value, where this property held it."""
    head, *tails = record.src.get(source, "").split("~")
    return tails if head and head == record.has.get(row.name) else []


def _changed_tags(
    found: Mapping[str, Value], record: Record, tool: str | None, repaired: list[Repair]
) -> tuple[Value, bool]:
    before = frozenset(key[5:] for key in record.has if key.startswith("tags/"))
    outcome = tags.changed(before, found, record.src)
    if outcome.tags is None:
        return None, False
    now = outcome.tags
    if does(CUT_TAGS, tool) and (whole := tags.uncut(before, now)) != now:
        repaired.append(("tags", CUT_TAGS.note))
        now = whole
    if outcome.dropped and does(FLAT_TAGS, tool):
        repaired.append(("tags", FLAT_TAGS.note))
        now |= outcome.dropped
    return tuple(sorted(now)) or None, now != before


def _hash(row: Field, value: Value) -> str:
    return tags.tags_hash(value) if row.kind is Kind.SET else digest(value)
