"""XMP sidecars: bytes <-> values, with everything that is not ours kept as it was.

What is read: every syntactic form of RDF, every spelling of a field that other programs use, each
property as a source of its own (which of them counts is for `sync.core.sources`). What is written: the
file's own tree, only mapped properties that say something else, aliases only where they stand already;
a new file in the form that every program tried reads completely. Each result is read again by two
readers before it leaves here, because other programs silently replace a file that they reject by an
empty one: one duplicate property of ours would be the loss of everybody's metadata.
"""

from __future__ import annotations

from sync.codecs.xmp.decode import LARGEST
from sync.codecs.xmp.foreign import covers
from sync.codecs.xmp.reading import Xmp, agrees, read, sum  # noqa: A004 - it reads as `xmp.sum(data)`
from sync.codecs.xmp.writing import write

__all__ = ["LARGEST", "Xmp", "agrees", "covers", "read", "sum", "write"]
