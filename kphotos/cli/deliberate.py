"""`adopt-disk` and `disown`: what a person says of a photo's sidecars as a whole."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from kphotos.cli import photo
from kphotos.cli.exits import OK
from kphotos.cli.homes import alone
from kphotos.cli.output import Output
from kphotos.config import Settings
from kphotos.errors import Unavailable
from kphotos.identity.access import TERMINAL
from kphotos.sidecar import deliberate
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync.engine import Asset


def add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Declare the commands of this module."""
    adopt_ = commands.add_parser(
        "adopt-disk",
        parents=[common],
        help="let the older sidecars that you put back stand, though newer ones are known; stop it first",
    )
    adopt_.add_argument("path", type=Path, metavar="PATH", help="the original, inside a volume")
    adopt_.add_argument("--as", dest="person", metavar="NAME", help="the account that the history shall name")
    adopt_.set_defaults(run=adopt_disk)
    disown_ = commands.add_parser(
        "disown",
        parents=[common],
        help="set aside the sidecars of another picture that had this file's name; they are renamed and kept",
    )
    disown_.add_argument("path", type=Path, metavar="PATH", help="the original, inside a volume")
    disown_.set_defaults(run=disown)


def adopt_disk(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Go back on purpose, while K-Photos does not run; the history says from what."""
    with _stopped(settings):
        person = photo.account_of(settings, arguments.person)
        volume, path = volumes.at(settings, arguments.path)
        asset = deliberate.adopt_disk(settings, volume, path, by=person or TERMINAL.id)
    return _told(volume, asset, settings, out)


def disown(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """From then on the photo can be edited, with nothing of the other's."""
    volume, path = volumes.at(settings, arguments.path)
    return _told(volume, deliberate.disown(settings, volume, path), settings, out)


@contextmanager
def _stopped(settings: Settings) -> Iterator[None]:
    """Unavailable while the engine runs on this home, and it cannot begin to within the block."""
    with ExitStack() as stack:
        try:
            for role, what in (("start", "K-Photos"), ("watch", "The sync engine")):
                stack.enter_context(alone(settings, role, what))
        except Unavailable as error:
            raise Unavailable(
                f"{error.message} Stop it first: it brings the newer sidecars back by itself.",
                code=error.code,
                kept="Nothing was changed.",
            ) from error
        yield


def _told(volume: Volume, asset: Asset, settings: Settings, out: Output) -> int:
    told = photo.document(asset, volume.root / asset.path)
    out.result(told, lambda: photo.print_document(told, photo.called(settings), out))
    return OK
