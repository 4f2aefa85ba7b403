"""Damaged sidecars without end: what real programs wrote, after accidents to bytes, lines and properties.

Each is read and, where that is allowed, written with an edit. A refusal with a reason is as good as a
result; any other exception is a crash, and whatever another program said and is gone afterwards is a loss,
by the verdict of a judge that has nothing of our codec.
"""

from __future__ import annotations

import logging
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from sync.codecs import xmp
from sync.core.fields import NAMESPACES
from sync.core.sources import resolve
from sync.errors import Refused, Unreadable
from tests.sync.codecs.xmp.edits import EDITS, MARK
from tests.sync.codecs.xmp.judge import FILES, assert_foreign_survives, foreign
from tests.sync.codecs.xmp.odd import ODD

_LARGEST_SEED = 12_000  # larger ones hold the same, and the judge reads every one twice
SEEDS = [data for path in FILES if len(data := path.read_bytes()) < _LARGEST_SEED]
SEEDS *= 5  # what programs really write, for each of the oddities
SEEDS += [data for data, _ in ODD.values() if len(data) < _LARGEST_SEED]
PIECES = [
    *(b"<", b">", b"&", b'"', b"\0", b"]]>", b"<!--", b"-->", b"<![CDATA[x]]>", b"&#0;", b"&#1;", b"&amp;"),
    *(
        b"xmlns:",
        b'xmlns:dc="urn:x"',
        b'xmlns=""',
        b"rdf:",
        b"\xff",
        b"\xef\xbb\xbf",
        b"/>",
        b"<rdf:li>",
        b"<?x y?>",
    ),
    *(b' xml:lang="de"', b' xml:space="preserve"', b' rdf:parseType="Resource"', b' rdf:parseType="Literal"'),
    *(b' rdf:resource="x"', b' rdf:about="x"', b' rdf:nodeID="n"', b' rdf:datatype="x"', b" rdf:ID='i'"),
    *(
        b"<kphotos:x>y</kphotos:x>",
        b"<dc:title>T</dc:title>",
        b"<rdf:Description/>",
        b"\xc3\xa9\xf0\x9f\x98\x80",
    ),
]
_BOUND = {
    prefix.encode(): f'xmlns:{prefix}="{NAMESPACES[prefix]}"'.encode()
    for prefix in ("kphotos", "dc", "xmp", "exif", "mwg-rs", "rdf", "lr", "digiKam")
} | {b"f": b'xmlns:f="urn:f"'}
GRAFTS = [
    *(b"<kphotos:x>y</kphotos:x>", b"<dc:title>T</dc:title>", b"<xmp:Rating>4</xmp:Rating>"),
    b'<f:x f:a="1" rdf:parseType="Resource"><f:b>2</f:b><f:c rdf:resource="urn:c"/></f:x>',
    b'<f:x><rdf:Description f:a="1"><f:b xml:lang="de">2</f:b></rdf:Description></f:x>',
    b'<f:x><rdf:Seq><rdf:li>1</rdf:li><rdf:li rdf:parseType="Resource"/></rdf:Seq></f:x>',
    b'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">A</rdf:li><rdf:li xml:lang="DE">B</rdf:li></rdf:Alt>'
    b"</dc:title>",
    b"<dc:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li>a</rdf:li><rdf:li/></rdf:Bag></dc:subject>",
    b"<lr:hierarchicalSubject><rdf:Bag><rdf:li>a|b</rdf:li></rdf:Bag></lr:hierarchicalSubject>",
    b"<digiKam:TagsList><rdf:Seq><rdf:li>a/b</rdf:li><rdf:li>/</rdf:li></rdf:Seq></digiKam:TagsList>",
    b"<exif:GPSLatitude>91,0N</exif:GPSLatitude>",
    b'<f:x xml:space="preserve">  <!-- c --> &lt;&amp;&#xA;&#x1F600; ]]&gt; </f:x>',
    b"<dc:creator><rdf:Seq><rdf:li>Ann; Bob</rdf:li></rdf:Seq></dc:creator>",
    b"<mwg-rs:Regions/>",
]
TEXTS = [
    *(b"", b" ", b"0", b"-1", b"7.5", b"1e400", b"9" * 400, b"NaN", b"2021-13-41", b"2021:06:01 25:61:61"),
    *(
        "é\u0301\U0001f600\u202e".encode(),
        b"a|b/c|",
        b"&lt;x&gt;",
        b"&#xFFFD;",
        b"a, b; c",
        b"x" * 5000,
        b"\n\t",
    ),
]
CONTENTS: list[dict[str, Any]] = [
    {},
    {"rating": 2, "title": "T"},
    {"tags": ("Places/Paris", "a"), "people": ("Ana",)},
    {name: EDITS[name] for name in ("gps", "taken", "regions") if name in EDITS},
]


@dataclass
class Told:
    """What came of it: outcomes counted, and of each failure the seed that repeats it."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failed: list[dict[str, Any]] = field(default_factory=list)


def run(count: int, seed: int, codec: Callable[[bytes, dict[str, Any]], bytes] | None = None) -> Told:
    """That many damaged sidecars, each from a seed of its own."""
    told = Told()
    logging.getLogger("rdflib").setLevel(logging.ERROR)  # it warns of each odd address
    for number in range(seed, seed + count):
        try:
            told.outcomes[outcome(*case(number), codec or write)] += 1
        except AssertionError as error:
            told.failed.append({"kind": "lost", "seed": number, "found": f"{error}"[:300]})
        except Exception as error:  # noqa: BLE001 - whatever else escapes is a crash
            told.failed.append({"kind": "crash", "seed": number, "found": f"{error!r}"[:300]})
    return told


def case(seed: int) -> tuple[bytes, dict[str, Any]]:
    """A sidecar after one to three accidents, and an edit for it."""
    chance = random.Random(seed)
    data = chance.choice(SEEDS)
    for _ in range(chance.choice((1, 1, 2, 3))):
        data = chance.choice(_ACCIDENTS if chance.random() < 0.3 else _ODDITIES)(data, chance)
    return data, chance.choice(CONTENTS)


def write(data: bytes, edit: dict[str, Any]) -> bytes:
    """As the engine does: what is shown with the edit over it."""
    return xmp.write(data, shown(data, edit), MARK)


def shown(data: bytes, edit: dict[str, Any]) -> dict[str, Any]:
    """What a sidecar says, and the edit over it."""
    return {**resolve(xmp.read(data).sources, None), **edit}


def outcome(data: bytes, edit: dict[str, Any], codec: Callable[[bytes, dict[str, Any]], bytes]) -> str:
    """A word for what came of it. AssertionError where something was lost, whatever else is a crash."""
    try:
        found = xmp.read(data)
        after = codec(data, edit)
    except (Unreadable, Refused) as error:
        return type(error).__name__ if error.reason else "without a reason"
    assert found.writable, "what was read as not to be written was written"
    again = xmp.read(after)
    assert again.mark == MARK
    content = shown(data, edit)
    assert xmp.agrees(again, content), "the edit did not arrive"
    try:
        foreign(data)
    except (ElementTree.ParseError, AssertionError, LookupError, ValueError):
        return "written, unjudged"
    except Exception as error:  # rdflib has errors of its own that say: this is no RDF
        if type(error).__module__.startswith(("rdflib", "xml")):
            return "written, unjudged"
        raise
    assert_foreign_survives(data, after, without_position="gps" not in content)
    return "written"


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(PIECES) + data[at:]


def _insert_between(data: bytes, chance: random.Random) -> bytes:
    """Where a tag or an attribute may stand, which more often leaves the whole well-formed."""
    places = [at for at, byte in enumerate(data) if byte in b"> "]
    at = chance.choice(places) if places else 0
    return data[: at + 1] + chance.choice(PIECES) + data[at + 1 :]


def _flip(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _drop(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.randint(1, 40) :]


def _graft(data: bytes, chance: random.Random) -> bytes:
    """A property, well formed, that some program might have written."""
    ends = [match.start() for match in re.finditer(rb"</rdf:Description>", data)]
    at = chance.choice(ends) if ends else len(data)
    prefix, colon, rest = chance.choice(GRAFTS)[1:].partition(b":")
    name = re.match(rb"\w+", rest)
    assert name is not None
    bound = b" ".join((_BOUND[prefix], _BOUND[b"rdf"]))
    return data[:at] + b"<" + prefix + colon + name[0] + b" " + bound + rest[name.end() :] + data[at:]


def _value(data: bytes, chance: random.Random) -> bytes:
    """Another text in some element or attribute."""
    begin = data.find(b"rdf:RDF")
    spans = [span for match in re.finditer(rb">([^<>]+)<", data) if (span := match.span(1))[0] > begin]
    if not spans:
        return data
    start, end = chance.choice(spans)
    return data[:start] + chance.choice(TEXTS) + data[end:]


def _lines(data: bytes, chance: random.Random) -> bytes:
    """Drop, double or swap whole lines: properties, in what most programs write."""
    lines = data.splitlines(keepends=True)
    if len(lines) < 2:
        return data
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(3):
        case 0:
            del lines[one]
        case 1:
            lines.insert(other, lines[one])
        case _:
            lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _rename(data: bytes, chance: random.Random) -> bytes:
    """One prefix or word for another, everywhere."""
    words = [
        b"dc:",
        b"xmp:",
        b"lr:",
        b"rdf:Bag",
        b"rdf:Seq",
        b"rdf:Alt",
        b"x-default",
        b"digiKam:",
        b"1.0/",
        b'"',
        b"UTF-8",
    ]
    new = [*words, b"new:", b"de", b"'", b"", b"ISO-8859-1", b"UTF-16"]
    return data.replace(chance.choice(words), chance.choice(new))


def _encode(data: bytes, chance: random.Random) -> bytes:
    try:
        return data.decode().encode(chance.choice(["utf-16", "utf-8-sig", "utf-16-be", "latin-1"]))
    except UnicodeError:
        return data


_ACCIDENTS = [_cut, _insert, _insert_between, _flip, _drop, _lines, _rename, _encode]
_ODDITIES = [_graft, _graft, _graft, _value, _value, _lines, _rename, _insert_between]
