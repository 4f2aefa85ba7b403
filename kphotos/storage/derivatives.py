"""The store of derivatives: STORAGE_PATH/derivatives/<hh>/<hash>/{thumb.webp,preview.webp,facts.json}.

Keyed by content, so a move, a copy or a rebuild makes none anew; all of it may be deleted, at the price of
time. Every step goes from the root by directory descriptors that refuse symlinks, so nothing is ever written
or removed elsewhere, whatever somebody put into the store.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, get_args

from kphotos.storage.facts import Facts

Kind = Literal["thumb", "preview", "facts"]
KINDS: tuple[Kind, ...] = get_args(Kind)
GRACE = 3600.0  # seconds that a sweep leaves anything new alone: its asset may not be projected yet

_NAMES: dict[Kind, str] = {"thumb": "thumb.webp", "preview": "preview.webp", "facts": "facts.json"}
_HASH = re.compile(r"sha256:([0-9a-f]{64})")
_SHELF, _FOLDER = re.compile(r"[0-9a-f]{2}"), re.compile(r"[0-9a-f]{64}")
_TEMP = ".kphotos-tmp-"
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Derivatives:
    """The store below `root`. Hashes are "sha256:<64 hex>"; anything else raises ValueError."""

    root: Path

    def path(self, content: str, kind: Kind) -> Path:
        """Where that derivative is, or would be."""
        digest = _digest(content)
        return self.root / digest[:2] / digest / _NAMES[kind]

    def has(self, content: str, kind: Kind) -> bool:
        """Whether it is there, and not empty."""
        try:
            about = os.lstat(self.path(content, kind))
        except OSError:
            return False
        return stat.S_ISREG(about.st_mode) and about.st_size > 0

    def missing(self, content: str) -> tuple[Kind, ...]:
        """The derivatives that are still to be made: none for a content that is known to have no picture."""
        facts = self.facts(content)
        if facts is not None and facts.problem is not None:
            return ()
        return tuple(
            kind for kind in KINDS if (facts is None if kind == "facts" else not self.has(content, kind))
        )

    def open(self, content: str, kind: Kind) -> BinaryIO | None:
        """The derivative for reading; None if it is not there."""
        digest = _digest(content)
        try:
            with _folder(self.root, digest[:2], digest) as folder:
                return os.fdopen(
                    os.open(_NAMES[kind], os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder), "rb"
                )
        except FileNotFoundError:
            return None

    def facts(self, content: str) -> Facts | None:
        """The facts of that content; None where there are none that this version understands."""
        found = self.open(content, "facts")
        if found is None:
            return None
        with found:
            facts = Facts.from_json(found.read(65_536))
        return facts if facts is not None and facts.hash == content else None

    def put(self, content: str, kind: Kind, data: bytes) -> None:
        """Keep one derivative; others see the old one or the whole new one, never half of it."""
        digest = _digest(content)
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _folder(self.root, digest[:2], digest, make=True) as folder:
            temp = _TEMP + secrets.token_hex(8)
            try:
                _write(folder, temp, data)
                os.rename(temp, _NAMES[kind], src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(temp, dir_fd=folder)
                raise

    def sweep(self, wanted: Callable[[str], bool], grace: float = GRACE) -> int:
        """Remove what belongs to no wanted content, and temporaries that a crash left; the number of files.

        Only names that this room gives are ever touched.
        """
        if not self.root.exists():
            return 0
        before = time.time() - grace
        removed = 0
        with _folder(self.root) as root:
            for shelf in _names(root, _SHELF):
                with (
                    contextlib.suppress(NotADirectoryError, FileNotFoundError),
                    _within(root, shelf) as shelf_fd,
                ):
                    for digest in _names(shelf_fd, _FOLDER):
                        removed += _sweep_folder(shelf_fd, digest, wanted(f"sha256:{digest}"), before)
        return removed


def _sweep_folder(shelf: int, digest: str, is_wanted: bool, before: float) -> int:
    removed = 0
    with contextlib.suppress(NotADirectoryError, FileNotFoundError), _within(shelf, digest) as folder:
        for name in os.listdir(folder):  # noqa: PTH208 - a descriptor, not a path
            about = os.stat(name, dir_fd=folder, follow_symlinks=False)
            is_ours = name.startswith(_TEMP) or (name in _NAMES.values() and not is_wanted)
            if is_ours and about.st_mtime < before and not stat.S_ISDIR(about.st_mode):
                os.unlink(name, dir_fd=folder)
                removed += 1
        with contextlib.suppress(OSError):  # Something is left in it: then it stays.
            os.rmdir(digest, dir_fd=shelf)
    return removed


def _digest(content: str) -> str:
    found = _HASH.fullmatch(content)
    if not found:
        raise ValueError("not a content hash")
    return found[1]


@contextlib.contextmanager
def _folder(root: Path, *names: str, make: bool = False) -> Iterator[int]:
    """A descriptor of a folder below the root, each step refusing symlinks; made where asked for."""
    with contextlib.ExitStack() as steps:
        fd = os.open(root, _FOLDER_FLAGS)
        steps.callback(os.close, fd)
        for name in names:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(name, mode=0o700, dir_fd=fd)
            fd = steps.enter_context(_within(fd, name))
        yield fd


@contextlib.contextmanager
def _within(parent: int, name: str) -> Iterator[int]:
    fd = os.open(name, _FOLDER_FLAGS, dir_fd=parent)
    try:
        yield fd
    finally:
        os.close(fd)


def _names(folder: int, pattern: re.Pattern[str]) -> list[str]:
    return [name for name in os.listdir(folder) if pattern.fullmatch(name)]


def _write(folder: int, name: str, data: bytes) -> None:
    fd = os.open(
        name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder
    )
    with os.fdopen(fd, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(fd)  # Without it a power cut leaves an empty file under the right name.
