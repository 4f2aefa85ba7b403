"""What of an original's sidecars goes where when it has moved: all is checked before anything is written.

A ledger may lie beside the original or in the overlay, or in both since the volume was read-only.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from sync.core.model import Ledger
from sync.core.names import escape
from sync.engine.carrying import Doubt, Known, Move, knower, move
from sync.engine.finding import find_group, keeps_ledger_beside, overlay_name
from sync.engine.leftovers import Left, fits, name_at
from sync.engine.values import Volume
from sync.engine.whose import knows
from sync.pairing import Group
from sync.pairing.names import fold, kind_of
from sync.ports import FS, LEDGER_SUFFIX, XMP_SUFFIX, Stat, join, split
from sync.scan.seen import LARGEST_LEDGER, LARGEST_XMP, SeenLedger, see_ledger


def ledger_at(volume: Volume, path: str) -> tuple[FS, str]:
    """Where the ledger of an original lies or would: of two, the one beside it."""
    group, folder = group_of(path), split(path)[0]
    over = volume.overlay
    at = join(folder, group.own_ledger)
    if over is None:
        return volume.fs, at
    if keeps_ledger_beside(volume, group) and (
        is_there(volume.fs, at) or not is_there(over, join(folder, overlay_name(group)))
    ):
        return volume.fs, at
    return over, join(folder, overlay_name(group))


def moves(volume: Volume, old: str, new: str, stat: Stat, hash_: str | None, left: Left) -> list[Move]:
    """What goes where, all of it checked before anything is written. Raises Doubt."""
    fs, at = ledger_at(volume, old)
    held = see_ledger(fs, at)
    if held.error is not None and held.found is not None:
        raise Doubt("their ledger cannot be read")
    if held.error is not None:  # by the disk, just now
        raise held.error
    asset = held.ledger.asset if held.ledger else None
    if asset and (asset.size != stat.size or (asset.hash and hash_ and asset.hash != hash_)):
        raise Doubt("they were written for another picture")
    there = see_ledger(fs, _ledger_to(volume, old, new)[1]).ledger
    is_known = knower(held.ledger, there if left.ledger else None)
    own = [_ledger_move(volume, old, new, is_known)] if left.ledger else []
    # What a read-only XMP said is in the overlay's ledger, which follows without it.
    stay = not volume.writable and fs is not volume.fs and held.ledger is not None
    xmps = _xmp_moves(volume, old, new, () if stay else left.xmps, is_known, held.ledger or there)
    own = [*xmps, *own, *_over_moves(volume, old, new)]
    group = find_group(volume, new)[0]
    own_now = {
        join(split(new)[0], name) for name in (*group.xmps, *((group.ledger,) if group.ledger else ()))
    }
    is_begun = any(move.is_there and move.new.endswith(LEDGER_SUFFIX) for move in own)
    # An overlay's ledger is joined with whatever lies there: it is in nobody's way.
    is_over = all(move.fs is not volume.fs for move in own)
    others = own_now - {move.new for move in own}
    is_its = not left.xmps and all(_went_along(volume, held.ledger, path) for path in others)
    if others and not is_begun and not is_over and not is_its:
        raise Doubt("it has sidecars of its own there")
    return own


def _went_along(volume: Volume, ledger: Ledger | None, path: str) -> bool:
    """Whether it is the picture's own XMP, which the program that moved the picture took along."""
    return not path.endswith(LEDGER_SUFFIX) and knows(ledger, volume.fs.read(path, LARGEST_XMP).data)


def _ledger_to(volume: Volume, old: str, new: str) -> tuple[str, str]:
    """Where the ledger of an original is, and where beside it at its new place."""
    (fs, at), group = ledger_at(volume, old), group_of(new)
    own = group.own_ledger if fs is volume.fs else overlay_name(group)
    return at, join(split(new)[0], own)


def _ledger_move(volume: Volume, old: str, new: str, is_known: Known) -> Move:
    fs = ledger_at(volume, old)[0]
    if fs is volume.fs and not keeps_ledger_beside(volume, group_of(new)):
        raise Doubt("read-only sidecars cannot follow")
    return move(fs, *_ledger_to(volume, old, new), LARGEST_LEDGER, is_known)


def _xmp_moves(
    volume: Volume, old: str, new: str, names: Sequence[str], is_known: Known, ledger: Ledger | None
) -> list[Move]:
    """The XMPs that go along: all, save one that would be another's at the new place, as it was before."""
    if not names:
        return []
    if not volume.writable:
        raise Doubt("read-only sidecars cannot follow")
    (was, own), (folder, target) = split(old), split(new)
    named = {name: name_at(name, own, target) for name in names}
    good = fits(volume, folder, target, [to for to in named.values() if to])
    named = {
        name: to for name, to in named.items() if to in good or not _is_unknown_by_stem(name, own, ledger)
    }
    if any(to not in good for to in named.values()):
        raise Doubt("shared sidecars cannot follow")
    return [
        move(volume.fs, join(was, name), join(folder, to), LARGEST_XMP, is_known)
        for name, to in named.items()
        if to
    ]


def _is_unknown_by_stem(name: str, own: str, ledger: Ledger | None) -> bool:
    """Whether an XMP is an original's by its stem alone, and none that its ledger has ever known.

    It is the RAW's that went before, and is left where it lies: the RAW has made itself another.
    """
    if ledger is None or fold(name) == fold(own + XMP_SUFFIX):
        return False
    return all(record.file != escape(name) for record in ledger.xmp)


def _over_moves(volume: Volume, old: str, new: str) -> list[Move]:
    """What the overlay still holds, from when the volume was read-only, of an original with a ledger."""
    over, group = volume.overlay, group_of(old)
    at = join(split(old)[0], overlay_name(group))
    if over is None or ledger_at(volume, old)[0] is over or not is_there(over, at):
        return []
    to = join(split(new)[0], overlay_name(group_of(new)))
    return [move(over, at, to, LARGEST_LEDGER)]


def content_of(held: SeenLedger) -> str | None:
    """The content hash of the original that a ledger was written for, if it tells."""
    return held.ledger.asset.hash if held.ledger is not None and held.ledger.asset is not None else None


def is_there(fs: FS, path: str) -> bool:
    with contextlib.suppress(OSError):
        fs.stat(path)
        return True
    return False


def group_of(path: str) -> Group:
    name = split(path)[1]
    return Group(name, kind_of(name) or "photo")
