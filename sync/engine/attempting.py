"""One try at one original: decide about what was read, and tell what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sync.apply.put import Pen
from sync.core.edit import inverse
from sync.core.model import Change, Ledger
from sync.core.plan import Plan, WriteLedger, plan
from sync.core.rollback import go_back
from sync.core.undo import has_done
from sync.engine.assets import Extra, asset_of, is_stranger
from sync.engine.deciding import Deciding
from sync.engine.mirroring import Written
from sync.engine.temps import clear_over, take_over_temps, take_temps
from sync.engine.values import Asset, Site, Volume
from sync.engine.writing import Writing, remembered
from sync.errors import Refused
from sync.ports import join
from sync.scan.see import Look

Wanted = Callable[[Asset], Sequence[Change]]
"""The changes that a person wants, by what the photo is just now; may raise a SyncError to refuse."""


@dataclass(slots=True)
class Round:
    """What must not be lost between the attempts of one round.

    `undo` is None until the edit stands in the ledger: only then is it acknowledged. `wanted` goes before
    `changes`, which it becomes. `is_changed`: the edit has made a difference. `was_done`: the bulk edit of
    that id is in the ledger already, so that nothing is done again. `is_wanted`: the ledger is written
    whatever the plan says. `newer`: what is gone back from on purpose, until that is durable. `held`: the
    ledger as this round last made it durable, which another machine may have written over meanwhile.
    """

    hash: str | None = None
    changes: Sequence[Change] = ()
    by: str | None = None
    undo: list[Change] | None = None
    is_wanted: bool = False
    newer: Ledger | None = None
    wanted: Wanted | None = None
    is_changed: bool = False
    bulk: str | None = None
    was_done: bool = False
    held: Ledger | None = None

    @property
    def is_unacknowledged(self) -> bool:
        """Whether a person still waits for an answer."""
        return bool(self.changes or self.wanted) and self.undo is None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was read, what it came to before a person's edit and with it, and the way to the disk."""

    look: Look
    before: Plan
    decided: Plan
    extra: Extra
    writing: Writing


class Attempting:
    """The tries of one site at a volume's originals."""

    def __init__(self, volume: Volume, site: Site, deciding: Deciding) -> None:
        self.volume, self.site = volume, site
        self._deciding = deciding

    def begin(
        self, look: Look, temps: Iterable[str], round_: Round, pen: Pen, over: Sequence[str] = ()
    ) -> Attempt:
        """Decide; nothing is written yet. Raises BadValue, Conflict and what `Wanted` raises.

        `over` are our temps in the overlay that are for this original's ledger.
        """
        extra = take_temps(self.volume.fs, self.site, look, temps) if self.volume.writable else Extra()
        if over and self.volume.overlay is not None:
            extra = take_over_temps(self.volume.overlay, look, over, round_.hash, extra)
        group, at = self._deciding.group(look, round_.hash, extra), self._deciding.here(look)
        if round_.newer is not None and group.ledgers:
            first, *others = group.ledgers
            back = go_back(first, round_.newer, now_ms=at.now_ms, node=at.node, by=round_.by)
            group = replace(group, ledgers=(back, *others), remembered=None)
        if round_.held is not None and group.ledgers and group.ledgers[0].id == round_.held.id:
            group = replace(group, ledgers=(*group.ledgers, round_.held))
        before = decided = plan(group, at)
        # Whoever asks again, after an error or a crash, may find it in a ledger whose name does not last yet.
        is_asked = round_.is_unacknowledged and look.ledger.found is not None
        if round_.is_unacknowledged and round_.bulk is not None and has_done(before.ledger, round_.bulk):
            round_.was_done, round_.undo = True, []
        if round_.is_unacknowledged:
            if round_.wanted is not None:
                round_.changes = round_.wanted(self._shown(look, before, round_.hash))
            decided = plan(group, at, changes=round_.changes, by=round_.by)
        decided = self._deciding.named(look, decided)
        if round_.is_wanted:
            decided = replace(decided, steps=(WriteLedger(), *decided.steps))
        is_sure = not (is_asked or round_.was_done)
        writing = Writing(self.volume.fs, pen, look, decided, round_.hash, is_sure=is_sure)
        return Attempt(look, before, decided, extra, writing)

    def note(self, attempt: Attempt, written: Written, round_: Round) -> None:
        """Take note of how far a try got; an edit that is durable by now is acknowledged."""
        written.problems += attempt.extra.problems
        written.is_pending = written.is_pending or bool(attempt.extra.blocked)
        over, taken = self.volume.overlay, attempt.extra.over
        if written.is_acknowledged and not written.again and taken and over is not None:
            clear_over(over, attempt.look, attempt.extra)
        if written.is_acknowledged:
            if round_.is_unacknowledged:
                before, after = attempt.before.ledger, attempt.decided.ledger
                round_.undo = inverse(before, after, round_.changes)
                round_.is_changed = before.seen != after.seen
            round_.newer, round_.held = None, written.ledger.ledger
            if attempt.look.ledger.ledger is None and round_.held is not None:
                self._deciding.identities.of(attempt.look.path, round_.held.id)  # held before it is copied

    def told(
        self, attempt: Attempt, written: Written, round_: Round
    ) -> tuple[Asset, dict[str, bytes | None]]:
        """The asset after a try that came to an end, and what is to be remembered of its sidecars."""
        look, decided = attempt.look, attempt.decided
        now = replace(look, ledger=written.ledger, xmps=tuple(written.xmps.values()))
        made = [seen.name for seen in now.xmps if seen.name not in look.group.xmps]
        copies = tuple(n for n in look.group.copies if join(look.folder, n) not in written.removed)
        now = replace(now, group=replace(look.group, xmps=(*made, *look.group.xmps), copies=copies))
        ledger = written.ledger.ledger or decided.ledger
        is_torn = ledger is written.ledger.ledger and not all(seen.is_legible for seen in now.xmps)
        told = asset_of(
            self.volume,
            now,
            replace(decided, ledger=ledger),
            round_.hash,
            has_ledger=written.ledger.ledger is not None,
            pending=self.volume.writable and (written.is_pending or is_torn),
            problems=written.problems,
        )
        told = replace(self._deciding.behind.told(told), again=self._deciding.again(look, decided))
        return told, remembered(look, decided, self.site.clock.now_ns())

    def _shown(self, look: Look, before: Plan, hash_: str | None) -> Asset:
        return asset_of(self.volume, look, before, hash_, has_ledger=look.ledger.ledger is not None)


def refuse(look: Look, hash_: str | None) -> None:
    """An edit goes no further beside a ledger that cannot be gone on from (I13)."""
    if look.ledger.error is not None:
        raise look.ledger.error
    if is_stranger(look, hash_):
        raise Refused("the sidecars beside this file were written for another picture")
