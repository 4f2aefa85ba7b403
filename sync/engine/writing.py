"""Carry out a plan for one original: the ledger, which acknowledges, then the XMPs that repeat it.

In stages, so that the files of many originals can be made durable at once between two of them.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

from sync.apply.put import Pen, Placed, Prepared, StartOver, abandon, place, prepare, settled
from sync.codecs import ledger as ledgers
from sync.core.absorb import seal
from sync.core.model import Ledger
from sync.core.names import escape
from sync.core.plan import LookAgain, Plan, RemoveCopy, RemoveTemp, WriteLedger, WriteMirror
from sync.engine import remember
from sync.engine.assets import fingerprinted
from sync.engine.mirroring import Mirror, Written, compose, fail, hint_of, settle_mirror
from sync.errors import Refused
from sync.ports import FS, Found, Stat, join, split
from sync.scan.see import Look
from sync.scan.seen import why


class Writing:
    """One original's plan on its way to the disk; the stages are called in the order in which they stand.

    `fs` is where the XMPs are. OSError only before the acknowledgement; what fails after it is pending and a
    problem. Not `is_sure`: that the ledger there is durable is not known, so that its name is synced
    whatever is written. Where something has moved on, `written.again` is set and the other stages do nothing.
    """

    def __init__(
        self, fs: FS, pen: Pen, look: Look, plan: Plan, hash_: str | None, *, is_sure: bool = True
    ) -> None:
        self.fs, self.look, self.plan = fs, look, plan
        self.written = Written(look.ledger, {escape(seen.name): seen for seen in look.xmps})
        self.written.is_pending = any(isinstance(step, LookAgain) for step in plan.steps)
        self._pen, self._hash, self._is_sure = pen, hash_, is_sure
        self._mirrors: list[Mirror] = []
        self._ledger: tuple[Ledger, Prepared] | None = None
        self._placed: Placed | None = None

    def run(self) -> Written:
        """Every stage, one after another."""
        self.prepare()
        self.place_ledger()
        self.sync_ledger()
        self.place_mirrors()
        self.sync_mirrors()
        return self.finish()

    def prepare(self) -> None:
        """Write every temp: what there will be, checked. If the disk refuses (OSError), all is undone.

        Refused, likewise, for a ledger that K-Photos itself would not read again: the one there stays.
        """
        try:
            ledger = self._prepare_mirrors(self.plan.ledger)
            has_step = any(isinstance(step, WriteLedger) for step in self.plan.steps)
            if (
                has_step
                and (ledger := fingerprinted(ledger, self.look, self._hash)) != self.look.ledger.ledger
            ):
                self._ledger = ledger, self._prepare_ledger(ledger)
        except (OSError, Refused):
            self.abandon()
            raise

    def _prepare_mirrors(self, ledger: Ledger) -> Ledger:
        for step in self.plan.steps:
            if isinstance(step, WriteMirror):
                mirror = compose(self.fs, self._pen, self.look, step, self.written)
                if mirror is not None and mirror.seen.sight is not None:
                    self._mirrors.append(mirror)
                    ledger = seal(ledger, step.record, mirror.seen.sight.sources, mirror.seen.sight.sum)
        return ledger

    def _prepare_ledger(self, ledger: Ledger) -> Prepared:
        at, data = self.look.ledger, ledgers.readable(ledger)
        if at.fs is not self.fs:
            at.fs.make_folder(split(at.path)[0])
        like = _like(at.fs, self.fs, self.look)
        return prepare(at.fs, self._pen, at.path, data, at.found, like)

    @property
    def unsynced_ledger(self) -> tuple[FS, str] | None:
        """The folder, and its disk, in which the ledger's new name is to be made durable; None: nowhere."""
        at = self.look.ledger
        return (at.fs, split(at.path)[0]) if self._placed is not None or not self._is_sure else None

    @property
    def unsynced_mirrors(self) -> tuple[FS, str] | None:
        """The folder in which the mirrors' new names are to be made durable; None: nowhere."""
        return (self.fs, self.look.folder) if any(one.placed for one in self._mirrors) else None

    def place_ledger(self) -> None:
        """Put the ledger in its place. OSError when the disk refuses: then nothing has been changed."""
        if self._ledger is None:
            return
        at = self.look.ledger
        try:
            self._placed = place(at.fs, self._pen, self._ledger[1])
        except StartOver:
            self.written.again = True
            self.abandon_mirrors()
        except OSError:
            self.abandon_mirrors()
            raise

    def sync_ledger(self) -> None:
        """Make the ledger's name durable and take note of it; OSError when the disk refuses."""
        if (where := self.unsynced_ledger) is not None:
            try:
                where[0].sync_folder(where[1])
            except OSError:
                self.abandon_mirrors()
                raise
        self.acknowledge()

    def acknowledge(self) -> None:
        """Take note that the ledger is durable, if it is; what came out for it is to be joined first."""
        written, at = self.written, self.look.ledger
        if written.again:
            return
        written.is_acknowledged = True
        if self._ledger is None or self._placed is None:
            return
        ledger, prepared = self._ledger
        put = settled(at.fs, prepared, self._placed)
        written.ledger = replace(at, found=Found(prepared.data, put.stat), ledger=ledger)
        written.kept[at.path] = remember.pack(put.stat, prepared.data)
        # An intruder lies in the temp, which the next attempt joins as it does after a crash.
        written.again = put.intruder is not None
        if written.again:
            self.abandon_mirrors()
        elif put.swapped is not None and self._placed.out is not None:
            _let_go(at.fs, put.swapped, self._placed.out.stat)

    def place_mirrors(self) -> None:
        """Put the XMPs in their places."""
        if not self.written.is_acknowledged:
            return
        for mirror in self._mirrors:
            try:
                mirror.placed = place(self.fs, self._pen, mirror.prepared)
            except StartOver:
                self.written.again = True
            except OSError as error:
                fail(self.written, mirror.prepared.path, why(error))

    def sync_mirrors(self) -> None:
        """Make the XMPs' names durable; what the disk refuses is pending."""
        if (where := self.unsynced_mirrors) is not None:
            try:
                where[0].sync_folder(where[1])
            except OSError as error:
                self.refuse_mirrors(why(error))

    def refuse_mirrors(self, reason: str) -> None:
        """The XMPs' names could not be made durable: they are looked at anew another time."""
        for mirror in self._mirrors:
            if mirror.placed is not None:
                fail(self.written, mirror.prepared.path, reason)
                mirror.placed = None

    def finish(self) -> Written:
        """Take note of the XMPs, clear away what is superfluous; how far all this got."""
        for mirror in self._mirrors:
            if mirror.placed is not None:
                settle_mirror(self.fs, mirror, mirror.placed, self.written)
        if self.written.is_acknowledged and not self.written.again:
            _clear_away(self.fs, self.look, self.plan, self.written)
        return self.written

    def abandon(self) -> None:
        """Drop every temp: nothing has been put in its place yet."""
        self.abandon_mirrors()
        if self._ledger is not None:
            abandon(self.look.ledger.fs, self._ledger[1])

    def abandon_mirrors(self) -> None:
        """Drop the XMPs' temps: the ledger that they would repeat is not there."""
        for mirror in self._mirrors:
            abandon(self.fs, mirror.prepared)
        self._mirrors = []


def _let_go(fs: FS, swapped: str, stat: Stat) -> None:
    """Remove the ledger that was replaced, unless somebody writes on through it or has done so since.

    What he says is joined from there at the next look, as what a crash left is.
    """
    with contextlib.suppress(OSError):
        if fs.is_being_written(swapped) is not True and fs.stat(swapped) == stat:
            fs.remove(swapped)


def _clear_away(fs: FS, look: Look, plan: Plan, written: Written) -> None:
    """Remove temps and conflict copies: what they held is in the ledger, whose name is durable first.

    The edit is acknowledged: what the disk refuses here stays, and is removed another time.
    """
    copies = {copy.path: copy.found for copy in look.copies}
    if any(isinstance(step, RemoveCopy) for step in plan.steps) and not _lasts(fs, look.folder):
        copies = {}
    for step in plan.steps:
        with contextlib.suppress(OSError):
            if isinstance(step, RemoveTemp):
                fs.remove(step.name)
            elif isinstance(step, RemoveCopy):
                found = copies.get(step.path)
                if found is not None and fs.stat(step.path) == found.stat:
                    fs.remove(step.path)
                    written.removed.add(step.path)


def _lasts(fs: FS, folder: str) -> bool:
    with contextlib.suppress(OSError):
        fs.sync_folder(folder)
        return True
    return False


def remembered(look: Look, plan: Plan, now_ns: int) -> dict[str, bytes | None]:
    """What is to be remembered of sidecars as they were read and stay."""
    kept: dict[str, bytes | None] = {}
    if look.ledger.found is not None and look.ledger.ledger is not None:
        found = look.ledger.found
        kept[look.ledger.path] = remember.pack_read(found, found.data, now_ns)
    sights = [seen for seen in look.xmps if seen.sight]
    for seen, absorbed in zip(sights, plan.absorbed, strict=True):
        if seen.found is not None:
            kept[join(look.folder, seen.name)] = remember.pack_read(seen.found, hint_of(absorbed.has), now_ns)
    return kept


def _like(at: FS, fs: FS, look: Look) -> str | None:
    """Whose mode a new ledger takes: its original's, where they lie on one disk."""
    return look.path if at is fs else None
