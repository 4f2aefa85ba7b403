"""What a plan is made of: what was seen of one original's files, and the steps to be taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sync.core.absorb import Absorbed
from sync.core.model import Content, Document, Ledger, Problem, Record, Sight
from sync.core.readpoint import Has


@dataclass(frozen=True, slots=True)
class Here:
    """Where and when a decision is made. `single`: the volume has one site."""

    single: bool
    now_ms: int
    node: str
    site: str


@dataclass(frozen=True, slots=True)
class File:
    """One XMP as it was seen. Without a sight there is none (`is_there` False) or it is not legible.

    `hint`: what was last seen at its path. `waited`: it has lain there long enough for the ledger of its
    mark to have arrived. `agrees`: the codec would change nothing in it for a content.
    """

    name: str
    sight: Sight | None = None
    is_there: bool = True
    is_writable: bool = True
    hint: Has | None = None
    waited: bool = False
    agrees: Callable[[Content], bool] = lambda content: False


@dataclass(frozen=True, slots=True)
class Copy:
    """A conflict copy of an XMP, or (without a sight) of a ledger that is among the group's ledgers.

    `is_covered`: whatever it says besides mapped properties, the file that it is a copy of says too.
    """

    path: str
    sight: Sight | None = None
    is_covered: bool = True
    waited: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """All that was seen of one original's sidecars.

    `ledgers`: those on disk, temps and conflict copies among them; `remembered`: the newest that this
    site has seen of it. `files`: XMPs in place or wanted in place; `found`: swapped-out files with content
    to absorb. `temps`: names to remove once all that was absorbed is durable. `copies`: conflict copies.
    `has_own`: the first ledger lies in its place. `waited`: as of a file, of all that is in `found`.
    `is_recent`: the ledger came so lately that the XMPs another site wrote with it may be on their way.
    """

    asset_id: str
    ledgers: Sequence[Ledger] = ()
    remembered: Ledger | None = None
    files: Sequence[File] = ()
    found: Sequence[Sight] = ()
    temps: Sequence[str] = ()
    copies: Sequence[Copy] = ()
    has_own: bool = True
    waited: bool = False
    is_recent: bool = False


@dataclass(frozen=True, slots=True)
class WriteLedger:
    """Make the plan's ledger durable, with its mirrors sealed in; whatever it displaces is joined first."""


@dataclass(frozen=True, slots=True)
class WriteMirror:
    """Write this content into this XMP under the record's mark; `had` is the sum of what may be replaced."""

    file: str
    record: Record
    content: Content
    had: str | None


@dataclass(frozen=True, slots=True)
class RemoveTemp:
    """Remove a temp whose content is in the ledger now."""

    name: str


@dataclass(frozen=True, slots=True)
class RemoveCopy:
    """Remove a conflict copy, all of which is in the ledger and the XMP now."""

    path: str


@dataclass(frozen=True, slots=True)
class LookAgain:
    """What belongs with this file is on its way from another site: leave it as it is for now."""

    file: str


Step = WriteLedger | WriteMirror | RemoveTemp | RemoveCopy | LookAgain


@dataclass(frozen=True, slots=True)
class Plan:
    """The decision: the ledger and the document there will be, and the steps there; none at rest (I7)."""

    ledger: Ledger
    document: Document
    steps: tuple[Step, ...]
    absorbed: tuple[Absorbed, ...]
    problems: tuple[Problem, ...] = ()
