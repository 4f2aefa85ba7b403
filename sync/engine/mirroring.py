"""The XMPs of one original on their way to the disk: composed, put in place, inspected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sync.apply.put import Pen, Placed, Prepared, prepare, settled, take_back
from sync.codecs import xmp as xmps
from sync.core.model import Problem
from sync.core.plan import WriteMirror
from sync.engine import remember
from sync.errors import Refused, Unreadable
from sync.ports import FS, Found, join
from sync.scan.see import Look
from sync.scan.seen import SeenLedger, SeenXmp, as_swapped, understand, why

_PENDING = "The ledger has it all; the sidecar was left as it is."


@dataclass(slots=True)
class Written:
    """How far an attempt got.

    `is_acknowledged`: the ledger is durable. `again`: the disk moved on, look anew. `ledger` and
    `xmps` are the files as they are now; `kept` what is to be remembered of them.
    """

    ledger: SeenLedger
    xmps: dict[str, SeenXmp]
    is_acknowledged: bool = False
    again: bool = False
    is_pending: bool = False
    problems: list[Problem] = field(default_factory=list)
    kept: dict[str, bytes | None] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Mirror:
    """One XMP that is to be written, and how far that is."""

    step: WriteMirror
    prepared: Prepared
    seen: SeenXmp
    placed: Placed | None = None


def compose(fs: FS, pen: Pen, look: Look, step: WriteMirror, written: Written) -> Mirror | None:
    """The bytes of a mirror, checked and already on disk; None where that cannot be had."""
    old = written.xmps.get(step.file) or SeenXmp(look.group.own_xmp)
    path = join(look.folder, old.name)
    try:
        data = xmps.write(old.found.data if old.found else None, step.content, step.record.id)
        prepared = prepare(fs, pen, path, data, old.found, look.path, step.record.id)
    except (Refused, Unreadable) as error:
        fail(written, path, error.reason)
        return None
    except OSError as error:
        fail(written, path, why(error))
        return None
    return Mirror(step, prepared, understand(old.name, Found(data, prepared.stat), path))


def settle_mirror(fs: FS, mirror: Mirror, placed: Placed, written: Written) -> None:
    """Take note of an XMP whose name is durable now; what came out for it may be somebody's edit."""
    path = mirror.prepared.path
    try:
        put = settled(fs, mirror.prepared, placed)
        if put.intruder is not None and put.swapped is not None:
            _meet(fs, mirror, put.intruder, put.swapped, written)
            return
    except OSError as error:
        fail(written, path, why(error))
        return
    written.xmps[mirror.step.file] = replace(mirror.seen, found=Found(mirror.prepared.data, put.stat))
    written.kept[path] = remember.pack(put.stat, hint_of(mirror.step.record.has))


def _meet(fs: FS, mirror: Mirror, intruder: Found, swapped: str, written: Written) -> None:
    """Somebody wrote between our look and the exchange: his file has its place again, with all it holds."""
    seen = understand(mirror.seen.name, intruder, swapped)
    if take_back(fs, mirror.prepared, swapped) and as_swapped(seen) is None:
        # It is half written: its writer goes on in the very file, which has its name again.
        fail(written, mirror.prepared.path, "another program is writing it")
    else:
        written.again = True


def hint_of(has: Mapping[str, str]) -> bytes:
    """What is remembered of an XMP."""
    return json.dumps(dict(has), sort_keys=True).encode()


def fail(written: Written, path: str, reason: str) -> None:
    """Tell of an XMP that was left as it is."""
    written.is_pending = True
    written.problems.append(Problem(path, "refused", f"This sidecar cannot be written: {reason}", _PENDING))
