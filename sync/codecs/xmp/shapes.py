"""The shapes that mapped properties have: one text, a text in languages, a list; and how each is read.

A property need not be able to say everything its field can (five colours, no `rejected`): `says` gives
what it would hold of a value, None if it cannot hold it at all and is therefore left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.codecs.xmp import edit, rdf, simple, tags
from sync.codecs.xmp.names import clark, variants
from sync.core.model import Value

Found = Mapping[str, Sequence[rdf.Spot]]


def same(found: Value, wanted: Value) -> bool:
    return bool(found == wanted)


def same_order(found: Value, wanted: Value) -> bool:
    return list(found) == list(wanted)


def same_set(found: Value, wanted: Value) -> bool:
    return set(found) == set(wanted)


def itself(wanted: Value) -> Value:
    return wanted


@dataclass(frozen=True, slots=True)
class Property:
    """One mapped property of XMP, or a few that are one value (a position, a place).

    `read` -> canonical value or None; `says(value of the field)` -> what this property then holds;
    `equal(found, said)`: they are the same; `fits(found, value of the field)`: it says less, but nothing
    else; `also`: goes too when the field is cleared; `beside`: those of the tags that alone say nothing;
    `none`: the text that says that there is no value; `empty` removes the values and tells whether nothing
    is left.
    """

    name: str
    tags: tuple[str, ...]
    read: Callable[[Found], Value]
    put: Callable[[edit.Editor, Value], None]
    says: Callable[[Value], Value] = itself
    equal: Callable[[Value, Value], bool] = same
    fits: Callable[[Value, Value], bool] = same
    also: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    none: str | None = None
    empty: Callable[[edit.Editor], bool] | None = None

    def denies(self, found: Found) -> bool:
        """Whether the property stands there and says in so many words that there is no value."""
        return self.none is not None and any(
            (rdf.text(spot) or "").strip() == self.none for spot in all_spots(found, self.tags)
        )

    def clear(self, editor: edit.Editor) -> None:
        """Take the property out of the file, unless something that is no value of ours is left in it."""
        if self.empty is None or self.empty(editor):
            editor.remove(*self.tags, *self.also)

    def exact(self, found: Value, wanted: Value) -> bool:
        """Whether the property holds the field's whole value."""
        return found is not None and self.equal(found, wanted)

    def settled(self, found: Value, wanted: Value) -> bool:
        """Whether the property holds what it should hold, or cannot hold the value at all."""
        told = self.says(wanted)
        return told is None or (found is not None and self.equal(found, told))

    def peaceful(self, found: Value, wanted: Value) -> bool:
        """Whether what stands in a file contradicts nothing of the field's value."""
        return self.settled(found, wanted) or self.fits(found, wanted)


def all_spots(found: Found, names: tuple[str, ...]) -> list[rdf.Spot]:
    if len(names) == 1:
        return list(found.get(names[0], ()))
    return [spot for name in names for spot in found.get(name, ())]


def one_text(
    name: str,
    parse: Callable[[str], Value],
    say: Callable[[Any], str] = str,
    *,
    says: Callable[[Value], Value] = itself,
    fits: Callable[[Value, Value], bool] = same,
    none: str | None = None,
) -> Property:
    """A property with one simple value; of several, the last that means something counts."""
    names = variants(name)

    def read(found: Found) -> Value:
        for spot in reversed(all_spots(found, names)):
            text = rdf.text(spot)
            value = None if text is None else parse(text)
            if value is not None:
                return value
        return None

    def put(editor: edit.Editor, value: Value) -> None:
        editor.put_text(names, say(value))

    return Property(name, names, read, put, says, fits=fits, none=none)


def languages(name: str) -> Property:
    """A text in languages; its value is the default one."""
    tag = clark(name)

    def read(found: Found) -> Value:
        for spot in reversed(found.get(tag, ())):
            chosen = rdf.default(spot)
            text = None if chosen is None else rdf.text(chosen)
            value = None if text is None else simple.prose(text)
            if value is not None:
                return value
        return None

    return Property(name, (tag,), read, lambda editor, value: editor.put_language(tag, value), itself)


def unordered(
    name: str,
    kind: str,
    parse: Callable[[str], str],
    say: Callable[[str], str],
    *,
    says: Callable[[Value], Value] = tuple,
    fits: Callable[[Value, Value], bool] = tags.same_tags,
) -> Property:
    """A list in no order; its value is a tuple."""
    names = variants(name)

    def read(found: Found) -> Value:
        return tags.every(map(parse, rdf.texts(all_spots(found, names)))) or None

    def put(editor: edit.Editor, value: Value) -> None:
        editor.put_items(names, kind, value, parse, say)

    return Property(name, names, read, put, says, same_set, fits)
