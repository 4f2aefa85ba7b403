"""Dirty paths sorted by what belongs together, before the first of them is looked at."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from sync.apply.temps import parse_temp, tag_of
from sync.engine.finding import Place
from sync.engine.finding_many import Listed, listed_at
from sync.engine.values import Volume
from sync.pairing import pair
from sync.pairing.ignore import IGNORE_FILE, NO_MEDIA
from sync.pairing.names import is_ignored, is_sidecar_like, is_temp, kind_of
from sync.pairing.takeout import is_json
from sync.ports import FILE, FOLDER, join, split

_MOST_FOLDERS = 32
_MANY_PLACES = 4


class TooMuch(Exception):
    """So much has changed, or of such a kind, that only a full rescan tells what is so."""


@dataclass(slots=True)
class Touched:
    """What was touched at one place: names as they are, and temps for names there."""

    names: set[str] = field(default_factory=set)
    temps: list[str] = field(default_factory=list)


class Dirty:
    """What was touched: `places`, `folders` that are or were some, `strays` (temps without their sidecar)."""

    def __init__(self, volume: Volume, paths: Iterable[str]) -> None:
        """Sort them. Raises TooMuch."""
        self._volume = volume
        self._tagged: dict[str, dict[str, str]] = {}
        self.places: dict[Place, Touched] = {}
        self.folders: list[str] = []
        self.strays: list[str] = []
        self._sort(sorted(set(paths)))

    def listed(self) -> dict[str, Listed]:
        """The folders in which many places were touched, each listed once for all of them.

        Whatever comes or goes there from now on is told of by an event of its own.
        """
        prefixes: dict[str, set[str]] = {}
        for place in self.places:
            prefixes.setdefault(place.folder, set()).add(place.prefix)
        listed: dict[str, Listed] = {}
        for folder, wanted in prefixes.items():
            if len(wanted) >= _MANY_PLACES:
                with contextlib.suppress(OSError):
                    listed[folder] = listed_at(self._volume.fs.names(folder), wanted)
        return listed

    def _sort(self, paths: list[str]) -> None:
        jsons: dict[str, set[str]] = {}
        for path in paths:
            folder, name = split(path)
            if path == "" or name in (IGNORE_FILE, NO_MEDIA):
                raise TooMuch
            if any(map(is_ignored, path.split("/"))) or any(
                path.startswith(f"{above}/") for above in self.folders
            ):
                continue
            if is_temp(name):
                if (target := self._target(folder, name)) is not None:
                    self.places.setdefault(Place.of(target), Touched()).temps.append(name)
            elif is_sidecar_like(name) or kind_of(name):
                for place in Place.all_of(path):
                    self.places.setdefault(place, Touched()).names.add(name)
            else:
                if is_json(name):
                    jsons.setdefault(folder, set()).add(name)
                if kind_at(self._volume, path) in (FOLDER, None):
                    self.folders.append(path)
            if len(self.folders) > _MOST_FOLDERS:
                raise TooMuch
        for folder, names in jsons.items():
            self._add_readers(folder, names)

    def _add_readers(self, folder: str, jsons: set[str]) -> None:
        """The originals that may be told of by Takeout's JSONs: any in the folder, under other names too."""
        try:
            names = self._volume.fs.names(folder)
        except OSError:
            return
        for group in pair((name, FILE) for name in jsons.union(names)).groups.values():
            if told := jsons.intersection(group.jsons):
                place = Place.of(join(folder, group.original))
                self.places.setdefault(place, Touched()).names.update(told, (group.original,))

    def _target(self, folder: str, name: str) -> str | None:
        """The sidecar that one of our temps is for; None if the temp is gone, or its target is for now."""
        temp = parse_temp(name)
        if temp is None or temp.stage == "new" or kind_at(self._volume, join(folder, name)) is None:
            return None
        if folder not in self._tagged:
            self._tagged[folder] = {}
            with contextlib.suppress(OSError):  # what cannot be listed is unknown, and looked at again
                self._tagged[folder] = {tag_of(other): other for other in self._volume.fs.names(folder)}
        if temp.tag not in self._tagged[folder]:
            self.strays.append(join(folder, name))
            return None
        return join(folder, self._tagged[folder][temp.tag])


def kind_at(volume: Volume, path: str) -> int | None:
    """What lies at a path; None where nothing does, or the disk does not tell."""
    with contextlib.suppress(OSError):
        return volume.fs.stat(path).kind
    return None
