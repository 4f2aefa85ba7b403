"""A file sync tool in small: several disks whose files travel one at a time, in any order.

It works as Syncthing does: a version vector for each file, the newer one wins, of two that were changed
without knowledge of one another the later mtime does, and the loser stays behind as a conflict copy, or
is gone where `copies` is False. A change wins over a deletion. Equal content is never in conflict. A copy
of a copy is not made. It knows nothing of sidecars and carries everything but what it is told to leave.

Two of its windows are open as long as a test likes: between setting the loser aside and putting the winner
in its place (`halts`), and between its last look at a file and writing over it (`slips`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sync.ports import FILE, TEMP_PREFIX, join, split
from tests.sim.memfs import MemFS, Node

OWN_TEMP = ".syncthing."

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
    `is_busy` tells what somebody is in the midst of writing: it waits until such a file is quiet.
    `slips` is the chance that it writes over a change it has not noticed, which it then loses as well;
    `halts` that it stops midway in a conflict until `finish`.
    """

    disks: Sequence[MemFS]
    chance: random.Random
    copies: bool = True
    leaves: Callable[[str], bool] = lambda path: split(path)[1].startswith((TEMP_PREFIX, OWN_TEMP))
    is_busy: Callable[[int, str], bool] = lambda at, path: False
    slips: float = 0.0
    halts: float = 0.0
    made: int = 0
    overwritten: list[tuple[int, str, bytes]] = field(default_factory=list)
    _known: list[dict[str, Version]] = field(init=False)
    _midway: dict[tuple[int, str], Version] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._known = [{} for _ in self.disks]

    def notice(self, at: int) -> None:
        """Find out what has become of one disk since, as the tool's own scan does."""
        files = {path: node for path, node in self.disks[at].nodes.items() if node.kind == FILE}
        known = self._known[at]
        for path in {*files, *known}:
            if self.leaves(path) or split(path)[1].startswith(OWN_TEMP):
                continue
            if (at, path) in self._midway or self.is_busy(at, path):
                continue
            node, last = files.get(path), known.get(path)
            data = node.data if node else None
            if last is None or last.data != data:
                known[path] = _changed(last, at, len(self.disks), node, self.disks[at].clock.ns)

    def differences(self) -> list[tuple[int, int, str]]:
        """Every (receiver, sender, path) in which the receiver lacks something, in a fixed order."""
        for at in range(len(self.disks)):
            if self.slips == 0 or self.chance.random() >= self.slips:
                self.notice(at)
        return sorted(self._lacking())

    def _lacking(self) -> Iterator[tuple[int, int, str]]:
        for to, mine in enumerate(self._known):
            for of, theirs in enumerate(self._known):
                for path, version in theirs.items():
                    held = mine.get(path)
                    if self.is_busy(to, path):
                        continue
                    if held is None or not held.knows(version):
                        yield to, of, path

    def pull(self, to: int, of: int, path: str) -> None:
        """Let one disk take one file of another, or note that its own wins."""
        if self.slips == 0:
            self.notice(to)
        theirs, mine = self._known[of][path], self._known[to].get(path)
        if self.is_busy(to, path):
            return
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
            self._set_aside(to, path, mine)
            if self.halts and self.chance.random() < self.halts and theirs.data is not None:
                self._midway[to, path] = replace(theirs, vector=vector)
                self.disks[to].hands.put(_temp_of(path), theirs.data[: len(theirs.data) // 2])
            else:
                self._land(to, path, replace(theirs, vector=vector))

    def _set_aside(self, to: int, path: str, loser: Version) -> None:
        """Rename the loser, if this tool does and there is anything to keep; a copy of a copy is not made."""
        disk = self.disks[to]
        if loser.data is None or path not in disk.nodes:
            return
        if not self.copies or ".sync-conflict-" in path:
            self.overwritten.append((to, path, loser.data))
            return
        when = disk.clock.ns
        while (name := copy_name(path, when, loser.by)) in disk.nodes:
            when += 10**9
        self.made += 1
        disk.hands.move(path, name)
        self._known[to][name] = _changed(self._known[to].get(name), to, len(self.disks), disk.nodes[name])

    def _land(self, to: int, path: str, version: Version) -> None:
        """Write as it does: a temp renamed into place, the mtime carried along."""
        disk = self.disks[to]
        held, known = disk.nodes.get(path), self._known[to].get(path)
        if held is not None and held.data not in (version.data, known.data if known else None):
            self.overwritten.append((to, path, held.data))  # it came after the tool had looked
        if version.data is None:
            if held is not None:
                disk.hands.remove(path)
        elif held is None or held.data != version.data:
            disk.hands.replace(path, version.data)
            disk.nodes[path].mtime_ns = version.mtime_ns
        self._known[to][path] = version

    def finish(self) -> list[int]:
        """Put in place what was halted midway; at which disks."""
        midway, self._midway = self._midway, {}
        for (to, path), version in midway.items():
            self._land(to, path, version)
            self.disks[to].hands.remove(_temp_of(path))
        return sorted({to for to, _ in midway})

    def travel(self, share: float = 1.0) -> int:
        """Carry about that share of what is lacking, in random order; how many files went."""
        carried, before = len(self.finish()), None
        while (lacking := self.differences()) and lacking != before:
            chosen = [one for one in lacking if self.chance.random() < share]
            self.chance.shuffle(chosen)
            for to, of, path in chosen:
                self.pull(to, of, path)
                carried += 1
            if share < 1.0:
                break
            before = lacking  # whatever is still lacking then waits for somebody to finish writing
        return carried

    @property
    def is_alike(self) -> bool:
        """Whether every disk holds the same files with the same bytes, but for those that do not travel."""
        held = [
            {path: data for path, data in disk.contents().items() if not self.leaves(path)}
            for disk in self.disks
        ]
        return all(each == held[0] for each in held)


def _rank(version: Version) -> tuple[bool, int, Vector]:
    return version.data is not None, version.mtime_ns, version.vector


def _changed(last: Version | None, at: int, disks: int, node: Node | None, now_ns: int = 0) -> Version:
    """The state of a file that this disk has changed since."""
    before = last.vector if last else (0,) * disks
    vector = (*before[:at], before[at] + 1, *before[at + 1 :])
    return Version(vector, node.data if node else None, node.mtime_ns if node else now_ns, at)


def _temp_of(path: str) -> str:
    folder, name = split(path)
    return join(folder, f"{OWN_TEMP}{name}.tmp")


def copy_name(path: str, when_ns: int, by: int) -> str:
    """What Syncthing calls the loser: a tag with time and device before the last extension."""
    folder, name = split(path)
    stem, _, extension = name.rpartition(".")
    when = datetime.fromtimestamp(when_ns // 1_000_000_000, UTC).strftime("%Y%m%d-%H%M%S")
    return join(folder, f"{stem}.sync-conflict-{when}-DEVICE{chr(ord('A') + by)}.{extension}")
