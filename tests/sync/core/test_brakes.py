"""Absence is not deletion: when a root counts, and when a scan is believed (I10)."""

from __future__ import annotations

import pytest

from sync.core.brakes import (
    LANDMARKS,
    Halted,
    Landmark,
    Offline,
    Online,
    Root,
    choose_landmarks,
    landmark_verdict,
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


@pytest.mark.parametrize(
    ("known", "there", "verdict"),
    [
        (50, 50, "same"),
        (50, 25, "same"),
        (50, 24, "doubt"),
        (50, 5, "doubt"),
        (50, 4, "foreign"),
        (50, 0, "foreign"),
        (1, 1, "same"),
        (1, 0, "foreign"),
        (2, 1, "same"),
        (3, 1, "doubt"),
        (5, 0, "foreign"),
    ],
)
def test_a_root_without_a_marker_is_known_by_its_landmarks(known: int, there: int, verdict: str) -> None:
    assert landmark_verdict(known=known, there=there) == verdict


def test_landmarks_are_the_same_at_each_choice_and_spread_over_the_volume() -> None:
    originals = [Landmark(f"{year}/{number}.JPG", number) for year in range(20) for number in range(50)]
    chosen = choose_landmarks("v1", originals)
    assert chosen == choose_landmarks("v1", reversed(originals))
    assert len(chosen) == LANDMARKS
    assert len({one.path.partition("/")[0] for one in chosen}) > 12
    assert chosen != choose_landmarks("v2", originals)
    left = set(choose_landmarks("v1", originals[: len(originals) // 2]))
    assert {one for one in chosen if int(one.path.partition("/")[0]) < 10} <= left


def test_few_originals_are_all_landmarks() -> None:
    few = (Landmark("a.JPG", 1), Landmark("b\udcff.JPG", 2))
    assert choose_landmarks("v1", few) == few
