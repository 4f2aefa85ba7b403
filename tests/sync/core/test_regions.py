"""Faces in files have no ids: which is which, and how they merge with what people said."""

from __future__ import annotations

from typing import Any

import pytest

from sync.core import regions
from sync.core.absorb import absorb, adopt, mirror, seal
from sync.core.model import Ledger, Sight
from sync.core.regions import identify, overlap
from sync.core.show import show

FILE, ASSET = "a.jpg.xmp", "0" * 32
BOX, NEAR, MOVED, FAR = (
    [0.5, 0.5, 0.2, 0.2],
    [0.505, 0.5, 0.2, 0.2],
    [0.55, 0.5, 0.2, 0.2],
    [0.1, 0.1, 0.2, 0.2],
)


def face(name: str, area: list[float], **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "Face", "area": area, **more}


def sight(
    *faces: dict[str, Any], mark: str | None = None, source: str = "mwg-rs:Regions", sum_: str = ""
) -> Sight:
    return Sight(
        FILE,
        "main",
        mark,
        {"regions": {source: list(faces)}} if faces else {},
        sum_ or str(faces),
        0,
        "digiKam",
    )


class Photo:
    """A photo with faces in a file, which K-Photos writes once over."""

    def __init__(self, *faces: dict[str, Any]) -> None:
        self.ledger = adopt(sight(*faces), ASSET, full=True)
        self.now = 1_000
        self.mark: str | None = None
        self.sees(*faces)
        self.write()

    def write(self) -> None:
        self.now += 1_000
        here = {"now_ms": self.now, "node": "n", "site": "s"}
        record = mirror(self.ledger, self.look, file=FILE, single=True, agrees=False, **here)
        assert record
        content = show(self.ledger).content()
        self.mark = record.id
        self.ledger = seal(self.ledger, record, {"regions": {"mwg-rs:Regions": content["regions"]}}, "ours")

    def sees(self, *faces: dict[str, Any], **more: Any) -> None:
        self.now += 1_000
        found = sight(*faces, mark=self.mark, **more)
        self.look = absorb(self.ledger, found, single=True, now_ms=self.now, node="n", site="s")
        self.ledger = self.look.ledger

    @property
    def faces(self) -> list[tuple[str, list[float]]]:
        return [(held["name"], held["area"]) for held in show(self.ledger).value("regions") or []]


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        (BOX, BOX, 1.0),
        (BOX, FAR, 0.0),
        ([0.5, 0.5, 0.2, 0.2], [0.6, 0.5, 0.2, 0.2], 1 / 3),
        (BOX, [0.5, 0.5, 0.1, 0.2], 0.5),
    ],
)
def test_the_overlap(one: list[float], other: list[float], share: float) -> None:
    assert overlap(one, other) == pytest.approx(share)


def test_ids_are_the_same_everywhere() -> None:
    assert identify([face("Ana", BOX)], None) == identify([face("Ana", BOX)], Ledger(ASSET))
    assert len(identify([face("Ana", BOX), face("Ana", BOX), face("Beto", BOX)], None)) == 3


def test_a_box_drawn_anew_is_the_same_face() -> None:
    photo = Photo(face("Ana", BOX), face("Beto", FAR))
    ids = set(photo.ledger.regions)
    photo.sees(face("Ana", MOVED), face("Beto", FAR))
    assert sorted(photo.faces) == [("Ana", MOVED), ("Beto", FAR)]
    assert set(photo.ledger.regions) == ids


def test_a_face_named_anew_is_the_same_face() -> None:
    photo = Photo(face("", BOX))
    ids = set(photo.ledger.regions)
    photo.sees(face("Ana", NEAR))
    assert photo.faces == [("Ana", NEAR)]
    assert set(photo.ledger.regions) == ids


def test_another_face_elsewhere_is_another_face() -> None:
    photo = Photo(face("Ana", BOX))
    photo.sees(face("Ana", BOX), face("Ana", FAR))
    assert len(photo.faces) == 2


def test_a_removed_face_is_gone_and_its_parts_with_it() -> None:
    photo = Photo(face("Ana", BOX), face("Beto", FAR))
    photo.sees(face("Beto", FAR))
    assert photo.faces == [("Beto", FAR)]
    assert len(photo.ledger.regions) == 1
    photo.write()
    photo.sees(sum_="none")
    assert photo.faces == []
    assert not photo.ledger.regions


def test_the_structure_that_changed_wins() -> None:
    photo = Photo(face("Ana", BOX))
    photo.sees({"name": "Ana", "area": MOVED}, source="MP:RegionInfo")
    assert photo.faces == [("Ana", MOVED)]
    assert show(photo.ledger).value("regions")[0]["type"] == "Face"


def test_nothing_changes_when_nothing_changed() -> None:
    photo = Photo(face("Ana", BOX, applied=[600, 400]))
    before = photo.ledger.fields, photo.ledger.regions
    photo.sees(face("Ana", BOX, applied=[600, 400]), sum_="other bytes")
    assert (photo.ledger.fields, photo.ledger.regions) == before


def test_of_thousands_of_faces_not_each_is_compared_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[object] = []

    def counted(one: list[float], other: list[float]) -> float:
        compared.append(one)
        return overlap(one, other)

    monkeypatch.setattr(regions, "overlap", counted)
    alike = [face("Ann", BOX)] * 1_500
    near = [face("Ben", [0.5, 0.5, 0.2, 0.2 + number / 1e6]) for number in range(1_500)]
    held = adopt(sight(*alike, *near), ASSET, full=True)
    again = identify([*alike, *(face("Cid", each["area"]) for each in near)], held)
    assert len(compared) < 10_000
    assert len(held.regions) == len(again) == 3_000
    assert sum(name in held.regions for name in again) == 1_500


def test_of_two_faces_of_one_name_the_one_that_has_not_moved_stays() -> None:
    held = adopt(sight(face("Ann", BOX), face("Ann", MOVED)), ASSET, full=True)
    for left in (BOX, MOVED):
        (name,) = identify([face("Ann", left)], held)
        assert held.regions[name].members["area"][0].v == left
