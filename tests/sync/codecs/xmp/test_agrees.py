# ruff: noqa: E501 - XML is easier to check on one line
"""When a file needs no write: somebody says exactly what is wanted, and nobody says otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from sync.codecs import xmp
from tests.sync.codecs.xmp.edits import EDITS, MARK
from tests.sync.codecs.xmp.sidecars import alt, bag, element, seq, sidecar

ZONED = {"local": "2021-06-01T12:34:56", "offset": "+02:00"}
LOCATION = '<Iptc4xmpExt:LocationCreated><rdf:Bag><rdf:li Iptc4xmpExt:City="Paris" Iptc4xmpExt:CountryCode="FR"/></rdf:Bag></Iptc4xmpExt:LocationCreated>'  # fmt: skip
BARE = element("exif:DateTimeOriginal", "2021:06:01 12:34:56")
FULL = element("photoshop:DateCreated", "2021-06-01T12:34:56+02:00")

CASES: list[tuple[str, str, dict[str, Any], bool]] = [
    ("nothing and nothing", "", {}, True),
    ("a value too many", element("xmp:Rating", "4"), {}, False),
    ("a value too few", "", {"rating": 4}, False),
    ("the same", element("xmp:Rating", "4"), {"rating": 4}, True),
    ("a rating of 0 is a value", element("xmp:Rating", "0"), {}, False),
    ("another value", element("xmp:Rating", "4"), {"rating": 3}, False),
    ("a field that is none", "", {"favourites": ["Alice"]}, True),
    ("only an alias says it", element("MicrosoftPhoto:Rating", "75"), {"rating": 4}, True),
    ("an alias cannot say it", element("MicrosoftPhoto:Rating", "0"), {"rating": -1}, False),
    ("an alias says what it can", element("xmp:Rating", "-1") + element("acdsee:rating", "0"), {"rating": -1}, True),
    ("an alias is stale", element("xmp:Rating", "4") + element("acdsee:rating", "2"), {"rating": 4}, False),
    ("missing aliases are no reason", alt("dc:description", "x-default=D"), {"description": "D"}, True),
    ("darktable's label, ours stale", element("xmp:Label", "Red") + seq("darktable:colorlabels", "2"), {"label": "Green"}, False),
    ("the zone is in one of them", BARE + FULL, {"taken": ZONED}, True),
    ("the zone is in none of them", BARE, {"taken": ZONED}, False),
    ("a zone nobody wants", FULL, {"taken": {**ZONED, "offset": None}}, False),
    ("the day alone, beside the time", FULL + element("exif:DateTimeOriginal", "2021-06-01"), {"taken": ZONED}, True),
    ("another day", FULL + element("exif:DateTimeOriginal", "2021-06-02"), {"taken": ZONED}, False),
    ("leaves alone in dc:subject", bag("lr:hierarchicalSubject", "a|b") + bag("dc:subject", "b"), {"tags": ("a/b",)}, True),
    ("nodes in dc:subject", bag("lr:hierarchicalSubject", "a|b") + bag("dc:subject", "b", "a"), {"tags": ("a/b",)}, True),
    ("nodes in dc:subject alone", bag("dc:subject", "b", "a"), {"tags": ("a/b",)}, False),
    ("one tag more in dc:subject", bag("lr:hierarchicalSubject", "a") + bag("dc:subject", "a", "b"), {"tags": ("a",)}, False),
    ("case differs in one list", bag("lr:hierarchicalSubject", "A") + seq("digiKam:TagsList", "a"), {"tags": ("a",)}, True),
    ("case differs in every list", bag("lr:hierarchicalSubject", "A"), {"tags": ("a",)}, False),
    ("a list is stale", bag("lr:hierarchicalSubject", "a") + seq("digiKam:TagsList", "a", "b"), {"tags": ("a", "b")}, False),
    ("a place with less in it", LOCATION + element("photoshop:City", "Paris"), {"place": {"city": "Paris", "code": "FR"}}, True),
    ("a place with more in it", LOCATION, {"place": {"city": "Paris"}}, False),
    ("a place shown is not the place", LOCATION.replace("Created", "Shown"), {"place": {"city": "Paris", "code": "FR"}}, True),
    ("people in another order", bag("Iptc4xmpExt:PersonInImage", "B", "A"), {"people": ("A", "B")}, True),
    ("creators in another order", seq("dc:creator", "B", "A"), {"creator": ["A", "B"]}, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "content", "expected"), [pytest.param(*row[1:], id=row[0]) for row in CASES]
)
def test_agreement(body: str, content: dict[str, Any], expected: bool) -> None:
    assert xmp.agrees(xmp.read(sidecar(body)), content) is expected


@pytest.mark.parametrize(
    ("body", "content", "expected"), [pytest.param(*row[1:], id=row[0]) for row in CASES]
)
def test_a_write_makes_it_agree(body: str, content: dict[str, Any], expected: bool) -> None:
    assert xmp.agrees(xmp.read(xmp.write(sidecar(body), content, MARK)), content)


@pytest.mark.parametrize("field", EDITS)
def test_each_field_counts(field: str) -> None:
    found = xmp.read(xmp.write(None, EDITS, MARK))
    assert xmp.agrees(found, EDITS)
    assert not xmp.agrees(found, {name: value for name, value in EDITS.items() if name != field})
