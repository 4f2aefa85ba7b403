"""What was left behind when an original was moved without it: it follows to the original's new place.

An original is known again by its inode, size and mtime, or by its content hash. Companions are renamed
first, in one step each. Then its sidecars are written beside it, the ledger last: until all is done it
tells that something is left. At the old place each goes only when the same bytes are safe at the new one.
Where anything is not certain, all stay where they are and a person is told.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from sync.apply.put import StartOver
from sync.apply.temps import SETTLE_SECONDS
from sync.core.model import Ledger, Problem
from sync.engine import lost, owed
from sync.engine.alike import Alike
from sync.engine.arrivals import Arrivals, Trace, trace_in
from sync.engine.carrying import Doubt, carry_out, left_behind, stayed_behind
from sync.engine.finding import Place, find_group
from sync.engine.leftovers import NOTHING, Left, bring, left_for_sure, left_in, siblings_known
from sync.engine.owed import Owed
from sync.engine.packing import group_of, is_there, ledger_at, moves
from sync.engine.rejoining import as_copies, is_one
from sync.engine.rounds import Rounds
from sync.engine.strays import bring_temps, over_temps
from sync.engine.temps import by_tag, names_for
from sync.engine.values import Event, Later, Seen
from sync.errors import NotFound, SyncError
from sync.ports import FILE, Entry, join, split
from sync.scan.seen import see_ledger

_KEY = "//left/"  # no path in a volume begins with a slash
NOTHING_NEW: Mapping[str, bytes | None] = MappingProxyType({})


class Following:
    """Finds where sidecars belong whose original is gone from beside them."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds
        self._volume, self._site = rounds.volume, rounds.site
        self._lost: dict[str, Trace | None] = {}
        self._owed: dict[str, Owed | None] = {}
        self._known_alike: tuple[Arrivals, Alike] | None = None

    def gone(self, path: str, entry: Entry | None, arrivals: Arrivals) -> Iterator[Event]:
        """An original is not at a path: let what lies there follow it, now or once it is known again."""
        yield from self._follow_gone(path, entry, arrivals)
        for copy in self._rounds.identities.waiting(path):
            yield from self.settled(copy)

    def _follow_gone(self, path: str, entry: Entry | None, arrivals: Arrivals) -> Iterator[Event]:
        try:
            left = self._left(path, arrivals)
        except OSError:
            left = None  # whatever lies there, it cannot be listed just now
        if left == NOTHING:
            return
        held = self._ledger(path)
        asset = held.asset if held else None
        signature, content = self._site.memory.hashes(self._volume.id, [path]).get(path, (b"", None))
        hash_ = (asset.hash if asset else None) or content
        trace = (entry.ino, entry.size, entry.mtime_ns) if entry else None
        if content != hash_ and signature and trace in (None, trace_in(signature)):
            entry, signature, trace = None, b"", None  # of a stranger: the sidecars' own is known by content
        trace = trace or (trace_in(signature) if signature else None)
        new = arrivals.of(entry, signature, hash_)
        if new is not None:
            is_over = left is not None and (yield from self.follow(path, new, hash_, left))
            if trace is not None and (not is_over or new in arrivals.occupied):
                yield self._owe(path, Owed(new, trace, hash_))
            return
        if hash_ is not None and left is not None and left.is_told:
            heir = self._alike(arrivals).heir(path, hash_, signature, held, left)
            if heir is not None:
                yield from self._inherit(path, heir, hash_, left)
                return
        if entry is not None and trace is not None and entry.ino:
            self._lost[path] = trace
        if hash_ is not None:
            self._site.memory.keep(self._volume.id, {_KEY + hash_: path.encode("utf-8", "surrogateescape")})

    def _alike(self, arrivals: Arrivals) -> Alike:
        if self._known_alike is None or self._known_alike[0] is not arrivals:
            self._known_alike = arrivals, Alike(self._rounds, arrivals)
        return self._known_alike[1]

    def _inherit(self, path: str, heir: str, hash_: str, left: Left) -> Iterator[Event]:
        """Let what is left go to a copy that was there before.

        Neither is met anew in a later round, and a crash would leave both with some of it: it is owed
        before the first step.
        """
        signature, _ = self._site.memory.hashes(self._volume.id, [heir])[heir]
        one = Owed(heir, trace_in(signature), hash_)
        owed.keep(self._volume, self._site, {path: one})
        if (yield from self.follow(path, heir, hash_, left)):
            self._owed[path] = None
        else:
            yield self._owe(path, one)

    def _left(self, path: str, arrivals: Arrivals) -> Left:
        """What lies where an original was; a folder is listed once for all of its. OSError."""
        folder, name = split(path)
        if folder not in arrivals.left:
            gone = arrivals.gone.get(folder, (name,))
            arrivals.left[folder] = left_for_sure(self._volume, folder, gone)
        return self.with_overlay(path, arrivals.left[folder].get(name, NOTHING))

    def returned(
        self, arrivals: Arrivals, fresh: Mapping[str, bytes | None] = NOTHING_NEW
    ) -> Iterator[Event]:
        """Originals that were gone in an earlier round and are met in this one, which ends with it.

        `fresh` are the folders as the round has seen them.
        """
        for path, trace in lost.lost(self._volume, self._site).items() if arrivals.by_trace else ():
            new, (folder, name) = arrivals.by_trace.get(trace), split(path)
            if new is None:
                continue
            self._lost[path] = None
            if new != path:
                arrivals.miss([path])
                arrivals.left.pop(folder, None)
                yield from self.gone(path, Entry(name, FILE, *trace, 0), arrivals)
        self._keep()
        for path in self._rounds.behind.over(arrivals.by_trace):
            yield from self.settled(path)
        for path in self._rounds.identities.contested(lambda: self._snapshots(fresh)):
            yield from self.settled(path)

    def _snapshots(self, fresh: Mapping[str, bytes | None]) -> dict[str, bytes]:
        known = {**self._site.memory.folders(self._volume.id), **fresh}
        return {folder: blob for folder, blob in known.items() if blob is not None}

    def hashed(self, path: str, signature: bytes, hash_: str) -> Iterator[Event]:
        """An original's content is known: whatever was left behind by one of that content is its own."""
        kept = self._site.memory.last(self._volume.id, _KEY + hash_)
        if kept is None:
            return
        old = kept.decode("utf-8", "surrogateescape")
        folder, name = split(old)
        gone = siblings_known(self._volume, self._site, old) | {name}
        left = self.with_overlay(old, left_in(self._volume, folder, gone).get(name, NOTHING))
        if left and not (yield from self.follow(old, path, hash_, left)):
            yield self._owe(old, Owed(path, trace_in(signature), hash_))
        self._keep()

    def _owe(self, old: str, one: Owed) -> Later:
        self._owed[old] = one
        return Later(one.new, owed.AGAIN_SECONDS)

    def _keep(self) -> None:
        """Remember what a round has found out."""
        lost.keep(self._volume, self._site, self._lost)
        owed.keep(self._volume, self._site, self._owed)
        self._rounds.behind.keep()
        self._lost, self._owed = {}, {}

    def with_overlay(self, path: str, left: Left) -> Left:
        """What is left, with a ledger that is kept in the overlay; nothing where an original is."""
        folder, name = split(path)
        over = over_temps(self._volume, folder, lambda: [group_of(path)]).get(name)
        left = replace(left, over=tuple(over)) if over else left
        fs, at = ledger_at(self._volume, path)
        if left.ledger is None and fs is not self._volume.fs and is_there(fs, at):
            return Left() if is_there(self._volume.fs, path) else replace(left, ledger=split(at)[1])
        return left

    def stayed(self, path: str, files: Iterable[str], problem: Problem | None) -> Iterator[Event]:
        """Tell of an original that some of its files did not follow, and why; None: all of them did."""
        self._rounds.behind.note(path, files, problem)
        yield from self.settled(path)

    def settled(self, path: str) -> Iterator[Event]:
        """Tell of an original as it is after what was done.

        What was taken out on the way is looked at again soon; the next rescan may be an hour away.
        """
        with contextlib.suppress(NotFound):
            group, stat, temps = find_group(self._volume, path)
            folder, own = split(path)[0], names_for(group, by_tag(temps))
            asset = self._rounds.settle(folder, group, stat, self._rounds.hash_of(path, stat), own)
            self._rounds.flush()
            yield Seen(asset)
            for temp in own:
                if is_there(self._volume.fs, join(folder, temp)):
                    yield Later(join(folder, temp), SETTLE_SECONDS)

    def _ledger(self, path: str) -> Ledger | None:
        fs, ledger = ledger_at(self._volume, path)
        return see_ledger(fs, ledger).ledger

    def follow(self, old: str, new: str, hash_: str | None, left: Left) -> Generator[Event, None, bool]:
        """Bring what is left and tell of the original at the new place; False where it can be tried again."""
        keys = [Place.of(path).key(self._volume.id) for path in (old, new)]
        problem, is_over = None, True
        stayed: Sequence[str] = left.all
        try:
            with self._site.lock.hold(keys):
                stayed, is_over = self._bring(old, new, hash_, left)
            problem = stayed_behind(old, new, stayed) if stayed else None
        except Doubt as doubt:
            problem = left_behind(old, new, str(doubt))
        except (StartOver, SyncError, OSError) as error:
            problem, is_over = left_behind(old, new, reason_of(error)), False
        if hash_ is not None:
            self._site.memory.keep(self._volume.id, {_KEY + hash_: None})
        yield from self.stayed(new, [join(split(old)[0], name) for name in stayed], problem)
        return is_over

    def _bring(self, old: str, new: str, hash_: str | None, left: Left) -> tuple[Sequence[str], bool]:
        """Bring what is left to the new place; what of it had to stay, and as `follow`. Raises Doubt."""
        stat, stayed, is_refused = find_group(self._volume, new)[1], list[str](), False
        if not left.is_told:
            # The sidecars went before: nothing that may be in doubt keeps these from going after them.
            self._bring_temps(old, new, left)
        if left.is_told or left.others:
            try:
                packed = moves(self._volume, old, new, stat, hash_, left)
            except Doubt:
                if not self._rounds.is_shared or not is_one(self._volume, old, new, hash_, left):
                    raise
                packed = []
                as_copies(self._volume, self._site, old, new, left)
            stayed, is_refused = bring(self._volume, old, new, left.others)
            going = {move.old for move in packed}
            left_out = [name for name in left.xmps if join(split(old)[0], name) not in going]
            stayed += left_out if self._volume.writable else []
            carry_out(self._volume, self._site, packed)
            self._bring_temps(old, new, left)
        return stayed, not is_refused

    def _bring_temps(self, old: str, new: str, left: Left) -> None:
        if bring_temps(self._volume, self._site, old, new, left):
            self._rounds.unsettled.add(new)


def reason_of(error: Exception) -> str:
    """Why sidecars could not be moved just now, as half a sentence."""
    if isinstance(error, SyncError):
        return error.reason
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "something is being written there just now"
