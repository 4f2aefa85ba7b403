"""One original's round: read, decide, write what was decided, and begin again where the disk moved on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from sync.apply.put import Pen
from sync.apply.temps import SETTLE_SECONDS
from sync.core.model import Change, Problem
from sync.engine.ahead import Ahead
from sync.engine.arrivals import trace_in
from sync.engine.assets import fingerprinted, is_stranger
from sync.engine.attempting import Attempt, Attempting, Round, refuse
from sync.engine.deciding import Deciding
from sync.engine.expecting import expected
from sync.engine.finding import Place, find_group, glance_at, read_group
from sync.engine.finding_many import Nearby
from sync.engine.mirroring import Written
from sync.engine.strays import over_temps
from sync.engine.temps import by_tag, names_for
from sync.engine.values import Asset, Edited, Site, Volume
from sync.engine.waiting import UNSETTLED_SECONDS, is_unsettled
from sync.engine.whose import came_along
from sync.engine.writing import remembered
from sync.errors import Busy, ReadOnly, Refused, SyncError, unwritable
from sync.pairing import Group
from sync.ports import Entry, Stat, join, split
from sync.scan.see import Glance, Look, see
from sync.scan.seen import why

_ATTEMPTS = 20
_AT_ONCE = 100  # originals whose sidecars are read before the first of them is decided about
_AFTER_REFUSAL = 600.0  # seconds
_UNHASHED_SECONDS = 30.0
_UNWRITTEN = "What could be read is shown; the sidecars were left as they are and are tried again."


class Rounds:
    """A volume's originals, one at a time, as one site."""

    def __init__(self, volume: Volume, site: Site) -> None:
        self.volume, self.site = volume, site
        self.pen = Pen(site.id, site.rng)
        self._kept: dict[str, bytes | None] = {}
        self._deciding = Deciding(volume, site)
        self.behind, self.identities = self._deciding.behind, self._deciding.identities
        self._ahead = Ahead(volume, site)
        self.attempting = Attempting(volume, site, self._deciding)
        self.unsettled: set[str] = set()

    @property
    def is_shared(self) -> bool:
        """Whether other sites use the volume, or have used it."""
        return self._deciding.is_shared

    def enter(self) -> None:
        """Raise Offline unless the volume's own root is there; find out who else uses it."""
        self._deciding.enter()

    def look(self, path: str) -> Asset:
        """Read one original and write nothing; NotFound where there is none."""
        self.behind.read()
        group, stat, _ = find_group(self.volume, path)
        look = read_group(self.volume, split(path)[0], group, stat)
        return self._deciding.decide(look, self.hash_of(path, stat))[0]

    def look_at(
        self, folder: str, groups: Sequence[Group], stats: Mapping[str, Entry], temps: Sequence[str] = ()
    ) -> Iterator[Asset]:
        """Every group's asset, after whatever its sidecars make it necessary to write."""
        if not groups:
            return
        found = {join(folder, group.original): stats[group.original].stat for group in groups}
        hashes = self.site.memory.hashes(self.volume.id, found)
        left, tagged = self.over_temps(folder, lambda: groups), by_tag(temps)
        nearby = Nearby(stats, groups)
        for start in range(0, len(groups), _AT_ONCE):
            over = self._deciding.is_overlaid
            glances = [
                glance_at(self.volume, folder, group, stats[group.original].stat, over=over)
                for group in groups[start : start + _AT_ONCE]
            ]
            self.site.memory.expect(
                self.volume.id, [key for each in glances for key in expected(self.volume.id, each)]
            )
            for glance in glances:
                signature, hash_ = hashes.get(glance.path, (b"", None))
                hash_ = hash_ if signature == glance.stat.signature() else None
                own, is_left = names_for(glance.group, tagged), glance.group.original in left
                asset = None if own or is_left else self._at_rest(glance, hash_)
                if asset is None:
                    near = partial(nearby.of, glance.group)
                    asset = self._settle(see(self.volume.fs, glance), hash_, own, near, is_left=is_left)
                yield asset
            self.flush()
            self.site.memory.expect(self.volume.id, ())

    def settle(
        self,
        folder: str,
        group: Group,
        stat: Stat,
        hash_: str | None,
        temps: Iterable[str] = (),
        *,
        near: Sequence[str] | None = None,
    ) -> Asset:
        """Bring one group to rest. Nothing is written where nothing is to be said (I7).

        `near` are the names that may be of its place, where the folder was listed a moment ago.
        """
        own = names_for(group, by_tag(temps))
        return self._settle(read_group(self.volume, folder, group, stat), hash_, own, lambda: near)

    def over_temps(self, folder: str, groups: Callable[[], Iterable[Group]]) -> Mapping[str, Sequence[str]]:
        """Our temps in the overlay, by the names of the folder's originals whose ledger they are for."""
        return over_temps(self.volume, folder, groups) if self._deciding.is_overlaid else {}

    def _over_temps_of(self, look: Look) -> Sequence[str]:
        return self.over_temps(look.folder, lambda: [look.group]).get(look.group.original, ())

    def _at_rest(self, glance: Glance, hash_: str | None) -> Asset | None:
        """The asset of a group that is at rest by the bytes alone; None where it has to be made out."""
        rested = self._deciding.at_rest(glance, hash_)
        if rested is None:
            return None
        look, asset, decided = rested
        self._kept.update(remembered(look, decided, self.site.clock.now_ns()))
        return asset

    def _settle(
        self,
        look: Look,
        hash_: str | None,
        temps: Sequence[str],
        near: Callable[[], Sequence[str] | None],
        *,
        is_left: bool = False,
    ) -> Asset:
        """`temps` are the group's own; `is_left`: there are some in the overlay."""
        asset, decided = self._deciding.decide(look, hash_)
        has_temps = (bool(temps) and self.volume.writable) or is_left
        if not has_temps and (decided is None or not decided.steps):
            if decided is not None:
                self._kept.update(remembered(look, decided, self.site.clock.now_ns()))
            return asset
        if not self.may_write(look):
            return asset
        if is_unsettled(self.site, look):
            return replace(asset, pending=True, again=UNSETTLED_SECONDS)
        if hash_ is None and self._may_be_anothers(look):
            return replace(asset, pending=True, again=_UNHASHED_SECONDS)
        try:
            with self.site.lock.hold([Place.of(look.path).key(self.volume.id)]):
                return self.write(look.path, Round(hash_), near())
        except (SyncError, OSError) as error:
            reason = error.reason if isinstance(error, SyncError) else why(error)
            problem = Problem(look.path, "refused", f"Its sidecars cannot be written: {reason}", _UNWRITTEN)
            return replace(asset, pending=True, problems=(*asset.problems, problem), again=_AFTER_REFUSAL)

    def _may_be_anothers(self, look: Look) -> bool:
        """Whether this may be a picture that took the name, and is of the same size by chance.

        Pictures of a camera that does not compress are all of one size. Neither the file nor the XMP is the
        one that was known here, or that is gone: all wait until the picture is hashed, or found elsewhere.
        """
        asset = look.ledger.ledger.asset if look.ledger.ledger else None
        if asset is None or asset.hash is None:
            return False
        known = self.site.memory.hashes(self.volume.id, [look.path]).get(look.path)
        if known is None or trace_in(known[0])[0] in (0, look.stat.ino):
            return False
        return not look.xmps or any(came_along(self.volume, self.site, look, seen) for seen in look.xmps)

    def edit(self, path: str, changes: Sequence[Change], by: str | None) -> Edited:
        """Make a person's changes durable in the ledger, then in the XMPs."""
        if not self.volume.writable and self.volume.overlay is None:
            raise ReadOnly("the volume is read-only, and there is no overlay for its ledgers")
        round_ = Round(None, changes, by)
        try:
            with self.site.lock.hold([Place.of(path).key(self.volume.id)]):
                asset = self.write(path, round_)
                self.flush()
        except OSError as error:
            raise unwritable("the sidecars cannot be written", error) from error
        self.unsettled.add(path)
        return Edited(asset, round_.undo or [])

    def taken_out(self) -> list[str]:
        """The photos of whose sidecars edits took some out, once it is time for the second look at those."""
        paths, self.unsettled = sorted(self.unsettled), set()
        if paths:
            self.site.clock.sleep(SETTLE_SECONDS)
        return paths

    def fingerprint(self, path: str, hash_: str) -> Asset:
        """Let the ledger, if there is one that lacks it, hold its original's content hash; the asset then."""
        with self.held(path) as (look, _):
            held = look.ledger.ledger
            if held is None or is_stranger(look, hash_) or fingerprinted(held, look, hash_) == held:
                return self._deciding.decide(look, hash_)[0]
            if self.may_write(look):
                with contextlib.suppress(Refused):  # What stands in the way is told when it is looked at.
                    return self.write(path, Round(hash_, is_wanted=True))
            return self._deciding.decide(look, hash_)[0]

    @contextlib.contextmanager
    def held(self, path: str) -> Iterator[tuple[Look, str | None]]:
        """One original as it lies there and its content hash, with nobody else at it; NotFound."""
        with self.site.lock.hold([Place.of(path).key(self.volume.id)]):
            group, stat, _ = find_group(self.volume, path)
            yield read_group(self.volume, split(path)[0], group, stat), self.hash_of(path, stat)

    def keep(self, kept: Mapping[str, bytes | None]) -> None:
        """Note what was seen at paths, None for what is to be forgotten; `flush` makes it last."""
        self._kept.update(kept)

    def flush(self) -> None:
        """Let the site's memory keep what was seen since."""
        kept = self._kept | self._deciding.identities.new
        if kept:
            self._kept, self._deciding.identities.new = {}, {}
            self.site.memory.keep(self.volume.id, kept)

    def hash_of(self, path: str, stat: Stat) -> str | None:
        """The original's content hash, if it is known of just this file."""
        signature, hash_ = self.site.memory.hashes(self.volume.id, [path]).get(path, (b"", None))
        return hash_ if signature == stat.signature() else None

    def may_write(self, look: Look) -> bool:
        """Whether a ledger can be written for this original: the one there can be gone on from."""
        return look.ledger.error is None and (self.volume.writable or self.volume.overlay is not None)

    def write(self, path: str, round_: Round, near: Sequence[str] | None = None) -> Asset:
        """Try until nobody writes in between. Under the lock; see `edit` for what it raises.

        `near` spares the first try a listing of the folder, which after a change of thousands there would
        be made for each of them. What has come since has an event of its own.
        """
        for _ in range(_ATTEMPTS):
            group, stat, temps = find_group(self.volume, path, near)
            near = None
            look = read_group(self.volume, split(path)[0], group, stat)
            round_.hash = round_.hash or self.hash_of(path, stat)
            if round_.is_unacknowledged:
                refuse(look, round_.hash)
            if is_stranger(look, round_.hash) or not self.may_write(look):
                return self._deciding.decide(look, round_.hash)[0]
            attempt = self.attempting.begin(look, temps, round_, self.pen, self._over_temps_of(look))
            written = attempt.writing.run()
            asset = self.concluded(attempt, written, round_)
            if asset is not None:
                return asset
        if round_.is_unacknowledged:
            raise Busy("other programs keep writing to this photo's sidecars")
        return replace(self.look(path), pending=True)

    def concluded(self, attempt: Attempt, written: Written, round_: Round) -> Asset | None:
        """The asset after a try, which is remembered; None where the disk moved on and another is due."""
        self.attempting.note(attempt, written, round_)
        self._kept.update(written.kept)
        at = written.ledger
        if at.found is not None and at.path in written.kept and at.fs is self.volume.fs:
            self._kept.update(self._ahead.note(at.found.stat))
        if written.again:
            return None
        asset, seen = self.attempting.told(attempt, written, round_)
        for path, kept in seen.items():
            self._kept.setdefault(path, kept)
        return asset
