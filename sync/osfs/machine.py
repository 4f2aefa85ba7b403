"""The machine's own clock and chance, and which of its starts this is."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def boot() -> str:
    """A name for the time since the machine was started; always another one where there is none."""
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return secrets.token_hex(16)


class SystemClock:
    """The port `Clock` of this machine."""

    def now_ns(self) -> int:
        """See `Clock.now_ns`."""
        return time.time_ns()

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        time.sleep(seconds)


class SystemRng:
    """The port `Rng` of this machine."""

    def hex(self, digits: int) -> str:
        """See `Rng.hex`."""
        return secrets.token_hex((digits + 1) // 2)[:digits]
