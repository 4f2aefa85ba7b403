"""Originals that took the place of others: two names swapped, or an old name given to a new photo.

The other is known again by inode, size and mtime where it is now. Only what has a ledger of a known content
is moved: that tells whose it is, so that nothing is mixed up if all this is interrupted and done again. All
step aside, then follow. Whoever is refused stays, and so does whoever would come in its place; those are
remembered and tried again, at each look, wherever their sidecars lie by then.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping

from sync.engine import owed
from sync.engine.arrivals import Arrivals, Trace, trace_in, trace_of
from sync.engine.aside import step_aside
from sync.engine.carrying import left_behind
from sync.engine.due import Due, Way, group_at
from sync.engine.finding import Place, find_group, read_group
from sync.engine.following import Following, reason_of
from sync.engine.leftovers import NOTHING, Left, left_in
from sync.engine.owed import Owed
from sync.engine.packing import content_of
from sync.engine.rounds import Rounds
from sync.engine.values import Asset, Event, Later
from sync.engine.whose import knows
from sync.errors import Refused, SyncError
from sync.ports import LEDGER_SUFFIX, join, split
from sync.scan.seen import read_xmp, see_ledger

_AT_ONCE = 64  # originals whose locks are held together: each is an open file
_IN_THE_WAY = "another photo's sidecars are in its place, and could not leave it yet"


class Displaced:
    """What a round met where something else had been."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds, self._volume, self._site = rounds, rounds.volume, rounds.site
        self._was: dict[str, Trace] = {}
        self._now = Arrivals()

    def note(self, asset: Asset, before: Trace) -> None:
        """An original is at a path that had this trace before."""
        trace = trace_of(asset)
        if trace is not None and before[0] and trace[0] != before[0]:
            self._now.add(asset, by_hash=False)
            self._was[asset.path] = before

    def follow(self, following: Following, arrivals: Arrivals) -> Iterator[Event]:
        """Bring sidecars whose originals are elsewhere now, and others in their place.

        From then on `arrivals` knows the originals at paths of others as well.
        """
        ways = Due(self._rounds, following).ways(lambda trace: self._found(trace, arrivals))
        if self._volume.writable:
            self._add(ways, arrivals)
        if not ways:
            return
        owed.keep(self._volume, self._site, {old: way.owed for old, way in ways.items()})
        sources, refused = self._step_aside(ways)
        arrivals.occupied.update(refused)
        # While the ledgers lay beside each other's originals, these went by other ids than their own.
        waiting = {path for old in ways for path in self._rounds.identities.waiting(old)}
        done = yield from self._bring(following, ways, sources, refused)
        owed.keep(self._volume, self._site, dict.fromkeys(done))
        new, told = ({ways[old].owed.new for old in some} for some in (ways, done))
        for old in sorted((sources.keys() - new) | (waiting - told)):
            yield from following.settled(old)
        if len(done) < len(ways):
            yield Later(min(ways.keys() - set(done)), owed.AGAIN_SECONDS)

    def _bring(
        self,
        following: Following,
        ways: Mapping[str, Way],
        sources: Mapping[str, str],
        refused: Mapping[str, str],
    ) -> Generator[Event, None, list[str]]:
        """Let what can go follow and tell of the others; the old paths of which nothing is owed any more."""
        done: list[str] = []
        lying = self._left({sources.get(old, way.source) for old, way in ways.items() if old not in refused})
        for old, way in sorted(ways.items()):
            source, new = sources.get(old, way.source), way.owed.new
            reason = refused.get(old) or (_IN_THE_WAY if new in refused else None)
            if reason is not None:
                problem = left_behind(source, new, reason)
                yield from following.stayed(new, [source + LEDGER_SUFFIX], problem)
                continue
            left = following.with_overlay(source, lying.get(source, NOTHING))
            if left and (yield from following.follow(source, new, way.owed.hash, left)):
                done.append(old)
        return done

    def _left(self, sources: Iterable[str]) -> dict[str, Left]:
        """What lies at each of these paths; a folder is listed once for all that wait there."""
        named: dict[str, list[str]] = {}
        for folder, name in map(split, sources):
            named.setdefault(folder, []).append(name)
        return {
            join(folder, name): left
            for folder, names in named.items()
            for name, left in left_in(self._volume, folder, names).items()
        }

    def _step_aside(self, ways: Mapping[str, Way]) -> tuple[dict[str, str], dict[str, str]]:
        """Where those that did so lie now, and why others did not, by their old paths."""
        sources: dict[str, str] = {}
        refused: dict[str, str] = {}
        order = [old for old in _last_first(ways) if ways[old].steps]
        for start in range(0, len(order), _AT_ONCE):
            some = order[start : start + _AT_ONCE]
            try:
                with self._site.lock.hold([Place.of(old).key(self._volume.id) for old in some]):
                    for old in some:
                        self._step_one(old, ways[old].owed, sources, refused)
            except (SyncError, OSError) as error:
                refused |= {old: reason_of(error) for old in some if old not in sources}
        return sources, refused

    def _step_one(self, old: str, one: Owed, sources: dict[str, str], refused: dict[str, str]) -> None:
        if one.new in refused:
            refused[old] = _IN_THE_WAY
            return
        try:
            group, stat, _ = find_group(self._volume, old)
            look = read_group(self._volume, split(old)[0], group, stat)
            if content_of(look.ledger) != one.hash:
                raise look.ledger.error or Refused("they were written for another picture")
            sources[old] = step_aside(self._volume, self._site, look)
        except (SyncError, OSError) as error:
            refused[old] = reason_of(error)

    def _add(self, ways: dict[str, Way], arrivals: Arrivals) -> None:
        """What else can go to its original, by the path that this had; others may have to go first."""
        known = dict(arrivals.by_trace)
        for old, trace in self._was.items():
            new = self._found(trace, arrivals)
            hash_ = self._content(trace, old, new) if new and old not in ways else None
            if new and hash_ and self._may_hold(old, hash_):
                ways[old] = Way(Owed(new, trace, hash_), old, steps=True)
        for trace, path in self._now.by_trace.items():
            arrivals.by_trace[trace] = path if known.get(trace, path) == path else None
        steps = {old for old, way in ways.items() if way.steps}
        while blocked := [old for old, way in ways.items() if self._is_blocked(old, way, ways, steps)]:
            for old in blocked:
                del ways[old]

    def _is_blocked(self, old: str, way: Way, ways: Mapping[str, Way], steps: set[str]) -> bool:
        """Whether something stays where it is to go; what is aside already is told of that on its way."""
        new = way.owed.new
        if new in ways and ways[new].steps:
            return False
        return new in steps or (way.steps and self._has_others(new, old))

    def _found(self, trace: Trace, arrivals: Arrivals) -> str | None:
        places = {at for by in (arrivals.by_trace, self._now.by_trace) if trace in by for at in (by[trace],)}
        return places.pop() if len(places) == 1 else None

    def _content(self, trace: Trace, old: str, new: str) -> str | None:
        """What the original that has this trace was seen to hold, at the one path or at the other."""
        known = self._site.memory.hashes(self._volume.id, [old, new]).values()
        return next((content for signature, content in known if trace_in(signature) == trace), None)

    def _may_hold(self, path: str, hash_: str) -> bool:
        """Whether the ledger there was written for this content; one that cannot be read just now may be."""
        held = see_ledger(self._volume.fs, path + LEDGER_SUFFIX)
        return held.error is not None or content_of(held) == hash_

    def _has_others(self, path: str, old: str) -> bool:
        """Whether sidecars lie there that did not come along with the original from its old path."""
        group = group_at(self._volume, path)
        if group is None or not (group.xmps or group.ledger):
            return False
        ledger = see_ledger(self._volume.fs, old + LEDGER_SUFFIX).ledger
        xmps = (read_xmp(self._volume.fs, split(path)[0], name).found for name in group.xmps)
        return group.ledger is not None or not all(found and knows(ledger, found.data) for found in xmps)


def _last_first(ways: Mapping[str, Way]) -> Iterable[str]:
    """The old paths, each after that in whose place it comes, save where they go round in a ring."""
    order: dict[str, None] = {}
    for start in sorted(ways):
        chain: dict[str, None] = {}
        at = start
        while at in ways and at not in order and at not in chain:
            chain[at] = None
            at = ways[at].owed.new
        order.update(dict.fromkeys(reversed(chain)))
    return order
