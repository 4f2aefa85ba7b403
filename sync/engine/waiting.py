"""Files that travel in any order: how long one is waited for that should be there, by the other's ctime."""

from __future__ import annotations

from sync.engine.values import Site
from sync.ports import Stat
from sync.scan.see import Look

UNSETTLED_SECONDS = 2.0
"""How long a sync tool may take between setting a file aside as a copy and putting the other in its place."""

WAIT_SECONDS = 600.0
"""How long the ledger of a mark that nobody here knows is waited for: files travel in any order."""


def waiting(site: Site, stat: Stat, seconds: float = WAIT_SECONDS) -> float:
    """Seconds until a file, by its ctime, has lain there that long; a clock that disagrees makes it old."""
    age = (site.clock.now_ns() - stat.ctime_ns) / 1e9
    return seconds - age if age >= 0 else 0.0


def time_left(site: Site, look: Look) -> float:
    """Seconds until the last of an original's sidecars has waited in vain for what belongs with it."""
    found = [xmp.found for xmp in look.xmps if xmp.found]
    found += [copy.found for copy in look.copies if copy.found]
    found += [look.ledger.found] if look.ledger.found else []
    return max((waiting(site, each.stat) for each in found), default=0.0)


def is_unsettled(site: Site, look: Look) -> bool:
    """Whether a conflict copy has just come and what it is a copy of is not there: it is on its way."""
    has_xmp = any(xmp.found for xmp in look.xmps)
    return any(
        waiting(site, copy.found.stat, UNSETTLED_SECONDS) > 0
        for copy in look.copies
        if copy.found and not (look.ledger.found if copy.ledger else has_xmp)
    )
