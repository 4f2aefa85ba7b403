"""People who edit what they have before them, however long ago that was, and take edits back."""

from __future__ import annotations

from sync.core.model import Change, Ledger
from sync.core.values import text
from tests.sim.histories import Scene
from tests.sim.histories_programs import register
from tests.sim.histories_values import Page
from tests.sim.histories_writers import Writers
from tests.sim.oracles import values_under


class People(Writers):
    """The people of one house, beside its programs; `pages` are open, `undos` can be taken back."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.pages: list[Page] = []
        self.undos: list[tuple[str, Ledger, int, list[Change]]] = []

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

    def late(self) -> None:
        """A program reads, people go on, it opens the file or writes it, and people go on."""
        self.lag()
        for _ in range(self.rng.randrange(3)):
            self.person()
        self.go_on()
        for _ in range(self.rng.randrange(3)):
            self.person()

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
