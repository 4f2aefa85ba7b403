"""Read what belongs to one original. Nothing here writes, and nothing that cannot be read stops it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.core.model import Problem
from sync.core.readpoint import knows_mark
from sync.pairing import Group
from sync.pairing.names import fold
from sync.ports import FS, Stat, join
from sync.scan.copies import SeenCopy, see_copies, without_others
from sync.scan.seen import SeenLedger, SeenXmp, ledger_problem, read_xmp, understand
from sync.scan.takeout import SeenTakeout, see_takeout

_SIBLING_KEPT = "It is not read as this one's, and not changed."
_OVER_KEPT = "What was edited while the volume was read-only is kept in K-Photos' own folder as it is."


@dataclass(frozen=True, slots=True)
class Glance:
    """One original whose sidecars were read, and none but the ledger is made out yet."""

    folder: str
    group: Group
    stat: Stat
    ledger: SeenLedger
    xmps: tuple[SeenXmp, ...]
    over: SeenLedger | None = None

    @property
    def path(self) -> str:
        """The original's path in its volume."""
        return join(self.folder, self.group.original)


@dataclass(frozen=True, slots=True)
class Look:
    """One original with everything of its own, as it was just read.

    `over` is a ledger in the overlay beside one in place: what was edited while the volume was read-only.
    `siblings` are XMPs that would be its own by their names, and were written for another photo.
    """

    folder: str
    group: Group
    stat: Stat
    ledger: SeenLedger
    xmps: tuple[SeenXmp, ...]
    copies: tuple[SeenCopy, ...] = ()
    over: SeenLedger | None = None
    takeout: SeenTakeout | None = None
    siblings: tuple[SeenXmp, ...] = ()

    @property
    def path(self) -> str:
        """The original's path in its volume."""
        return join(self.folder, self.group.original)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a person should know about these files."""
        found = [seen.problem for seen in self.xmps if seen.problem]
        found += [_of_sibling(self.folder, seen.name) for seen in self.siblings]
        found += [copy.problem for copy in self.copies if copy.problem]
        if self.takeout is not None and self.takeout.problem is not None:
            found.append(self.takeout.problem)
        if self.ledger.error is not None:
            found.append(ledger_problem(self.ledger.path, self.ledger.error))
        if self.over is not None and self.over.error is not None:
            found.append(Problem(self.path, "overlay", self.over.error.reason, _OVER_KEPT))
        return tuple(found)


def glance(
    fs: FS, folder: str, group: Group, stat: Stat, ledger: SeenLedger, over: SeenLedger | None
) -> Glance:
    """Read the XMPs of a group whose ledger has been read already."""
    xmps = tuple(read_xmp(fs, folder, name) for name in group.xmps)
    return Glance(folder, group, stat, ledger, xmps, over)


def see(fs: FS, read: Glance) -> Look:
    """Make out what has been read of a group, and read its conflict copies."""
    folder, group, stat, ledger = read.folder, read.group, read.stat, read.ledger
    xmps = tuple(
        understand(seen.name, seen.found, join(folder, seen.name)) if seen.found else seen
        for seen in read.xmps
    )
    siblings = tuple(seen for seen in xmps if _is_siblings(seen, xmps, group, ledger))
    xmps = tuple(seen for seen in xmps if seen not in siblings)
    copies = see_copies(fs, folder, group, stat, ledger, xmps)
    own = [seen.ledger for seen in (ledger, read.over) if seen and seen.ledger]
    xmps, copies = without_others(folder, own, xmps, copies, has_namesake=group.has_namesake)
    takeout = see_takeout(fs, folder, group.original, group.jsons) if group.jsons else None
    return Look(folder, group, stat, ledger, xmps, copies, read.over, takeout, siblings)


def _is_siblings(seen: SeenXmp, xmps: Sequence[SeenXmp], group: Group, ledger: SeenLedger) -> bool:
    """Whether an XMP by the stem, beside the original's own, bears the mark of another photo of that stem.

    A RAW was removed or moved, and the one that its JPEG shares with it by name is now the JPEG's. Its
    ledger has no record of an XMP of that name, so that nothing in it can be an edit of the JPEG.
    """
    own = next((xmp.sight for xmp in xmps if fold(xmp.name) == fold(group.own_xmp)), None)
    sight, held = seen.sight, ledger.ledger
    if held is None or own is None or sight is None or sight is own or sight.mark is None:
        return False
    has_such = any(record.file == sight.file for record in held.xmp)
    return not has_such and not knows_mark(held, sight.mark)


def _of_sibling(folder: str, name: str) -> Problem:
    reason = "This sidecar was written for another photo of the same name, which is not here."
    return Problem(join(folder, name), "ambiguous", reason, _SIBLING_KEPT)
