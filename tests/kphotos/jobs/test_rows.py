"""The durable list of work: nothing is lost, nothing kills workers for ever, everything runs again safely."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time

import pytest

from kphotos import config, db, jobs
from kphotos.config import Settings
from kphotos.errors import KPhotosError, NotFound
from kphotos.jobs import Job, rows


@pytest.fixture(autouse=True)
def silent_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about the rows."""
    monkeypatch.setattr(rows.bell, "ring", lambda settings: None)


def claim(settings: Settings, now: int | None = None, worker: str = "w1") -> Job | None:
    return jobs.claim(settings, worker, ["derive", "hash"], now=now)


def claimed(settings: Settings, now: int | None = None, worker: str = "w1") -> Job:
    job = claim(settings, now, worker)
    assert job is not None
    return job


def states(settings: Settings) -> dict[str, int]:
    return {state: number for state, number in jobs.counts(settings).items() if number}


def test_a_job_is_claimed_done_and_counted(both_settings: Settings) -> None:
    jobs.enqueue(both_settings, "derive", "h1", asset="a1")
    assert states(both_settings) == {"queued": 1}
    job = claimed(both_settings)
    assert (job.kind, job.key, job.ids, job.state, job.tries) == (
        "derive",
        "h1",
        {"asset": "a1"},
        "running",
        1,
    )
    assert claim(both_settings) is None
    assert jobs.finish(both_settings, job.id, "w1")
    assert states(both_settings) == {"done": 1}
    assert not jobs.finish(both_settings, job.id, "w1")


def test_the_same_work_waits_once(both_settings: Settings) -> None:
    for asset in ("a1", "a2"):
        jobs.enqueue(both_settings, "derive", "h1", asset=asset)
    jobs.enqueue(both_settings, "hash", "h1", asset="a1")
    assert states(both_settings) == {"queued": 2}
    assert claimed(both_settings).ids == {"asset": "a2"}


def test_work_that_arises_while_it_runs_is_done_once_more(both_settings: Settings) -> None:
    jobs.enqueue(both_settings, "derive", "h1")
    job = claimed(both_settings)
    for _ in range(3):
        jobs.enqueue(both_settings, "derive", "h1", asset="new")
    assert states(both_settings) == {"running": 1}
    jobs.finish(both_settings, job.id, "w1")
    again = claimed(both_settings)
    assert (again.id, again.ids, again.tries) == (job.id, {"asset": "new"}, 1)
    jobs.finish(both_settings, job.id, "w1")
    assert states(both_settings) == {"done": 1}


def test_urgent_work_comes_first_and_then_in_order(both_settings: Settings) -> None:
    jobs.enqueue_many(both_settings, "derive", [(f"k{i}", {}) for i in range(3)])
    jobs.enqueue(both_settings, "derive", "k2", priority=5)
    jobs.enqueue(both_settings, "hash", "k9", priority=1)
    assert [claimed(both_settings).key for _ in range(4)] == ["k2", "k9", "k0", "k1"]


def test_only_kinds_that_are_asked_for_are_claimed(both_settings: Settings) -> None:
    jobs.enqueue(both_settings, "other", "h1")
    assert claim(both_settings) is None


def test_a_dead_workers_job_is_claimed_again_after_its_lease(both_settings: Settings) -> None:
    jobs.enqueue(both_settings, "derive", "h1")
    start = rows.now_ms() + 1
    job = claimed(both_settings, start)
    assert claim(both_settings, start + 59_999, "w2") is None
    assert jobs.heartbeat(both_settings, job.id, "w1", now=start + 30_000)
    assert claim(both_settings, start + 89_999, "w2") is None
    taken = claimed(both_settings, start + 90_000, "w2")
    assert (taken.id, taken.tries) == (job.id, 2)
    assert not jobs.heartbeat(both_settings, job.id, "w1")
    assert not jobs.finish(both_settings, job.id, "w1")
    assert jobs.finish(both_settings, job.id, "w2")


def test_a_job_that_kills_its_worker_is_parked_after_three(both_settings: Settings) -> None:
    jobs.enqueue(both_settings, "derive", "poison")
    jobs.enqueue(both_settings, "derive", "good")
    now = rows.now_ms() + 1
    for turn in range(3):
        assert claimed(both_settings, now + turn * 60_000).key == "poison"
    assert claimed(both_settings, now + 180_000).key == "good"
    (parked,) = jobs.page(both_settings, state="parked")
    assert (parked.key, parked.error) == ("poison", "Its worker died each time.")
    jobs.enqueue(both_settings, "derive", "poison")
    assert states(both_settings) == {"parked": 1, "running": 1}
    jobs.retry(both_settings, parked.id)
    assert claimed(both_settings, rows.now_ms() + 1).tries == 1


def test_a_failed_job_waits_longer_each_time_and_is_parked(both_settings: Settings) -> None:
    jobs.enqueue(both_settings, "derive", "h1")
    now = rows.now_ms() + 1
    for wait in (5_000, 20_000):
        job = claimed(both_settings, now)
        assert jobs.fail(both_settings, job.id, "w1", "It is cut off.", now=now)
        assert claim(both_settings, now + wait - 1) is None
        now += wait
    assert jobs.fail(both_settings, claimed(both_settings, now).id, "w1", "x" * 5_000)
    (parked,) = jobs.page(both_settings)
    assert (parked.state, parked.tries, parked.error) == ("parked", 3, "x" * 2_000)


def test_a_final_failure_is_parked_at_once(both_settings: Settings) -> None:
    jobs.enqueue(both_settings, "derive", "h1")
    jobs.fail(both_settings, claimed(both_settings).id, "w1", "It is no picture.", final=True)
    assert states(both_settings) == {"parked": 1}


def test_a_lease_from_a_clock_that_ran_ahead_does_not_last(both_settings: Settings) -> None:
    jobs.enqueue(both_settings, "derive", "h1")
    now = rows.now_ms() + 1
    claimed(both_settings, now + 10 * 365 * 86_400_000)
    assert claimed(both_settings, now, "w2").tries == 2


def test_cancelled_work_is_not_done_and_its_worker_told(both_settings: Settings) -> None:
    jobs.enqueue_many(both_settings, "derive", [("a", {}), ("b", {})])
    job = claimed(both_settings)
    waiting = jobs.page(both_settings, state="queued")[0]
    jobs.cancel(both_settings, job.id)
    jobs.cancel(both_settings, waiting.id)
    assert not jobs.heartbeat(both_settings, job.id, "w1")
    assert claim(both_settings) is None
    with pytest.raises(NotFound):
        jobs.cancel(both_settings, job.id)
    with pytest.raises(NotFound):
        jobs.retry(both_settings, job.id)


def test_pages_go_from_new_to_old_and_filter(both_settings: Settings) -> None:
    jobs.enqueue_many(both_settings, "derive", [(f"k{i}", {}) for i in range(5)])
    jobs.enqueue(both_settings, "hash", "x")
    first = jobs.page(both_settings, kind="derive", limit=3)
    rest = jobs.page(both_settings, kind="derive", limit=3, before=first[-1].id)
    assert [job.key for job in first + rest] == ["k4", "k3", "k2", "k1", "k0"]
    assert jobs.page(both_settings, state="done") == []
    assert jobs.page(both_settings, state="'; DROP TABLE job; --") == []


def test_what_was_done_is_forgotten_and_what_waits_is_not(both_settings: Settings) -> None:
    jobs.enqueue_many(both_settings, "derive", [("a", {}), ("b", {})])
    jobs.finish(both_settings, claimed(both_settings).id, "w1")
    jobs.forget(both_settings, rows.now_ms() + 1)
    assert states(both_settings) == {"queued": 1}


def test_many_workers_never_share_a_job(both_settings: Settings) -> None:
    jobs.enqueue_many(both_settings, "derive", [(f"k{i}", {}) for i in range(40)])
    done: list[str] = []
    threads = [
        threading.Thread(
            target=jobs.work, args=(both_settings, {"derive": lambda job: done.append(job.key)}, f"w{i}")
        )
        for i in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == sorted(f"k{i}" for i in range(40))
    assert states(both_settings) == {"done": 40}


class TestWork:
    def test_errors_fail_their_own_job_only(
        self, both_settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        def derive(job: Job) -> None:
            if job.key == "bad":
                raise ZeroDivisionError("what")
            if job.key == "refused":
                raise KPhotosError("The picture cannot be read.")

        jobs.enqueue_many(both_settings, "derive", [("bad", {}), ("refused", {}), ("good", {})])
        assert jobs.work(both_settings, {"derive": derive}, "w1") == 3
        found = {job.key: (job.state, job.error) for job in jobs.page(both_settings)}
        assert found == {
            "good": ("done", None),
            "bad": ("queued", "ZeroDivisionError: what"),
            "refused": ("queued", "The picture cannot be read."),
        }
        assert [record.levelname for record in caplog.records] == ["ERROR"]

    def test_a_worker_stops_between_jobs(self, both_settings: Settings) -> None:
        jobs.enqueue_many(both_settings, "derive", [("a", {}), ("b", {})])
        done: list[str] = []
        jobs.work(both_settings, {"derive": lambda job: done.append(job.key)}, "w1", lambda: bool(done))
        assert done == ["a"]

    def test_the_lease_of_long_work_is_kept(
        self, both_settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        beats: list[int] = []
        monkeypatch.setattr(rows, "heartbeat", lambda settings, job, worker: beats.append(job))
        jobs.enqueue(both_settings, "derive", "a")
        jobs.work(both_settings, {"derive": lambda job: time.sleep(0.1)}, "w1", beat=0.02)
        assert len(beats) >= 2


def hang(home: str, url: str | None) -> None:
    settings = config.from_env(
        {"DATABASE_URL": url} if url else {}, storage_path=__import__("pathlib").Path(home)
    )
    jobs.work(settings, {"derive": lambda job: time.sleep(60)}, "doomed")


def test_a_worker_killed_in_the_middle_loses_no_job(both_settings: Settings) -> None:
    jobs.enqueue_many(both_settings, "derive", [("a", {}), ("b", {})])
    url = both_settings.database_url if both_settings.uses_postgres else None
    process = multiprocessing.get_context("spawn").Process(
        target=hang, args=(str(both_settings.storage_path), url)
    )
    process.start()
    deadline = time.monotonic() + 20
    while states(both_settings) != {"queued": 1, "running": 1}:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    now = rows.now_ms() + 61_000
    assert {claimed(both_settings, now).key, claimed(both_settings, now).key} == {"a", "b"}
    db.forget(str(both_settings.storage_path))
