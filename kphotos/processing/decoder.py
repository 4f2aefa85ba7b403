"""The near side of the decoder's process: starts it, hands it open files, ends it when it hangs or dies."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from multiprocessing.connection import wait  # `select` knows no file beyond the 1,024th
from pathlib import Path
from typing import BinaryIO, Self

from kphotos.processing.answers import Made, Undecodable, unpacked
from kphotos.storage.derivatives import Kind

SECONDS = 60.0  # of wall clock, for one picture
_COMMAND = (sys.executable, "-m", "kphotos.processing.decode")
_LONGEST_ANSWER = 64 * 1024 * 1024
_MOST_PICTURES = 1_000  # then a fresh process: whatever leaked is gone
# No secret of ours is in the decoder's environment, and numpy starts no threads (each takes address space).
_ENVIRONMENT = {
    "PATH": os.defpath,
    "LC_ALL": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONWARNINGS": "default",
}


class DecoderClosed(RuntimeError):
    """The decoder was closed while it worked, which says nothing of the picture."""


class _Died(Exception):
    """The process ended without an answer."""


class Decoder:
    """One decoder's process, started at first use; threads may share it, one picture goes at a time."""

    def __init__(self, seconds: float = SECONDS, command: Sequence[str] = _COMMAND) -> None:
        self._seconds = seconds
        self._command = command
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._pictures = 0
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def make(self, file: BinaryIO, wanted: Sequence[Kind], orientation: int = 1) -> Made:
        """The wanted derivatives of an open original, turned as EXIF's `orientation` says.

        Raises Undecodable with the reason, DecoderClosed after `close`.
        A process that died is tried once more: the system may have ended it for another's hunger.
        """
        with self._turn:
            for is_last in (False, True):
                try:
                    return self._ask(file, wanted, orientation)
                except _Died as error:
                    if self._is_closed:
                        raise DecoderClosed from error
                    if is_last:
                        raise Undecodable(str(error)) from error
        raise AssertionError("unreachable")

    def close(self) -> None:
        """End the process at once; a picture under way raises DecoderClosed."""
        self._is_closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._turn:
            self._stop()

    def _ask(self, file: BinaryIO, wanted: Sequence[Kind], orientation: int) -> Made:
        if self._is_closed:
            raise DecoderClosed
        file.seek(0)
        process, line = self._running()
        try:
            request = json.dumps({"wanted": list(wanted), "orientation": orientation}).encode()
            socket.send_fds(line, [request], [file.fileno()])
            answer = self._answer(process)
            if "problem" in answer:
                raise Undecodable(str(answer["problem"]))
            return unpacked(answer["made"])
        except (OSError, ValueError, KeyError) as error:
            self._stop()
            raise _Died("not decodable: the decoder did not answer as it should") from error

    def _answer(self, process: subprocess.Popen[bytes]) -> dict[str, dict[str, object]]:
        assert process.stdout is not None
        pipe, said = process.stdout.fileno(), bytearray()
        deadline = time.monotonic() + self._seconds
        while not said.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not wait([pipe], left):
                self._stop()
                raise Undecodable(f"not decodable within {self._seconds:g} s")
            data = os.read(pipe, 1 << 20)
            if not data:
                self._say_how_it_died()
            said += data
            if len(said) > _LONGEST_ANSWER:
                raise ValueError("endless answer")
        answer = json.loads(said)
        if not isinstance(answer, dict):
            raise ValueError("no object")
        return answer

    def _say_how_it_died(self) -> None:
        code = self._stop()
        if code == -signal.SIGXCPU:
            raise Undecodable("not decodable in the time that one picture may take")
        how = signal.Signals(-code).name if code < 0 else f"status {code}"
        raise _Died(f"not decodable: the decoder ended ({how})")

    def _running(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        if self._pictures >= _MOST_PICTURES:
            self._stop()
        if self._process is None or self._line is None:
            self._line, far = socket.socketpair()
            with far:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=far.fileno(),
                    stdout=subprocess.PIPE,
                    cwd=Path(__file__).parents[2],
                    env=_ENVIRONMENT,
                )
            self._pictures = 0
        self._pictures += 1
        return self._process, self._line

    def _stop(self) -> int:
        """End it; its exit code, which is what it died of if it was dead already."""
        process, line = self._process, self._line
        self._process = self._line = None
        if line is not None:
            line.close()
        if process is None:
            return 0
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.2)
        process.kill()
        if process.stdout is not None:
            process.stdout.close()
        return process.wait()
