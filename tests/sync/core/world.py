"""One photo on one site in small: a ledger, an XMP, a page, and programs that write as programs do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sync.codecs import ledger as codec
from sync.core import absorb as absorbing
from sync.core.absorb import Absorbed
from sync.core.edit import edit
from sync.core.keys import hashed, keyed
from sync.core.model import Change, Document, Ledger, Sight
from sync.core.show import show
from sync.core.values import text

FILE = "IMG_1.JPG.xmp"
ASSET = "0" * 32
SITE = "site"

Content = Mapping[str, Any]


@dataclass
class Xmp:
    """A file as a program left it: what it says, and our mark if the program kept it."""

    content: dict[str, Any]
    mark: str | None = None
    form: str = "K-Photos"  # another program's bytes differ even where it says the same


class Crash(Exception):
    """The process died here."""


def nodes(tags: Any) -> tuple[str, ...]:
    return tuple(sorted({name for tag in tags for name in tag.split("/")}))


def sources_of(content: Content) -> dict[str, dict[str, Any]]:
    """The properties of a file in which every list is complete, as K-Photos writes it."""
    sources: dict[str, dict[str, Any]] = {}
    for name, value in content.items():
        match name:
            case "title":
                sources[name] = {"dc:title": value}
            case "description":
                sources[name] = {"dc:description": value, "tiff:ImageDescription": value}
            case "rating":
                sources[name] = {"xmp:Rating": value}
            case "label":
                sources[name] = {"xmp:Label": value}
            case "tags":
                paths = tuple(value)
                sources[name] = {
                    "digiKam:TagsList": paths,
                    "lr:hierarchicalSubject": paths,
                    "dc:subject": nodes(paths),
                }
            case "taken":
                sources[name] = {"exif:DateTimeOriginal": value, "photoshop:DateCreated": value}
            case _:
                raise AssertionError(name)
    return sources


def sight_of(xmp: Xmp, kind: str = "main", tool: str | None = "tool", mtime_ms: int = 0) -> Sight:
    total = sha256(text([xmp.content, xmp.mark, xmp.form]).encode()).hexdigest()
    return Sight(FILE, kind, xmp.mark, sources_of(xmp.content), total, mtime_ms, tool)  # type: ignore[arg-type]


@dataclass
class World:
    """The disk, what this site remembers, and the clock."""

    ledger: Ledger | None = None
    xmp: Xmp | None = None
    hint: dict[str, str] | None = None
    now: int = 1_700_000_000_000
    node: str = "aaaa"
    crash: Callable[[str], bool] = field(default=lambda step: False)
    writes: int = 0
    last: Absorbed | None = None

    def tick(self, ms: int = 1000) -> int:
        self.now += ms
        return self.now

    def page(self) -> Document:
        """What a page shows now; nothing is written."""
        return show(self._look()[0])

    def scan(self) -> None:
        """One round of the engine: absorb, write the ledger, write the mirror."""
        ledger, look = self._look()
        if self.ledger is None:
            return
        self._write(ledger, look)

    def edit(self, *changes: Change, by: str = "alice") -> None:
        """A person's edit through K-Photos; may crash after the ledger, which is when it is acknowledged."""
        ledger, look = self._look()
        edited = edit(ledger, changes, now_ms=self.tick(), node=self.node, by=by)
        if edited is ledger and self.ledger is None:
            return
        self._write(edited, look)

    def _look(self) -> tuple[Ledger, Absorbed | None]:
        if self.xmp is None:
            return self.ledger or Ledger(ASSET), None
        sight = sight_of(self.xmp)
        ledger = self.ledger or absorbing.adopt(sight, ASSET, full=True)
        look = absorbing.absorb(
            ledger, sight, single=True, hint=self.hint, now_ms=self.tick(), node=self.node, site=SITE
        )
        self.last = look
        return look.ledger, look

    def _write(self, ledger: Ledger, look: Absorbed | None) -> None:
        content = dict(show(ledger).content())
        record = absorbing.mirror(
            ledger, look, file=FILE, single=True, now_ms=self.tick(), node=self.node, site=SITE
        )
        if look:
            self.hint = dict(look.has)
        if record is None:
            self._store(ledger)
            return
        new = Xmp({name: list(v) if name == "tags" else v for name, v in content.items()}, record.id)
        sealed = absorbing.seal(ledger, record, sources_of(new.content), sight_of(new).sum)
        self._die("before")
        self._store(sealed)
        self._die("between")
        self.xmp = new
        self.writes += 1
        self._die("after")
        self.hint = hashed(keyed(content))

    def _store(self, ledger: Ledger) -> None:
        if ledger != self.ledger:
            self.writes += 1
            self.ledger = codec.read(codec.write(ledger))

    def _die(self, step: str) -> None:
        if self.crash(step):
            raise Crash(step)

    def restart(self) -> None:
        self.node = self.node[:-1] + chr((ord(self.node[-1]) - 97 + 1) % 26 + 97)


@dataclass
class Program:
    """A program with a database of its own: it writes all its values, and keeps what it does not know."""

    database: dict[str, Any] | None = None
    drops_mark: bool = False

    def read(self, world: World) -> None:
        self.database = dict(world.xmp.content) if world.xmp else {}

    def write(self, world: World, **edits: Any) -> None:
        """Write the database with some fields changed; None clears."""
        assert self.database is not None
        self.database.update(edits)
        self.database = {name: value for name, value in self.database.items() if value not in (None, [], ())}
        mark = None if self.drops_mark or world.xmp is None else world.xmp.mark
        world.xmp = Xmp(dict(self.database), mark, "tool")
        world.tick()
