"""Sidecars taken to another place: written there first, removed here when the same bytes are safe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.apply.put import Pen, commit, prepare
from sync.engine import remember
from sync.engine.values import Site, Volume
from sync.ports import FS, Found, split
from sync.scan.seen import LARGEST_LEDGER


@dataclass(frozen=True, slots=True)
class Move:
    """One sidecar, as it was read at `old`; `is_there`: the same bytes lie at `new` already."""

    fs: FS
    old: str
    new: str
    found: Found
    is_there: bool


class Doubt(Exception):
    """Why the sidecars stay where they are, as half a sentence."""


def move(fs: FS, old: str, new: str, limit: int) -> Move:
    """Read a sidecar that is to go to `new`. Raises Doubt where something else lies there."""
    found = fs.read(old, limit)
    try:
        there = fs.read(new, limit)
    except FileNotFoundError:
        return Move(fs, old, new, found, is_there=False)
    if there.data != found.data:
        raise Doubt(f"{split(new)[1]} is there already and says something else")
    return Move(fs, old, new, found, is_there=True)


def carry_out(volume: Volume, site: Site, moves: Sequence[Move]) -> None:
    """XMPs before the ledger, so that a crash leaves no ledger that would make an XMP of its own."""
    pen = Pen(site.id, site.rng)
    memory = site.memory
    kept: dict[str, bytes | None] = {}
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
        if now.data == move.found.data and move.fs.stat(move.old) == move.found.stat:
            move.fs.remove(move.old)
        move.fs.sync_folder(split(move.old)[0])
    memory.keep(volume.id, kept)
