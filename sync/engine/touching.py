"""Dirty paths from the watcher: one stat for what we wrote ourselves, one round for what others did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sync.core.brakes import FEW
from sync.engine import mounted, remember
from sync.engine.arrivals import Arrivals, trace_in
from sync.engine.dirty import Dirty, TooMuch, Touched, kind_at
from sync.engine.displaced import Displaced
from sync.engine.finding import Place, find, near, possible
from sync.engine.finding_many import Listed
from sync.engine.folder import originals_in, problem_of
from sync.engine.following import Following
from sync.engine.nobodys import nobodys
from sync.engine.rescan import Rescan
from sync.engine.root import require_root
from sync.engine.rounds import Rounds
from sync.engine.temps import by_tag, names_for
from sync.engine.values import Asset, Cleared, Event, Gone, Later, Root, Seen, Trouble
from sync.pairing import Group, Pairing
from sync.pairing.ignore import Rules
from sync.pairing.names import kind_of
from sync.ports import FILE, FOLDER, Entry, Stat, join, split
from sync.scan.snapshot import unpack
from sync.scan.walk import is_wanted, rules_for

RETRIES = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds until a sidecar is looked at again that cannot be read: tools rewrite in place."""

_MISSING_RETRIES = 2


class Touching:
    """Looks at dirty paths; remembers between calls only how often a path could not be read."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds
        self._volume, self._site = rounds.volume, rounds.site
        self._tries: dict[str, int] = {}
        self._following, self._new = Following(rounds), Arrivals()
        self._displaced = Displaced(rounds)
        self._orphaned: list[Place] = []

    def run(self, paths: Iterable[str]) -> Iterator[Event]:
        """Everything that has become of these paths, deletions last. Raises TooMuch before any of those."""
        self._new, self._displaced, self._orphaned = Arrivals(), Displaced(self._rounds), []
        dirty = Dirty(self._volume, paths)
        gone: list[str] = []
        rules: dict[str, Rules | None] = {}
        listed = dirty.listed()
        for place, touched in dirty.places.items():
            if place.folder not in rules:
                rules[place.folder] = rules_for(self._volume.fs, place.folder)
            yield from self._place(place, touched, rules[place.folder], gone, listed.get(place.folder))
        for path in dirty.strays:
            yield from self._temp(path)
        self._rounds.flush()
        known = self._site.memory.folders(self._volume.id) if dirty.folders else {}
        folders = [one for one in dirty.folders if one in known or kind_at(self._volume, one) == FOLDER]
        if len(gone) + self._vanished(folders, known) > FEW:
            raise TooMuch
        for folder in folders:
            yield from self._part(folder)
        if gone:
            require_root(self._volume, self._site)
            gone = self._without_away(gone)
        self._new.miss(gone)
        yield from self._displaced.follow(self._following, self._new)
        entries = self._entries(gone)
        for path in gone:
            yield from self._following.gone(path, entries.get(path), self._new)
            yield Gone(path)
        yield from self._following.returned(self._new)
        yield from nobodys(self._volume, [*self._orphaned, *map(Place.of, gone)])

    def _entries(self, gone: Sequence[str]) -> dict[str, Entry]:
        """Those that were never hashed as the last scan saw them: one may be met under another name now.

        Every snapshot is loaded for that, so it is only where an original was met at all.
        """
        unhashed = set(gone) - self._site.memory.hashes(self._volume.id, gone).keys() if gone else set()
        known = self._site.memory.folders(self._volume.id) if unhashed and self._new.by_trace else {}
        return {
            path: entry
            for folder in {split(path)[0] for path in unhashed} & known.keys()
            for entry in unpack(known[folder])
            if (path := join(folder, entry.name)) in unhashed and entry.kind == FILE
        }

    def _vanished(self, folders: Iterable[str], known: Mapping[str, bytes]) -> int:
        """How many originals were below those of the folders that are no more; none of them is told yet."""
        lost = [folder for folder in folders if kind_at(self._volume, folder) is None]
        return sum(
            len(originals_in(blob))
            for below, blob in (known.items() if lost else ())
            if any(below == folder or below.startswith(f"{folder}/") for folder in lost)
        )

    def _part(self, folder: str) -> Iterator[Event]:
        """A rescan of a part, which says nothing of the whole volume's state save that it went away.

        What it meets may be what is gone from elsewhere: a folder is new when a photo is moved into it.
        """
        for event in Rescan(self._rounds, start=folder).run():
            if isinstance(event, Root) and event.state == "halted":
                raise TooMuch
            if isinstance(event, Seen):
                self._new.add(event.asset, by_hash=False)
            if not isinstance(event, Root) or event.state == "offline":
                yield event

    def _without_away(self, gone: list[str]) -> list[str]:
        """Those that are not merely on a disk that is not mounted now; the rescan tells of it."""
        disks = mounted.look(self._volume, self._site).missing()
        return [path for path in gone if mounted.within(path, disks) is None]

    def _place(
        self,
        place: Place,
        touched: Touched,
        rules: Rules | None,
        gone: list[str],
        listed: Listed | None,
    ) -> Iterator[Event]:
        names = listed.names[place.prefix] if listed else None
        try:
            pairing, stats = find(self._volume, place, names)
        except (FileNotFoundError, NotADirectoryError):
            pairing, stats = Pairing({}), {}
        except OSError:
            return  # an unreadable folder is unknown; the rescan tells of it
        yield from self._names(place, touched, pairing, stats, gone)
        for group in pairing.groups.values():
            path = join(place.folder, group.original)
            entry = Entry(group.original, FILE, 0, 0, 0, 0)
            if rules is None or not is_wanted(place.folder, entry, rules):
                gone += [path] if group.original in touched.names else []
            elif self._concerns(place.folder, group, touched, stats):
                # Of those that were not touched as well: one may hold what a person is to be told of.
                temps = names_for(group, listed.temps if listed else by_tag(pairing.temps))
                event = self._round(place.folder, group, stats, touched, temps, names)
                yield event
                if isinstance(event, Seen):
                    self._new.add(event.asset, by_hash=False)  # it may have been there for long
                    self._compare(event.asset)
                if isinstance(event, Seen) and event.asset.again is not None:
                    yield Later(event.asset.path, event.asset.again)
        for temp in touched.temps:
            yield from self._temp(join(place.folder, temp))

    def _compare(self, asset: Asset) -> None:
        """Whether it is the original that was there when one was hashed."""
        if asset.original.hash is None:
            known = self._site.memory.hashes(self._volume.id, [asset.path]).get(asset.path)
            if known is not None:
                self._displaced.note(asset, trace_in(known[0]))

    def _names(
        self, place: Place, touched: Touched, pairing: Pairing, stats: Mapping[str, Stat], gone: list[str]
    ) -> Iterator[Event]:
        """What is to be told of touched names that are no asset now."""
        odd = {oddity.name: oddity for oddity in pairing.oddities}
        self._orphaned += [place] if any(oddity.original for oddity in pairing.oddities) else []
        for name in sorted(touched.names):
            path = join(place.folder, name)
            if name in odd and odd[name].original is None:
                yield Trouble(problem_of(place.folder, odd[name]))
            elif name not in stats:
                yield Cleared(path)
            elif stats[name].kind == FOLDER:
                yield from self._part(path)
            if kind_of(name) and name not in pairing.groups:
                gone.append(path)

    def _temp(self, path: str) -> Iterator[Event]:
        """A temp that is still there is too young, without its sidecar, or holds what nobody can read."""
        if kind_at(self._volume, path) is None:
            self._tries.pop(path, None)
        elif self._tries.get(path, 0) < len(RETRIES):
            yield self._later(path)

    def _concerns(self, folder: str, group: Group, touched: Touched, stats: Mapping[str, Stat]) -> bool:
        if group.original in touched.names or touched.temps:
            return True
        theirs = {*group.sidecars, *possible(group)} & touched.names
        return any(
            name not in stats or not self._is_known(join(folder, name), stats[name]) for name in theirs
        )

    def _is_known(self, path: str, stat: Stat) -> bool:
        """Whether the sidecar is as this site last wrote or saw it: all that our own write costs."""
        kept = remember.unpack(self._site.memory.last(self._volume.id, path))
        return kept is not None and kept.signature == stat.signature()

    def _round(
        self,
        folder: str,
        group: Group,
        stats: Mapping[str, Stat],
        touched: Touched,
        temps: Sequence[str],
        listed: Sequence[str] | None,
    ) -> Event:
        path = join(folder, group.original)
        missing = touched.names & possible(group) - stats.keys()
        if missing and self._tries.get(path, 0) < _MISSING_RETRIES:
            return self._later(path)
        stat = stats[group.original]
        names = None if listed is None else near(group, listed, temps)
        hash_ = self._rounds.hash_of(path, stat)
        asset = self._rounds.settle(folder, group, stat, hash_, temps, near=names)
        if _is_torn(asset) and self._tries.get(path, 0) < len(RETRIES):
            return self._later(path)
        self._tries.pop(path, None)
        return Seen(asset)

    def _later(self, path: str) -> Later:
        tries = self._tries.get(path, 0)
        self._tries[path] = tries + 1
        return Later(path, RETRIES[tries])


def _is_torn(asset: Asset) -> bool:
    return any(problem.kind == "unreadable" for problem in asset.problems)
