"""When a path that changed may be looked at: pure arithmetic over times that come in as arguments.

Sidecars settle by group (folder and name up to the first dot: tools write through names of their own
beside it): 0.3 s of quiet, at most 1 s. Originals and folders: 2 s of quiet, at most 60 s.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.pairing.names import is_temp
from sync.ports import LEDGER_SUFFIX, XMP_SUFFIX, split

EVERYTHING = ""
"""The root: as a dirty path it asks for a full rescan."""

SIDECAR_QUIET, SIDECAR_CAP = 0.3, 1.0
ORIGINAL_QUIET, ORIGINAL_CAP = 2.0, 60.0
MOST_IN_A_FOLDER, MOST = 512, 8192


@dataclass(slots=True)
class _Group:
    first: float
    last: float
    quiet: float
    cap: float
    paths: set[str] = field(default_factory=set)

    @property
    def due(self) -> float:
        return min(self.last + self.quiet, self.first + self.cap)


class Calm:
    """Dirty paths waiting for quiet. Times are seconds of one monotonic clock; not thread-safe."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], _Group] = {}
        self._later: dict[str, float] = {}

    def dirty(self, path: str, now: float) -> None:
        """Something happened at a path."""
        folder, name = split(path)
        sidecar = is_sidecar(name)
        key = (folder, name.partition(".")[0].casefold()) if sidecar and not is_temp(name) else (path, "")
        group = self._groups.get(key)
        if group is None:
            quiet, cap = (SIDECAR_QUIET, SIDECAR_CAP) if sidecar else (ORIGINAL_QUIET, ORIGINAL_CAP)
            group = self._groups[key] = _Group(now, now, quiet, cap)
        group.last = now
        group.paths.add(path)
        self._later.pop(path, None)

    def later(self, path: str, due: float) -> None:
        """Look at a path again at a time, unless something happens there before."""
        self._later[path] = due

    def everything(self, now: float) -> None:
        """Ask for a full rescan at once; single paths need not be remembered then."""
        self._groups.clear()
        self._later = {EVERYTHING: now}

    def next_due(self) -> float | None:
        """When the next path may be looked at; None when nothing waits."""
        return min((*(group.due for group in self._groups.values()), *self._later.values()), default=None)

    def take(self, now: float) -> frozenset[str]:
        """The paths that are calm by now, which then wait no longer.

        More than 512 in one folder come as the folder, more than 8192 as the root.
        """
        calm = [key for key, group in self._groups.items() if group.due <= now]
        paths = {path for key in calm for path in self._groups.pop(key).paths}
        for path in [path for path, due in self._later.items() if due <= now]:
            del self._later[path]
            paths.add(path)
        return _gathered(paths)


def is_sidecar(name: str) -> bool:
    """Whether a name settles as fast as a sidecar does: XMP, ledger, their copies, our temps."""
    return (
        is_temp(name)
        or name[-4:].lower() == XMP_SUFFIX
        or name.endswith(LEDGER_SUFFIX)
        or (".kphotos" in name and name.endswith(".json"))
    )


def _gathered(paths: set[str]) -> frozenset[str]:
    if EVERYTHING in paths or len(paths) > MOST:
        return frozenset({EVERYTHING}) if paths else frozenset()
    if len(paths) <= MOST_IN_A_FOLDER:
        return frozenset(paths)
    folders: dict[str, set[str]] = {}
    for path in paths:
        folders.setdefault(split(path)[0], set()).add(path)
    gathered: set[str] = set()
    for folder, held in folders.items():
        gathered |= {folder} if len(held) > MOST_IN_A_FOLDER else held
    return frozenset(gathered)
