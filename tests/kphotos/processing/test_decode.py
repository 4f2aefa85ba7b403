"""The decoder's process: limited, robbed of everything it does not need, and replaceable at any moment."""

from __future__ import annotations

import os
import random
import resource
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import PIL
import pytest
from PIL import Image

from kphotos.processing import pictures
from kphotos.processing.answers import Undecodable, packed, unpacked
from kphotos.processing.decoder import Decoder, DecoderClosed
from kphotos.storage.derivatives import KINDS
from tests.pictures import CASES, DAMAGED, picture


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as running:
        yield running


def opened(folder: Path, data: bytes) -> Path:
    path = folder / "original"
    path.write_bytes(data)
    return path


def fake(body: str) -> tuple[str, ...]:
    """A decoder's process that does this once it was asked for something."""
    head = "import os, signal, socket, sys, time, resource\n"
    asked = "line = socket.recv_fds(socket.socket(fileno=os.dup(0)), 65536, 1)\n"
    return (sys.executable, "-c", head + asked + body)


def test_a_picture_comes_back(decoder: Decoder, tmp_path: Path) -> None:
    with opened(tmp_path, picture("JPEG", (900, 600))).open("rb") as file:
        made = decoder.make(file, KINDS, orientation=6)
    assert (made["width"], made["height"]) == (600, 900)
    assert Image.open(BytesIO(made["thumb"])).size == (213, 320)
    assert unpacked(packed(made)) == made


@pytest.mark.usefixtures("many_open")
def test_a_process_with_a_thousand_files_open_gets_its_pictures(tmp_path: Path) -> None:
    with Decoder() as running, opened(tmp_path, picture("JPEG", (90, 60))).open("rb") as file:
        assert running.make(file, ("thumb",))["width"] == 90


@pytest.mark.parametrize("name", [name for name in CASES if not name.endswith((".gif",))])
def test_the_corpus_is_decoded(name: str, decoder: Decoder, tmp_path: Path) -> None:
    with opened(tmp_path, CASES[name]).open("rb") as file:
        assert decoder.make(file, KINDS)["thumb"][8:12] == b"WEBP"


# In the others Pillow finds a whole picture nonetheless, and that is welcome.
@pytest.mark.parametrize("name", sorted(DAMAGED.keys() - {"derailed.jpg", "cut.png"}))
def test_damage_is_a_reason_and_the_process_lives_on(name: str, decoder: Decoder, tmp_path: Path) -> None:
    with opened(tmp_path, CASES["plain.jpg"]).open("rb") as file:
        decoder.make(file, ("thumb",))
    before = decoder._process
    with (
        opened(tmp_path, DAMAGED[name][0]).open("rb") as file,
        pytest.raises(Undecodable, match=r"damaged|not a picture"),
    ):
        decoder.make(file, KINDS)
    assert decoder._process is before


def _png_bomb(side: int) -> bytes:
    """A valid PNG of side x side pixels, in some kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(b"\0" * (side * 3 + 1)) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_pixel_bomb_is_refused(decoder: Decoder, tmp_path: Path) -> None:
    data = _png_bomb(10_500)
    assert len(data) < 400_000
    with opened(tmp_path, data).open("rb") as file, pytest.raises(Undecodable, match="too large"):
        decoder.make(file, KINDS)


def test_too_much_memory_fails_the_picture_only(tmp_path: Path) -> None:
    """The limits stand in the running process, whatever the picture: address space, files, sizes, core."""
    with Decoder() as decoder, opened(tmp_path, CASES["plain.jpg"]).open("rb") as file:
        decoder.make(file, ("thumb",))
        assert decoder._process is not None
        limits = {
            name: resource.prlimit(decoder._process.pid, getattr(resource, f"RLIMIT_{name}"))[0]
            for name in ("AS", "FSIZE", "NOFILE", "CORE", "CPU")
        }
        assert limits["AS"] == 2 * 1024**3
        assert (limits["FSIZE"], limits["NOFILE"], limits["CORE"]) == (0, 64, 0)
        assert 30 <= limits["CPU"] <= 40


def test_it_knows_no_secret_and_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET_KEY", "not-for-you")
    with Decoder() as decoder, opened(tmp_path, CASES["plain.jpg"]).open("rb") as file:
        decoder.make(file, ("thumb",))
        assert decoder._process is not None
        proc = Path(f"/proc/{decoder._process.pid}")
        assert b"not-for-you" not in (proc / "environ").read_bytes()
        assert os.fsencode(tmp_path) not in (proc / "cmdline").read_bytes()
        assert not [fd for fd in (proc / "fd").iterdir() if str(fd.readlink()).startswith(str(tmp_path))]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("os.abort()", r"the decoder ended \(SIGABRT\)"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", r"the decoder ended \(SIGSEGV\)"),
        ("sys.exit(3)", r"the decoder ended \(status 3\)"),
        ("time.sleep(60)", "not decodable within 0.4 s"),
        ("while True: pass", "not decodable within 0.4 s"),
        ("print('nonsense', flush=True); time.sleep(9)", "did not answer as it should"),
        ("print('[]', flush=True); time.sleep(9)", "did not answer as it should"),
        ('print(\'{"made": {"evil": 1}}\', flush=True); time.sleep(9)', "did not answer as it should"),
    ],
)
def test_a_crash_a_hang_or_nonsense_fails_the_one_picture(body: str, reason: str, tmp_path: Path) -> None:
    # Only what hangs is cut short: on a busy machine Python alone takes longer than that to start.
    seconds = 0.4 if "within" in reason else 30.0
    with Decoder(seconds=seconds, command=fake(body)) as decoder, opened(tmp_path, b"x").open("rb") as file:
        with pytest.raises(Undecodable, match=reason):
            decoder.make(file, KINDS)
        assert decoder._process is None


def test_the_limit_of_cpu_time_is_said(tmp_path: Path) -> None:
    body = "resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass"
    with (
        Decoder(seconds=20, command=fake(body)) as decoder,
        opened(tmp_path, b"x").open("rb") as file,
        pytest.raises(Undecodable, match="in the time that one picture may take"),
    ):
        decoder.make(file, KINDS)


def test_a_killed_process_is_replaced_and_the_picture_made(tmp_path: Path) -> None:
    with Decoder() as decoder, opened(tmp_path, CASES["plain.jpg"]).open("rb") as file:
        decoder.make(file, ("thumb",))
        assert decoder._process is not None
        os.kill(decoder._process.pid, signal.SIGKILL)
        assert decoder.make(file, ("thumb",))["thumb"]


def test_it_ends_with_the_one_who_started_it(tmp_path: Path) -> None:
    """Not even a killed parent leaves a decoder behind."""
    (tmp_path / "a.jpg").write_bytes(CASES["plain.jpg"])
    program = (
        "import os; from kphotos.processing.decoder import Decoder\n"
        f"d = Decoder(); d.make(open({str(tmp_path / 'a.jpg')!r}, 'rb'), ('thumb',))\n"
        "print(d._process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, cwd=Path.cwd(), check=False)
    pid = int(told.stdout)
    for _ in range(50):
        try:
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return
        except FileNotFoundError:
            return
        time.sleep(0.05)
    pytest.fail("the decoder is still there")


def test_closing_does_not_wait_for_a_picture_that_hangs(tmp_path: Path) -> None:
    failed: list[BaseException] = []

    def work() -> None:
        with opened(tmp_path, b"x").open("rb") as file:
            try:
                decoder.make(file, KINDS)
            except DecoderClosed as error:
                failed.append(error)

    decoder = Decoder(seconds=30, command=fake("time.sleep(60)"))
    thread = threading.Thread(target=work)
    thread.start()
    while decoder._process is None:
        time.sleep(0.01)
    decoder.close()
    thread.join(20)  # less than the picture may take
    assert failed


def test_ctrl_c_is_the_other_sides_business(tmp_path: Path) -> None:
    with Decoder() as decoder, opened(tmp_path, CASES["plain.jpg"]).open("rb") as file:
        decoder.make(file, ("thumb",))
        before = decoder._process
        assert before is not None
        os.kill(before.pid, signal.SIGINT)
        decoder.make(file, ("thumb",))
        assert decoder._process is before


def test_a_pillow_with_known_holes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PIL, "__version__", "12.9.1")
    with pytest.raises(RuntimeError, match="known holes"):
        pictures.harden()


def test_flipped_bytes_end_in_a_picture_or_a_reason(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(3)
    outcomes: dict[bool, int] = {True: 0, False: 0}
    with Decoder() as decoder:
        for _ in range(400):
            data = bytearray(CASES[chance.choice(sorted(CASES))])
            for _ in range(chance.randrange(1, 9)):
                data[chance.randrange(len(data))] = chance.choice((0, 255, 128, chance.randrange(256)))
            with opened(tmp_path, bytes(data)).open("rb") as file:
                try:
                    outcomes["thumb" in decoder.make(file, ("thumb", "facts"))] += 1
                except Undecodable as error:
                    assert str(error).startswith(("damaged: ", "not a picture", "too large"))  # noqa: PT017
                    outcomes[False] += 1
        assert decoder._pictures == 400  # The first process did all of it.
    assert min(outcomes.values()) > 50
    assert capfd.readouterr().err == ""
