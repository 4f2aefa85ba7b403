"""One original's group: found by name without looking at the rest of its folder, and read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from sync.core.merge import join as join_ledgers
from sync.core.model import Ledger
from sync.engine.values import Volume
from sync.errors import NotFound
from sync.pairing import Group, Pairing, pair
from sync.pairing.names import fold, is_ignored, is_temp, kind_of, originals_of_copy, stem_of
from sync.pairing.takeout import is_json, start_of
from sync.ports import LEDGER_SUFFIX, UNKNOWN, XMP_SUFFIX, Stat, join, split
from sync.scan.see import Glance, Look, glance, see
from sync.scan.seen import SeenLedger, see_ledger

_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Place:
    """A group's home: its folder and the part of the name that all of it shares."""

    folder: str
    prefix: str

    @staticmethod
    def of(path: str) -> Place:
        """The home of an original or sidecar."""
        folder, name = split(path)
        return Place(folder, prefix_of(name))

    @staticmethod
    def all_of(path: str) -> list[Place]:
        """Every place that a path may belong to: a conflict copy's is its original's."""
        folder, name = split(path)
        places = [Place.of(path), *(Place.of(join(folder, other)) for other in originals_of_copy(name))]
        return list(dict.fromkeys(places))

    def key(self, volume: str) -> str:
        """What the group's lock is called."""
        return f"{volume}\0{self.folder}\0{self.prefix}"

    @property
    def start(self) -> str:
        """What every name here begins with, those of Takeout's JSONs included, which may be cut."""
        return start_of(self.prefix)


def find(
    volume: Volume, place: Place, names: Iterable[str] | None = None
) -> tuple[Pairing, Mapping[str, Stat]]:
    """Pair what a place holds, without looking at the rest of its folder; and the originals' stats.

    `names` are those in the folder that may be there, where somebody has just listed it. Originals of other
    places are asked for what might be a copy and is their own sidecar, and are not told of.
    """
    kinds: list[tuple[str, int]] = []
    stats: dict[str, Stat] = {}
    start = place.start
    for name in volume.fs.names(place.folder) if names is None else names:
        # Of a large folder nearly every name ends here: this line is what an edit there waits for.
        if not may_be_at(name, start) and name[0] != ".":
            continue
        if is_temp(name):
            kinds.append((name, UNKNOWN))
        elif _is_at(place, name) and not is_ignored(name):
            try:
                stats[name] = volume.fs.stat(join(place.folder, name))
            except FileNotFoundError:
                continue
            kinds.append((name, stats[name].kind))
    pairing = pair(kinds)
    own = {name: group for name, group in pairing.groups.items() if prefix_of(name) == place.prefix}
    return replace(pairing, groups=own), stats


def may_be_at(name: str, start: str) -> bool:
    """Whether a name may be one of those that begin so: the quick look before the exact one."""
    return name[: len(start)].lower().startswith(start) or not name.isascii()


def _is_at(place: Place, name: str) -> bool:
    """Whether a name whose beginning fits belongs to a place, if only as a conflict copy."""
    prefix = prefix_of(name)
    if prefix == place.prefix or (is_json(name) and start_of(prefix) == place.start):
        return True
    return place.prefix in prefixes_of_copy(name)


def prefixes_of_copy(name: str) -> list[str]:
    """The places to which a name may belong as a sidecar's copy, or as the original whose sidecar looks so.

    `IMG_1-2.xmp` may be a copy of `IMG_1.xmp`, unless there is an `IMG_1-2.CR2`.
    """
    if kind_of(name) is None:
        return [prefix_of(other) for other in originals_of_copy(name)]
    sidecars = (stem_of(name) + XMP_SUFFIX, name + XMP_SUFFIX)
    return [prefix_of(other) for sidecar in sidecars for other in originals_of_copy(sidecar)]


def prefix_of(name: str) -> str:
    """The part of a name that all of its place share."""
    return fold(name.partition(".")[0])


def find_group(
    volume: Volume, path: str, names: Iterable[str] | None = None
) -> tuple[Group, Stat, tuple[str, ...]]:
    """The group of one original, its stat, and our temps in its folder; NotFound where there is none.

    `names` as for `find`: then the temps are those among them.
    """
    name = split(path)[1]
    try:
        pairing, stats = find(volume, Place.of(path), names)
        group = pairing.groups[name]
    except (KeyError, FileNotFoundError, NotADirectoryError) as error:
        raise NotFound("there is no such photo") from error
    except OSError as error:
        raise NotFound(f"the folder cannot be read: {error.strerror or error}") from error
    return group, stats[name], pairing.temps


def possible(group: Group) -> set[str]:
    """The names under which sidecars of a group are, or may just have been."""
    return {group.own_xmp, group.own_ledger, stem_of(group.original) + XMP_SUFFIX}


def near(group: Group, names: Iterable[str], temps: Iterable[str]) -> list[str]:
    """Every name that may be of a group's place by now: of a listing, and of what may have come since."""
    return [*possible(group).union(names), *temps]


def read_group(volume: Volume, folder: str, group: Group, stat: Stat) -> Look:
    """Read a group's ledger, from wherever it is kept, and its XMPs."""
    return see(volume.fs, glance_at(volume, folder, group, stat))


def glance_at(volume: Volume, folder: str, group: Group, stat: Stat, *, over: bool = True) -> Glance:
    """Read the same, and make out the ledger alone; `over` False: nothing is in the overlay."""
    ledger = _read_ledger(volume, folder, group)
    waiting = read_over(volume, folder, group) if over else None
    return glance(volume.fs, folder, group, stat, ledger, waiting)


def keeps_ledger_beside(volume: Volume, group: Group) -> bool:
    """Whether the ledger lies beside the original and not in the overlay."""
    return volume.writable and len(group.own_ledger.encode("utf-8", "surrogateescape")) <= _LONGEST_NAME


def _read_ledger(volume: Volume, folder: str, group: Group) -> SeenLedger:
    beside = SeenLedger(volume.fs, join(folder, group.own_ledger))
    if group.ledger is not None:
        beside = see_ledger(volume.fs, beside.path)
    if keeps_ledger_beside(volume, group) or volume.overlay is None:
        return beside
    over = see_ledger(volume.overlay, join(folder, overlay_name(group)))
    if over.error is not None or beside.ledger is None or _are_of_two(over.ledger, beside.ledger):
        return over
    both = beside.ledger if over.ledger is None else join_ledgers(over.ledger, beside.ledger)
    return SeenLedger(over.fs, over.path, over.found, both)


def _are_of_two(over: Ledger | None, beside: Ledger) -> bool:
    """Whether two ledgers of one name are of two pictures: the owner of the disk has put another there.

    Then the overlay's counts, which is where an edit would go: it is found to be a stranger's, and told.
    """
    one, other = over.asset if over else None, beside.asset
    if one is None or other is None:
        return False
    return one.size != other.size or (None not in (one.hash, other.hash) and one.hash != other.hash)


def read_over(volume: Volume, folder: str, group: Group) -> SeenLedger | None:
    """What the overlay still holds of a group whose ledger is kept beside it (now), if anything."""
    if volume.overlay is None or not keeps_ledger_beside(volume, group):
        return None
    over = see_ledger(volume.overlay, join(folder, overlay_name(group)))
    return over if over.ledger is not None or over.error is not None else None


def overlay_name(group: Group) -> str:
    """The ledger's name in the overlay: its own, or a digest of it where that is too long for any disk."""
    raw = group.own_ledger.encode("utf-8", "surrogateescape")
    return group.own_ledger if len(raw) <= _LONGEST_NAME else sha256(raw).hexdigest() + LEDGER_SUFFIX
