"""A sidecar in small: properties without bytes, as programs and K-Photos compose them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sync.core import sources
from sync.core.fields import FIELDS
from sync.core.model import Content, Sources, Value
from sync.core.tags import FLAT
from sync.core.values import text


@dataclass(frozen=True, slots=True)
class Xmp:
    """A sidecar: properties by field, our mark if it bears one, who wrote it; `edition` tells bytes apart."""

    sources: Sources
    mark: str | None = None
    tool: str | None = "K-Photos"
    edition: int = 0
    illegible: tuple[str, ...] = ()

    @property
    def content(self) -> dict[str, Value]:
        """What a reader who knows nothing of the file finds in it."""
        return dict(sources.resolve(self.sources))

    @property
    def sum(self) -> str:
        """What stands for the hash of its bytes."""
        told = {name: dict(found) for name, found in self.sources.items()}
        return sha256(text([told, self.mark, self.tool, self.edition]).encode()).hexdigest()


def composed(content: Content, old: Sources | None = None, *, fields: Sequence[str] | None = None) -> Sources:
    """The properties of a file that says this: all that are always written, and those aligned that it had.

    `fields`: only these are written anew, the others stay as they were in `old`.
    """
    made: dict[str, dict[str, Value]] = {}
    for name, row in FIELDS.items():
        held = dict((old or {}).get(name, {}))
        if fields is not None and name not in fields:
            made[name] = held
        elif content.get(name) is not None:
            kept = [source for source in row.align if source in held]
            made[name] = {source: _as_property(name, source, content[name]) for source in (*row.write, *kept)}
    return {name: found for name, found in made.items() if found}


def _as_property(name: str, source: str, value: Value) -> Value:
    if name == "regions":
        return [{part: held for part, held in region.items() if part != "id"} for region in value]
    if source == FLAT:
        return tuple(sorted({node for tag in value for node in tag.split("/")}))
    return tuple(value) if name in ("tags", "people") else value
