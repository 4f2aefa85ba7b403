"""Which region is which, when names, boxes and order change at once."""

from __future__ import annotations

from typing import Any

import pytest

from sync.codecs import xmp
from sync.codecs.xmp import regions
from sync.codecs.xmp.regions import pair, same_box, same_regions
from tests.sync.codecs.xmp.edits import MARK


def face(name: str, x: float, **more: Any) -> dict[str, Any]:
    """A face of a fixed size, somewhere along a line."""
    return {"name": name, "type": "Face", "area": [x, 0.5, 0.1, 0.1], **more}


PAIRS = [
    ("the same", [face("A", 0.1), face("B", 0.5)], [face("B", 0.5), face("A", 0.1)], [1, 0]),
    ("printed with fewer digits", [face("A", 0.1004)], [face("A", 0.1)], [0]),
    ("renamed", [face("A", 0.1), face("B", 0.5)], [face("A", 0.1), face("C", 0.5)], [0, 1]),
    ("moved", [face("A", 0.1), face("B", 0.5)], [face("A", 0.3), face("B", 0.5)], [0, 1]),
    ("names exchanged", [face("A", 0.1), face("B", 0.5)], [face("B", 0.1), face("A", 0.5)], [0, 1]),
    ("one gone, one new", [face("A", 0.1)], [face("B", 0.5)], [None]),
    ("nobody's face is not everybody's", [face("", 0.1)], [face("", 0.5)], [None]),
    ("twins on one spot", [face("A", 0.1), face("B", 0.1)], [face("B", 0.1), face("A", 0.1)], [1, 0]),
    ("a shape that is no box", [None, face("A", 0.1)], [face("A", 0.1)], [1]),
]


@pytest.mark.parametrize(
    ("found", "wanted", "expected"), [pytest.param(*row[1:], id=row[0]) for row in PAIRS]
)
def test_pairs(found: list[Any], wanted: list[Any], expected: list[int | None]) -> None:
    assert pair(found, wanted) == expected


def test_lists_are_equal_in_any_order_and_within_a_print() -> None:
    ours = [face("A", 0.1), face("B", 0.5)]
    assert same_regions([face("B", 0.501), face("A", 0.1)], ours)
    assert not same_regions([face("B", 0.51), face("A", 0.1)], ours)
    assert not same_regions(ours[:1], ours)
    assert not same_regions([face("A", 0.1), face("A", 0.1)], ours)
    assert not same_regions([face("A", 0.1), face("B", 0.5, type="Pet")], ours)
    assert same_regions([face("A", 0.1), face("B", 0.5, type="Pet")], ours, typed=False)


def test_of_many_regions_not_each_is_compared_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[object] = []

    def counted(one: list[float], other: list[float]) -> bool:
        compared.append(one)
        return same_box(one, other)

    monkeypatch.setattr(regions, "same_box", counted)
    many = {"regions": [face("", round(n / 10_000, 4)) for n in range(1, 1_001)]}
    once = xmp.write(None, many, MARK)
    moved = {"regions": [{**region, "name": "A"} for region in many["regions"]]}
    twice = xmp.write(once, moved, MARK)
    assert len(xmp.read(twice).sources["regions"]["mwg-rs:Regions"]) == 1_000
    assert len(compared) < 10 * 1_000
