"""Many edits at once: as durable as one by one, at a few syncs for each two hundred photos.

A group goes through the stages of a single edit side by side: every temp written, made durable together,
every ledger put in place, made durable (now it is acknowledged), then the XMPs likewise. Whatever is not
plain, because somebody writes in between or two photos share an XMP, is done singly, under the same locks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial

from sync.apply.put import Pen
from sync.core.model import Change
from sync.engine.assets import is_stranger
from sync.engine.attempting import Attempt, Round, Wanted, refuse
from sync.engine.batches import Batches
from sync.engine.expecting import expected
from sync.engine.finding import Place, read_group
from sync.engine.finding_many import Found, find_groups
from sync.engine.rounds import Rounds
from sync.engine.values import Asset, Outcome
from sync.engine.writing import Writing
from sync.errors import Busy, NotFound, ReadOnly, Refused, SyncError, unwritable
from sync.ports import Stat, split
from sync.scan.see import Look

MOST = 200
"""Locks held at once."""

_FEW = 8
"""Up to so many are synced one by one: a sync of the whole disk may wait for much that is not ours."""


@dataclass(slots=True)
class _Item:
    path: str
    round: Round
    attempt: Attempt | None = None
    outcome: Outcome | None = None


class Bulk:
    """The bulk edits of one site in one volume."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds
        self._volume, self._site = rounds.volume, rounds.site

    def run(
        self, items: Iterable[tuple[str, Sequence[Change] | Wanted]], by: str | None, bulk: str | None
    ) -> Iterator[list[Outcome]]:
        """The outcomes, group by group, in the order of the paths' folders and names."""
        if not self._volume.writable and self._volume.overlay is None:
            raise ReadOnly("the volume is read-only, and there is no overlay for its ledgers")
        wanted = sorted(items, key=lambda item: split(item[0]))
        for start in range(0, len(wanted), MOST):
            group = [_Item(path, _round(each, by, bulk)) for path, each in wanted[start : start + MOST]]
            self._locked(group)
            yield [item.outcome for item in group if item.outcome is not None]

    def settle(self, paths: Sequence[str]) -> None:
        """Bring photos to rest, as a look does that finds something to be written."""
        for start in range(0, len(paths), MOST):
            self._locked([_Item(path, Round()) for path in paths[start : start + MOST]])

    def _locked(self, items: list[_Item]) -> None:
        keys = [Place.of(item.path).key(self._volume.id) for item in items]
        try:
            with self._site.lock.hold(keys):
                self._group(items)
                self._rounds.flush()
        except Busy as error:
            if len(items) == 1:
                items[0].outcome = Outcome(items[0].path, refused=error)
                return
            # One photo that somebody else holds is no reason to refuse the others.
            for item in items:
                self._locked([item])

    def _group(self, items: list[_Item]) -> None:
        with ExitStack() as stack:
            batches = Batches(stack, one_by_one=len(items) <= _FEW)
            self._prepare(items, replace(self._rounds.pen, create=batches.create))
            self._commit([item for item in items if item.attempt is not None], batches)
        for item in items:
            if item.outcome is None:
                # As a single edit, under the lock that is held; perhaps it is in the ledger already.
                with _telling(item):
                    item.outcome = _done(item, self._rounds.write(item.path, item.round))
        self._rounds.unsettled.update(item.path for item in items if item.round.undo is not None)

    def _prepare(self, items: list[_Item], pen: Pen) -> None:
        """Read, decide, write the temps. A place's second photo may share an XMP with the first: it waits."""
        paths = [item.path for item in items]
        found = find_groups(self._volume, paths)
        hashes = self._site.memory.hashes(self._volume.id, paths)
        memory, looks = self._site.memory, dict[Place, tuple[_Item, Look, Sequence[str]]]()
        for item in items:
            if Place.of(item.path) not in looks:
                with _telling(item):
                    look, temps = self._read(item, found.get(item.path), hashes)
                    looks[Place.of(item.path)] = item, look, temps
        memory.expect(
            self._volume.id, [key for _, look, _ in looks.values() for key in expected(self._volume.id, look)]
        )
        for item, look, temps in looks.values():
            with _telling(item):
                attempt = self._rounds.attempting.begin(look, temps, item.round, pen)
                attempt.writing.prepare()
                item.attempt = attempt
        memory.expect(self._volume.id, ())

    def _read(
        self, item: _Item, found: Found | None, hashes: Mapping[str, tuple[bytes, str]]
    ) -> tuple[Look, Sequence[str]]:
        if found is None:
            raise NotFound("there is no such photo")
        group, stat, temps = found
        look = read_group(self._volume, split(item.path)[0], group, stat)
        item.round.hash = _known(hashes.get(item.path), stat)
        if item.round.is_unacknowledged:
            refuse(look, item.round.hash)
        elif is_stranger(look, item.round.hash) or not self._rounds.may_write(look):
            raise Refused("nothing is written beside it")
        return look, temps

    def _commit(self, items: list[_Item], batches: Batches) -> None:
        if not _all_or_none(items, batches.sync_files, Writing.abandon):
            return
        for item in items:
            with _telling(item):
                _writing(item).place_ledger()
        placed = [item for item in items if item.outcome is None]
        where = [_writing(item).unsynced_ledger for item in placed]
        if not _all_or_none(placed, partial(batches.sync_names, where), Writing.abandon_mirrors):
            return
        for item in placed:
            _writing(item).acknowledge()
            _writing(item).place_mirrors()
        try:
            batches.sync_names([_writing(item).unsynced_mirrors for item in placed])
        except OSError as error:
            for item in placed:
                _writing(item).refuse_mirrors(error.strerror or str(error))
        for item in placed:
            with _telling(item):
                self._conclude(item)

    def _conclude(self, item: _Item) -> None:
        assert item.attempt is not None
        asset = self._rounds.concluded(item.attempt, item.attempt.writing.finish(), item.round)
        if asset is not None:
            item.outcome = _done(item, asset)


def _all_or_none(items: Sequence[_Item], sync: Callable[[], None], undo: Callable[[Writing], None]) -> bool:
    """Whether a sync went well; if not, nobody knows of whose file, and nothing of it is acknowledged."""
    try:
        sync()
    except OSError as error:
        for item in items:
            undo(_writing(item))
            item.outcome = Outcome(item.path, refused=_refusal(error))
        return False
    return True


@contextmanager
def _telling(item: _Item) -> Iterator[None]:
    """One photo that is refused does not stop the others."""
    try:
        yield
    except SyncError as error:
        item.outcome = Outcome(item.path, refused=error)
    except OSError as error:
        item.outcome = Outcome(item.path, refused=_refusal(error))


def _refusal(error: OSError) -> SyncError:
    return unwritable("the sidecars cannot be written", error)


def _round(changes: Sequence[Change] | Wanted, by: str | None, bulk: str | None) -> Round:
    if callable(changes):
        return Round(by=by, wanted=changes, bulk=bulk)
    return Round(changes=changes, by=by, bulk=bulk)


def _writing(item: _Item) -> Writing:
    assert item.attempt is not None
    return item.attempt.writing


def _done(item: _Item, asset: Asset) -> Outcome:
    return Outcome(item.path, asset, is_changed=item.round.is_changed, was_done=item.round.was_done)


def _known(seen: tuple[bytes, str] | None, stat: Stat) -> str | None:
    return seen[1] if seen is not None and seen[0] == stat.signature() else None
