"""exiftool, kept running, for every kind of file that our own reader does not know: HEIC, RAW, video.

A path is never shown to exiftool. It reads one argument a line, so a newline in a folder's name would be an
argument, and arguments can write files and run commands. Each file is offered by a symlink with a generated
name in a private folder, and everything else that is said to exiftool is one of the fixed words here.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Self

import exiftool

from kphotos.storage.embedded import Embedded
from kphotos.storage.exiftool_process import GaveUp, Process
from kphotos.storage.exiftool_values import TAGS, embedded

OLDEST = (13, 54)  # before it, `-ee` ran code (CVE-2026-7580) and older holes are known
VENDORED = Path(__file__).parents[2] / "scripts/web/node_modules/exiftool-vendored.pl/bin/exiftool"
SECONDS = 30.0  # that one batch may take
_BATCH = 32
_WORD = re.compile(r"-[A-Za-z0-9:_#*]+")
_LINK = re.compile(rb"/[^\x00-\x1f]+")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")
_PREVIEWS = ("-JpgFromRaw", "-PreviewImage", "-OtherImage")


class ExiftoolMissing(RuntimeError):
    """There is no exiftool that may be used; the text says why."""


class ExiftoolFailed(RuntimeError):
    """exiftool died or hung over a file; whether the file is to blame is not known."""


def available() -> str | None:
    """None if an exiftool of at least 13.54 is there, else the sentence that says what is missing."""
    return None if _find() else _missing()


class Exiftool:
    """One running exiftool, started at first use; threads may share it, one batch goes at a time.

    It is restarted whenever it dies, hangs or runs away. `program` is taken as it is, unchecked, for tests.
    """

    def __init__(self, program: str | None = None, seconds: float = SECONDS) -> None:
        found = program or _find()
        if found is None:
            raise ExiftoolMissing(_missing())
        self._program = found
        self._seconds = seconds
        self._process: Process | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, paths: Sequence[str | Path]) -> list[Embedded]:
        """What each of these files says of itself, in their order.

        A file that cannot be read, is no regular file or brings exiftool down gets a `problem`; none raises.
        """
        found: list[Embedded] = []
        for start in range(0, len(paths), _BATCH):
            batch = [os.fsencode(path) for path in paths[start : start + _BATCH]]
            try:
                found += self._read(batch)
            except GaveUp:  # One of them did it: each alone, so that the others do not suffer.
                found += [self._read_alone(path) for path in batch]
        return found

    def preview(self, path: str | Path) -> bytes | None:
        """The largest JPEG that a RAW file carries inside, None if there is none; raises ExiftoolFailed."""
        with self._turn, _offered([os.fsencode(path)]) as links:
            if links[0] is None:
                return None
            try:
                for tag in _PREVIEWS:
                    data = self._say("-b", tag, links[0])
                    if data.startswith(b"\xff\xd8\xff"):
                        return data
            except GaveUp as reason:
                raise ExiftoolFailed(str(reason)) from reason
        return None

    def close(self) -> None:
        """End the process, if it runs."""
        with self._turn:
            self._stop()

    def _read_alone(self, path: bytes) -> Embedded:
        try:
            return self._read([path])[0]
        except GaveUp as reason:
            return Embedded(problem=f"not readable by exiftool: {reason}", complete=False)

    def _read(self, paths: Sequence[bytes]) -> list[Embedded]:
        with self._turn, _offered(paths) as links:
            offered = [link for link in links if link]
            output = self._say("-json", "-G0", "-n", "-b", *TAGS, *offered) if offered else b"[]"
        try:  # Numbers stay the text they are: a camera may be called 1.10.
            told = json.loads(output or b"[]", parse_int=str, parse_float=str)
            answers = {os.fsencode(answer["SourceFile"]): answer for answer in told}
        except (ValueError, TypeError, KeyError) as error:
            self.close()
            raise GaveUp("its answer is not what was asked for") from error
        return [
            embedded(answers[link]) if link in answers else Embedded(problem="not readable", complete=False)
            for link in links
        ]

    def _say(self, *words: str | bytes) -> bytes:
        """One command and its answer. Words are of this room; links were generated by it."""
        if not all(
            _LINK.fullmatch(word) if isinstance(word, bytes) else _WORD.fullmatch(word) for word in words
        ):
            raise ValueError("not a word for exiftool")
        if self._process is not None and not self._process.running:
            # It ends with the thread that started it; none of these files is to blame for that.
            self._stop()
        try:
            if self._process is None:
                self._process = Process(self._program, self._seconds)
                self._process.run()
            answer = self._process.execute(*words, raw_bytes=True)
        except GaveUp:
            self._stop()
            raise
        except (OSError, RuntimeError, exiftool.exceptions.ExifToolException) as error:
            self._stop()
            raise GaveUp("exiftool ended") from error
        return answer if isinstance(answer, bytes) else answer.encode()

    def _stop(self) -> None:
        if self._process is not None:
            self._process.end()
        self._process = None


@contextlib.contextmanager
def _offered(paths: Sequence[bytes]) -> Iterator[list[bytes | None]]:
    """Symlinks to the files in a private folder, for one batch; None for what is no regular file."""
    with tempfile.TemporaryDirectory(prefix="kphotos-exiftool-") as folder:  # made with mode 0700
        links: list[bytes | None] = []
        for number, path in enumerate(paths):
            suffix = os.path.splitext(os.fsdecode(path))[1]  # noqa: PTH122 - names are bytes here
            link = Path(folder) / f"{number}{suffix if _SUFFIX.fullmatch(suffix) else ''}"
            if _is_regular(path):
                link.symlink_to(Path(os.fsdecode(path)).absolute())
            links.append(os.fsencode(link) if link.is_symlink() else None)
        yield links


def _is_regular(path: bytes) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def _find() -> str | None:
    """The first exiftool that is new enough: the system's, else the vendored one."""
    for program in _programs():
        if _version(program) >= OLDEST:
            return program
    return None


def _programs() -> list[str]:
    system = shutil.which("exiftool")
    return [program for program in (system, str(VENDORED) if VENDORED.is_file() else None) if program]


@lru_cache(maxsize=8)
def _version(program: str) -> tuple[int, ...]:
    """(13, 59); (0,) for a program that does not answer as exiftool does."""
    command = [program, "-config", "", "-ver"]
    try:
        told = subprocess.run(command, capture_output=True, timeout=20, check=True, stdin=subprocess.DEVNULL)
        return tuple(int(part) for part in told.stdout.split(b".", 1))
    except (OSError, subprocess.SubprocessError, ValueError):
        return (0,)


def _missing() -> str:
    oldest = ".".join(map(str, OLDEST))
    wanted = "K-Photos reads photos as RAW or HEIC and videos with it"
    found = _programs()
    if found and not shutil.which("perl"):
        return f"perl is missing, which exiftool needs; {wanted}"
    if found:
        versions = ", ".join(f"{program} ({'.'.join(map(str, _version(program)))})" for program in found)
        return f"exiftool {oldest} or newer is missing, only {versions} was found; {wanted}"
    return f"exiftool {oldest} or newer is missing: run scripts/setup, or install it; {wanted}"
