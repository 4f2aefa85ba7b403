"""What deciding about an original will ask the site's memory for, so that many are asked for at once."""

from __future__ import annotations

from collections.abc import Iterator

from sync.core.identity import derived_id
from sync.engine.identity import holder_key
from sync.ports import join
from sync.scan.see import Glance, Look


def expected(volume: str, look: Glance | Look) -> Iterator[str]:
    """The paths and keys under which the memory is asked about an original, in no order.

    One that is missing here is asked for by itself, which only takes longer.
    """
    ledger = look.ledger
    if ledger.found is None and ledger.error is None:
        yield holder_key(derived_id(volume, look.path))
        return
    yield ledger.path
    if ledger.ledger is not None:
        yield holder_key(ledger.ledger.id)
        yield from (join(look.folder, xmp.name) for xmp in look.xmps)
