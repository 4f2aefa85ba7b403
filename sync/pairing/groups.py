"""What pairing makes of a folder: one group for each original, and what stands for none."""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.pairing.oddities import Oddity
from sync.ports import LEDGER_SUFFIX, XMP_SUFFIX


@dataclass(frozen=True, slots=True)
class Group:
    """One original and what belongs to it; names within their folder.

    `xmps` holds its own sidecar first, then the one shared by stem: both are kept alike. `copies` are
    sync tools' conflict copies of XMP or ledger; `suspects` may be such copies, which only their content can
    tell; `duplicates` are darktable's further developments; `jsons` may be Google Takeout's, and of
    another original as well. `owns_stem`: an XMP by its stem is this one's, or would be if it lay there.
    `has_namesake`: beside `copies` lies a conflict copy of the original: mostly another picture.
    """

    original: str
    kind: str
    xmps: tuple[str, ...] = ()
    ledger: str | None = None
    copies: tuple[str, ...] = ()
    suspects: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    jsons: tuple[str, ...] = ()
    owns_stem: bool = field(default=False, compare=False)
    has_namesake: bool = False

    @property
    def read(self) -> tuple[str, ...]:
        """Every file besides the original that what is told of it depends on."""
        return (*self.sidecars, *self.jsons)

    @property
    def all(self) -> tuple[str, ...]:
        """Every file that goes where the original goes."""
        return (*self.read, *self.duplicates, *self.companions)

    @property
    def sidecars(self) -> tuple[str, ...]:
        """Every sidecar that is read for this original."""
        return (*self.xmps, *((self.ledger,) if self.ledger else ()), *self.copies, *self.suspects)

    @property
    def own_xmp(self) -> str:
        """The name under which a new XMP is made."""
        return self.original + XMP_SUFFIX

    @property
    def own_ledger(self) -> str:
        """The name under which the ledger is found or made."""
        return self.ledger or self.original + LEDGER_SUFFIX


@dataclass(frozen=True, slots=True)
class Pairing:
    """A folder, sorted out. `orphans` are the originals that ledgers tell of and that are not there."""

    groups: dict[str, Group]
    oddities: tuple[Oddity, ...] = ()
    temps: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()
