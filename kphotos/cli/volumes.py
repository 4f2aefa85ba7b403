"""`volume list | gone | accept | retire | recall | read-only | writable | remove`: folders of originals."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kphotos.cli.exits import FOUND, OK, UNAVAILABLE
from kphotos.cli.output import Output
from kphotos.config import Settings
from kphotos.errors import NotFound
from kphotos.sidecar import keeping, removing
from kphotos.sidecar.keeping import Standing
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync.core.names import escape

_MOST = 100_000
Act = Callable[[Settings, Volume, argparse.Namespace], object]

_ACTS: dict[str, tuple[str, str, Act]] = {
    "accept": (
        "a read-only folder in which other files are by now is this volume all the same",
        "It is taken as it is with the next scan.",
        lambda settings, volume, _: keeping.accept(settings, volume),
    ),
    "retire": (
        "a machine that shares the folder is gone for good: it is not waited for any more",
        "It is retired. If it comes back, it counts again by itself.",
        lambda settings, volume, told: keeping.retire(settings, volume, told.site),
    ),
    "recall": (
        "a retired machine counts again",
        "It counts again.",
        lambda settings, volume, told: keeping.recall(settings, volume, told.site),
    ),
    "read-only": (
        "write nothing in the folder, whatever its disk allows; edits are kept in K-Photos' own home",
        "Nothing is written there from now on.",
        lambda settings, volume, _: volumes.keep_off(settings, volume, hands_off=True),
    ),
    "writable": (
        "write sidecars beside the originals again, those too that were kept at home meanwhile",
        "What was edited meanwhile goes to its place with the next scan.",
        lambda settings, volume, _: volumes.keep_off(settings, volume, hands_off=False),
    ),
    "remove": (
        "show the folder's photos no more; no file is touched",
        "It is shown no more. No file was touched.",
        lambda settings, volume, _: removing.remove(settings, volume),
    ),
}


def add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Declare the commands of this module."""
    group = commands.add_parser(
        "volume", parents=[common], help="the folders of originals: " + ", ".join(("list, gone", *_ACTS))
    )
    actions = group.add_subparsers(required=True, metavar="ACTION", title="actions")
    list_ = actions.add_parser("list", parents=[common], help="every volume: how it is, who shares it")
    list_.set_defaults(run=listing)
    gone_ = actions.add_parser("gone", parents=[common], help="what the last scan missed and did not believe")
    gone_.set_defaults(run=gone)
    parsers = [gone_]
    for name, (text, _, _) in _ACTS.items():
        parser = actions.add_parser(name, parents=[common], help=text)
        parser.set_defaults(run=act, act=name)
        parsers.append(parser)
    for parser in parsers:
        parser.add_argument("folder", type=Path, metavar="FOLDER", help="the volume's folder, or its name")
        if parser.get_default("act") in ("retire", "recall"):
            parser.add_argument("site", metavar="SITE", help="the machine, as `list` names it")


def listing(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Exit code 3 if a volume is offline or halted."""
    found = keeping.standings(settings)
    out.result({"volumes": [_told(one) for one in found]}, lambda: _print(settings, found, out))
    return OK if all(one.state == "online" for one in found) else UNAVAILABLE


def gone(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Exit code 1 if anything is missing."""
    count, found = keeping.gone(settings, _volume(settings, arguments.folder), 0, _MOST)
    paths = [path for path, _ in found]

    def people() -> None:
        for path in paths:
            out.say(path)
        out.say(f"{count:,} photos are missing." if count else "Nothing is missing.")

    out.result({"count": count, "paths": paths}, people)
    return FOUND if count else OK


def act(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Do what the action is called for; refusals as everywhere."""
    _, done, run = _ACTS[arguments.act]
    volume = _volume(settings, arguments.folder)
    run(settings, volume, arguments)
    out.result({"id": volume.id, "name": volume.name, "done": arguments.act}, lambda: out.say(done))
    return OK


def _volume(settings: Settings, folder: Path) -> Volume:
    known = volumes.every(settings)
    at = folder.expanduser().resolve()
    found = [one for one in known if one.root == at] or [one for one in known if one.name == str(folder)]
    if len(found) != 1:
        raise NotFound(f"{str(folder)!r} is no volume: kphotos volume list names them.")
    return found[0]


def _told(one: Standing) -> dict[str, Any]:
    return {
        "id": one.volume.id,
        "name": one.volume.name,
        "path": escape(str(one.volume.root)),
        "writable": one.volume.writable,
        "state": one.state,
        "reason": one.reason or None,
        "photos": one.photos,
        "missing": one.missing,
        "sites": [
            {"id": site.digest, "host": site.host, "seen": site.seen, "retired": site.retired}
            for site in one.sharers
        ],
    }


def _print(settings: Settings, found: list[Standing], out: Output) -> None:
    rows = [
        (
            one.volume.name,
            one.volume.root,
            one.state,
            one.photos,
            one.missing,
            "" if one.volume.writable else "yes",
        )
        for one in found
    ]
    out.table(("volume", "folder", "state", "photos", "missing", "read-only"), rows)
    machines = [
        (
            one.volume.name,
            site.digest,
            site.host + (" (this one)" if site.digest == keeping.own_site(settings) else ""),
            f"retired on {site.retired}" if site.retired else site.seen,
        )
        for one in found
        for site in one.sharers
    ]
    if machines:
        out.table(("volume", "site", "machine", "last seen"), machines)
