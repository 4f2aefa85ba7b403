"""Absence is not deletion: when a root counts, and when a scan is believed (I10)."""

from __future__ import annotations

import pytest

from sync.core.brakes import (
    Halted,
    Offline,
    Online,
    Root,
    marker_bytes,
    marker_id,
    root_verdict,
    scan_verdict,
)

GOOD = marker_bytes("v1")

ROOTS = {
    "as it should be": (Root(["a.jpg", ".kphotos"], GOOD), None),
    "not there": (Root(None, None), "not there"),
    "not readable": (Root(None, None, error="Input/output error"), "Input/output error"),
    "readable once and then not": (Root(["a.jpg"], GOOD, error="Stale file handle"), "Stale"),
    "empty": (Root([], None), "empty"),
    "without its marker": (Root(["a.jpg"], None), "lost the marker"),
    "with a torn marker": (Root(["a.jpg"], b""), "cannot be read"),
    "with a marker of another form": (Root(["a.jpg"], b"[]"), "cannot be read"),
    "with a marker without id": (Root(["a.jpg"], b'{"id": 5}'), "cannot be read"),
    "with a marker too deep": (Root(["a.jpg"], b"[" * 100_000), "cannot be read"),
    "another volume": (Root(["a.jpg"], marker_bytes("v2")), "another volume"),
    "never marked, with its originals": (Root(["a.jpg"], None, marked=False), None),
    "never marked, with other files": (Root(["a.jpg"], None, marked=False, fingerprint=False), "other files"),
    "never marked and empty": (Root([], None, marked=False), "empty"),
}


@pytest.mark.parametrize("what", ROOTS)
def test_a_root_counts_only_as_itself(what: str) -> None:
    root, reason = ROOTS[what]
    verdict = root_verdict(root, "v1")
    if reason is None:
        assert verdict == Online()
    else:
        assert isinstance(verdict, Offline)
        assert reason in verdict.reason


@pytest.mark.parametrize(
    ("gone", "known", "confirmed", "halted"),
    [
        (0, 0, 0, False),
        (50, 50, 0, False),
        (51, 51, 0, True),
        (51, 1_020, 0, False),
        (52, 1_020, 0, True),
        (1_000, 100_000, 0, False),
        (5_001, 100_000, 0, True),
        (5_001, 100_000, 5_001, False),
        (5_002, 100_000, 5_001, True),
    ],
)
def test_a_scan_that_misses_too_much_is_not_believed(
    gone: int, known: int, confirmed: int, halted: bool
) -> None:
    verdict = scan_verdict(gone=gone, known=known, confirmed=confirmed)
    assert isinstance(verdict, Halted) == halted
    if isinstance(verdict, Halted):
        assert str(gone) in verdict.reason


def test_a_marker_comes_back() -> None:
    assert marker_id(GOOD) == "v1"
