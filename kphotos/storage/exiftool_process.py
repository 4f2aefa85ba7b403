"""One running exiftool: lines are said to it, its answer is heard; a death, a hang or a flood end it."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from multiprocessing.connection import wait  # `select` knows no file beyond the 1,024th

import exiftool

LONGEST_ANSWER = 128 * 1024 * 1024  # bytes: a RAW's full preview is some 20 MB


class GaveUp(Exception):
    """exiftool died, took too long or said too much."""


class Process(exiftool.ExifTool):  # type: ignore[misc] # the package has no types
    """pyexiftool's process with a reader of ours: its own one spins for ever once exiftool has died."""

    def __init__(self, program: str, seconds: float) -> None:
        super().__init__(program, common_args=[], config_file="", encoding="utf-8")
        self._seconds = seconds

    def __del__(self) -> None:
        self.end()

    @property
    def running(self) -> bool:
        """Whether it is alive; pyexiftool's own answer warns of one that died, which nobody asked here."""
        return self._process is not None and self._process.poll() is None

    def execute(self, *params: str | bytes, raw_bytes: bool = False) -> str | bytes:
        """Say `params`, return the answer; raises GaveUp at the deadline, the end of file or the cap."""
        number = b"%d" % secrets.randbits(60)  # No name or file can hold a sentinel that nobody foresees.
        lines = [word.encode() if isinstance(word, str) else word for word in params]
        self._process.stdin.write(b"\n".join((*lines, b"-execute" + number, b"")))
        self._process.stdin.flush()
        answer = self._answer(b"{ready" + number + b"}")
        return answer if raw_bytes else answer.decode("utf-8", "replace")

    def end(self) -> None:
        """End the process however it is; pyexiftool's own way warns and leaks if it is dead already."""
        process = self._process
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError):  # What was still to be said to it cannot be flushed.
                pipe.close()
        self._flag_running_false()

    def _answer(self, sentinel: bytes) -> bytes:
        out, err = self._process.stdout.fileno(), self._process.stderr.fileno()
        deadline = time.monotonic() + self._seconds
        said, open_ = bytearray(), [out, err]
        while not said.endswith((sentinel, sentinel + b"\n")):
            ready = wait(open_, max(0.0, deadline - time.monotonic()))
            if not ready:
                raise GaveUp(f"no answer within {self._seconds:g} s")
            for pipe in [each for each in open_ if each in ready]:
                data = os.read(pipe, 65_536)  # What it says on stderr stands as Warning in its answer, too.
                if not data and pipe == out:
                    raise GaveUp("exiftool ended")
                if not data:
                    open_.remove(err)  # It ends, and what it has said before is an answer all the same.
                said += data if pipe == out else b""
            if len(said) > LONGEST_ANSWER:
                raise GaveUp("its answer does not end")
        return bytes(said[: said.rfind(sentinel)])
