"""Programs that edit beside K-Photos: save whole, tear, hold a file open, lag, or come in between."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable

from sync.codecs import xmp
from tests.sim.histories import Scene
from tests.sim.histories_programs import NOTE, Program, is_whole, note_of, register
from tests.sim.oracles import REGISTERS

_FOCUSED = 0.7


class Writers:
    """The programs of one house; `torn`: how each photo's write that was begun is ended.

    `lagging`: what is to be written by those that have read, and have opened nothing yet. `focus`: the photo
    and the field in which a program was late last, where others are to meet it; `late_at`: the photos at
    which one was since the last rest.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.rng: random.Random = scene.rng
        self.torn: dict[str, Callable[[], None]] = {}
        self.lagging: dict[str, bytes] = {}
        self.focus: tuple[str, str] | None = None
        self.late_at: set[str] = set()
        self.programs: dict[str, Program] = {}

    def _path(self) -> str:
        paths = sorted(self.scene.originals)
        if self.focus and self.focus[0] in paths and self.rng.random() < _FOCUSED:
            return self.focus[0]
        return self.rng.choice(paths)

    def _key(self) -> str:
        if self.focus and self.rng.random() < _FOCUSED:
            return self.focus[1]
        return self.rng.choice([*REGISTERS, "title", "tags"])

    def _program(self, path: str) -> Program:
        setting, rng = self.scene.setting, self.rng
        if not setting.stale:
            # Who wrote without a mark over what a late one wrote unseen looks as if he had read all (README).
            drops = setting.drops and rng.random() < 0.4 and path not in self.late_at
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
        if self.scene.setting.holds:
            self.focus = path, name
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
        self.lagging[path] = data
        self.late_at.add(path)
        self.scene.notes[name] = None
        self.scene.count("lagging writes")

    def go_on(self) -> None:
        """A program that had begun to write gets to it, or no further than to open the file."""
        if not self.torn:
            return
        focused = self.focus[0] if self.focus else ""
        path = focused if focused in self.torn else self.rng.choice(sorted(self.torn))
        name = path + ".xmp"
        if path in self.lagging and name in self.scene.fs.nodes and self.rng.random() < 0.5:
            data, write = self.lagging.pop(path), self.scene.fs.hands.opened(name)
            self.torn[path] = lambda: write(data)
            self.scene.count("opened after it was read")
        else:
            self.finish(path)
            self.scene.touch(name)

    def finish(self, path: str) -> None:
        """The program writes the rest."""
        self.lagging.pop(path, None)
        self.torn.pop(path)()

    # What comes into the midst of other acts.

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
