"""Derives what is missing for one original: hash, thumbnail, preview, facts; a second run changes nothing."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Protocol

from kphotos.processing.answers import Made, Undecodable
from kphotos.processing.decoder import Decoder
from kphotos.storage import embedded
from kphotos.storage.derivatives import Derivatives, Kind
from kphotos.storage.embedded import Embedded
from kphotos.storage.facts import Facts

DECODABLE = frozenset(f"image/{kind}" for kind in ("jpeg", "png", "webp", "tiff", "gif", "avif", "bmp"))
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_PIECE = 1 << 20


class Previews(Protocol):
    """Whoever finds the JPEG inside a RAW file: `storage.exiftool.Exiftool` does."""

    def preview(self, path: str | Path) -> bytes | None: ...


def derive(path: str | Path, store: Derivatives, decoder: Decoder, previews: Previews | None = None) -> Facts:
    """The facts of the original at `path`, its derivatives being in `store` when this returns.

    The file is opened once, for reading, and refused if it is a symlink; hash and picture come from the same
    open file, so they belong together even if another takes its name meanwhile. A content that cannot be
    decoded gets facts with the `problem`, and is not tried again until derivatives are made differently.
    OSError means that the file itself cannot be opened or read. Whatever else is raised says nothing of the
    content (decoder closed, exiftool down): it is kept nowhere, and may be tried again.
    """
    with os.fdopen(os.open(path, _FLAGS), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(f"no regular file: {os.fsdecode(path)!r}")
        content, size = hash_of(file)
        missing, known = store.missing(content), store.facts(content)
        if known is not None and not missing:
            return known
        facts = known or Facts(hash=content, size=size)
        try:
            said = embedded.read_open(file.fileno(), Path(path).suffix.lower())
            made = _made(path, file, missing, decoder, previews, said)
        except Undecodable as error:
            facts = replace(facts, problem=str(error))
            store.put(content, "facts", facts.to_json())
            return facts
    if said.orientation >= 5 and "width" in made:  # As shown becomes as stored.
        made["width"], made["height"] = made["height"], made["width"]
    return _kept(store, facts, made)


def hash_of(file: BinaryIO) -> tuple[str, int]:
    """("sha256:<64 hex>", bytes) of an open file, read from its start."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while piece := file.read(_PIECE):
        digest.update(piece)
        size += len(piece)
    return f"sha256:{digest.hexdigest()}", size


def _made(
    path: str | Path,
    file: BinaryIO,
    wanted: Sequence[Kind],
    decoder: Decoder,
    previews: Previews | None,
    said: Embedded,
) -> Made:
    if said.mime in DECODABLE:
        return decoder.make(file, wanted, said.orientation)
    if said.mime and said.mime.startswith("image/x-"):
        data = previews.preview(path) if previews else None
        if data is None:
            raise Undecodable(
                "a RAW file without a preview that could be read, and there is no decoder for it yet"
            )
        with tempfile.TemporaryFile() as inner:
            inner.write(data)
            inner.flush()
            turn = embedded.parse(data).orientation
            return decoder.make(inner, wanted, turn if turn != 1 else said.orientation)
    if said.mime:
        raise Undecodable(f"of a kind that there is no decoder for yet ({said.mime})")
    raise Undecodable(said.problem or "of no known kind")


def _kept(store: Derivatives, facts: Facts, made: Made) -> Facts:
    """Everything put into the store, the facts last: once they are there, all of it is."""
    if "preview" in made:
        store.put(facts.hash, "preview", made["preview"])
    if "thumb" in made:
        store.put(facts.hash, "thumb", made["thumb"])
    if "thumbhash" not in made:
        return facts
    facts = replace(
        facts,
        width=made["width"],
        height=made["height"],
        thumbhash=made["thumbhash"],
        phash=made["phash"],
        dhash=made["dhash"],
        colour=made["colour"],
    )
    store.put(facts.hash, "facts", facts.to_json())
    return facts
