"""A person's edits of a ledger, and what takes them back (R7, R10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sync.core.albums import ALBUMS, album, undo_album
from sync.core.check import check
from sync.core.dots import following
from sync.core.draft import FAVOURITES, SETS, Draft, is_cut, is_trashed, unseen
from sync.core.model import KEEP, TRASHED, Candidate, Change, Key, Ledger, Past, Value
from sync.core.regions import region_of, renew
from sync.core.show import open_candidates, winner
from sync.core.values import element, same, text
from sync.errors import BadValue, Conflict

TRASH = "trash"


def edit(ledger: Ledger, changes: Iterable[Change], *, now_ms: int, node: str, by: str | None) -> Ledger:
    """Return the ledger with the changes made, the very same one where they change nothing.

    Each change replaces only the dots its page showed (R7): what was absorbed in between stays as a
    candidate. Raises BadValue, and Conflict where a strict change finds something else than it knew.
    """
    draft = Draft(ledger)
    at = following(ledger.seen, now_ms, node)
    said: set[str] = set()
    for change in changes:
        if change.field in said and change.field not in SETS:
            # Two values of one register, as the undo of a resolution puts back, stand apart.
            at = following((at,), now_ms, node)
        said.add(change.field)
        _refuse_changed(draft, change)
        if change.field == TRASH:
            _trash(draft, change, at, by)
        elif change.field == ALBUMS:
            album(draft, change, at, by)
        elif change.field in SETS:
            _set(draft, change, at, by)
        else:
            _register(draft, change, at, by)
    if not draft.dots:
        return ledger
    if not is_trashed(draft.trash) and not any(held.at == at for held in draft.trash):
        draft.keep(at)
    return draft.freeze()


def inverse(before: Ledger, after: Ledger, changes: Iterable[Change]) -> list[Change]:
    """Return the changes that take an edit back; strict, so that they refuse what has since changed."""
    then, now = Draft(before), Draft(after)
    undo: list[Change] = []
    for change in changes:
        if change.field == TRASH:
            if is_trashed(before.trash) != is_trashed(after.trash):
                undo.append(_undo_trash(before, after))
        elif change.field == ALBUMS:
            undo += undo_album(then, now, change)
        elif change.field in SETS:
            undo += _undo_set(before, after, change.field)
        else:
            undo += _undo_register(then, now, change.field)
    return list({(step.field, step.op, text(step.value)): step for step in undo}.values())


def _register(draft: Draft, change: Change, at: str, by: str | None) -> None:
    key = change.field
    value = check(key, change.value) if change.op == "set" else check(key, None)
    if change.op == "add":
        raise BadValue(key, "holds one value: set it")
    region = region_of(key)
    if region is not None and not draft.held(region):
        raise Conflict("this face is no longer there")
    held = draft.held(key)
    stale = draft.stale(key)
    closed = [dot for dot in stale if change.seen is None or dot in change.seen]
    kept = list(unseen(held, change))
    if change.op == "remove":
        if len(kept) == len(held) and not closed:
            return
    elif not closed and held and all(same(c.v, value) for c in held):
        return
    was = winner(held).v if held else None
    if change.op != "remove":
        kept.append(Candidate(value, at, was, by))
    draft.dots.add(at)
    draft.put(key, kept)
    renew(draft, key, at)
    if closed:
        draft.put_stale(key, {dot: entry for dot, entry in stale.items() if dot not in closed})
    before = _before(key, held) if change.bulk else ()
    draft.note(Past(at, key, was, value, by, bulk=change.bulk, before=before))


def _before(key: Key, held: tuple[Candidate, ...]) -> tuple[Value, ...]:
    """What a line of a bulk edit's history has to say of what was replaced, besides `Past.was`."""
    values = _distinct(open_candidates(key, held) or ((winner(held),) if held else ()))
    is_plain = len(values) < 2 and None not in values and not any(is_cut(value) for value in values)
    return () if is_plain else tuple(values)


def _set(draft: Draft, change: Change, at: str, by: str | None) -> None:
    name = change.field
    given = _elements(name, change)
    live = _live(draft, name)
    adding = given if change.op in ("add", "set") else ()
    removing = [key for key in live if key not in given] if change.op in ("set", "clear") else ()
    if change.op == "remove":
        removing = [key for key in given if draft.held(key)]
    for key in adding:
        if not draft.held(key):
            draft.dots.add(at)
            draft.put(key, [Candidate(True, at)])
            draft.note(Past(at, key, None, True, by, bulk=change.bulk))
    for key in removing:
        held = draft.held(key)
        kept = unseen(held, change)
        if len(kept) < len(held):
            draft.dots.add(at)
            draft.put(key, kept)
            draft.note(Past(at, key, True, None, by, bulk=change.bulk))
    for key in dict.fromkeys((*given, *removing)):
        _close_stale(draft, key, change, at, by)


def _close_stale(draft: Draft, key: Key, change: Change, at: str, by: str | None) -> None:
    stale = draft.stale(key)
    left = {dot: entry for dot, entry in stale.items() if change.seen is not None and dot not in change.seen}
    if len(left) < len(stale):
        draft.dots.add(at)
        draft.put_stale(key, left)
        if not any(line.at == at and line.field == key for line in draft.noted):
            stands = True if draft.held(key) else None
            draft.note(Past(at, key, stands, stands, by))


def _elements(name: str, change: Change) -> tuple[Key, ...]:
    if change.op == "clear":
        return ()
    values = [change.value] if isinstance(change.value, str) else change.value
    if name == FAVOURITES or change.op == "remove":
        if not isinstance(values, Sequence) or not all(isinstance(value, str) for value in values):
            raise BadValue(name, "must be text, or a list of texts")
        return tuple(f"{name}/{element(name, value)}" for value in values)
    return tuple(f"{name}/{value}" for value in check(name, values) or ())


def _live(draft: Draft, name: str) -> list[Key]:
    keys = (f"{name}/{value}" for value in draft.elements(name))
    return [key for key in keys if draft.held(key)]


def _trash(draft: Draft, change: Change, at: str, by: str | None) -> None:
    """Trash or restore: each replaces all that stands, since a page shows which of the two it is."""
    wanted = change.op == "set" and change.value in (True, TRASHED)
    if wanted == is_trashed(draft.trash):
        return
    draft.dots.add(at)
    draft.put_trash([Candidate(TRASHED if wanted else KEEP, at, by=by)])
    draft.note(Past(at, TRASH, not wanted, wanted, by))


def _refuse_changed(draft: Draft, change: Change) -> None:
    if not change.strict:
        return
    closes: set[str] = set()
    if change.field == TRASH:
        live = {c.at for c in draft.trash}
    elif change.field == ALBUMS:
        held = draft.album(change.value["id"] if isinstance(change.value, dict) else change.value)
        live = {*held.at, *(c.at for c in held.pos)} if held else set()
    elif change.field in SETS:
        keys = _elements(change.field, change)
        live = {c.at for key in keys for c in draft.held(key)}
        closes = {at for key in keys for at in draft.stale(key)}
    else:
        live = {c.at for c in draft.held(change.field)}
        closes = set(draft.stale(change.field))
    # The stale entries that are seen are closed by it; they never stood.
    if live != (change.seen or frozenset()) - closes:
        raise Conflict(f"{change.field} has been changed since")


def _undo_register(then: Draft, now: Draft, key: Key) -> list[Change]:
    before, after = then.held(key), now.held(key)
    if before == after:
        return []
    seen = frozenset(c.at for c in after)
    if not before:
        return [Change(key, "remove", seen=seen, strict=True)]
    # The candidates of an open conflict come back all, the one that was shown as the newest.
    first, *others = _distinct(open_candidates(key, before) or (winner(before),))
    return [_putting_back(key, first, seen, strict=True)] + [
        _putting_back(key, other, frozenset()) for other in others
    ]


def _distinct(candidates: Iterable[Candidate]) -> list[Value]:
    return list({text(held.v): held.v for held in candidates}.values())


def _putting_back(key: Key, value: Value, seen: frozenset[str], *, strict: bool = False) -> Change:
    return Change(key, "clear" if value is None else "set", value, seen, strict=strict)


def _undo_set(before: Ledger, after: Ledger, name: str) -> list[Change]:
    then, now = before.sets.get(name, {}), after.sets.get(name, {})
    undo = [
        Change(name, "remove", held, frozenset(now[held]), strict=True) for held in now if held not in then
    ]
    return undo + [Change(name, "add", held, frozenset(), strict=True) for held in then if held not in now]


def _undo_trash(before: Ledger, after: Ledger) -> Change:
    seen = frozenset(c.at for c in after.trash)
    op = "set" if is_trashed(before.trash) else "clear"
    return Change(TRASH, op, TRASHED if op == "set" else None, seen, strict=True)  # type: ignore[arg-type]
