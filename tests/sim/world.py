"""The fake clock, chance, lock and memory."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sync.errors import Busy


class FakeClock:
    """A clock that moves a microsecond at each look, and as far as it is told."""

    def __init__(self, start_ns: int = 1_750_000_000_000_000_000) -> None:
        self.ns = start_ns
        self.slept: list[float] = []

    def now_ns(self) -> int:
        """See `Clock.now_ns`."""
        self.ns += 1_000
        return self.ns

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self.ns / 1e9

    def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        self.slept.append(seconds)
        self.pass_time(seconds)

    def pass_time(self, seconds: float) -> None:
        """Let time pass without anybody asking."""
        self.ns += int(seconds * 1e9)


class FakeRng:
    """Chance from a seed."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def hex(self, digits: int) -> str:
        """See `Rng.hex`."""
        return "".join(self._random.choices("0123456789abcdef", k=digits))


class MemLock:
    """The group lock of one simulated machine; `refuse_in`: the how manieth asked for is not to be had."""

    def __init__(self) -> None:
        self.refuse_in = 0
        self._held: set[str] = set()
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def hold(self, keys: Iterable[str], timeout: float = 10.0) -> Iterator[None]:
        """See `Lock.hold`."""
        wanted = sorted(set(keys))
        if self.refuse_in:
            self.refuse_in -= 1
            if not self.refuse_in:
                raise Busy("somebody else is writing this photo's sidecars")
        with self._changed:
            if not self._changed.wait_for(lambda: self._held.isdisjoint(wanted), timeout):
                raise Busy("somebody else is writing this photo's sidecars")
            self._held.update(wanted)
        try:
            yield
        finally:
            with self._changed:
                self._held.difference_update(wanted)
                self._changed.notify_all()


class MemMemory:
    """What a site has observed, in dictionaries."""

    def __init__(self) -> None:
        self._folders: dict[str, dict[str, bytes]] = {}
        self._last: dict[tuple[str, str], bytes] = {}
        self._hashes: dict[tuple[str, str], tuple[bytes, str]] = {}
        self._expected: dict[tuple[str, str], bytes | None] = {}

    def folders(self, volume: str) -> dict[str, bytes]:
        """See `Memory.folders`."""
        return dict(self._folders.get(volume, {}))

    def save_folders(self, volume: str, snapshots: Mapping[str, bytes | None]) -> None:
        """See `Memory.save_folders`."""
        _update(self._folders.setdefault(volume, {}), snapshots)

    def last(self, volume: str, path: str) -> bytes | None:
        """See `Memory.last`."""
        key = (volume, path)
        return self._expected.pop(key) if key in self._expected else self._last.get(key)

    def expect(self, volume: str, paths: Iterable[str]) -> None:
        """See `Memory.expect`."""
        self._expected = {(volume, path): self._last.get((volume, path)) for path in paths}

    def keep(self, volume: str, seen: Mapping[str, bytes | None]) -> None:
        """See `Memory.keep`."""
        for path in seen:
            self._expected.pop((volume, path), None)
        _update(self._last, {(volume, path): value for path, value in seen.items()})

    def hashes(self, volume: str, paths: Iterable[str]) -> dict[str, tuple[bytes, str]]:
        """See `Memory.hashes`."""
        return {path: found for path in paths if (found := self._hashes.get((volume, path)))}

    def keep_hashes(self, volume: str, seen: Mapping[str, tuple[bytes, str] | None]) -> None:
        """See `Memory.keep_hashes`."""
        _update(self._hashes, {(volume, path): value for path, value in seen.items()})


def _update(kept: dict[Any, Any], new: Mapping[Any, Any]) -> None:
    for key, value in new.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = value
