"""exiftool says the same as our own reader, and no name of a file can make it do anything."""

from __future__ import annotations

import gc
import hashlib
import os
import stat
import struct
import threading
import warnings
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import pytest

from kphotos.storage import embedded, exiftool, exiftool_process
from kphotos.storage.exiftool import Exiftool, ExiftoolFailed, ExiftoolMissing
from tests.photos import BYTE, LONG, SHORT, tiff
from tests.pictures import CASES, DAMAGED, picture, write

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(exiftool.available() is not None, reason=str(exiftool.available())),
]

# Names that have changed originals and run commands through other programs (ATTACKS E 76-78).
HOSTILE = [
    b"trip\n-Comment=pwned\n-overwrite_original\n",
    b"t2\n-if\nsystem(\"touch pwned\")\n",
    b"t3\n-execute\n-ver\n",
    b"-Comment=pwned",
    b"-o",
    b"-@",
    b"@a",
    b"#a",
    b"a|",
    b"| touch pwned",
    b" leading and trailing ",
    b"not-utf8-\xff\xfe",
    b"carriage\rreturn",
    b"%d%f%e",
    b"$(touch pwned)`touch pwned`",
    "NFD-a\u0308".encode(),
]  # fmt: skip


@pytest.fixture(scope="module")
def running() -> Iterator[Exiftool]:
    with Exiftool() as tool:
        yield tool


def test_both_readers_say_the_same_of_the_whole_corpus(running: Exiftool, tmp_path: Path) -> None:
    paths = write(tmp_path, CASES)
    for path, told in zip(paths, running.read(paths), strict=True):
        ours = asdict(embedded.read(path))
        theirs = asdict(told)
        if path.suffix == ".tif":
            theirs["xmp"] = ours["xmp"] = None  # exiftool gives a TIFF's packet by another name
        assert theirs == ours, path.name


def test_damage_is_a_problem_here_too(running: Exiftool, tmp_path: Path) -> None:
    names = ("empty.jpg", "text.jpg", "zeros.png")
    paths = write(tmp_path, {name: DAMAGED[name][0] for name in names})
    assert [told.problem for told in running.read(paths)] == [
        "not understood by exiftool: file is empty",
        "no picture and no video, but text/plain",
        "not understood by exiftool: entire file is binary zeros",
    ]


@pytest.mark.parametrize("as_folder", [True, False])
def test_hostile_names_cause_no_write_and_no_command(
    running: Exiftool, tmp_path: Path, as_folder: bool
) -> None:
    root = os.fsencode(tmp_path)
    data = CASES["little.jpg"]
    paths = []
    for name in HOSTILE:
        path = os.path.join(root, name, b"IMG_1.jpg") if as_folder else os.path.join(root, name + b".jpg")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(os.fsdecode(path)).write_bytes(data)
        paths.append(os.fsdecode(path))
    before = _tree(tmp_path)
    for told in running.read(paths):
        assert (told.problem, told.make, told.rating) == (None, "Canon", 4)
    assert _tree(tmp_path) == before
    assert not Path("pwned").exists()


def test_the_hostile_names_are_dangerous_when_shown_to_exiftool(tmp_path: Path) -> None:
    """The planted failure: the same name, passed as it is, does change the original."""
    folder = tmp_path / os.fsdecode(HOSTILE[0])
    folder.mkdir()
    path = folder / "IMG_1.jpg"
    path.write_bytes(CASES["little.jpg"])
    (tmp_path / "trip").write_bytes(CASES["little.jpg"])
    before = _tree(tmp_path)
    process = exiftool_process.Process(Exiftool()._program, 20)
    process.run()
    try:
        process.execute(os.fsencode(path))
    finally:
        process.end()
    assert _tree(tmp_path) != before


@pytest.mark.parametrize("word", ["-if\nsystem(1)", "-Comment=x", "-o out", "image.jpg", "", "-p$x", "-x\r"])
def test_only_fixed_words_are_said(running: Exiftool, word: str) -> None:
    with pytest.raises(ValueError, match="not a word"):
        running._say(word)


def test_no_real_path_is_ever_offered(tmp_path: Path) -> None:
    path = tmp_path / "a\nb.jpg"
    path.write_bytes(CASES["plain.jpg"])
    with exiftool._offered([os.fsencode(path)]) as links:
        link = Path(os.fsdecode(links[0] or b""))
        assert (link.name, link.readlink()) == ("0.jpg", path)
        assert stat.S_IMODE(link.parent.stat().st_mode) == 0o700
    assert not link.parent.exists()


def test_links_pipes_and_gaps_are_problems(running: Exiftool, tmp_path: Path) -> None:
    (tmp_path / "real.jpg").write_bytes(CASES["plain.jpg"])
    (tmp_path / "link.jpg").symlink_to("real.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    names = ("real.jpg", "link.jpg", "pipe.jpg", "nothing.jpg", "real.jpg")
    told = running.read([tmp_path / name for name in names])
    assert [found.problem is None for found in told] == [True, False, False, False, True]


@pytest.mark.usefixtures("many_open")
def test_a_process_with_a_thousand_files_open_is_answered(tmp_path: Path) -> None:
    (path,) = write(tmp_path, {"a.jpg": CASES["little.jpg"]})
    with Exiftool() as running:
        assert running.read([path])[0].width == 64


def test_more_files_than_one_batch_keep_their_order(running: Exiftool, tmp_path: Path) -> None:
    paths = write(tmp_path, {f"{n}.gif": picture("GIF", (n + 1, 5)) for n in range(70)})
    assert [told.width for told in running.read(paths)] == list(range(1, 71))


def test_it_is_started_again_when_it_died(tmp_path: Path) -> None:
    (path,) = write(tmp_path, {"a.jpg": CASES["plain.jpg"]})
    with Exiftool() as tool:
        assert tool.read([path])[0].width == 64
        assert tool._process is not None
        tool._process._process.kill()
        tool._process._process.wait()
        assert tool.read([path])[0].width == 64


def test_one_that_died_is_let_go_without_a_warning(tmp_path: Path) -> None:
    (path,) = write(tmp_path, {"a.jpg": CASES["plain.jpg"]})
    tool = Exiftool()
    tool.read([path])
    assert tool._process is not None
    tool._process._process.kill()
    tool._process._process.wait()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        del tool
        gc.collect()
    assert [str(one.message) for one in said] == []


def test_one_that_ended_with_its_thread_costs_no_file_a_second_try(tmp_path: Path) -> None:
    (path,) = write(tmp_path, {"a.jpg": CASES["plain.jpg"]})
    with Exiftool() as tool:
        starter = threading.Thread(target=tool.read, args=([path],))
        starter.start()
        starter.join()
        assert tool._process is not None
        tool._process._process.wait(5)
        assert tool._read([os.fsencode(path)])[0].width == 64


def _program(folder: Path, body: str) -> str:
    path = folder / "exiftool"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


# Answers `-ver` as exiftool does, so that it counts as running; then misbehaves.
_READY = (
    'while read w; do case "$w" in -execute*) echo "13.59"; echo "{ready${w#-execute}}"; break;; esac; done\n'
)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (_READY + "exec sleep 60", "no answer within 0.4 s"),
        (_READY + "exit 3", "exiftool ended"),
        (_READY + "exec yes", "its answer does not end"),
        (_READY + _READY, "its answer is not what was asked for"),
        ("exec 2>&-\n" + _READY + _READY, "its answer is not what was asked for"),
    ],
)  # fmt: skip
def test_a_hang_a_death_or_a_flood_fails_the_file_and_no_more(
    body: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exiftool_process, "LONGEST_ANSWER", 1_000_000)
    (path,) = write(tmp_path, {"a.jpg": CASES["plain.jpg"]})
    with Exiftool(_program(tmp_path, body), seconds=0.4 if "sleep" in body else 10.0) as tool:
        assert reason in (tool.read([path])[0].problem or "")


def test_threads_share_one(running: Exiftool, tmp_path: Path) -> None:
    paths = write(tmp_path, {f"{n}.gif": picture("GIF", (n + 1, 5)) for n in range(4)})
    widths: dict[int, int | None] = {}

    def ask(number: int) -> None:
        widths[number] = running.read([paths[number]])[0].width

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert widths == {0: 1, 1: 2, 2: 3, 3: 4}


def test_too_old_or_none_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exiftool, "VENDORED", tmp_path / "nothing")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "exiftool 13.54 or newer is missing: run scripts/setup" in (exiftool.available() or "")
    with pytest.raises(ExiftoolMissing):
        Exiftool()
    _program(tmp_path, "echo 12.57")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert "only " in (exiftool.available() or "")
    assert "(12.57)" in (exiftool.available() or "")


def test_a_preview_inside_is_found(running: Exiftool, tmp_path: Path) -> None:
    inner = picture("JPEG", (320, 200))
    plain, carrier = write(tmp_path, {"plain.dng": CASES["little.tif"], "raw.dng": _with_preview(inner)})
    assert running.preview(carrier) == inner
    assert running.preview(plain) is None


def test_a_preview_that_cannot_be_had_is_not_a_missing_one(tmp_path: Path) -> None:
    (path,) = write(tmp_path, {"a.dng": CASES["little.tif"]})
    with Exiftool(_program(tmp_path, _READY + "exit 3"), seconds=5) as tool, pytest.raises(ExiftoolFailed):
        tool.preview(path)


def test_a_video_tells_its_time_in_utc_and_its_length(running: Exiftool, tmp_path: Path) -> None:
    since_1904 = datetime(2021, 5, 30, 12, 34, 56) - datetime(1904, 1, 1)
    made = int(since_1904.total_seconds())
    head = struct.pack(">BxxxIIIII", 0, made, made, 1000, 5500, 0x10000) + b"\0" * 76
    film = _box(b"ftyp", b"isom\0\0\2\0") + _box(b"moov", _box(b"mvhd", head))
    (path,) = write(tmp_path, {"a.mp4": film})
    (told,) = running.read([path])
    assert (told.mime, told.duration, told.problem) == ("video/mp4", 5.5, None)
    assert (told.taken_local, told.taken_offset, told.taken_source) == (
        "2021-05-30T12:34:56",
        "+00:00",
        "quicktime",
    )
    assert embedded.read(path).complete is False


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def _with_preview(inner: bytes) -> bytes:
    """A DNG-like TIFF whose only picture is a JPEG preview."""
    main = {
        0x00FE: (LONG, 1),
        0x0103: (SHORT, 7),
        0x0111: (LONG, 8),
        0x0117: (LONG, len(inner)),
        0xC612: (BYTE, [1, 4, 0, 0]),
    }
    block = bytearray(tiff(main, shift=len(inner)))
    block[8 : 8 + len(inner)] = inner
    return bytes(block)


def _tree(root: Path) -> dict[bytes, str]:
    """Every file below, with what is in it."""
    found = {}
    for folder, _, names in os.walk(os.fsencode(root)):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[path] = hashlib.sha256(file.read()).hexdigest()
    return found
