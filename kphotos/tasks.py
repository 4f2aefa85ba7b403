"""The worker: which function does which kind of job. Huey rings, the durable rows say what there is to do.

A task is shallow: load what its ids name, call the room that does it, done. Each can run twice with the same
result. What no row asks for is found by the sweep, because every job follows from what is on disk.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic, time_ns

from kphotos import index, jobs
from kphotos.catalog import bulk
from kphotos.config import Settings
from kphotos.errors import IndexMissing, NotFound, Unavailable
from kphotos.index import projection, query
from kphotos.index.scope import EVERYTHING
from kphotos.jobs import Job
from kphotos.processing.decoder import Decoder, DecoderClosed
from kphotos.processing.derivatives import derive as derive_original
from kphotos.runtime import room
from kphotos.sidecar import intake, sites
from kphotos.storage import exiftool, volumes
from sync.core import names
from sync.errors import NotFound as NoOriginal
from sync.errors import Offline

LOG = logging.getLogger(__name__)
LOOK_SECONDS = 20.0
SWEEP_SECONDS = 300.0
KEEP_DONE_MS = 7 * 86_400_000
_PAGE = 1_000


class Bench:
    """A worker's tools, one set per thread: its decoder's process and its exiftool."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.stopping = threading.Event()
        self._own = threading.local()
        self._all = ExitStack()

    def drain(self) -> None:
        """Do every job that waits, unless the disk is nearly full; called by Huey in one of its threads."""
        worker = f"{self.name}-{threading.get_ident()}"
        does = {intake.DERIVE: self.derive, bulk.KIND: self.change}
        jobs.work(self.settings, does, worker, self._rests)

    def _rests(self) -> bool:
        # A job that is not begun needs no room, and is not given up after three tries.
        return self.stopping.is_set() or room.is_short(self.settings)

    def change(self, job: Job) -> None:
        """Go on with a bulk edit until it is over."""
        if bulk.run(self.settings, str(job.ids["bulk"]), stopping=self.stopping.is_set).over is None:
            raise Unavailable("The worker ended in the middle of it.")

    def derive(self, job: Job) -> None:
        """Hash one original and make what is missing of its thumbnail, preview and facts."""
        if not hasattr(self._own, "decoder"):
            self._own.decoder = self._all.enter_context(Decoder())
            self._own.exiftool = (
                None if exiftool.available() else self._all.enter_context(exiftool.Exiftool())
            )
        try:
            derive(self.settings, str(job.ids["asset"]), self._own.decoder, self._own.exiftool)
        except DecoderClosed as error:
            raise Unavailable("The worker ended in the middle of it.") from error

    def close(self) -> None:
        """Let no further job begin, and end the decoders."""
        self.stopping.set()
        self._all.close()


def work(settings: Settings) -> None:
    """Do jobs until SystemExit or KeyboardInterrupt reaches the main thread."""
    os.nice(5)  # pages come first
    bench = Bench(settings)
    jobs.answer(settings, bench.drain)
    consumer = jobs.queue(settings).create_consumer(
        workers=max(1, (os.cpu_count() or 1) - 1), periodic=False, initial_delay=0.05, max_delay=0.4
    )
    # Our own handlers, set before, stay in force: they end this process as everywhere else in K-Photos.
    consumer._set_signal_handlers = lambda: None
    consumer.start()
    try:
        _watch_over(settings, bench)
    finally:
        bench.stopping.set()
        consumer.stop(graceful=False)
        bench.close()


def _watch_over(settings: Settings, bench: Bench) -> None:
    """Ring now and then (a lost ring, a lease that ran out), and sweep for what nobody has asked for."""
    swept = -SWEEP_SECONDS
    while not bench.stopping.is_set():
        if monotonic() - swept >= SWEEP_SECONDS and sweep(settings):
            swept = monotonic()
        jobs.ring(settings)
        bench.stopping.wait(LOOK_SECONDS)


def derive(settings: Settings, asset: str, decoder: Decoder, previews: exiftool.Exiftool | None) -> None:
    """Make the derivatives of one asset and tell the index; one that is not there is left to the sweep."""
    try:
        with index.use(settings):
            view = query.asset(EVERYTHING, asset)
        volume, path = volumes.get(settings, view.volume), names.unescape(view.path)
        engine = sites.engine_of(settings, volume)
        before = engine.look(path).original.stat
        facts = derive_original(volume.root / path, intake.store_of(settings), decoder, previews)
        engine.hashed(path, before.signature(), facts.hash)
        projection.project(settings, [intake.facts_row(facts)])
        intake.project(settings, volume, engine.look(path))
    except (NotFound, NoOriginal, Offline, FileNotFoundError, IndexMissing) as error:
        LOG.info("Asset %s is left for later: %s", asset, error)


def sweep(settings: Settings) -> bool:
    """Enqueue every derivative that is missing and forget old rows; False while there is no index to ask."""
    jobs.forget(settings, time_ns() // 1_000_000 - KEEP_DONE_MS)
    try:
        for assets in _underived(settings):
            jobs.enqueue_many(
                settings, intake.DERIVE, [(asset, {"asset": asset}) for asset in assets], priority=-1
            )
    except IndexMissing:
        return False
    return True


def _underived(settings: Settings) -> Iterator[list[str]]:
    after = ""
    store = intake.store_of(settings)
    while True:
        with index.use(settings):
            rows = query.without_thumbnail(_PAGE, after)
        if not rows:
            return
        after = rows[-1][0]
        yield [asset for asset, _, _, content in rows if content is None or store.missing(content)]
