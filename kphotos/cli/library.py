"""`scan`, `rebuild`, `verify`, `problems`: the whole library at once, with the server running or not."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter
from typing import Any

from kphotos import index
from kphotos.cli.exits import FOUND, OK, UNAVAILABLE
from kphotos.cli.homes import prepare
from kphotos.cli.output import Output
from kphotos.config import Settings
from kphotos.errors import Invalid, NotFound
from kphotos.index import query
from kphotos.index.duplicates import Copies, duplicates
from kphotos.index.rows import ProblemRow
from kphotos.index.scope import EVERYTHING
from kphotos.sidecar import rebuild, scanning, sites, verify, watching
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume

_MOST = 100_000


def add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Declare the commands of this module."""
    scan_ = commands.add_parser(
        "scan", parents=[common], help="look at every volume once, take in what has changed"
    )
    scan_.add_argument(
        "folder", nargs="*", type=Path, metavar="FOLDER", help="only these; a new one becomes a volume"
    )
    scan_.add_argument(
        "--confirm",
        type=int,
        default=0,
        metavar="COUNT",
        help="a halted volume: that many missing photos were deleted on purpose",
    )
    scan_.set_defaults(run=scan)
    for name, run, text in (
        (
            "rebuild",
            rebuild_,
            "make a new index from disk and swap it in; reading and editing go on meanwhile",
        ),
        ("verify", verify_, "compare the index with the disk, and print digests; changes nothing"),
        ("problems", problems, "what could not be read or decided, why, and what was kept"),
    ):
        commands.add_parser(name, parents=[common], help=text).set_defaults(run=run)


def scan(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Exit code 3 if a volume is offline or halted, 1 if something in one is a problem."""
    prepare(settings)
    if arguments.confirm and len(arguments.folder or volumes.every(settings)) > 1:
        # What is said of one disk is no word on another, which may only be unplugged.
        raise Invalid(
            "--confirm", "One volume at a time is confirmed: name its folder.", kept="Nothing was scanned."
        )
    chosen = [sites.add(settings, folder) for folder in arguments.folder] or volumes.every(settings)
    if not chosen:
        raise NotFound("There is no volume yet: kphotos scan FOLDER makes one.")
    watching.ensure_index(settings)
    results = [_scan(settings, volume, arguments.confirm, out) for volume in chosen]
    told = {"volumes": results, "seconds": round(sum(one["seconds"] for one in results), 3)}
    # A photo that is as it was is not counted: a small number is no loss.
    heads = ("volume", "state", "new or changed", "gone", "problems", "seconds")
    out.result(told, lambda: out.table(heads, _scanned(results)))
    if any(one["state"] != "online" for one in results):
        return UNAVAILABLE
    return FOUND if any(one["problems"] for one in results) else OK


def _scan(settings: Settings, volume: Volume, confirmed: int, out: Output) -> dict[str, Any]:
    begun = perf_counter()
    with out.progress(f"Scanning {volume.name}") as step:
        volume = volumes.follow_disk(settings, volume)
        _, tally = scanning.scan(settings, volume, confirmed=confirmed, tell=lambda seen: step(seen, None))
    state, reason = (tally.root.state, tally.root.reason) if tally.root else ("online", None)
    return {
        "id": volume.id,
        "name": volume.name,
        "state": state,
        "reason": reason,
        "seen": tally.seen,
        "gone": tally.gone,
        "problems": tally.problems,
        "seconds": round(perf_counter() - begun, 3),
    }


def _scanned(results: Iterable[dict[str, Any]]) -> list[tuple[object, ...]]:
    return [
        (
            one["name"],
            one["reason"] or one["state"],
            one["seen"],
            one["gone"],
            one["problems"],
            one["seconds"],
        )
        for one in results
    ]


def rebuild_(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Exit code 1 if there were problems; 3 if an offline volume could not even be carried over."""
    with out.progress("Rebuilding") as step:
        done = rebuild.rebuild(settings, lambda one: step(one.assets, None))
    told = {
        "assets": done.assets,
        "problems": done.problems,
        "seconds": round(done.seconds, 3),
        "carried": done.carried,
        "lost": done.lost,
    }
    out.result(told, lambda: _print_rebuilt(done, out))
    return UNAVAILABLE if done.lost else FOUND if done.problems else OK


def _print_rebuilt(done: rebuild.Rebuilt, out: Output) -> None:
    out.say(f"The index was made again from disk: {done.assets:,} photos in {done.seconds:.1f} s.")
    for name in done.carried:
        out.say(f"{name} is offline: its photos were taken over as the index had them.")
    for name in done.lost:
        out.say(f"{name} is offline, and no index tells of it: its photos come back when it does.")
    if done.problems:
        out.say(f"{done.problems:,} problems: kphotos problems lists them.")


def verify_(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Check I1 (originals) and I2 (index equals disk); exit code 1 if either does not hold."""
    with out.progress("Verifying") as step:
        verdict = verify.verify(settings, lambda what, done, total: step(done, total))
    told = {
        "originals": verdict.originals,
        "unhashed": verdict.unhashed,
        "digests": verdict.live,
        "differences": [
            {"invariant": one.invariant, "place": one.place, "reason": one.reason}
            for one in verdict.differences
        ],
    }
    out.result(told, lambda: _print_verdict(verdict, out))
    return FOUND if verdict.differences else OK


def _print_verdict(verdict: verify.Verdict, out: Output) -> None:
    later = f" ({verdict.unhashed:,} are not hashed yet)" if verdict.unhashed else ""
    out.say(f"{verdict.originals:,} originals compared with their hashes{later}.")
    out.table(("table", "digest of index and disk"), verdict.live.items())
    for one in verdict.differences:
        out.say(f"{one.invariant}  {one.place}: {one.reason}")
    if not verdict.differences:
        out.say("Every original is as it was, and the index says what the disk says.")


def problems(arguments: argparse.Namespace, settings: Settings, out: Output) -> int:
    """Everything the index knows to be wrong; exit code 1 if there is anything.

    Originals that lie there more than once are listed as well, and are nothing wrong.
    """
    with index.use(settings):
        found = query.problems(EVERYTHING, _MOST)
        twice = duplicates(EVERYTHING, _MOST)
    names = {volume.id: volume.name for volume in volumes.every(settings)}
    told = {
        "problems": [problem_told(one) for one in found],
        "duplicates": [
            {
                "hash": one.hash,
                "size": one.size,
                "places": [{"volume": volume, "path": path} for volume, path in one.places],
            }
            for one in twice
        ],
    }
    out.result(told, lambda: _print_problems(found, twice, names, out))
    return FOUND if found else OK


def problem_told(problem: ProblemRow) -> dict[str, str]:
    """A problem as every `--json` and the API give it."""
    return {
        "volume": problem.volume,
        "path": problem.path,
        "kind": problem.kind,
        "reason": problem.reason,
        "kept": problem.kept,
    }


def _print_duplicates(twice: list[Copies], names: dict[str, str], out: Output) -> None:
    if not twice:
        return
    out.say("\nThese lie there more than once, byte for byte; nothing of them is ever removed.")
    rows = [
        (names.get(volume, volume), path, f"{one.size:,} bytes" if number == 0 else "the same")
        for one in twice
        for number, (volume, path) in enumerate(one.places)
    ]
    out.table(("volume", "path", "what"), rows)


def _print_problems(found: list[ProblemRow], twice: list[Copies], names: dict[str, str], out: Output) -> None:
    rows = [
        (names.get(one.volume, one.volume), one.path or "(the whole volume)", one.reason, one.kept)
        for one in found
    ]
    if rows:
        out.table(("volume", "path", "what", "kept"), rows)
    else:
        out.say("No problems.")
    _print_duplicates(twice, names, out)
