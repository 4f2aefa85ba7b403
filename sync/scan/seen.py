"""One sidecar as it was read: XMP or ledger, and why it says nothing where it does not."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync.codecs import ledger as ledgers
from sync.codecs import xmp as xmps
from sync.core.dots import is_dot
from sync.core.model import Ledger, Problem, Sight
from sync.core.names import escape
from sync.errors import NewerSchema, SyncError, Unreadable
from sync.ports import FS, Found, NotRegular, TooLarge, join

LARGEST_XMP, LARGEST_LEDGER = xmps.LARGEST, ledgers.LARGEST
_KEPT = "The file was left exactly as it is."


@dataclass(frozen=True, slots=True)
class SeenXmp:
    """One XMP that belongs to an original. `found` is None where there is no such file.

    `sight` is what it says, None while it says nothing legible; `refusal`: it may be read and not
    written. A `problem` tells why either is so.
    """

    name: str
    found: Found | None = None
    sight: Sight | None = None
    xmp: xmps.Xmp | None = None
    problem: Problem | None = None

    @property
    def is_legible(self) -> bool:
        """Whether what lies there is known: read, or known to be nothing."""
        return self.sight is not None or (self.found is None and self.problem is None)


@dataclass(frozen=True, slots=True)
class SeenLedger:
    """The ledger, from the filesystem on which it is kept. `error` is why there is none to go on."""

    fs: FS
    path: str
    found: Found | None = None
    ledger: Ledger | None = None
    error: SyncError | None = None


def see_ledger(fs: FS, path: str) -> SeenLedger:
    """Read a ledger, where it is."""
    try:
        found = fs.read(path, LARGEST_LEDGER)
    except FileNotFoundError:
        return SeenLedger(fs, path)
    except OSError as error:
        return SeenLedger(fs, path, error=Unreadable(why(error)))
    try:
        return SeenLedger(fs, path, found, ledgers.read(found.data))
    except (Unreadable, NewerSchema) as error:
        return SeenLedger(fs, path, found, error=error)


def see_xmp(fs: FS, folder: str, name: str) -> SeenXmp:
    """Read one XMP by its name in a folder."""
    seen = read_xmp(fs, folder, name)
    return understand(name, seen.found, join(folder, name)) if seen.found else seen


def read_xmp(fs: FS, folder: str, name: str) -> SeenXmp:
    """Read one XMP by its name in a folder, without making out what it says."""
    path = join(folder, name)
    try:
        return SeenXmp(name, fs.read(path, LARGEST_XMP))
    except FileNotFoundError:
        return SeenXmp(name)
    except OSError as error:
        return SeenXmp(name, problem=_unreadable(path, why(error)))


def understand(name: str, found: Found, path: str) -> SeenXmp:
    """Make out what bytes read from `path` say as the XMP called `name`."""
    try:
        xmp = xmps.read(found.data)
    except Unreadable as error:
        return SeenXmp(name, found, problem=_unreadable(path, error.reason))
    sight = Sight(
        escape(name),
        "main",
        mark_of(xmp),
        xmp.sources,
        xmps.sum(found.data),
        found.stat.mtime_ns // 1_000_000,
        xmp.tool,
        xmp.flags,
        xmp.illegible,
    )
    problem = Problem(path, "refused", xmp.refusal, _KEPT) if xmp.refusal else None
    return SeenXmp(name, found, sight, xmp, problem)


def mark_of(xmp: xmps.Xmp) -> str | None:
    """The mark that a K-Photos wrote; whatever else stands in its place is nobody's, and says no time."""
    return xmp.mark if xmp.mark is not None and is_dot(xmp.mark) else None


def as_swapped(seen: SeenXmp, beneath: str | None = None) -> Sight | None:
    """The sight of what our own exchange took out; `beneath` is the mark of what it was exchanged for."""
    return replace(seen.sight, kind="swapped", beneath=beneath) if seen.sight else None


def why(error: OSError) -> str:
    """An error of the disk as half a sentence."""
    if isinstance(error, NotRegular):
        return "it is a link, folder, pipe or device and not a file"
    if isinstance(error, TooLarge):
        return "it is larger than any sidecar should be"
    return f"it cannot be read: {error.strerror or error}"


def ledger_problem(path: str, error: SyncError) -> Problem:
    """A ledger that cannot be gone on from, as a person is told of it."""
    return Problem(path, problem_kind(error), error.reason, _KEPT + " The asset cannot be edited meanwhile.")


def problem_kind(error: SyncError) -> str:
    """What kind of problem a ledger is that cannot be read."""
    return "newer-schema" if isinstance(error, NewerSchema) else "unreadable"


def _unreadable(path: str, reason: str) -> Problem:
    return Problem(path, "unreadable", reason, _KEPT + " Edits are kept in the ledger meanwhile.")
