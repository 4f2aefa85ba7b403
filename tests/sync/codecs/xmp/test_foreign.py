"""Whether a copy says anything beyond the mapped fields that the main file does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.codecs import xmp
from sync.core.fields import NAMESPACES as FIELD_NAMESPACES
from sync.errors import SyncError
from tests.sync.codecs.xmp.judge import CORPUS, FILES

HEAD = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:ns="http://example.org/" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    b'xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
)
TAIL = b"</rdf:Description></rdf:RDF></x:xmpmeta>"


def sidecar(attributes: bytes = b"", children: bytes = b"") -> bytes:
    return HEAD + attributes + b">" + children + TAIL


NAMESPACES = b"".join(
    f'xmlns:{prefix}="{FIELD_NAMESPACES[prefix]}" '.encode()
    for prefix in ("mwg-rs", "stArea", "stDim", "MP", "MPRI", "MPReg", "Iptc4xmpExt", "darktable")
)
FACE = (
    b'<rdf:li rdf:parseType="Resource"><mwg-rs:Name>Bob</mwg-rs:Name>%s<mwg-rs:Area stArea:x="0.5"'
    b' stArea:y="0.5" stArea:w="0.1" stArea:h="0.1" stArea:unit="normalized"/></rdf:li>'
)
CIRCLE = (
    b'<rdf:li rdf:parseType="Resource"><mwg-rs:Type>Focus</mwg-rs:Type><mwg-rs:Area stArea:x="0.5"'
    b' stArea:y="0.5" stArea:d="0.1" stArea:unit="normalized"/></rdf:li>'
)
PIXELS = CIRCLE.replace(b'stArea:d="0.1"', b'stArea:w="9" stArea:h="9"').replace(b"normalized", b"pixel")
NAMELESS = b'<rdf:li><rdf:Description MPReg:PersonDisplayName="Bob"/></rdf:li>'
ROTATED = b"<mwg-rs:Rotation>0.5</mwg-rs:Rotation>"
CITY = b'<rdf:li rdf:parseType="Resource"><Iptc4xmpExt:City>%s</Iptc4xmpExt:City>%s</rdf:li>'


def faces(*items: bytes) -> bytes:
    return sidecar(
        NAMESPACES,
        b'<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="16" stDim:h="12"/>'
        b"<mwg-rs:RegionList><rdf:Bag>%s</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>" % b"".join(items),
    )


def people(*items: bytes) -> bytes:
    return sidecar(
        NAMESPACES,
        b'<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag>%s</rdf:Bag></MPRI:Regions>'
        b"</MP:RegionInfo>" % b"".join(items),
    )


def places(*items: bytes, of: bytes = b"LocationCreated") -> bytes:
    return sidecar(
        NAMESPACES,
        b"<Iptc4xmpExt:%s><rdf:Bag>%s</rdf:Bag></Iptc4xmpExt:%s>" % (of, b"".join(items), of),
    )


def labels(*numbers: int) -> bytes:
    items = b"".join(b"<rdf:li>%d</rdf:li>" % number for number in numbers)
    return sidecar(
        NAMESPACES, b"<darktable:colorlabels><rdf:Seq>%s</rdf:Seq></darktable:colorlabels>" % items
    )


TITLE = b'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Lake</rdf:li>%s</rdf:Alt></dc:title>'
CASES = {
    "only mapped fields": (None, sidecar(b'xmp:Rating="3"'), True),
    "nothing at all": (None, sidecar(), True),
    "foreign and no main file": (None, sidecar(b'ns:a="1"'), False),
    "the same foreign": (sidecar(b'ns:a="1"'), sidecar(b'ns:a="1" xmp:Rating="3"'), True),
    "the same in another form": (sidecar(b'ns:a="1"'), sidecar(b"", b"<ns:a>1</ns:a>"), True),
    "another value": (sidecar(b'ns:a="1"'), sidecar(b'ns:a="2"'), False),
    "less than the main file": (sidecar(b'ns:a="1" ns:b="2"'), sidecar(b'ns:a="1"'), True),
    "more than the main file": (sidecar(b'ns:a="1"'), sidecar(b'ns:a="1" ns:b="2"'), False),
    "a translation of its own": (
        sidecar(b"", TITLE % b""),
        sidecar(b"", TITLE % b'<rdf:li xml:lang="de">See</rdf:li>'),
        False,
    ),
    "a box": (sidecar(), faces(FACE % b""), True),
    "a shape that is no box": (faces(FACE % b""), faces(FACE % b"", CIRCLE), False),
    "a shape that the main file has": (faces(CIRCLE), faces(CIRCLE, FACE % b""), True),
    "a box in pixels": (faces(), faces(PIXELS), False),
    "a name without a box": (sidecar(), people(NAMELESS), False),
    "a region's member that no field has": (faces(FACE % b""), faces(FACE % ROTATED), False),
    "a place": (None, places(CITY % (b"Rio", b"")), True),
    "a second place": (
        places(CITY % (b"Rio", b"")),
        places(CITY % (b"Rio", b""), CITY % (b"Faro", b"")),
        False,
    ),
    "more of a place": (
        places(CITY % (b"Rio", b"")),
        places(CITY % (b"Rio", b"<Iptc4xmpExt:WorldRegion>America</Iptc4xmpExt:WorldRegion>")),
        False,
    ),
    "a place that is only read": (sidecar(), places(CITY % (b"Rio", b""), of=b"LocationShown"), False),
    "a label": (sidecar(), labels(0), True),
    "a second label": (labels(0), labels(0, 3), False),
    "a qualifier": (
        sidecar(b"", b"<dc:subject><rdf:Bag><rdf:li>a</rdf:li></rdf:Bag></dc:subject>"),
        sidecar(
            b"",
            b'<dc:subject><rdf:Bag><rdf:li rdf:parseType="Resource"><rdf:value>a</rdf:value><ns:q>1</ns:q>'
            b"</rdf:li></rdf:Bag></dc:subject>",
        ),
        False,
    ),
    "main cannot be compared": (b"<x", sidecar(b'ns:a="1"'), False),
    "copy cannot be compared": (sidecar(), b"<x", False),
}


@pytest.mark.parametrize("case", CASES)
def test_a_copy_is_covered_only_if_nothing_would_be_lost_with_it(case: str) -> None:
    main, copy, wanted = CASES[case]
    assert xmp.covers(main, copy) is wanted


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CORPUS)))
def test_every_file_of_the_corpus_that_may_be_written_covers_itself(path: Path) -> None:
    data = path.read_bytes()
    try:
        may_write = xmp.read(data).writable
    except SyncError:
        return
    if may_write:
        assert xmp.covers(data, data)
