"""Ledgers with their XMPs as K-Photos itself would have left them, made by its own core and codecs.

Only the fsyncs of real edits are left out: a hundred thousand files are then made in less than a minute.
"""

from __future__ import annotations

import random
from dataclasses import replace
from hashlib import sha256

from sync.codecs import ledger as ledgers
from sync.codecs import xmp as xmps
from sync.core.absorb import Absorbed, mirror, seal
from sync.core.edit import edit
from sync.core.identity import derived_id
from sync.core.model import Change, Fingerprint, Ledger
from sync.core.show import show

BEGIN_MS = 1_700_000_000_000
NODE, SITE = "k7q2", "0123456789abcdef"
ALICE = "3f1d9c52a7b84e06"
PLACES = ("Paris", "Oslo", "Ulm", "Wien", "Kyoto", "Lima", "Zürich", "Łódź")
_PEOPLE = ("Ann", "Ben", "Cem", "Dora", "Eve", "Finn")
_WORDS = ("harbour", "market", "rain", "lake", "night", "garden", "wedding", "station", "snow", "bridge")


def pair(volume: str, path: str, original: bytes, chance: random.Random) -> tuple[bytes, bytes]:
    """The ledger and the XMP of a photo edited twice: they are at rest, nothing is left to be written."""
    ledger, data, absorbed = Ledger(derived_id(volume, path)), None, None
    name = path.rpartition("/")[2] + ".xmp"
    for number, changes in enumerate((_first(chance), _second(chance))):
        now = BEGIN_MS + chance.randrange(10**9) + number * 10**9
        ledger = edit(ledger, changes, now_ms=now, node=NODE, by=ALICE)
        ledger, data = sealed(ledger, data, name, now, absorbed)
        last = ledger.xmp[-1]
        absorbed = Absorbed(ledger, False, last.id, last.has)
    whose = Fingerprint(f"sha256:{sha256(original).hexdigest()}", len(original))
    assert data is not None
    return ledgers.write(replace(ledger, asset=whose)), data


def sealed(
    ledger: Ledger, data: bytes | None, name: str, now_ms: int, absorbed: Absorbed | None
) -> tuple[Ledger, bytes]:
    """The XMP that says what the ledger does, and the ledger that knows it."""
    record = mirror(ledger, absorbed, file=name, single=True, now_ms=now_ms, node=NODE, site=SITE)
    assert record is not None
    data = xmps.write(data, show(ledger).content(), record.id)
    return seal(ledger, record, xmps.read(data).sources, xmps.sum(data)), data


def _first(chance: random.Random) -> list[Change]:
    title = " ".join(chance.sample(_WORDS, 3)).capitalize()
    tags = [f"Places/{chance.choice(PLACES)}", *chance.sample(_WORDS, 2)]
    return [Change("title", "set", title), Change("tags", "add", tags)]


def _second(chance: random.Random) -> list[Change]:
    return [Change("rating", "set", chance.randrange(6)), Change("people", "add", [chance.choice(_PEOPLE)])]
