"""In which step of the engine's write a kill has hit an edit, told by what lies on the disk right after it.

The order of a write: the XMP's temp, the ledger's temp, the ledger's exchange (which acknowledges), the XMP's
exchange, the index, the answer. Each value is written once, so the files that hold it say how far its write
came. It is read within milliseconds of the kill, before the watch looks at what was left.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from sync.apply.temps import parse_temp, tag_of
from sync.codecs import ledger as ledgers
from sync.errors import SyncError
from tests.crash.load import Sent
from tests.sim.oracles import keyed_values, values_of
from tests.sim.tools import content_of

BEFORE = "1 nothing of it on the disk: on its way, waiting for the lock, or deciding"
HALF = "2 a temp of it is half written"
XMP_TEMP = "3 the XMP's temp is written"
LEDGER_TEMP = "4 the ledger's temp is written"
LEDGER = "5 the ledger is in place, the XMP is not"
BOTH = "6 ledger and XMP are in place; index or answer to come"
PHASES = (BEFORE, HALF, XMP_TEMP, LEDGER_TEMP, LEDGER, BOTH)


def phase_of(library: Path, sent: Sent) -> str:
    """How far the edit came."""
    ledger, sidecar = library / f"{sent.path}.kphotos.json", library / f"{sent.path}.xmp"
    if _holds(ledger, sent, _in_ledger):
        return BOTH if _holds(sidecar, sent, _in_xmp) else LEDGER
    tags = {tag_of(ledger.name): _in_ledger, tag_of(sidecar.name): _in_xmp}
    found = BEFORE
    for path in sorted(library.glob(".kphotos-tmp-*")):
        temp = parse_temp(path.name)
        if temp is None or temp.tag not in tags:
            continue
        reads = tags[temp.tag]
        is_whole = _holds(path, sent, reads)
        if is_whole is None and temp.stage == "new":
            found = max(found, HALF)
        elif is_whole:
            found = max(found, LEDGER_TEMP if reads is _in_ledger else XMP_TEMP)
    return found


def _holds(path: Path, sent: Sent, reads: Callable[[bytes], dict[str, set[str]]]) -> bool | None:
    """Whether a file holds the edit's value; None if it is there and cannot be read."""
    with contextlib.suppress(FileNotFoundError):
        try:
            return sent.value in reads(path.read_bytes()).get(sent.key, ())
        except (SyncError, OSError):
            return None
    return False


def _in_ledger(data: bytes) -> dict[str, set[str]]:
    return values_of(ledgers.read(data))


def _in_xmp(data: bytes) -> dict[str, set[str]]:
    return {key: {value} for key, value in keyed_values(content_of(data)).items()}
