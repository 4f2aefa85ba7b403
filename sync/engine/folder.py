"""One folder against what was known of it: what to look at anew, what is gone, what is no longer odd."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sync.core.model import Problem
from sync.engine.temps import by_tag, names_for
from sync.pairing import Group, Pairing, pair
from sync.pairing.names import kind_of
from sync.pairing.oddities import Oddity
from sync.ports import FILE, Entry, join
from sync.scan.snapshot import is_unreadable, unpack
from sync.scan.walk import Listing


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one folder: groups to look at, originals gone, oddities new and over, our temps.

    `orphans` are originals that only a ledger tells of, `before` the entries known before.
    """

    groups: tuple[Group, ...]
    entries: Mapping[str, Entry]
    gone: tuple[Entry, ...] = ()
    odd: tuple[Problem, ...] = ()
    cleared: tuple[str, ...] = ()
    temps: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()
    before: Mapping[str, Entry] = field(default_factory=dict)


def compare(
    listing: Listing,
    before: bytes | None,
    *,
    everything: bool,
    sidecars: bool = False,
    also: Container[str] = (),
) -> Difference:
    """What is different in a folder since its snapshot.

    With `everything` all groups are, with `sidecars` those that have any; `also` names originals that are.
    """
    new = {entry.name: entry for entry in listing.wanted()}
    old = {entry.name: entry for entry in unpack(before)} if before else {}
    now = _pair(new.values())
    then = now if old == new else _pair(old.values())
    tagged = by_tag(now.temps)
    groups = tuple(
        group
        for name, group in now.groups.items()
        if everything
        or name in also
        or (sidecars and group.sidecars)
        or group != then.groups.get(name)
        or _has_moved(group, new, old)
        or names_for(group, tagged)
    )
    gone = tuple(old[name] for name in then.groups if name not in now.groups)
    odd_now = {oddity.name: oddity for oddity in now.oddities}
    cleared = [join(listing.folder, odd.name) for odd in then.oddities if odd.name not in odd_now]
    cleared += [join(listing.folder, name) for name in _doubtful(then) if name not in new]
    cleared += [join(listing.folder, name) for odd in now.oddities for name in odd.others]
    if before and is_unreadable(before):
        cleared.append(listing.folder)
    orphans = tuple(name for name in now.orphans if everything or name not in then.orphans)
    left_out = set(listing.left_out()) if now.oddities else set()
    odd = tuple(
        problem_of(listing.folder, oddity)
        for oddity in now.oddities
        if (everything or oddity not in then.oddities) and oddity.original not in left_out
    )
    return Difference(groups, new, gone, odd, tuple(cleared), now.temps, orphans, old)


def groups_in(listing: Listing) -> Iterable[Group]:
    """The groups of a folder as it lies there."""
    return _pair(listing.wanted()).groups.values()


def originals_in(blob: bytes) -> list[Entry]:
    """The originals of a snapshot."""
    entries = {entry.name: entry for entry in unpack(blob)}
    return [entries[name] for name in _pair(entries.values()).groups]


def by_name(folders: Mapping[str, bytes]) -> Iterator[tuple[str, Entry]]:
    """All that snapshots have of originals by their names alone, with paths: of a whole library, quickly."""
    for folder, blob in folders.items():
        for entry in unpack(blob):
            if entry.kind == FILE and kind_of(entry.name) is not None:
                yield join(folder, entry.name), entry


def _pair(entries: Iterable[Entry]) -> Pairing:
    return pair((entry.name, entry.kind) for entry in entries)


def _has_moved(group: Group, new: Mapping[str, Entry], old: Mapping[str, Entry]) -> bool:
    return any(new[name] != old.get(name) for name in (group.original, *group.read))


def _doubtful(pairing: Pairing) -> Iterator[str]:
    """The names of which something may have been told that no asset's own sidecars take back."""
    for group in pairing.groups.values():
        yield from (*group.copies, *group.suspects, *group.jsons)


def problem_of(folder: str, oddity: Oddity) -> Problem:
    """How people are told of an oddity in a folder."""
    return Problem(join(folder, oddity.name), oddity.kind, oddity.reason, oddity.kept)
