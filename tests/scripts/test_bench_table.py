"""The README's figures are made of one document by one function, and nothing is left out unnoticed."""

from __future__ import annotations

import argparse
import copy
import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import bench_table

TOLD: dict[str, Any] = {
    "at": "2026-11-22T16:00:00+00:00",
    "processor": "AMD EPYC",
    "cores": 2,
    "python": "3.11.7",
    "load_at_start": 0.1,
    "results": {
        "headers": {"headers_per_second": 9_800, "baseline_takes_times_the_seconds": 6.5},
        "rebuild": {
            "assets": 20_000,
            "seconds": 5.4,
            "assets_per_second": 3_707,
            "rss_mib": 84,
            "exiftool_takes_times_the_seconds": 20.6,
        },
        "exiftool": {"seconds": 111.2},
        "rescan": {"files": 30_000, "seconds": 0.11, "files_per_second": 268_000},
        "seen": {"files": 200, "megabytes_each": 25, "seconds_until_seen": 0.07},
        "large_rebuild": {
            "assets": 100_000,
            "seconds": 31.0,
            "assets_per_second": 3_226,
            "assets_per_second_on_one_core": 2_900,
            "rss_mib_of_all_processes": 170,
            "takes_times_the_baseline_cpu_seconds": 4.1,
        },
        "large_rescan": {
            "files": 200_002,
            "seconds": 1.1,
            "files_per_second": 181_000,
            "takes_times_the_baseline": 2.2,
        },
        "edits": {"edit_p50_ms": 5.0, "edit_p99_ms": 13.7, "fsyncs_p50_ms": 1.3},
        "bulk": {
            "photos": 10_000,
            "seconds": 20.5,
            "photos_per_second": 488,
            "syncs": {"syncfs": 150, "fsync": 3},
            "times_as_fast_as_one_by_one": 2.4,
        },
        "external": {
            "p50_ms": 352.0,
            "p99_ms": 480.0,
            "of_which_waiting_for_quiet_ms": 300,
            "baseline_p50_ms": 0.9,
        },
        "core": {
            "ledger": {"fields": 8, "tags": 5, "faces": 3, "dots": 10},
            "join_per_second": 26_438,
            "join_takes_times_the_json": 0.44,
            "absorb_per_second": 5_419,
            "absorb_takes_times_the_json": 2.13,
        },
        "web": {
            "thumbnails": {
                "connections": 32,
                "requests_per_second": 612,
                "p99_ms": 88.0,
                "share_of_the_baseline": 0.61,
            },
            "timeline": {"photos": 100_000, "asked_per_second": 50, "p50_ms": 9.0, "p99_ms": 41.0},
        },
    },
}
KILLED: dict[str, Any] = {
    "kill": {
        "kills": {"serve": 450, "all": 150},
        "edits": {
            "acknowledged": 12_345,
            "cut off: BrokenPipeError": 2,
            "written by darktable, taking a text back": 2,
            "written from an old memory, taking a text back": 70,
            "written slowly, into what had been taken out": 33,
        },
        "in flight when killed": {"0 edits": 4, "1 edits": 96, "12 edits": 500, "all: idle": 75},
        "phase of each edit that a kill ended": {"before": 3, "ledger": 41},
        "checks": 600,
        "rebuild equals index": 599,
        "ready again s": {"p50": 2.31, "most": 6.0},
        "violations": [],
    }
}
HISTORIES: dict[str, Any] = {
    "histories": 10_000,
    "by replicas": {"1": 6_000, "2": 3_000, "3": 1_000},
    "edits": 91_000,
    "edits lost": 0,
    "originals changed": 0,
    "conflict copies left": 0,
    "writes at rest": 0,
    "rounds to rest": {"1": {"1": 5_000, "4": 1_000}, "2": {"12": 3}},
    "false conflicts": {
        "one site, one fresh editor": {"edits": 7_200, "false": 0},
        "replicated": {"concurrent edits": 940, "false": 3, "per 1,000": 3.2},
    },
    "undecidable, one site": 41,
    "undone by an old database, replicated": 6,
    "crash points": 2_000,
    "error points": 120,
    "violations": 1,
    "syscalls": {"points": 415, "violations": []},
    "power cut": {"cuts": 200, "violations": []},
    "burst": {
        "files": 60_000,
        "written in s": 9.71,
        "overflows": 3,
        "healed by a rescan": True,
        "all in the index after s": 31.25,
        "violations": [],
    },
    "fuzz": {"outcomes": {"written": 90_000, "Unreadable": 10_000}, "violations": []},
}
NODES: dict[str, Any] = {
    "nodes": {
        "edits by people": 500,
        "conflict copies": {"of ledgers": 7, "of XMPs": 5, "others": []},
        "violations": [],
        "false candidates per 1000 edits": 1.5,
    }
}
COVERED: dict[str, Any] = {
    "meta": {"format": 3},
    "totals": {
        "num_statements": 10_000,
        "covered_lines": 9_876,
        "num_branches": 2_000,
        "covered_branches": 1_941,
    },
}
README = "A\n<!-- figures -->\nold\n<!-- /figures -->\nB\n<!-- proofs -->\nold\n<!-- /proofs -->\nC\n"


def asked(*simulated: Path) -> argparse.Namespace:
    return argparse.Namespace(simulated=list(simulated))


def test_every_figure_stands_in_the_table_with_machine_and_date() -> None:
    text = bench_table.figures(TOLD)
    assert "2 virtual cores (AMD EPYC), Python 3.11.7, 22 November 2026, load 0.1" in text
    for figure in ("9,800 photos", "3,707 photos", "20.6 times", "3,226 photos", "170 MiB", "181,000 files"):
        assert figure in text
    for figure in (
        "0.07 s",
        "153 syncs",
        "352 ms (p50), 480 ms (p99)",
        "26,438 a second",
        "612 a second",
        "41 ms (p99)",
    ):
        assert figure in text


def test_a_measurement_that_was_left_out_is_not_passed_over() -> None:
    for name in TOLD["results"]:
        some = copy.deepcopy(TOLD)
        del some["results"][name]
        with pytest.raises(KeyError, match=name):
            bench_table.figures(some)


def test_what_was_measured_anew_takes_the_place_of_what_was(tmp_path: Path) -> None:
    whole, again = tmp_path / "whole.json", tmp_path / "again.json"
    whole.write_text(json.dumps(TOLD))
    again.write_text(json.dumps({"results": {"rescan": {"files": 30_000, "seconds": 0.2}}}))
    told = bench_table.earlier([whole, again])
    assert told["results"].pop("rescan") == {"files": 30_000, "seconds": 0.2}
    assert told["results"] == {name: each for name, each in TOLD["results"].items() if name != "rescan"}
    assert (told["at"], told["processor"]) == (TOLD["at"], TOLD["processor"])


def test_only_what_there_is_something_for_is_replaced(tmp_path: Path) -> None:
    readme, kills, both = tmp_path / "README.md", tmp_path / "kills.json", tmp_path / "both.json"
    covered = tmp_path / "coverage.json"
    readme.write_text(README)
    bench_table.write(readme, TOLD, asked())
    first = readme.read_text()
    assert first.startswith("A\n<!-- figures -->\n`scripts/bench --write`")
    assert first.endswith("B\n<!-- proofs -->\nold\n<!-- /proofs -->\nC\n")
    kills.write_text(json.dumps(KILLED))
    both.write_text(json.dumps(HISTORIES | NODES))
    covered.write_text(json.dumps(COVERED))
    bench_table.write(readme, TOLD, asked(kills, both, covered))
    text = readme.read_text()
    assert text.split("<!-- proofs -->")[0] == first.split("<!-- proofs -->")[0]
    assert "600 kills, 12,345 acknowledged edits, some in flight at 596 of the kills;" in text
    assert "72 writes of old databases that took a text back; 33 writes into a sidecar that" in text
    assert "being replaced; rebuild = index 599 of 600 times; lost: 0" in text
    assert "one site: 41, several: 6;" in text
    assert "10,000 with 91,000 edits; edits lost: 0; originals changed: 0" in text
    assert "alike after 12 rounds at most" in text
    assert "2,000 crashes and 120 errors at a chosen operation; lost: 1" in text
    assert "0 of 7,200 edits; per 1,000 concurrent edits of several sites: 3.2" in text
    for row in ("415 points; lost: 0", "200 times; lost: 0", "100,000; lost: 0"):
        assert row in text
    assert "60,000 new files at once" in text
    assert (
        "written in 9.7 s; the kernel dropped events 3 times, healed by a rescan; all in the index 31.2 s"
        in text
    )
    assert "500 edits, 12 conflict copies; lost: 0; false conflicts per 1,000 edits: 1.5" in text
    assert "before 3, ledger 41" in text
    assert "10,000 statements, 2,000 branches | 98.8% of the statements run, 97.0% of the branches" in text
    bench_table.write(readme, TOLD, asked(kills, both, kills))
    text = readme.read_text()
    assert "1,200 kills, 24,690 acknowledged edits, some in flight at 1,192 of the kills;" in text
    assert "load, 2 runs at once, by part: serve 900, all 300" in text
    assert "rebuild = index 1,198 of 1,200 times; lost: 0" in text
    assert "before 6, ledger 82" in text


def test_a_row_of_which_nothing_new_is_known_stays(tmp_path: Path) -> None:
    readme, both, kills = tmp_path / "README.md", tmp_path / "both.json", tmp_path / "kills.json"
    readme.write_text(README)
    both.write_text(json.dumps(HISTORIES | NODES | KILLED))
    bench_table.write(readme, None, asked(both))
    before = readme.read_text().splitlines()
    assert before[:4] == README.splitlines()[:4]
    again = copy.deepcopy(KILLED)
    again["kill"] |= {"checks": 700, "rebuild equals index": 700}
    kills.write_text(json.dumps(again))
    bench_table.write(readme, None, asked(kills))
    after = readme.read_text().splitlines()
    (changed,) = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    assert "rebuild = index 700 of 700 times" in changed[1]


def test_a_burst_of_which_nothing_is_given_has_no_row_and_one_without_loss_no_healing() -> None:
    burst = HISTORIES["burst"]
    assert "new files" not in bench_table.proofs(KILLED)
    calm = bench_table.proofs({"burst": burst | {"overflows": 0, "healed by a rescan": False}})
    assert "the kernel dropped events never; all in the index" in calm
    lossy = bench_table.proofs({"burst": burst | {"healed by a rescan": False, "violations": ["gone"]}})
    assert "dropped events 3 times; all in the index 31.2 s after the last; lost: 1" in lossy


def test_a_readme_without_a_place_for_them_is_left_as_it_is(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("no marks\n")
    with pytest.raises(ValueError, match="no place for figures"):
        bench_table.write(readme, TOLD, asked())
    assert readme.read_text() == "no marks\n"
