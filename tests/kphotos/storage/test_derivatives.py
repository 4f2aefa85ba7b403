"""The store of derivatives: whole or absent, keyed by content, and never outside its root."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from kphotos.storage.derivatives import KINDS, Derivatives
from kphotos.storage.facts import MAKER, Facts

ONE, OTHER = "sha256:" + "ab" * 32, "sha256:" + "cd" * 32
FACTS = Facts(
    hash=ONE, size=5, width=3, height=2, thumbhash=b"\1\2", phash="0" * 16, dhash="f" * 16, colour="#102030"
)


@pytest.fixture
def store(tmp_path: Path) -> Derivatives:
    return Derivatives(tmp_path / "derivatives")


def test_what_is_put_is_there(store: Derivatives) -> None:
    assert not store.has(ONE, "thumb")
    assert store.open(ONE, "thumb") is None
    store.put(ONE, "thumb", b"picture")
    assert store.has(ONE, "thumb")
    assert not store.has(OTHER, "thumb")
    assert store.path(ONE, "thumb") == store.root / "ab" / ("ab" * 32) / "thumb.webp"
    found = store.open(ONE, "thumb")
    assert found is not None
    with found:
        assert found.read() == b"picture"


def test_missing_names_what_is_still_to_be_made(store: Derivatives) -> None:
    assert store.missing(ONE) == KINDS
    store.put(ONE, "preview", b"x")
    assert store.missing(ONE) == ("thumb", "facts")
    store.put(ONE, "facts", FACTS.to_json())
    store.put(ONE, "thumb", b"")
    assert store.missing(ONE) == ("thumb",)
    store.put(ONE, "thumb", b"x")
    assert store.missing(ONE) == ()


def test_a_content_known_to_have_no_picture_is_not_tried_again(store: Derivatives) -> None:
    store.put(ONE, "facts", Facts(hash=ONE, size=5, problem="empty").to_json())
    assert store.missing(ONE) == ()
    store.put(OTHER, "facts", replace(FACTS, hash=OTHER, maker=MAKER - 1).to_json())
    assert store.missing(OTHER) == KINDS


def test_facts_come_back_as_they_were(store: Derivatives) -> None:
    store.put(ONE, "facts", FACTS.to_json())
    assert store.facts(ONE) == FACTS
    assert FACTS.to_json() == Facts.from_json(FACTS.to_json()).to_json()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"\xff",
        b'{"hash":1}',
        FACTS.to_json().replace(b'"width":3', b'"width":"3"'),
        FACTS.to_json().replace(b'"AQI="', b'"%"'),
        replace(FACTS, hash=OTHER).to_json(),
        FACTS.to_json()[:-9],
    ],
)
def test_facts_that_we_would_not_write_count_as_missing(data: bytes, store: Derivatives) -> None:
    store.put(ONE, "facts", data)
    assert store.facts(ONE) is None
    assert "facts" in store.missing(ONE)


@pytest.mark.parametrize(
    "content", ["", "ab" * 32, "sha256:" + "AB" * 32, "sha256:../../x", ONE + "\n", ONE + "/.."]
)
def test_only_a_hash_is_a_name(content: str, store: Derivatives) -> None:
    for act in (store.missing, lambda c: store.put(c, "thumb", b"x"), lambda c: store.open(c, "thumb")):
        with pytest.raises(ValueError, match="not a content hash"):
            act(content)


@pytest.mark.parametrize("where", [".", "ab", "ab/" + "ab" * 32])
def test_a_symlink_anywhere_on_the_way_is_refused(where: str, store: Derivatives, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "ab" / ("ab" * 32)).mkdir(parents=True)
    (elsewhere / "ab" / ("ab" * 32) / "thumb.webp").write_bytes(b"not ours")
    link = store.root / where
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere / where)
    with pytest.raises(OSError, match=r"Not a directory|symbolic links"):
        store.put(ONE, "preview", b"x")
    with pytest.raises(OSError, match=r"Not a directory|symbolic links"):
        store.open(ONE, "thumb")
    if where == ".":
        with pytest.raises(OSError, match=r"Not a directory|symbolic links"):
            store.sweep(lambda _: False, grace=-1)
    else:
        assert store.sweep(lambda _: False, grace=-1) == 0
    assert (elsewhere / "ab" / ("ab" * 32) / "thumb.webp").read_bytes() == b"not ours"
    assert not (elsewhere / "ab" / ("ab" * 32) / "preview.webp").exists()


def test_a_symlinked_file_is_replaced_not_followed(store: Derivatives, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    store.path(ONE, "thumb").parent.mkdir(parents=True)
    store.path(ONE, "thumb").symlink_to(victim)
    assert not store.has(ONE, "thumb")
    with pytest.raises(OSError, match="symbolic links"):
        store.open(ONE, "thumb")
    store.put(ONE, "thumb", b"ours")
    assert victim.read_bytes() == b"precious"
    assert store.path(ONE, "thumb").read_bytes() == b"ours"


def test_readers_never_see_half_of_it(store: Derivatives) -> None:
    bodies = [bytes([n]) * 200_000 for n in range(2)]
    store.put(ONE, "preview", bodies[0])
    done, seen = threading.Event(), set()

    def look() -> None:
        while not done.is_set():
            found = store.open(ONE, "preview")
            assert found is not None
            with found:
                seen.add(found.read())

    thread = threading.Thread(target=look)
    thread.start()
    for n in range(100):
        store.put(ONE, "preview", bodies[n % 2])
    done.set()
    thread.join()
    assert seen <= set(bodies)


def test_a_failed_write_leaves_nothing_behind(store: Derivatives, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(ONE, "thumb", b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.put(ONE, "thumb", b"new")
    assert store.path(ONE, "thumb").read_bytes() == b"old"
    assert os.listdir(store.path(ONE, "thumb").parent) == ["thumb.webp"]


def test_a_sweep_removes_only_what_is_ours_old_and_unwanted(store: Derivatives) -> None:
    for content in (ONE, OTHER):
        store.put(content, "thumb", b"x")
        store.put(content, "facts", b"x")
    stranger = store.path(OTHER, "thumb").with_name("notes.txt")
    stranger.write_text("somebody's")
    (store.root / "README").write_text("somebody's")
    store.path(ONE, "thumb").with_name(".kphotos-tmp-left-by-a-crash").write_bytes(b"x")
    assert store.sweep(lambda content: content == ONE) == 0
    assert store.sweep(lambda content: content == ONE, grace=-1) == 3
    assert store.has(ONE, "thumb")
    assert not store.has(OTHER, "thumb")
    assert stranger.read_text() == (store.root / "README").read_text() == "somebody's"
    stranger.unlink()
    assert store.sweep(lambda content: content == ONE, grace=-1) == 0
    assert not store.path(OTHER, "thumb").parent.exists()


def test_a_sweep_of_nothing_is_nothing(store: Derivatives) -> None:
    assert store.sweep(lambda _: False) == 0


def test_nobody_else_may_look(store: Derivatives) -> None:
    store.put(ONE, "thumb", b"x")
    modes = [
        path.stat().st_mode & 0o777
        for path in (store.root, store.path(ONE, "thumb").parent, store.path(ONE, "thumb"))
    ]
    assert modes == [0o700, 0o700, 0o600]
