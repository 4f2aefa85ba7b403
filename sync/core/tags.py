"""Tags out of four lists of paths and one flat list, of which each program writes only its own.

`dc:subject` holds bare names: the nodes of the paths, or their leaves alone, and sometimes tags that
stand nowhere else. Names are compared without case, since programs write a word there only once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sync.core.fields import FIELDS
from sync.core.values import digest

FLAT = "dc:subject"
LISTS = tuple(name for name in FIELDS["tags"].read if name != FLAT)
_OF_DARKTABLE = frozenset({FLAT, "lr:hierarchicalSubject"})

Tags = frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The tags after a look: None where nothing changed; `dropped` stood in dc:subject alone and is gone."""

    tags: Tags | None
    dropped: Tags = frozenset()


def at_first_sight(properties: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return all tags of all lists, and the flat names that are no node of any of them."""
    listed = {tag for name in LISTS for tag in properties.get(name) or ()}
    flat = properties.get(FLAT) or ()
    nodes = _nodes(listed) if listed else ()
    return tuple(sorted(listed.union(tag for tag in flat if tag.casefold() not in nodes)))


def tags_hash(tags: Iterable[str]) -> str:
    """Return the short hash of one list of tags, whatever its order."""
    return digest(sorted(set(tags)))


def tails(tags: Iterable[str], properties: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what a record has to know of dc:subject: hashes of what only it has, `-` of what it lacks."""
    flat = properties.get(FLAT) or ()
    listed = {tag for name in LISTS for tag in properties.get(name) or ()}
    leaves = {_leaf(tag) for tag in flat}
    names = {tag.casefold() for tag in flat}
    held = sorted(set(tags))
    alone = [digest(tag) for tag in held if tag not in listed and tag.casefold() in names]
    return alone + [f"-{digest(tag)}" for tag in held if _leaf(tag) not in leaves]


def changed(before: Tags, properties: Mapping[str, Sequence[str]], known: Mapping[str, str]) -> Outcome:
    """Return the tags now, given those before and the short hashes of the properties as they were then."""
    head, *marks = known.get(FLAT, "").split("~")
    flat = frozenset(properties.get(FLAT) or ())
    is_flat_new = bool(flat) and tags_hash(flat) != head
    telling = next((name for name in LISTS if _is_telling(name, properties, known, before)), None)
    alone = frozenset(tag for tag in before if digest(tag) in marks)
    if telling or _is_cleared(properties, known):
        listed = frozenset(properties[telling]) if telling else frozenset()
        more = _flat_beside(listed, flat, before if is_flat_new else None, alone)
        return _outcome(before, listed | more, alone - flat - listed)
    if not is_flat_new:
        return Outcome(None)
    lacking = frozenset(tag for tag in before if f"-{digest(tag)}" in marks)
    leaves = {_leaf(tag) for tag in flat}
    kept = frozenset(tag for tag in before if tag in lacking or _leaf(tag) in leaves)
    nodes = _nodes(before)
    added = frozenset(tag for tag in flat if tag.casefold() not in nodes)
    return _outcome(before, kept | added, alone - kept)


def uncut(before: Tags, now: Tags) -> Tags:
    """Return the tags now with those whole again that were cut at their first comma."""
    whole = {tag: tag.partition(",")[0].rstrip() for tag in before - now if "," in tag}
    back = {tag: cut for tag, cut in whole.items() if cut in now}
    return now - {cut for cut in back.values() if cut not in before} | back.keys()


def _outcome(before: Tags, now: Tags, dropped: Tags) -> Outcome:
    return Outcome(None if now == before else now, dropped)


def _is_telling(
    name: str, properties: Mapping[str, Sequence[str]], known: Mapping[str, str], before: Tags
) -> bool:
    """A list is news if it changed, and into something else than what the tags were anyway."""
    tags = properties.get(name)
    return bool(tags) and tags_hash(tags or ()) != known.get(name) and frozenset(tags or ()) != before


def _is_cleared(properties: Mapping[str, Sequence[str]], known: Mapping[str, str]) -> bool:
    """All lists gone, or the two that darktable keeps; one gone alone is a program that forgot it."""
    gone = {name for name in (FLAT, *LISTS) if name in known and not properties.get(name)}
    if not gone:
        return False
    return gone >= _OF_DARKTABLE or not any(properties.get(name) for name in (FLAT, *LISTS))


def _flat_beside(listed: Tags, flat: Tags, before: Tags | None, alone: Tags) -> Tags:
    """Flat tags beside a list that changed: those known as such, and new names that no path explains."""
    nodes = _nodes(listed)
    known = _nodes(before) if before is not None else None
    return frozenset(
        tag
        for tag in flat
        if tag.casefold() not in nodes
        and (tag in alone or (known is not None and tag.casefold() not in known))
    )


def _nodes(tags: Iterable[str]) -> set[str]:
    """Every name on the way of every path, and the whole paths, without case."""
    nodes: set[str] = set()
    for tag in tags:
        folded = tag.casefold()
        nodes.add(folded)
        if "/" in folded:
            nodes.update(folded.split("/"))
    return nodes


def _leaf(tag: str) -> str:
    return tag.rpartition("/")[2].casefold()
