"""Tag lists: four spellings of a hierarchy, and the flat one, as `/`-separated canonical paths.

A canonical path separates names by `/` and writes a `/` inside a name as `|` (as Immich does in
digiKam's list). Lists that separate by `|` are the same text with the two exchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sync.core.values import element

_EXCHANGE = str.maketrans("/|", "|/")


def path(text: str) -> str:
    """A tag as digiKam writes it, in the field's form; empty if nothing is left."""
    return element("tags", text)


def from_bars(text: str) -> str:
    """A tag of lr:hierarchicalSubject or mediapro:CatalogSets, or an item of dc:subject."""
    return path(text.translate(_EXCHANGE))


def to_bars(tag: str) -> str:
    """The inverse of `from_bars`."""
    return tag.translate(_EXCHANGE)


def every(paths: Iterable[str]) -> tuple[str, ...]:
    """The tags of a list as the field has them: each once, sorted, empty ones left out."""
    return tuple(sorted(set(paths) - {""}))


def nodes(paths: Iterable[str]) -> tuple[str, ...]:
    """Every name on the way of every path: what dc:subject holds for tools without hierarchies.

    Names that differ only in case are one word there, in the spelling that comes first.
    """
    seen: dict[str, str] = {}
    for tag in paths:
        for name in tag.split("/"):
            seen.setdefault(name.casefold(), name)
    return tuple(seen.values())


def same_tags(found: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether two lists hold the same tags, in any order and case."""
    return {tag.casefold() for tag in found} == {tag.casefold() for tag in wanted}


def same_subject(found: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether flat items say nothing but the tags wanted, and each of them by its last name at least.

    digiKam writes the leaves alone, darktable every node, and some tools whole paths.
    """
    have = {item.casefold() for item in found}
    whole = {tag.casefold() for tag in wanted}
    leaves = {_leaf(tag) for tag in whole}
    names = {name.casefold() for name in nodes(wanted)}
    return leaves <= {_leaf(item) for item in have} and have <= whole | names


def _leaf(tag: str) -> str:
    return tag.rpartition("/")[2]
