"""A process that edits as hard as it can until its disk is gone, and says each thing before and after.

It tells through a pipe: ("wrote", number, photo, key, value, seen, is_person) before it tries, and
("done", number) once K-Photos has acknowledged it. What a program writes is acknowledged by nobody.
"""

from __future__ import annotations

import os
import random
import stat
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from peewee import PeeweeException

from kphotos import db, index, records
from kphotos.config import Settings, from_env
from kphotos.errors import KPhotosError
from kphotos.index.tables import Asset, Problem
from kphotos.sidecar import bulk, edits, intake, restarts, sites, verify, watching
from kphotos.sidecar.intake import Tally
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync.apply.temps import parse_temp, tag_of
from sync.codecs import xmp
from sync.core.model import Change
from sync.core.values import text
from sync.engine import hash_of
from sync.errors import SyncError
from sync.osfs import OsFS
from tests.photos import jpeg
from tests.sim.oracles import keyed_values, values_under
from tests.sim.tools import MARK, content_of
from tests.sync.sides import DiskHands

KEYS = ("title", "description")
FAULTS = ("file", "folder")
_MOVER = 4
_BULKS = 0.15
_REST_SECONDS = 8.0


def settings_of(disk: Path) -> Settings:
    """K-Photos' home on the very disk that its volume is on."""
    return from_env({"STORAGE_PATH": str(disk / "home")}, dotenv=None)


def library(disk: Path) -> Path:
    """The volume's root on that disk."""
    return disk / "Pictures"


def begin(disk: Path, photos: int) -> None:
    """A library of so many photos, each with a ledger, known to a K-Photos of its own."""
    for number in range(photos):
        jpeg(library(disk) / f"IMG_{number:02}.JPG")
    settings = settings_of(disk)
    volume = sites.add(settings, library(disk))
    watching.ensure_index(settings)
    look_over(settings)
    for path in library(disk).glob("*.JPG"):
        edits.edit(settings, volume, path.name, [Change("rating", "set", 1)], by="alice")
    os.sync()


def look_over(settings: Settings) -> list[Tally]:
    """A scan of every volume and the hashes that it wants, as `kphotos watch` and `work` do it."""
    tallies = []
    for volume in volumes.every(settings):
        engine = sites.engine_of(settings, volume)
        everything = restarts.is_first_scan(settings, volume)
        tally = intake.take(settings, volume, engine.scan(everything=everything))
        tallies.append(tally)
        if everything and tally.root is not None and tally.root.state == "online":
            restarts.scanned(settings, volume)
        with index.use(settings):
            paths = [path for (path,) in db.rows(Asset.select(Asset.path).where(Asset.hash.is_null()))]
        for path in paths:
            signature = engine.look(path).original.stat.signature()
            asset = engine.hashed(path, signature, hash_of(engine.volume.fs, path))
            if asset is not None:
                intake.project(settings, volume, asset)
    return tallies


@dataclass
class Editing:
    """Everybody who writes to one disk."""

    disk: Path
    say: Connection
    number: int
    rng: random.Random
    lock: threading.Lock = field(default_factory=threading.Lock)
    busy: list[threading.Lock] = field(default_factory=list)

    def tell(self, photo: str, key: str, value: str, seen: list[str], *, is_person: bool = True) -> int:
        """Say what is going to be written; its number. A new value where there is none yet."""
        with self.lock:
            self.number += 1
            self.say.send(("wrote", self.number, photo, key, value, seen, is_person))
            return self.number

    def value(self, key: str) -> str:
        """A text that nobody has written before."""
        return f"{key} {os.getpid()}-{time.monotonic_ns()}-{threading.get_ident() % 1000}"

    def person(self, rng: random.Random, settings: Settings) -> None:
        """Look at what the index tells of, edit what is shown of a field: of one photo or some at once."""
        volume, key = volumes.every(settings)[0], rng.choice(KEYS)
        with index.use(settings):
            paths = sorted(path for (path,) in db.rows(Asset.select(Asset.path)))
        if rng.random() < _BULKS:
            chosen = rng.sample(paths, 4)
            asked = {path: self._ask(settings, volume, path, key) for path in chosen}
            items = [(path, [change]) for path, (_, change) in asked.items()]
            for group in bulk.edit_many(settings, volume, items, by="alice", bulk=None):
                for one in group:
                    if one.error is None:
                        self._done(asked[one.path][0])
        else:
            path = rng.choice(paths)
            number, change = self._ask(settings, volume, path, key)
            edits.edit(settings, volume, path, [change], by="alice")
            self._done(number)

    def _ask(self, settings: Settings, volume: Volume, path: str, key: str) -> tuple[int, Change]:
        """The number and the change of an edit by one who has just looked."""
        asset = sites.engine_of(settings, volume).look(path)
        shown = asset.document.fields.get(key)
        dots = shown.dots if shown else ()
        value = self.value(key)
        number = self.tell(_photo(path), key, text(value), sorted(values_under(asset.ledger, key, dots)))
        return number, Change(key, "set", value, seen=frozenset(dots))

    def _done(self, number: int) -> None:
        with self.lock:
            self.say.send(("done", number))

    def program(self, rng: random.Random, settings: Settings) -> None:
        """Read an XMP, change one field, write it: in place and in halves as darktable does, or whole."""
        path, key = self._any(rng), rng.choice(KEYS)
        hands, name = DiskHands(library(self.disk)), path + ".xmp"
        data = hands.read(name)
        content, value, mark = content_of(data), self.value(key), xmp.read(data).mark
        had = keyed_values(content)
        self.tell(_photo(path), key, text(value), [had[key]] if key in had else [], is_person=False)
        new = xmp.write(data, {**content, key: value}, mark or "none")
        new = new if mark else MARK.sub(b"", new)
        if rng.random() < 0.3:
            hands.replace(name, new)
            return
        with (hands.root / name).open("r+b") as file:
            file.truncate()
            file.write(new[: len(new) // 2])
            file.flush()
            time.sleep(0.002)
            file.write(new[len(new) // 2 :])

    def mover(self, rng: random.Random, settings: Settings) -> None:
        """Rename an original and leave its sidecars behind, in a moment in which nobody else acts."""
        path, folder = self._any(rng), rng.choice(("", "Trip/", "Trip/Day 2/"))
        with ExitStack() as stack:
            for lock in self.busy[:_MOVER]:
                stack.enter_context(lock)
            DiskHands(library(self.disk)).move(path, f"{folder}{_photo(path)}-{rng.randrange(10**6)}.JPG")
            look_over(settings)
        time.sleep(0.1)

    def follower(self, rng: random.Random, settings: Settings) -> None:
        """What `kphotos watch` does, without the wait for calm."""
        look_over(settings)
        time.sleep(0.05)

    def _any(self, rng: random.Random) -> str:
        root = library(self.disk)
        return str(rng.choice(sorted(root.rglob("*.JPG"))).relative_to(root))

    def live(self, deed: Any, at: int, seed: int) -> None:
        """One of them, until the process is killed; what fails was not acknowledged."""
        rng, settings = random.Random(seed), settings_of(self.disk)
        while True:
            try:
                with self.busy[at]:
                    deed(rng, settings)
                time.sleep(0.001 if at < 2 else 0.02)
            except (KPhotosError, SyncError, OSError, PeeweeException, IndexError):
                time.sleep(0.005)
            except Exception as error:  # noqa: BLE001 - told to whoever judges
                with self.lock:
                    self.say.send(("error", repr(error)))
                time.sleep(0.05)


def edit_on(disk: Path, say: Connection, seed: int, number: int, fault: str | None) -> None:
    """The process: two people, a program, somebody who moves photos, and K-Photos' own watch."""
    plant(fault)
    editing = Editing(disk, say, number, random.Random(seed))
    people = (editing.person, editing.person, editing.program, editing.follower, editing.mover)
    editing.busy = [threading.Lock() for _ in people]
    for at, deed in enumerate(people):
        threading.Thread(target=editing.live, args=(deed, at, seed * 10 + at), daemon=True).start()
    while True:
        time.sleep(1)


def plant(fault: str | None) -> None:
    """Leave out the fsyncs of files or of folders, as a mistake would: the cuts must find it."""
    real = os.fsync

    def only_folders(fd: int) -> None:
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            real(fd)

    if fault == "file":
        os.fsync = only_folders  # type: ignore[assignment]
    if fault == "folder":
        OsFS.sync_folder = lambda self, folder: None  # type: ignore[method-assign]


def recover(disk: Path, say: Connection) -> None:
    """The process that starts after the cut: it ends up at rest, and tells what is not as it should be."""
    started = f"machine started at {time.time_ns()}"
    restarts.boot = lambda: started  # type: ignore[attr-defined]
    settings = settings_of(disk)
    watching.ensure_index(settings)
    records.catch_up(settings)
    deadline = time.monotonic() + _REST_SECONDS
    while True:
        roots = [tally.root for tally in look_over(settings) if tally.root is not None]
        told = [f"{root.state}: {root.reason}" for root in roots if root.state != "online"]
        told += [f"left: {path}" for path in library(disk).rglob(".kphotos-tmp-*") if not _stays(path)]
        differences = [] if told else verify.verify(settings).differences
        if not (told or differences) or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    with index.use(settings):
        left = [
            path for (path,) in db.rows(Problem.select(Problem.path).where(Problem.kind == "left-behind"))
        ]
    # What could not follow a move is in the index and in what was observed: a cut may leave it in one.
    kept = [one for one in differences if not (left and one.place == "problem")]
    say.send(([*told, *(f"{one.invariant}: {one.place}: {one.reason}" for one in kept)], left))


def _stays(temp: Path) -> bool:
    """Whether a temp is rightly left: a program's write cut in two, or of a photo that has moved since."""
    told = parse_temp(temp.name)
    if told is None or told.tag not in {tag_of(path.name) for path in temp.parent.iterdir()}:
        return True
    try:
        xmp.read(temp.read_bytes())
    except SyncError:
        return not temp.read_bytes().startswith(b"{")
    return False


def _photo(path: str) -> str:
    return path.rpartition("/")[2][:6]
