"""Histories of everything at once: whoever writes does so with a value of his own (oracle a)."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

from sync.codecs import xmp
from sync.core.model import Change, Ledger
from sync.core.values import text
from sync.ports import LEDGER_SUFFIX
from tests.sim.histories import Scene
from tests.sim.histories_programs import NOTE, Program, is_whole, note_of, register
from tests.sim.histories_values import YEAR, Page, Setting
from tests.sim.oracles import REGISTERS, values_under
from tests.sim.oracles_rest import check_rest

SETTINGS = (
    Setting("calm"),
    Setting("crashes", crashes=True, forgets=True),
    Setting("marks dropped", drops=True, crashes=True, forgets=True),
    Setting("races", races=True, crashes=True),
    Setting("upheavals", moves=True, upheavals=True, crashes=True),
    Setting("stale program", stale=True),
    Setting("program that never reads", deaf=True, stale=True, crashes=True),
    Setting("errors", errors=True, crashes=True),
    Setting("all", drops=True, crashes=True, forgets=True, races=True, moves=True, upheavals=True),
    Setting("files held open", drops=True, crashes=True, forgets=True, races=True, holds=True),
)


class Wild:
    """One history: acts at random, and what must hold whenever everything is at rest."""

    def __init__(self, seed: int, setting: Setting, scene: Scene | None = None) -> None:
        self.scene = scene or Scene(seed, setting)
        self.rng = self.scene.rng
        if setting.holds:
            self.scene.cuts = ("killed",)  # with the power programs end as well, whatever they have open
        self.pages: list[Page] = []
        self.undos: list[tuple[str, Ledger, int, list[Change]]] = []
        self.torn: dict[str, Callable[[], None]] = {}
        self.old: list[tuple[str, bytes]] = []
        self.programs: dict[str, Program] = {}
        self.false = self.rounds = 0

    def run(self, steps: int, *, rests: int = 4) -> Wild:
        """So many acts, with a rest now and then, and at the end."""
        for number in range(1, steps + 1):
            act = self.rng.choice(self.acts())
            self.scene.say(act.__name__)
            act()
            self.scene.machine.pass_time(self.rng.choice([0.01, 0.3, 3, 90]))
            if number % rests == 0 or number == steps:
                self.rest()
        return self

    def acts(self) -> list[Callable[[], None]]:
        """What may happen next in this setting."""
        setting = self.scene.setting
        acts = [self.person, self.person, self.person]
        acts += [self.program, self.program, self.program] if setting.programs else []
        acts += [self.undo, self.look, self.scan]
        acts += [self.tear] if setting.programs else []
        acts += [self.hold, self.hold, self.hold, self.lag, self.go_on] if setting.holds else []
        if not setting.stale:  # a new mirror has no history by which to tell who is stale
            acts += [self.lost_mirror]
        if setting.crashes:
            acts += [self.restart]
        if setting.moves:
            acts += [self.move, self.replace]
        if setting.upheavals:
            acts += [self.unmount, self.roll_back, self.clock]
        return acts

    def rest(self) -> None:
        """Let all that was begun end, and judge."""
        for path in list(self.torn):
            self.finish(path)
        self.rounds = max(self.rounds, self.scene.settle())
        self.false = check_rest(self.scene)
        self.scene.remembers = False
        self.scene.say(str(sorted(self.scene.index.items())))
        self.keep_ledgers()

    def keep_ledgers(self) -> None:
        """Somebody makes a backup."""
        if len(self.old) < 6:
            self.old += [item for item in self.scene.fs.contents().items() if item[0].endswith(LEDGER_SUFFIX)]

    def find_photos(self) -> None:
        """Forget whatever was begun with photos that others have taken away."""
        for path in self.scene.find_photos():
            self._forget(path)

    def _forget(self, path: str) -> None:
        self.old = [item for item in self.old if item[0] != path + LEDGER_SUFFIX]
        self.pages = [page for page in self.pages if page.asset.path != path]
        self.undos = [undo for undo in self.undos if undo[0] != path]
        self.torn.pop(path, None)
        self.programs.pop(path, None)

    # People.

    def _path(self) -> str:
        return self.rng.choice(sorted(self.scene.originals))

    def _key(self) -> str:
        return self.rng.choice([*REGISTERS, "title", "tags"])

    def look(self) -> None:
        """Somebody opens a photo and leaves it open."""
        page = self.scene.page(self._path())
        self.pages += [page] if page else []

    def person(self) -> None:
        """Somebody edits what he has before him, however long ago that was."""
        self.look()
        page = self.rng.choice(self.pages[-4:]) if self.pages else None
        if page is None or page.asset.path not in self.scene.originals:
            return
        path, number = page.asset.path, self.scene.count("edits")
        self._disturb(path)
        book, field = self.scene.books[path], self._key()
        shown = page.asset.document.value("tags") or ()
        if field == "tags" and shown and self.rng.random() < 0.4:
            tag = self.rng.choice(sorted(shown))
            key, value, change = f"tags/{tag}", None, Change("tags", "remove", tag, page.dots("tags"))
        elif field == "tags":
            key, value = f"tags/t{number}", text(True)
            change = Change("tags", "add", f"t{number}", page.dots("tags"))
        elif self.rng.random() < 0.15:
            key, value, change = field, None, Change(field, "clear", None, page.dots(field))
        else:
            new = register(field, number)
            key, value, change = field, text(new), Change(field, "set", new, page.dots(field))
        self._edit(path, [change], [(key, value, page.over(book, key))])

    def undo(self) -> None:
        """Somebody takes his last edit back; refused where it has been changed since."""
        if not self.undos:
            return
        path, ledger, mark, changes = self.undos.pop()
        if path not in self.scene.originals or not changes:
            return
        book, lines = self.scene.books[path], []
        self.scene.count("edits")
        for change in changes:  # an open conflict comes back with all its values
            key = f"tags/{change.value}" if change.field == "tags" else change.field
            over = book.seeing(key, values_under(ledger, key, change.seen or ()), mark)
            is_gone = change.op in ("clear", "remove")
            value = None if is_gone else text(True if change.field == "tags" else change.value)
            if value is None or {book.lines[number].value for number in over} != {value}:
                lines.append((key, value, over))  # what stands there already is not written anew
        self._edit(path, changes, lines)

    def _edit(
        self, path: str, changes: list[Change], lines: list[tuple[str, str | None, frozenset[int]]]
    ) -> None:
        book = self.scene.books[path]
        first = len(book.lines)
        for key, value, over in lines:
            book.wrote(key, value, over, is_sure=False)  # others may read it before we are told it is safe
        done = self.scene.edit(path, *changes)
        if done is not None and done[1]:  # what stood there already was not written anew
            for number in range(first, first + len(lines)):
                book.acknowledge(number)
            self.undos.append((path, done[0].ledger, len(book.lines), done[1]))

    # Programs.

    def _program(self, path: str) -> Program:
        setting, rng = self.scene.setting, self.rng
        if not setting.stale:
            drops = setting.drops and rng.random() < 0.4
            self.scene.count("marks dropped", drops)
            return Program(self.scene.fs, drops=drops, in_place=rng.random() < 0.5)
        if path not in self.programs:
            program = Program(
                self.scene.fs, is_stale=True, is_deaf=setting.deaf, is_replicated=setting.replicated
            )
            program.excused = self.scene.excused[path]
            self.programs[path] = program
        if rng.random() < 0.3:
            self.programs[path].read(path + ".xmp", self.scene.books[path])
        return self.programs[path]

    def _compose(self, path: str, program: Program) -> bytes:
        number = self.scene.count("edits")
        name = self._key()
        key = f"tags/t{number}" if name == "tags" else name
        value = True if name == "tags" else register(name, number)
        if name == "tags" and program.database.get("tags") and self.rng.random() < 0.3:
            key, value = f"tags/{self.rng.choice(sorted(program.database['tags']))}", False
        if not self.scene.setting.notes:
            return program.edit(path + ".xmp", self.scene.books[path], key, value, None)
        data = program.edit(path + ".xmp", self.scene.books[path], key, value, number)
        self._note(path, number)
        return data

    def _note(self, path: str, number: int | None) -> None:
        """Enter the property that a program writes over the one that it read; None if the file goes."""
        book, name = self.scene.pictures[self.scene.originals[path]].notes, path + ".xmp"
        found = NOTE.search(self.scene.fs.nodes[name].data) if name in self.scene.fs.nodes else None
        over = book.seeing("note", {note_of(found[0])} if found else (), len(book.lines))
        book.wrote("note", str(number) if number is not None else None, over)
        self.scene.notes[name] = number

    def program(self) -> None:
        """Another program edits; the watcher tells, or a rescan does, or nobody for now."""
        path = self._path()
        if path in self.torn or not self._is_legible(path):
            return
        if self.scene.setting.stale:
            self.scene.scan()  # what is overwritten before anybody saw it is nobody's to keep
        program = self._program(path)
        program.save(path + ".xmp", self._compose(path, program))
        self.scene.count("stale writes", program.is_stale)
        if self.scene.setting.stale or self.rng.random() < 0.6:
            self.scene.touch(path + ".xmp")

    def _is_legible(self, path: str) -> bool:
        """Whether a program can read what lies there: half of another site's may have arrived."""
        node = self.scene.fs.nodes.get(path + ".xmp")
        return node is None or is_whole(node.data)

    def tear(self) -> None:
        """A program begins to write in place; the rest comes later."""
        path = self._path()
        if path in self.torn or path + ".xmp" not in self.scene.fs.nodes or self.scene.setting.stale:
            return
        self.scene.settle()
        if not self._is_legible(path):
            return
        program = self._program(path)
        self.scene.count("torn writes")
        self.torn[path] = program.tear(path + ".xmp", self._compose(path, program))
        self.scene.touch(path + ".xmp")

    def hold(self) -> None:
        """A program opens the file, and writes much later through that, whatever was put in its place."""
        path = self._path()
        name = path + ".xmp"
        if path in self.torn or name not in self.scene.fs.nodes or not self._is_legible(path):
            return
        data = self._compose(path, self._program(path))
        write = self.scene.fs.hands.opened(name)
        self.torn[path] = lambda: write(data)
        self.scene.notes[name] = None
        self.scene.count("held open")

    def lag(self) -> None:
        """A program reads a file with our mark, takes its time, and writes all of it over what is there."""
        path = self._path()
        node = self.scene.fs.nodes.get(name := path + ".xmp")
        if path in self.torn or node is None or not is_whole(node.data) or xmp.read(node.data).mark is None:
            return
        program = Program(self.scene.fs, in_place=self.rng.random() < 0.5)
        data = self._compose(path, program)
        self.torn[path] = lambda: program.save(name, data)
        self.scene.notes[name] = None
        self.scene.count("lagging writes")

    def go_on(self) -> None:
        """A program that had begun to write gets to it."""
        if self.torn:
            path = self.rng.choice(sorted(self.torn))
            self.finish(path)
            self.scene.touch(path + ".xmp")

    def finish(self, path: str) -> None:
        """The program writes the rest."""
        self.torn.pop(path)()

    # What befalls the house.

    def _disturb(self, path: str) -> None:
        """Let a crash, or another program, come into the midst of what is done next."""
        scene, chance = self.scene, self.rng.random()
        if scene.setting.crashes and chance < 0.25:
            scene.at(self.rng.randrange(1, 45), scene.stop)
        elif scene.setting.errors and chance < 0.5:
            scene.at(self.rng.randrange(1, 45), self._fail)
        elif scene.setting.races and chance < 0.7 and path not in self.torn:
            scene.count("races")
            scene.at(self.rng.randrange(1, 45), lambda: self._intrude(path))

    def _fail(self) -> None:
        """The disk refuses once; nobody is to believe afterwards that it did not."""
        number = self.rng.choice([errno.EIO, errno.ENOSPC, errno.EACCES, errno.ESTALE])
        self.scene.count("errors")
        raise OSError(number, os.strerror(number))

    def _intrude(self, path: str) -> None:
        name, fs = path + ".xmp", self.scene.fs
        program = self._program(path)
        data = self._compose(path, program)
        if name in fs.nodes and is_whole(fs.nodes[name].data) and self.rng.random() < 0.3:
            self.torn[path] = program.tear(name, data)
        elif name in fs.nodes and self.rng.random() < 0.3:
            # It has the file open, and writes through that whatever is put in its place meanwhile. Its
            # values are absorbed; properties that K-Photos does not know are not carried over then.
            write = fs.hands.opened(name)
            self.scene.notes[name] = None
            self.scene.count("written through an open file")
            self.scene.at(self.rng.randrange(1, 20), lambda: write(data), late=True)
        else:
            program.save(name, data)

    def scan(self) -> None:
        """A rescan, which may be cut short."""
        self._disturb(self._path())
        self.scene.scan(everything=self.rng.random() < 0.2)

    def restart(self) -> None:
        """A new process, which may have lost what was observed; it begins with a rescan."""
        self.scene.restart(0.6)
        self.scene.scan()

    def lost_mirror(self) -> None:
        """Somebody deletes an XMP: it is written again, nothing is taken for cleared (I10)."""
        path = self._path()
        name = path + ".xmp"
        if {name, path + LEDGER_SUFFIX} <= self.scene.fs.nodes.keys() and path not in self.torn:
            self.scene.settle()
            self.scene.due.clear()  # no sync tool brings something now: what nobody has seen, nobody keeps
            self.scene.settle()
            if self.scene.engine.look(path).pending:
                return
            self._note(path, None)
            self.scene.machine.hands.remove(name)
            self.scene.touch(name)
            self.scene.settle()

    def move(self) -> None:
        """Somebody moves a photo with its sidecars."""
        scene, old = self.scene, self._path()
        new = f"{self.rng.choice('def')}/IMG_{scene.count('moves') + 10}.{old.rpartition('.')[2]}"
        if old in self.torn:
            return
        scene.settle()  # what our own edits took out is cleared away by name
        for suffix in ("", ".xmp", LEDGER_SUFFIX):
            if old + suffix in scene.fs.nodes:
                scene.machine.hands.move(old + suffix, new + suffix)
        note = scene.notes.get(old + ".xmp")
        scene.find_photos()
        scene.notes[new + ".xmp"] = note
        scene.scan()

    def replace(self) -> None:
        """Somebody deletes a photo with its sidecars and puts another there: it inherits nothing."""
        path = self._path()
        if path in self.torn:
            return
        for suffix in ("", ".xmp", LEDGER_SUFFIX):
            self.scene.machine.hands.remove(path + suffix)
        self.scene.notes.pop(path + ".xmp", None)
        if self.rng.random() < 0.5:
            self.scene.scan()
        self.scene.photo(path, b"another picture %d" % self.scene.count("replaced"))
        self._forget(path)

    def unmount(self) -> None:
        """The root is empty, or gone, or answers with an error: nothing changes (I10)."""
        scene, fs = self.scene, self.scene.fs
        index, nodes, writes = dict(scene.index), fs.nodes, list(fs.writes)
        scene.count("unmounts")
        way = self.rng.choice(["empty", "ENOENT", "EIO", "ESTALE"])
        errors = {
            "ENOENT": FileNotFoundError(2, "gone"),
            "EIO": OSError(5, "I/O error"),
            "ESTALE": OSError(116, "stale"),
        }
        fs.root_error, scene.is_away = errors.get(way), True
        fs.nodes = {} if way == "empty" else nodes
        scene.scan()
        scene.touch(*[path + ".xmp" for path in scene.originals], *scene.originals)
        done = scene.edit(self._path(), Change("title", "set", "never"))
        fs.root_error, fs.nodes, scene.is_away = None, nodes, False
        assert done is None, "I10: an edit was acknowledged without a disk"
        assert (scene.index, fs.writes) == (index, writes), f"I10: {way}"

    def roll_back(self) -> None:
        """An older ledger is put back; this site remembers the newer."""
        older = [(path, data) for path, data in self.old if path in self.scene.fs.nodes]
        if older:
            self.scene.settle()
            path, data = self.rng.choice(older)
            self.scene.machine.hands.replace(path, data)
            self.scene.remembers = True
            self.scene.count("rollbacks")

    def clock(self) -> None:
        """The clock is put years on or back (I14)."""
        clock = self.scene.machine.site.clock
        years = self.rng.choice([-10, -1, 1, 10])
        clock.sleep(years * YEAR)
        self.scene.count("clock jumps")
