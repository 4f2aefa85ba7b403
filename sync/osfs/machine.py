"""The machine's own clock and chance."""

from __future__ import annotations

import secrets
import time


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
