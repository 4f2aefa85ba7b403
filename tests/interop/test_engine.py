"""The real darktable against the whole engine: taken in, given back, its old memory kept at bay."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync.codecs import xmp
from tests.e2e import house as houses
from tests.photos import jpeg

pytestmark = pytest.mark.interop

PHOTO = "IMG_1.JPG"
Darktable = Callable[..., dict[str, Any]]


class Library:
    """A folder that K-Photos and darktable share, and both programs' own homes."""

    def __init__(self, base: Path, darktable: Darktable) -> None:
        self.folder, self.home, self.scratch = base / "Pictures", base / "home", base / "darktable"
        self._darktable = darktable
        jpeg(self.folder / PHOTO, taken="2021-06-01T12:34:56")
        self.original = hashlib.sha256((self.folder / PHOTO).read_bytes()).hexdigest()
        self.ours("scan", str(self.folder))

    def ours(self, *words: str) -> dict[str, Any]:
        done = houses.run(self.home, *words, "--json")
        assert done.returncode in (0, 1), done.stdout + done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def edit(self, *changes: str) -> None:
        self.ours("edit", str(self.folder / PHOTO), *changes)

    def theirs(self, *edits: tuple[str, str], remember: bool = False, **options: Any) -> dict[str, Any]:
        """darktable edits and writes; with `remember` it has its own database from one run to the next."""
        catalogue = str(self.scratch / "library.db") if remember else ":memory:"
        self.scratch.mkdir(exist_ok=True)
        done = [(PHOTO, key, value) for key, value in edits]
        seen = self._darktable(self.scratch, self.folder, done, catalogue=catalogue, **options)
        found: dict[str, Any] = seen[PHOTO]
        return found

    def shown(self) -> dict[str, Any]:
        """What we show after a scan: field -> value."""
        self.ours("scan")
        told = self.ours("show", str(self.folder / PHOTO))
        assert told["conflicts"] == []
        assert hashlib.sha256((self.folder / PHOTO).read_bytes()).hexdigest() == self.original
        return {name: field["value"] for name, field in told["fields"].items()}

    def in_xmp(self) -> xmp.Xmp:
        return xmp.read((self.folder / f"{PHOTO}.xmp").read_bytes())


@pytest.fixture
def library(tmp_path: Path, darktable: Darktable) -> Library:
    return Library(tmp_path, darktable)


def test_what_darktable_says_is_shown_and_what_we_say_it_shows(library: Library) -> None:
    library.theirs(("rating", "3"), ("tag+", "Places|Oslo"), ("title", "Fjord"), ("label", "blue"))
    shown = library.shown()
    assert (shown["rating"], shown["title"], shown["label"]) == (3, "Fjord", "Blue")
    assert shown["tags"] == ["Places/Oslo"]

    library.edit("rating=5", "tags+=Boats", "description=At dawn", "label=red")
    seen = library.theirs(writes="never")
    assert (seen["rating"], seen["title"], seen["description"]) == (5, "Fjord", "At dawn")
    assert seen["tags"] == ["Boats", "Places|Oslo"]
    assert seen["labels"] == ["red"]


def test_both_edit_in_turns_and_nothing_is_lost(library: Library) -> None:
    library.edit("title=Ours", "tags+=Lake")
    library.theirs(("rating", "2"), ("tag+", "Rain"))
    library.edit("description=Both", "tags-=Lake")
    library.theirs(("label", "green"), ("tag-", "Rain"), ("tag+", "Storm"))
    shown = library.shown()
    assert (shown["title"], shown["description"], shown["rating"]) == ("Ours", "Both", 2)
    assert (shown["label"], shown["tags"]) == ("Green", ["Storm"])


def test_a_darktable_with_an_old_memory_cannot_take_back_our_edit(library: Library) -> None:
    library.theirs(("rating", "2"), ("title", "Old"), ("tag+", "Before"), remember=True)
    library.shown()
    library.edit("rating=5", "title=New", "tags+=Ours")
    library.theirs(("tag+", "After"), remember=True, look=False)
    assert library.in_xmp().sources["rating"]["xmp:Rating"] == 2, (
        "its memory was not old, so nothing is shown"
    )
    shown = library.shown()
    assert (shown["rating"], shown["title"]) == (5, "New")
    assert shown["tags"] == ["After", "Before", "Ours"]


def test_a_rating_that_darktable_sets_again_on_purpose_is_honoured(library: Library) -> None:
    library.theirs(("rating", "2"), remember=True)
    library.shown()
    library.edit("rating=5")
    library.theirs(("rating", "3"), remember=True, look=False)
    assert library.shown()["rating"] == 3


def test_a_library_made_by_darktable_alone_is_read_and_left_as_it_is(library: Library) -> None:
    library.theirs(("rating", "4"), ("tag+", "Zoo|Lion"))
    before = (library.folder / f"{PHOTO}.xmp").read_bytes()
    shown = library.shown()
    assert (shown["rating"], shown["tags"]) == (4, ["Zoo/Lion"])
    assert (library.folder / f"{PHOTO}.xmp").read_bytes() == before
    assert not (library.folder / f"{PHOTO}.kphotos.json").exists()
