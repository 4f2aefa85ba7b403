"""The figures as the README shows them, between marks that nobody edits by hand.

`scripts/bench --write` measures and writes; `--figures FILE ...` takes what earlier runs printed instead, and
`--simulated FILE ...` what `scripts/simulate` printed, in one file or several: of several runs the kills are
added up. Among these `build/coverage.json`, which `scripts/test engine` leaves, tells how much of `sync` the
tests run. A part of which nothing is given stays as it stands, and so does each row of the simulated; where
only these are given, nothing is measured.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

Told = Mapping[str, Any]
Row = tuple[str, str]
_NAME = 12  # letters at the start of a row by which it is known again


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what decides on writing."""
    parser.add_argument("--write", action="store_true", help="put the figures into the README")
    parser.add_argument(
        "--figures",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="measure nothing: take these, the last ones",
    )
    parser.add_argument("--simulated", type=Path, nargs="+", default=[], metavar="FILE")


def write(readme: Path, told: Told | None, asked: argparse.Namespace) -> None:
    """Replace the parts of the README for which there is something; KeyError if a figure is missing."""
    text = readme.read_text(encoding="utf-8")
    if told is not None:
        text = between(text, "figures", figures(told))
    if asked.simulated:
        runs = [json.loads(path.read_text()) for path in asked.simulated]
        told = {name: run[name] for run in runs for name in run}
        if kills := [run["kill"] for run in runs if "kill" in run]:
            told |= {"kill": together(kills), "kill runs": len(kills)}
        text = between(text, "proofs", renewed(inside(text, "proofs"), proofs(told)))
    readme.write_text(text, encoding="utf-8")


def earlier(paths: Sequence[Path]) -> dict[str, Any]:
    """What earlier runs told: the first, with what each later one measured anew in its place."""
    first, *others = (json.loads(path.read_text()) for path in paths)
    for other in others:
        first["results"] |= other["results"]
    told: dict[str, Any] = first
    return told


def between(text: str, mark: str, new: str) -> str:
    """The text with something else between `<!-- mark -->` and `<!-- /mark -->`; ValueError without them."""
    old = inside(text, mark)
    return text.replace(f"<!-- {mark} -->\n{old}<!-- /{mark} -->", f"<!-- {mark} -->\n{new}<!-- /{mark} -->")


def inside(text: str, mark: str) -> str:
    """What stands between the two; ValueError without them."""
    _, begin, rest = text.partition(f"<!-- {mark} -->\n")
    old, end, _ = rest.partition(f"<!-- /{mark} -->")
    if not begin or not end:
        raise ValueError(f"the README has no place for {mark}")
    return old


def renewed(old: str, new: str) -> str:
    """A table with the rows of another in the places of those that tell of the same, the rest at its end."""
    rows = {_about(row): row for row in old.splitlines() if row.startswith("|")}
    rows |= {_about(row): row for row in new.splitlines()}
    return "\n".join(rows.values()) + "\n"


def _about(row: str) -> str:
    """What a row tells of, without the numbers in it."""
    return re.sub(r"[^A-Za-z-]", "", row)[:_NAME]


def figures(told: Told) -> str:
    """What was measured, with machine and date; KeyError if anything was left out."""
    results = told["results"]
    day = datetime.fromisoformat(told["at"]).strftime("%-d %B %Y")
    intro = (
        f"`scripts/bench --write` on {told['cores']} virtual cores ({told['processor']}), Python"
        f" {told['python']}, {day}, load {told['load_at_start']} before it\nbegan; the disk's cache is warm."
    )
    rows = [
        *_small(results),
        *_large(results["large_rebuild"], results["large_rescan"]),
        *_editing(results["edits"], results["bulk"], results["external"]),
        *_core(results["core"]),
        *_web(results["web"]["thumbnails"], results["web"]["timeline"]),
    ]
    return f"{intro}\n\n{table('what', 'measured', rows)}"


def table(left: str, right: str, rows: Sequence[Row]) -> str:
    """Rows as Markdown."""
    lines = [f"| {left} | {right} |", "|---|---|", *(f"| {one} | {other} |" for one, other in rows)]
    return "\n".join(lines) + "\n"


def _small(results: Told) -> list[Row]:
    rebuild, peer, rescan, seen = (results[name] for name in ("rebuild", "exiftool", "rescan", "seen"))
    headers = results["headers"]
    return [
        (
            "read the EXIF of a JPEG; one core",
            f"{headers['headers_per_second']:,} photos a second; Pillow takes"
            f" {headers['baseline_takes_times_the_seconds']} times as long",
        ),
        (
            f"rebuild the index of {rebuild['assets']:,} JPEGs, half with a program's XMP; one core",
            f"{rebuild['seconds']} s: {rebuild['assets_per_second']:,} photos a second;"
            f" {rebuild['rss_mib']} MiB",
        ),
        (
            "plain `exiftool -r -json` over the same tree; one core",
            f"{peer['seconds']:.0f} s, {rebuild['exiftool_takes_times_the_seconds']} times as long",
        ),
        (
            f"rescan of these {rescan['files']:,} files, in which nothing has changed",
            f"{rescan['seconds']:.2f} s: {rescan['files_per_second']:,} files a second",
        ),
        (
            f"{seen['files']} photos of {seen['megabytes_each']} MB in the timeline, before one is hashed",
            f"{seen['seconds_until_seen']:.2f} s",
        ),
    ]


def _large(rebuild: Told, rescan: Told) -> list[Row]:
    return [
        (
            f"rebuild the index of {rebuild['assets']:,} photos, half with ledger and XMP",
            f"{rebuild['seconds']:.1f} s: {rebuild['assets_per_second']:,} photos a second"
            f" ({rebuild['assets_per_second_on_one_core']:,} on one core);"
            f" {rebuild['rss_mib_of_all_processes']} MiB in all;"
            f" {rebuild['takes_times_the_baseline_cpu_seconds']} times a loop that but reads and parses",
        ),
        (
            f"rescan of these {rescan['files']:,} files, in which nothing has changed",
            f"{rescan['seconds']:.2f} s: {rescan['files_per_second']:,} files a second;"
            f" {rescan['takes_times_the_baseline']} times a bare walk",
        ),
    ]


def _editing(edits: Told, bulk: Told, external: Told) -> list[Row]:
    syncs = bulk["syncs"]
    counted = f"{sum(syncs.values()):,} syncs" if isinstance(syncs, Mapping) else syncs
    return [
        (
            "an edit, until it is durable beside the original and in the index",
            f"{edits['edit_p50_ms']:.1f} ms (p50), {edits['edit_p99_ms']:.1f} ms (p99);"
            f" the disk's own price is {edits['fsyncs_p50_ms']:.1f} ms",
        ),
        (
            f"a tag for {bulk['photos']:,} photos at once, until all are",
            f"{bulk['seconds']:.1f} s: {bulk['photos_per_second']:,} photos a second, {counted};"
            f" {bulk['times_as_fast_as_one_by_one']} times as fast as one by one",
        ),
        (
            "another program's edit of an XMP, until it is in the index",
            f"{external['p50_ms']:.0f} ms (p50), {external['p99_ms']:.0f} ms (p99), of which"
            f" {external['of_which_waiting_for_quiet_ms']} wait for quiet; a bare watcher with the same"
            f" parser: {external['baseline_p50_ms']:.1f} ms",
        ),
    ]


def _core(core: Told) -> list[Row]:
    held = core["ledger"]
    what = f"{held['fields']} fields, {held['tags']} tags, {held['faces']} faces, {held['dots']} stamps"
    return [
        (
            f"join two ledgers ({what}); one core",
            f"{core['join_per_second']:,} a second; {core['join_takes_times_the_json']} times"
            " what Python's `json` takes for one",
        ),
        (
            "absorb an XMP with an edit into such a ledger; one core",
            f"{core['absorb_per_second']:,} a second; {core['absorb_takes_times_the_json']} times the same",
        ),
    ]


def _web(thumbnails: Told, timeline: Told) -> list[Row]:
    return [
        (
            f"thumbnails from the cache, {thumbnails['connections']} connections at once",
            f"{thumbnails['requests_per_second']:,} a second, {thumbnails['p99_ms']:.0f} ms (p99);"
            f" {thumbnails['share_of_the_baseline']:.0%} of bare Flask and waitress",
        ),
        (
            f"timeline of {timeline['photos']:,} photos, {timeline['asked_per_second']} requests a second",
            f"{timeline['p50_ms']:.0f} ms (p50), {timeline['p99_ms']:.0f} ms (p99)",
        ),
    ]


def proofs(told: Told) -> str:
    """What was simulated, killed, cut and replicated, and how much of it was lost."""
    rows: list[Row] = []
    if "histories" in told:
        rows += _histories(told)
    if "syscalls" in told:
        tried = "killed at, or refused by, each call that changes the disk"
        rows.append((tried, f"{told['syscalls']['points']:,} points; lost: {_lost(told['syscalls'])}"))
    if "kill" in told:
        rows += _killed(told["kill"], told.get("kill runs", 1))
    if "power cut" in told:
        tried = "power cut under a busy K-Photos (ext4; what was not synced is gone)"
        rows.append((tried, f"{told['power cut']['cuts']:,} times; lost: {_lost(told['power cut'])}"))
    if "burst" in told:
        rows.append(_burst(told["burst"]))
    if "nodes" in told:
        rows += _nodes(told["nodes"])
    if "fuzz" in told:
        number = sum(told["fuzz"]["outcomes"].values())
        rows.append(("damaged XMPs through the codec", f"{number:,}; lost: {_lost(told['fuzz'])}"))
    if "totals" in told:
        rows.append(_covered(told["totals"]))
    return table("tried", "came of it", rows)


def together(kills: Sequence[Told]) -> Told:
    """What several runs told of their kills, as one: counts added, the largest of the times."""
    counted = ("kills", "edits", "phase of each edit that a kill ended", "in flight when killed")
    told: dict[str, Any] = {
        name: sum((Counter(one[name]) for one in kills), Counter[str]()) for name in counted
    }
    told |= {name: sum(one[name] for one in kills) for name in ("checks", "rebuild equals index")}
    told["violations"] = [each for one in kills for each in one["violations"]]
    told["ready again s"] = {"p50": max(one["ready again s"].get("p50", 0) for one in kills)}
    return told


def _lost(told: Told) -> int:
    return len(told["violations"])


def _histories(told: Told) -> list[Row]:
    replicas = ", ".join(f"{name}: {number:,}" for name, number in told["by replicas"].items())
    points = f"{told['crash points']:,} crashes and {told['error points']:,} errors at a chosen operation"
    most = max(int(rounds) for each in told["rounds to rest"].values() for rounds in each)
    alone, rest = told["false conflicts"]["one site, one fresh editor"], told["false conflicts"]["replicated"]
    return [
        (
            f"random histories (sites {replicas}), with crashes, errors, programs with old databases",
            f"{told['histories']:,} with {told['edits']:,} edits; edits lost: {told['edits lost']};"
            f" originals changed: {told['originals changed']}; conflict copies left:"
            f" {told['conflict copies left']}; writes at rest: {told['writes at rest']}; alike after"
            f" {most} rounds at most",
        ),
        (
            "of these, where nobody can tell a program with an old database from one that had read",
            f"one site: {told['undecidable, one site']:,}, several:"
            f" {told['undone by an old database, replicated']:,}; the history keeps what stood before",
        ),
        ("faults enumerated along such histories", f"{points}; lost: {told['violations']}"),
        (
            "false conflicts",
            f"one site and one fresh program: {alone['false']} of {alone['edits']:,} edits; per 1,000"
            f" concurrent edits of several sites: {rest['per 1,000']}",
        ),
    ]


def _killed(kill: Told, runs: int) -> list[Row]:
    phases = kill["phase of each edit that a kill ended"]
    hit = ", ".join(f"{name} {number:,}" for name, number in phases.items())
    flights = kill["in flight when killed"]
    caught = sum(flights[key] for key in flights if re.fullmatch(r"[1-9]\d* edits", key))
    edits = kill["edits"]
    back = sum(number for what, number in edits.items() if "taking a text back" in what)
    late = edits.get("written slowly, into what had been taken out", 0)
    return [
        (
            f"`kill -9` under mixed load{f', {runs} runs at once' if runs > 1 else ''}, by part: "
            + ", ".join(f"{name} {number:,}" for name, number in kill["kills"].items()),
            f"{sum(kill['kills'].values()):,} kills, {edits['acknowledged']:,} acknowledged edits, some in"
            f" flight at {caught:,} of the kills; {back:,} writes of old databases that took a text back;"
            f" {late:,} writes into a sidecar that was being replaced; rebuild = index"
            f" {kill['rebuild equals index']:,} of {kill['checks']:,} times; lost: {_lost(kill)}; ready again"
            f" after {kill['ready again s'].get('p50', 0):.1f} s (p50)",
        ),
        ("edits that a kill ended, by the phase that it hit", hit),
    ]


def _burst(burst: Told) -> Row:
    dropped = f"{burst['overflows']:,} times" if burst["overflows"] else "never"
    healed = ", healed by a rescan" if burst["healed by a rescan"] else ""
    return (
        f"{burst['files']:,} new files at once, half of them XMPs, under the kernel's own watch",
        f"written in {burst['written in s']:.1f} s; the kernel dropped events {dropped}{healed}; all in the"
        f" index {burst['all in the index after s']:.1f} s after the last; lost: {_lost(burst)}",
    )


def _nodes(nodes: Told) -> list[Row]:
    copies = nodes["conflict copies"]
    made = copies["of ledgers"] + copies["of XMPs"]
    return [
        (
            "two K-Photos over a real pair of Syncthings, edited at once, apart and through a kill",
            f"{nodes['edits by people']:,} edits, {made:,} conflict copies; lost: {_lost(nodes)};"
            f" false conflicts per 1,000 edits: {nodes['false candidates per 1000 edits']}",
        )
    ]


def _covered(totals: Told) -> Row:
    """Of what the coverage package counted."""
    lines, branches = totals["num_statements"], totals["num_branches"]
    return (
        f"the tests of `sync`: {lines:,} statements, {branches:,} branches",
        f"{totals['covered_lines'] / lines:.1%} of the statements run,"
        f" {totals['covered_branches'] / branches:.1%} of the branches taken",
    )
