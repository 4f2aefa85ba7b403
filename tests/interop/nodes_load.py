"""What people on two machines, and programs on one of them, do to the same photos, entered in one book.

Everybody writes values of his own, over exactly what he was shown; only ratings come from a small domain.
Programs share a lock: two of them that overwrite each other before K-Photos looked are nobody's affair.
"""

from __future__ import annotations

import copy
import http.client
import json
import random
import subprocess
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sync.codecs import ledger as ledgers
from sync.codecs import xmp
from sync.core.identity import derived_id
from sync.core.model import Ledger
from sync.core.values import text
from sync.errors import SyncError
from tests.e2e.api import Visitor
from tests.interop import darktable, tools
from tests.sim.oracles import Book
from tests.sim.tools import content_of

TEXTS = ("title", "description")
DARKTABLES = "copyright"  # what darktable edits: nobody else does, for of a field both edit nobody can tell
TAGS = ("-XMP-dc:Subject", "-XMP-lr:HierarchicalSubject", "-XMP-digiKam:TagsList")
EXIFTOOLS = {"title": "-XMP-dc:Title", "description": "-XMP-dc:Description"}


@dataclass
class Load:
    """The one book of all photos. `authors`: which machine made which line of it; `over`: everybody ends."""

    paths: list[str]
    seed: int
    books: dict[str, Book] = field(default_factory=dict)
    authors: dict[tuple[str, int], str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    errors: list[BaseException] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    at_file: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)
    told: dict[tuple[str, str], Any] = field(default_factory=dict)
    number: int = 0

    def __post_init__(self) -> None:
        self.books = {path: Book() for path in self.paths}

    def learn(self, ledger: Ledger) -> None:
        """Remember which edit wrote what: a page shows the dots of all that it stands for, not each value."""
        with self.lock:
            for name, candidates in ledger.fields.items():
                self.told.update(((name, one.at), one.v) for one in candidates)
            for name, entries in ledger.stale.items():
                self.told.update(((name, at), value) for at, value in entries.items())
            self.told.update(((past.field, past.at), past.v) for past in ledger.history if not past.note)

    def shown(self, fields: dict[str, Any], key: str) -> list[Any]:
        """Every value that a page of these fields stood for at a key."""
        page = fields.get(key, {})
        values = [page.get("value"), *(one["value"] for one in page.get("candidates", ()))]
        return values + [self.told.get((key, at)) for at in page.get("dots", ())]

    def count(self, what: str) -> None:
        """Count something."""
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + 1

    def unique(self, what: str) -> str:
        """A value that nobody else writes."""
        with self.lock:
            self.number += 1
            return f"{what} {self.number}"

    def enter(
        self, node: str, path: str, key: str, value: Any, seen: list[Any], *, sure: bool = False
    ) -> int:
        """Write a line over the values seen; its number."""
        with self.lock:
            book = self.books[path]
            over = book.seeing(key, {text(one) for one in seen if one is not None}, len(book.lines))
            book.wrote(key, None if value is None else text(value), over, is_sure=sure)
            self.authors[path, len(book.lines) - 1] = node
            return len(book.lines) - 1

    def acknowledge(self, path: str, line: int, *, is_sure_of_over: bool = True) -> None:
        """It stands. What a program read while others wrote may have been any value of that key until now."""
        with self.lock:
            book = self.books[path]
            book.acknowledge(line)
            if not is_sure_of_over:
                key = book.lines[line].key
                others = frozenset(n for n, one in enumerate(book.lines) if one.key == key and n != line)
                book.lines[line] = replace(book.lines[line], over=others)

    @property
    def acknowledged(self) -> int:
        """How many edits of people were answered."""
        return sum(many for what, many in self.counts.items() if what.startswith("edit on "))


class Person(threading.Thread):
    """Someone at one machine, who opens photos and edits what they show until the load is over."""

    def __init__(self, load: Load, node: str, number: int, visitor: Visitor, folder: Path) -> None:
        super().__init__(daemon=True, name=f"person {number} on {node}")
        self.load, self.node, self.folder = load, node, folder
        self.volume = json.loads((folder / ".kphotos/volume.json").read_text())["id"]
        self.signed_in, self.visitor = visitor, copy.deepcopy(visitor)
        self.rng = random.Random(f"{load.seed} {node} {number}")

    def run(self) -> None:
        """See `threading.Thread.run`."""
        try:
            while not self.load.over.is_set():
                self.edit(self.rng.choice(self.load.paths))
                time.sleep(self.rng.uniform(0.0, 0.1))
        except BaseException as error:  # noqa: BLE001 - a thread's end is told by whoever joins it
            self.load.errors.append(error)

    def edit(self, path: str) -> bool:
        """Open one photo and change one thing of it; whether that was acknowledged."""
        url = f"/api/assets/{derived_id(self.volume, path)}"
        self.visitor.address = self.signed_in.address  # a machine that was started anew answers elsewhere
        try:
            status, told = self.visitor.ask("GET", url)
            if status != 200:
                self.load.count(f"page {status}")
                time.sleep(0.1)
                return False
            if (ledger := read_ledger(self.folder, path)) is not None:
                self.load.learn(ledger)
            change, line = self._choose(path, told["fields"])
            status, _ = self.visitor.ask("PATCH", url, {"changes": [change]})
        except (OSError, ValueError, http.client.HTTPException):
            self.load.count("cut off")
            time.sleep(0.1)
            return False
        if status == 200:
            self.load.acknowledge(path, line)
            self.load.count(f"edit on {self.node}")
        else:
            self.load.count(f"refused {status}")
        return status == 200

    def _choose(self, path: str, fields: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """A change over what the page shows, and its line."""
        kind = self.rng.choices(("text", "rating", "tag", "untag", "clear"), (8, 3, 4, 2, 1))[0]
        tags = [tag for tag in fields.get("tags", {}).get("value", ()) if tag.startswith("tag ")]
        if kind == "untag" and tags:
            tag, key = self.rng.choice(tags), "tags"
            line = self.load.enter(self.node, path, f"tags/{tag}", None, [True])
            return self._change(fields, key, "remove", [tag]), line
        if kind in ("tag", "untag"):
            tag = self.load.unique("tag")
            line = self.load.enter(self.node, path, f"tags/{tag}", True, [])
            return self._change(fields, "tags", "add", [tag]), line
        key = "rating" if kind == "rating" else self.rng.choice(TEXTS)
        shown = self.load.shown(fields, key)
        value: Any = self.load.unique(key)
        if kind == "rating":
            # To set what stands already is no edit.
            value = self.rng.choice([stars for stars in range(1, 6) if stars not in shown] or [0])
        value = None if kind == "clear" else value
        line = self.load.enter(self.node, path, key, value, shown)
        return self._change(fields, key, "clear" if value is None else "set", value), line

    @staticmethod
    def _change(fields: dict[str, Any], key: str, op: str, value: Any) -> dict[str, Any]:
        told = {"field": key, "op": op, "seen": fields.get(key, {}).get("dots", [])}
        return told if value is None else {**told, "value": value}


class Programs(threading.Thread):
    """The real exiftool on some photos of one folder and, in between, the real darktable on the others."""

    def __init__(self, load: Load, folder: Path, scratch: Path, node: str, theirs: list[str]) -> None:
        super().__init__(daemon=True, name="programs")
        self.load, self.folder, self.scratch, self.node = load, folder, scratch, node
        self.theirs, self.others = theirs, [path for path in load.paths if path not in theirs]
        self.rng = random.Random(f"{load.seed} programs")

    def run(self) -> None:
        """See `threading.Thread.run`."""
        try:
            turn = 0
            while not self.load.over.is_set():
                turn += 1
                if self.theirs and turn % 6 == 0:
                    self.darktable()
                else:
                    self.exiftool(self.rng.choice(self.others))
                time.sleep(self.rng.uniform(0.0, 0.2))
        except BaseException as error:  # noqa: BLE001 - a thread's end is told by whoever joins it
            self.load.errors.append(error)

    def exiftool(self, path: str) -> None:
        """Let exiftool change one property of a sidecar, as it does: temp, then rename over."""
        sidecar, who = self.folder / f"{path}.xmp", f"{self.node} exiftool"
        if (before := _read(sidecar)) is None:
            return
        key = self.rng.choice((*EXIFTOOLS, "tags"))
        value = self.load.unique("tag" if key == "tags" else key)
        if key == "tags":
            words = [f"{name}+={value}" for name in TAGS]
            line = self.load.enter(who, path, f"tags/{value}", True, [])
        else:
            words = [f"{EXIFTOOLS[key]}={value}"]
            line = self.load.enter(who, path, key, value, [before[1].get(key)])
        command = ["perl", str(tools.EXIFTOOL), "-config", "", "-q", "-overwrite_original", *words]
        done = subprocess.run([*command, str(sidecar)], capture_output=True, timeout=60, check=False)
        if done.returncode:
            self.load.count("exiftool found no file")
            return
        after = _read(sidecar)
        is_sure = after is not None and after[0] == before[0]
        self.load.acknowledge(path, line, is_sure_of_over=is_sure)
        self.load.count("exiftool")

    def darktable(self) -> None:
        """Let darktable read the whole folder, then edit some of its photos: what it writes may be old."""
        edits, lines = [], []
        for path in self.rng.sample(self.theirs, min(3, len(self.theirs))):
            if _read(self.folder / f"{path}.xmp") is None:
                continue
            value, tag = self.load.unique(DARKTABLES), self.load.unique("tag")
            edits += [(path, "rights", value), (path, "tag+", tag)]
            lines.append((path, self.load.enter(f"{self.node} darktable", path, f"tags/{tag}", True, [])))
            lines.append((path, self.load.enter(f"{self.node} darktable", path, DARKTABLES, value, [])))
        darktable.darktable(self.scratch, self.folder, edits)
        for path, line in lines:
            self.load.acknowledge(path, line, is_sure_of_over=False)
        self.load.count("darktable")


def read_ledger(folder: Path, path: str) -> Ledger | None:
    """The ledger of a photo, None without one."""
    try:
        return ledgers.read((folder / f"{path}.kphotos.json").read_bytes())
    except FileNotFoundError:
        return None


def _read(sidecar: Path) -> tuple[str | None, dict[str, Any]] | None:
    """(mark, content) of one read of a sidecar; None where there is none to be read."""
    try:
        data = sidecar.read_bytes()
        return xmp.read(data).mark, content_of(data)
    except (OSError, SyncError):
        return None
