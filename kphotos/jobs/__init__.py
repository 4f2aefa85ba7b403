"""Work by name: durable rows say what is to be done, Huey is only the bell that wakes a worker.

Huey runs a task at most once and a killed worker loses it; a row here is claimed with a lease, and is
claimed again when its worker stops beating. A job takes ids only and can run twice with the same result.
Rooms enqueue with `jobs.enqueue`; `kphotos.tasks` says which function does which kind.
"""

from kphotos.jobs.bell import answer, queue, ring
from kphotos.jobs.rows import (
    Job,
    cancel,
    claim,
    counts,
    enqueue,
    enqueue_many,
    fail,
    finish,
    forget,
    heartbeat,
    page,
    retry,
    revive,
)
from kphotos.jobs.work import work

__all__ = [
    "Job",
    "answer",
    "cancel",
    "claim",
    "counts",
    "enqueue",
    "enqueue_many",
    "fail",
    "finish",
    "forget",
    "heartbeat",
    "page",
    "queue",
    "retry",
    "revive",
    "ring",
    "work",
]
