"""Sidecars without their original, at the places of one round; what follows its photo has done so by then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sync.engine.finding import Place, find, prefix_of
from sync.engine.folder import problem_of
from sync.engine.values import Cleared, Event, Trouble, Volume
from sync.pairing.names import is_sidecar_like
from sync.ports import FILE, Entry, join
from sync.scan.walk import is_wanted, rules_for


def nobodys(volume: Volume, places: Iterable[Place]) -> Iterator[Event]:
    """Tell of what lies at these places for nobody, and no more of what is told by another name now."""
    for place in dict.fromkeys(places):
        try:
            pairing, stats = find(volume, place)
            rules = rules_for(volume.fs, place.folder)
        except OSError:
            continue  # an unreadable folder is unknown; the rescan tells of it
        told = {
            odd.name: problem_of(place.folder, odd)
            for odd in pairing.oddities
            if odd.original is not None
            and prefix_of(odd.original) == place.prefix
            and rules is not None
            and is_wanted(place.folder, Entry(odd.name, FILE, 0, 0, 0, 0), rules)
        }
        known = {odd.name for odd in pairing.oddities}.union(
            *(group.all for group in pairing.groups.values())
        )
        for name in sorted(stats):
            if name in told:
                yield Trouble(told[name])
            elif is_sidecar_like(name) and prefix_of(name) == place.prefix and name not in known:
                yield Cleared(join(place.folder, name))
