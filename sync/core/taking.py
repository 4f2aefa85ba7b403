"""One absorption under way: what is compared key by key, and what comes of it (R4 to R8, R10)."""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.core import sources
from sync.core.dots import LATEST_MS, dot, following, hashed_node, millis
from sync.core.draft import Draft
from sync.core.keys import STANDS
from sync.core.model import ASIDE, OURS, Candidate, Key, Ledger, Past, Record, Sight, Value
from sync.core.readpoint import Current, Has, chain, read_point
from sync.core.regions import region_of, renew
from sync.core.show import winner
from sync.core.values import digest, same, text


@dataclass(frozen=True, slots=True)
class Absorbed:
    """What came of looking at one XMP.

    `ledger` is the very same object where nothing is to be written. `record` names the known content
    that the file now holds (None: none), `has` its keys: keep it as the next look's hint. `wait`: the
    ledger that knows this file's mark has not arrived; look again later, write no mirror. `unknown`: it
    could not be told what the writer had read. `edits`, `stale`: keys taken as edits, listed as stale.
    `is_beneath`: it is what our last mirror was to replace, and `record` is of that.
    """

    ledger: Ledger
    changed: bool
    record: str | None = None
    has: Has = field(default_factory=dict)
    wait: bool = False
    unknown: bool = False
    edits: tuple[Key, ...] = ()
    stale: tuple[Key, ...] = ()
    repaired: tuple[sources.Repair, ...] = ()
    is_beneath: bool = False


class Taking:
    """One absorption under way: the draft, what the file is compared with, and what was found."""

    def __init__(
        self, ledger: Ledger, sight: Sight, found: Current, reading: sources.Reading, *, is_derived: bool
    ) -> None:
        self.draft = Draft(ledger)
        self.sight = sight
        self.found = found
        self.reading = reading
        self.is_derived = is_derived
        self.known_nodes = {at[12:] for at in ledger.seen} if is_derived else set()
        self.edits: list[Key] = []
        self.stale: list[Key] = []
        self.is_first = False
        self._base: Has = {}
        self.at = ""
        self.ms = 0

    def stamp(self, now_ms: int, node: str) -> None:
        """Choose the dot of this absorption, and the time of derived ones (never the bare mtime)."""
        seen = self.draft.ledger.seen
        self.at = following(seen, now_ms, node)
        mark = self.sight.mark
        before = mark or max((record.id for record in self.draft.ledger.xmp), default="")
        self.ms = min(max(self.sight.mtime_ms, millis(before) + 1 if before else 1), LATEST_MS)

    def take_unknown(self) -> None:
        """What is new stands beside ours, absence means nothing: the base is unknown (R4).

        A file of which nothing was ever known is adopted as it is at first sight: with dots of time 0, so
        that what people have said meanwhile ranks above it.
        """
        ledger, sight = self.draft.ledger, self.sight
        is_known = sight.mark in ledger.seen or any(record.file == sight.file for record in ledger.xmp)
        if sight.kind == "main" and not self.is_derived and not is_known:
            at = first_dot(self.reading.has)
            self.is_first = at not in ledger.seen
            self.at = at if self.is_first else self.at
        for key, value in self.reading.values.items():
            held = self.draft.held(key)
            if not any(same(candidate.v, value) for candidate in held):
                self._edit(key, value, held)

    def take_edits(self, *, single: bool, site: str) -> None:
        """Compare key by key with the content that the writer had read (R3, R4)."""
        record, has, kept = self.found.record, self.reading.has, self.reading.kept
        assert record is not None
        now = base = record.has
        if has != now and not self.found.is_plain:
            known = chain(self.draft.ledger, record, single=single, site=site)
            base = read_point(known, {key: has[key] for key in has.keys() - kept})
        self._base = base
        for key in sorted({*has, *now, *base} - kept):
            self._compare(key, has.get(key), base.get(key), now.get(key), is_newest=base is now)

    def _compare(
        self, key: Key, found: str | None, base: str | None, now: str | None, *, is_newest: bool
    ) -> None:
        is_late, is_doubted = base != now, key in self.found.doubt
        if found == base:
            if is_late:
                self._list(key, found)
            return
        if self._is_within_region(key):
            return
        if found is None and (is_late or is_doubted or self._is_edited_within(key)):
            self._list(key, None)
            return
        held = self.draft.held(key)
        if is_late or is_doubted:
            kept = held
        else:
            kept = tuple(c for c in held if (None if c.v is None else _hash(c.v)) != base)
        self._edit(key, None if found is None else self._value(key), kept)
        if is_newest and self.draft.stale(key):
            self.draft.put_stale(key, {})

    def _is_within_region(self, key: Key) -> bool:
        """A region that is gone takes its members with it: they are no edits of their own."""
        region = region_of(key)
        return region is not None and region not in self.reading.has

    def _is_edited_within(self, key: Key) -> bool:
        """Whether somebody has edited a region since it was read: who takes it out had not seen that."""
        if not key.startswith("regions/"):
            return False
        members = {f"{key}/{name}": self.draft.held(f"{key}/{name}") for name in self.draft.members(key)}
        shown = {member: winner(held).v for member, held in members.items() if held}
        return any(
            (None if value is None else _hash(value)) != self._base.get(member)
            for member, value in shown.items()
        )

    def _edit(self, key: Key, value: Value, kept: tuple[Candidate, ...]) -> None:
        at = self._dot(key, value)
        if at is None:
            return
        held = self.draft.held(key)
        was = winner(held).v if held else None
        self.draft.dots.add(at)
        is_part = "/" in key
        added = () if value is None and is_part else (Candidate(value, at, was, via=self._via),)
        if value is not None or held:
            self.draft.put(key, (*kept, *added))
        if region_of(key) is not None:
            renew(self.draft, key, at)
        if not self.is_first:
            self.draft.keep(at)
        self.draft.note(Past(at, key, was, value, via=self._via))
        self.edits.append(key)

    def _list(self, key: Key, found: str | None) -> None:
        if self._is_within_region(key):
            return
        value = None if found is None else self._value(key)
        entries = self.draft.stale(key)
        at = self._dot(key, value)
        if at is None or any(same(entry, value) for entry in entries.values()):
            return
        self.draft.dots.add(at)
        self.draft.put_stale(key, {**entries, at: value})
        self.stale.append(key)

    def _value(self, key: Key) -> Value:
        """The value at a key: read anew, or else one that the ledger holds under that hash."""
        if key in self.reading.values:
            return self.reading.values[key]
        wanted = self.reading.has[key]
        return next((c.v for c in self.draft.held(key) if c.v is not None and _hash(c.v) == wanted), None)

    def _dot(self, key: Key, value: Value) -> str | None:
        """Return the dot of one edit, None if this very edit was absorbed before (R8)."""
        if not self.is_derived:
            return self.at
        node = hashed_node(self.sight.mark or "", key, text(value))
        return None if node in self.known_nodes else dot(self.ms, node)

    @property
    def _via(self) -> str:
        return _named(self.sight.tool)

    def done(self, *, single: bool) -> Absorbed:
        """Add the record of what was met, if it is news, and return the outcome."""
        record, has = self.found.record, self.reading.has
        if (
            record
            and has == record.has
            and not self.draft.dots
            and not is_untold(self.draft.ledger, self.reading, self.sight.tool)
            and not self._has_read_us(record, single=single)
        ):
            return Absorbed(self.draft.ledger, False, record.id, has, repaired=self.reading.repaired)
        met = self._met()
        if met.id not in self.draft.ledger.seen or met.id in self.draft.dots:
            self.draft.record(met)
            for name, note in self.reading.repaired:
                self.draft.note(Past(met.id, name, via=self._via, note=note))
        return Absorbed(
            self.draft.freeze(),
            True,
            met.id,
            has,
            unknown=record is None,
            edits=tuple(self.edits),
            stale=tuple(self.stale),
            repaired=self.reading.repaired,
        )

    def _has_read_us(self, record: Record, *, single: bool) -> bool:
        """Who wrote all our values anew has read us: worth a record while that could be doubted (R6)."""
        if not single or record.by != "us" or record.sum == self.sight.sum:
            return False
        known = chain(self.draft.ledger, record, single=True, site="")
        return any(content != record.has for content in known.contents[1 : known.end + 1])

    def _met(self) -> Record:
        sight, has = self.sight, self.reading.has
        name = self.at
        if self.is_derived:
            name = dot(self.ms, hashed_node(sight.mark or "", "xmp", text(sorted(has.items()))))
        src = sources.properties(sight.sources, has)
        before = self.found.record.id if self.found.record else None
        file = sight.file + ASIDE if sight.kind == "swapped" else sight.file
        return Record(name, file, sight.mark, has, src, before, "tool", None, sight.sum)


def is_untold(ledger: Ledger, reading: sources.Reading, tool: str | None) -> bool:
    """Tell whether something was repaired of which the history does not say yet that this program does it."""
    told = {(line.field, line.note, line.via) for line in ledger.history if line.note}
    return any((field_, note, _named(tool)) not in told for field_, note in reading.repaired)


def _named(tool: str | None) -> str:
    """Name who made an edit; in an XMP that bears our stamp it was a program that leaves stamps alone."""
    return tool if tool not in (None, OURS) else "another program"


def first_dot(has: Has) -> str:
    """Return the dot of first sight: everyone who meets this content names it so."""
    return dot(0, hashed_node("adopted", *(part for key in sorted(has) for part in (key, has[key]))))


def _hash(value: Value) -> str:
    return STANDS if value is True else digest(value)
