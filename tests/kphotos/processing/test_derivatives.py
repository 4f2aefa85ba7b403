"""Deriving: once for each content, never more than is missing, never touching the original."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pytest

from kphotos.processing.answers import Made, Undecodable
from kphotos.processing.decoder import Decoder, DecoderClosed
from kphotos.processing.derivatives import derive
from kphotos.storage import embedded
from kphotos.storage.derivatives import Derivatives, Kind
from kphotos.storage.exiftool import ExiftoolFailed
from tests.photos import jpeg
from tests.pictures import CASES, DAMAGED, picture

MADE = Made(
    width=3,
    height=2,
    thumb=b"t",
    preview=b"p",
    thumbhash=b"h",
    phash="0" * 16,
    dhash="1" * 16,
    colour="#000000",
)


class FakeDecoder(Decoder):
    """Notes what it was asked for, and makes that or fails."""

    def __init__(self, problem: str | None = None) -> None:
        super().__init__()
        self.asked: list[tuple[tuple[Kind, ...], int]] = []
        self.problem = problem

    def make(self, file: BinaryIO, wanted: Sequence[Kind], orientation: int = 1) -> Made:
        self.asked.append((tuple(wanted), orientation))
        if self.problem:
            raise Undecodable(self.problem)
        described = MADE.items() if "facts" in wanted else ()
        kept = {name: value for name, value in described if name not in ("thumb", "preview")}
        return Made(**kept, **{kind: MADE[kind] for kind in wanted if kind != "facts"})  # type: ignore[typeddict-item]


class FakePreviews:
    def __init__(self, data: bytes | None) -> None:
        self.data = data

    def preview(self, path: str | Path) -> bytes | None:
        return self.data


@pytest.fixture
def store(tmp_path: Path) -> Derivatives:
    return Derivatives(tmp_path / "derivatives")


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as running:
        yield running


def test_a_photo_gets_everything_and_stays_as_it_was(
    store: Derivatives, decoder: Decoder, tmp_path: Path
) -> None:
    path = jpeg(tmp_path / "a.jpg", size=(900, 600), orientation=8)
    before, about = path.read_bytes(), path.stat()
    facts = derive(path, store, decoder)
    assert facts.hash == "sha256:" + hashlib.sha256(before).hexdigest()
    assert (facts.size, facts.width, facts.height, facts.problem) == (len(before), 900, 600, None)
    assert store.missing(facts.hash) == ()
    assert store.facts(facts.hash) == facts
    assert path.read_bytes() == before
    assert path.stat().st_mtime_ns == about.st_mtime_ns


def test_a_second_run_decodes_nothing(store: Derivatives, tmp_path: Path) -> None:
    decoder = FakeDecoder()
    first = derive(jpeg(tmp_path / "a.jpg", orientation=6), store, decoder)
    copy = tmp_path / "moved" / "b.jpg"
    copy.parent.mkdir()
    (tmp_path / "a.jpg").rename(copy)
    assert derive(copy, store, decoder) == first
    assert decoder.asked == [(("thumb", "preview", "facts"), 6)]


@pytest.mark.parametrize("kind", ["thumb", "preview", "facts"])
def test_only_what_is_missing_is_made(kind: Kind, store: Derivatives, tmp_path: Path) -> None:
    decoder = FakeDecoder()
    path = jpeg(tmp_path / "a.jpg")
    first = derive(path, store, decoder)
    store.path(first.hash, kind).unlink()
    assert derive(path, store, decoder) == first
    assert decoder.asked[1:] == [((kind,), 1)]
    assert store.missing(first.hash) == ()


@pytest.mark.parametrize("name", ["empty.jpg", "text.jpg", "half.jpg", "header.jpg", "cut.webp"])
def test_what_cannot_be_decoded_gets_its_reason_once(
    name: str, store: Derivatives, decoder: Decoder, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(DAMAGED[name][0])
    facts = derive(path, store, decoder)
    assert facts.problem
    assert store.missing(facts.hash) == ()
    never = FakeDecoder()
    assert derive(path, store, never) == facts
    assert never.asked == []


def test_a_crash_of_the_decoder_leaves_the_next_photo_alone(store: Derivatives, tmp_path: Path) -> None:
    bad = derive(jpeg(tmp_path / "a.jpg"), store, FakeDecoder("not decodable: the decoder ended (SIGSEGV)"))
    good = derive(jpeg(tmp_path / "b.jpg"), store, FakeDecoder())
    assert bad.problem == "not decodable: the decoder ended (SIGSEGV)"
    assert good.problem is None


def test_a_failure_while_storing_is_made_good_by_the_next_run(
    store: Derivatives, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = jpeg(tmp_path / "a.jpg")
    fsync, calls = os.fsync, 0

    def full(fd: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError(28, "No space left on device")
        fsync(fd)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        derive(path, store, FakeDecoder())
    assert derive(path, store, FakeDecoder()).thumbhash == b"h"


def test_links_and_pipes_are_refused(store: Derivatives, tmp_path: Path) -> None:
    jpeg(tmp_path / "real.jpg")
    (tmp_path / "link.jpg").symlink_to("real.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    for name in ("link.jpg", "pipe.jpg", "nothing.jpg"):
        with pytest.raises(OSError, match=r"symbolic links|no regular file|No such file"):
            derive(tmp_path / name, store, FakeDecoder())
    assert not store.root.exists()


def test_any_name_will_do(store: Derivatives, tmp_path: Path) -> None:
    for name in ("two\nlines.jpg", os.fsdecode(b"\xff\xfe.jpg"), "-rf.jpg"):
        assert derive(jpeg(tmp_path / name), store, FakeDecoder()).problem is None


def test_a_raw_shows_its_preview(store: Derivatives, tmp_path: Path) -> None:
    path = tmp_path / "a.nef"
    path.write_bytes(CASES["little.tif"])
    decoder = FakeDecoder()
    facts = derive(path, store, decoder, FakePreviews(picture("JPEG")))
    assert facts.problem is None
    assert decoder.asked == [(("thumb", "preview", "facts"), 6)]


def test_kinds_without_a_decoder_say_so(store: Derivatives, tmp_path: Path) -> None:
    (tmp_path / "a.nef").write_bytes(CASES["little.tif"])
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic" + b"\0" * 64)
    (tmp_path / "a.mp4").write_bytes(b"\0\0\0\x18ftypisom" + b"\0" * 64)
    decoder = FakeDecoder()
    problems = [
        derive(tmp_path / name, store, decoder).problem or "" for name in ("a.nef", "a.heic", "a.mp4")
    ]
    assert [("no decoder for it yet" in p or "no decoder for yet" in p) for p in problems] == [True] * 3
    assert decoder.asked == []


def test_what_says_nothing_of_the_content_is_not_kept(store: Derivatives, tmp_path: Path) -> None:
    """Closing the worker or an exiftool that is down must not mark a photo as unreadable for good."""

    class DownPreviews:
        def preview(self, path: str | Path) -> bytes | None:
            raise ExiftoolFailed("exiftool ended")

    (tmp_path / "a.nef").write_bytes(CASES["little.tif"])
    with pytest.raises(ExiftoolFailed):
        derive(tmp_path / "a.nef", store, FakeDecoder(), DownPreviews())
    closed = Decoder()
    closed.close()
    with pytest.raises(DecoderClosed):
        derive(jpeg(tmp_path / "a.jpg"), store, closed)
    assert not store.root.exists()


@pytest.mark.parametrize("kind", ["jpg", "tif"])
def test_sizes_are_those_of_the_stored_picture(
    kind: str, store: Derivatives, decoder: Decoder, tmp_path: Path
) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(CASES[f"little.{kind}"])
    facts, said = derive(path, store, decoder), embedded.read(path)
    assert said.orientation == 6
    assert (facts.width, facts.height) == (said.width, said.height)
