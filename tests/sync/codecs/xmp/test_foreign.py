"""Whether a copy says anything beyond the mapped fields that the main file does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.codecs import xmp
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
