"""`adopt-disk` and `disown`: what a person says of a photo's sidecars as a whole."""

from __future__ import annotations

import argparse
from pathlib import Path

from kphotos.cli import photo
from kphotos.cli.exits import OK
from kphotos.cli.output import Output
from kphotos.config import Settings
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
        help="let the older sidecars that you put back stand, though K-Photos knows newer ones",
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
    """Go back on purpose; the history says from what."""
    person = photo.account_of(settings, arguments.person)
    volume, path = volumes.at(settings, arguments.path)
    asset = deliberate.adopt_disk(settings, volume, path, by=person or TERMINAL.id)
    return _told(volume, asset, settings, out)


def disown(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """From then on the photo can be edited, with nothing of the other's."""
    volume, path = volumes.at(settings, arguments.path)
    return _told(volume, deliberate.disown(settings, volume, path), settings, out)


def _told(volume: Volume, asset: Asset, settings: Settings, out: Output) -> int:
    told = photo.document(asset, volume.root / asset.path)
    out.result(told, lambda: photo.print_document(told, photo.called(settings), out))
    return OK
