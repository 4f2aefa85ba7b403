"""Settling as arithmetic: what is calm when, and what a burst becomes."""

from __future__ import annotations

import pytest

from sync.watch.calm import EVERYTHING, MOST, MOST_IN_A_FOLDER, Calm


def test_a_sidecar_is_calm_after_0_3_seconds_of_quiet_and_no_later_than_1() -> None:
    calm = Calm()
    calm.dirty("a.jpg.xmp", 0.0)
    assert calm.take(0.29) == frozenset()
    assert calm.take(0.3) == {"a.jpg.xmp"}
    for tenth in range(10):
        calm.dirty("a.jpg.xmp", tenth / 10)
    assert calm.take(0.95) == frozenset()
    assert calm.take(1.0) == {"a.jpg.xmp"}
    assert calm.next_due() is None


def test_an_original_is_calm_after_2_seconds_of_quiet_and_no_later_than_60() -> None:
    calm = Calm()
    for second in range(59):
        calm.dirty("a.jpg", second)
    assert calm.take(59.9) == frozenset()
    assert calm.take(60.0) == {"a.jpg"}


def test_a_group_settles_together_and_apart_from_others() -> None:
    calm = Calm()
    calm.dirty("d/a.jpg.xmp", 0.0)
    calm.dirty("d/A.xmp", 0.2)
    calm.dirty("d/b.jpg.xmp", 0.0)
    assert calm.take(0.35) == {"d/b.jpg.xmp"}
    assert calm.take(0.5) == {"d/a.jpg.xmp", "d/A.xmp"}


def test_a_path_asked_for_later_comes_then_unless_it_changes_before() -> None:
    calm = Calm()
    calm.later("a.jpg", 5.0)
    assert calm.next_due() == 5.0
    assert calm.take(5.0) == {"a.jpg"}
    calm.later("a.jpg.xmp", 9.0)
    calm.dirty("a.jpg.xmp", 6.0)
    assert calm.take(6.3) == {"a.jpg.xmp"}
    assert calm.take(10.0) == frozenset()


def test_a_burst_in_a_folder_becomes_the_folder_and_a_flood_the_root() -> None:
    calm = Calm()
    for number in range(MOST_IN_A_FOLDER + 1):
        calm.dirty(f"d/{number}.jpg.xmp", 0.0)
    calm.dirty("e/a.jpg.xmp", 0.0)
    assert calm.take(1.0) == {"d", "e/a.jpg.xmp"}
    for number in range(MOST + 1):
        calm.dirty(f"{number % 100}/{number}.jpg.xmp", 0.0)
    assert calm.take(1.0) == {EVERYTHING}


def test_everything_swallows_what_was_waiting() -> None:
    calm = Calm()
    calm.dirty("a.jpg.xmp", 0.0)
    calm.later("b.jpg", 1.0)
    calm.everything(0.1)
    assert calm.take(0.1) == {EVERYTHING}
    assert calm.next_due() is None


@pytest.mark.parametrize(
    "name", ["a.XMP", "a.jpg.kphotos.json", "a.kphotos.sync-conflict-20240101-000000.json", ".kphotos-tmp-1"]
)
def test_sidecars_of_every_kind_settle_fast(name: str) -> None:
    calm = Calm()
    calm.dirty(name, 0.0)
    assert calm.take(0.3) == {name}
