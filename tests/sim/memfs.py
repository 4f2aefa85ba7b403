"""A disk in memory: inodes, times with granularity, crashes before any operation, lost unsynced data.

Two sides: the port `FS` as the engine sees it (counted, guarded, able to fail), and `hands`, other
people's programs, which may do anything to any file and are never counted.
"""

from __future__ import annotations

import errno
import io
import itertools
import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from sync.ports import (
    FILE,
    FOLDER,
    LINK,
    OTHER,
    UNKNOWN,
    Entry,
    Found,
    NotRegular,
    Stat,
    TooLarge,
    join,
    require_companions,
    require_ours,
    split,
)
from tests.sim.world import FakeClock


class Crash(BaseException):
    """The machine stops here; no handler of the engine may catch it."""


@dataclass
class Node:
    """One inode: content as programs see it, and as the platter has it (None: nothing yet)."""

    ino: int
    kind: int
    data: bytes = b""
    durable: bytes | None = None
    mode: int = 0o644
    attributes: dict[str, bytes] = field(default_factory=dict)
    mtime_ns: int = 0
    ctime_ns: int = 0
    writers: int = 0


class MemFS:
    """The port `FS` in memory.

    `before` is called before each operation with (number, operation, path): a test may let another
    program act there, raise OSError for a fault, or raise Crash. `exchanges` False models a disk
    without the exchange, `links` False one without hard links; `granularity_ns` rounds times down.
    """

    def __init__(
        self, clock: FakeClock, *, exchanges: bool = True, links: bool = True, granularity_ns: int = 1
    ) -> None:
        self.clock = clock
        self.exchanges, self.links = exchanges, links
        self.granularity_ns = granularity_ns
        self.tells_writers = True
        self.nodes: dict[str, Node] = {}
        self.durable_nodes: dict[str, Node] = {}
        self.before: Callable[[int, str, str], None] = lambda number, operation, path: None
        self.operations = 0
        self.writes: list[tuple[str, str]] = []
        self.opened: list[str] = []
        self.root_error: OSError | None = None
        self.device_number = 1
        self._inodes = itertools.count(100)
        self.hands = Hands(self)

    # The port.

    def device(self) -> int:
        """See `FS.device`."""
        self._step("device", "")
        return self.device_number

    def entries(self, folder: str) -> list[Entry]:
        """See `FS.entries`."""
        self._step("entries", folder)
        self._folder(folder)
        found = [
            Entry(split(path)[1], *_stat(node))
            for path, node in self.nodes.items()
            if split(path)[0] == folder
        ]
        # The order in which a disk lists is nobody's promise.
        return sorted(found, key=lambda entry: entry.name[::-1])

    def names(self, folder: str) -> list[str]:
        """See `FS.names`."""
        self._step("names", folder)
        self._folder(folder)
        return [split(path)[1] for path in self.nodes if split(path)[0] == folder]

    def stat(self, path: str) -> Stat:
        """See `FS.stat`."""
        self._step("stat", path)
        return Stat(FOLDER, 2, 0, 0, 0) if path == "" else _stat(self._node(path))

    def read(self, path: str, limit: int) -> Found:
        """See `FS.read`."""
        self._step("read", path)
        node = self._regular(path)
        if len(node.data) > limit:
            raise TooLarge(path)
        return Found(node.data, _stat(node))

    def is_being_written(self, path: str) -> bool | None:
        """See `FS.is_being_written`."""
        if not self.tells_writers:
            return None
        return path in self.nodes and self.nodes[path].writers > 0

    def open(self, path: str) -> io.BytesIO:
        """See `FS.open`."""
        self._step("open", path)
        self.opened.append(path)
        return io.BytesIO(self._regular(path).data)

    def create(self, path: str, data: bytes, like: str | None = None) -> Stat:
        """See `FS.create`: three points at which a crash leaves something different."""
        return self._create(path, data, like, durably=True)

    def batch(self) -> AbstractContextManager[MemBatch]:
        """See `FS.batch`."""
        return nullcontext(MemBatch(self, self._create))

    def _create(self, path: str, data: bytes, like: str | None, *, durably: bool) -> Stat:
        require_ours(path)
        self._write("create", path)
        self._folder(split(path)[0])
        if path in self.nodes:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
        node = Node(next(self._inodes), FILE, b"", None, mode=0o600)
        self._touch(node)
        self.nodes[path] = node
        try:
            node.data = data[: len(data) // 2]
            self._step("write", path)
            node.data = data
            if durably:
                self._step("fsync", path)
        except OSError:
            self.nodes.pop(path, None)
            raise
        node.durable = data if durably else None
        source = self.nodes.get(like) if like is not None else None
        if source is not None:
            node.mode, node.attributes = source.mode, dict(source.attributes)
        self._touch(node)
        return _stat(node)

    def exchange(self, temp: str, path: str) -> bool:
        """See `FS.exchange`."""
        require_ours(temp, path)
        self._write("exchange", path)
        if not self.exchanges:
            return False
        one, other = self._node(temp), self._node(path)
        self.nodes[temp], self.nodes[path] = other, one
        one.ctime_ns = other.ctime_ns = self._now()
        return True

    def link(self, path: str, temp: str) -> bool:
        """See `FS.link`."""
        require_ours(temp, path)
        self._write("link", path)
        node = self._node(path)
        if not self.links:
            return False
        if temp in self.nodes:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), temp)
        self.nodes[temp] = node
        node.ctime_ns = self._now()
        return True

    def rename(self, temp: str, path: str, *, replace: bool) -> None:
        """See `FS.rename`."""
        require_ours(temp, path)
        self._write("rename", path)
        node = self._node(temp)
        if not replace and path in self.nodes:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
        del self.nodes[temp]
        self.nodes[path] = node
        node.ctime_ns = self._now()

    def carry(self, old: str, new: str) -> None:
        """See `FS.carry`."""
        require_companions(old, new)
        self._write("carry", new)
        node = self._regular(old)
        self._folder(split(new)[0])
        if self.nodes.get(new, node) is not node or old == new:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new)
        del self.nodes[old]
        self.nodes[new] = node
        node.ctime_ns = self._now()

    def remove(self, path: str) -> None:
        """See `FS.remove`."""
        require_ours(path)
        self._write("remove", path)
        self._node(path)
        del self.nodes[path]

    def make_folder(self, path: str) -> None:
        """See `FS.make_folder`."""
        require_ours(path)
        self._write("make_folder", path)
        self.hands.folder(path)

    def sync_folder(self, folder: str) -> None:
        """See `FS.sync_folder`."""
        self._step("sync_folder", folder)
        for path in [path for path in self.durable_nodes if split(path)[0] == folder]:
            del self.durable_nodes[path]
        self.durable_nodes |= {path: node for path, node in self.nodes.items() if split(path)[0] == folder}

    # What befalls the machine.

    def power_cut(self, *, keep_names: bool = False) -> None:
        """Lose what was not synced: contents always, names unless `keep_names` (a disk may do either)."""
        if not keep_names:
            self.nodes = dict(self.durable_nodes)
        for node in self.nodes.values():
            if node.kind == FILE:
                node.data = node.durable if node.durable is not None else b""
        self.durable_nodes = dict(self.nodes)

    def contents(self) -> dict[str, bytes]:
        """Every file's bytes by path, to compare before and after."""
        return {path: node.data for path, node in sorted(self.nodes.items()) if node.kind == FILE}

    # Beneath.

    def _step(self, operation: str, path: str) -> None:
        if self.root_error is not None:
            raise self.root_error
        self.operations += 1
        self.before(self.operations, operation, path)

    def _write(self, operation: str, path: str) -> None:
        self._step(operation, path)
        self.writes.append((operation, path))

    def _folder(self, folder: str) -> None:
        if folder and self._node(folder).kind != FOLDER:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), folder)
        if folder and self.nodes[folder].mode == 0:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)

    def _node(self, path: str) -> Node:
        folder, _ = split(path)
        if folder:
            self._folder(folder)
        if path not in self.nodes:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return self.nodes[path]

    def _regular(self, path: str) -> Node:
        node = self._node(path)
        if node.kind != FILE:
            raise NotRegular(path)
        if node.mode == 0:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return node

    def _now(self) -> int:
        return self.clock.now_ns() // self.granularity_ns * self.granularity_ns

    def _touch(self, node: Node) -> None:
        node.mtime_ns = node.ctime_ns = self._now()


class MemBatch:
    """The port `Batch`, promising no more than that: of a real `syncfs` much else would last too."""

    def __init__(self, fs: MemFS, create: Callable[..., Stat]) -> None:
        self._fs, self._create = fs, create
        self._made: list[Node] = []

    def create(self, path: str, data: bytes, like: str | None = None) -> Stat:
        """See `Batch.create`."""
        made = self._create(path, data, like, durably=False)
        self._made.append(self._fs.nodes[path])
        return made

    def sync(self, folders: Iterable[str] = ()) -> None:
        """See `Batch.sync`."""
        self._fs._step("syncfs", "")
        for node in self._made:
            node.durable = node.data
        self._made = []
        for folder in sorted(set(folders)):
            self._fs.sync_folder(folder)


class Hands:
    """Other people's programs at work on the same disk; what they do is durable at once."""

    def __init__(self, fs: MemFS) -> None:
        self._fs = fs

    def folder(self, path: str) -> None:
        """Make a folder and its parents."""
        at = ""
        for part in path.split("/") if path else []:
            at = join(at, part)
            if at not in self._fs.nodes:
                self._fs.nodes[at] = Node(next(self._fs._inodes), FOLDER)
                self._fs.durable_nodes[at] = self._fs.nodes[at]

    def put(self, path: str, data: bytes) -> None:
        """Write in place, as darktable and digiKam do: the inode stays, or a new file is made."""
        self.folder(split(path)[0])
        node = self._fs.nodes.get(path)
        if node is None:
            node = self._fs.nodes[path] = Node(next(self._fs._inodes), FILE)
        node.data = node.durable = data
        self._fs._touch(node)
        self._fs.durable_nodes[path] = node

    def opened(self, path: str) -> Callable[[bytes], None]:
        """Hold a file open: what is written then lands in its inode, whatever name that has by now."""
        node = self._fs.nodes[path]
        node.writers += 1

        def write(data: bytes) -> None:
            node.writers -= 1
            node.data = node.durable = data
            self._fs._touch(node)

        return write

    def replace(self, path: str, data: bytes) -> None:
        """Write a temp and rename it over, as exiftool and Syncthing do: a new inode."""
        self._fs.nodes.pop(path, None)
        self.put(path, data)

    def special(self, path: str, *, link: bool = False) -> None:
        """Make a FIFO, or a symbolic link."""
        self.folder(split(path)[0])
        kind = LINK if link else OTHER
        self._fs.nodes[path] = self._fs.durable_nodes[path] = Node(next(self._fs._inodes), kind)

    def remove(self, path: str) -> None:
        """Delete a file, or a folder with all it holds."""
        for mapping in (self._fs.nodes, self._fs.durable_nodes):
            for name in [name for name in mapping if name == path or name.startswith(path + "/")]:
                del mapping[name]

    def chmod(self, path: str, mode: int) -> None:
        """Change who may read; 0 is nobody."""
        self._fs.nodes[path].mode = mode
        self._fs.nodes[path].ctime_ns = self._fs._now()

    def date(self, path: str, mtime_ns: int) -> None:
        """Forge the modification time, as darktable's crawler does; ctime tells."""
        self._fs.nodes[path].mtime_ns = mtime_ns
        self._fs.nodes[path].ctime_ns = self._fs._now()

    def move(self, old: str, new: str) -> None:
        """Rename a file, or a folder with all it holds."""
        self.folder(split(new)[0])
        for mapping in (self._fs.nodes, self._fs.durable_nodes):
            for name in [name for name in mapping if name == old or name.startswith(old + "/")]:
                mapping[new + name[len(old) :]] = mapping.pop(name)

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        return self._fs.nodes[path].data

    def names(self, folder: str = "") -> list[str]:
        """The names in a folder, sorted."""
        return sorted(split(path)[1] for path in self._fs.nodes if split(path)[0] == folder)


def _stat(node: Node) -> Stat:
    if node.kind == UNKNOWN:
        return Stat(UNKNOWN, 0, 0, 0, 0)
    return Stat(node.kind, node.ino, len(node.data), node.mtime_ns, node.ctime_ns)
