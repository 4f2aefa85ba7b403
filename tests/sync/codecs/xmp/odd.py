"""The odd sidecars of the wild: what other programs, transfers and people leave, one by one.

Each row: name -> (bytes, what reading must come to). `rating` 4 and a foreign property are in all of
them. Outcomes: Gone(words): unreadable, with these words; Shut(words): read, never written back, with
these words; Open(): read and written; each with the rating and title that are read.
"""

# ruff: noqa: E501 - XML is easier to check on one line

from __future__ import annotations

import codecs
from dataclasses import dataclass

from tests.sync.codecs.xmp.sidecars import RDF_URI, alt, bag, element, packet, seq, sidecar

FOREIGN = '<their:note xmlns:their="http://their.example/ns/" their:q="1"/>'
RATED = element("xmp:Rating", "4") + FOREIGN
PLAIN = sidecar(RATED)


@dataclass(frozen=True)
class Gone:
    """It cannot be read; a person is told why."""

    words: str


@dataclass(frozen=True)
class Shut:
    """It is read, but must stay as it is; a person is told why."""

    words: str
    rating: int | None = 4
    title: str | None = None


@dataclass(frozen=True)
class Open:
    """It is read and may be edited."""

    rating: int | None = 4
    title: str | None = None


def _described(*bodies: str, abouts: tuple[str, ...] = ('rdf:about=""', 'rdf:about=""')) -> bytes:
    """A sidecar of several descriptions, each with its own rdf:about."""
    joined = "".join(
        f"<rdf:Description {about}>{body}</rdf:Description>"
        for body, about in zip(bodies, abouts, strict=False)
    )
    data = sidecar("@@@")
    start, end = data.index(b"<rdf:Description"), data.index(b"</rdf:Description>") + 18
    return data[:start] + joined.encode() + data[end:]


def _encoded(text: bytes, encoding: str, bom: bytes = b"") -> bytes:
    return bom + text.decode().replace("UTF-8", encoding).encode(encoding)


TITLED = sidecar(RATED + alt("dc:title", "x-default=é"))
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
BEGIN = "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>".encode()
_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_BARE = PLAIN[PLAIN.index(b"<rdf:RDF") : PLAIN.index(b"</x:xmpmeta>")]
_DEFAULTED = (
    f'<xmpmeta xmlns="adobe:ns:meta/"><RDF xmlns="{RDF_URI}"><Description about="">'
    '<Rating xmlns="http://ns.adobe.com/xap/1.0/">4</Rating></Description></RDF></xmpmeta>'
).encode()

ODD: dict[str, tuple[bytes, Gone | Shut | Open]] = {
    "empty file": (b"", Gone("empty")),
    "blanks only": (b" \r\n\t ", Gone("blanks")),
    "NULs only": (b"\0" * 4096, Gone("blanks")),
    "packet header alone, 54 bytes": (BEGIN, Gone("header")),
    "packet header and newline": (BEGIN + b"\n", Gone("header")),
    "BOM alone": (codecs.BOM_UTF8, Gone("")),
    "plain text": (b"hello, world", Gone("not XML")),
    "JSON": (b'{"rating": 4}', Gone("not XML")),
    "a JPEG": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", Gone("")),
    "HTML": (b"<html><body><p>404</body></html>", Gone("well-formed")),
    "XML, but no XMP": (b"<library><photo rating='4'/></library>", Gone("no rdf:RDF")),
    "cut off in a tag": (PLAIN[:420], Gone("cut off")),
    "cut off after 4096 bytes": (sidecar(RATED + " " * 5000)[:4096], Gone("cut off")),
    "cut off before the last tag": (PLAIN[:-14], Gone("cut off")),
    "cut off in a multi-byte character": (TITLED[: TITLED.index("é".encode()) + 1], Gone("")),
    "junk after the end": (PLAIN + b"junk", Shut("after the end")),
    "an element after the end": (PLAIN + b"<more/>", Shut("after the end")),
    "a second packet": (PLAIN + PLAIN[len(_HEAD) :], Shut("after the end")),
    "tail of a longer file": (PLAIN + b"iption></rdf:RDF></x:xmpmeta>", Shut("after the end")),
    "NUL padding": (PLAIN + b"\0" * 512, Open()),
    "2 KB of padding": (BEGIN + PLAIN[len(_HEAD) :] + b" " * 2048 + b"<?xpacket end='w'?>", Open()),
    "a read-only packet": (BEGIN + PLAIN[len(_HEAD) :] + b"<?xpacket end='r'?>", Open()),
    "UTF-8 BOM": (codecs.BOM_UTF8 + PLAIN, Open()),
    "CDATA": (sidecar("<xmp:Rating><![CDATA[4]]></xmp:Rating>" + FOREIGN), Open()),
    "comments everywhere": (
        sidecar("<!-- a -->" + RATED + "<!-- b -->").replace(_HEAD, _HEAD + b"<!-- c -->") + b"<!-- d -->",
        Open(),
    ),
    "processing instructions": (sidecar("<?a b?>" + RATED).replace(_HEAD, _HEAD + b"<?xml-stylesheet href='x'?>"), Open()),
    "CRLF": (sidecar("\n" + RATED + "\n").replace(b"\n", b"\r\n"), Open()),
    "UTF-16 LE with BOM": (_encoded(TITLED, "utf-16-le", codecs.BOM_UTF16_LE), Open(title="é")),
    "UTF-16 BE with BOM": (_encoded(TITLED, "utf-16-be", codecs.BOM_UTF16_BE), Open(title="é")),
    "UTF-16 LE without BOM": (_encoded(TITLED, "utf-16-le"), Open(title="é")),
    "UTF-16 BE without BOM": (_encoded(TITLED, "utf-16-be"), Open(title="é")),
    "UTF-32 LE with BOM": (_encoded(TITLED, "utf-32-le", codecs.BOM_UTF32_LE), Open(title="é")),
    "UTF-32 BE with BOM": (_encoded(TITLED, "utf-32-be", codecs.BOM_UTF32_BE), Open(title="é")),
    "UTF-32 without BOM": (_encoded(TITLED, "utf-32-be"), Open(title="é")),
    "UTF-16 cut in half": (_encoded(TITLED, "utf-16-le", codecs.BOM_UTF16_LE)[:-1], Gone("UTF-16")),
    "UTF-16 BOM before UTF-8": (codecs.BOM_UTF16_LE + PLAIN, Gone("")),
    "Latin-1 bytes undeclared": (_encoded(TITLED, "UTF-8").replace("é".encode(), b"\xe9"), Shut("guessed", title="é")),
    "declared ISO-8859-1": (_encoded(TITLED, "ISO-8859-1"), Open(title="é")),
    "declared windows-1252": (_encoded(TITLED, "windows-1252"), Open(title="é")),
    "declared UTF-7": (PLAIN.replace(b"UTF-8", b"UTF-7"), Gone("UTF-7")),
    "declared as a codec of Python's": (PLAIN.replace(b"UTF-8", b"rot13"), Gone("rot13")),
    "declared UTF-16, but UTF-8": (PLAIN.replace(b"UTF-8", b"UTF-16"), Open()),
    "bare rdf:RDF": (_HEAD + _BARE, Open()),
    "x:xapmeta": (PLAIN.replace(b"xmpmeta", b"xapmeta"), Open()),
    "default namespaces": (_DEFAULTED, Open()),
    "a DOCTYPE": (PLAIN.replace(_HEAD, _HEAD + b"<!DOCTYPE x>"), Gone("DOCTYPE")),
    "an entity bomb": (PLAIN.replace(_HEAD, _HEAD + BOMB).replace(b">4<", b">&b;<"), Gone("DOCTYPE")),
    "an external entity": (PLAIN.replace(_HEAD, _HEAD + EXTERNAL).replace(b">4<", b">&a;<"), Gone("DOCTYPE")),
    "an undeclared entity": (sidecar(RATED + element("dc:title", "&nbsp;")), Gone("well-formed")),
    "no rdf:about": (PLAIN.replace(b'rdf:about=""', b""), Open()),
    "rdf:ID": (PLAIN.replace(b'rdf:about=""', b'rdf:ID="x"'), Open()),
    "rdf:about uuid": (PLAIN.replace(b'rdf:about=""', b'rdf:about="uuid:1"'), Open()),
    "with and without uuid": (_described(RATED, "", abouts=('rdf:about=""', 'rdf:about="uuid:1"')), Open()),
    "two different rdf:about": (_described(RATED, "", abouts=('rdf:about="a"', 'rdf:about="b"')), Shut("rdf:about")),
    "a property in two descriptions": (_described(RATED, element("xmp:Rating", "2")), Shut("twice", rating=2)),
    "a property twice in one": (sidecar(RATED + element("xmp:Rating", "2")), Shut("twice", rating=2)),
    "attribute and element": (sidecar(RATED, 'xmp:Rating="2"'), Shut("twice")),
    "a foreign property twice": (sidecar(RATED + FOREIGN), Shut("twice")),
    "twice within a structure": (
        sidecar(RATED + '<kphotos:s rdf:parseType="Resource"><kphotos:a/><kphotos:a/></kphotos:s>'),
        Shut("twice"),
    ),
    "attribute form": (sidecar(FOREIGN, 'xmp:Rating="4"'), Open()),
    "rdf:nodeID": (_described(RATED + '<kphotos:n rdf:nodeID="a"/>', "<kphotos:x/>", abouts=("", 'rdf:nodeID="a"')), Open()),
    "other prefixes": (PLAIN.replace(b"xmp:", b"xap:").replace(b"xmlns:xmp=", b"xmlns:xap="), Open()),
    "clashing prefix": (
        sidecar(FOREIGN + '<dc:Rating xmlns:dc="http://ns.adobe.com/xap/1.0/">4</dc:Rating>' + alt("dc:title", "x-default=T")),
        Open(title="T"),
    ),
    "emoji and astral characters": (sidecar(RATED + alt("dc:title", "x-default=🏔️ 𝒜")), Open(title="🏔️ 𝒜")),
    "parseType Literal": (sidecar(RATED + '<kphotos:l rdf:parseType="Literal"><b>x</b></kphotos:l>'), Shut("Literal")),
    "an unprefixed property": (PLAIN.replace(b"</rdf:Description>", b"<note/></rdf:Description>"), Shut("namespace")),
    "an unprefixed attribute": (PLAIN.replace(b'rdf:about=""', b'rdf:about="" note="x"'), Shut("namespace")),
    "an unbound prefix": (PLAIN.replace(b"</rdf:Description>", b"<foo:bar/></rdf:Description>"), Shut("prefix")),
    "a typed node": (
        PLAIN.replace(b"<rdf:Description", b"<kphotos:Photo").replace(b"</rdf:Description", b"</kphotos:Photo"),
        Shut("typed node"),
    ),
    "a typed node within": (sidecar(RATED + "<kphotos:a><kphotos:B><kphotos:c/></kphotos:B></kphotos:a>"), Shut("typed node")),
    "a raw control character": (sidecar(RATED + element("dc:title", "a\x01b")), Shut("control", title="a\ufffdb")),
    "a control character reference": (sidecar(RATED + element("dc:title", "a&#1;b")), Shut("control", title="a\ufffdb")),
    "a hexadecimal one": (sidecar(RATED + element("dc:title", "a&#x1F;b")), Shut("control", title="a\ufffdb")),
    "two rdf:RDF": (PLAIN.replace(_BARE, _BARE + _BARE), Shut("rdf:RDF")),
    "no description": (sidecar("").replace(b'<rdf:Description rdf:about="" ></rdf:Description>', b""), Open(rating=None)),
    "plain text for an Alt": (sidecar(RATED + element("dc:title", "T")), Open(title="T")),
    "a Seq for a Bag": (sidecar(RATED + seq("dc:subject", "a")), Open()),
    "an empty Bag": (sidecar(RATED + bag("dc:subject") + bag("lr:hierarchicalSubject")), Open()),
    "an empty item": (sidecar(RATED + bag("dc:subject", "", "a")), Open()),
    "no x-default": (sidecar(RATED + alt("dc:title", "en=E", "fr=F")), Open(title="E")),
    "an unmarked item": (sidecar(RATED + "<dc:title><rdf:Alt><rdf:li>N</rdf:li></rdf:Alt></dc:title>"), Open(title="N")),
    "text and an array": (sidecar(RATED + "<dc:title>T<rdf:Alt><rdf:li>U</rdf:li></rdf:Alt></dc:title>"), Shut("more than one value", title="U")),
    "rating 3.0": (sidecar(element("xmp:Rating", "3.0")), Open(rating=3)),
    "rating 3.5": (sidecar(element("xmp:Rating", "3.5")), Open(rating=3)),
    "rating 7": (sidecar(element("xmp:Rating", "7")), Open(rating=5)),
    "rating -9": (sidecar(element("xmp:Rating", "-9")), Open(rating=-1)),
    "rating four": (sidecar(element("xmp:Rating", "four")), Open(rating=None)),
    "rating empty": (sidecar(element("xmp:Rating", "")), Open(rating=None)),
    "a 6 MB property": (sidecar(RATED + element("kphotos:big", "x" * 6_000_000)), Open()),
    "9 MB": (sidecar(RATED + element("kphotos:big", "x" * 9_000_000)), Gone("larger than 8 MiB")),
    "5000 tags": (sidecar(RATED + bag("dc:subject", *(f"tag {n}" for n in range(5000)))), Open()),
    "100,001 elements": (sidecar(RATED + bag("kphotos:b", *([""] * 100_001))), Gone("100000")),
    "65 deep": (sidecar(RATED + '<kphotos:a rdf:parseType="Resource">' * 70 + "</kphotos:a>" * 70), Gone("64")),
    "300 deep": (sidecar(RATED + '<kphotos:a rdf:parseType="Resource">' * 300 + "</kphotos:a>" * 300), Gone("")),
    "colorlabels without xmp_version": (sidecar(RATED + seq("darktable:colorlabels", "2")), Open()),
    "an empty toolkit": (packet("", RATED), Open()),
}  # fmt: skip
