"""waitress with the settings this application needs, and a deadline for requests that never finish arriving.

Alone, waitress lets a client that drips one header line every few seconds hold its connection for ever: its
timeout counts idle time only. Here a request must have its head within `HEAD_SECONDS`, and its body must keep
up a floor of `BODY_FLOOR` bytes a second. Bodies and plain files are received and sent by the one I/O thread,
so slow clients hold a connection but none of the worker threads.
"""

from __future__ import annotations

import resource
import time
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer, create_server

from kphotos.config import Settings

HEAD_SECONDS = 15
BODY_SECONDS = 30
BODY_FLOOR = 1000
CLEANUP_SECONDS = 5
THREADS = 8
FILES = 4096


class PromptChannel(HTTPChannel):  # type: ignore[misc]
    """A connection that knows since when its present request has been arriving."""

    begun: float | None = None

    def received(self, data: bytes) -> bool:
        """Take bytes in; the clock of a request starts at its first byte and stops when it is whole."""
        taken = bool(super().received(data))
        if self.request is None:
            self.begun = None
        elif self.begun is None:
            self.begun = time.time()
        return taken

    def is_late(self, now: float) -> bool:
        """Whether the request that is arriving has taken longer than any honest one does."""
        arriving, begun = self.request, self.begun
        if arriving is None or begun is None:
            return False
        if not arriving.headers_finished:
            return now - begun > HEAD_SECONDS
        return bool(now - begun > BODY_SECONDS + arriving.body_bytes_received / BODY_FLOOR)


def listen(app: Flask, settings: Settings) -> Any:
    """A bound waitress server, ready to `run()`; a bad proxy setting or a taken port raises here."""
    _allow_files(FILES)
    sockets: dict[int, Any] = {}
    server = create_server(app, map=sockets, **adjustments(settings))
    for listener in [found for found in sockets.values() if isinstance(found, TcpWSGIServer)]:
        listener.channel_class = PromptChannel
        listener.maintenance = _maintenance(listener)
    return server


def _allow_files(wanted: int) -> None:
    """Let this process hold as many connections as it may, each being an open file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < enough:
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))


def _connections() -> int:
    """Connections at once: what the limit on open files leaves beside databases and pictures."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if soft == resource.RLIM_INFINITY else soft
    return max(64, min(most, FILES) - 256)


def adjustments(settings: Settings) -> dict[str, Any]:
    """waitress's own settings; forwarded headers count only from the one proxy that is configured."""
    found: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "threads": THREADS,
        "connection_limit": _connections(),
        "asyncore_use_poll": True,
        "channel_timeout": 30,
        "cleanup_interval": CLEANUP_SECONDS,
        "backlog": 1024,
        "max_request_header_size": 16384,
        "max_request_body_size": 4 * 2**20,
        "ident": None,
        "expose_tracebacks": False,
        "clear_untrusted_proxy_headers": True,
    }
    if settings.trusted_proxy:
        found |= {
            "trusted_proxy": settings.trusted_proxy,
            "trusted_proxy_count": 1,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        }
    return found


def _maintenance(listener: Any) -> Any:
    usual = TcpWSGIServer.maintenance

    def maintain(now: float) -> None:
        usual(listener, now)
        for channel in list(listener.active_channels.values()):
            if channel.is_late(now):
                channel.will_close = True

    return maintain
