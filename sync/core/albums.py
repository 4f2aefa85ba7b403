"""A photo in albums: into one, to another place in it, out of it, and what takes that back."""

from __future__ import annotations

from collections.abc import Mapping

from sync.core.draft import Draft, unseen, unseen_dots
from sync.core.model import Candidate, Change, Membership, Past, Value
from sync.core.positions import is_place
from sync.core.show import winner
from sync.core.values import is_writable, same
from sync.errors import BadValue

ALBUMS = "albums"


def titles(held: Membership) -> dict[str, Candidate]:
    """The title that each dot of a membership came with, as a candidate of the edit that said it."""
    return {at: held.titles.get(at) or Candidate(held.title, at) for at in held.at}


def titled(
    said: Mapping[str, Candidate], pos: tuple[Candidate, ...], extra: Mapping[str, Value]
) -> Membership:
    """Return the membership of these dots, each with the title that it came with.

    A title stays as long as a dot that came with it: so it is joined as the dots are, a photo moved in an
    album keeps the album's title whoever takes it out meanwhile, and a new title outranks it all the same.
    """
    at = tuple(sorted(said))
    title = _last(said).v if said else ""
    others = {dot: one for dot, one in said.items() if one != Candidate(title, dot)}
    return Membership(at, title, pos, extra, others)


def _last(said: Mapping[str, Candidate]) -> Candidate:
    return max(said.values(), key=lambda one: (one.at, one.v))


def _album(given: Value) -> Mapping[str, Value]:
    value = {"id": given} if isinstance(given, str) else given
    if not isinstance(value, dict) or not value.get("id"):
        raise BadValue(ALBUMS, "must name an album by its id")
    for part in (value["id"], value.get("title") or ""):
        if not isinstance(part, str) or not is_writable(part):
            raise BadValue(ALBUMS, "must have an id and a title of text that a file can hold")
    return value


def album(draft: Draft, change: Change, at: str, by: str | None) -> None:
    """Make one change of albums; its value names the album by its id, alone or as {"id", "title", "pos"}."""
    value = _album(change.value)
    name = value["id"]
    held = draft.album(name) or Membership(())
    title, pos = held.title, held.pos
    left = unseen_dots(held.at, change)
    said = {dot: one for dot, one in titles(held).items() if dot in left}
    if change.op in ("add", "set"):
        title = value.get("title") or title
        wanted = value.get("pos")
        if wanted is not None and not is_place(wanted):
            raise BadValue(ALBUMS, "a place in an album must be letters and digits")
        if wanted is not None and not (pos and same(winner(pos).v, wanted)):
            pos = (*unseen(pos, change), Candidate(wanted, at, by=by))
        if held.at and (held.title, held.pos) == (title, pos):
            return
        said[at] = _last(titles(held)) if held.at and title == held.title else Candidate(title, at)
    else:
        pos = unseen(pos, change)
        if len(said) == len(held.at):
            return
    draft.dots.add(at)
    draft.put_album(name, titled(said, pos, held.extra))
    key, was, now = f"{ALBUMS}/{name}", _place(held.at, held.pos), _place(tuple(said), pos)
    if was != now or title == held.title:
        draft.note(Past(at, key, was, now, by))
    if title != held.title and said:
        draft.note(Past(at, f"{key}/title", held.title or None, title, by))


def _place(dots: tuple[str, ...], pos: tuple[Candidate, ...]) -> Value:
    """What the history says of a photo in an album: its place, or that it is in it; None where it is not."""
    return (winner(pos).v if pos else True) if dots else None


def undo_album(then: Draft, now: Draft, change: Change) -> list[Change]:
    """Return what takes such a change back."""
    name = change.value["id"] if isinstance(change.value, dict) else change.value
    before, after = then.album(name), now.album(name)
    if before == after:
        return []
    seen = frozenset({*after.at, *(c.at for c in after.pos)}) if after else frozenset()
    if before is None:
        return [Change(ALBUMS, "remove", name, seen, strict=True)]
    value = {"id": name, "title": before.title, "pos": winner(before.pos).v if before.pos else None}
    if after and after.pos and not before.pos:
        # Only with the membership does a place go.
        return [Change(ALBUMS, "remove", name, seen, strict=True), Change(ALBUMS, "add", value, frozenset())]
    return [Change(ALBUMS, "add", value, seen, strict=True)]
