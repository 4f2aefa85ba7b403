"""The server's own edge: requests that never finish arriving, forwarded headers of strangers, odd shapes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, request

from kphotos.config import Secret, Settings
from kphotos.web import listener, ranges

SETTINGS = Settings(Path("/nowhere"), "sqlite:////nowhere", "sqlite:////nowhere/q", Secret("x" * 40), port=0)


@contextmanager
def listening(settings: Settings = SETTINGS, large: Path | None = None) -> Iterator[int]:
    app = Flask("x")
    if large is not None:
        app.add_url_rule(
            "/large", "large", lambda: ranges.send(large.open("rb"), large.stat().st_size, "e", "x/y")
        )
    app.add_url_rule("/", "home", view_func=lambda: "here")
    app.add_url_rule(
        "/who", "who", view_func=lambda: f"{request.remote_addr} {request.scheme} {request.host}"
    )
    app.add_url_rule("/take", "take", view_func=lambda: str(len(request.get_data())), methods=["POST"])
    server = listener.listen(app, settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        server.pull_trigger()
        server.asyncore.close_all(server._map)
        server.task_dispatcher.shutdown()
        thread.join(5)


def ask(port: int, *pieces: bytes, pause: float = 0.0, patience: float = 5.0) -> bytes:
    """Whatever comes back until the server closes or `patience` is over."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)
        answer = b""
        try:
            while part := connection.recv(65536):
                answer += part
        except (TimeoutError, ConnectionResetError):
            pass
        return answer


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rules, in a fraction of the time."""
    monkeypatch.setattr(listener, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(listener, "BODY_SECONDS", 0.3)
    monkeypatch.setattr(listener, "CLEANUP_SECONDS", 0.1)


def is_cut_off(port: int, head: bytes, piece: bytes) -> bool:
    """Send a byte sequence slowly, for a hundred times as long as is allowed: has the server had enough?"""
    end = time.monotonic() + 30
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head)
        connection.settimeout(0.05)
        while time.monotonic() < end:
            try:
                connection.sendall(piece)
                if connection.recv(1) == b"":
                    return True
            except TimeoutError:
                continue
            except OSError:
                return True
    return False


@pytest.mark.usefixtures("hurried")
def test_a_head_that_never_ends_is_cut_off_however_busy_it_looks() -> None:
    with listening() as port:
        assert is_cut_off(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X-Drip: 1\r\n")


@pytest.mark.usefixtures("hurried")
def test_a_body_that_drips_is_cut_off() -> None:
    with listening() as port:
        head = b"POST /take HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"
        assert is_cut_off(port, head, b"x")


@pytest.mark.usefixtures("hurried")
def test_slow_strangers_do_not_shut_out_the_others() -> None:
    with listening() as port:
        slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(150)]
        for connection in slow:
            connection.sendall(b"GET / HTTP/1.1\r\n")
        for _ in range(5):
            assert b"here" in ask(port, b"GET / HTTP/1.0\r\n\r\n")
        for connection in slow:
            connection.close()


@pytest.mark.usefixtures("hurried")
def test_an_open_connection_between_requests_is_not_late() -> None:
    with listening() as port, socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        for _ in range(3):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = b""
            while not answer.endswith(b"here"):
                answer += connection.recv(65536)
            time.sleep(0.4)


@pytest.mark.parametrize("part", [b"", b"Range: bytes=1000-\r\n"], ids=["whole", "a range"])
def test_slow_readers_of_large_files_hold_no_worker(tmp_path: Path, part: bytes) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes(24 * 2**20))
    with listening(large=large) as port:
        request_bytes = b"GET /large HTTP/1.1\r\nHost: localhost\r\n" + part + b"\r\n"
        slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(2 * listener.THREADS)]
        for connection in slow:
            connection.sendall(request_bytes)
        assert b" 20" in slow[0].recv(12)
        assert b"here" in ask(port, b"GET / HTTP/1.0\r\n\r\n")
        for connection in slow:
            connection.close()


def test_forwarded_headers_count_only_from_the_configured_proxy() -> None:
    forged = (
        b"GET /who HTTP/1.0\r\nHost: localhost\r\nX-Forwarded-For: 9.9.9.9\r\n"
        b"X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\n\r\n"
    )
    with listening() as port:
        assert ask(port, forged).endswith(b"127.0.0.1 http localhost")
    with listening(replace(SETTINGS, trusted_proxy="127.0.0.1")) as port:
        assert ask(port, forged).endswith(b"9.9.9.9 https localhost")
    with listening(replace(SETTINGS, trusted_proxy="10.0.0.1")) as port:
        assert ask(port, forged).endswith(b"127.0.0.1 http localhost")


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 300_000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: 1\r\n" * 10_000 + b"\r\n", b"431"),
        (b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b"431"),
        (b"POST /take HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n", b"413"),
        (
            b"POST /take HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            b"400",
        ),
        (b"POST /take HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", b"400"),
    ],
    ids=[
        "a header of 300 kB",
        "10,000 headers",
        "an address of 1 MB",
        "a huge body",
        "two lengths",
        "below zero",
    ],
)
def test_absurd_requests_get_a_client_error(request_bytes: bytes, status: bytes) -> None:
    with listening() as port:
        answer = ask(port, request_bytes, patience=2)
    assert answer.split(b" ")[1] == status
    assert b"Traceback" not in answer
    assert b"Server:" not in answer
