"""Rate limits: shared, lasting, and never longer than their window."""

from __future__ import annotations

import threading

from kphotos import db
from kphotos.config import Settings
from kphotos.runtime import limits
from kphotos.runtime.limits import Rate

NOW = 1_800_000_000_000
RATE = Rate(count=5, seconds=60)


def test_so_many_at_once_and_then_one_at_a_time(both_settings: Settings) -> None:
    assert [limits.hit(both_settings, "a", RATE, NOW) for _ in range(5)] == [0.0] * 5
    assert limits.hit(both_settings, "a", RATE, NOW) == 12.0
    assert limits.wait(both_settings, "a", RATE, NOW + 11_999) == 0.001
    assert limits.hit(both_settings, "a", RATE, NOW + 12_000) == 0.0
    assert limits.hit(both_settings, "a", RATE, NOW + 12_000) == 12.0
    assert limits.wait(both_settings, "b", RATE, NOW) == 0.0


def test_a_blocked_hit_costs_nothing_more(both_settings: Settings) -> None:
    for _ in range(50):
        limits.hit(both_settings, "a", RATE, NOW)
    assert limits.wait(both_settings, "a", RATE, NOW + 12_000) == 0.0


def test_counts_survive_a_restart(both_settings: Settings) -> None:
    for _ in range(5):
        limits.hit(both_settings, "a", RATE, NOW)
    db.forget()
    assert limits.wait(both_settings, "a", RATE, NOW) > 0


def test_a_clock_that_ran_ahead_locks_nobody_out_for_years(both_settings: Settings) -> None:
    for _ in range(5):
        limits.hit(both_settings, "a", RATE, NOW + 10 * 365 * 86_400_000)
    assert limits.wait(both_settings, "a", RATE, NOW) <= 12.0


def test_parallel_hits_do_not_exceed_the_rate(both_settings: Settings) -> None:
    got: list[float] = []

    def hit() -> None:
        for _ in range(4):
            got.append(limits.hit(both_settings, "a", RATE, NOW))

    threads = [threading.Thread(target=hit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got.count(0.0) == 5


def test_a_key_can_be_freed_and_swept(both_settings: Settings) -> None:
    for key in ("a", "b"):
        for _ in range(5):
            limits.hit(both_settings, key, RATE, NOW)
    limits.clear(both_settings, "a")
    assert limits.wait(both_settings, "a", RATE, NOW) == 0.0
    limits.sweep(both_settings, NOW + 59_999)
    assert limits.wait(both_settings, "b", RATE, NOW) > 0
    limits.sweep(both_settings, NOW + 60_001)
    assert limits.wait(both_settings, "b", RATE, NOW) == 0.0
