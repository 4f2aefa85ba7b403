"""Sidecars out of hypothesis: a meaning, and for each part of it one of the syntaxes RDF/XML allows.

`Sidecar.plain()` writes the meaning in the dullest form, `xml()` in the drawn one: attributes or
elements, parseType, nested rdf:Description, several descriptions, other prefixes, quotes, blanks,
comments, CDATA, character references.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

from sync.core.fields import NAMESPACES

THEIRS = "http://their.example/ns/"
_URIS = {**NAMESPACES, "their": THEIRS, "crs": "http://ns.adobe.com/camera-raw-settings/1.0/"}

_text = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=12)
_name = st.sampled_from(
    [f"their:{letter}" for letter in "abcdefg"] + ["crs:Exposure", "crs:Tone", "kphotos:flag"]
)

Meaning = tuple[Any, ...]
"""("text", str) | ("lang", str, lang) | ("uri", str) | (kind, [Meaning]) | ("struct", {name: Meaning})"""

_simple = st.one_of(
    st.tuples(st.just("text"), _text),
    st.tuples(st.just("lang"), _text, st.sampled_from(["de", "pt-BR"])),
    st.tuples(st.just("uri"), st.sampled_from(["https://example.org/a?b=1&c=2", "urn:x:1"])),
)


def _deeper(inner: st.SearchStrategy[Meaning]) -> st.SearchStrategy[Meaning]:
    return st.one_of(
        st.tuples(st.sampled_from(["Bag", "Seq"]), st.lists(inner, max_size=3)),
        st.tuples(st.just("struct"), st.dictionaries(_name, inner, min_size=1, max_size=3)),
    )


_foreign = st.dictionaries(_name, st.recursive(_simple, _deeper, max_leaves=6), max_size=5)

_words = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)
_alt = st.tuples(
    st.just("alt"), st.dictionaries(st.sampled_from(["x-default", "de", "en"]), _words, min_size=1)
)
_bag = st.tuples(
    st.just("Bag"), st.lists(st.tuples(st.just("text"), _words), min_size=1, max_size=3, unique=True)
)


def _of(*values: str) -> st.SearchStrategy[Meaning]:
    return st.tuples(st.just("text"), st.sampled_from(values))


_mapped = st.fixed_dictionaries(
    {},
    optional={
        "dc:title": _alt | st.tuples(st.just("text"), _words),
        "dc:description": _alt,
        "tiff:ImageDescription": _alt,
        "dc:rights": _alt,
        "dc:subject": _bag,
        "lr:hierarchicalSubject": _bag,
        "digiKam:TagsList": _bag,
        "dc:creator": _bag,
        "Iptc4xmpExt:PersonInImage": _bag,
        "xmp:Rating": _of("4", "-1", "3.0", "four", ""),
        "MicrosoftPhoto:Rating": _of("50", "99"),
        "xmp:Label": _of("Red", "Approved"),
        "digiKam:ColorLabel": _of("0", "1", "4"),
        "xmpDM:pick": _of("1", "0"),
        "exif:DateTimeOriginal": _of("2021-06-01T12:34:56.121+02:00", "2021:06:01 12:34:56", "2021-06-01"),
        "photoshop:DateCreated": _of("2021-06-01T12:34:56.121+02:00", "2020"),
        "exif:GPSLatitude": _of("48,51.504N", "48,51,30.24N", "48.8584"),
        "exif:GPSLongitude": _of("2,17.67W", "-2.2945"),
        "exif:GPSAltitude": _of("355/10", "35.5"),
        "exif:GPSTimeStamp": _of("2021-06-01T10:34:56Z"),
        "tiff:Orientation": _of("6"),
        "photoshop:City": st.tuples(st.just("text"), _words),
    },
)


@dataclass(frozen=True)
class Sidecar:
    """A meaning, and a stream of choices for its syntax."""

    properties: dict[str, Meaning]
    choices: tuple[int, ...]
    groups: int

    def plain(self) -> bytes:
        """One description, elements only."""
        return _document([_Writer(()).body(self.properties)], {})

    def xml(self) -> bytes:
        """The syntax drawn."""
        writer = _Writer(self.choices)
        names = list(self.properties)
        parts = [names[start :: self.groups] for start in range(self.groups)]
        bodies = [writer.body({name: self.properties[name] for name in part}) for part in parts]
        return _document(bodies, {"their": "ns1", "dc": "DC"} if writer.pick(2) else {})

    def __repr__(self) -> str:
        return f"Sidecar({self.xml().decode()})"


def sidecars() -> st.SearchStrategy[Sidecar]:
    """Sidecars with foreign and mapped properties in any syntax."""
    return st.builds(
        lambda theirs, ours, choices, groups: Sidecar({**theirs, **ours}, tuple(choices), groups),
        _foreign,
        _mapped,
        st.lists(st.integers(0, 11), max_size=60),
        st.integers(1, 3),
    )


def _document(bodies: Sequence[tuple[str, str]], renamed: dict[str, str]) -> bytes:
    uris = {renamed.get(prefix, prefix): uri for prefix, uri in _URIS.items()}
    declared = "".join(
        f" xmlns:{prefix}='{uri}'" for prefix, uri in uris.items() if prefix not in ("x", "rdf")
    )
    inner = "".join(
        f'<rdf:Description rdf:about=""{start}>{rest}</rdf:Description>\n' for start, rest in bodies
    )
    for prefix, other in renamed.items():
        for opening in ("<", "</", " "):
            inner = inner.replace(f"{opening}{prefix}:", f"{opening}{other}:")
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_URIS["rdf"]}"{declared}>\n'
        f"{inner}</rdf:RDF></x:xmpmeta>"
    ).encode()


class _Writer:
    """Writes meanings; each syntactic choice is the next number drawn, 0 being the dullest."""

    def __init__(self, choices: Sequence[int]) -> None:
        self._choices: Iterator[int] = iter(choices)

    def pick(self, several: int) -> int:
        return next(self._choices, 0) % several

    def body(self, properties: dict[str, Meaning]) -> tuple[str, str]:
        """(attributes, children) of a node."""
        attributes, children = "", ""
        for name, meaning in properties.items():
            if meaning[0] == "text" and self.pick(2):
                attributes += (" ", "\n  ")[self.pick(2)] + f"{name}={quoteattr(meaning[1])}"
            else:
                children += ("", "<!-- c -->", "\n   ")[self.pick(3)] + self.element(name, meaning)
        return attributes, children

    def element(self, name: str, meaning: Meaning) -> str:
        kind, value = meaning[0], meaning[1]
        if kind == "text":
            return f"<{name}>{self.characters(value)}</{name}>"
        if kind == "lang":
            return f'<{name} xml:lang="{meaning[2]}">{self.characters(value)}</{name}>'
        if kind == "uri":
            return f"<{name} rdf:resource={quoteattr(value)}/>"
        if kind == "alt":
            items = "".join(
                f'<rdf:li xml:lang="{lang}">{self.characters(text)}</rdf:li>' for lang, text in value.items()
            )
            return f"<{name}><rdf:Alt>{items}</rdf:Alt></{name}>"
        if kind == "struct":
            return self.struct(name, value)
        blank = ("", "\n    ")[self.pick(2)]
        items = "".join(blank + self.element("rdf:li", item) for item in value)
        return f"<{name}>{blank}<rdf:{kind}>{items}</rdf:{kind}></{name}>"

    def struct(self, name: str, members: dict[str, Meaning]) -> str:
        form = self.pick(3)
        if form == 1 and all(meaning[0] == "text" for meaning in members.values()):
            attributes = "".join(f" {each}={quoteattr(meaning[1])}" for each, meaning in members.items())
            return f"<{name}{attributes}/>"
        if form == 2:
            attributes, children = self.body(members)
            return f"<{name}><rdf:Description{attributes}>{children}</rdf:Description></{name}>"
        children = "".join(self.element(each, meaning) for each, meaning in members.items())
        return f'<{name} rdf:parseType="Resource">{children}</{name}>'

    def characters(self, text: str) -> str:
        form = self.pick(4)
        if form == 1 and "]]>" not in text and text:
            return f"<![CDATA[{text}]]>"
        if form == 2:
            return "".join(f"&#x{ord(character):x};" for character in text)
        if form == 3 and text:
            return f"{escape(text[:1])}<!-- c -->{escape(text[1:])}"
        return escape(text)
