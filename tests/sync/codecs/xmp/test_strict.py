"""The second reader: one statement for each way to write it, and a refusal for each defect."""

from __future__ import annotations

import pytest

from sync.codecs.xmp.strict import statements
from sync.errors import Refused
from tests.sync.codecs.xmp.judge import FILES
from tests.sync.codecs.xmp.odd import ODD, Open, Shut
from tests.sync.codecs.xmp.sidecars import element, sidecar

STRUCTS = (
    '<kphotos:s rdf:parseType="Resource"><kphotos:a>1</kphotos:a><kphotos:b>2</kphotos:b></kphotos:s>',
    '<kphotos:s kphotos:b="2" kphotos:a="1"/>',
    '<kphotos:s><rdf:Description kphotos:a="1"><kphotos:b>2</kphotos:b></rdf:Description></kphotos:s>',
)


def test_syntax_does_not_show() -> None:
    assert statements(sidecar("", 'xmp:Rating="4"')) == statements(sidecar(element("xmp:Rating", "4")))
    first, *others = (statements(sidecar(body)) for body in STRUCTS)
    assert all(other == first for other in others)
    assert statements(sidecar("<!-- c -->" + STRUCTS[0])) == first


DIFFERENT = [
    (element("kphotos:a", "1"), element("kphotos:a", "2")),
    (element("kphotos:a", "1"), element("kphotos:b", "1")),
    (element("kphotos:a", "1"), element("xmp:a", "1")),
    (element("kphotos:a", "1"), '<kphotos:a xml:lang="de">1</kphotos:a>'),
    (element("kphotos:a", "1"), '<kphotos:a rdf:resource="1"/>'),
    (element("kphotos:a", "1"), element("kphotos:a", " 1")),
    ("<kphotos:a><rdf:Bag/></kphotos:a>", "<kphotos:a><rdf:Seq/></kphotos:a>"),
    (
        "<kphotos:a><rdf:Seq><rdf:li>1</rdf:li><rdf:li>2</rdf:li></rdf:Seq></kphotos:a>",
        "<kphotos:a><rdf:Seq><rdf:li>2</rdf:li><rdf:li>1</rdf:li></rdf:Seq></kphotos:a>",
    ),
    (STRUCTS[0], STRUCTS[0].replace("<kphotos:b>2</kphotos:b>", "")),
    (STRUCTS[0], STRUCTS[1].replace("kphotos:b=", "kphotos:c=")),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_is_said_shows(one: str, other: str) -> None:
    assert statements(sidecar(one)) != statements(sidecar(other))


@pytest.mark.parametrize("reference", ["rdf:nodeID", "rdf:resource"])
@pytest.mark.parametrize("inner", ["text", "<rdf:Bag/>"])
def test_a_reference_has_no_value(reference: str, inner: str) -> None:
    with pytest.raises(Refused):
        statements(sidecar(f'<kphotos:a {reference}="n">{inner}</kphotos:a>'))


# The first reader guesses encodings and mends what follows the end; to the judge both are just broken.
DEFECTS = [name for name, (_, outcome) in ODD.items() if isinstance(outcome, Shut)]


@pytest.mark.parametrize(
    "name", [*DEFECTS, "a DOCTYPE", "an entity bomb", "an external entity", "cut off in a tag"]
)
def test_a_defect_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        statements(ODD[name][0])


SOUND = [
    name
    for name, (data, outcome) in ODD.items()
    if isinstance(outcome, Open) and b"\0<" not in data and b"<\0" not in data and "declared" not in name
]


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_is_accepted(name: str) -> None:
    assert isinstance(statements(ODD[name][0]), dict)


def test_every_tools_file_is_accepted() -> None:
    assert all(statements(path.read_bytes()) for path in FILES)


def test_other_things_are_kept_apart() -> None:
    data = sidecar(
        element("xmp:Rating", "4")
        + '</rdf:Description><rdf:Description rdf:nodeID="n"><xmp:Rating>1</xmp:Rating>'
    )
    said = statements(data)
    assert said["http://ns.adobe.com/xap/1.0/ Rating"] == ("text", "4", "")
    assert "node n" in said
