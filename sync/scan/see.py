"""Read what belongs to one original. Nothing here writes, and nothing that cannot be read stops it."""

from __future__ import annotations

from dataclasses import dataclass

from sync.core.model import Problem
from sync.pairing import Group
from sync.ports import FS, Stat, join
from sync.scan.copies import SeenCopy, see_copies
from sync.scan.seen import SeenLedger, SeenXmp, ledger_problem, see_xmp
from sync.scan.takeout import SeenTakeout, see_takeout


@dataclass(frozen=True, slots=True)
class Look:
    """One original with everything of its own, as it was just read."""

    folder: str
    group: Group
    stat: Stat
    ledger: SeenLedger
    xmps: tuple[SeenXmp, ...]
    copies: tuple[SeenCopy, ...] = ()
    takeout: SeenTakeout | None = None

    @property
    def path(self) -> str:
        """The original's path in its volume."""
        return join(self.folder, self.group.original)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a person should know about these files."""
        found = [seen.problem for seen in self.xmps if seen.problem]
        found += [copy.problem for copy in self.copies if copy.problem]
        if self.takeout is not None and self.takeout.problem is not None:
            found.append(self.takeout.problem)
        if self.ledger.error is not None:
            found.append(ledger_problem(self.ledger.path, self.ledger.error))
        return tuple(found)


def see(fs: FS, folder: str, group: Group, stat: Stat, ledger: SeenLedger) -> Look:
    """Read the XMPs and conflict copies of a group whose ledger has been read already."""
    xmps = tuple(see_xmp(fs, folder, name) for name in group.xmps)
    copies = see_copies(fs, folder, group, stat, ledger, xmps)
    takeout = see_takeout(fs, folder, group.original, group.jsons) if group.jsons else None
    return Look(folder, group, stat, ledger, xmps, copies, takeout=takeout)
