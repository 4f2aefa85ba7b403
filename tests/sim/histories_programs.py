"""Other people's programs in histories: what each has read, and what it writes over that."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.codecs import xmp
from sync.core.values import text
from sync.errors import SyncError
from tests.sim.memfs import MemFS
from tests.sim.oracles import Book, keyed_values
from tests.sim.tools import MARK, content_of

NOTE = re.compile(rb'<their:note xmlns:their="http://their.example/ns/">[^<]*</their:note>')
_END = b"</rdf:Description>"
_OURS = re.compile(rb'x:xmptk="K-Photos 1"')
_DIGIKAM = b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_PICK = b'<digiKam:PickLabel xmlns:digiKam="http://www.digikam.org/ns/1.0/">0</digiKam:PickLabel>'


@dataclass(slots=True)
class Program:
    """One program with a database of its own, which it writes whole.

    `is_stale`: it reads only when told to. `is_deaf`: it never reads, and writes the file anew, as
    digiKam does with reading off. `is_replicated`: others write the file on other disks. `drops`: it
    leaves out our mark. `in_place`, or temp and rename. `beneath` is what it wrote over unread, and under
    which mark.
    """

    fs: MemFS
    is_stale: bool = False
    is_deaf: bool = False
    is_replicated: bool = False
    drops: bool = False
    in_place: bool = True
    database: dict[str, Any] = field(default_factory=dict)
    mark: int = 0
    excused: list[tuple[str, str]] = field(default_factory=list)
    beneath: tuple[str | None, dict[str, str]] = (None, {})

    def read(self, path: str, book: Book) -> None:
        """Fill the database from the file."""
        if not self.is_deaf:
            self.database = file_content(self.fs, path)
            self.mark = len(book.lines)

    def edit(self, path: str, book: Book, key: str, value: Any, number: int | None) -> bytes:
        """Change one key (None: remove it), enter that in the book, and return the bytes to be written."""
        if not self.is_stale:
            self.read(path, book)
        old = keyed_values(self.database)
        over = book.seeing(key, {old[key]} if key in old else (), self.mark)
        there = keyed_values(file_content(self.fs, path)).get(key)
        if (self.is_stale or self.is_deaf) and there is not None and there != old.get(key):
            # Nobody can tell a program that sets a third value from one that had read: undecidable.
            self.excused.append((key, there))
        if self.is_stale and self.is_replicated:
            self._write_over(path, key, old)
        self._change(key, value)
        new = keyed_values(self.database).get(key)
        book.wrote(key, new, over, read=old.get(key))
        self.mark = len(book.lines)
        return self.compose(path, number)

    def _write_over(self, path: str, key: str, old: Mapping[str, str]) -> None:
        """Excuse a third value in two writes: who first looks after both cannot tell them from one.

        A mirror of another site may be here before its ledger. Then K-Photos waits, and two worlds leave
        the very same bytes: a program that never read title A wrote its note over it, and later title B;
        or one that had read title A wrote both at once. Whatever is marked anew has been looked at.
        """
        found = file_content(self.fs, path)
        node = self.fs.nodes.get(path)
        mark = xmp.read(node.data).mark if node is not None and is_whole(node.data) else None
        under, values = self.beneath
        values = dict(values) if mark is not None and mark == under else {}
        if key in values:
            self.excused.append((key, values[key]))
        now = keyed_values(found)
        self.beneath = mark, {**values, **{name: v for name, v in now.items() if old.get(name) != v}}

    def set(self, path: str, number: int, **fields: Any) -> bytes:
        """The bytes of a save in which whole fields were changed (None: cleared), outside of any book."""
        if not self.is_stale:
            self.database = file_content(self.fs, path)
        self.database = {k: v for k, v in {**self.database, **fields}.items() if v not in (None, ())}
        return self.compose(path, number)

    def _change(self, key: str, value: Any) -> None:
        if key.startswith("tags/"):
            tags = {*self.database.get("tags", ())} - {key[5:]} | ({key[5:]} if value else set())
            self.database["tags"] = tuple(sorted(tags))
        else:
            self.database[key] = value
        self.database = {name: held for name, held in self.database.items() if held not in (None, ())}

    def compose(self, path: str, number: int | None) -> bytes:
        """The bytes that it would write now, with a property of its own in them if there is a number."""
        note = b""
        if number is not None:
            note = b'<their:note xmlns:their="http://their.example/ns/">%d</their:note>' % number
        old = self.fs.nodes[path].data if path in self.fs.nodes and not self.is_deaf else None
        if old is not None and not is_whole(old):
            old = None
        mark = xmp.read(old).mark if old else None
        data = xmp.write(old, self.database, mark or "none")
        if mark is None or self.drops:
            data = MARK.sub(b"", data)
        data = NOTE.sub(b"", data).replace(_END, note + _END)
        if self.is_deaf:
            data = _DIGIKAM + _OURS.sub(b'x:xmptk="XMP Core 4.4.0-Exiv2"', MARK.sub(b"", data))
            data = data.replace(b'<?xml version="1.0" encoding="UTF-8"?>\n', b"").replace(_END, _PICK + _END)
        return data

    def save(self, path: str, data: bytes) -> None:
        """Write the file as this program does."""
        (self.fs.hands.put if self.in_place else self.fs.hands.replace)(path, data)

    def tear(self, path: str, data: bytes) -> Callable[[], None]:
        """Begin to write in place and stop half-way; the answer writes the rest, through the same file."""
        self.fs.hands.put(path, data[: len(data) // 3])
        write = self.fs.hands.opened(path)
        return lambda: write(data)


def file_content(fs: MemFS, path: str) -> dict[str, Any]:
    """What a fresh reader finds at a path; nothing where there is no file, or none that can be read."""
    node = fs.nodes.get(path)
    return dict(content_of(node.data)) if node is not None and is_whole(node.data) else {}


def is_whole(data: bytes) -> bool:
    """Whether a sidecar can be read."""
    try:
        xmp.read(data)
    except SyncError:
        return False
    return True


def register(name: str, number: int) -> Any:
    """A value that no other edit has."""
    if name == "gps":
        return {"lat": round(number / 1000, 6), "lon": 7.5, "alt": None}
    return f"{name[0]}{number}"


def note_of(found: bytes) -> str:
    """The number in a property that `NOTE` matched."""
    return found.partition(b">")[2].partition(b"<")[0].decode()


__all__ = ["NOTE", "Program", "file_content", "is_whole", "note_of", "register", "text"]
