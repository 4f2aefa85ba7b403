"""One volume as one site sees it: scan, touch, look, edit. Errors stop a round, problems belong to a path.

The disk is the truth and this room remembers nothing that it could not do without: what it knows of
folders and sidecars is in the port `Memory`, and only saves time. Nothing is written below a root that is
not known to be the volume's own, nothing but sidecars, ledgers and `.kphotos/` ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from sync.apply.temps import site_digest
from sync.core.model import Change
from sync.engine import sharing
from sync.engine.assets import version
from sync.engine.attempting import Wanted
from sync.engine.bulk import Bulk
from sync.engine.deliberate import adopt_disk, disown
from sync.engine.dirty import TooMuch
from sync.engine.finding import find_group
from sync.engine.following import Following
from sync.engine.hashing import hash_of
from sync.engine.rescan import Rescan
from sync.engine.root import begin
from sync.engine.rounds import Rounds
from sync.engine.sharing import Sharer
from sync.engine.touching import Touching
from sync.engine.values import (
    Asset,
    Cleared,
    Done,
    Edited,
    Event,
    Gone,
    Later,
    Original,
    Outcome,
    Root,
    Seen,
    Site,
    Trouble,
    Version,
    Volume,
)
from sync.errors import NotFound, Offline, ReadOnly, Refused

__all__ = [
    "Asset",
    "Cleared",
    "Done",
    "Edited",
    "Engine",
    "Event",
    "Gone",
    "Later",
    "Original",
    "Outcome",
    "Root",
    "Seen",
    "Sharer",
    "Site",
    "Trouble",
    "Volume",
    "Wanted",
    "begin",
    "hash_of",
]


class Engine:
    """A volume's engine. One thread at a time may use one; several, in any processes, share a volume."""

    def __init__(self, volume: Volume, site: Site) -> None:
        self.volume, self.site = volume, site
        self._rounds = Rounds(volume, site)
        self._touching = Touching(self._rounds)
        self._following = Following(self._rounds)

    def scan(
        self,
        progress: Callable[[int, int | None], None] | None = None,
        *,
        everything: bool = False,
        sidecars: bool = False,
        confirmed: int = 0,
    ) -> Iterator[Event]:
        """A full stat rescan: what changed since this site last looked, or with `everything` all assets.

        With `sidecars` those that have any are looked at as well, whatever the disk says of their times.
        Sidecars that are not as they should be are written on the way. Begins with nothing; near its end
        comes `Root` ("online", "offline" or "halted"), then what is gone, at the very end `Done`.
        `confirmed` is how many missing originals an admin has said are really gone.
        """
        yield from Rescan(
            self._rounds, everything=everything, sidecars=sidecars, confirmed=confirmed, progress=progress
        ).run()

    def touch(self, paths: Iterable[str]) -> Iterator[Event]:
        """What has become of paths that the watcher calls dirty; "" or a folder means a full rescan."""
        wanted = list(paths)
        try:
            self._rounds.enter()
            yield from self._touching.run(wanted)
        except Offline as error:
            yield Root("offline", error.reason)
        except TooMuch:
            yield from self.scan()
        else:
            yield Done(0, len(wanted))

    def look(self, path: str) -> Asset:
        """One asset as it is on disk now; reads only. NotFound where there is no such original."""
        return self._rounds.look(path)

    def look_at_own(self, path: str) -> Asset:
        """The same, where it is not known yet that this volume's disk is there; raises Offline as well."""
        self._rounds.enter()
        return self.look(path)

    def look_at_rival(self, path: str, asset_id: str) -> Asset:
        """One of two originals, of any volumes, that were told of by one id: as it is to be told of now.

        Raises NotFound, and Offline.
        """
        self._rounds.enter()
        self._rounds.look(path)
        self._rounds.identities.claim(path, asset_id)
        asset = self._rounds.look(path)
        self._rounds.flush()
        return asset

    def holds(self, asset_id: str) -> bool:
        """Whether an original here has this id, as far as is known; of one that is away now that is so."""
        path = self._rounds.identities.holder(asset_id)
        if path is None:
            return False
        try:
            self._rounds.enter()
        except Offline:
            return True
        return self._rounds.identities.holds(path, asset_id)

    def is_fresh(self, asset: Asset) -> bool:
        """Whether nobody has written to the asset's sidecars since it was looked at; some stats, no read."""
        return all(self._version(beside, path) == version for beside, path, version in asset.sighted)

    def edit(self, path: str, changes: Sequence[Change], by: str | None) -> Edited:
        """Make a person's changes durable: when it returns, no crash loses them.

        Raises BadValue, Conflict, NotFound, ReadOnly, Offline, Busy, and of a ledger that cannot be
        gone on from NewerSchema, Unreadable or Refused: then nothing was changed. An XMP that cannot
        be written is left `pending` on the asset and tried again at each look.
        """
        self._rounds.enter()
        return self._rounds.edit(path, changes, by)

    def edit_many(
        self, items: Iterable[tuple[str, Sequence[Change] | Wanted]], by: str | None, bulk: str | None = None
    ) -> Iterator[list[Outcome]]:
        """A person's changes of many photos, group by group, each durable when its outcome is given.

        An item is a path, at most once, with its changes, or with a function that gives them for the asset
        as it is under the lock. All that `edit` raises for one photo is its `Outcome.refused`, and the others
        go on. With `bulk` a photo in whose history this id stands is not changed again. A group is not begun
        before its outcomes are asked for. Raises Offline, or ReadOnly where the whole volume is.
        """
        self._rounds.enter()
        yield from Bulk(self._rounds).run(items, by, bulk)

    def disown(self, path: str) -> Asset:
        """Set aside the sidecars beside a file that were written for another picture, and tell of it anew.

        They are renamed (`IMG.JPG.orphan-<date>-<time>.xmp`), never deleted; from then on the file can be
        edited, with nothing of theirs. Raises Refused if they are its own, NotFound, Offline, ReadOnly, Busy,
        and the ledger's own error if it cannot be read.
        """
        self._rounds.enter()
        return disown(self._rounds, path)

    def adopt_disk(self, path: str, by: str | None) -> Asset:
        """Let the older ledger that somebody put back stand, though a newer one is known here.

        Without it the newer is joined and written back at the next look. The history says who went back,
        from what to what; what programs wrote into the XMP since counts as ever. Raises Refused where
        nothing newer is known, NotFound, Offline, ReadOnly, and the ledger's own error.
        """
        self._rounds.enter()
        return adopt_disk(self._rounds, path, by)

    def settle(self) -> None:
        """Look once more at the sidecars that this engine's edits took out, and clear them away.

        Waits half a second, in which another program may finish a write it had begun. For a process
        that ends; where a watch is running, its `touch` does the same.
        """
        Bulk(self._rounds).settle(self._rounds.taken_out())

    def hashed(self, path: str, signature: bytes, hash_: str) -> Asset | None:
        """Take note that the original with this signature has this content ("sha256:...").

        Returns the asset as it is with that known; None if the file has changed meanwhile.
        """
        self._rounds.enter()
        _, stat, _ = find_group(self.volume, path)
        if stat.signature() != signature:
            return None
        self.site.memory.keep_hashes(self.volume.id, {path: (signature, hash_)})
        followed = [
            event for event in self._following.hashed(path, signature, hash_) if isinstance(event, Seen)
        ]
        if followed:
            return followed[0].asset
        asset = self._rounds.fingerprint(path, hash_)
        self._rounds.flush()
        return asset

    def sharers(self) -> list[Sharer]:
        """Every site that uses the volume or has used it, as it wrote itself down. Raises Offline."""
        self._rounds.enter()
        return sharing.sharers(self.volume)

    def retire(self, digest: str) -> None:
        """Wait no more for a site that is gone for good; durable, and told to the others with the folder.

        It is taken back by `recall`, and by the site itself when it returns. Raises NotFound where there is
        no such site, Refused for this very site, ReadOnly and Offline.
        """
        self._enter_to_write()
        if digest == site_digest(self.site.id):
            raise Refused("this machine is here: only one that is gone for good can be retired")
        self._require_sharer(digest)
        try:
            sharing.retire(self.volume, self.site, digest)
        except OSError as error:
            raise ReadOnly(f"it cannot be written down: {error.strerror or error}") from error

    def recall(self, digest: str) -> None:
        """Count on a retired site again; nothing where it was not retired. Raises as `retire` does."""
        self._enter_to_write()
        self._require_sharer(digest)
        try:
            sharing.recall(self.volume, digest)
        except OSError as error:
            raise ReadOnly(f"it cannot be written down: {error.strerror or error}") from error

    def _require_sharer(self, digest: str) -> None:
        if digest not in {one.digest for one in sharing.sharers(self.volume)}:
            raise NotFound("no such machine uses this volume")

    def _enter_to_write(self) -> None:
        self._rounds.enter()
        if not self.volume.writable:
            raise ReadOnly("the volume is read-only")

    def _version(self, beside: bool, path: str) -> Version | None:
        fs = self.volume.fs if beside else self.volume.overlay
        try:
            return version(fs.stat(path)) if fs is not None else None
        except OSError:
            return None
