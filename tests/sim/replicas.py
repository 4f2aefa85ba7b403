"""A file sync tool in small: several disks whose files travel one at a time, in any order.

It works as Syncthing does: a version vector for each file, the newer one wins, of two that were changed
without knowledge of one another the later mtime does, and the loser stays behind as a conflict copy, or
is gone where `copies` is False. A change wins over a deletion. Equal content is never in conflict. It
knows nothing of sidecars and carries everything but what it is told to leave.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sync.ports import FILE, TEMP_PREFIX, join, split
from tests.sim.memfs import MemFS

Vector = tuple[int, ...]


@dataclass(frozen=True)
class Version:
    """One state of one file: who changed it how often; `data` is None where it was deleted."""

    vector: Vector
    data: bytes | None
    mtime_ns: int
    by: int

    def knows(self, other: Version) -> bool:
        """Whether this state was made by somebody who had the other one, or is the same."""
        return all(mine >= theirs for mine, theirs in zip(self.vector, other.vector, strict=True))


@dataclass
class Replicas:
    """Disks kept alike. `leaves` names the paths that do not travel; by default our temps do not.

    `made` counts the conflict copies that it made, `overwritten` lists what it lost where it makes none.
    """

    disks: Sequence[MemFS]
    chance: random.Random
    copies: bool = True
    leaves: Callable[[str], bool] = lambda path: split(path)[1].startswith(TEMP_PREFIX)
    made: int = 0
    overwritten: list[tuple[int, str, bytes]] = field(default_factory=list)
    _known: list[dict[str, Version]] = field(init=False)

    def __post_init__(self) -> None:
        self._known = [{} for _ in self.disks]

    def notice(self, at: int) -> None:
        """Find out what has become of one disk since, as the tool's own scan does."""
        files = {path: node for path, node in self.disks[at].nodes.items() if node.kind == FILE}
        known = self._known[at]
        for path in {*files, *known}:
            if self.leaves(path):
                continue
            node, last = files.get(path), known.get(path)
            data = node.data if node else None
            if last is None or last.data != data:
                before = last.vector if last else (0,) * len(self.disks)
                vector = (*before[:at], before[at] + 1, *before[at + 1 :])
                mtime = node.mtime_ns if node else self.disks[at].clock.ns
                known[path] = Version(vector, data, mtime, at)

    def differences(self) -> list[tuple[int, int, str]]:
        """Every (receiver, sender, path) in which the receiver lacks something, in a fixed order."""
        for at in range(len(self.disks)):
            self.notice(at)
        return sorted(self._lacking())

    def _lacking(self) -> Iterator[tuple[int, int, str]]:
        for to, mine in enumerate(self._known):
            for of, theirs in enumerate(self._known):
                for path, version in theirs.items():
                    held = mine.get(path)
                    if held is None or not held.knows(version):
                        yield to, of, path

    def pull(self, to: int, of: int, path: str) -> None:
        """Let one disk take one file of another, or note that its own wins."""
        self.notice(to)
        theirs, mine = self._known[of][path], self._known[to].get(path)
        if mine is None or theirs.knows(mine):
            self._land(to, path, theirs)
        elif not mine.knows(theirs):
            self._settle(to, path, mine, theirs)

    def _settle(self, to: int, path: str, mine: Version, theirs: Version) -> None:
        """Two that do not know one another: the disk whose own loses gives way, the other waits for that."""
        vector = tuple(max(pair) for pair in zip(mine.vector, theirs.vector, strict=True))
        winner = max(mine, theirs, key=_rank)
        if mine.data == theirs.data:
            self._known[to][path] = replace(winner, vector=vector)
        elif winner is theirs:
            self._keep(to, path, mine)
            self._land(to, path, replace(theirs, vector=vector))

    def _keep(self, to: int, path: str, loser: Version) -> None:
        """Leave the loser beside the winner, if this tool does and there is anything to keep."""
        if loser.data is None or ".sync-conflict-" in path:
            return
        if not self.copies:
            self.overwritten.append((to, path, loser.data))
            return
        name = copy_name(path, loser)
        if name not in self.disks[to].nodes:
            self.made += 1
            self.disks[to].hands.replace(name, loser.data)
            self.disks[to].nodes[name].mtime_ns = loser.mtime_ns
        self.notice(to)

    def _land(self, to: int, path: str, version: Version) -> None:
        """Write as it does: a temp renamed into place, the mtime carried along."""
        disk = self.disks[to]
        held = disk.nodes.get(path)
        if version.data is None:
            if held is not None:
                disk.hands.remove(path)
        elif held is None or held.data != version.data:
            disk.hands.replace(path, version.data)
            disk.nodes[path].mtime_ns = version.mtime_ns
        self._known[to][path] = version

    def travel(self, share: float = 1.0) -> int:
        """Carry about that share of what is lacking, in random order; how many files went."""
        carried = 0
        while lacking := self.differences():
            chosen = [one for one in lacking if self.chance.random() < share]
            self.chance.shuffle(chosen)
            for to, of, path in chosen:
                self.pull(to, of, path)
                carried += 1
            if share < 1.0:
                break
        return carried

    @property
    def is_alike(self) -> bool:
        """Whether every disk holds the same files with the same bytes, but for those that do not travel."""
        held = [
            {path: data for path, data in disk.contents().items() if not self.leaves(path)}
            for disk in self.disks
        ]
        return all(each == held[0] for each in held)


def _rank(version: Version) -> tuple[bool, int, int]:
    return version.data is not None, version.mtime_ns, version.by


def copy_name(path: str, loser: Version) -> str:
    """What Syncthing calls the loser: the tag before the last extension, with the device that wrote it."""
    folder, name = split(path)
    stem, _, extension = name.rpartition(".")
    when = datetime.fromtimestamp(loser.mtime_ns // 1_000_000_000, UTC).strftime("%Y%m%d-%H%M%S")
    return join(folder, f"{stem}.sync-conflict-{when}-DEVICE{chr(ord('A') + loser.by)}.{extension}")
