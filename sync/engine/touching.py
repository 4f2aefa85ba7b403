"""Dirty paths from the watcher: one stat for what we wrote ourselves, one round for what others did."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sync.apply.temps import parse_temp, tag_of
from sync.core.brakes import FEW
from sync.core.model import Problem
from sync.engine import mounted, remember
from sync.engine.arrivals import Arrivals, trace_in
from sync.engine.displaced import Displaced
from sync.engine.finding import Place, find, near, possible
from sync.engine.finding_many import Listed, listed_at
from sync.engine.folder import originals_in
from sync.engine.following import Following
from sync.engine.rescan import Rescan
from sync.engine.root import require_root
from sync.engine.rounds import Rounds
from sync.engine.temps import by_tag, names_for
from sync.engine.values import Asset, Cleared, Event, Gone, Later, Root, Seen, Trouble
from sync.pairing import Group, Pairing, pair
from sync.pairing.ignore import IGNORE_FILE, NO_MEDIA, Rules
from sync.pairing.names import is_ignored, is_sidecar_like, is_temp, kind_of
from sync.pairing.takeout import is_json
from sync.ports import FILE, FOLDER, Entry, Stat, join, split
from sync.scan.snapshot import unpack
from sync.scan.walk import is_wanted, rules_for

RETRIES = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds until a sidecar is looked at again that cannot be read: tools rewrite in place."""

_MISSING_RETRIES = 2


class TooMuch(Exception):
    """So much has changed, or of such a kind, that only a full rescan tells what is so."""


_MOST_FOLDERS = 32
_MANY_PLACES = 4


@dataclass(slots=True)
class _Touched:
    """What was touched at one place: names as they are, and temps for names there."""

    names: set[str] = field(default_factory=set)
    temps: list[str] = field(default_factory=list)


class Touching:
    """Looks at dirty paths; remembers between calls only how often a path could not be read."""

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds
        self._volume, self._site = rounds.volume, rounds.site
        self._tries: dict[str, int] = {}
        self._following, self._new = Following(rounds), Arrivals()
        self._displaced = Displaced(rounds)
        self._tagged: dict[str, dict[str, str]] = {}
        self._strays: list[str] = []

    def run(self, paths: Iterable[str]) -> Iterator[Event]:
        """Everything that has become of these paths, deletions last. Raises TooMuch before any of those."""
        folders: list[str] = []
        self._new, self._displaced = Arrivals(), Displaced(self._rounds)
        self._tagged, self._strays = {}, []
        places = self._places(sorted(set(paths)), folders)
        gone: list[str] = []
        rules: dict[str, Rules | None] = {}
        listed = self._listed(places)
        for place, touched in places.items():
            if place.folder not in rules:
                rules[place.folder] = rules_for(self._volume.fs, place.folder)
            yield from self._place(place, touched, rules[place.folder], gone, listed.get(place.folder))
        for path in self._strays:
            yield from self._temp(path)
        self._rounds.flush()
        known = self._site.memory.folders(self._volume.id) if folders else {}
        folders = [folder for folder in folders if folder in known or self._kind(folder) == FOLDER]
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

    def _listed(self, places: Iterable[Place]) -> dict[str, Listed]:
        """The folders in which many places were touched, each listed once for all of them.

        Whatever comes or goes there from now on is told of by an event of its own.
        """
        prefixes: dict[str, set[str]] = {}
        for place in places:
            prefixes.setdefault(place.folder, set()).add(place.prefix)
        listed: dict[str, Listed] = {}
        for folder, wanted in prefixes.items():
            if len(wanted) >= _MANY_PLACES:
                with contextlib.suppress(OSError):
                    listed[folder] = listed_at(self._volume.fs.names(folder), wanted)
        return listed

    def _vanished(self, folders: Iterable[str], known: Mapping[str, bytes]) -> int:
        """How many originals were below those of the folders that are no more; none of them is told yet."""
        lost = [folder for folder in folders if self._kind(folder) is None]
        return sum(
            len(originals_in(blob))
            for below, blob in (known.items() if lost else ())
            if any(below == folder or below.startswith(f"{folder}/") for folder in lost)
        )

    def _part(self, folder: str) -> Iterator[Event]:
        """A rescan of a part, which says nothing of the whole volume's state save that it went away."""
        for event in Rescan(self._rounds, start=folder).run():
            if isinstance(event, Root) and event.state == "halted":
                raise TooMuch
            if not isinstance(event, Root) or event.state == "offline":
                yield event

    def _without_away(self, gone: list[str]) -> list[str]:
        """Those that are not merely on a disk that is not mounted now; the rescan tells of it."""
        disks = mounted.look(self._volume, self._site).missing()
        return [path for path in gone if mounted.within(path, disks) is None]

    def _places(self, paths: list[str], folders: list[str]) -> dict[Place, _Touched]:
        """Sort paths by what belongs together; those that are or were folders are added to `folders`."""
        places: dict[Place, _Touched] = {}
        jsons: dict[str, set[str]] = {}
        for path in paths:
            folder, name = split(path)
            if path == "" or name in (IGNORE_FILE, NO_MEDIA):
                raise TooMuch
            if any(map(is_ignored, path.split("/"))) or any(
                path.startswith(f"{above}/") for above in folders
            ):
                continue
            if is_temp(name):
                if (target := self._target(folder, name)) is not None:
                    places.setdefault(Place.of(target), _Touched()).temps.append(name)
            elif is_sidecar_like(name) or kind_of(name):
                for place in Place.all_of(path):
                    places.setdefault(place, _Touched()).names.add(name)
            else:
                if is_json(name):
                    jsons.setdefault(folder, set()).add(name)
                if self._kind(path) in (FOLDER, None):
                    folders.append(path)
            if len(folders) > _MOST_FOLDERS:
                raise TooMuch
        for folder, names in jsons.items():
            self._add_readers(folder, names, places)
        return places

    def _add_readers(self, folder: str, jsons: set[str], places: dict[Place, _Touched]) -> None:
        """The originals that may be told of by Takeout's JSONs: any in the folder, under other names too."""
        try:
            names = self._volume.fs.names(folder)
        except OSError:
            return
        for group in pair((name, FILE) for name in jsons.union(names)).groups.values():
            if told := jsons.intersection(group.jsons):
                place = Place.of(join(folder, group.original))
                places.setdefault(place, _Touched()).names.update(told, (group.original,))

    def _kind(self, path: str) -> int | None:
        try:
            return self._volume.fs.stat(path).kind
        except OSError:
            return None

    def _target(self, folder: str, name: str) -> str | None:
        """The sidecar that one of our temps is for; None if the temp is gone, or its target is for now."""
        temp = parse_temp(name)
        if temp is None or temp.stage == "new" or self._kind(join(folder, name)) is None:
            return None
        if folder not in self._tagged:
            self._tagged[folder] = {}
            with contextlib.suppress(OSError):  # what cannot be listed is unknown, and looked at again
                self._tagged[folder] = {tag_of(other): other for other in self._volume.fs.names(folder)}
        if temp.tag not in self._tagged[folder]:
            self._strays.append(join(folder, name))
            return None
        return join(folder, self._tagged[folder][temp.tag])

    def _place(
        self,
        place: Place,
        touched: _Touched,
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
        self, place: Place, touched: _Touched, pairing: Pairing, stats: Mapping[str, Stat], gone: list[str]
    ) -> Iterator[Event]:
        """What is to be told of touched names that are no asset now."""
        odd = {oddity.name: oddity for oddity in pairing.oddities}
        for name in sorted(touched.names):
            path = join(place.folder, name)
            if name in odd:
                yield Trouble(Problem(path, odd[name].kind, odd[name].reason, odd[name].kept))
            elif name not in stats:
                yield Cleared(path)
            elif stats[name].kind == FOLDER:
                yield from self._part(path)
            if kind_of(name) and name not in pairing.groups:
                gone.append(path)

    def _temp(self, path: str) -> Iterator[Event]:
        """A temp that is still there is too young, without its sidecar, or holds what nobody can read."""
        if self._kind(path) is None:
            self._tries.pop(path, None)
        elif self._tries.get(path, 0) < len(RETRIES):
            yield self._later(path)

    def _concerns(self, folder: str, group: Group, touched: _Touched, stats: Mapping[str, Stat]) -> bool:
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
        touched: _Touched,
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
