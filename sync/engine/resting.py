"""Originals at rest: each XMP is, byte for byte, what the ledger says that K-Photos wrote there last.

What the plan comes to is known then without reading XML: when those bytes were written they were read
again and found to say just the content of which the ledger keeps the hashes. Of a rebuild most is this.
"""

from __future__ import annotations

from dataclasses import replace

from sync.codecs import xmp as xmps
from sync.core.absorb import Absorbed
from sync.core.keys import hashed, keyed
from sync.core.model import Ledger, Record, Sight
from sync.core.names import escape
from sync.core.plan import Plan
from sync.core.show import show
from sync.engine import remember
from sync.engine.values import Site, Volume
from sync.scan.see import Glance, Look
from sync.scan.seen import SeenXmp


def at_rest(volume: Volume, site: Site, glance: Glance) -> tuple[Look, Plan] | None:
    """The look and the plan, without a step, of an original at rest; None where something is to be made out.

    The look is for telling alone: of its XMPs it holds what the ledger knows, not what they say.
    """
    ledger, group = glance.ledger.ledger, glance.group
    if ledger is None or glance.over is not None or not glance.xmps:
        return None
    if group.copies or group.suspects or group.jsons:
        return None
    records = [record for xmp in glance.xmps if (record := _written(ledger, xmp))]
    if len(records) < len(glance.xmps) or remember.other_ledger(volume, site, glance) is not None:
        return None
    document = show(ledger)
    has = hashed(keyed(document.content()))
    if any(record.has != has for record in records):
        return None
    absorbed = tuple(Absorbed(ledger, False, record.id, record.has) for record in records)
    return _look(glance, records), Plan(ledger, document, (), absorbed)


def _written(ledger: Ledger, xmp: SeenXmp) -> Record | None:
    """The last record of a file, if we wrote it and it is of just these bytes."""
    file = escape(xmp.name)
    last = max((held for held in ledger.xmp if held.file == file), key=lambda held: held.id, default=None)
    if last is None or xmp.found is None or last.by != "us" or last.mark != last.id:
        return None
    return last if last.sum == xmps.sum(xmp.found.data) else None


def _look(glance: Glance, records: list[Record]) -> Look:
    seen = tuple(
        replace(xmp, sight=Sight(record.file, "main", record.mark, {}, record.sum or ""))
        for xmp, record in zip(glance.xmps, records, strict=True)
    )
    return Look(glance.folder, glance.group, glance.stat, glance.ledger, seen)
