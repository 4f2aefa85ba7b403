"""Whose an id is when two live originals claim it: somebody copied a folder with its sidecars.

The site's memory names the path that had the id first; without it, the order of the scan does. The other
one goes by an id derived from its path, which its ledger gets at the next write; a rebuild decides alike.
When the first is gone before that, the other has the id: so it is remembered who waits for whom. Where the
other volume holds it (`Volume.elsewhere`), the copy stays with its derived id: nobody here hears of that one.
"""

from __future__ import annotations

import json

from sync.core.identity import reissued_id
from sync.engine import mounted
from sync.engine.finding import find_group, read_group
from sync.engine.values import Site, Volume
from sync.errors import NotFound
from sync.ports import FILE, split

_KEY, _WAITING, _COPY = "//id/", "//waiting/", "//copy/"  # no path in a volume begins with a slash


def holder_key(asset_id: str) -> str:
    """What the site's memory of who holds an id is asked with."""
    return _KEY + asset_id


class Identities:
    """Which path holds which id in one volume; `new` are holders not yet in the site's memory."""

    def __init__(self, volume: Volume, site: Site) -> None:
        self._volume, self._site = volume, site
        self.new: dict[str, bytes | None] = {}

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
        self.new[holder_key(asset_id)] = path.encode("utf-8", "surrogateescape")
        return asset_id

    def holder(self, asset_id: str) -> str | None:
        """The path that had the id when it was last looked at."""
        key = holder_key(asset_id)
        kept = self.new.get(key) or self._site.memory.last(self._volume.id, key)
        return kept.decode("utf-8", "surrogateescape") if kept else None

    def waiting(self, holder: str) -> list[str]:
        """Those that may go by another id now that the original at a path is gone; asked once."""
        key = _WAITING + holder
        paths = self._waiting(key)
        if paths:
            self.new[key] = None
        return paths

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
