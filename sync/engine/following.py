"""What was left behind when an original was moved without it: it follows to the original's new place.

An original is known again by its inode, size and mtime, or by its content hash. Companions are renamed
first, in one step each. Then its sidecars are written beside it, the ledger last: until all is done it
tells that something is left. At the old place each goes only when the same bytes are safe at the new one.
Where anything is not certain, all stay where they are and a person is told.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import replace

from sync.apply.put import StartOver
from sync.apply.temps import SETTLE_SECONDS
from sync.core.model import Fingerprint, Problem
from sync.engine import lost, owed
from sync.engine.arrivals import Arrivals, Trace, trace_in
from sync.engine.carrying import Doubt, Known, Move, carry_out, knower, left_behind, move, stayed_behind
from sync.engine.finding import Place, find_group, keeps_ledger_beside, overlay_name
from sync.engine.leftovers import NOTHING, Left, bring, fits, left_for_sure, left_in, name_at, siblings_known
from sync.engine.owed import Owed
from sync.engine.rounds import Rounds
from sync.engine.strays import bring_temps, over_temps
from sync.engine.temps import by_tag, names_for
from sync.engine.values import Event, Later, Seen
from sync.errors import NotFound, SyncError
from sync.pairing import Group
from sync.pairing.names import kind_of
from sync.ports import FILE, FS, LEDGER_SUFFIX, Entry, Stat, join, split
from sync.scan.seen import LARGEST_LEDGER, LARGEST_XMP, see_ledger

_KEY = "//left/"  # no path in a volume begins with a slash


class Following:
    """Finds where sidecars belong whose original is gone from beside them."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds
        self._volume, self._site = rounds.volume, rounds.site
        self._lost: dict[str, Trace | None] = {}
        self._owed: dict[str, Owed] = {}

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
        asset = self._fingerprint(path)
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
        if entry is not None and trace is not None and entry.ino:
            self._lost[path] = trace
        if hash_ is not None:
            self._site.memory.keep(self._volume.id, {_KEY + hash_: path.encode("utf-8", "surrogateescape")})

    def _left(self, path: str, arrivals: Arrivals) -> Left:
        """What lies where an original was; a folder is listed once for all of its. OSError."""
        folder, name = split(path)
        if folder not in arrivals.left:
            gone = arrivals.gone.get(folder, (name,))
            arrivals.left[folder] = left_for_sure(self._volume, folder, gone)
        return self.with_overlay(path, arrivals.left[folder].get(name, NOTHING))

    def returned(self, arrivals: Arrivals) -> Iterator[Event]:
        """Originals that were gone in an earlier round and are met in this one, which ends with it."""
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
        over = over_temps(self._volume, folder, lambda: [_group_of(path)]).get(name)
        left = replace(left, over=tuple(over)) if over else left
        fs, at = self._ledger_at(path)
        if left.ledger is None and fs is not self._volume.fs and _is_there(fs, at):
            return Left() if _is_there(self._volume.fs, path) else replace(left, ledger=split(at)[1])
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
                if _is_there(self._volume.fs, join(folder, temp)):
                    yield Later(join(folder, temp), SETTLE_SECONDS)

    def _ledger_at(self, path: str) -> tuple[FS, str]:
        """Where the ledger of an original lies or would: of two, the one beside it."""
        group, folder = _group_of(path), split(path)[0]
        over = self._volume.overlay
        at = join(folder, group.own_ledger)
        if over is None:
            return self._volume.fs, at
        if keeps_ledger_beside(self._volume, group) and (
            _is_there(self._volume.fs, at) or not _is_there(over, join(folder, overlay_name(group)))
        ):
            return self._volume.fs, at
        return over, join(folder, overlay_name(group))

    def _over_moves(self, old: str, new: str) -> list[Move]:
        """What the overlay still holds, from when the volume was read-only, of an original with a ledger."""
        over, group = self._volume.overlay, _group_of(old)
        at = join(split(old)[0], overlay_name(group))
        if over is None or self._ledger_at(old)[0] is over or not _is_there(over, at):
            return []
        to = join(split(new)[0], overlay_name(_group_of(new)))
        return [move(over, at, to, LARGEST_LEDGER)]

    def _fingerprint(self, path: str) -> Fingerprint | None:
        fs, ledger = self._ledger_at(path)
        held = see_ledger(fs, ledger).ledger
        return held.asset if held else None

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
            moves = self._moves(old, new, stat, hash_, left)
            stayed, is_refused = bring(self._volume, old, new, left.others)
            carry_out(self._volume, self._site, moves)
            self._bring_temps(old, new, left)
        return stayed, not is_refused

    def _bring_temps(self, old: str, new: str, left: Left) -> None:
        if bring_temps(self._volume, self._site, old, new, left):
            self._rounds.unsettled.add(new)

    def _moves(self, old: str, new: str, stat: Stat, hash_: str | None, left: Left) -> list[Move]:
        """What goes where, all of it checked before anything is written. Raises Doubt."""
        fs, at = self._ledger_at(old)
        held = see_ledger(fs, at)
        if held.error is not None and held.found is not None:
            raise Doubt("their ledger cannot be read")
        if held.error is not None:  # by the disk, just now
            raise held.error
        asset = held.ledger.asset if held.ledger else None
        if asset and (asset.size != stat.size or (asset.hash and hash_ and asset.hash != hash_)):
            raise Doubt("they were written for another picture")
        there = see_ledger(fs, self._ledger_to(old, new)[1]).ledger if left.ledger else None
        is_known = knower(held.ledger, there)
        own = [self._ledger_move(old, new, is_known)] if left.ledger else []
        # What a read-only XMP said is in the overlay's ledger, which follows without it.
        stay = not self._volume.writable and fs is not self._volume.fs and held.ledger is not None
        xmps = self._xmp_moves(old, new, () if stay else left.xmps, is_known)
        own = [*xmps, *own, *self._over_moves(old, new)]
        group = find_group(self._volume, new)[0]
        own_now = {
            join(split(new)[0], name) for name in (*group.xmps, *((group.ledger,) if group.ledger else ()))
        }
        is_begun = any(move.is_there and move.new.endswith(LEDGER_SUFFIX) for move in own)
        # An overlay's ledger is joined with whatever lies there: it is in nobody's way.
        is_over = all(move.fs is not self._volume.fs for move in own)
        if not is_begun and not is_over and not own_now <= {move.new for move in own}:
            raise Doubt("it has sidecars of its own there")
        return own

    def _ledger_to(self, old: str, new: str) -> tuple[str, str]:
        """Where the ledger of an original is, and where beside it at its new place."""
        (fs, at), group = self._ledger_at(old), _group_of(new)
        own = group.own_ledger if fs is self._volume.fs else overlay_name(group)
        return at, join(split(new)[0], own)

    def _ledger_move(self, old: str, new: str, is_known: Known) -> Move:
        fs = self._ledger_at(old)[0]
        if fs is self._volume.fs and not keeps_ledger_beside(self._volume, _group_of(new)):
            raise Doubt("read-only sidecars cannot follow")
        return move(fs, *self._ledger_to(old, new), LARGEST_LEDGER, is_known)

    def _xmp_moves(self, old: str, new: str, names: Sequence[str], is_known: Known) -> list[Move]:
        if not names:
            return []
        if not self._volume.writable:
            raise Doubt("read-only sidecars cannot follow")
        (was, own), (folder, target) = split(old), split(new)
        named = {name: name_at(name, own, target) for name in names}
        good = fits(self._volume, folder, target, [to for to in named.values() if to])
        if any(to not in good for to in named.values()):
            raise Doubt("shared sidecars cannot follow")
        return [
            move(self._volume.fs, join(was, name), join(folder, to), LARGEST_XMP, is_known)
            for name, to in named.items()
            if to
        ]


def reason_of(error: Exception) -> str:
    """Why sidecars could not be moved just now, as half a sentence."""
    if isinstance(error, SyncError):
        return error.reason
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "something is being written there just now"


def _is_there(fs: FS, path: str) -> bool:
    with contextlib.suppress(OSError):
        fs.stat(path)
        return True
    return False


def _group_of(path: str) -> Group:
    name = split(path)[1]
    return Group(name, kind_of(name) or "photo")
