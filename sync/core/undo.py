"""Taking back what one bulk edit did to an original, from its ledger alone, where that still stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.core.draft import SETS, Draft
from sync.core.model import Change, Key, Ledger, Past
from sync.errors import Conflict


@dataclass(frozen=True, slots=True)
class Since:
    """A key that no longer stands as the bulk edit left it, and who changed it, as far as that is known."""

    key: Key
    by: str | None = None
    via: str | None = None
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Undoing:
    """What takes a bulk edit back (strict), and what must stay since somebody has gone on from it."""

    changes: tuple[Change, ...] = ()
    refused: tuple[Since, ...] = ()


def has_done(ledger: Ledger, bulk: str) -> bool:
    """Whether the history still tells that this bulk edit has been made here.

    Only so long as fewer than `draft.HISTORY` lines have come after it: one that is asked for again later
    than that, by a job that died and was left lying, is made a second time.
    """
    return any(line.bulk == bulk for line in ledger.history)


def undo_of(ledger: Ledger, bulk: str, *, under: str | None = None) -> Undoing:
    """What takes the bulk edit back; nothing where the history tells of none.

    `under` is the id of the bulk edit that the taking back is itself. Albums and trash, which no bulk
    edit of a page touches, count as changed since. Raises Conflict where the history has not kept all of
    it: half of it taken back would be neither what was before nor what anybody wanted.
    """
    lines: dict[Key, list[Past]] = {}
    for line in ledger.history:
        if line.bulk == bulk:
            lines.setdefault(line.field, []).append(line)
    _refuse_parts([line for done in lines.values() for line in done])
    draft = Draft(ledger)
    changes: list[Change] = []
    refused: list[Since] = []
    for key, done in lines.items():
        if _stands(draft, key, done):
            changes += _back(draft, key, done, under)
        else:
            refused.append(_since(ledger, key, done))
    return Undoing(tuple(changes), tuple(refused))


def _refuse_parts(told: Sequence[Past]) -> None:
    of = max((line.of or 1 for line in told), default=0)
    if len(told) < of:
        raise Conflict(f"its history tells only {len(told)} of the {of} changes that this edit made")


def _stands(draft: Draft, key: Key, done: list[Past]) -> bool:
    head, _, rest = key.partition("/")
    if head in ("albums", "trash", "regions") or (rest and head not in SETS):
        return False
    live = {candidate.at for candidate in draft.held(key)}
    made = {line.at for line in done if line.v is not None}
    # Of a clear there stands a candidate, of what was taken out nothing.
    if made:
        return live == made
    return live <= {line.at for line in done} and _other(draft.ledger, key, done) is None


def _other(ledger: Ledger, key: Key, done: Sequence[Past]) -> Past | None:
    """The line of whoever has gone on from it, or has taken out the same without knowing of it.

    The latter's clock may be earlier. That what the edit took out had come back before, if somebody had
    once taken it out, a line between the two tells.
    """
    own = {line.at for line in done}
    others = [line for line in ledger.history if line.field == key and line.at not in own]
    if not others:
        return None
    newest = others[-1]
    is_taken_out_twice = newest.v is None and done[0].was is not None and done[-1].v is None
    return newest if newest.at > max(own) or is_taken_out_twice else None


def _back(draft: Draft, key: Key, done: list[Past], under: str | None) -> list[Change]:
    seen = frozenset(candidate.at for candidate in draft.held(key))
    name, _, element = key.partition("/")
    if name in SETS:
        op = "remove" if done[-1].v is not None else "add"
        return [Change(name, op, element, seen, strict=True, bulk=under)]  # type: ignore[arg-type]
    first = done[0]
    values = first.before or (() if first.was is None else (first.was,))
    if not values:
        return [Change(key, "remove", seen=seen, strict=True, bulk=under)]
    # The candidates of an open conflict come back all.
    return [
        Change(
            key,
            "clear" if value is None else "set",
            value,
            frozenset() if number else seen,
            strict=not number,
            bulk=under,
        )
        for number, value in enumerate(values)
    ]


def _since(ledger: Ledger, key: Key, done: list[Past]) -> Since:
    other = _other(ledger, key, done)
    return Since(key) if other is None else Since(key, other.by, other.via, other.at)
