"""Going back on purpose: the older of two ledgers stands, and stands in every later join.

Whoever goes back has seen what he goes back from. So what only the newer ledger holds is removed, and what
was removed there is set anew, under new dots: another site, or a copy that a sync tool kept, brings nothing
back. What programs wrote is not K-Photos' to take back: their files are absorbed as ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sync.core.albums import ALBUMS, titled, titles
from sync.core.dots import FIRST_SIGHT, dot, following, hashed_node
from sync.core.draft import FAVOURITES, newest_history, newest_records
from sync.core.edit import TRASH
from sync.core.keys import keyed
from sync.core.merge import join
from sync.core.model import Candidate, Key, Ledger, Membership, Past, Region, Value
from sync.core.show import show, winner
from sync.core.values import same

NOTE = "rollback on purpose"


def go_back(held: Ledger, newer: Ledger, *, now_ms: int, node: str, by: str | None) -> Ledger:
    """Return the older ledger as what stands, though `newer` of the same picture is known.

    Its history is that of both, and says field by field from what was gone back to what. Of the contents
    of an XMP it knows those that K-Photos wrote since; what a program wrote since is absorbed once more.
    """
    at = following(held.seen | newer.seen, now_ms, node)
    back = _Back(held, newer, at, node)
    ours = [record for record in newer.xmp if record.by == "us"]
    known = {record.id for record in held.xmp}
    ledger = replace(
        held,
        fields={
            name: back.candidates(live, newer.fields.get(name, ())) for name, live in held.fields.items()
        },
        sets={
            name: {one: back.dots(dots, newer.sets.get(name, {}).get(one, ())) for one, dots in live.items()}
            for name, live in held.sets.items()
        },
        albums={name: back.membership(live, newer.albums.get(name)) for name, live in held.albums.items()},
        regions={name: back.region(live, newer.regions.get(name)) for name, live in held.regions.items()},
        trash=back.candidates(held.trash, newer.trash),
        stale={key: back.stale(live, newer.stale.get(key, {})) for key, live in held.stale.items()},
        xmp=newest_records([*held.xmp, *(record for record in ours if record.id not in known)]),
    )
    ledger = replace(ledger, seen=held.seen | newer.seen | {at, *back.given})
    lines = [*join(held, newer).history, *_lines(newer, held, at, by)]
    return replace(ledger, history=newest_history(lines))


class _Back:
    """The new dots for what the newer ledger has removed: one for each old one, in the old order."""

    def __init__(self, held: Ledger, newer: Ledger, at: str, node: str) -> None:
        self._seen = newer.seen
        self._names: dict[str, str] = {}
        self.given: set[str] = set()
        for number, old in enumerate(sorted(held.seen), 1):
            if old.startswith(FIRST_SIGHT):  # it keeps its rank beneath whatever anybody has said
                self._names[old] = dot(0, hashed_node("back", at, old), min(number, 1295))
            else:
                at = following((at,), 0, node)
                self._names[old] = at

    def candidates(self, live: tuple[Candidate, ...], there: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        if not self._is_removed((c.at for c in live), {c.at for c in there}):
            return live
        return tuple(replace(c, at=self._anew(c.at)) for c in live)

    def dots(self, live: tuple[str, ...], there: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._anew(at) for at in live) if self._is_removed(live, set(there)) else live

    def membership(self, live: Membership, there: Membership | None) -> Membership:
        there = there or Membership(())
        dots = self.dots(live.at, there.at)
        said = {at: titles(live)[old] for at, old in zip(dots, live.at, strict=True)}
        return titled(said, self.candidates(live.pos, there.pos), live.extra)

    def region(self, live: Region, there: Region | None) -> Region:
        there = there or Region((), {})
        members = {
            name: self.candidates(held, there.members.get(name, ())) for name, held in live.members.items()
        }
        return replace(live, at=self.dots(live.at, there.at), members=members)

    def stale(self, live: Mapping[str, Value], there: Mapping[str, Value]) -> Mapping[str, Value]:
        if not self._is_removed(live, set(there)):
            return live
        return {self._anew(at): value for at, value in live.items()}

    def _anew(self, at: str) -> str:
        self.given.add(self._names[at])
        return self._names[at]

    def _is_removed(self, live: Iterable[str], there: set[str]) -> bool:
        return any(at in self._seen and at not in there for at in live)


def _lines(newer: Ledger, held: Ledger, at: str, by: str | None) -> list[Past]:
    """What the history says: each key that stands otherwise now, or one line where none does."""
    was, now = _standing(newer), _standing(held)
    changed = [key for key in sorted({*was, *now}) if not same(was.get(key), now.get(key))]
    lines = [Past(at, key, was.get(key), now.get(key), by, note=NOTE) for key in changed]
    return lines or [Past(at, "*", by=by, note=NOTE)]


def _standing(ledger: Ledger) -> dict[Key, Value]:
    """Everything that people see of a ledger, key by key."""
    document = show(ledger)
    standing = keyed(document.content())
    standing.update((f"{FAVOURITES}/{person}", True) for person in document.favourites)
    for name, held in ledger.albums.items():
        standing[f"{ALBUMS}/{name}"] = winner(held.pos).v if held.pos else True
    if document.trashed:
        standing[TRASH] = True
    return standing
