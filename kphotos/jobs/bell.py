"""Huey as a bell: one task, `wake`, without arguments. Lost or doubled rings do no harm."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huey import Huey, RedisHuey
from huey.exceptions import HueyException
from huey.storage import PostgresStorage, SqliteStorage

from kphotos.config import Settings
from kphotos.errors import ConfigError
from kphotos.jobs.messages import SignedJson

LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class _Bell:
    huey: Huey
    wake: Callable[[], Any]
    answers: list[Callable[[], None]] = field(default_factory=list)


_bells: dict[tuple[str, str], _Bell] = {}
_hanging = threading.Lock()


def queue(settings: Settings) -> Huey:
    """The Huey instance of these settings, for a consumer and for periodic tasks."""
    return _bell(settings).huey


def ring(settings: Settings) -> None:
    """Wake a worker. A queue that cannot be reached is no failure: workers look at the rows now and then."""
    try:
        _bell(settings).wake()
    except Exception:
        # The edge to another program, of four kinds, each with errors of its own.
        LOG.warning("The queue cannot be reached: work waits until a worker looks by itself.", exc_info=True)


def answer(settings: Settings, work: Callable[[], None]) -> None:
    """In a worker's process: what a ring does (all the work there is, then return)."""
    _bell(settings).answers[:] = [work]


def _bell(settings: Settings) -> _Bell:
    key = (settings.queue_url, settings.jwt_secret)
    with _hanging:
        if key not in _bells:
            _bells[key] = _hang(settings)
        return _bells[key]


def _hang(settings: Settings) -> _Bell:
    huey = _huey(settings)
    answers: list[Callable[[], None]] = []

    def wake() -> None:
        for work in answers:
            work()

    return _Bell(huey, huey.task(name="wake")(wake), answers)


def _huey(settings: Settings) -> Huey:
    url = settings.queue_url
    common = {"results": False, "serializer": SignedJson(settings.jwt_secret)}
    if url.startswith("postgresql://"):
        return Huey("kphotos", storage_class=PostgresStorage, dsn=url, table_prefix="kphotos_queue", **common)
    if url.startswith(("redis://", "rediss://")):
        try:
            return RedisHuey("kphotos", url=url, **common)
        except HueyException as error:
            scheme = url.split("://", 1)[0] + "://…"
            raise ConfigError("QUEUE_URL", scheme, "Redis needs the `redis` package installed") from error
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)
    # Rings need not survive a power cut: the rows do, and a worker looks at them when it starts.
    return Huey("kphotos", storage_class=SqliteStorage, filename=str(path), fsync=False, **common)
