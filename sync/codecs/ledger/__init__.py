"""The ledger file: canonical JSON in, a `Ledger` out, and back, byte for byte.

Canonical is: UTF-8, sorted members, one space of indent, LF, a newline at the end, empty members left
out. Members this version does not know are kept where they stood. What is not wholly understood is
refused: a ledger is never guessed at, and never overwritten for being odd (I13).
"""

from sync.codecs.ledger.reader import read
from sync.codecs.ledger.strict import LARGEST
from sync.codecs.ledger.writer import write

__all__ = ["LARGEST", "read", "write"]
