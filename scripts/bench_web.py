"""The server under load: thumbnails by 32 connections at once, the timeline at a fixed rate."""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Any
from urllib.request import urlopen

from kphotos.config import from_env
from kphotos.sidecar import intake, sites
from kphotos.storage import volumes

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.e2e.api import Visitor  # noqa: E402 - the tests are no package that is installed

_CONNECTIONS, _SECONDS, _RATE = 32, 8.0, 50
_PICTURES, _SIZE = 200, 20_000
_PATIENCE = 30.0
_BARE = """
import sys
from flask import Flask, send_file
from waitress import serve
app = Flask("bare")
@app.get("/")
def picture(): return send_file(sys.argv[2], mimetype="image/webp")
serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=8)
"""


@dataclass
class Load:
    """What came of asking: seconds of each answer, and how many were not 200."""

    took: list[float] = field(default_factory=list)
    failed: int = 0
    seconds: float = 0.0

    def told(self, prefix: str = "") -> dict[str, Any]:
        """As JSON."""
        took = sorted(self.took)
        return {
            f"{prefix}requests_per_second": round(len(took) / self.seconds),
            f"{prefix}p50_ms": round(1000 * statistics.median(took), 1),
            f"{prefix}p99_ms": round(1000 * took[int(len(took) * 0.99)], 1),
            f"{prefix}failed": self.failed,
        }


def web(home: Path, library: Path) -> dict[str, Any]:
    """Thumbnails from the cache as quickly as they come; the timeline at a fixed rate."""
    paths = _with_thumbnails(home, library)
    picture = home.with_name("bare.webp")
    picture.write_bytes(os.urandom(_SIZE))
    with _serving(home) as address:
        who = _signed_in(address)
        load = asyncio.run(_hammer(address, [_as(who, path) for path in paths]))
        pages, photos = _pages(who)
        paced = asyncio.run(_paced(address, [_as(who, path) for path in pages]))
    with _bare(picture) as address:
        bare = asyncio.run(_hammer(address, [_request("/", "")]))
    return {
        "thumbnails": {
            "connections": _CONNECTIONS,
            "bytes_each": _SIZE,
            **load.told(),
            "baseline": "bare Flask and waitress (8 threads) sending one such file, same client",
            **bare.told("baseline_"),
            "share_of_the_baseline": round(len(load.took) / max(1, len(bare.took)), 2),
        },
        "timeline": {"photos": photos, "asked_per_second": _RATE, **paced.told()},
    }


def _pages(who: Visitor) -> tuple[list[str], int]:
    """The page itself, the version that it polls, and blocks from all over the library; the photos there."""
    told = who.ask("GET", "/api/timeline/version?view=library")[1]
    base, count = f"view=library&version={told['version']}&n=256", told["count"]
    blocks = [f"/api/timeline/block?{base}&s={start}" for start in range(0, max(1, count - 256), 4_000)]
    return ["/", "/api/timeline/version?view=library", *blocks], count


def _signed_in(address: str) -> Visitor:
    """Alice, whose account is made if this home has none."""
    alice = Visitor(address)
    told = {"name": "Alice", "password": "correct horse battery"}
    if alice.ask("POST", "/api/auth/setup", told)[0] != 201:
        status, answer = alice.ask("POST", "/api/auth/sign-in", told)
        if status != 200:
            raise RuntimeError(f"no sign-in: {status} {answer}")
    return alice


def _as(who: Visitor, path: str) -> bytes:
    """A request as a signed-in browser sends it."""
    cookies = "; ".join(f"{name}={value}" for name, value in who.cookies.items())
    return _request(path, f"Cookie: {cookies}\r\nAccept-Encoding: gzip\r\n")


def _request(path: str, headers: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode()


async def _hammer(address: str, requests: Sequence[bytes]) -> Load:
    """Each connection asks again as soon as it has its answer."""
    load, until = Load(), monotonic() + _SECONDS

    async def one(number: int) -> None:
        line = await _connected(address)
        while monotonic() < until:
            await _ask(line, requests[number % len(requests)], load)
            number += _CONNECTIONS
        line[1].close()

    begun = perf_counter()
    await asyncio.gather(*(one(number) for number in range(_CONNECTIONS)))
    load.seconds = perf_counter() - begun
    return load


async def _paced(address: str, requests: Sequence[bytes]) -> Load:
    """A request at each tick, whether or not the last ones were answered."""
    load, idle, begun = Load(), list[Any](), perf_counter()

    async def one(request: bytes, due: float) -> None:
        line = idle.pop() if idle else await _connected(address)
        await _ask(line, request, load, begun=due)
        idle.append(line)

    tasks = []
    for number in range(int(_SECONDS * _RATE)):
        due = begun + number / _RATE
        await asyncio.sleep(max(0.0, due - perf_counter()))
        tasks.append(asyncio.create_task(one(requests[number % len(requests)], due)))
    await asyncio.gather(*tasks)
    load.seconds = perf_counter() - begun
    for _, writer in idle:
        writer.close()
    return load


async def _connected(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = address.removeprefix("http://").partition(":")
    return await asyncio.open_connection(host, int(port))


async def _ask(line: Any, request: bytes, load: Load, begun: float | None = None) -> None:
    reader, writer = line
    begun = begun or perf_counter()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length or 0))
    load.took.append(perf_counter() - begun)
    load.failed += not head.startswith(b"HTTP/1.1 200")


def _with_thumbnails(home: Path, library: Path) -> list[str]:
    """The addresses of pictures that have been made: noise of the right size does as well as any."""
    settings = from_env({"STORAGE_PATH": str(home)}, dotenv=None)
    volume = next(one for one in volumes.every(settings) if one.root == library.resolve())
    engine, kept, addresses = sites.engine_of(settings, volume), intake.store_of(settings), []
    photos = sorted(library.rglob("*.JPG"))
    for photo in photos[:: len(photos) // _PICTURES][:_PICTURES]:
        content = f"sha256:{hashlib.sha256(photo.read_bytes()).hexdigest()}"
        path = photo.relative_to(library).as_posix()
        kept.put(content, "thumb", os.urandom(_SIZE))
        asset = engine.hashed(path, engine.look(path).original.stat.signature(), content)
        assert asset is not None
        intake.project(settings, volume, asset)
        addresses.append(f"/media/{asset.id}/thumb?v={content[7:23]}")
    return addresses


@contextmanager
def _serving(home: Path) -> Iterator[str]:
    """`kphotos serve` in this home."""
    settings = {"STORAGE_PATH": str(home), "PORT": str(_port()), "LOG_LEVEL": "warning"}
    yield from _answering([sys.executable, "-m", "kphotos", "serve"], settings, settings["PORT"], "/sign-in")


@contextmanager
def _bare(picture: Path) -> Iterator[str]:
    port = str(_port())
    yield from _answering([sys.executable, "-c", _BARE, port, str(picture)], {}, port, "/")


def _answering(command: Sequence[str], settings: dict[str, str], port: str, page: str) -> Iterator[str]:
    address, until = f"http://127.0.0.1:{port}", monotonic() + _PATIENCE
    with subprocess.Popen(command, env={**os.environ, **settings}) as server:
        try:
            while not _answers(address + page):
                if monotonic() > until or server.poll() is not None:
                    raise RuntimeError("the server did not start")
                sleep(0.1)
            yield address
        finally:
            server.terminate()


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=2) as answer:
            return bool(answer.status < 500)
    except OSError:
        return False


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
