"""What is to be done about one original as it was just read; nothing here writes beside a photo."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from sync.apply.temps import site_digest
from sync.core.identity import derived_id
from sync.core.plan import Group, Here, LookAgain, Plan, plan
from sync.core.readpoint import knows_mark
from sync.engine import overlay
from sync.engine.assets import (
    NO_EXTRA,
    Extra,
    asset_of,
    bare,
    first_sight,
    group_of,
    is_bare,
    is_others,
    is_stranger,
    stranger,
)
from sync.engine.assets import here as here_at
from sync.engine.behind import Behind
from sync.engine.identity import Identities
from sync.engine.resting import at_rest
from sync.engine.root import begin, require_root
from sync.engine.sharing import users
from sync.engine.values import Asset, Site, Volume
from sync.engine.waiting import time_left
from sync.errors import Offline
from sync.scan.see import Glance, Look

_SOMEBODY = ""
"""The digest of a site that nobody has: another one is counted on, which is the safe side."""


_UNWRITTEN = "look"
"""Behind the node, in the stamps of what was but looked at: pages show them, and no edit may ever get one."""


class Deciding:
    """A site's view of a volume: whose it is, which ids are taken, and what each original comes to."""

    def __init__(self, volume: Volume, site: Site) -> None:
        self.volume, self.site = volume, site
        self.identities = Identities(volume, site)
        self.behind = Behind(volume, site)
        self.is_overlaid = True
        self._users: tuple[frozenset[str], frozenset[str]] | None = None

    def enter(self) -> None:
        """Raise Offline unless the volume's own root is there; find out who else uses it."""
        require_root(self.volume, self.site)
        self._users = self._told()
        if self.volume.writable and site_digest(self.site.id) not in self._users[0]:
            with contextlib.suppress(OSError, Offline):
                begin(self.volume, self.site)
        self.is_overlaid = overlay.is_used(self.volume)
        self.behind.read()

    @property
    def is_shared(self) -> bool:
        """Whether other sites use the volume, or have used it: what they wrote may come at any time."""
        active, retired = self._sharing()
        return bool(retired) or not self._is_alone(active)

    def decide(self, look: Look, hash_: str | None) -> tuple[Asset, Plan | None]:
        """The asset as it is shown, and what is to be done about it; None where nothing ever is."""
        asset, decided = self._decide(look, hash_)
        return self.behind.told(asset), decided

    def _decide(self, look: Look, hash_: str | None) -> tuple[Asset, Plan | None]:
        if is_bare(look):
            return self._freed(bare(self.volume, look, hash_)), None
        if is_stranger(look, hash_):
            return self._freed(stranger(self.volume, look, hash_)), None
        if (asset := first_sight(self.volume, look, hash_)) is not None:
            return self._freed(asset), None
        at = self.here(look)
        decided = self.named(look, plan(self.group(look, hash_), replace(at, node=at.node + _UNWRITTEN)))
        has_ledger = look.ledger.ledger is not None
        is_torn = has_ledger and not all(seen.is_legible for seen in look.xmps)
        pending = self.volume.writable and (is_torn or self.again(look, decided) is not None)
        asset = asset_of(self.volume, look, decided, hash_, has_ledger=has_ledger, pending=pending)
        return replace(asset, again=self.again(look, decided)), decided

    def _freed(self, asset: Asset) -> Asset:
        """The asset without a ledger under an id that nobody else goes by."""
        own = self.identities.without_ledger(asset.path)
        return asset if own == asset.id else replace(asset, id=own, ledger=replace(asset.ledger, id=own))

    def at_rest(self, glance: Glance, hash_: str | None) -> tuple[Look, Asset, Plan] | None:
        """What `decide` comes to for an original at rest, without making out its XMPs; None for others."""
        rested = at_rest(self.volume, self.site, glance)
        if rested is None or is_stranger(rested[0], hash_):
            return None
        look, decided = rested[0], self.named(*rested)
        asset = asset_of(self.volume, look, decided, hash_, has_ledger=True)
        return look, self.behind.told(asset), decided

    def again(self, look: Look, decided: Plan) -> float | None:
        """When a file whose mark nobody here knows is to be looked at again, though it stays as it is."""
        waits = any(isinstance(step, LookAgain) for step in decided.steps)
        return time_left(self.site, look) if waits else None

    def group(self, look: Look, hash_: str | None, extra: Extra = NO_EXTRA) -> Group:
        """What the plan is to decide about."""
        if look.over is not None and is_others(look.over, look, hash_):
            look = replace(look, over=None)
        return group_of(self.volume, self.site, look, extra, single=not self.is_shared)

    def here(self, look: Look) -> Here:
        """Where and when a decision about what was read is made.

        Who is alone since the others are retired knows every mark there is. One that nobody here has seen
        says that somebody is back, and then it is decided, and waited for, as among several.
        """
        active, retired = self._sharing()
        is_back = bool(retired) and not all(_is_seen(look, xmp.sight.mark) for xmp in look.xmps if xmp.sight)
        return here_at(self.site, look.path, single=self._is_alone(active) and not is_back)

    def _sharing(self) -> tuple[frozenset[str], frozenset[str]]:
        if self._users is None:
            self._users = self._told()
        return self._users

    def _told(self) -> tuple[frozenset[str], frozenset[str]]:
        """Who uses the volume. A disk that does not tell leaves it as it was; or else there is somebody."""
        try:
            return users(self.volume)
        except OSError:
            return self._users or (frozenset({_SOMEBODY, site_digest(self.site.id)}), frozenset())

    def _is_alone(self, active: frozenset[str]) -> bool:
        return active <= {site_digest(self.site.id)}

    def named(self, look: Look, decided: Plan) -> Plan:
        """The plan under the id that is this original's alone."""
        if look.ledger.ledger is not None:
            own = self.identities.of(look.path, decided.ledger.id)
        elif decided.ledger.id == derived_id(self.volume.id, look.path):
            own = self.identities.without_ledger(look.path)
        else:
            return decided  # a conflict copy's, say
        return (
            decided if own == decided.ledger.id else replace(decided, ledger=replace(decided.ledger, id=own))
        )


def _is_seen(look: Look, mark: str | None) -> bool:
    """Whether the ledger knows a mark; an XMP without one bears nobody's."""
    ledgers = [seen.ledger for seen in (look.ledger, look.over) if seen and seen.ledger]
    return mark is None or any(knows_mark(held, mark) for held in ledgers)
