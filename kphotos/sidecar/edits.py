"""The one door for a person's edits: the browser's, the terminal's, any other's."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from kphotos import errors
from kphotos.config import Settings
from kphotos.runtime import room, watches
from kphotos.sidecar import intake, layers, replaced, sites
from kphotos.sidecar.beneath import beneath
from kphotos.sidecar.replaced import Shown
from kphotos.storage import embedded, volumes
from kphotos.storage.volumes import Volume
from sync import errors as refusals
from sync.core.fields import FIELDS, Kind
from sync.core.model import Change
from sync.engine import Edited, Engine

LOG = logging.getLogger(__name__)
_UNCHANGED = "Nothing was changed."


def edit(
    settings: Settings,
    volume: Volume,
    path: str,
    changes: Sequence[Change],
    *,
    by: str | None,
    shown: Shown | None = None,
) -> Edited:
    """Change one photo's metadata. When it returns, the edit is durable on disk and in the index.

    `by` is a user's id, None for the terminal; with `shown` it must be the file that they saw. Raises
    Invalid, NotFound, Conflict, Forbidden (the volume or asset is read-only) and Unavailable (offline, busy,
    a full disk, or a ledger nobody can read).
    """
    room.require(settings)
    engine = sites.engine_of(settings, volume)
    try:
        if shown is not None:
            replaced.require(settings, volume, path, shown)
        lifted = _lifted(engine, volume, path, changes)
        done = engine.edit(path, _raised(lifted, changes), by)
    except refusals.ReadOnly as error:
        turned = volumes.follow_disk(settings, volume)
        if turned.writable == volume.writable:
            raise refused(error) from error
        # The disk has just turned read-only, and nobody has looked since: then the overlay takes it.
        return edit(settings, turned, path, changes, by=by, shown=shown)
    except refusals.SyncError as error:
        raise refused(error) from error
    asset = done.asset
    with told_later(settings, volume):
        asset = intake.project(settings, volume, asset)
    return Edited(asset, _lowered(done, lifted))


@contextmanager
def told_later(settings: Settings, volume: Volume) -> Iterator[None]:
    """What is durable on disk is not refused because the index cannot hear of it now: a scan tells it."""
    try:
        yield
    except errors.Unavailable as error:
        LOG.warning("An edit is on disk and not in the index yet: %s", error.message)
        with suppress(errors.KPhotosError):
            watches.ask(settings, volume.id)


def refused(error: refusals.SyncError) -> errors.KPhotosError:
    """The engine's refusal in the application's words."""
    reason = _sentence(error.reason)
    if isinstance(error, refusals.BadValue):
        return errors.Invalid(error.field, reason, kept=_UNCHANGED)
    if isinstance(error, refusals.NotFound):
        return errors.NotFound("There is no such photo any more.", kept=_UNCHANGED)
    if isinstance(error, refusals.Conflict):
        return errors.Conflict(reason, kept=_UNCHANGED)
    if isinstance(error, refusals.ReadOnly | refusals.NewerSchema):
        return errors.Forbidden(reason, code="read_only", kept=_UNCHANGED)
    if isinstance(error, refusals.Offline):
        return errors.Unavailable(reason, code="volume_offline", kept=_UNCHANGED)
    if isinstance(error, refusals.Full):
        return errors.Unavailable(reason, code="disk_full", kept=_UNCHANGED)
    if isinstance(error, refusals.Busy):
        return errors.Unavailable(reason, code="busy", kept=_UNCHANGED)
    return errors.Conflict(
        reason, code="sidecar_unreadable", kept="Nothing was changed, and the sidecar is left as it is."
    )


def _lifted(engine: Engine, volume: Volume, path: str, changes: Sequence[Change]) -> dict[str, list[str]]:
    """The elements of the sets to be changed that so far only the original itself or Takeout has."""
    touched = {one.field for one in changes if _is_set(one.field)}
    if not touched:
        return {}
    asset = engine.look(path)
    bare = {name for name in touched if layers.is_bare(asset, name)}
    below = beneath(embedded.read(volume.root / path), asset.takeout) if bare else {}
    return {name: list(below[name][0]) for name in sorted(bare & below.keys())}


def _raised(lifted: Mapping[str, list[str]], changes: Sequence[Change]) -> list[Change]:
    """The changes, before which such a set becomes the ledger's.

    Otherwise adding one tag would hide those in the original, and taking out all of them do nothing.
    """
    adds = [Change(name, "add", elements) for name, elements in lifted.items()]
    # What the page showed of a lifted set was the original's own, which has no dots.
    return [*adds, *(replace(one, seen=None) if one.field in lifted else one for one in changes)]


def _lowered(done: Edited, lifted: Mapping[str, list[str]]) -> list[Change]:
    """The undo of a person's own changes alone: what was lifted for them stays, and is there again."""
    undo = [one for one in done.undo if one.op != "remove" or one.value not in lifted.get(one.field, ())]
    for name, elements in lifted.items():
        standing = done.asset.ledger.sets.get(name, {})
        gone = [element for element in elements if element not in standing]
        undo += [Change(name, "add", element, frozenset(), strict=True) for element in gone]
    return undo


def _is_set(name: str) -> bool:
    return name in FIELDS and FIELDS[name].kind is Kind.SET


def _sentence(reason: str) -> str:
    text = reason[:1].upper() + reason[1:]
    return text if text.endswith((".", "!", "?")) else text + "."
