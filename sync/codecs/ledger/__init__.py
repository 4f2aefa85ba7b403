"""The ledger file: canonical JSON in, a `Ledger` out, and back, byte for byte.

Canonical is: UTF-8, sorted members, one space of indent, LF, a newline at the end, empty members left
out. Members this version does not know are kept where they stood. What is not wholly understood is
refused: a ledger is never guessed at, and never overwritten for being odd (I13).
"""

from sync.codecs.ledger.reader import read
from sync.codecs.ledger.strict import LARGEST
from sync.codecs.ledger.writer import write
from sync.core.model import Ledger
from sync.errors import Refused, Unreadable

__all__ = ["LARGEST", "read", "readable", "write"]


def readable(ledger: Ledger) -> bytes:
    """Return the bytes to be put on a disk; Refused when nobody could read them again.

    Such a ledger would lock its photo for good, and everything that has been said of it (I13).
    """
    data = write(ledger)
    if len(data) > LARGEST:
        why = "and could not be read again: shorten the longest texts in the photo's XMP"
        raise Refused(f"the ledger would be larger than {LARGEST >> 20} MiB, {why}")
    try:
        read(data)
    except Unreadable as error:
        raise Refused(f"the ledger could not be read again: {error}") from error
    return data
