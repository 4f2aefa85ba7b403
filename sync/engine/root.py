"""What is there of a volume's root, put before the brakes: asked before anything is written or told gone."""

from __future__ import annotations

import contextlib

from sync.core.brakes import Offline as OfflineVerdict
from sync.core.brakes import Root, marker_bytes, marker_id, root_verdict
from sync.engine import sharing
from sync.engine.landmarks import are_there
from sync.engine.values import Site, Volume
from sync.errors import Offline
from sync.pairing.names import is_ignored, is_temp
from sync.ports import FS, OWN_FOLDER

MARKER = f"{OWN_FOLDER}/volume.json"
_LARGEST = 1 << 16


def require_root(volume: Volume, site: Site) -> None:
    """Raise Offline unless the volume's own root is there.

    A writable root without a marker gets one if this site has never seen the volume and there is
    something in it, or if it was read-only until now and its landmarks are there; an empty folder is an
    unmounted disk until `begin` says otherwise.
    """
    root = _look(volume, site)
    if volume.writable and root.names and root.marker is None and _may_be_marked(volume, site, root):
        try:
            begin(volume, site)
        except OSError as error:
            raise Offline(f"the folder cannot be written: {error.strerror or error}") from error
        return
    verdict = root_verdict(root, volume.id)
    if isinstance(verdict, OfflineVerdict):
        raise Offline(verdict.reason)


def begin(volume: Volume, site: Site) -> None:
    """Mark a root as this volume's, and this site as one of its users; for a volume just added.

    Raises Offline if it is another volume's already, OSError if it cannot be written.
    """
    marker = _read_marker(volume.fs)
    if marker is None:
        volume.fs.make_folder(OWN_FOLDER)
        sharing.write_once(volume.fs, site, MARKER, marker_bytes(volume.id))
    elif marker_id(marker) != volume.id:
        raise Offline("the folder is another volume")
    sharing.write_down(volume, site)


def _may_be_marked(volume: Volume, site: Site, root: Root) -> bool:
    if volume.marked:
        return False
    return bool(volume.landmarks and root.fingerprint) or not site.memory.folders(volume.id)


def _look(volume: Volume, site: Site) -> Root:
    """What the brakes are to judge. The listing is asked for only where the marker does not tell."""
    is_marked = volume.writable or volume.marked
    try:
        volume.fs.device()
        marker = _read_marker(volume.fs, strict=is_marked)
        if marker is not None:
            # A marker that is there is content: an edit need not wait for the listing of a large root.
            return Root(["*"], marker)
        names, is_known = _content(volume.fs), volume.marked or are_there(volume, site)
        return Root(names, None, marked=is_marked, fingerprint=is_known)
    except FileNotFoundError:
        return Root(None, None, marked=is_marked)
    except OSError as error:
        return Root(None, None, error.strerror or str(error), marked=is_marked)


def _read_marker(fs: FS, *, strict: bool = True) -> bytes | None:
    """The marker's bytes; not `strict`, one that is closed to us is none of ours."""
    with contextlib.suppress(FileNotFoundError, *(() if strict else (PermissionError,))):
        return fs.read(MARKER, _LARGEST).data
    return None


def _content(fs: FS) -> list[str]:
    """The names in the root; what other programs leave in an empty mount point does not count."""
    return [name for name in fs.names("") if not is_ignored(name) and not is_temp(name)]
