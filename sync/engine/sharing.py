"""Who uses a volume: each site writes itself down beside the marker; one that is gone for good is retired.

A site's own file says its id, its machine's name and the day it was last here, renewed once a week. A
retirement is a second file beside it, which travels with the folder as the first does; whoever comes back
takes his own away. An older K-Photos does not know retirements and counts everybody: that is the safe side.
"""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sync.apply.temps import site_digest
from sync.engine.ahead import Ahead
from sync.engine.values import Site, Volume
from sync.ports import FS, OWN_FOLDER, Stat

_SITES = f"{OWN_FOLDER}/sites"
_SITE = re.compile(r"([0-9a-f]{8})\.json")
_RETIRED = re.compile(r"([0-9a-f]{8})\.retired\.json")
_TEMP = re.compile(r"([0-9a-f]{8})\.json\.[0-9a-f]{8}")
_LARGEST = 1 << 16
_RENEWED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Sharer:
    """A site as it wrote itself down: the digest of its id, its machine's name, ISO days or "".

    `retired` is the day on which somebody said that it does not come back.
    """

    digest: str
    host: str = ""
    seen: str = ""
    retired: str = ""


def users(volume: Volume) -> tuple[frozenset[str], frozenset[str]]:
    """Digests of the sites that use the volume, and of those that did and are retired; a listing, no more.

    OSError where the disk refuses: who uses the volume is not known then, and that is not nobody.
    """
    try:
        names = volume.fs.names(_SITES)
    except (FileNotFoundError, NotADirectoryError):
        return frozenset(), frozenset()
    known = {match[1] for name in names if (match := _SITE.fullmatch(name))}
    retired = {match[1] for name in names if (match := _RETIRED.fullmatch(name))} & known
    return frozenset(known - retired), frozenset(retired)


def sharers(volume: Volume) -> list[Sharer]:
    """The same with what each has written down, by digest; none where they cannot be listed."""
    active, retired = frozenset[str](), frozenset[str]()
    with contextlib.suppress(OSError):
        active, retired = users(volume)
    return [_sharer(volume.fs, digest, is_retired=digest in retired) for digest in sorted(active | retired)]


def retire(volume: Volume, site: Site, digest: str) -> None:
    """Say that a site does not come back: it is not waited for any more. Durable when it returns; OSError.

    So it is where it was said before: perhaps the disk refused to make just that last.
    """
    told = {"kphotos": 1, "on": _today(site).isoformat(), "by": site_digest(site.id)}
    if write_once(volume.fs, site, _retirement(digest), _encoded(told)) is None:
        volume.fs.sync_folder(_SITES)


def recall(volume: Volume, digest: str) -> None:
    """Take a retirement back, durably; nothing but that where there is none (any more). OSError."""
    with contextlib.suppress(FileNotFoundError):
        volume.fs.remove(_retirement(digest))
    volume.fs.sync_folder(_SITES)


def write_down(volume: Volume, site: Site) -> None:
    """Let the volume know this site, which is here: for its first use, or its return. OSError."""
    digest = site_digest(site.id)
    volume.fs.make_folder(_SITES)
    written = write_once(volume.fs, site, f"{_SITES}/{digest}.json", _own(site))
    if written is not None:
        Ahead(volume, site).keep(written)
    _sweep(volume.fs, digest)
    recall(volume, digest)


def renew(volume: Volume, site: Site) -> None:
    """Write down that this site is still here, once a week, so that nobody retires it by mistake."""
    active, _ = users(volume)
    digest = site_digest(site.id)
    path = f"{_SITES}/{digest}.json"
    if not volume.writable or len(active) < 2:
        return
    told = _sharer(volume.fs, digest)
    if told.host == site.host and _is_recent(told.seen, _today(site)):
        return
    Ahead(volume, site).keep(_put(volume.fs, site, path, _own(site), replace=True))
    _sweep(volume.fs, digest)
    volume.fs.sync_folder(_SITES)


def write_once(fs: FS, site: Site, path: str, data: bytes) -> Stat | None:
    """Write one of the root's own files, unless it is there or another process of this site was quicker.

    Returns the stat of what was written, None where nothing was.
    """
    if _stat(fs, path) is not None:
        return None
    written = None
    try:
        written = _put(fs, site, path, data, replace=False)
    except OSError:
        if _stat(fs, path) is None:
            raise
    fs.sync_folder(path.rpartition("/")[0])
    return written


def _put(fs: FS, site: Site, path: str, data: bytes, *, replace: bool) -> Stat:
    """Give a new file its name; nothing of it is left where the disk refuses that."""
    temp = f"{path}.{site.rng.hex(8)}"
    written = fs.create(temp, data)
    try:
        fs.rename(temp, path, replace=replace)
    except OSError:
        with contextlib.suppress(OSError):
            fs.remove(temp)
        raise
    return written


def _sweep(fs: FS, digest: str) -> None:
    """Remove what a process of this site left that was killed before its file had its name.

    Another that is about to give it loses nothing: the site's file is there by now.
    """
    with contextlib.suppress(OSError):
        for name in fs.names(_SITES):
            if (match := _TEMP.fullmatch(name)) and match[1] == digest:
                fs.remove(f"{_SITES}/{name}")


def _sharer(fs: FS, digest: str, *, is_retired: bool = False) -> Sharer:
    own = _told(fs, f"{_SITES}/{digest}.json")
    retired = str(_told(fs, _retirement(digest)).get("on", "?")) if is_retired else ""
    return Sharer(digest, str(own.get("host", "")), str(own.get("seen", "")), retired)


def _told(fs: FS, path: str) -> dict[str, Any]:
    """The JSON object in a file; an empty one where there is none that can be read."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        found = json.loads(fs.read(path, _LARGEST).data)
        if isinstance(found, dict):
            return found
    return {}


def _own(site: Site) -> bytes:
    return _encoded({"kphotos": 1, "site": site.id, "host": site.host, "seen": _today(site).isoformat()})


def _encoded(told: dict[str, Any]) -> bytes:
    return (json.dumps(told, sort_keys=True) + "\n").encode()


def _retirement(digest: str) -> str:
    return f"{_SITES}/{digest}.retired.json"


def _today(site: Site) -> date:
    return datetime.fromtimestamp(site.clock.now_ns() / 1e9, UTC).date()


def _is_recent(day: str, today: date) -> bool:
    """Whether a day is less than a week before today, or after it: clocks of machines differ."""
    with contextlib.suppress(ValueError):
        return today - date.fromisoformat(day) < _RENEWED
    return False


def _stat(fs: FS, path: str) -> Stat | None:
    with contextlib.suppress(FileNotFoundError):
        return fs.stat(path)
    return None
