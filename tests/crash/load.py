"""Mixed load on a real K-Photos: people who edit through the API, a program that writes the XMPs.

Everybody writes values of his own into one book, the programs under a lock of theirs for each photo: two
programs that overwrite each other before K-Photos looked are nobody's affair. The pure Python one is quick
and writes often; the real darktable and exiftool take part as often as a machine with two cores bears.
"""

from __future__ import annotations

import copy
import http.client
import json
import random
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sync.codecs import xmp
from sync.core.identity import derived_id
from sync.core.values import text
from sync.errors import SyncError
from tests.crash import programs
from tests.e2e.api import Visitor, first_account
from tests.sim.oracles import Book, keyed_values
from tests.sim.tools import MARK, content_of
from tests.sync.sides import DiskHands

FIELDS = ("title", "description")
PAUSES = {"program": 0.15, "old memory": 6.0, "slow one": 2.0, "exiftool": 2.0, "darktable": 30.0}
"""At most so many seconds between two writes of each program: the real ones cost a whole process."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An edit that somebody waits for: its photo, its key and the value as text."""

    path: str
    key: str
    value: str


@dataclass
class Load:
    """What goes on beside the kills. `doing` is who is in the midst of what, `sent` the edits under way.

    Who dawdles over a write is told by `hurry` to get it over with.
    """

    library: Path
    scratch: Path
    seed: int
    paths: list[str] = field(default_factory=list)
    books: dict[str, Book] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    running: threading.Event = field(default_factory=threading.Event)
    hurry: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    doing: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    errors: list[BaseException] = field(default_factory=list)
    sent: dict[str, Sent] = field(default_factory=dict)
    tools: dict[str, threading.Lock] = field(default_factory=dict)
    visitor: Visitor = field(init=False)
    volume: str = ""
    number: int = 0

    def begin(self, address: str) -> None:
        """Make the account, and give every photo a ledger by a first edit."""
        self.visitor = first_account(address)
        self.volume = json.loads((self.library / ".kphotos/volume.json").read_text())["id"]
        self.paths = sorted(path.name for path in self.library.glob("*.JPG"))
        self.books = {path: Book() for path in self.paths}
        self.tools = {path: threading.Lock() for path in self.paths}
        until = time.monotonic() + 60
        for path in self.paths:
            while not any(line.is_sure for line in self.books[path].lines):
                assert time.monotonic() < until, f"{path} could not be edited: {self.counts}"
                self.person(self.visitor, path, FIELDS[0])
        self.counts.clear()
        self.doing.clear()

    def start(self, people: int = 3) -> list[threading.Thread]:
        """Everybody begins once they are told to go on."""
        names = [*(f"person {number}" for number in range(people)), *PAUSES]
        names = [name for name in names if not any(name in reason for reason in programs.missing())]
        threads = [threading.Thread(target=self._live, args=(name,), daemon=True) for name in names]
        for thread in threads:
            thread.start()
        return threads

    def go_on(self) -> None:
        """Begin, or begin again."""
        self.hurry.clear()
        self.running.set()

    def pause(self) -> None:
        """Begin nothing more, and bring to its end what has begun: everybody is idle soon."""
        self.running.clear()
        self.hurry.set()

    def end(self) -> None:
        """Never begin again."""
        self.over.set()
        self.hurry.set()

    def count(self, what: str) -> int:
        """Count something."""
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + 1
            return self.counts[what]

    def value(self, key: str) -> str:
        """A text that nobody else writes."""
        with self.lock:
            self.number += 1
            return f"{key} {self.number}"

    def wrote(self, path: str, key: str, value: Any, seen: Iterable[str], *, read: str | None = None) -> int:
        """Enter into the book what is going to be written by one who has seen these texts; the line."""
        book = self.books[path]
        with self.lock:
            over = book.seeing(key, seen, len(book.lines))
            book.wrote(key, text(value), over, is_sure=False, read=read)
            return len(book.lines) - 1

    def acknowledge(self, path: str, line: int) -> None:
        """It is written, and whoever wrote it was told so."""
        with self.lock:
            self.books[path].acknowledge(line)

    def is_replaced(self, path: str, key: str, value: str) -> bool:
        """Whether somebody who had seen this value was told that another stands in its place."""
        with self.lock:
            lines = self.books[path].lines
            over = frozenset().union(*(line.over for line in lines if line.key == key and line.is_sure))
            return any((lines[n].key, lines[n].value) == (key, value) for n in over)

    def _live(self, name: str) -> None:
        rng = random.Random(f"{self.seed} {name}")
        visitor = copy.deepcopy(self.visitor)
        try:
            while not self.over.is_set():
                self.doing[name] = "idle"
                if not self.running.wait(0.1):
                    continue
                path, key = rng.choice(self.paths), rng.choice(FIELDS)
                if name in PAUSES:
                    self.doing[name] = f"{name} writes"
                    self._write(name, path, key, rng)
                    self.doing[name] = "idle"
                    self.over.wait(rng.uniform(0.0, PAUSES[name]))
                else:
                    visitor.address = self.visitor.address
                    self.person(visitor, path, key, name)
        except BaseException as error:  # noqa: BLE001 - a thread's end is told by whoever joins it
            self.errors.append(error)

    def _write(self, name: str, path: str, key: str, rng: random.Random) -> None:
        if name == "exiftool":
            programs.exiftool(self, path, key)
        elif name == "darktable":
            programs.darktable(self, path)
        elif name == "old memory":
            programs.old_memory(self, path, rng.uniform(0.2, 2.0))
        elif name == "slow one":
            programs.slow(self, path, key, rng.uniform(0.0, 2.0), truncates=rng.random() < 0.3)
        else:
            self.program(path, key, in_place=rng.random() < 0.5)

    def person(self, visitor: Visitor, path: str, key: str, name: str = "") -> None:
        """Open a photo, edit what is shown of one field; the answer is the acknowledgement."""
        url = f"/api/assets/{derived_id(self.volume, path)}"
        try:
            self.doing[name] = "asked for a page"
            status, told = visitor.ask("GET", url)
            if status == 401:
                credentials = {"name": "Alice", "password": "correct horse battery"}
                visitor.ask("POST", "/api/auth/sign-in", credentials)
                return
            if status != 200:
                self.count(f"page {status}")
                time.sleep(0.05)
                return
            shown = told["fields"].get(key, {})
            values = [shown.get("value"), *(one["value"] for one in shown.get("candidates", ()))]
            value = self.value(key)
            # Every value is written once, so that whoever shows it has seen that very edit.
            line = self.wrote(path, key, value, {text(held) for held in values if held is not None})
            change = {"field": key, "op": "set", "value": value, "seen": shown.get("dots", [])}
            self.doing[name], self.sent[name] = "edit sent", Sent(path, key, text(value))
            status, told = visitor.ask("PATCH", url, {"changes": [change]})
            if status == 200:
                self.acknowledge(path, line)
            self.sent.pop(name)
        except (OSError, ValueError, http.client.HTTPException) as error:
            self.sent.pop(name, None)
            self.count(f"cut off: {type(error).__name__}")
            time.sleep(0.1)
            return
        self.count("acknowledged" if status == 200 else f"edit {status}")

    def program(self, path: str, key: str, *, in_place: bool) -> None:
        """Read the XMP as it is, change one field, write it all."""
        name, hands, value = path + ".xmp", DiskHands(self.library), self.value(key)
        with self.tools[path]:
            try:
                # One read: a program that took the mark of one moment and the values of another would be two.
                data = hands.read(name)
                content, mark = content_of(data), xmp.read(data).mark
            except (OSError, SyncError):
                return
            had = keyed_values(content)
            line = self.wrote(path, key, value, [had[key]] if key in had else [], read=had.get(key))
            new = xmp.write(data, {**content, key: value}, mark or "none")
            (hands.put if in_place else hands.replace)(name, new if mark else MARK.sub(b"", new))
            self.acknowledge(path, line)
        self.count("written by a program")
