"""The batches of one group of photos: one for each disk that is written to."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack

from sync.ports import FS, Batch, Stat


class Batches:
    """Makes files on whichever disk, durable together; or `one_by_one`, as for single edits."""

    def __init__(self, stack: ExitStack, *, one_by_one: bool) -> None:
        self._stack, self._one_by_one = stack, one_by_one
        self._of: dict[int, Batch] = {}

    def create(self, fs: FS, path: str, data: bytes, like: str | None) -> Stat:
        """See `Pen.create`."""
        return (
            fs.create(path, data, like=like) if self._one_by_one else self._batch(fs).create(path, data, like)
        )

    def sync_files(self) -> None:
        """Make durable what has been created; OSError if any of it may not last."""
        for batch in self._of.values():
            batch.sync()

    def sync_names(self, places: Iterable[tuple[FS, str] | None]) -> None:
        """Make durable the names in these folders; OSError as above."""
        disks: dict[int, tuple[FS, set[str]]] = {}
        for fs, folder in filter(None, places):
            disks.setdefault(id(fs), (fs, set()))[1].add(folder)
        for fs, folders in disks.values():
            if not self._one_by_one:
                self._batch(fs).sync(folders)
                continue
            for folder in sorted(folders):
                fs.sync_folder(folder)

    def _batch(self, fs: FS) -> Batch:
        if id(fs) not in self._of:
            self._of[id(fs)] = self._stack.enter_context(fs.batch())
        return self._of[id(fs)]
