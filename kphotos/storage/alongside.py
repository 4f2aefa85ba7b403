"""Reads what many originals say of themselves in a process of its own, while this one does something else.

Python runs one thread at a time, and a disk may answer late: of a rebuild a sixth is this reading. The child
lives as long as its pipe, so that whoever is killed leaves none behind.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from types import TracebackType
from typing import IO, Any

from kphotos.storage.embedded import Embedded, read

LOG = logging.getLogger(__name__)
WORTH_IT = 1_000
"""Originals after which a child is started: it takes as long as reading so many."""

GONE = Embedded(problem="gone")
"""What is read of an original that is not there."""

_COMMAND = (sys.executable, "-m", "kphotos.storage.alongside")
Answer = Callable[[], list[Embedded]]


def read_all(paths: Sequence[bytes]) -> list[Embedded]:
    """What each original says of itself; one that is not there has that as its problem."""
    return [_read(path) for path in paths]


def _read(path: bytes) -> Embedded:
    try:
        return read(path)
    except FileNotFoundError:
        return GONE


class Reader:
    """Reads as `read_all` does: few originals when the answer is asked for, many in a child meanwhile.

    A child that dies is not missed: what is left is read here.
    """

    def __init__(self) -> None:
        self._asked = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._is_alone = len(os.sched_getaffinity(0)) < 2 if hasattr(os, "sched_getaffinity") else False
        self._talk = ThreadPoolExecutor(1, "alongside")

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._talk.shutdown(cancel_futures=True)
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout):
                with contextlib.suppress(OSError):  # What was still to be asked cannot be flushed.
                    _there(pipe).close()

    def ask(self, paths: Sequence[bytes]) -> Answer:
        """Begin to read; the function waits for it."""
        self._asked += len(paths)
        if self._is_alone or self._asked < WORTH_IT:
            return partial(read_all, paths)
        return self._talk.submit(self._elsewhere, paths).result

    def _elsewhere(self, paths: Sequence[bytes]) -> list[Embedded]:
        """One question and its answer; in a thread of its own, since either may fill a pipe."""
        if self._is_alone:
            return read_all(paths)
        try:
            child = self._started()
            _there(child.stdin).write(_line([os.fsdecode(path) for path in paths]))
            _there(child.stdin).flush()
            return [_unpacked(said) for said in json.loads(_there(child.stdout).readline())]
        except (OSError, ValueError) as error:
            LOG.warning("Originals are read by this process from now on: the one for it ended (%s).", error)
            self._is_alone = True
            return read_all(paths)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            self._child = subprocess.Popen(
                _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
        return self._child


def _there(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise BrokenPipeError("the pipe is gone")
    return pipe


def _line(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"


_DEFAULTS = asdict(Embedded())


def _packed(found: Embedded) -> dict[str, Any]:
    """What it says, without what it does not say: that is most of it."""
    said = {name: value for name in _DEFAULTS if (value := getattr(found, name)) != _DEFAULTS[name]}
    return said if found.xmp is None else said | {"xmp": found.xmp.decode("latin-1")}


def _unpacked(said: dict[str, Any]) -> Embedded:
    return Embedded(**(said | {"xmp": said["xmp"].encode("latin-1")} if "xmp" in said else said))


def _serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer, a line for a line, until nobody asks any more."""
    for question in questions:
        paths = [os.fsencode(path) for path in json.loads(question)]
        answers.write(_line([_packed(found) for found in read_all(paths)]))
        answers.flush()


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
