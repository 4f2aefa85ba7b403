"""Our temps: hidden, never ending in .xmp, telling whose they are, how far they got and for which name.

`new` is being written and holds nothing of anybody else's. `swap` was whole when it got that name; since
the exchange it may hold what another program had just written, so it goes only after a second look. That
of an XMP ends in the mark of the mirror that took its place, since others may have taken that one's by
then, and in a digest of the content that it replaced: what is still that has been taken in.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

from sync.ports import TEMP_PREFIX, Rng, join, split

SETTLE_SECONDS = 0.5
"""How long a program may still write through a file it had open when we exchanged it.

Where the disk tells whether anybody has it open, it waits for that as well.
"""

UNSURE_SECONDS = 5.0
"""The same where the disk does not tell, and a busy one may keep a write for seconds."""

FOREIGN_SECONDS = 3600.0
"""How long another site's temp is left alone."""

_FORM = re.compile(
    re.escape(TEMP_PREFIX) + r"(?P<site>[0-9a-f]{8})-(?P<stage>new|swap)-[0-9a-f]{8}-(?P<tag>[0-9a-f]{12})"
    r"(?:-(?P<mark>[0-9a-z]{11}-[0-9a-z]+)-(?P<was>[0-9a-f]{16}))?"
)


@dataclass(frozen=True, slots=True)
class Temp:
    """What a temp's name tells: digests of its site and of the name it is for, and its stage.

    Of an XMP's exchange also the mirror's mark and a digest of the content that this was made from.
    """

    name: str
    site: str
    stage: Literal["new", "swap"]
    tag: str
    mark: str | None = None
    was: str | None = None


def temp_path(
    path: str,
    site: str,
    stage: Literal["new", "swap"],
    rng: Rng,
    mark: str | None = None,
    was: bytes = b"",
) -> str:
    """A fresh temp in the folder of `path`; `mark` is of the mirror in it, which is to replace `was`."""
    folder, name = split(path)
    end = f"-{mark}-{content_digest(was)}" if mark else ""
    return join(folder, f"{TEMP_PREFIX}{site_digest(site)}-{stage}-{rng.hex(8)}-{tag_of(name)}{end}")


def parse_temp(name: str) -> Temp | None:
    """Read a temp's name; None for one of another form."""
    match = _FORM.fullmatch(name)
    if match is None:
        return None
    stage: Literal["new", "swap"] = "new" if match["stage"] == "new" else "swap"
    return Temp(name, match["site"], stage, match["tag"], match["mark"], match["was"])


def name_for(temp: Temp, name: str) -> str:
    """The temp's own name, were it for another sidecar."""
    return temp.name.replace(f"-{temp.tag}", f"-{tag_of(name)}")


def site_digest(site: str) -> str:
    """How a site is called in its temps' names."""
    return hashlib.sha256(site.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def content_digest(data: bytes) -> str:
    """How a content is called in the temp's name."""
    return hashlib.sha256(data).hexdigest()[:16]


def tag_of(name: str) -> str:
    """How the name that a temp is for is called in the temp's name."""
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
