"""This machine's place in the world of replicas: its site, and the engine for each volume."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

from kphotos import db
from kphotos.config import Settings
from kphotos.sidecar.elsewhere import Elsewhere
from kphotos.sidecar.observed import Aside, Observed
from kphotos.storage import volumes
from kphotos.storage.volumes import Volume
from sync import engine
from sync.osfs import FileLock, OsFS, SystemClock, SystemRng
from sync.osfs.mounts import mounted_below
from sync.pairing.ignore import NO_MEDIA

_NODE = secrets.token_hex(4)


class _Engines(threading.local):
    """An engine keeps a round's state in itself, so each thread has its own; the locks are shared."""

    def __init__(self) -> None:
        self.made: dict[tuple[Path, str], tuple[Volume, engine.Engine]] = {}


_engines = _Engines()


def engine_of(settings: Settings, volume: Volume) -> engine.Engine:
    """This thread's engine of a volume, made at first use and whenever the volume has changed."""
    key = (settings.storage_path, volume.id)
    made = _engines.made.get(key)
    if made is None or not _is_same(made[0], volume):
        if made is not None:
            made[1].settle()
        made = _engines.made[key] = volume, engine.Engine(_opened(settings, volume), _site(settings))
    return made[1]


def bystander(settings: Settings, volume: Volume) -> engine.Engine:
    """An engine for a look at everything that nobody is told of: what it sees is still news to the others."""
    site = _site(settings)
    return engine.Engine(_opened(settings, volume), replace(site, memory=Aside(settings, site.id)))


def settle() -> None:
    """Let this thread's engines clear away what their edits took out: for a process that ends."""
    for _, made in _engines.made.values():
        made.settle()


def has_looked(settings: Settings, volume: Volume) -> bool:
    """Whether this site has ever scanned the volume."""
    return bool(Observed(settings, site_id(settings)).folders(volume.id))


def add(settings: Settings, root: Path) -> Volume:
    """Register a folder and mark its root as ours, where it may be written; see `volumes.register`."""
    volume = volumes.register(settings, root)
    if settings.storage_path.resolve().is_relative_to(volume.root):
        # Our own home lies among the photos: what is in it are none, thumbnails least of all.
        (settings.storage_path / NO_MEDIA).touch()
    if volume.writable:
        engine.begin(_opened(settings, volume), _site(settings))
        volume = volumes.mark(settings, volume)
    return volume


def _is_same(one: Volume, other: Volume) -> bool:
    """Whether an engine made for one serves the other: also what does not make them differ counts here."""
    return (one, one.marked, one.landmarks) == (other, other.marked, other.landmarks)


def _opened(settings: Settings, volume: Volume) -> engine.Volume:
    overlay = settings.storage_path / "overlay" / volume.id
    overlay.mkdir(mode=0o700, parents=True, exist_ok=True)
    return engine.Volume(
        id=volume.id,
        fs=OsFS(volume.root),
        overlay=OsFS(overlay, everything_ours=True),
        writable=volume.writable,
        marked=volume.marked,
        landmarks=volume.landmarks,
        mounts=partial(mounted_below, volume.root),
        elsewhere=Elsewhere(settings, volume.id, engine_of),
    )


def _site(settings: Settings) -> engine.Site:
    site = site_id(settings)
    return engine.Site(
        id=site,
        node=_NODE,
        memory=Observed(settings, site),
        lock=FileLock(settings.storage_path / "locks"),
        clock=SystemClock(),
        rng=SystemRng(),
        host=os.uname().nodename,
    )


def site_id(settings: Settings) -> str:
    """The site in `site.json`; a home that was copied to another machine is another site."""
    path = settings.storage_path / "site.json"
    machine = _machine()
    try:
        told = json.loads(path.read_bytes())
        if told["machine"] == machine and isinstance(told["site"], str):
            return told["site"]
    except FileNotFoundError:
        return _make_site(path, machine, replace=False)
    except (ValueError, KeyError, TypeError):
        pass
    return _make_site(path, machine, replace=True)


def _make_site(path: Path, machine: str, *, replace: bool) -> str:
    site = secrets.token_hex(8)
    temp = path.with_name(f".site-{secrets.token_hex(4)}")
    with temp.open("x", encoding="ascii") as file:
        json.dump({"machine": machine, "site": site}, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    try:
        if replace:
            temp.replace(path)
        else:
            # Two first starts at once agree on the one that came first.
            path.hardlink_to(temp)
    except FileExistsError:
        site = json.loads(path.read_bytes())["site"]
    finally:
        temp.unlink(missing_ok=True)
    db.sync_folder(path.parent)
    return site


def _machine() -> str:
    try:
        told = Path("/etc/machine-id").read_text(encoding="ascii").strip()
    except OSError:
        told = ""
    return hashlib.sha256((told or os.uname().nodename).encode()).hexdigest()[:16]
