"""Sidecars taken to another place: written there first, removed here when the same bytes are safe."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sync.apply.put import Pen, StartOver, commit, prepare
from sync.apply.temps import UNSURE_SECONDS, temp_path
from sync.codecs import ledger as ledgers
from sync.codecs import xmp as xmps
from sync.core.model import Ledger, Problem
from sync.engine import remember
from sync.engine.overlay import holds
from sync.engine.temps import age_of
from sync.engine.values import Site, Volume
from sync.errors import Unreadable
from sync.ports import FS, LEDGER_SUFFIX, Found, split
from sync.scan.seen import LARGEST_LEDGER, mark_of


@dataclass(frozen=True, slots=True)
class Move:
    """One sidecar, as it was read at `old`; `is_there`: the same bytes lie at `new` already.

    `is_spent`: or other ones, beside a ledger that has seen all that these say.
    """

    fs: FS
    old: str
    new: str
    found: Found
    is_there: bool
    is_spent: bool = False


class Doubt(Exception):
    """Why the sidecars stay where they are, as half a sentence."""


Known = Callable[[bytes], bool]
"""Whether all that a sidecar's bytes say is in the ledger at the new place."""


def nothing_known(data: bytes) -> bool:
    """What is known where no ledger lies at the new place."""
    return False


def knower(old: Ledger | None, new: Ledger | None) -> Known:
    """What the ledger at the new place knows, if it went on from the one at the old place.

    So it is when copies were made and a crash came before the rest, and somebody edited the photo then.
    """
    if old is None or new is None or old.id != new.id or not holds(new, old):
        return nothing_known
    sums = {record.sum for record in (*old.xmp, *new.xmp) if record.sum}
    return lambda data: data == ledgers.write(old) or xmps.sum(data) in sums


def move(fs: FS, old: str, new: str, limit: int, is_known: Known = nothing_known) -> Move:
    """Read a sidecar that is to go to `new`. Raises Doubt where something else lies there."""
    found = fs.read(old, limit)
    try:
        there = fs.read(new, limit)
    except FileNotFoundError:
        return Move(fs, old, new, found, is_there=False)
    is_same = there.data == found.data
    if not is_same and not is_known(found.data):
        raise Doubt(f"{split(new)[1]} is there already and says something else")
    return Move(fs, old, new, found, is_there=True, is_spent=not is_same)


def carry_out(volume: Volume, site: Site, moves: Sequence[Move]) -> None:
    """XMPs before the ledger, so that a crash leaves no ledger that would make an XMP of its own.

    An XMP is not removed, for a program may write it at any moment: it goes along as what an exchange took
    out does, and is looked at as that.
    """
    pen = Pen(site.id, site.rng)
    memory = site.memory
    kept: dict[str, bytes | None] = {}
    torn = [move for move in moves if not move.is_there and _is_torn(move)]
    moves = [move for move in moves if move not in torn]
    for move in torn:
        move.fs.rename(move.old, move.new, replace=False)  # its writer goes on in the very file
        _sync(move)
        kept[move.old] = None
    for move in moves:
        if not move.is_there:
            if move.fs is not volume.fs:
                move.fs.make_folder(split(move.new)[0])
            put = commit(move.fs, pen, prepare(move.fs, pen, move.new, move.found.data, None, move.old))
            known = remember.unpack(memory.last(volume.id, move.old))
            kept[move.new] = remember.pack(put.stat, known.held) if known else None
        kept[move.old] = None
    for move in moves:
        move.fs.sync_folder(split(move.new)[0])
        now = move.fs.read(move.new, LARGEST_LEDGER)
        if move.is_spent or now.data == move.found.data:
            _take_away(volume, site, move)
        _sync(move)
    memory.keep(volume.id, kept)


def _take_away(volume: Volume, site: Site, move: Move) -> None:
    """It goes along whoever writes it just now, and is looked at there; an XMP's temp tells what it was.

    What has nothing to do with a ledger, lies in our own home, or cannot go along to another disk, is
    removed if nobody writes it.
    """
    data, fs, is_ledger = move.found.data, move.fs, move.old.endswith(LEDGER_SUFFIX)
    mark, is_written = None if is_ledger else _mark(data), fs.is_being_written(move.old)
    goes_along = (fs is volume.fs and (is_ledger or mark is not None)) or is_written is not False
    if goes_along and _rename(fs, move.old, temp_path(move.new, site.id, "swap", site.rng, mark, data)):
        return
    is_idle = is_written is False or (is_written is None and _is_old(fs, site, move.old))
    if not is_idle or fs.stat(move.old) != move.found.stat:
        raise StartOver(move.old)
    fs.remove(move.old)


def _rename(fs: FS, old: str, temp: str) -> bool:
    """Rename a sidecar to a temp; False where that lies on another disk, mounted inside of the volume."""
    try:
        fs.rename(old, temp, replace=False)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return False
    return True


def _is_old(fs: FS, site: Site, path: str) -> bool:
    age = age_of(fs, site, path)
    return age is not None and age >= UNSURE_SECONDS


def _mark(data: bytes) -> str | None:
    try:
        return mark_of(xmps.read(data))
    except Unreadable:
        return None


def _sync(move: Move) -> None:
    for path in (move.new, move.old):
        move.fs.sync_folder(split(path)[0])


def _is_torn(move: Move) -> bool:
    """Whether it is an XMP of which somebody has written but a part so far."""
    if move.old.endswith(LEDGER_SUFFIX):
        return False
    try:
        xmps.read(move.found.data)
    except Unreadable:
        return move.fs.is_being_written(move.old) is not False
    return False


def stayed_behind(old: str, new: str, names: Sequence[str]) -> Problem:
    """How people are told of what else belongs to a photo and could not follow it."""
    return Problem(
        new,
        "left-behind",
        f"These could not follow this photo from {old}: {', '.join(names)}.",
        "They lie where they were, unchanged; nothing of that name at the new place was touched.",
    )


def left_behind(old: str, new: str, reason: str) -> Problem:
    """How people are told that nothing followed; the reason is half a sentence."""
    return Problem(
        new,
        "left-behind",
        f"The sidecars that this photo had at {old} did not follow it: {reason}.",
        "They lie where they were, unchanged.",
    )
