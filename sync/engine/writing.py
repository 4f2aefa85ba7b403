"""Carry out a plan for one original: the ledger, which acknowledges, then the XMPs that repeat it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sync.apply.put import Pen, Prepared, StartOver, abandon, commit, prepare, take_back
from sync.codecs import ledger as ledgers
from sync.codecs import xmp as xmps
from sync.core.absorb import seal
from sync.core.model import Ledger, Problem, Sight
from sync.core.names import escape
from sync.core.plan import LookAgain, Plan, RemoveCopy, RemoveTemp, WriteLedger, WriteMirror
from sync.engine import remember
from sync.engine.assets import fingerprinted
from sync.errors import Refused, Unreadable
from sync.ports import FS, Found, join, split
from sync.scan.see import Look
from sync.scan.seen import SeenLedger, SeenXmp, as_swapped, understand, why

_PENDING = "The ledger has it all; the sidecar was left as it is."


@dataclass(slots=True)
class Written:
    """How far an attempt got. `found`: what came out of an exchange and is yet to be absorbed.

    `is_acknowledged`: the ledger is durable. `again`: the disk moved on, look anew. `ledger` and
    `xmps` are the files as they are now; `kept` what is to be remembered of them.
    """

    ledger: SeenLedger
    xmps: dict[str, SeenXmp]
    is_acknowledged: bool = False
    again: bool = False
    is_pending: bool = False
    found: list[Sight] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    kept: dict[str, bytes | None] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Mirror:
    step: WriteMirror
    prepared: Prepared
    seen: SeenXmp


def write(fs: FS, pen: Pen, look: Look, plan: Plan, hash_: str | None) -> Written:
    """Do what the plan says, in its order. `fs` is where the XMPs are.

    OSError only before the acknowledgement; what fails after it is pending and a problem.
    """
    written = Written(look.ledger, {escape(seen.name): seen for seen in look.xmps})
    written.is_pending = any(isinstance(step, LookAgain) for step in plan.steps)
    ledger = plan.ledger
    mirrors: list[_Mirror] = []
    for step in plan.steps:
        if isinstance(step, WriteMirror):
            mirror = _compose(fs, pen, look, step, written)
            if mirror is not None and mirror.seen.sight is not None:
                mirrors.append(mirror)
                ledger = seal(ledger, step.record, mirror.seen.sight.sources, mirror.seen.sight.sum)
    has_step = any(isinstance(step, WriteLedger) for step in plan.steps)
    if has_step and (ledger := fingerprinted(ledger, look, hash_)) != look.ledger.ledger:
        _write_ledger(pen, look, ledger, mirrors, fs, written)
        if written.again:
            return written
    written.is_acknowledged = True
    for mirror in mirrors:
        _write_mirror(fs, pen, look, mirror, written)
    if not written.again:
        _clear_away(fs, look, plan, written)
    return written


def _clear_away(fs: FS, look: Look, plan: Plan, written: Written) -> None:
    """Remove temps and conflict copies: what they held is in the ledger, whose name is durable first."""
    copies = {copy.path: copy.found for copy in look.copies}
    if any(isinstance(step, RemoveCopy) for step in plan.steps):
        fs.sync_folder(look.folder)
    for step in plan.steps:
        with contextlib.suppress(OSError):
            if isinstance(step, RemoveTemp):
                fs.remove(step.name)
            elif isinstance(step, RemoveCopy):
                found = copies[step.path]
                if found is not None and fs.stat(step.path) == found.stat:
                    fs.remove(step.path)
                    written.removed.add(step.path)


def remembered(look: Look, plan: Plan) -> dict[str, bytes | None]:
    """What is to be remembered of sidecars as they were read and stay."""
    kept: dict[str, bytes | None] = {}
    if look.ledger.found is not None and look.ledger.ledger is not None:
        kept[look.ledger.path] = remember.pack(look.ledger.found.stat, look.ledger.found.data)
    sights = [seen for seen in look.xmps if seen.sight]
    for seen, absorbed in zip(sights, plan.absorbed, strict=True):
        if seen.found is not None:
            kept[join(look.folder, seen.name)] = _pack_xmp(seen.found, absorbed.has)
    return kept


def _compose(fs: FS, pen: Pen, look: Look, step: WriteMirror, written: Written) -> _Mirror | None:
    """The bytes of a mirror, checked and already on disk; None where that cannot be had."""
    old = written.xmps.get(step.file) or SeenXmp(look.group.own_xmp)
    path = join(look.folder, old.name)
    try:
        data = xmps.write(old.found.data if old.found else None, step.content, step.record.id)
        prepared = prepare(fs, pen, path, data, old.found, look.path)
    except (Refused, Unreadable) as error:
        _fail(written, path, error.reason)
        return None
    except OSError as error:
        _fail(written, path, why(error))
        return None
    return _Mirror(step, prepared, understand(old.name, Found(data, prepared.stat), path))


def _write_ledger(
    pen: Pen, look: Look, ledger: Ledger, mirrors: list[_Mirror], fs: FS, written: Written
) -> None:
    at = look.ledger
    data = ledgers.write(ledger)
    try:
        if at.fs is not fs:
            at.fs.make_folder(split(at.path)[0])
        put = commit(at.fs, pen, prepare(at.fs, pen, at.path, data, at.found, _like(at.fs, fs, look)))
    except StartOver:
        written.again = True
    except OSError:
        _abandon(fs, mirrors)
        raise
    else:
        written.ledger = replace(at, found=Found(data, put.stat), ledger=ledger)
        written.kept[at.path] = remember.pack(put.stat, data)
        written.is_acknowledged = True
        # An intruder lies in the temp, which the next attempt joins as it does after a crash.
        written.again = put.intruder is not None
        if put.swapped is not None and put.intruder is None:
            with contextlib.suppress(OSError):
                at.fs.remove(put.swapped)
    if written.again:
        _abandon(fs, mirrors)


def _write_mirror(fs: FS, pen: Pen, look: Look, mirror: _Mirror, written: Written) -> None:
    path = mirror.prepared.path
    try:
        put = commit(fs, pen, mirror.prepared)
        if put.intruder is not None and put.swapped is not None:
            _meet(fs, mirror, put.intruder, put.swapped, written)
            return
    except StartOver:
        written.again = True
        return
    except OSError as error:
        _fail(written, path, why(error))
        return
    written.xmps[mirror.step.file] = replace(mirror.seen, found=Found(mirror.prepared.data, put.stat))
    written.kept[path] = _pack_xmp(Found(b"", put.stat), mirror.step.record.has)


def _meet(fs: FS, mirror: _Mirror, intruder: Found, swapped: str, written: Written) -> None:
    """Somebody wrote between our look and the exchange: his file has its place again, with all it holds."""
    seen = understand(mirror.seen.name, intruder, swapped)
    if take_back(fs, mirror.prepared, swapped) and as_swapped(seen) is None:
        # It is half written: its writer goes on in the very file, which has its name again.
        _fail(written, mirror.prepared.path, "another program is writing it")
    else:
        written.again = True


def _pack_xmp(found: Found, has: Mapping[str, str]) -> bytes:
    return remember.pack(found.stat, json.dumps(dict(has), sort_keys=True).encode())


def _like(at: FS, fs: FS, look: Look) -> str | None:
    """Whose mode a new ledger takes: its original's, where they lie on one disk."""
    return look.path if at is fs else None


def _abandon(fs: FS, mirrors: list[_Mirror]) -> None:
    for mirror in mirrors:
        abandon(fs, mirror.prepared)


def _fail(written: Written, path: str, reason: str) -> None:
    written.is_pending = True
    written.problems.append(Problem(path, "refused", f"This sidecar cannot be written: {reason}", _PENDING))
