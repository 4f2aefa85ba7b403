"""The worker over a real library: derivatives are made, found missing and made again; bad ones stop none."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from kphotos import index, jobs, tasks
from kphotos.config import Settings, from_env
from kphotos.index import query
from kphotos.index.query import AssetView
from kphotos.index.scope import EVERYTHING
from kphotos.processing.decoder import DecoderClosed
from kphotos.sidecar import edits, intake, sites, verify, watching
from kphotos.storage.volumes import Volume
from sync.core.model import Change
from tests.photos import jpeg


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return from_env({}, storage_path=tmp_path / "home", dotenv=None)


@pytest.fixture
def volume(settings: Settings, tmp_path: Path) -> Volume:
    """Two photos, scanned; their jobs wait."""
    jpeg(tmp_path / "Pictures" / "a.jpg", size=(120, 80), orientation=6)
    jpeg(tmp_path / "Pictures" / "b.jpg", size=(80, 80))
    volume = sites.add(settings, tmp_path / "Pictures")
    watching.ensure_index(settings)
    scan(settings, volume)
    return volume


@pytest.fixture
def bench(settings: Settings) -> Iterator[tasks.Bench]:
    bench = tasks.Bench(settings)
    yield bench
    bench.close()


def scan(settings: Settings, volume: Volume) -> None:
    intake.take(settings, volume, sites.engine_of(settings, volume).scan())


def view(settings: Settings, volume: Volume, path: str) -> AssetView:
    with index.use(settings):
        return query.asset_at(EVERYTHING, volume.id, path)


def test_the_jobs_of_a_scan_make_thumbnail_preview_and_facts(
    settings: Settings, volume: Volume, bench: tasks.Bench
) -> None:
    assert jobs.counts(settings)["queued"] == 2
    bench.drain()
    assert jobs.counts(settings)["done"] == 2
    made = view(settings, volume, "a.jpg")
    assert made.has_thumb
    assert made.hash is not None
    store = intake.store_of(settings)
    assert store.missing(made.hash) == ()
    found = store.open(made.hash, "thumb")
    assert found is not None
    with found, Image.open(io.BytesIO(found.read())) as thumb:
        assert thumb.height > thumb.width, "orientation 6 lies on its side"


def test_doing_a_job_again_changes_nothing(settings: Settings, volume: Volume, bench: tasks.Bench) -> None:
    bench.drain()
    before = view(settings, volume, "a.jpg")
    store = intake.store_of(settings)
    made = store.path(str(before.hash), "thumb").stat().st_mtime_ns
    jobs.enqueue(settings, intake.DERIVE, before.id, asset=before.id)
    bench.drain()
    assert view(settings, volume, "a.jpg") == before
    assert store.path(str(before.hash), "thumb").stat().st_mtime_ns == made


def test_the_sweep_finds_what_no_job_asks_for(settings: Settings, volume: Volume, bench: tasks.Bench) -> None:
    for job in jobs.page(settings):
        jobs.cancel(settings, job.id)
    bench.drain()
    assert not view(settings, volume, "a.jpg").has_thumb
    assert tasks.sweep(settings)
    bench.drain()
    assert view(settings, volume, "a.jpg").has_thumb
    assert view(settings, volume, "b.jpg").has_thumb
    assert tasks.sweep(settings)
    assert jobs.counts(settings)["queued"] == 0


def test_a_damaged_picture_is_not_tried_again_and_again(
    settings: Settings, volume: Volume, bench: tasks.Bench
) -> None:
    whole = (volume.root / "a.jpg").read_bytes()
    (volume.root / "c.jpg").write_bytes(whole[: len(whole) * 2 // 3])
    scan(settings, volume)
    bench.drain()
    made = view(settings, volume, "c.jpg")
    facts = intake.store_of(settings).facts(str(made.hash))
    assert facts is not None
    assert facts.problem
    assert view(settings, volume, "b.jpg").has_thumb
    assert tasks.sweep(settings)
    assert jobs.counts(settings)["queued"] == 0


def test_what_stayed_behind_a_moved_photo_is_told_until_it_is_gone(
    settings: Settings, volume: Volume, bench: tasks.Bench
) -> None:
    def told() -> list[tuple[str, str]]:
        with index.use(settings):
            return [(row.path, row.kind) for row in query.problems(EVERYTHING)]

    def differences() -> list[verify.Difference]:
        return verify.verify(settings).differences

    for folder, notes in (("", "of a"), ("b", "somebody else's")):
        (volume.root / folder).mkdir(exist_ok=True)
        (volume.root / folder / "a.txt").write_text(notes)
    scan(settings, volume)
    bench.drain()
    (volume.root / "a.jpg").rename(volume.root / "b" / "a.jpg")
    scan(settings, volume)
    bench.drain()
    assert (told(), differences()) == ([("b/a.jpg", "left-behind")], [])
    edits.edit(settings, volume, "b/a.jpg", [Change("rating", "set", 3)], by="user:alice")
    assert (told(), differences()) == ([("b/a.jpg", "left-behind")], [])
    (volume.root / "a.txt").unlink()
    scan(settings, volume)
    assert (told(), differences()) == ([], [])


def test_a_photo_that_went_away_is_no_failure(settings: Settings, volume: Volume, bench: tasks.Bench) -> None:
    (volume.root / "a.jpg").unlink()
    bench.drain()
    assert jobs.counts(settings)["parked"] == 0
    assert view(settings, volume, "b.jpg").has_thumb


def test_without_an_index_the_sweep_waits(settings: Settings) -> None:
    assert not tasks.sweep(settings)


def test_a_worker_hears_the_bell_long_before_it_would_look_and_ends_when_told(
    settings: Settings, volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "LOOK_SECONDS", 60.0)
    monkeypatch.setattr(tasks.os, "nice", lambda _: 0)
    benches: list[tasks.Bench] = []
    watch_over = tasks._watch_over

    def remembered(settings: Settings, bench: tasks.Bench) -> None:
        benches.append(bench)
        watch_over(settings, bench)

    monkeypatch.setattr(tasks, "_watch_over", remembered)
    worker = threading.Thread(target=tasks.work, args=(settings,))
    worker.start()
    until(lambda: jobs.counts(settings)["done"] == 2)
    jpeg(volume.root / "c.jpg")
    scan(settings, volume)
    until(lambda: view(settings, volume, "c.jpg").has_thumb)
    benches[0].stopping.set()
    worker.join(20)
    assert not worker.is_alive()


def until(true: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_a_worker_that_ends_in_the_middle_puts_its_job_back_without_a_fault(
    settings: Settings,
    volume: Volume,
    bench: tasks.Bench,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def closed(*_: object) -> None:
        bench.stopping.set()
        raise DecoderClosed

    monkeypatch.setattr(tasks, "derive_original", closed)
    bench.drain()
    assert jobs.counts(settings)["queued"] == 2
    assert jobs.counts(settings)["parked"] == 0
    assert "Traceback" not in caplog.text
