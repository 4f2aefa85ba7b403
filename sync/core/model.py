"""What the engine knows of one asset: its ledger, the document shown, and what was met in a sidecar.

Everything is a frozen value. The JSON form of a ledger is in `codecs.ledger`; each part carries its
unknown members in `extra`, so that a later K-Photos loses nothing through an earlier one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made
from types import MappingProxyType
from typing import Any, Literal

Value = Any
"""A field's value as JSON, in the form `fields.canonical` gives; `Field.kind` says its shape."""

Key = str
"""What merges on its own: "title"; "tags/Places/Paris", "people/Ana"; "regions/<id>", "regions/<id>/name"."""

Content = Mapping[str, Value]
"""Field name -> value; a missing name is an absent field."""

Sources = Mapping[str, Mapping[str, Value]]
"""Field name -> XMP property -> canonical value, for every mapped property found in one XMP."""


NOTHING: Mapping[str, Any] = MappingProxyType({})
SCHEMA = 1
TRASHED, KEEP = "trashed", "keep"
OURS = "K-Photos"
"""The `tool` of an XMP that bears our own stamp: written by us, or by who leaves stamps alone."""
ASIDE = "~copy"
"""Behind an XMP's name: the `file` of what lies elsewhere, so that its records stay apart from its own.

Of conflict copies, that is, and of what our own exchange had taken out: however late a program wrote into
that, it is not what lies there.
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One live value of a register; `v` None is an explicit clear, `was` what it replaced."""

    v: Value
    at: str
    was: Value = None
    by: str | None = None
    via: str | None = None
    extra: Mapping[str, Value] = made(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Region:
    """One face or other area: it stands while it has a dot; each member is a register of its own."""

    at: tuple[str, ...]
    members: Mapping[str, tuple[Candidate, ...]]
    extra: Mapping[str, Value] = made(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Membership:
    """This asset in one album: the album's title (to recreate its record) and the place in it.

    Each dot of `at` came with a title, said by then or long before: `title` is the one that was said last.
    `titles` has those of the dots that do not simply say `title` themselves (see `albums.titles`).
    """

    at: tuple[str, ...]
    title: str = ""
    pos: tuple[Candidate, ...] = ()
    extra: Mapping[str, Value] = made(default_factory=dict)
    titles: Mapping[str, Candidate] = made(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The original a ledger belongs to: "sha256:<64 hex>" (None until hashed) and its bytes."""

    hash: str | None
    size: int
    extra: Mapping[str, Value] = made(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """One known content of one XMP, immutable. `by` "us": written or planned by K-Photos (mark == id).

    `has` holds the short hash of each key's value; `src` that of each XMP property, so that later
    on the property that changed can be told (`~`-separated tails: see `sources`). `from_` is the id
    of the record of the content it replaced, None where there was no XMP. `sum` is the sha256 of the bytes.
    """

    id: str
    file: str
    mark: str | None
    has: Mapping[Key, str]
    src: Mapping[str, str] = made(default_factory=dict)
    from_: str | None = None
    by: Literal["us", "tool"] = "us"
    site: str | None = None
    sum: str | None = None
    extra: Mapping[str, Value] = made(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Past:
    """One line of the history: who changed what from which value to which; `note` says a repair.

    `bulk` is the id of the bulk edit that it was part of; `before` are then the values of all candidates
    that it replaced, where `was` alone does not tell them: a clear, several, or a text that was cut there;
    `of` is how many lines it had here, if more than one: a history that keeps fewer does not tell it whole.
    """

    at: str
    field: Key
    was: Value = None
    v: Value = None
    by: str | None = None
    via: str | None = None
    note: str | None = None
    extra: Mapping[str, Value] = made(default_factory=dict)
    bulk: str | None = None
    before: tuple[Value, ...] = ()
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The whole truth about one asset's metadata: live candidates, the dots seen, the XMPs known.

    `sets` are set name -> element -> dots; the set "favourites" (elements are user ids) is K-Photos'
    own and never enters an XMP. `stale` is key -> dot -> value (None: absent): what tools with an old
    database put back. `trash` is a register of "trashed" and "keep" in which keep wins.
    """

    id: str
    asset: Fingerprint | None = None
    seen: frozenset[str] = frozenset()
    fields: Mapping[str, tuple[Candidate, ...]] = made(default_factory=dict)
    sets: Mapping[str, Mapping[str, tuple[str, ...]]] = made(default_factory=dict)
    albums: Mapping[str, Membership] = made(default_factory=dict)
    regions: Mapping[str, Region] = made(default_factory=dict)
    trash: tuple[Candidate, ...] = ()
    stale: Mapping[Key, Mapping[str, Value]] = made(default_factory=dict)
    xmp: tuple[Record, ...] = ()
    history: tuple[Past, ...] = ()
    extra: Mapping[str, Value] = made(default_factory=dict)
    schema: int = SCHEMA


@dataclass(frozen=True, slots=True)
class Shown:
    """One field as people see it.

    `dots` are all live dots of the field, those of stale entries included: a page sends them back as
    `Change.seen`, and so closes exactly what it showed. `candidates` is empty unless they conflict.
    """

    value: Value
    dots: tuple[str, ...]
    by: str | None = None
    via: str | None = None
    at: str | None = None
    layer: Literal["people", "tool"] = "people"
    candidates: tuple[Candidate, ...] = ()
    stale: Mapping[str, Value] = made(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """The metadata of one asset as shown; a field that is None was cleared, the original's own too."""

    fields: Mapping[str, Shown]
    conflicts: tuple[Key, ...] = ()
    trashed: bool = False
    favourites: frozenset[str] = frozenset()
    stale: Mapping[Key, Mapping[str, Value]] = made(default_factory=dict)

    def value(self, name: str) -> Value:
        """Return the field's shown value; None where it has none."""
        shown = self.fields.get(name)
        return None if shown is None else shown.value

    def content(self) -> Content:
        """Return what an XMP of this document holds: present values only."""
        return {name: shown.value for name, shown in self.fields.items() if shown.value is not None}


@dataclass(frozen=True, slots=True)
class Change:
    """One edit by a person: of a field, of "albums", of "favourites" or of "trash".

    "set" and "clear" take a register or a whole set, "add" and "remove" an element of a set or a list
    of them; "remove" on a register lets the lower layer show again, where "clear" hides that too.
    `seen`: the dots of this field that the page showed, the only ones replaced; None means all that is
    live now (the command line, which looked just now). `strict` (an undo): refuse if `seen` is no
    longer exactly what is live. `bulk` is the id of the bulk edit that it is part of.
    """

    field: str
    op: Literal["set", "clear", "add", "remove"]
    value: Value = None
    seen: frozenset[str] | None = None
    strict: bool = False
    bulk: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one path that a person should know: what it is, why, and what was kept.

    `kind` is one of "unreadable", "original-changed", "newer-schema", "foreign", "rollback", "name",
    "special-file", "ambiguous", "orphaned", "refused", "left-behind", "offline", "halted", "watch".
    """

    path: str
    kind: str
    reason: str
    kept: str


@dataclass(frozen=True, slots=True)
class Sight:
    """One XMP as it was just read from disk.

    `file` is its name (escaped); `kind` "main", "swapped" (what our own exchange took out) or "copy"
    (a conflict copy, or a temp of unknown content). `sum` is the sha256 of the bytes. `illegible` are the
    mapped properties that are there and say nothing. `beneath`, if that is known, is the mark of the
    mirror for which a swapped-out file was taken out: perhaps not the one that now has its place.
    """

    file: str
    kind: Literal["main", "swapped", "copy"]
    mark: str | None
    sources: Sources
    sum: str
    mtime_ms: int = 0
    tool: str | None = None
    flags: tuple[str, ...] = ()
    illegible: tuple[str, ...] = ()
    beneath: str | None = None
