"""Checking out the index that is read now, and making another one beside it to swap in.

How an edit during a rebuild is not lost, without a lock around every edit. Whoever projects (1) notes
the path as dirty if a rebuild runs, (2) commits into the generation that is read, (3) looks at the
pointer again and repeats into the new generation if it has moved. The rebuild drains the dirty list
before and after the swap, and ends only in the same transaction that finds the list empty. If (3) did
not see the swap, the note of (1) was there before it, and the drain after the swap replays it from disk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import peewee

from kphotos import db
from kphotos.config import Settings
from kphotos.errors import IndexMissing, Unavailable
from kphotos.index import store
from kphotos.index.tables import MODELS
from kphotos.runtime import rebuilds


@dataclass(frozen=True, slots=True)
class Index:
    """The generation that is bound to this thread."""

    settings: Settings
    generation: str
    database: peewee.Database


class _Bound(threading.local):
    index: Index | None = None


_bound = _Bound()


def bound() -> Index:
    """The index of the innermost `use` of this thread."""
    if _bound.index is None:
        raise RuntimeError("no index is checked out: wrap the query in `with index.use(settings)`")
    return _bound.index


@contextmanager
def use(settings: Settings, seconds: float | None = None) -> Iterator[Index]:
    """Check out the index: pointer checked, connection opened, models bound to it in this thread.

    Raises IndexMissing (also out of the block, when a query finds the index damaged or deleted) and
    Unavailable when Postgres cannot be reached, or, `too_slow`, when the answer takes more than `seconds`.
    """
    kept = store.of(settings)
    with opened(settings, kept.pointed()) as index, ExitStack() as stack:
        if seconds is not None:
            stack.enter_context(db.impatient(index.database, seconds))
        yield index


@contextmanager
def opened(settings: Settings, generation: str) -> Iterator[Index]:
    """Check out one generation, whether or not it is the one that is read."""
    kept = store.of(settings)
    index = Index(settings, generation, kept.database(generation))
    before = _bound.index
    try:
        with ExitStack() as stack:
            stack.enter_context(db.checkout(index.database))
            stack.enter_context(index.database.bind_ctx(MODELS, bind_refs=False, bind_backrefs=False))
            _bound.index = index
            yield index
    except (peewee.DatabaseError, FileNotFoundError) as error:
        reason = kept.explain(generation, error)
        if reason is not None:
            raise reason from error
        raise
    finally:
        _bound.index = before


def current(settings: Settings) -> str:
    """The generation that is read; IndexMissing if there is none."""
    return store.of(settings).pointed()


def is_current(index: Index) -> bool:
    """Whether this checkout is still the generation that everyone reads."""
    try:
        return store.of(index.settings).pointed() == index.generation
    except IndexMissing:
        return False


def create(settings: Settings) -> str:
    """Make an empty generation beside the one that is read."""
    name = store.new_name()
    store.of(settings).create(name)
    return name


def swap(settings: Settings, generation: str) -> None:
    """Make `generation` the one that is read.

    The one read until now stays for those who are still reading it; all others are deleted.
    """
    kept = store.of(settings)
    try:
        before = kept.pointed()
    except IndexMissing:
        before = generation
    kept.point(generation)
    for name in kept.names():
        if name not in (before, generation):
            kept.drop(name)


@contextmanager
def rebuilding(settings: Settings) -> Iterator[str]:
    """A new generation to fill, for the one rebuild that may run; Unavailable if another one does.

    Inside: `with opened(settings, name): apply(...)`, then `finish`. Left by an exception, the new
    generation is deleted and the one that was read stays.
    """
    with _alone(settings):
        name = create(settings)
        rebuilds.begin(settings, name)
        try:
            yield name
        except BaseException:
            rebuilds.abandon(settings, name)
            store.of(settings).drop(name)
            raise


def finish(settings: Settings, generation: str, replay: Callable[[list[rebuilds.Place]], None]) -> None:
    """Replay what changed meanwhile, swap, and replay until nothing is left.

    `replay` reads places from disk again and applies them to the bound index; a place is
    (volume, escaped path), or ("", path under STORAGE_PATH) for records and derivatives.
    """
    with opened(settings, generation):
        _replay_all(settings, replay)
        settle(bound().database)
        swap(settings, generation)
        _replay_all(settings, replay)
        while not rebuilds.end(settings, generation):
            _replay_all(settings, replay)


def _replay_all(settings: Settings, replay: Callable[[list[rebuilds.Place]], None]) -> None:
    while places := rebuilds.drain(settings):
        replay(places)


def settle(database: peewee.Database) -> None:
    """Tell the planner what is in the tables and, on SQLite, put everything into the one file."""
    db.run(database, "ANALYZE")
    if isinstance(database, db.SqliteFile):
        db.run(database, "PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    with db.only_one(settings, "rebuild") as alone:
        if not alone:
            raise Unavailable("A rebuild is running already.", code="rebuilding")
        yield
