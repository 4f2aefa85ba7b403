"""What is to be done about one original as it was just read; nothing here writes beside a photo."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from sync.apply.temps import site_digest
from sync.core.plan import Group, Here, LookAgain, Plan, plan
from sync.engine.assets import (
    NO_EXTRA,
    Extra,
    asset_of,
    bare,
    first_sight,
    group_of,
    is_bare,
    is_stranger,
    stranger,
)
from sync.engine.assets import here as here_at
from sync.engine.identity import Identities
from sync.engine.root import begin, require_root, sites_of
from sync.engine.values import Asset, Site, Volume
from sync.engine.waiting import time_left
from sync.errors import Offline
from sync.scan.see import Look


class Deciding:
    """A site's view of a volume: whose it is, which ids are taken, and what each original comes to."""

    def __init__(self, volume: Volume, site: Site) -> None:
        self.volume, self.site = volume, site
        self.identities = Identities(volume, site)
        self._single: bool | None = None

    def enter(self) -> None:
        """Raise Offline unless the volume's own root is there; find out who else uses it."""
        require_root(self.volume, self.site)
        sites, own = sites_of(self.volume), site_digest(self.site.id)
        if self.volume.writable and own not in sites:
            with contextlib.suppress(OSError, Offline):
                begin(self.volume, self.site)
        self._single = sites <= {own}

    def decide(self, look: Look, hash_: str | None) -> tuple[Asset, Plan | None]:
        """The asset as it is shown, and what is to be done about it; None where nothing ever is."""
        if is_bare(look):
            return bare(self.volume, look, hash_), None
        if is_stranger(look, hash_):
            return stranger(self.volume, look, hash_), None
        if (asset := first_sight(self.volume, look, hash_)) is not None:
            return asset, None
        decided = self.named(look, plan(self.group(look), self.here()))
        has_ledger = look.ledger.ledger is not None
        is_torn = has_ledger and not all(seen.is_legible for seen in look.xmps)
        pending = self.volume.writable and (is_torn or self.again(look, decided) is not None)
        asset = asset_of(self.volume, look, decided, hash_, has_ledger=has_ledger, pending=pending)
        return replace(asset, again=self.again(look, decided)), decided

    def again(self, look: Look, decided: Plan) -> float | None:
        """When a file whose mark nobody here knows is to be looked at again, though it stays as it is."""
        waits = any(isinstance(step, LookAgain) for step in decided.steps)
        return time_left(self.site, look) if waits else None

    def group(self, look: Look, extra: Extra = NO_EXTRA) -> Group:
        """What the plan is to decide about."""
        return group_of(self.volume, self.site, look, extra, single=self._is_single())

    def here(self) -> Here:
        """Where and when a decision is made."""
        return here_at(self.site, single=self._is_single())

    def _is_single(self) -> bool:
        if self._single is None:
            self._single = sites_of(self.volume) <= {site_digest(self.site.id)}
        return self._single

    def named(self, look: Look, decided: Plan) -> Plan:
        """The plan under the id that is this original's alone."""
        if look.ledger.ledger is None:
            return decided
        own = self.identities.of(look.path, decided.ledger.id)
        return (
            decided if own == decided.ledger.id else replace(decided, ledger=replace(decided.ledger, id=own))
        )
