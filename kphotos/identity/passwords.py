"""Passwords: which ones are accepted, and how they are hashed and checked."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from kphotos.errors import Invalid
from kphotos.identity.errors import Crowded

SHORTEST = 8
LONGEST = 1024
CORES = os.cpu_count() or 1

_CONTEXT = (
    "kphotos",
    "k-photos",
    "photos",
    "photo",
    "pictures",
    "password",
    "passwort",
    "admin",
    "administrator",
)
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4, type=Type.ID)
# A name nobody has costs as much time as a wrong password: this is the hash that is checked instead.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$+tG9viTKygtKhVthWR6ECA$R3QB2QmRyOvFU9fBSCdwdeam/JowpDrhYBg0pee9ktQ"

_running = threading.BoundedSemaphore(CORES)
_waiting = threading.BoundedSemaphore(CORES + 2)


def check(password: str, name: str = "") -> None:
    """Raise Invalid("password") unless a new password is long enough and not among the first guesses."""
    if len(password) < SHORTEST:
        raise Invalid("password", f"The password needs {SHORTEST} characters or more.")
    bounded(password)
    if _digest(password) in _common():
        raise Invalid("password", "This password is one of the most common ones; choose another.")
    if _is_guessable(password.casefold(), name.casefold()):
        raise Invalid("password", "This password is too easy to guess; choose another.")


def bounded(password: str) -> None:
    """Refuse what no hash should ever see: a password longer than anybody types."""
    if len(password) > LONGEST:
        raise Invalid("password", f"The password is longer than {LONGEST} characters.")


def hashed(password: str) -> str:
    """The Argon2id hash of a password, byte for byte as typed (no trimming, no 72-byte limit)."""
    with _turn():
        return _HASHER.hash(password.encode())


def matches(stored: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; no hash at all takes just as long and says no."""
    with _turn():
        try:
            _HASHER.verify(stored or _NOBODY, password.encode())
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@contextmanager
def _turn() -> Iterator[None]:
    if not _waiting.acquire(blocking=False):
        raise Crowded
    try:
        with _running:
            yield
    finally:
        _waiting.release()


def _is_guessable(password: str, name: str) -> bool:
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password)
    if len(set(password)) < 4 or core in _CONTEXT:
        return True
    return len(name) > 2 and name in password and len(password.replace(name, "")) < 4


def _digest(password: str) -> str:
    return hashlib.sha256(password.casefold().encode()).hexdigest()[:12]


@cache
def _common() -> frozenset[str]:
    text = Path(__file__).with_name("common_passwords.txt").read_text(encoding="ascii")
    return frozenset(text.split())
