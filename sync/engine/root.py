"""What is there of a volume's root, put before the brakes: asked before anything is written or told gone."""

from __future__ import annotations

import contextlib
import json
import re

from sync.apply.temps import site_digest
from sync.core.brakes import Offline as OfflineVerdict
from sync.core.brakes import Root, marker_bytes, marker_id, root_verdict
from sync.engine.values import Site, Volume
from sync.errors import Offline
from sync.pairing.names import is_ignored, is_temp
from sync.ports import FS, OWN_FOLDER

MARKER = f"{OWN_FOLDER}/volume.json"
_SITES = f"{OWN_FOLDER}/sites"
_SITE = re.compile(r"([0-9a-f]{8})\.json")
_LARGEST = 1 << 16


def require_root(volume: Volume, site: Site) -> None:
    """Raise Offline unless the volume's own root is there.

    A writable root without a marker gets one if this site has never seen the volume and there is
    something in it; an empty folder is an unmounted disk until `begin` says otherwise.
    """
    root = _look(volume)
    if volume.writable and root.names and root.marker is None and not site.memory.folders(volume.id):
        try:
            begin(volume, site)
        except OSError as error:
            raise Offline(f"the folder cannot be written: {error.strerror or error}") from error
        return
    verdict = root_verdict(root, volume.id)
    if isinstance(verdict, OfflineVerdict):
        raise Offline(verdict.reason)


def sites_of(volume: Volume) -> frozenset[str]:
    """Digests of the sites that use, or have used, the volume, as they wrote themselves down in it."""
    try:
        return frozenset(match[1] for name in volume.fs.names(_SITES) if (match := _SITE.fullmatch(name)))
    except OSError:
        return frozenset()


def begin(volume: Volume, site: Site) -> None:
    """Mark a root as this volume's, and this site as one of its users; for a volume just added.

    Raises Offline if it is another volume's already, OSError if it cannot be written.
    """
    marker = _read_marker(volume.fs)
    if marker is None:
        volume.fs.make_folder(OWN_FOLDER)
        _write(volume.fs, site, MARKER, marker_bytes(volume.id))
    elif marker_id(marker) != volume.id:
        raise Offline("the folder is another volume")
    path = f"{_SITES}/{site_digest(site.id)}.json"
    volume.fs.make_folder(_SITES)
    if not _exists(volume.fs, path):
        _write(volume.fs, site, path, (json.dumps({"kphotos": 1, "site": site.id}) + "\n").encode())


def _look(volume: Volume) -> Root:
    """What the brakes are to judge. The listing is asked for only where the marker does not tell."""
    try:
        volume.fs.device()
        marker = _read_marker(volume.fs) if volume.writable else None
        # A marker that is there is content: an edit need not wait for the listing of a large root.
        names = ["*"] if marker is not None else _content(volume.fs)
        return Root(names, marker, marked=volume.writable)
    except FileNotFoundError:
        return Root(None, None, marked=volume.writable)
    except OSError as error:
        return Root(None, None, error.strerror or str(error), marked=volume.writable)


def _read_marker(fs: FS) -> bytes | None:
    with contextlib.suppress(FileNotFoundError):
        return fs.read(MARKER, _LARGEST).data
    return None


def _content(fs: FS) -> list[str]:
    """The names in the root; what other programs leave in an empty mount point does not count."""
    return [name for name in fs.names("") if not is_ignored(name) and not is_temp(name)]


def _exists(fs: FS, path: str) -> bool:
    with contextlib.suppress(FileNotFoundError):
        fs.stat(path)
        return True
    return False


def _write(fs: FS, site: Site, path: str, data: bytes) -> None:
    """Write one of the root's own files, unless another process of this site was quicker."""
    temp = f"{path}.{site.rng.hex(8)}"
    fs.create(temp, data)
    try:
        fs.rename(temp, path, replace=False)
    except FileExistsError:
        fs.remove(temp)
    fs.sync_folder(path.rpartition("/")[0])
