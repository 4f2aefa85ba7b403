"""Whose an id is when two live originals claim it: somebody copied a folder with its sidecars.

The site's memory names the path that had the id first; without it, the order of the scan does. The other
one goes by an id derived from its path, which its ledger gets at the next write; a rebuild decides alike.
When the first is gone before that, the other has the id: so it is remembered who waits for whom. Where the
other volume holds it (`Volume.elsewhere`), the copy stays with its derived id: nobody here hears of that one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from sync.core.identity import derived_id, reissued_id
from sync.engine import mounted
from sync.engine.finding import find_group, read_group
from sync.engine.folder import by_name
from sync.engine.values import Site, Volume
from sync.errors import NotFound
from sync.ports import FILE, split

# No path in a volume begins with a slash.
_KEY, _WAITING, _COPY, _BARE = "//id/", "//waiting/", "//copy/", "//bare/"


def holder_key(asset_id: str) -> str:
    """What the site's memory of who holds an id is asked with."""
    return _KEY + asset_id


class Identities:
    """Which path holds which id in one volume; `new` are holders not yet in the site's memory."""

    def __init__(self, volume: Volume, site: Site) -> None:
        self._volume, self._site = volume, site
        self.new: dict[str, bytes | None] = {}
        self._contested: set[str] = set()
        self._met: set[str] = set()

    def of(self, path: str, asset_id: str) -> str:
        """The id that the original at a path goes by, whose ledger says `asset_id`."""
        holder = self.holder(asset_id)
        if holder == path:
            return asset_id
        if holder is not None and self.holds(holder, asset_id):
            self._wait(path, holder)
            return reissued_id(asset_id, self._volume.id, path)
        if holder is not None and path in self._waiting(_WAITING + holder):
            # Nobody has told yet that the holder is gone: it may be met elsewhere later in this very round.
            return reissued_id(asset_id, self._volume.id, path)
        if self._is_copy(path, asset_id):
            return reissued_id(asset_id, self._volume.id, path)
        self._take(path, asset_id, holder)
        return asset_id

    def without_ledger(self, path: str) -> str:
        """The id of an original without a ledger: derived from its path, unless somebody else has that.

        Whoever had a ledger here keeps its id wherever he is moved to; another comes to lie under his name.
        """
        own = derived_id(self._volume.id, path)
        while (holder := self.holder(own)) is not None:
            self._note(_BARE + own, path)
            if holder == path:
                return reissued_id(own, self._volume.id, path) if self._is_copy(path, own) else own
            if self.holds(holder, own):
                self._wait(path, holder)
            elif path not in self._waiting(_WAITING + holder):
                # Should the holder come back, he has to take it from this one, who is looked at again then.
                self._note(holder_key(own), path)
                return own
            own = reissued_id(own, self._volume.id, path)
        return own

    def claim(self, path: str, asset_id: str) -> None:
        """Note that an original was told of by an id that another volume may have: it is asked from now on.

        Of an original without a ledger nobody asks that who has no reason to.
        """
        if self.holder(asset_id) is None:
            self._note(holder_key(asset_id), path)

    def contested(self, snapshots: Callable[[], Mapping[str, bytes]]) -> list[str]:
        """Originals that may have told of an id that a ledger elsewhere has claimed since; asked once.

        Of an id that was never met before nobody knows whether somebody goes by it without a ledger: all
        that were known are gone through, which is but for photos that came with ledgers from elsewhere.
        """
        found, met = self._contested, self._met
        self._contested, self._met = set(), set()
        known = by_name(snapshots()) if met else ()
        found.update(path for path, _ in known if derived_id(self._volume.id, path) in met)
        return sorted(path for path in found if self._may_be_there(path))

    def _take(self, path: str, asset_id: str, holder: str | None) -> None:
        """Let a path hold an id; whoever has told of that before is to be looked at once more."""
        kept = self._known(_BARE + asset_id)
        self._contested.update(other for other in (holder, kept) if other not in (None, path))
        if holder is None and asset_id != derived_id(self._volume.id, path):
            self._met.add(asset_id)
        self._note(holder_key(asset_id), path)

    def holder(self, asset_id: str) -> str | None:
        """The path that had the id when it was last looked at."""
        return self._known(holder_key(asset_id))

    def waiting(self, holder: str) -> list[str]:
        """Those that may go by another id now that the original at a path is gone; asked once."""
        key = _WAITING + holder
        paths = self._waiting(key)
        if paths:
            self.new[key] = None
        return paths

    def _known(self, key: str) -> str | None:
        kept = self.new.get(key) or self._site.memory.last(self._volume.id, key)
        return kept.decode("utf-8", "surrogateescape") if kept else None

    def _note(self, key: str, path: str) -> None:
        if self._known(key) != path:
            self.new[key] = path.encode("utf-8", "surrogateescape")

    def _is_copy(self, path: str, asset_id: str) -> bool:
        """Whether another volume has the id, or had it when the original was met here."""
        key, told = _COPY + path, asset_id.encode()
        if self._volume.elsewhere is None:
            return False
        if (self.new.get(key) or self._site.memory.last(self._volume.id, key)) == told:
            return True
        if self._volume.elsewhere(asset_id):
            self.new[key] = told
            return True
        return False

    def _wait(self, path: str, holder: str) -> None:
        key = _WAITING + holder
        if path not in (paths := self._waiting(key)):
            self.new[key] = json.dumps([*paths, path]).encode()

    def _waiting(self, key: str) -> list[str]:
        kept = self.new[key] if key in self.new else self._site.memory.last(self._volume.id, key)
        return list(json.loads(kept)) if kept else []

    def holds(self, path: str, asset_id: str) -> bool:
        """Whether there still is an original there whose ledger has that id."""
        try:
            group, stat, _ = find_group(self._volume, path)
        except NotFound:
            return self._may_be_there(path)
        held = read_group(self._volume, split(path)[0], group, stat).ledger
        return held.error is not None or (held.ledger is not None and held.ledger.id == asset_id)

    def _may_be_there(self, path: str) -> bool:
        """Whether an original that is not to be found is out of sight only: absence is no deletion (I10)."""
        try:
            return self._volume.fs.stat(path).kind == FILE
        except (FileNotFoundError, NotADirectoryError):
            return mounted.within(path, mounted.look(self._volume, self._site).missing()) is not None
        except OSError:
            return True
