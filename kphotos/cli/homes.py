"""Which settings a command runs under, and the lock that gives one home to one supervisor."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kphotos import index
from kphotos.config import Settings, from_env, read_dotenv
from kphotos.errors import IndexMissing, Unavailable
from kphotos.sidecar import rebuild
from kphotos.storage import volumes

CHECKOUT = Path(__file__).resolve().parents[2]


def settings() -> Settings:
    """The settings from the environment and `.env`; ConfigError names the one that is wrong.

    In a checkout the home is the checkout's own `data`, so that `kphotos rebuild` means the same library from
    every folder that it is typed in; `.env` is looked for in the present folder, then in the checkout.
    """
    file = Path(".env")
    if not is_checkout():
        return from_env()
    if not file.exists():
        file = CHECKOUT / ".env"
    chosen = os.environ.get("STORAGE_PATH") or read_dotenv(file).get("STORAGE_PATH")
    return from_env(dotenv=file, storage_path=None if chosen else CHECKOUT / "data")


def is_checkout() -> bool:
    """Whether this code runs out of a clone and not out of an installed package."""
    return (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "scripts" / "start").is_file()


@contextmanager
def alone(home: Settings, role: str, what: str) -> Iterator[None]:
    """Hold `locks/<role>.lock` for the length of the block; Unavailable names the process that has it.

    The kernel lets go of it when the process ends, however it ends.
    """
    folder = home.storage_path / "locks"
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder / f"{role}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            raise Unavailable(
                f"{what} already runs on {home.storage_path} (process {holder}).", code="already_running"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def prepare(settings: Settings) -> None:
    """On the very first start there is no index to find missing: an empty one, without a word."""
    try:
        index.current(settings)
    except IndexMissing:
        if not volumes.every(settings):
            rebuild.begin(settings)
