"""`start` and the three processes it keeps alive: `serve` (pages), `watch` (engine), `work` (jobs)."""

from __future__ import annotations

import argparse
import errno
import http.client
import signal
import socket
import sys
from contextlib import closing
from pathlib import Path
from types import FrameType

from kphotos import app, tasks
from kphotos.cli.exits import OK
from kphotos.cli.homes import alone, prepare
from kphotos.cli.output import Output
from kphotos.cli.supervise import Part, Supervisor, hold_lifeline
from kphotos.config import Settings
from kphotos.errors import Unavailable
from kphotos.identity import accounts
from kphotos.sidecar import sites, watching

PARTS = ("serve", "watch", "work")


def add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Declare the commands of this module."""
    start_ = commands.add_parser(
        "start",
        parents=[common],
        help="pages, engine and jobs together, until Ctrl-C; FOLDER becomes a volume",
    )
    start_.add_argument("folder", nargs="*", type=Path, metavar="FOLDER", help="a folder of photos to show")
    start_.set_defaults(run=start)
    for name, run, text in (
        ("serve", serve, "the pages alone (what start runs as its first process)"),
        ("watch", watch, "the sync engine alone: follows the folders and the sidecars in them"),
        ("work", work, "the worker alone: makes thumbnails and previews, hashes originals"),
    ):
        commands.add_parser(name, parents=[common], help=text).set_defaults(run=run)


def start(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Register the folders, then keep the three processes alive until a signal ends all of them."""
    with alone(settings, "start", "K-Photos"):
        refuse_taken_port(settings)
        prepare(settings)
        for folder in arguments.folder:
            volume = sites.add(settings, folder)
            kept = "" if volume.writable else f"  (read-only: edits are kept in {settings.storage_path})"
            out.say(f"{volume.root}{kept}")
        parts = [Part(name, (sys.executable, "-m", "kphotos", name)) for name in PARTS]
        return Supervisor(parts, out.note, lambda: _announce(settings, out)).run()


def serve(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Listen until SIGTERM or Ctrl-C."""
    end_on_sigterm()
    refuse_taken_port(settings)
    app.serve(settings)
    return OK


def watch(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Follow every volume until SIGTERM or Ctrl-C; one process per home."""
    end_on_sigterm()
    with alone(settings, "watch", "The sync engine"):
        watching.run(settings)
    return OK


def work(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Do the jobs until SIGTERM or Ctrl-C; several workers may share one home."""
    end_on_sigterm()
    tasks.work(settings)
    return OK


def end_on_sigterm() -> None:
    """SIGTERM ends this process as Ctrl-C does: `finally` blocks run, half-done work is put back."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(OK)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    hold_lifeline()


def refuse_taken_port(settings: Settings) -> None:
    """Unavailable with a sentence, before three processes are started for nothing."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            reason = (
                f"{settings.host}, port {settings.port}, cannot be used: {error.strerror}. See HOST and PORT."
            )
            if error.errno == errno.EADDRINUSE:
                reason = f"Port {settings.port} is taken by another program: set PORT to a free one."
            raise Unavailable(reason, code="port_taken") from error


def address(settings: Settings) -> str:
    """What a person types into a browser on this machine."""
    if settings.public_url:
        return settings.public_url
    return f"http://{_reachable(settings.host)}:{settings.port}"


def is_ready(settings: Settings) -> bool:
    """Whether /healthz answers 200."""
    host = _reachable(settings.host).strip("[]")
    try:
        with closing(http.client.HTTPConnection(host, settings.port, timeout=1)) as connection:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
    except OSError:
        return False


def _reachable(host: str) -> str:
    if host in ("0.0.0.0", "::", "*"):  # noqa: S104  # compared, not bound to
        return "localhost" if host != "::" else "[::1]"
    return f"[{host}]" if ":" in host else host


def _announce(settings: Settings, out: Output) -> bool:
    if not is_ready(settings):
        return False
    where = address(settings)
    first = not accounts.exist(settings)
    hint = "  Open it to create the first account, which becomes the admin." if first else ""
    out.result(
        {"state": "ready", "address": where},
        lambda: out.say(f"K-Photos is ready at {where}{hint}\nCtrl-C ends it."),
    )
    return True
