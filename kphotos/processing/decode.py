"""The decoder's process: `python -m kphotos.processing.decode`, started and watched by `decoder`.

It reads JSON lines from the socket that is its stdin, each with one open file attached, and answers each with
a JSON line on stdout: {"made": {...}} with bytes as base64, or {"problem": "..."}. It may write no file.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sys
import warnings
from collections.abc import Mapping
from typing import Any

from kphotos.processing.answers import Undecodable, packed
from kphotos.processing.pictures import harden, make

MEMORY = 2 * 1024**3  # bytes of address space
SECONDS = 30  # of CPU, for one picture
_LONGEST_LINE = 65_536


def main() -> None:
    """Serve until the other side hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: our other side decides.
    warnings.simplefilter("ignore")  # Pillow's remarks on broken tags are nobody's business.
    _limit()
    harden()
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as other:
        while True:
            line, files, _, _ = socket.recv_fds(other, _LONGEST_LINE, 1)
            if not line or not files:
                return
            _limit_cpu()
            answer = _answer(json.loads(line), files[0])
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


def _answer(told: Mapping[str, Any], fd: int) -> dict[str, object]:
    try:
        with open(fd, "rb") as file:
            made = make(file, told["wanted"], told["orientation"])
    except Undecodable as error:
        return {"problem": str(error)}
    except MemoryError:
        return {"problem": "too large for the memory that one picture may take"}
    except Exception as error:  # noqa: BLE001 - the edge: whatever a decoder raises is this picture's problem
        return {"problem": f"damaged: {_first_line(error)}"}
    return {"made": packed(made)}


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_cpu() -> None:
    """The limit counts from the process's start, so it is moved on for each picture."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
