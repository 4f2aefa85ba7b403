"""The secret that signs tokens and messages: chosen by the admin and strong, or made on the first start."""

from __future__ import annotations

import itertools
import os
import secrets
import stat
from pathlib import Path

from kphotos.errors import ConfigError

SHORTEST_SECRET = 32
# Words that stand in every document's example and in no random secret.
_TELLTALE = ("change", "secret", "password", "example", "default", "kphotos", "k-photos", "12345", "qwert")


def checked(value: str) -> str:
    """The secret if it is strong or not set; ConfigError if it looks guessable. It is never repeated."""
    if not value:
        return ""
    reason = weakness(value)
    if reason is not None:
        raise ConfigError("JWT_SECRET", "…", f"{reason}; take the output of `openssl rand -base64 48`")
    return value


def weakness(secret: str) -> str | None:
    """Why a secret could be guessed, as half a sentence; None if it looks random."""
    folded = secret.casefold()
    steps = [ord(b) - ord(a) for a, b in itertools.pairwise(folded)]
    if len(secret.encode()) < SHORTEST_SECRET:
        return f"it has fewer than {SHORTEST_SECRET} bytes"
    if any(word in folded for word in _TELLTALE):
        return "it contains a word of a published example"
    if len(set(secret)) < 8 or (secret + secret).find(secret, 1) < len(secret):
        return "it repeats itself"
    if sum(1 for step in steps if step in (-1, 0, 1)) > len(steps) / 2:
        return "it counts up or down"
    return None


def kept(home: Path) -> str:
    """The secret in STORAGE_PATH, made on the first start; two first starts at once agree on one."""
    path = home / "secret"
    try:
        if not path.exists():
            _make_secret(path)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            "JWT_SECRET", str(path), f"the secret file must be readable and ours ({error})"
        ) from error
    if weakness(secret) is not None:
        raise ConfigError(
            "JWT_SECRET", str(path), f"its content is weak: {weakness(secret)}; delete it for a new one"
        )
    return secret


def new_secret() -> str:
    """48 random bytes as text that is not weak, not even by chance."""
    while weakness(secret := secrets.token_urlsafe(48)) is not None:
        pass
    return secret


def _make_secret(path: Path) -> None:
    # A private temp that is linked into place: nobody ever reads half a secret, and the first one wins.
    temp = path.with_name(f".secret-{secrets.token_hex(8)}")
    descriptor = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(new_secret() + "\n")
            file.flush()
            os.fsync(file.fileno())
        if not path.exists():
            path.hardlink_to(temp)
    except FileExistsError:
        pass
    finally:
        temp.unlink()
