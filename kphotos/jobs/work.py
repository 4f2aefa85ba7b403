"""A worker's loop: claim, do, finish, until nothing waits; a thread keeps the lease of what is being done."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from kphotos.config import Settings
from kphotos.errors import KPhotosError
from kphotos.jobs import rows
from kphotos.jobs.rows import Job

LOG = logging.getLogger(__name__)


def work(
    settings: Settings,
    does: Mapping[str, Callable[[Job], None]],
    worker: str,
    stopping: Callable[[], bool] = lambda: False,
    *,
    beat: float = rows.LEASE_SECONDS / 4,
) -> int:
    """Do every waiting job of the kinds in `does`; the number of jobs that were tried."""
    tried = 0
    while not stopping():
        job = rows.claim(settings, worker, does)
        if job is None:
            break
        tried += 1
        with _kept(settings, job, worker, beat):
            _do(settings, does[job.kind], job, worker)
    return tried


def _do(settings: Settings, does: Callable[[Job], None], job: Job, worker: str) -> None:
    try:
        does(job)
    except KPhotosError as error:
        rows.fail(settings, job.id, worker, error.message)
    except Exception as error:
        # The edge of the house: whatever a job did wrong must not end its worker.
        LOG.exception("Job %s (%s %s) failed.", job.id, job.kind, job.key)
        rows.fail(settings, job.id, worker, f"{type(error).__name__}: {error}")
    else:
        rows.finish(settings, job.id, worker)


@contextmanager
def _kept(settings: Settings, job: Job, worker: str, beat: float) -> Iterator[None]:
    over = threading.Event()

    def pulse() -> None:
        while not over.wait(beat):
            rows.heartbeat(settings, job.id, worker)

    thread = threading.Thread(target=pulse, name=f"lease-{job.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
