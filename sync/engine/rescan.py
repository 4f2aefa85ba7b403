"""The full stat rescan: folders that differ are looked at, deletions come last and only past the brakes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from sync.apply.temps import SETTLE_SECONDS
from sync.core.brakes import FEW, Halted, scan_verdict
from sync.core.model import Problem
from sync.engine import lost, mounted, overlay, sharing
from sync.engine.ahead import Ahead
from sync.engine.arrivals import Arrivals
from sync.engine.dirty import kind_at
from sync.engine.displaced import Displaced
from sync.engine.folder import Difference, compare, groups_in, originals_in
from sync.engine.following import Following
from sync.engine.root import require_root
from sync.engine.rounds import Rounds
from sync.engine.values import Asset, Cleared, Done, Event, Gone, Later, Root, Seen, Trouble
from sync.errors import Offline
from sync.ports import FILE, FOLDER, Entry, join, split
from sync.scan.seen import why
from sync.scan.snapshot import RACY_NS, pack, unreadable
from sync.scan.walk import Listing, is_wanted, rules_for, walk

Progress = Callable[[int, int | None], None]
_AGAIN_SECONDS = 5.0


class Rescan:
    """One rescan of a volume, or of the part of it below `start`: its state while it runs."""

    def __init__(
        self,
        rounds: Rounds,
        *,
        everything: bool = False,
        sidecars: bool = False,
        confirmed: int = 0,
        progress: Progress | None = None,
        start: str = "",
    ) -> None:
        self._start = start
        self._rounds = rounds
        self._volume, self._site = rounds.volume, rounds.site
        self._everything, self._sidecars = everything, sidecars
        self._confirmed = confirmed
        self._progress = progress
        self._known: Mapping[str, bytes] = {}
        self._fresh: dict[str, bytes | None] = {}
        self._listed: set[str] = set()
        self._blocked: list[str] = []
        self._gone: dict[str, list[Entry]] = {}
        self._mounts = mounted.Mounts(frozenset(), frozenset(), frozenset())
        self._emptied: set[str] = set()
        self._away: Collection[str] = ()
        self._overlaid: Mapping[str, frozenset[str]] = {}
        self._arrived: set[tuple[int, int, int]] = set()
        self._restless: set[str] = set()
        self._following, self._new = Following(rounds), Arrivals()
        self._displaced = Displaced(rounds)
        self._orphans: list[str] = []
        self._odd: list[Problem] = []
        self._assets = self._files = 0
        self._calm_before = self._site.clock.now_ns() - RACY_NS
        self._ahead = Ahead(rounds.volume, rounds.site).ns()

    def run(self) -> Iterator[Event]:
        """All events of the rescan, in an order in which a volume can be shown while it goes on."""
        try:
            self._begin()
            for listing in self._listings():
                yield from self._folder(listing)
            require_root(self._volume, self._site)
        except (Offline, FileNotFoundError, NotADirectoryError) as error:
            # Whatever was not reached is unknown, and what was is looked at again next time.
            reason = error.reason if isinstance(error, Offline) else "the folder went away meanwhile"
            yield Root("offline", reason)
            return
        self._find_vanished_folders()
        yield from self._deletions()
        yield Done(self._assets, self._files)
        self._site.memory.save_folders(self._volume.id, self._fresh)
        if self._start == "":
            mounted.keep(self._volume, self._site, self._mounts, self._away)

    def _begin(self) -> None:
        """Make sure whose root it is, and know what was there before."""
        self._rounds.enter()
        self._known = self._site.memory.folders(self._volume.id)
        self._mounts = mounted.look(self._volume, self._site)
        if self._start == "":
            self._overlaid = overlay.waiting(self._volume)
            with contextlib.suppress(OSError):
                sharing.renew(self._volume, self._site)

    def _listings(self) -> Iterator[Listing]:
        """Every folder to be looked at; none where the start is left out, or gone with all it held."""
        fs, start = self._volume.fs, self._start
        if start == "":
            yield from walk(fs, self._known)
            return
        above, name = split(start)
        rules = rules_for(fs, above)
        if rules is not None and is_wanted(above, Entry(name, FOLDER, 0, 0, 0, 0), rules):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                yield from walk(fs, self._known, start, rules)

    def _folder(self, listing: Listing) -> Iterator[Event]:
        folder, before = listing.folder, self._known.get(listing.folder)
        if listing.error is not None:
            if folder == "":
                raise Offline(why(listing.error))
            self._blocked.append(folder)
            self._fresh[folder] = unreadable(before)
            yield Trouble(_locked(folder, listing.error))
            return
        self._listed.add(folder)
        self._files += len(listing.entries)
        if folder in self._mounts.before and not listing.wanted():
            self._emptied.add(folder)
        left = self._rounds.over_temps(folder, lambda: groups_in(listing))
        overlaid = self._overlaid.get(folder, frozenset()).union(left)
        if listing.same and not (self._everything or self._sidecars or overlaid):
            return
        difference = compare(
            listing, before, everything=self._everything, sidecars=self._sidecars, also=overlaid
        )
        if difference.gone:
            self._gone[folder] = list(difference.gone)
        yield from self._tell(folder, difference, is_new=before is None)
        self._fresh[folder] = pack(
            listing.entries,
            listing.digest,
            calm_before_ns=self._calm_before,
            ahead_ns=self._ahead,
            restless=self._restless,
            left_out=listing.left_out(),
        )
        self._restless = set()

    def _tell(self, folder: str, difference: Difference, *, is_new: bool) -> Iterator[Event]:
        for path in difference.cleared:
            yield Cleared(path)
        for problem in difference.odd:
            if problem.kind == "orphaned":
                self._odd.append(problem)  # it may follow its photo yet
            else:
                yield Trouble(problem)
        self._orphans += [join(folder, name) for name in difference.orphans]
        look_at = self._rounds.look_at
        for asset in look_at(folder, difference.groups, difference.entries, difference.temps):
            before = difference.before.get(split(asset.path)[1])
            if before is not None:
                self._displaced.note(asset, (before.ino, before.size, before.mtime_ns))
            elif self._known:
                self._new.add(asset)
            self._assets += 1
            if self._progress is not None and self._assets % 100 == 0:
                self._progress(self._assets, None)
            stat = asset.original.stat
            self._arrived.add((stat.ino, stat.size, stat.mtime_ns))
            yield Seen(asset)
            if split(asset.path)[1] in self._overlaid.get(folder, ()):
                overlay.put_away(self._volume, self._site, asset.path)
            again = _AGAIN_SECONDS if asset.again is None and _may_pass(asset) else asset.again
            if again is not None:
                self._restless.add(split(asset.path)[1])
                yield Later(asset.path, again)
        for path in (join(folder, temp) for temp in difference.temps):
            with contextlib.suppress(OSError):
                self._volume.fs.stat(path)
                # It was too young, or its sidecar is on its way; the next rescan may be an hour away.
                yield Later(path, SETTLE_SECONDS)

    def _find_vanished_folders(self) -> None:
        for folder, blob in self._known.items():
            if not _is_within(folder, self._start):
                continue
            if folder not in self._listed and not self._is_blocked(folder):
                self._fresh[folder] = None
                if originals := originals_in(blob):
                    self._gone[folder] = originals

    def _is_blocked(self, folder: str) -> bool:
        return any(_is_within(folder, above) for above in self._blocked)

    def _deletions(self) -> Iterator[Event]:
        """Originals gone, unless they are too many for anything but a person to believe it.

        One that reappeared elsewhere in this scan is gone from its path but missed by nobody.
        """
        missed = self._missed(self._gone)
        away = self._set_apart(len(missed))
        for folder in sorted(self._mounts.away - away.keys()):
            yield Cleared(folder)
        for folder, paths in sorted(away.items()):
            yield Trouble(mounted.problem(folder, len(paths)))
        out = tuple(path for paths in away.values() for path in paths)
        left = tuple(path for path in missed if path not in set(out))
        known = sum(len(originals_in(blob)) for blob in self._known.values()) if len(left) > FEW else 0
        verdict = scan_verdict(gone=len(left), known=known, confirmed=self._confirmed)
        if isinstance(verdict, Halted):
            # Nothing is, not even what came: some of it may be what is missed, moved or with another's name.
            self._fresh.clear()
            yield Root("halted", verdict.reason, len(left), len(out), left + out)
            return
        yield Root("online", away=len(out), paths=out)
        self._new.miss(join(folder, entry.name) for folder in self._gone for entry in self._gone[folder])
        self._new.miss(self._orphans)
        yield from self._displaced.follow(self._following, self._new)
        lost.recall(self._volume, self._known, self._fresh, self._gone, self._new)
        for folder, entries in sorted(self._gone.items()):
            for entry in entries:
                yield from self._following.gone(join(folder, entry.name), entry, self._new)
                yield Gone(join(folder, entry.name))
        followed = {join(folder, entry.name) for folder, entries in self._gone.items() for entry in entries}
        for path in self._orphans:
            if path not in followed and mounted.within(path, away) is None:
                yield from self._following.gone(path, None, self._new)
        yield from self._following.returned(self._new, self._fresh)
        yield from (Trouble(problem) for problem in self._odd if kind_at(self._volume, problem.path) == FILE)

    def _missed(self, gone: Mapping[str, Sequence[Entry]]) -> list[str]:
        return [
            join(folder, entry.name)
            for folder, entries in sorted(gone.items())
            for entry in entries
            if (entry.ino, entry.size, entry.mtime_ns) not in self._arrived
        ]

    def _set_apart(self, missed: int) -> dict[str, list[str]]:
        """Take what is on disks that are away out of what is gone, by disk; nothing once it is confirmed."""
        disks = self._mounts.missing(self._emptied)
        by_folder = {folder: mounted.within(folder, disks) for folder in self._gone} if disks else {}
        below = {folder: disk for folder, disk in by_folder.items() if disk is not None}
        if not below or self._confirmed >= missed:
            return {}
        apart: dict[str, list[str]] = {}
        for folder, disk in below.items():
            apart.setdefault(disk, []).extend(self._missed({folder: self._gone.pop(folder)}))
        self._keep_known(below)
        self._away = apart.keys()
        return apart

    def _keep_known(self, folders: Iterable[str]) -> None:
        """Let folders be remembered as they were: the next scan shall miss the same."""
        for folder in folders:
            self._fresh.pop(folder, None)


def _may_pass(asset: Asset) -> bool:
    """Whether what is wrong may have been so for a moment only: a disk that refused, a half-written file."""
    return asset.pending or any(problem.kind in ("unreadable", "refused") for problem in asset.problems)


def _is_within(folder: str, above: str) -> bool:
    return above in ("", folder) or folder.startswith(above + "/")


def _locked(folder: str, error: OSError) -> Problem:
    return Problem(
        folder,
        "unreadable",
        f"This folder cannot be read: {why(error)}",
        "What was known of it stays as it was.",
    )
