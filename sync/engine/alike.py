"""Who gets what an original left behind that was copied first and removed in a later round.

Its copy is no arrival then, and was hashed long before: it is found among all that is known of the volume.
"""

from __future__ import annotations

from collections.abc import Mapping

from sync.core.draft import is_trashed
from sync.core.model import Ledger
from sync.engine.arrivals import Arrivals, trace_in
from sync.engine.finding import find_group
from sync.engine.folder import by_name
from sync.engine.leftovers import Left
from sync.engine.packing import is_there, ledger_at
from sync.engine.rejoining import is_one
from sync.engine.rounds import Rounds
from sync.errors import NotFound
from sync.ports import join


class Alike:
    """What one round finds of that in one volume; all folders are gone through at most once."""

    def __init__(self, rounds: Rounds, arrivals: Arrivals) -> None:
        self._volume, self._site = rounds.volume, rounds.site
        self._is_shared = rounds.is_shared
        self._arrivals = arrivals
        self._by_size: Mapping[int, list[str]] | None = None

    def heir(self, path: str, hash_: str, signature: bytes, held: Ledger | None, left: Left) -> str | None:
        """The one original of that content that has no sidecars; None where there are several, or none.

        Where several sites share the volume, the one whose sidecars are of that very asset goes before it,
        and one that is the only one counts whatever it has: another site has moved it, or it is told of what
        stays behind. What a person threw away is not to take a copy along that was kept.
        """
        if hash_ in self._arrivals.by_hash or not signature or (held and is_trashed(held.trash)):
            return None
        if self._by_size is None:
            self._by_size = self._find()
        paths = self._by_size.get(trace_in(signature)[1], ())
        known = self._site.memory.hashes(self._volume.id, paths)
        same = [
            at for at, (is_of, content) in known.items() if content == hash_ and self._is_there(at, is_of)
        ]
        if self._is_shared:
            own = [at for at in same if is_one(self._volume, path, at, hash_, left)]
            if own:
                return own[0] if len(own) == 1 else None
            if len(same) == 1:
                return same[0]
        bare = [at for at in same if self._is_bare(at)]
        return bare[0] if len(bare) == 1 else None

    def _find(self) -> dict[int, list[str]]:
        """All that are of the size of one that is gone: of a large library mostly few."""
        gone = [join(folder, name) for folder, names in self._arrivals.gone.items() for name in names]
        sizes = {trace_in(was)[1] for was, _ in self._site.memory.hashes(self._volume.id, gone).values()}
        found: dict[int, list[str]] = {}
        for path, entry in by_name(self._site.memory.folders(self._volume.id)):
            if entry.size in sizes:
                found.setdefault(entry.size, []).append(path)
        return found

    def _is_there(self, path: str, signature: bytes) -> bool:
        """Whether the very file that was hashed is there still."""
        try:
            return self._volume.fs.stat(path).signature() == signature
        except OSError:
            return False

    def _is_bare(self, path: str) -> bool:
        """Whether nothing of its own lies beside it."""
        try:
            group = find_group(self._volume, path)[0]
        except NotFound:
            return False
        return not group.sidecars and not is_there(*ledger_at(self._volume, path))
